/** Canonical CSV into JSON lines: numbers, booleans and JSON bare, everything else as its text. */
import { RowFault } from '../../../engine/csv_scan.ts'
import type { Type } from '../../../engine/types.ts'
import { JsonLine } from './json_line.ts'
import type { Out } from './pass.ts'
import type { Fields, WriteRow } from './rows.ts'
import { Value } from './value.ts'

const QUOTE = 34
const LF = 10

export interface JsonlColumn {
  readonly name: string
  readonly type: Type
}

/** Writes one value; false where it is none of its column's type. */
type WriteValue = (value: Value, out: Out) => boolean

/** `picks`: positions of the fields that are written, each as its column. */
export function jsonlRows(columns: readonly JsonlColumn[], picks: readonly number[]): WriteRow {
  const keys = columns.map(({ name }, at) => Buffer.from(`${at === 0 ? '{' : ','}${JSON.stringify(name)}:`))
  const writers = columns.map(({ type }) => writerOf(type))
  const value = new Value()
  return ({ bytes, starts, ends }: Fields, row: number, out: Out) => {
    for (let at = 0; at < picks.length; at++) {
      const key = keys[at] as Buffer
      out.copy(key, 0, key.length)
      const field = picks[at] as number
      const start = starts[field] as number
      const end = ends[field] as number
      if (start === end) {
        out.copy(none, 0, none.length)
        continue
      }
      value.take(bytes, start, end)
      if (!(writers[at] as WriteValue)(value, out)) {
        throw new RowFault('value_refused', { row, column: field })
      }
    }
    out.copy(lineEnd, 0, lineEnd.length)
  }
}

const none = Buffer.from('null')
const lineEnd = Buffer.from('}\n')

function writerOf(type: Type): WriteValue {
  switch (type.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return number(false)
    case 'float32':
    case 'float64':
    case 'decimal':
      return number(true)
    case 'boolean':
      return boolean
    case 'json':
    case 'jsonb':
      return json
    case 'timestamp':
    case 'timestamptz':
      return moment
    default:
      return (value, out) => {
        text(value, out)
        return true
      }
  }
}

/** RFC 8259 §6. */
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** Spellings that databases take besides: a plus, zeros in front, nothing before or behind the point. */
const looseNumber = /^([+-]?)0*(\d*)(?:\.(\d*))?([eE][+-]?\d+)?$/
const noNumber = /^(?:nan|[+-]?inf(?:inity)?)$/i

/** `special`: NaN and the infinities, which JSON has no numbers for, go as text. */
function number(special: boolean): WriteValue {
  return (value, out) => {
    if (isDigits(value)) {
      out.copy(value.bytes, value.start, value.end)
      return true
    }
    const spelled = value.text()
    if (special && noNumber.test(spelled)) {
      text(value, out)
      return true
    }
    const bare = jsonNumber.test(spelled) ? spelled : tidied(spelled)
    if (bare === null) return false
    const bytes = Buffer.from(bare, 'latin1')
    out.copy(bytes, 0, bytes.length)
    return true
  }
}

/** The common number: a few digits, the first no zero. */
function isDigits({ bytes, start, end }: Value): boolean {
  if (start === end || (bytes[start] === 0x30 && end - start > 1)) return false
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < 0x30 || byte > 0x39) return false
  }
  return true
}

function tidied(spelled: string): string | null {
  const match = looseNumber.exec(spelled.trim())
  if (!match || !/\d/.test(spelled)) return null
  const [, sign, whole, fraction = '', exponent = ''] = match
  const point = fraction === '' ? '' : `.${fraction}`
  return `${sign === '-' ? '-' : ''}${whole === '' ? '0' : whole}${point}${exponent}`
}

/** As PostgreSQL reads them. */
const truths: Readonly<Record<string, string>> = Object.fromEntries([
  ...['t', 'true', 'y', 'yes', 'on', '1'].map((word) => [word, 'true']),
  ...['f', 'false', 'n', 'no', 'off', '0'].map((word) => [word, 'false']),
])

const boolean: WriteValue = (value, out) => {
  const truth = truths[value.text().trim().toLowerCase()]
  if (truth === undefined) return false
  out.copy(Buffer.from(truth), 0, truth.length)
  return true
}

const line = new JsonLine()

/** One line: line ends stand between tokens alone, where a space does as well. */
const json: WriteValue = ({ bytes, start, end }, out) => {
  if (!line.isValue(bytes, start, end)) return false
  out.room(end - start)
  const to = out.bytes
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    to[out.at++] = byte === LF || byte === 13 ? 0x20 : byte
  }
  return true
}

const SPACE = 0x20

/** ISO 8601: `T` between day and time, and `Z` for what is spelled `+00`. */
const moment: WriteValue = (value, out) => {
  const { bytes, start, end } = value
  const timed = end - start >= 19
  const utc = timed && bytes[end - 3] === 0x2b && bytes[end - 2] === 0x30 && bytes[end - 1] === 0x30
  const last = utc ? end - 3 : end
  // A day of more than four digits moves it; before `BC` there is another one.
  const space = timed ? bytes.indexOf(SPACE, start) : -1
  out.byte(QUOTE)
  if (space < 0 || space >= last) plain(bytes, start, last, out)
  else {
    plain(bytes, start, space, out)
    out.byte(0x54)
    plain(bytes, space + 1, last, out)
  }
  if (utc) out.byte(0x5a)
  out.byte(QUOTE)
  return true
}

/** By byte: what stands for it in a JSON string; null where that is itself. */
const escapes: readonly (Buffer | null)[] = Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte)
  return byte < 0x20 || letter === '"' || letter === '\\'
    ? Buffer.from(JSON.stringify(letter).slice(1, -1))
    : null
})

function text({ bytes, start, end }: Value, out: Out): void {
  out.byte(QUOTE)
  plain(bytes, start, end, out)
  out.byte(QUOTE)
}

function plain(bytes: Buffer, start: number, end: number, out: Out): void {
  let from = start
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte >= 0x20 && byte !== QUOTE && byte !== 0x5c) continue
    const escape = escapes[byte] as Buffer
    out.copy(bytes, from, at)
    out.copy(escape, 0, escape.length)
    from = at + 1
  }
  out.copy(bytes, from, end)
}
