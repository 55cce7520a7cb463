/**
 * Rows of the text protocol as canonical CSV, byte for byte: no value becomes a string on the way. A row is its values
 * one after the other, each behind its length (Protocol::LengthEncodedString); 0xfb stands for NULL.
 */
import { Fault } from '../../../shared/faults.ts'

/**
 * How a value is spelled: `plain` as it comes, it needs no quotes; `text` in quotes where it has to be; `bytes` as
 * `\x…`; `moment` without zeros at the end of its fraction; `moment-utc` with its zone behind it; `bits` as zeros and
 * ones; `float32` with as few digits as lead back to it.
 */
export type Spelling =
  | 'plain'
  | 'text'
  | 'bytes'
  | 'moment'
  | 'moment-utc'
  | 'float32'
  | { readonly bits: number }

export const chunkBytes = 256 * 1024

const COMMA = 44
const LF = 10
const QUOTE = 34
const ZERO = 48
const DOT = 46
const NULL = 0xfb

/** 1: the value has to stand in quotes; 2: it is doubled in them. A backslash alone would end a COPY. */
const special = new Uint8Array(256)
for (const byte of [COMMA, LF, 13, 92]) special[byte] = 1
special[QUOTE] = 2

const hex = Buffer.from('0123456789abcdef')

const PLAIN = 0
const TEXT = 1
const BYTES = 2
const MOMENT = 3
const MOMENT_UTC = 4
const FLOAT32 = 5
const BITS = 6

const kinds = {
  plain: PLAIN,
  text: TEXT,
  bytes: BYTES,
  moment: MOMENT,
  'moment-utc': MOMENT_UTC,
  float32: FLOAT32,
} as const

export interface RowCsvOptions {
  readonly columns: readonly Spelling[]
  /** Every value but NULL in quotes. */
  readonly quoted: boolean
  /** Takes full chunks; they are not written to again. */
  readonly emit: (chunk: Uint8Array) => void
}

export class RowCsv {
  rows = 0
  readonly #kinds: Uint8Array
  readonly #bits: readonly number[]
  readonly #quoted: boolean
  readonly #emit: (chunk: Uint8Array) => void
  #out: Buffer = Buffer.allocUnsafeSlow(chunkBytes)
  #size = 0

  constructor({ columns, quoted, emit }: RowCsvOptions) {
    this.#kinds = Uint8Array.from(columns, (one) => typeof one === 'string' ? kinds[one] : BITS)
    this.#bits = columns.map((one) => typeof one === 'string' ? 0 : one.bits)
    this.#quoted = quoted
    this.#emit = emit
  }

  /** One row: `bytes[start, end)`. */
  push(bytes: Buffer, start: number, end: number): void {
    const types = this.#kinds
    const quoted = this.#quoted
    let at = start
    for (let column = 0; column < types.length; column++) {
      let length = bytes[at++] as number
      if (length >= NULL) {
        if (length === NULL) {
          this.#room(1)
          this.#out[this.#size++] = COMMA
          continue
        }
        const width = length === 0xfc ? 2 : length === 0xfd ? 3 : 8
        length = width === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, width)
        at += width
      }
      const kind = types[column]
      // Twice its size and quotes; hex is no longer. A zone and an apostrophe more fit into what is left over.
      this.#room(2 * length + 64)
      if (kind === TEXT) this.#text(bytes, at, length)
      else {
        if (quoted) this.#out[this.#size++] = QUOTE
        if (kind === PLAIN) this.#copy(bytes, at, length)
        else this.#spell({ bytes, at, length, column })
        if (quoted) this.#out[this.#size++] = QUOTE
      }
      this.#out[this.#size++] = COMMA
      at += length
    }
    if (at !== end) throw new Fault('source_failed', 'A row of the source has another number of columns.')
    this.#out[this.#size - 1] = LF
    this.rows++
  }

  /** Gives out what has not been given out yet. */
  flush(): void {
    if (this.#size === 0) return
    this.#emit(this.#out.subarray(0, this.#size))
    this.#out = Buffer.allocUnsafeSlow(chunkBytes)
    this.#size = 0
  }

  /** A chunk ends anywhere, inside of a row too; a value larger than a chunk gets one of its own. */
  #room(bytes: number): void {
    if (this.#size + bytes <= this.#out.length) return
    // The line feed of a row takes the place of its last comma: that byte stays in hand.
    const last = this.#size > 0 ? this.#out[this.#size - 1] as number : null
    if (last !== null && this.#size > 1) this.#emit(this.#out.subarray(0, this.#size - 1))
    this.#out = Buffer.allocUnsafeSlow(Math.max(chunkBytes, bytes + 1))
    this.#size = 0
    if (last !== null) this.#out[this.#size++] = last
  }

  #copy(bytes: Buffer, at: number, length: number): void {
    const out = this.#out
    let size = this.#size
    if (length > 64) {
      out.set(bytes.subarray(at, at + length), size)
      this.#size = size + length
      return
    }
    const end = at + length
    for (; at < end; at++) out[size++] = bytes[at] as number
    this.#size = size
  }

  /** Begins as if nothing were special in it, which is most often so. */
  #text(bytes: Buffer, start: number, length: number): void {
    const out = this.#out
    const begin = this.#size
    let size = begin
    const end = start + length
    if (!this.#quoted && length > 0) {
      let at = start
      for (; at < end; at++) {
        const byte = bytes[at] as number
        if (special[byte] !== 0) break
        out[size++] = byte
      }
      if (at === end) {
        this.#size = size
        return
      }
      size = begin
    }
    out[size++] = QUOTE
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      if (byte === QUOTE) out[size++] = QUOTE
      out[size++] = byte
    }
    out[size++] = QUOTE
    this.#size = size
  }

  #spell({ bytes, at, length, column }: Value): void {
    switch (this.#kinds[column]) {
      case BYTES:
        return this.#hex(bytes, at, length)
      case FLOAT32:
        return this.#ascii(shortest32(bytes.toString('latin1', at, at + length)))
      case BITS:
        return this.#ascii(bitsOf(bytes.subarray(at, at + length), this.#bits[column] as number))
      default:
        this.#copy(bytes, at, momentLength(bytes, at, length))
        if (this.#kinds[column] === MOMENT_UTC) this.#ascii('+00')
    }
  }

  #hex(bytes: Buffer, start: number, length: number): void {
    const out = this.#out
    let size = this.#size
    out[size++] = 92
    out[size++] = 120
    for (let at = start; at < start + length; at++) {
      const byte = bytes[at] as number
      out[size++] = hex[byte >> 4] as number
      out[size++] = hex[byte & 15] as number
    }
    this.#size = size
  }

  #ascii(text: string): void {
    this.#size += this.#out.write(text, this.#size, 'latin1')
  }
}

interface Value {
  readonly bytes: Buffer
  readonly at: number
  readonly length: number
  readonly column: number
}

/** Without the zeros that a column with more digits than the value writes at its end. */
function momentLength(bytes: Buffer, at: number, length: number): number {
  if (length < 20 || bytes[at + 19] !== DOT) return length
  let end = at + length
  while (bytes[end - 1] === ZERO) end--
  if (bytes[end - 1] === DOT) end--
  return end - at
}

function shortest32(spelled: string): string {
  const value = Number(spelled)
  if (value === 0) return spelled
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}

function bitsOf(bytes: Buffer, bits: number): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(2).padStart(8, '0')
  return text.slice(-bits).padStart(bits, '0')
}
