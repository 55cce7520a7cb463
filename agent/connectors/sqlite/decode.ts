/** Canonical CSV into values that SQLite keeps as they are, each of the type of its column, or refused. */
import { isUtf8 } from 'node:buffer'
import { RowFault } from '../../engine/csv_scan.ts'
import type { Type } from '../../engine/types.ts'
import { booleanWords } from '../../engine/values.ts'
import type { Value } from './catalog.ts'
import { decimalText, digitsOf } from './decimals.ts'
import { uuidOf } from './encode.ts'
import { isMoment, moment } from './moments.ts'
import { type Affinity, storageOf } from './types.ts'

const QUOTE = 34
const COMMA = 44
const LF = 10

/** Text of one field into its value; undefined for what the column cannot keep as it is. */
export type Decoder = (bytes: Buffer, start: number, end: number) => Value | undefined

export interface Decoded {
  readonly type: Type
  readonly affinity: Affinity
  /** Whether the source vouches for its JSON. */
  readonly json: boolean
}

const textOf = (bytes: Buffer, start: number, end: number) => bytes.toString('utf8', start, end)
const asciiOf = (bytes: Buffer, start: number, end: number) => bytes.toString('latin1', start, end)

const bounds: Readonly<Record<string, bigint>> = { int16: 2n ** 15n, int32: 2n ** 31n, int64: 2n ** 63n }

export function decoderFor({ type, affinity, json }: Decoded): Decoder {
  switch (type.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return integerDecoder(bounds[type.kind] as bigint)
    case 'boolean':
      return (bytes, start, end) => booleans[asciiOf(bytes, start, end).toLowerCase()]
    case 'float32':
    case 'float64':
      return (bytes, start, end) => floatOf(asciiOf(bytes, start, end))
    case 'bytes':
      return bytesOf
    case 'decimal':
      return decimalDecoder(type, affinity)
    case 'json':
    case 'jsonb':
      return guarded(affinity, json ? textOf : jsonOf)
    default:
      return spelledDecoder(type, affinity)
  }
}

function spelledDecoder(type: Type, affinity: Affinity): Decoder {
  if (isMoment(type)) {
    return (bytes, start, end) => moment(type.kind, asciiOf(bytes, start, end)) ?? undefined
  }
  if (type.kind === 'uuid') return (bytes, start, end) => uuidOf(asciiOf(bytes, start, end)) ?? undefined
  return guarded(affinity, textOf)
}

const numberLike = /^[\s\v]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[\s\v]*$/

/** Text that a column would turn into a number is not kept as it is. */
function guarded(affinity: Affinity, decode: Decoder): Decoder {
  if (affinity !== 'NUMERIC' && affinity !== 'INTEGER' && affinity !== 'REAL') return decode
  return (bytes, start, end) => {
    const value = decode(bytes, start, end)
    return typeof value === 'string' && numberLike.test(value) ? undefined : value
  }
}

/** Digits that fit a number of JavaScript exactly. */
const shortDigits = 15

function integerDecoder(bound: bigint): Decoder {
  return (bytes, start, end) => {
    let at = start
    const first = bytes[at]
    if (first === 0x2d || first === 0x2b) at++
    if (at === end) return undefined
    if (end - at > shortDigits) return longInteger(asciiOf(bytes, start, end), bound)
    let value = 0
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - 48
      if (digit < 0 || digit > 9) return undefined
      value = value * 10 + digit
    }
    const signed = first === 0x2d && value !== 0 ? -value : value
    if (bound < 2n ** 40n && (signed >= Number(bound) || signed < -Number(bound))) return undefined
    return signed
  }
}

