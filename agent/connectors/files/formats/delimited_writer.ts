/** Canonical CSV into CSV with another delimiter, quote or word for NULL, and into the text format with backslashes. */
import { RowFault } from '../../../engine/csv_scan.ts'
import type { Dialect } from './dialect.ts'
import { Out } from './pass.ts'
import type { Fields, WriteRow } from './rows.ts'
import { Value } from './value.ts'

const BACKSLASH = 92
const CR = 13
const LF = 10

/** Writes one value; false where the dialect has no spelling for it. */
type WriteValue = (value: Value, out: Out) => boolean

/** `picks`: positions of the fields that are written. */
export function delimitedRows(picks: readonly number[], dialect: Dialect): WriteRow {
  const delimiter = dialect.delimiter.charCodeAt(0)
  const eol = Buffer.from(lineEnd(dialect))
  const none = Buffer.from(dialect.nullText)
  const write = writerOf(dialect)
  const value = new Value()
  return ({ bytes, starts, ends }: Fields, row: number, out: Out) => {
    for (let at = 0; at < picks.length; at++) {
      if (at > 0) out.byte(delimiter)
      const field = picks[at] as number
      const start = starts[field] as number
      const end = ends[field] as number
      if (start === end) {
        out.copy(none, 0, none.length)
        continue
      }
      value.take(bytes, start, end)
      if (!write(value, out)) {
        throw new RowFault(
          'value_refused',
          { row, column: field },
          'In this dialect the value has no spelling.',
        )
      }
    }
    out.copy(eol, 0, eol.length)
  }
}

export const lineEnd = ({ lineEnding }: Dialect) => ({ lf: '\n', crlf: '\r\n', cr: '\r' })[lineEnding ?? 'lf']

/** The line that names the columns. Throws a RowFault for a name that the dialect has no spelling for. */
export function headerBytes(names: readonly string[], dialect: Dialect): Buffer {
  const out = new Out()
  const write = writerOf(dialect)
  const value = new Value()
  for (const [at, name] of names.entries()) {
    if (at > 0) out.byte(dialect.delimiter.charCodeAt(0))
    value.bytes = Buffer.from(name)
    value.end = value.bytes.length
    if (!write(value, out)) throw new RowFault('value_refused', { row: 0, column: at })
  }
  out.copy(Buffer.from(lineEnd(dialect)), 0, lineEnd(dialect).length)
  return Buffer.concat([...drained(out)])
}

function* drained(out: Out): Generator<Uint8Array> {
  for (let chunk = out.take(true); chunk !== null; chunk = out.take(true)) yield chunk
}

const writerOf = (dialect: Dialect) => dialect.style === 'text' ? textValue(dialect) : quotedValue(dialect)

function quotedValue({ delimiter, quote, nullText }: Dialect): WriteValue {
  const special = new Uint8Array(256)
  const mark = quote === null ? -1 : quote.charCodeAt(0)
  for (const byte of [delimiter.charCodeAt(0), CR, LF]) special[byte] = 1
  if (mark >= 0) special[mark] = 1
  const none = Buffer.from(nullText)
  return (value, out) => {
    const { bytes, start, end } = value
    // At the beginning of a file a byte order mark would be no part of the value.
    let plain = !isSame(value, none) && !(bytes[start] === 0xef && bytes[start + 1] === 0xbb)
    for (let at = start; plain && at < end; at++) plain = special[bytes[at] as number] === 0
    if (plain) out.copy(bytes, start, end)
    else if (mark < 0) return false
    else {
      out.byte(mark)
      let from = start
      for (let at = start; at < end; at++) {
        if (bytes[at] !== mark) continue
        out.copy(bytes, from, at + 1)
        from = at
      }
      out.copy(bytes, from, end)
      out.byte(mark)
    }
    return true
  }
}

/** By byte: the letter behind the backslash; 0 for what stands for itself. */
function escapesOf({ delimiter }: Dialect): Uint8Array {
  const letters = new Uint8Array(256)
  for (
    const [byte, letter] of [[8, 'b'], [12, 'f'], [10, 'n'], [13, 'r'], [9, 't'], [11, 'v'], [
      92,
      '\\',
    ]] as const
  ) {
    letters[byte] = letter.charCodeAt(0)
  }
  const own = delimiter.charCodeAt(0)
  if (letters[own] === 0) letters[own] = own
  return letters
}

function textValue(dialect: Dialect): WriteValue {
  const letters = escapesOf(dialect)
  const none = Buffer.from(dialect.nullText)
  const bare = !dialect.nullText.includes('\\')
  return (value, out) => {
    // A backslash of a value is doubled, so that only a word without one can be met.
    if (bare && isSame(value, none)) return false
    const { bytes, start, end } = value
    let from = start
    for (let at = start; at < end; at++) {
      const letter = letters[bytes[at] as number] as number
      if (letter === 0) continue
      out.copy(bytes, from, at)
      out.byte(BACKSLASH)
      out.byte(letter)
      from = at + 1
    }
    out.copy(bytes, from, end)
    return true
  }
}

function isSame({ bytes, start, end }: Value, other: Buffer): boolean {
  if (end - start !== other.length) return false
  for (let at = 0; at < other.length; at++) if (bytes[start + at] !== other[at]) return false
  return true
}
