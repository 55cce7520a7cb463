/**
 * Canonical CSV as what MySQL reads: the text of LOAD DATA, or the VALUES of an INSERT. One pass over the bytes; a row
 * is never built, and a value is looked at where its column would not keep every text as it is.
 */
import { isUtf8 } from 'node:buffer'
import { RowFault, unquoted } from '../../engine/csv_scan.ts'
import { Garbage } from '../../engine/garbage.ts'
import type { Writing } from './values.ts'

const QUOTE = 34
const APOSTROPHE = 39
const COMMA = 44
const LF = 10
const TAB = 9
const BACKSLASH = 92

export const chunkBytes = 256 * 1024

/** What begins with a backslash in the text of LOAD DATA. */
const escaped = new Uint8Array(256)
escaped[0] = 48
escaped[TAB] = 116
escaped[LF] = 110
escaped[13] = 114
escaped[BACKSLASH] = BACKSLASH

export interface LoadTextOptions {
  readonly columns: readonly Writing[]
  readonly emit: (chunk: Buffer) => void
  /** `rows`: text of LOAD DATA in chunks; `values`: `(…),(…)` with whole rows in each chunk. */
  readonly as: 'rows' | 'values'
  /** Bytes of a chunk of `values`. */
  readonly most?: number
}

export class LoadText {
  /** Complete rows so far. */
  rows = 0
  readonly #columns: readonly Writing[]
  readonly #emit: (chunk: Buffer) => void
  readonly #values: boolean
  readonly #most: number
  /** What has come and is not yet written: `[#begin, #end)`, looked through up to `#at`. */
  #in: Buffer = Buffer.allocUnsafeSlow(chunkBytes)
  #begin = 0
  #at = 0
  #end = 0
  #quoted = false
  #column = 0
  #out: Buffer = Buffer.allocUnsafeSlow(chunkBytes)
  #size = 0
  /** Rows in `#out`. */
  #inChunk = 0
  /** Where `#out` begins. */
  #first = { row: 1, column: 0 }

  constructor({ columns, emit, as, most = chunkBytes }: LoadTextOptions) {
    this.#columns = columns
    this.#emit = emit
    this.#values = as === 'values'
    this.#most = most
  }

  /** Throws RowFault. */
  push(bytes: Uint8Array): void {
    this.#take(bytes)
    const buffer = this.#in
    const end = this.#end
    let at = this.#at
    let quoted = this.#quoted
    for (; at < end; at++) {
      const byte = buffer[at] as number
      if (byte === QUOTE) quoted = !quoted
      else if (!quoted && (byte === COMMA || byte === LF)) {
        this.#field(at)
        this.#begin = at + 1
        if (byte === LF) this.#row()
      }
    }
    this.#at = at
    this.#quoted = quoted
  }

  /** Call after the last chunk. A last row without its line feed counts. */
  end(): void {
    if (this.#quoted) this.#refuse('a quote that never closes')
    if (this.#begin < this.#end || this.#column > 0) {
      this.#field(this.#end)
      this.#begin = this.#end
      this.#row()
    }
    this.#flush()
  }

  /** Appends what has come behind what is left of before. */
  #take(bytes: Uint8Array): void {
    const kept = this.#end - this.#begin
    if (this.#end + bytes.length > this.#in.length) {
      const room = kept + bytes.length
      const into = room <= this.#in.length / 2 || room <= chunkBytes
        ? this.#in
        : Buffer.allocUnsafeSlow(Math.max(2 * room, chunkBytes))
      into.set(this.#in.subarray(this.#begin, this.#end), 0)
      this.#in = into
      this.#at -= this.#begin
      this.#begin = 0
      this.#end = kept
    }
    this.#in.set(bytes, this.#end)
    this.#end += bytes.length
  }

  #field(end: number): void {
    const column = this.#column++
    const writing = this.#columns[column]
    if (writing === undefined) return this.#refuse('more fields than there are columns')
    const start = this.#begin
    // A value at most doubles; `X'`, a comma and what closes come beside it.
    this.#room(2 * (end - start) + 16)
    if (column > 0) this.#out[this.#size++] = this.#values ? COMMA : TAB
    else if (this.#values) {
      if (this.#inChunk > 0) this.#out[this.#size++] = COMMA
      this.#out[this.#size++] = 40
    }
    if (start === end) return this.#null(writing, column)
    if (this.#in[start] === QUOTE) {
      if (!this.#values && writing.form === 'text' && writing.take === null) {
        this.#refuseOpen(start, end)
        return this.#escape(this.#in, start + 1, end - 1)
      }
      const value = this.#unquoted(start, end)
      this.#write(value, 0, value.length, column)
    } else this.#write(this.#in, start, end, column)
  }

  #unquoted(start: number, end: number): Buffer {
    this.#refuseOpen(start, end)
    return unquoted(this.#in, start, end)
  }

  #refuseOpen(start: number, end: number): void {
    if (end - start < 2 || this.#in[end - 1] !== QUOTE) this.#refuse('text after a closing quote')
  }

  #null({ required }: Writing, column: number): void {
    if (required) throw new RowFault('value_refused', { row: this.rows + 1, column })
    this.#ascii(this.#values ? 'NULL' : '\\N')
  }