function longInteger(text: string, bound: bigint): bigint | undefined {
  if (!/^[+-]?\d{1,100}$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return value < bound && value >= -bound ? value : undefined
}

const booleans: Readonly<Record<string, number>> = Object.fromEntries(
  [...booleanWords].map(([word, is]) => [word, is ? 1 : 0]),
)

const floatPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const infinityPattern = /^([+-]?)inf(?:inity)?$/i

/** SQLite keeps neither NaN nor the sign of a zero. */
function floatOf(text: string): number | undefined {
  if (!floatPattern.test(text)) {
    const match = infinityPattern.exec(text)
    return match ? (match[1] === '-' ? -Infinity : Infinity) : undefined
  }
  const value = Number(text)
  if (!Number.isFinite(value) || Object.is(value, -0)) return undefined
  return value === 0 && /[1-9]/.test(text.replace(/e.*/i, '')) ? undefined : value
}

function bytesOf(bytes: Buffer, start: number, end: number): Uint8Array | undefined {
  if (start === end) return new Uint8Array(0)
  if ((end - start) % 2 !== 0 || bytes[start] !== 0x5c || bytes[start + 1] !== 0x78) return undefined
  const value = Buffer.from(asciiOf(bytes, start + 2, end), 'hex')
  return value.length === (end - start - 2) / 2 ? value : undefined
}

function jsonOf(bytes: Buffer, start: number, end: number): string | undefined {
  const text = textOf(bytes, start, end)
  try {
    JSON.parse(text)
    return text
  } catch {
    return undefined
  }
}

/** As many digits as a float keeps, whatever they are. */
const floatDigits = 15

function decimalDecoder(type: Type & { kind: 'decimal' }, affinity: Affinity): Decoder {
  const number = storageOf(type, affinity) === 'number'
  return (bytes, start, end) => {
    const text = decimalText(asciiOf(bytes, start, end), type)
    if (text === null) return undefined
    return number ? numberOf(text) : text
  }
}

/** A decimal in a column that makes numbers of its values. */
function numberOf(text: string): Value | undefined {
  if (text === 'NaN') return undefined
  if (text.endsWith('Infinity')) return Number(text)
  const [whole = '', fraction = ''] = text.split('.')
  if (!/[1-9]/.test(fraction)) {
    const value = BigInt(whole)
    if (value < 2n ** 63n && value >= -(2n ** 63n)) return value
  }
  return digitsOf(text) <= floatDigits ? Number(text) : undefined
}

export interface RowsOptions {
  readonly decoders: readonly Decoder[]
  /** Called after each row with its number; its values are the last ones of `values`. */
  readonly onRow: (row: number) => void
  /** Where values go. */
  readonly values: Value[]
}

/** Rows out of chunks that end anywhere. */
export class CsvRows {
  rows = 0
  readonly #options: RowsOptions
  /** Bytes of a row that has not ended. */
  #carry: Buffer[] = []
  #quoted = false

  constructor(options: RowsOptions) {
    this.#options = options
  }

  /** Throws RowFault. */
  push(bytes: Uint8Array): void {
    let chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (this.#carry.length > 0) {
      const end = this.#rowEnd(chunk)
      if (end < 0) return void this.#carry.push(Buffer.from(chunk))
      this.#carry.push(chunk.subarray(0, end + 1))
      const row = Buffer.concat(this.#carry)
      this.#carry = []
      this.#parse(row)
      chunk = chunk.subarray(end + 1)
    }
    const used = this.#parse(chunk)
    if (used === chunk.length) return
    // What is left is looked at once: the state of its quotes is kept.
    const rest = Buffer.from(chunk.subarray(used))
    this.#quoted = false
    this.#rowEnd(rest)
    this.#carry.push(rest)
  }

  /** A last row without its line feed counts. */
  end(): void {
    if (this.#carry.length === 0) return
    const rest = Buffer.concat([...this.#carry, Buffer.of(LF)])
    this.#carry = []
    if (this.#parse(rest) !== rest.length) this.#refuse('a quote that never closes')
  }

  /** Where the row that was begun ends; −1 when it does not. */
  #rowEnd(chunk: Buffer): number {
    let quoted = this.#quoted
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]
      if (byte === QUOTE) quoted = !quoted
      else if (byte === LF && !quoted) {
        this.#quoted = false
        return at
      }
    }
    this.#quoted = quoted
    return -1
  }

  /** Takes every row that ends in the chunk. Returns the bytes taken. */
  #parse(chunk: Buffer): number {
    const { decoders, onRow, values } = this.#options
    const columns = decoders.length
    let taken = 0
    while (taken < chunk.length) {
      const before = values.length
      let at = taken
      for (let column = 0; column < columns; column++) {
        const end = chunk[at] === QUOTE ? closing(chunk, at) : plainEnd(chunk, at)
        if (end === inside) this.#refuse('a quote inside an unquoted value')
        if (end < 0) return undone(values, before, taken)
        const decode = decoders[column] as Decoder
        values.push(this.#value(chunk, at, end, decode, column))
        const next = chunk[end]
        if (next !== (column === columns - 1 ? LF : COMMA)) this.#ragged(next, column)
        at = end + 1
      }
      this.rows++
      onRow(this.rows)
      taken = at
    }
    return taken
  }

  #value(chunk: Buffer, start: number, end: number, decode: Decoder, column: number): Value {
    if (start === end) return null
    let value: Value | undefined
    if (chunk[start] === QUOTE) {
      const inner = single(chunk, start + 1, end - 1)
      value = inner === null ? decode(chunk, start + 1, end - 1) : decode(inner, 0, inner.length)
    } else value = decode(chunk, start, end)
    if (value === undefined || (typeof value === 'string' && replaced(value, chunk, start, end))) {
      throw new RowFault('value_refused', { row: this.rows + 1, column })
    }
    return value
  }

  #ragged(next: number | undefined, column: number): never {
    if (next !== COMMA && next !== LF) this.#refuse('text after a closing quote')
    const count = next === LF ? `${column + 1}` : 'more'
    this.#refuse(`${count} fields where there are ${this.#options.decoders.length} columns`)
  }

  #refuse(why: string): never {
    const row = this.rows + 1
    throw new RowFault('row_refused', { row, column: null }, `Row ${row}: ${why}.`)
  }
}

function undone(values: Value[], length: number, taken: number): number {
  values.length = length
  return taken
}

/** A quote where none may be. */
const inside = -2

function plainEnd(chunk: Buffer, start: number): number {
  for (let at = start; at < chunk.length; at++) {
    const byte = chunk[at] as number
    if (byte === COMMA || byte === LF) return at
    if (byte === QUOTE) return inside
  }
  return -1
}

/** Behind the closing quote; −1 when that is not known yet. */
function closing(chunk: Buffer, start: number): number {
  for (let at = start + 1;;) {
    const quote = chunk.indexOf(QUOTE, at)
    if (quote < 0 || quote + 1 >= chunk.length) return -1
    if (chunk[quote + 1] !== QUOTE) return quote + 1
    at = quote + 2
  }
}

/** The value with its doubled quotes made single; null where it has none. */
function single(chunk: Buffer, start: number, end: number): Buffer | null {
  const first = chunk.indexOf(QUOTE, start)
  if (first < 0 || first >= end) return null
  const value = Buffer.allocUnsafe(end - start)
  let size = 0
  for (let at = start; at < end; at++) {
    const byte = chunk[at] as number
    value[size++] = byte
    if (byte === QUOTE) at++
  }
  return value.subarray(0, size)
}

/** True for text that was no UTF-8: its signs were replaced as it was read. */
function replaced(value: string, chunk: Buffer, start: number, end: number): boolean {
  return value.includes('\ufffd') && !isUtf8(chunk.subarray(start, end))
}
