/** Values of a database as canonical CSV: bytes into one buffer, each of the type that its column has, or refused. */
import { isUtf8 } from 'node:buffer'
import { RowFault } from '../../engine/csv_scan.ts'
import type { Type } from '../../engine/types.ts'
import type { Slice } from '../connector.ts'
import type { SqliteColumn, Value } from './catalog.ts'
import { decimalText, numberText } from './decimals.ts'
import { isMoment, moment } from './moments.ts'
import { quoteName } from './names.ts'

const QUOTE = 34
const COMMA = 44
const LF = 10

/**
 * How a column is selected. Free text comes as bytes, so that what is no UTF-8 is seen; what is refused there comes as
 * a string, and is known by that. Of all others the kind of the value says what it is.
 */
export function selected({ name, type }: SqliteColumn): string {
  const column = quoteName(name)
  if (type.kind !== 'text' && type.kind !== 'json') return column
  const bytes = `when 'blob' then ${hexOf(column)} when 'text' then cast(${column} as blob)`
  const text = `case typeof(${column}) ${bytes} else ${column} end`
  if (type.kind === 'text') return text
  return `case when typeof(${column}) = 'text' and not json_valid(${column}) then ${column} else ${text} end`
}

/** Bytes as text, where they are not what is wanted. */
export const hexOf = (column: string) => `'\\x' || lower(hex(${column}))`

/** Writes a value that is not NULL; false when it is not of the column's type. */
type Encoder = (value: Exclude<Value, null>, out: CsvOut) => boolean

/** Up to here a loop takes less time than a call. */
const shortText = 40

const safe = BigInt(Number.MAX_SAFE_INTEGER)

/** Bytes of rows, in a buffer that grows to the widest of them. */
export class CsvOut {
  #buffer: Buffer
  #size = 0
  readonly #quoteAll: boolean

  constructor(bytes: number, quoteAll: boolean) {
    this.#buffer = Buffer.allocUnsafe(bytes)
    this.#quoteAll = quoteAll
  }

  get size(): number {
    return this.#size
  }

  /** What has been written; the buffer is given away, and a new one begun. */
  take(): Uint8Array {
    const taken = this.#buffer.subarray(0, this.#size)
    this.#buffer = Buffer.allocUnsafe(Math.max(64 * 1024, Math.min(this.#buffer.length, 512 * 1024)))
    this.#size = 0
    return taken
  }

  /** Forgets what was written since the size was this. */
  back(size: number): void {
    this.#size = size
  }

  comma(): void {
    this.#room(1)
    this.#buffer[this.#size++] = COMMA
  }

  endRow(): void {
    this.#room(1)
    this.#buffer[this.#size++] = LF
  }

  /** ASCII without commas, quotes and line ends. */
  plain(text: string): void {
    this.#room(text.length + 2)
    if (this.#quoteAll) this.#buffer[this.#size++] = QUOTE
    this.#ascii(text)
    if (this.#quoteAll) this.#buffer[this.#size++] = QUOTE
  }

  #ascii(text: string): void {
    const buffer = this.#buffer
    const { length } = text
    let size = this.#size
    if (length > shortText) size += buffer.write(text, size, 'latin1')
    else for (let at = 0; at < length; at++) buffer[size++] = text.charCodeAt(at)
    this.#size = size
  }

  hex(bytes: Uint8Array): void {
    this.plain(`\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`)
  }

  text(bytes: Uint8Array): void {
    const { length } = bytes
    if (length === 0 || this.#quoteAll || needsQuotes(bytes)) return this.#quoted(bytes)
    this.#room(length)
    this.#buffer.set(bytes, this.#size)
    this.#size += length
  }

  #quoted(bytes: Uint8Array): void {
    const { length } = bytes
    this.#room(2 * length + 2)
    const buffer = this.#buffer
    let size = this.#size
    buffer[size++] = QUOTE
    let from = 0
    for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
      buffer.set(bytes.subarray(from, at + 1), size)
      size += at + 1 - from
      buffer[size++] = QUOTE
      from = at + 1
    }
    buffer.set(from === 0 ? bytes : bytes.subarray(from), size)
    size += length - from
    buffer[size++] = QUOTE
    this.#size = size
  }

  #room(bytes: number): void {
    const needed = this.#size + bytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length))
    grown.set(this.#buffer.subarray(0, this.#size))
    this.#buffer = grown
  }
}

