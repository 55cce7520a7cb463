/** Cuts bytes into lines, each whole, without copying one. */
import { isUtf8 } from 'node:buffer'
import { RowFault } from '../../../engine/csv_scan.ts'
import { bufferOf } from './pass.ts'
import { RowBuffer } from './rows.ts'

const LF = 10

/** `bytes[start, end)` is the line without its line feed, good until the next one. */
export type OnLine = (bytes: Buffer, start: number, end: number) => void

export class LineCutter {
  /** Lines so far. */
  lines = 0
  readonly #onLine: OnLine
  readonly #buffer = new RowBuffer()

  constructor(onLine: OnLine) {
    this.#onLine = onLine
  }

  /** Throws a RowFault for a line that is not UTF-8. */
  push(chunk: Uint8Array): void {
    const bytes = bufferOf(chunk)
    const last = bytes.lastIndexOf(LF)
    const old = this.#buffer.size
    this.#buffer.add(bytes)
    if (last < 0) return
    this.#take(old + last + 1)
    this.#buffer.drop(old + last + 1)
  }

  /** A last line without its line feed counts. */
  end(): void {
    const { size } = this.#buffer
    if (size === 0) return
    this.#buffer.add(Buffer.of(LF))
    this.#take(size + 1)
    this.#buffer.size = 0
  }

  /** The lines in the first `size` bytes, of which the last is a line feed. */
  #take(size: number): void {
    const { bytes } = this.#buffer
    const known = isUtf8(bytes.subarray(0, size))
    for (let start = 0; start < size;) {
      const end = bytes.indexOf(LF, start)
      this.lines++
      if (!known && !isUtf8(bytes.subarray(start, end))) {
        throw new RowFault('row_refused', { row: this.lines, column: null }, `Row ${this.lines}: not UTF-8.`)
      }
      this.#onLine(bytes, start, end)
      start = end + 1
    }
  }
}
