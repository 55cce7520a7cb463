/**
 * One pass over CSV bytes that counts rows, finds ragged ones and puts values to their checks. The bytes go through
 * as they are; no row is ever built.
 */
import { Fault } from '../../shared/faults.ts'
import type { Check } from './checks.ts'

const QUOTE = 34
const COMMA = 44
const LF = 10
const CR = 13

/** What a byte may follow: nothing of the field yet, unquoted text, text in quotes, the closing quote. */
type At = 0 | 1 | 2 | 3
const START = 0
const BARE = 1
const QUOTED = 2
const CLOSED = 3

/** A row that cannot be taken. `row` is 1-based. */
export class RowFault extends Fault {
  readonly row: number
  /** Position of the column, or null when it is the row as a whole. */
  readonly column: number | null

  constructor(
    code: 'row_refused' | 'value_refused',
    place: { row: number; column: number | null },
    why?: string,
  ) {
    super(code, why)
    this.row = place.row
    this.column = place.column
  }
}

export interface ScanOptions {
  readonly columns: number
  /** By position; null for columns whose reader is exact. */
  readonly checks?: readonly (Check | null)[]
  /** Called with each complete row's raw bytes; null wants none. */
  readonly onRow?: (row: number, fields: readonly Buffer[]) => void
}

/** Scans a stream in the canonical form: comma, LF, `"` doubled inside quotes. */
export class CsvScanner {
  /** Complete rows so far. */
  rows = 0
  /** Line feeds so far, those inside values too. */
  lines = 0
  readonly #columns: number
  readonly #checks: readonly (Check | null)[]
  readonly #onRow: ScanOptions['onRow']
  readonly #kept: Buffer[] = []
  #state: At = START
  #column = 0
  /** Bytes of a field that began in an earlier chunk. */
  #carry: Buffer | null = null
  #empty = true

  constructor({ columns, checks = [], onRow }: ScanOptions) {
    this.#columns = columns
    this.#checks = checks
    this.#onRow = onRow
  }

  /** Throws RowFault. */
  push(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let state = this.#state
    let begin = 0
    const size = chunk.length
    if (size > 0) this.#empty = false
    for (let at = 0; at < size; at++) {
      const byte = chunk[at] as number
      if (state === QUOTED) {
        if (byte === QUOTE) state = CLOSED
        else if (byte === LF) this.lines++
        continue
      }
      if (byte > COMMA) {
        if (state === CLOSED) this.#refuse('text after a closing quote')
        state = BARE
      } else if (byte === COMMA) {
        this.#field(chunk, begin, at)
        begin = at + 1
        state = START
      } else if (byte === LF) {
        this.#field(chunk, begin, at)
        this.#row()
        begin = at + 1
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
    if (begin < size && this.#needs()) this.#keep(chunk.subarray(begin))
  }

  /** Call after the last chunk. A last row without its line feed counts. */
  end(): void {
    if (this.#state === QUOTED) this.#refuse('a quote that never closes')
    if (this.#empty || (this.#state === START && this.#column === 0)) return
    this.#field(Buffer.alloc(0), 0, 0)
    this.#row()
  }

  #needs(): boolean {
    return this.#onRow !== undefined || (this.#checks[this.#column] ?? null) !== null
  }

  #keep(part: Uint8Array): void {
    const before = this.#carry
    const joined = Buffer.alloc((before?.length ?? 0) + part.length)
    if (before) joined.set(before)
    joined.set(part, before?.length ?? 0)
    this.#carry = joined
  }

  #field(chunk: Buffer, start: number, end: number): void {
    const column = this.#column++
    const check = this.#checks[column] ?? null
    if (check === null && this.#onRow === undefined) return
    let bytes = chunk
    if (this.#carry) {
      this.#keep(chunk.subarray(start, end))
      bytes = this.#carry
      this.#carry = null
      start = 0
      end = bytes.length
    }
    if (this.#onRow) this.#kept.push(Buffer.from(bytes.subarray(start, end)))
    // An unquoted empty field is NULL.
    if (check === null || start === end) return
    if (bytes[start] === QUOTE) {
      const value = unquoted(bytes, start, end)
      if (!check(value, 0, value.length)) this.#refuse(null, column)
    } else if (!check(bytes, start, end)) this.#refuse(null, column)
  }

  #row(): void {
    this.lines++
    if (this.#column !== this.#columns) {
      this.#refuse(`${this.#column} fields where there are ${this.#columns} columns`)
    }
    this.#column = 0
    this.rows++
    this.#onRow?.(this.rows, this.#kept)
    this.#kept.length = 0
  }

  #refuse(why: string | null, column: number | null = null): never {
    const place = { row: this.rows + 1, column }
    if (why === null) throw new RowFault('value_refused', place)
    throw new RowFault('row_refused', place, `Row ${place.row}: ${why}.`)
  }
}

/** The value of a quoted field, its doubled quotes made single. */
export function unquoted(bytes: Buffer, start: number, end: number): Buffer {
  const inner = bytes.subarray(start + 1, end - 1)
  if (inner.indexOf(QUOTE) < 0) return inner
  const value = Buffer.alloc(inner.length)
  let size = 0
  for (let at = 0; at < inner.length; at++) {
    value[size++] = inner[at] as number
    if (inner[at] === QUOTE) at++
  }
  return value.subarray(0, size)
}

/** Passes bytes through a scanner. The end of the stream is checked too. */
export function scanned(bytes: ReadableStream<Uint8Array>, scanner: CsvScanner): ReadableStream<Uint8Array> {
  return bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        scanner.push(chunk)
        controller.enqueue(chunk)
      },
      flush: () => scanner.end(),
    }),
  )
}

/** Drops the CR of each CRLF outside quotes. `state` begins outside. */
export function withoutCarriageReturns(): TransformStream<Uint8Array, Uint8Array> {
  let quoted = false
  let pending = false
  return new TransformStream({
    transform(chunk, controller) {
      const out = new Uint8Array(chunk.length + 1)
      let size = 0
      for (const byte of chunk) {
        if (pending && byte !== LF) out[size++] = CR
        pending = byte === CR && !quoted
        if (byte === QUOTE) quoted = !quoted
        if (!pending) out[size++] = byte
      }
      controller.enqueue(out.subarray(0, size))
    },
    flush(controller) {
      if (pending) controller.enqueue(new Uint8Array([CR]))
    },
  })
}

/** A byte order mark at the beginning of a value is part of it. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** The text of a raw field; null for NULL. */
export function fieldText(raw: Buffer): string | null {
  if (raw.length === 0) return null
  return utf8.decode(raw[0] === QUOTE ? unquoted(raw, 0, raw.length) : raw)
}