function needsQuotes(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte <= COMMA && (byte === COMMA || byte === QUOTE || byte === LF || byte === 13)) return true
  }
  // `\.` alone in a line is an end to some readers.
  return bytes.length === 2 && bytes[0] === 0x5c && bytes[1] === 0x2e
}

const isBytes = (value: Value): value is Uint8Array => value instanceof Uint8Array

/** How values of a column are written. Text is one whose bytes are UTF-8. */
function encoderFor(type: Type): Encoder {
  switch (type.kind) {
    case 'int64':
      return (value, out) => {
        if (typeof value !== 'bigint') return false
        // Numbers become text in half of the time.
        out.plain(value <= safe && value >= -safe ? String(Number(value)) : value.toString())
        return true
      }
    case 'boolean':
      return (value, out) => {
        if (value !== 0n && value !== 1n) return false
        out.plain(value === 1n ? 't' : 'f')
        return true
      }
    case 'float64':
      return (value, out) => {
        if (typeof value !== 'number') return false
        out.plain(numberText(value))
        return true
      }
    case 'bytes':
      return (value, out) => {
        if (!isBytes(value)) return false
        out.hex(value)
        return true
      }
    default:
      return textEncoderFor(type)
  }
}

function textEncoderFor(type: Type): Encoder {
  const spell = spelling(type)
  if (spell !== null) {
    return (value, out) => {
      const spelled = spell(value)
      if (spelled === null) return false
      out.plain(spelled)
      return true
    }
  }
  const json = type.kind === 'json'
  return (value, out) => {
    if (isBytes(value)) {
      if (!isUtf8(value)) return false
      out.text(value)
      return true
    }
    if (!json || typeof value === 'string') return false
    // The affinity of a column that is declared JSON makes numbers of what looks like one.
    if (typeof value === 'number' && !Number.isFinite(value)) return false
    out.plain(typeof value === 'bigint' ? value.toString() : numberText(value))
    return true
  }
}

/** For types whose values are text with one canonical spelling: that, or null for what is none. */
export function spelling(type: Type): ((value: Value) => string | null) | null {
  if (type.kind === 'decimal') {
    return (value) => value === null || isBytes(value) ? null : decimalText(value, type)
  }
  if (!isMoment(type) && type.kind !== 'uuid') return null
  const spell = isMoment(type) ? (text: string) => moment(type.kind, text) : uuidOf
  return (value) => typeof value === 'string' ? spell(value) : null
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** As `csv` spells it; null for what is none. */
export function uuidOf(text: string): string | null {
  return uuidPattern.test(text) ? text.toLowerCase() : null
}

export interface RowEncoder {
  /** Rows so far, those that were refused too. */
  readonly rows: number
  /** Throws RowFault, naming the row and the column. `values`: as `selected` has them. */
  write(values: ArrayLike<Value>, out: CsvOut): void
}

/** `refused`: takes rows instead of a fault. */
export function rowEncoder(
  columns: readonly SqliteColumn[],
  refused: Slice['refused'] | null = null,
): RowEncoder {
  const encoders = columns.map(({ type }) => encoderFor(type))
  const count = columns.length
  let rows = 0
  return {
    get rows() {
      return rows
    },
    write(values, out) {
      rows++
      const before = out.size
      for (let at = 0; at < count; at++) {
        if (at > 0) out.comma()
        const value = values[at] as Value
        if (value === null || (encoders[at] as Encoder)(value, out)) continue
        if (!refused) throw refusal(rows, at, columns[at] as SqliteColumn)
        out.back(before)
        const { name } = columns[at] as SqliteColumn
        return refused({ row: rows, column: name, code: 'value_refused', source: sourceOf(columns, values) })
      }
      out.endRow()
    },
  }
}

function refusal(row: number, column: number, { name, native, type }: SqliteColumn): RowFault {
  const what = native === '' ? type.kind : native
  return new RowFault('value_refused', { row, column }, `A value of "${name}" is no ${what}.`)
}

/** The row as it is stored: JSON, column → text or null. Bytes that are no text are shown as such. */
function sourceOf(columns: readonly SqliteColumn[], values: ArrayLike<Value>): string {
  const shown = (value: Value) => {
    if (!(value instanceof Uint8Array)) return value === null ? null : String(value)
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return isUtf8(bytes) ? bytes.toString('utf8') : `\\x${bytes.toString('hex')}`
  }
  return JSON.stringify(Object.fromEntries(columns.map(({ name }, at) => [name, shown(values[at] ?? null)])))
}
