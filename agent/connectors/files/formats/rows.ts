/** Cuts canonical CSV into rows of fields, without copying a field. */
import { Fault } from '../../../../shared/faults.ts'
import { RowFault } from '../../../engine/csv_scan.ts'
import { bufferOf, type BytePass, Out } from './pass.ts'

const QUOTE = 34
const COMMA = 44
const LF = 10

const START = 0
const BARE = 1
const QUOTED = 2
const CLOSED = 3

/** A row has to be whole before it is taken apart. */
export const mostRowBytes = 256 << 20

/** The fields of one row: field i is `bytes[starts[i], ends[i])`, raw, good until the next row. */
export interface Fields {
  readonly bytes: Buffer
  readonly starts: Int32Array
  readonly ends: Int32Array
}

export type OnRow = (fields: Fields, row: number) => void

/** Keeps what has come until its row is whole. */
export class RowBuffer {
  bytes = Buffer.allocUnsafeSlow(64 * 1024)
  /** Bytes that are filled. */
  size = 0

  add(chunk: Uint8Array): void {
    const needed = this.size + chunk.length
    if (needed > this.bytes.length) {
      if (needed > mostRowBytes + chunk.length) {
        throw new Fault('value_too_large', `A row is larger than ${mostRowBytes} bytes.`)
      }
      const wider = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length))
      this.bytes.copy(wider, 0, 0, this.size)
      this.bytes = wider
    }
    this.bytes.set(chunk, this.size)
    this.size = needed
  }

  /** Forgets what lies before `start`. */
  drop(start: number): void {
    if (start === 0) return
    this.bytes.copyWithin(0, start, this.size)
    this.size -= start
  }
}

export class RowCutter {
  rows = 0
  readonly #columns: number
  readonly #onRow: OnRow
  readonly #buffer = new RowBuffer()
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  readonly #fields: { bytes: Buffer; starts: Int32Array; ends: Int32Array }
  #state = START
  #at = 0
  #column = 0
  #begin = 0

  constructor(columns: number, onRow: OnRow) {
    this.#columns = columns
    this.#onRow = onRow
    this.#starts = new Int32Array(columns)
    this.#ends = new Int32Array(columns)
    this.#fields = { bytes: this.#buffer.bytes, starts: this.#starts, ends: this.#ends }
  }

  /** Throws a RowFault. */
  push(chunk: Uint8Array): void {
    const buffer = this.#buffer
    buffer.add(bufferOf(chunk))
    const { bytes, size } = buffer
    this.#fields.bytes = bytes
    let state = this.#state
    let rowStart = 0
    for (let at = this.#at; at < size; at++) {
      const byte = bytes[at] as number
      if (state === QUOTED) {
        if (byte === QUOTE) state = CLOSED
      } else if (byte > COMMA) {
        if (state === CLOSED) this.#refuse('text after a closing quote')
        state = BARE
      } else if (byte === COMMA) {
        this.#field(at)
        state = START
      } else if (byte === LF) {
        this.#field(at)
        this.#row()
        rowStart = at + 1
        state = START
      } else if (byte === QUOTE) {
        if (state === BARE) this.#refuse('a quote inside an unquoted value')
        state = QUOTED
      } else {
        if (state === CLOSED) this.#refuse('text after a closing quote')
        state = BARE
      }
    }
    this.#state = state
    buffer.drop(rowStart)
    this.#at = buffer.size
    this.#begin -= rowStart
    if (rowStart === 0) return
    for (let at = Math.min(this.#column, this.#columns) - 1; at >= 0; at--) {
      this.#starts[at] = (this.#starts[at] as number) - rowStart
      this.#ends[at] = (this.#ends[at] as number) - rowStart
    }
  }

  /** A last row without its line feed counts. */
  end(): void {
    if (this.#state === QUOTED) this.#refuse('a quote that never closes')
    if (this.#buffer.size === 0) return
    this.#field(this.#buffer.size)
    this.#row()
  }

  #field(end: number): void {
    if (this.#column < this.#columns) {
      this.#starts[this.#column] = this.#begin
      this.#ends[this.#column] = end
    }
    this.#column++
    this.#begin = end + 1
  }

  #row(): void {
    if (this.#column !== this.#columns) {
      this.#refuse(`${this.#column} fields where there are ${this.#columns} columns`)
    }
    this.#column = 0
    this.rows++
    this.#onRow(this.#fields, this.rows)
  }

  #refuse(why: string): never {
    const row = this.rows + 1
    throw new RowFault('row_refused', { row, column: null }, `Row ${row}: ${why}.`)
  }
}

/** Writes one row in a format. Throws a RowFault for a value that has no spelling in it. */
export type WriteRow = (fields: Fields, row: number, out: Out) => void

/** Row for row into another format. */
export class RowPass implements BytePass {
  readonly #cutter: RowCutter
  #out = new Out()

  constructor(columns: number, write: WriteRow) {
    this.#cutter = new RowCutter(columns, (fields, row) => write(fields, row, this.#out))
  }

  get rows(): number {
    return this.#cutter.rows
  }

  push(bytes: Uint8Array, out: Out): void {
    this.#out = out
    this.#cutter.push(bytes)
  }

  end(out: Out): void {
    this.#out = out
    this.#cutter.end()
  }
}
