/** Rows by the value of one column: exactly, whatever way that value is stored. */
import { Fault } from '../../../shared/faults.ts'
import type { Type } from '../../engine/types.ts'
import type { Range } from '../connector.ts'
import type { SqliteColumn, Table, Value } from './catalog.ts'
import { compareDecimals } from './decimals.ts'
import { spelling } from './encode.ts'
import { isMoment } from './moments.ts'
import { folded, quoteName } from './names.ts'

export interface Ranged {
  /** A condition that leaves out no row of the range, nor one whose value is not of the column's type. */
  readonly sql: string
  readonly values: readonly Value[]
  /** Whether a value is in the range, where the condition alone does not say. */
  readonly holds: ((value: Value) => boolean) | null
}

export function columnOf({ columns }: Pick<Table, 'columns'>, name: string): SqliteColumn {
  const found = columns.find((one) => one.name === name) ??
    columns.find((one) => folded(one.name) === folded(name))
  if (!found) throw new Fault('column_missing', `There is no column "${name}".`)
  return found
}

export function ranged(column: SqliteColumn, range: Range): Ranged {
  const name = quoteName(column.name)
  const nulls = range.nulls ? ` or ${name} is null` : ''
  if (range.upTo === null) return { sql: range.nulls ? `${name} is null` : 'false', values: [], holds: null }
  const { sql, values, holds } = between(column, range, range.upTo)
  return { sql: `(${sql}${nulls})`, values, holds }
}

/** Numbers sort before all text, and BLOBs after it (datatype3.html §4.1): a value of another kind is kept, and refused. */
const numbersToo = (name: string) => `${name} < ''`
const blobsToo = (name: string) => `${name} >= x''`

function between(column: SqliteColumn, { after, nulls }: Range, upTo: string): Ranged {
  const name = quoteName(column.name)
  const { kind } = column.type
  const sign = after?.inclusive ? '>=' : '>'
  if (kind === 'int64') {
    const values = [BigInt(upTo), ...(after === null ? [] : [BigInt(after.value)])]
    const from = after === null ? '' : ` and ${name} ${sign} ?`
    return { sql: `(${name} <= ?${from}) or ${name} >= ''`, values, holds: null }
  }
  if (kind === 'text' || kind === 'uuid') {
    const compared = kind === 'uuid' ? `lower(${name})` : `${name} collate binary`
    const from = after === null ? '' : ` and ${compared} ${sign} ?`
    const values = [upTo, ...(after === null ? [] : [after.value])]
    return {
      sql: `(${compared} <= ?${from}) or ${numbersToo(name)} or ${blobsToo(name)}`,
      values,
      holds: null,
    }
  }
  const compare = comparing(column.type)
  const spell = spelling(column.type)
  if (compare === null || spell === null) throw notOrdered(column)
  const holds = (value: Value): boolean => {
    if (value === null) return nulls
    const text = spell(value)
    // What is none is refused as it is written.
    if (text === null) return true
    if (compare(text, upTo) > 0) return false
    return after === null || compare(text, after.value) > (after.inclusive ? -1 : 0)
  }
  return { ...roughly(column, after?.value ?? null, upTo), holds }
}

const dayMs = 86_400_000

/** Days beside the given one, so that whatever zone or separator a value has, it is within. Null where days have no end. */
function dayBeside(value: string, days: number): string | null {
  const date = /^(\d{4})-\d\d-\d\d(?!.* BC$)/.exec(value)?.[0]
  if (date === undefined) return null
  const text = new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString()
  return /^\d{4}-/.test(text) ? text.slice(0, 10) : null
}

/** By whole days, which an index can serve; years beyond four digits and BC sort elsewhere, and are always looked at. */
function roughly(
  column: SqliteColumn,
  after: string | null,
  upTo: string,
): Pick<Ranged, 'sql' | 'values'> {
  const name = quoteName(column.name)
  if (!isMoment(column.type)) return { sql: `${name} is not null`, values: [] }
  const from = after === null ? null : dayBeside(after, -1)
  const to = dayBeside(upTo, 2)
  const parts = [
    ...(from === null ? [] : [`${name} >= ?`]),
    ...(to === null ? [] : [`${name} < ?`]),
  ]
  if (parts.length === 0) return { sql: `${name} is not null`, values: [] }
  const odd = `(typeof(${name}) = 'text' and ${name} not glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*')`
  const bc = `${name} glob '*BC'`
  return {
    sql: `(${parts.join(' and ')}) or ${numbersToo(name)} or ${blobsToo(name)} or ${odd} or ${bc}`,
    values: [from, to].filter((one) => one !== null),
  }
}

export function notOrdered({ name, native }: SqliteColumn): Fault {
  return new Fault('cursor_refused', `cursor "${name}" (${native}): its values have no order to go by.`)
}

/** Compares two values as `csv` spells them; null for types without an order. */
export function comparing(type: Type): ((a: string, b: string) => number) | null {
  if (type.kind === 'decimal') return compareDecimals
  if (type.kind === 'int64') return (a, b) => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0)
  if (type.kind === 'text' || type.kind === 'uuid') {
    return (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))
  }
  if (!isMoment(type) || type.kind === 'time') return null
  return (a, b) => {
    const [left, right] = [momentKey(a), momentKey(b)]
    return left < right ? -1 : left > right ? 1 : 0
  }
}

const lastYear = 9_999_999

/** A text that sorts as the moment does. */
export function momentKey(value: string): string {
  if (value === 'infinity') return '~'
  if (value === '-infinity') return '!'
  const match = /^(\d+)(-\d\d-\d\d(?: \d\d:\d\d:\d\d)?)(?:\.(\d+))?(?:\+00)?( BC)?$/.exec(value)
  if (!match) return value
  const [, year = '', rest = '', fraction = '', bc] = match
  const shown = bc === undefined ? `B${year.padStart(7, '0')}` : `A${lastYear - Number(year)}`
  return `${shown}${rest}.${fraction.replace(/0+$/, '')}`
}
