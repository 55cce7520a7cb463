/**
 * The text format of PostgreSQL's COPY and MySQL's OUTFILE: fields by tab, backslashes before what would end them.
 * Escapes that the two read in different ways are refused.
 */
import { RowFault } from '../../../engine/csv_scan.ts'
import { type DelimitedForm, roomFor, specialBytes } from './delimited_reader.ts'
import type { BytePass, Out } from './pass.ts'

const QUOTE = 34
const COMMA = 44
const LF = 10
const CR = 13
const BACKSLASH = 92

/** Nothing of the field yet but what its NULL begins with; within it; behind a backslash. */
const START = 0
const BARE = 1
const ESCAPED = 2
/** Behind a CR that may end the line. */
const RETURN = 3

const blockBytes = 32 * 1024

/** By the byte behind the backslash: what it stands for; -1 where that depends on who reads. */
const meanings = Int16Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte)
  const known = ({ b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '0': 0 } as Record<string, number>)[letter]
  return known ?? (/[0-9A-Za-z.]/.test(letter) ? -1 : byte)
})

type Form = Omit<DelimitedForm, 'quote'>

export class TextReader implements BytePass {
  readonly #form: Form
  readonly #eol: number
  readonly #special: Uint8Array
  #state = START
  #before = START
  #held = 0
  #column = 0
  #rows = 0

  constructor(form: Form) {
    this.#form = form
    this.#eol = form.lineEnding === 'cr' ? CR : LF
    this.#special = specialBytes(form)
    this.#special[BACKSLASH] = 1
  }

  push(bytes: Uint8Array, out: Out): void {
    for (let at = 0; at < bytes.length; at += blockBytes) {
      const block = bytes.subarray(at, at + blockBytes)
      out.room(roomFor(block.length, this.#form))
      this.#block(block, out)
    }
  }

  #block(block: Uint8Array, out: Out): void {
    const special = this.#special
    const to = out.bytes
    let state = this.#state
    let end = out.at
    for (let i = 0; i < block.length; i++) {
      const byte = block[i] as number
      if (state === BARE && special[byte] === 0) {
        to[end++] = byte
        if (byte === QUOTE) to[end++] = QUOTE
        continue
      }
      out.at = end
      this.#state = state
      this.#mark(byte, out)
      state = this.#state
      end = out.at
    }
    out.at = end
    this.#state = state
  }

  #mark(byte: number, out: Out): void {
    if (this.#state === RETURN) {
      this.#state = this.#before
      if (byte !== LF) this.#data(CR, out)
    }
    if (this.#state === START) {
      const { nullText } = this.#form
      const whole = this.#held === nullText.length
      if (!whole && byte === nullText[this.#held]) {
        this.#held++
        return
      }
      // What begins like NULL may end in a backslash, and that changes what the byte is.
      if (!whole && this.#held > 0) this.#open(out)
    }
    if (this.#state === ESCAPED) this.#data(byte, out)
    else if (byte === this.#form.delimiter) {
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
    if (this.#state === START) this.#open(out)
    if (this.#state === ESCAPED) {
      const meant = meanings[byte] as number
      if (meant < 0) this.#refuse('an escape that PostgreSQL and MySQL read in different ways')
      put(out, meant)
      this.#state = BARE
    } else if (byte === BACKSLASH) this.#state = ESCAPED
    else put(out, byte)
  }

  /** What looked like NULL is a value. */
  #open(out: Out): void {
    out.bytes[out.at++] = QUOTE
    this.#state = BARE
    const held = this.#held
    this.#held = 0
    for (let at = 0; at < held; at++) this.#data(this.#form.nullText[at] as number, out)
  }

  #field(out: Out): void {
    if (this.#state === START && this.#held < this.#form.nullText.length) this.#open(out)
    if (this.#state === ESCAPED) this.#refuse('a backslash with nothing behind it')
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
    if (this.#column === 0 && this.#state === START && this.#held === 0) return
    this.#field(out)
    this.#row(out)
  }

  #refuse(why: string): never {
    const row = this.#rows + 1
    throw new RowFault('row_refused', { row, column: null }, `Row ${row}: ${why}.`)
  }
}

function put(out: Out, byte: number): void {
  out.bytes[out.at++] = byte
  if (byte === QUOTE) out.bytes[out.at++] = QUOTE
}
