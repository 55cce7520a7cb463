/** Cuts bytes into lines, each whole, without copying one. */
import { isUtf8 } from 'node:buffer'
import { RowFault } from '../../../engine/csv_scan.ts'
import { JsonLine, JsonTrouble } from './json_line.ts'
import { bufferOf } from './pass.ts'
import { RowBuffer } from './rows.ts'

const LF = 10

/** `bytes[start, end)` is the line without its line feed, good until the next one. */
export type OnLine = (bytes: Buffer, start: number, end: number) => void

export type OnFault = (fault: RowFault, bytes: Buffer, start: number, end: number) => void

export class LineCutter {
  /** Lines so far. */
  lines = 0
  readonly #onLine: OnLine
  readonly #onFault: OnFault | undefined
  readonly #buffer = new RowBuffer()

  /** `onFault` takes the lines that are not UTF-8; without it they end everything. */
  constructor(onLine: OnLine, onFault?: OnFault) {
    this.#onLine = onLine
    this.#onFault = onFault
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
        const fault = notText(bytes.subarray(start, end), this.lines)
        if (this.#onFault === undefined) throw fault
        this.#onFault(fault, bytes, start, end)
      } else this.#onLine(bytes, start, end)
      start = end + 1
    }
  }
}

/** Names the member of the object whose value is no text, where it is one. */
function notText(line: Buffer, row: number): RowFault {
  const whole = new RowFault('row_refused', { row, column: null }, `Row ${row}: not UTF-8.`)
  const object = new JsonLine()
  try {
    object.read(line, 0, line.length)
  } catch (error) {
    if (error instanceof JsonTrouble) return whole
    throw error
  }
  for (let at = 0; at < object.count; at++) {
    const key = line.subarray(object.keyStarts[at], object.keyEnds[at])
    if (!isUtf8(key)) return whole
    if (isUtf8(line.subarray(object.valueStarts[at], object.valueEnds[at]))) continue
    return new RowFault('value_refused', { row, column: null }, `Row ${row}, column "${key}": not UTF-8.`)
  }
  return whole
}