  #write(bytes: Buffer, start: number, end: number, column: number): void {
    const { form, take } = this.#columns[column] as Writing
    let until = end
    if (take !== null) {
      const taken = take(bytes, start, end)
      if (taken === null) throw new RowFault('value_refused', { row: this.rows + 1, column })
      if (typeof taken === 'string') return this.#ascii(this.#values ? `'${taken}'` : taken)
      until = taken
    }
    if (this.#values) return this.#literal(bytes, start, until, form)
    if (form === 'text') this.#escape(bytes, start, until, false)
    else this.#copy(bytes, form === 'hex' ? start + 2 : start, until)
  }

  #literal(bytes: Buffer, start: number, end: number, form: Writing['form']): void {
    if (form === 'number') return this.#copy(bytes, start, end)
    if (form === 'hex') this.#ascii('X')
    if (form === 'bits') this.#ascii('b')
    const out = this.#out
    let size = this.#size
    out[size++] = APOSTROPHE
    for (let at = form === 'hex' ? start + 2 : start; at < end; at++) {
      const byte = bytes[at] as number
      if (byte === APOSTROPHE) out[size++] = APOSTROPHE
      out[size++] = byte
    }
    out[size++] = APOSTROPHE
    this.#size = size
  }

  /** `doubled`: of two quotes the second is left out. */
  #escape(bytes: Buffer, start: number, end: number, doubled = true): void {
    const out = this.#out
    let size = this.#size
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      const other = escaped[byte] as number
      if (other === 0) {
        out[size++] = byte
        if (doubled && byte === QUOTE) at++
      } else {
        out[size++] = BACKSLASH
        out[size++] = other
      }
    }
    this.#size = size
  }

  #copy(bytes: Buffer, start: number, end: number): void {
    const out = this.#out
    let size = this.#size
    if (end - start > 64) {
      out.set(bytes.subarray(start, end), size)
      size += end - start
    } else for (let at = start; at < end; at++) out[size++] = bytes[at] as number
    this.#size = size
  }

  #ascii(text: string): void {
    this.#size += this.#out.write(text, this.#size, 'latin1')
  }

  #row(): void {
    if (this.#column !== this.#columns.length) {
      this.#refuse(`${this.#column} fields where there are ${this.#columns.length} columns`)
    }
    this.#out[this.#size++] = this.#values ? 41 : LF
    this.#column = 0
    this.rows++
    this.#inChunk++
    if (this.#values && this.#size >= this.#most) this.#flush()
  }

  #room(bytes: number): void {
    if (this.#size + bytes <= this.#out.length) return
    if (!this.#values) this.#flush(bytes)
    if (this.#size + bytes <= this.#out.length) return
    const wider = Buffer.allocUnsafeSlow(2 * (this.#size + bytes))
    wider.set(this.#out.subarray(0, this.#size), 0)
    this.#out = wider
  }

  /** A chunk has whole values in it, so its characters are whole too. */
  #flush(room = 0): void {
    if (this.#size > 0) {
      const chunk = this.#out.subarray(0, this.#size)
      if (!isUtf8(chunk)) throw new RowFault('value_refused', this.#unreadable(chunk))
      this.#emit(chunk)
    }
    this.#out = Buffer.allocUnsafeSlow(Math.max(chunkBytes, room))
    this.#size = 0
    this.#inChunk = 0
    // It begins with what stands between the value before and its own.
    this.#first = { row: this.rows + 1, column: Math.max(0, this.#column - 2) }
  }

  /** The first value that is no UTF-8. */
  #unreadable(chunk: Buffer): { row: number; column: number } {
    let { row, column } = this.#first
    let begin = 0
    let quoted = false
    const between = this.#values ? COMMA : TAB
    const behind = this.#values ? 41 : LF
    for (let at = 0; at <= chunk.length; at++) {
      const byte = chunk[at]
      if (this.#values && byte === APOSTROPHE) quoted = !quoted
      const ends = at === chunk.length || (!quoted && (byte === between || byte === behind))
      if (!ends) continue
      if (!isUtf8(chunk.subarray(begin, at))) break
      begin = at + 1
      if (byte === behind) {
        row++
        column = 0
        // The comma between two rows.
        if (this.#values) at++
      } else column++
    }
    return { row, column }
  }

  #refuse(why: string): never {
    throw new RowFault('row_refused', { row: this.rows + 1, column: null }, `Row ${this.rows + 1}: ${why}.`)
  }
}

/** What a text of LOAD DATA is made of, chunk by chunk, at the pace of its reader. */
export async function* loadRows(
  bytes: ReadableStream<Uint8Array>,
  text: (emit: (chunk: Buffer) => void) => LoadText,
): AsyncGenerator<Buffer> {
  const ready: Buffer[] = []
  const garbage = new Garbage()
  const pass = text((chunk) => ready.push(chunk))
  for await (const chunk of bytes) {
    pass.push(chunk)
    garbage.after(chunk.byteLength)
    while (ready.length > 0) yield ready.shift() as Buffer
  }
  pass.end()
  while (ready.length > 0) yield ready.shift() as Buffer
}
