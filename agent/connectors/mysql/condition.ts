/** Which rows are read, as SQL: the condition of a pipeline, a range, a slice. Values never stand in the text. */
import { type Condition, conditionText } from '../../../shared/condition.ts'
import { Fault } from '../../../shared/faults.ts'
import type { ParameterType } from '../../../shared/parameters.ts'
import type { Range } from '../connector.ts'
import type { MysqlColumn } from './catalog.ts'
import { quoteName } from './names.ts'

/** Text of a condition with a `?` for each of its values, in order. */
export interface Filter {
  readonly text: string
  readonly values: readonly string[]
}

/** A parameter is compared as its type, not as text: two numbers as text would be compared as doubles. */
const spelled: Readonly<Record<ParameterType, string>> = {
  text: '?',
  integer: 'cast(? as signed)',
  date: 'cast(? as date)',
  timestamp: 'cast(? as datetime(6))',
}

export function filterOf(condition: Condition): Filter {
  for (const piece of condition.pieces) if (typeof piece === 'string') refuseForeign(piece)
  const values: string[] = []
  const text = conditionText(condition, (parameter, type) => {
    const { value } = condition.values[parameter] as { value: string }
    values.push(type === 'timestamp' ? utcText(value) : value)
    return spelled[type]
  })
  return { text, values }
}

/**
 * The rules by which a condition is judged know no backticks, no `#` and no \`?\`, and they know strings with
 * backslashes, which MySQL does not: what the two would read differently is refused. Throws `unsupported`.
 */
function refuseForeign(piece: string): void {
  const refuse = (what: string, instead: string) => {
    throw new Fault('unsupported', `where: ${what} is not taken here: ${instead}.`)
  }
  const outside = piece.replace(
    /(^|[^\p{L}\p{N}_$])([eE])?'(?:[^']|'')*'/gu,
    (_, before: string, escaped?: string) => {
      if (escaped !== undefined) refuse(`a string like E'…'`, `write '…', with '' for a quote`)
      return `${before}''`
    },
  ).replace(/"(?:[^"]|"")*"/g, '""')
  if (outside.includes('`')) refuse('a backtick', 'write "…" around names')
  if (outside.includes('#')) refuse('#', 'it begins a comment')
  if (outside.includes('?')) refuse('?', 'write a parameter as ${name}')
  if (outside.includes('@')) refuse('@', 'a condition reads columns and parameters')
}

/** A moment with its zone, as UTC without one. */
function utcText(value: string): string {
  const match = /^(.*?)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i.exec(value.trim().replace(' ', 'T'))
  const moment = match && new Date(`${match[1]}${match[3] ?? 'Z'}`)
  if (!moment || Number.isNaN(moment.getTime())) {
    throw new Fault('parameter_refused', 'A moment cannot be read.')
  }
  return `${moment.toISOString().slice(0, 19).replace('T', ' ')}${match[2]?.slice(0, 7) ?? ''}`
}

/** A column that rows can be cut by, and what a value that is compared with it becomes. */
interface Order {
  readonly expression: string
  readonly value: string
  /** The canonical text of a value, as the server reads it. */
  readonly write: (value: string) => string
}

const asIs = (value: string) => value

/**
 * Throws `cursor_refused` for columns whose values have no order, or one in which two that differ are equal. Text is
 * compared by its bytes: by its own collation `a` would be no later than `A`.
 */
export function orderOf({ name, type, native, catalog }: MysqlColumn): Order {
  const column = quoteName(name)
  const refused = () => new Fault('cursor_refused', `"${name}" is ${native}, which has no order to go by.`)
  switch (type.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return { expression: column, value: 'cast(? as signed)', write: asIs }
    case 'decimal':
      return { expression: column, value: `cast(? as decimal(${type.precision},${type.scale}))`, write: asIs }
    case 'float32':
      throw refused()
    case 'float64':
      return { expression: column, value: '(? + 0e0)', write: asIs }
    case 'date':
      return { expression: column, value: 'cast(? as date)', write: asIs }
    case 'timestamp':
      return { expression: column, value: 'cast(? as datetime(6))', write: asIs }
    case 'timestamptz':
      return {
        expression: column,
        value: 'cast(? as datetime(6))',
        write: (value) => value.replace(/\+00$/, ''),
      }
    case 'text':
      if (catalog.base === 'enum' || catalog.base === 'set') throw refused()
      return {
        expression: `cast(convert(${column} using utf8mb4) as binary)`,
        value: 'cast(? as binary)',
        write: asIs,
      }
    case 'bytes':
      return { expression: column, value: 'unhex(?)', write: (value) => value.slice(2) }
    default:
      throw refused()
  }
}

export function rangeFilter(range: Range, column: MysqlColumn): Filter {
  const { expression, value, write } = orderOf(column)
  const parts: string[] = []
  const values: string[] = []
  if (range.after !== null) {
    parts.push(`${expression} ${range.after.inclusive ? '>=' : '>'} ${value}`)
    values.push(write(range.after.value))
  }
  if (range.upTo !== null) {
    parts.push(`${expression} <= ${value}`)
    values.push(write(range.upTo))
  } else parts.push('1 = 0')
  const within = `(${parts.join(' and ')})`
  return { text: range.nulls ? `(${within} or ${quoteName(column.name)} is null)` : within, values }
}

export function together(filters: readonly Filter[]): string {
  return filters.length === 0 ? '' : ` where ${filters.map(({ text }) => text).join(' and ')}`
}
