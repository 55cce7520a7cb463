/** CSV with another delimiter, quote or word for NULL, into canonical CSV. No value is held: it may be of any width. */
import { RowFault } from '../../../engine/csv_scan.ts'
import type { LineEnding } from './dialect.ts'
import type { BytePass, Out } from './pass.ts'

const QUOTE = 34
const COMMA = 44
const LF = 10
const CR = 13

/** Nothing of the field yet but what its NULL begins with; unquoted; in quotes; behind the closing quote. */
const START = 0
const BARE = 1
const QUOTED = 2
const CLOSED = 3
/** Behind a CR that may end the line. */
const RETURN = 4

const blockBytes = 32 * 1024

export interface DelimitedForm {
  readonly columns: number
  /** ASCII. */
  readonly delimiter: number
  /** ASCII; -1 where nothing quotes. */
  readonly quote: number
  /** A field that is this, unquoted, is NULL. */
  readonly nullText: Buffer
  readonly lineEnding: LineEnding
  /** Rows of other widths go on as they are: whoever takes them puts them aside. */
  readonly ragged?: boolean
}

export class DelimitedReader implements BytePass {
  readonly #form: DelimitedForm
  /** What ends a line: LF, or CR. */
  readonly #eol: number
  /** By byte: 1 where it means something in an unquoted value. */
  readonly #special: Uint8Array
  #state = START
  /** The state before a CR. */
  #before = START
  /** So many bytes of the field are those that NULL begins with. */
  #held = 0
  #column = 0
  #rows = 0

  constructor(form: DelimitedForm) {
    this.#form = form
    this.#eol = form.lineEnding === 'cr' ? CR : LF
    this.#special = specialBytes(form)
    if (form.quote >= 0) this.#special[form.quote] = 1
  }

  push(bytes: Uint8Array, out: Out): void {
    for (let at = 0; at < bytes.length; at += blockBytes) {
      const block = bytes.subarray(at, at + blockBytes)
      out.room(roomFor(block.length, this.#form))
      this.#block(block, out)
    }
  }

  #block(block: Uint8Array, out: Out): void {
    const { quote } = this.#form
    const special = this.#special
    const to = out.bytes
    let state = this.#state
    let end = out.at
    for (let i = 0; i < block.length; i++) {
      const byte = block[i] as number
      if (state === QUOTED ? byte !== quote : state === BARE && special[byte] === 0) {
        to[end++] = byte
        if (byte === QUOTE) to[end++] = QUOTE
      } else if (state === QUOTED) state = CLOSED
      else {
        out.at = end
        this.#state = state
        this.#mark(byte, out)
        state = this.#state
        end = out.at
      }
    }
    out.at = end
    this.#state = state
  }

  #mark(byte: number, out: Out): void {
    if (this.#state === RETURN) {
      this.#state = this.#before
      if (byte !== LF) this.#data(CR, out)
    }
    if (byte === this.#form.delimiter) {
      this.#field(out)
      out.bytes[out.at++] = COMMA
    } else if (byte === this.#eol) {
      this.#field(out)
      this.#row(out)
    } else if (byte === CR && this.#special[CR] === 1) {
      this.#before = this.#state
      this.#state = RETURN
    } else this.#data(byte, out)
  }

  #data(byte: number, out: Out): void {
    const { quote, nullText } = this.#form
    if (this.#state === CLOSED) {
      if (byte !== quote) this.#refuse('text after a closing quote')
      put(out, quote)
      this.#state = QUOTED
    } else if (byte === quote) {
      if (this.#state === BARE || this.#held > 0) this.#refuse('a quote inside an unquoted value')
      out.bytes[out.at++] = QUOTE
      this.#state = QUOTED
    } else if (this.#state === START && byte === nullText[this.#held]) this.#held++
    else {
      if (this.#state === START) this.#open(out)
      put(out, byte)
    }
  }

  /** What looked like the beginning of NULL is a value. */
  #open(out: Out): void {
    out.bytes[out.at++] = QUOTE
    for (let at = 0; at < this.#held; at++) put(out, this.#form.nullText[at] as number)
    this.#held = 0
    this.#state = BARE
  }

  #field(out: Out): void {
    if (this.#state === START && this.#held < this.#form.nullText.length) this.#open(out)
    if (this.#state !== START) out.bytes[out.at++] = QUOTE
    this.#state = START
    this.#held = 0
    this.#column++
  }

  #row(out: Out): void {
    const { columns, ragged } = this.#form
    if (this.#column !== columns && ragged !== true) {
      this.#refuse(`${this.#column} fields where there are ${columns} columns`)
    }
    this.#column = 0
    this.#rows++
    out.bytes[out.at++] = LF
  }

  end(out: Out): void {
    out.room(roomFor(0, this.#form))
    if (this.#state === RETURN) {
      this.#state = this.#before
      this.#data(CR, out)
    }
    if (this.#state === QUOTED) this.#refuse('a quote that never closes')
    if (this.#column === 0 && this.#state === START && this.#held === 0) return
    this.#field(out)
    this.#row(out)
  }

  #refuse(why: string): never {
    const row = this.#rows + 1
    throw new RowFault('row_refused', { row, column: null }, `Row ${row}: ${why}.`)
  }
}

/** By byte: 1 for what ends a field. */
export function specialBytes({ delimiter, lineEnding }: Pick<DelimitedForm, 'delimiter' | 'lineEnding'>) {
  const special = new Uint8Array(256)
  special[delimiter] = 1
  special[lineEnding === 'cr' ? CR : LF] = 1
  if (lineEnding === 'crlf') special[CR] = 1
  return special
}

/** Two bytes for each of the block, two quotes for each field, and what was held. */
export const roomFor = (bytes: number, { nullText }: Pick<DelimitedForm, 'nullText'>) =>
  4 * bytes + 2 * nullText.length + 16

function put(out: Out, byte: number): void {
  out.bytes[out.at++] = byte
  if (byte === QUOTE) out.bytes[out.at++] = QUOTE
}
