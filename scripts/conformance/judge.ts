/** What became of a trap in one destination: exact, refused – or wrong, which no table may ever say. */
import type { Contents } from './engines/engine.ts'
import type { Cell, EngineName, Reading, Trap } from './trap.ts'

export interface Reported {
  readonly status: string
  readonly code: string | null
  /** What was said to the person at the keyboard about this stream. */
  readonly message: string
}

export interface Seen {
  readonly reported: Reported
  readonly found: Contents | null
  /** What was under the target's name before. */
  readonly before: Contents | null
}

/** `exact: id integer not null, v numeric`, `refused: value_refused`, `not applicable: why`, or `wrong: why`. */
export function outcomeOf(trap: Trap, destination: EngineName, { reported, found, before }: Seen): string {
  if (reported.status === 'succeeded') {
    if (found === null) return 'wrong: it succeeded, and there is no target'
    const difference = contentsDiffer(trap, destination, found) ?? nullsDiffer(trap, destination, found)
    if (difference !== null) return `wrong: ${difference}`
    const unable = trap.unable?.[destination]
    return unable === undefined ? `exact: ${shapeOf(found)}` : `not applicable: ${unable}`
  }
  if (broken.includes(reported.code ?? '')) return `wrong: ${reported.code}`
  if (reported.code === null) return `wrong: ${reported.status} without a code`
  if (JSON.stringify(found) !== JSON.stringify(before)) {
    return `wrong: ${reported.code}, and the target is changed`
  }
  const lacks = missingIn(trap, reported.code, reported.message)
  return lacks === null ? `refused: ${reported.code}` : `wrong: ${reported.code} without naming ${lacks}`
}

/** Codes that say that something is broken, not that a value was refused. */
const broken = ['engine_failed', 'internal', 'hold_failed', 'hold_unavailable', 'rows_lost', 'unsupported']

/** Codes that are about one value have to say which: its column, and its row by key or number. */
const aboutRow = ['value_refused', 'value_too_large', 'row_refused', 'constraint_refused']
/** A row may be too large as a whole. */
const aboutColumn = ['value_refused', 'type_refused', 'column_required']

function missingIn(trap: Trap, code: string, message: string): string | null {
  const columns = trap.expected.columns
  if (message === '') return 'the stream'
  if (aboutColumn.includes(code) && !columns.some((name) => message.includes(`"${name}"`))) {
    return 'the column'
  }
  const row = /\b(row|line) \d+/i.test(message) || columns.some((name) => message.includes(`${name} = `))
  return aboutRow.includes(code) && !row ? 'the row' : null
}

function contentsDiffer(trap: Trap, destination: EngineName, found: Contents): string | null {
  const expected = trap.arrives?.[destination] ?? trap.expected
  const names = found.columns.map(({ name }) => name)
  // A file of text has no columns to show before its first row has any.
  if (names.length === 0 && expected.rows.length === 0) return null
  const missing = expected.columns.filter((name) => !names.includes(name))
  const extra = names.filter((name) => !expected.columns.includes(name))
  if (missing.length + extra.length > 0) return `columns ${names.slice(0, 8).join(', ')}`
  const order = expected.columns.map((name) => names.indexOf(name))
  const reading = trap.reading ?? 'text'
  const wanted = expected.rows.map((row) => rowText(row, reading)).sort()
  const got = found.rows.map((row) => rowText(order.map((at) => row[at] ?? null), reading)).sort()
  if (wanted.length !== got.length) return `${got.length} rows instead of ${wanted.length}`
  const at = wanted.findIndex((row, index) => row !== got[index])
  return at < 0 ? null : `${short(got[at])} instead of ${short(wanted[at])}`
}

const short = (text = '') => text.length > 160 ? `${text.slice(0, 160)}…` : text

const rowText = (row: readonly Cell[], reading: Reading) =>
  JSON.stringify(row.map((cell) => cell === null ? null : valueOf(cell, reading)))

/** One spelling for all spellings of a value, of those that are exact. */
export function valueOf(text: string, reading: Reading): string {
  switch (reading) {
    case 'text':
      return text
    case 'boolean':
      return /^(t|true|1)$/i.test(text) ? 't' : /^(f|false|0)$/i.test(text) ? 'f' : text
    case 'time':
      return text.replace(/^(\d+-\d\d-\d\d)T/, '$1 ').replace(/Z$/, '+00').replace(/(\.\d*?)0+(?!\d)/, '$1')
        .replace(/\.(?!\d)/, '')
    case 'number':
      return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text
    case 'float32':
    case 'float64': {
      const number = numberOf(text)
      if (number === null) return text
      const value = reading === 'float32' ? Math.fround(number) : number
      return Object.is(value, -0) ? '-0' : String(value)
    }
  }
}

function numberOf(text: string): number | null {
  if (/^-?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return NaN
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null
}

/** Where both sides know NULL from NOT NULL, what the source forbids stays forbidden. */
function nullsDiffer(trap: Trap, destination: EngineName, { columns, rows }: Contents): string | null {
  const knows = ['postgres', 'mysql', 'sqlite', 'libsql'].includes(destination)
  if (!knows || trap.target?.[destination] !== undefined) return null
  const wrong = columns.find(({ nullable }, at) => nullable === false && rows.some((row) => row[at] === null))
  return wrong === undefined ? null : `"${wrong.name}" is NOT NULL and has NULL`
}

function shapeOf({ columns, key }: Contents): string {
  const shown = columns.slice(0, 6).map(({ name, type, nullable }) =>
    [name, type, nullable === false ? 'not null' : ''].filter((word) => word !== '').join(' ')
  )
  const more = columns.length > 6 ? [`${columns.length - 6} more`] : []
  return [...shown, ...more].join(', ') + (key.length > 0 ? `; key ${key.join(', ')}` : '')
}
