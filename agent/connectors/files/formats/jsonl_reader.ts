/** JSON lines into canonical CSV. A number keeps its spelling, a string becomes its text, the rest stays JSON. */
import { RowFault } from '../../../engine/csv_scan.ts'
import type { Type } from '../../../engine/types.ts'
import { BOOLEAN, ESCAPED, INTEGER, JsonLine, JsonTrouble, NULL, NUMBER, STRING } from './json_line.ts'
import { isBlank, isUnreal, KeyIndex } from './jsonl_columns.ts'
import { LineCutter } from './lines.ts'
import { type BytePass, Out } from './pass.ts'
import { spelled } from './projection.ts'

const QUOTE = 34
const COMMA = 44
const LF = 10

/** What a column takes from each line: the value of a key, as its type says, or the same text; null for NULL. */
export type JsonOrigin =
  | { readonly key: string; readonly kind: Type['kind'] }
  | { readonly constant: string | null }

export class JsonlReader implements BytePass {
  readonly #origins: readonly JsonOrigin[]
  readonly #kinds: readonly (Type['kind'] | null)[]
  readonly #constants: readonly Buffer[]
  readonly #line = new JsonLine()
  readonly #index: KeyIndex
  readonly #lines = new LineCutter((bytes, start, end) => this.#take(bytes, start, end))
  /** By column: its member in the line, -1 where it has none. */
  readonly #members: Int32Array
  readonly #tally: { rows: number }
  #out = new Out()

  /** `tally`: counts the rows that are given. */
  constructor(origins: readonly JsonOrigin[], tally = { rows: 0 }) {
    this.#tally = tally
    const byName = new Map(
      origins.flatMap((origin, at) => 'key' in origin ? [[origin.key, at] as const] : []),
    )
    this.#origins = origins
    this.#kinds = origins.map((origin) => 'key' in origin ? origin.kind : null)
    this.#constants = origins.map((origin) =>
      Buffer.from('constant' in origin ? spelled(origin.constant) : '')
    )
    this.#index = new KeyIndex((name) => byName.get(name) ?? -1)
    this.#members = new Int32Array(origins.length)
  }

  push(bytes: Uint8Array, out: Out): void {
    this.#out = out
    this.#lines.push(bytes)
  }

  end(out: Out): void {
    this.#out = out
    this.#lines.end()
  }

  #take(bytes: Buffer, start: number, end: number): void {
    const line = this.#line
    const row = this.#lines.lines
    // Lines without an object have been refused but at the end of a file.
    if (isBlank(bytes, start, end)) return
    try {
      line.read(bytes, start, end)
    } catch (error) {
      if (!(error instanceof JsonTrouble)) throw error
      throw new RowFault('row_refused', { row, column: null }, `Row ${row}: ${error.message}.`)
    }
    this.#members.fill(-1)
    for (let at = 0; at < line.count; at++) {
      const column = this.#index.find(bytes, line, at)
      if (column >= 0) this.#members[column] = at
    }
    this.#row(bytes, row)
  }

  #row(bytes: Buffer, row: number): void {
    const out = this.#out
    for (let column = 0; column < this.#origins.length; column++) {
      if (column > 0) out.byte(COMMA)
      const member = this.#members[column] as number
      if (member < 0) {
        const constant = this.#constants[column] as Buffer
        out.copy(constant, 0, constant.length)
      } else if (this.#line.kinds[member] !== NULL) {
        if (!this.#value(bytes, member, column)) throw new RowFault('value_refused', { row, column })
      }
    }
    out.byte(LF)
    this.#tally.rows++
  }

  /** False for a value that is no text, or is not what the first pass has seen. */
  #value(bytes: Buffer, member: number, column: number): boolean {
    const out = this.#out
    const kind = this.#line.kinds[member] as number
    const start = this.#line.valueStarts[member] as number
    const end = this.#line.valueEnds[member] as number
    const wanted = this.#kinds[column]
    if (wanted === 'text') {
      if (kind !== STRING && kind !== ESCAPED) return false
      out.byte(QUOTE)
      const whole = kind === STRING
      if (whole) out.copy(bytes, start, end)
      else if (!unescaped(bytes, start, end, out)) return false
      out.byte(QUOTE)
    } else if (wanted === 'boolean') {
      if (kind !== BOOLEAN) return false
      out.byte(bytes[start] as number)
    } else if (wanted === 'json') {
      const outside = kind === STRING || kind === ESCAPED ? 1 : 0
      out.byte(QUOTE)
      doubled(bytes, start - outside, end + outside, out)
      out.byte(QUOTE)
    } else {
      const real = kind === INTEGER || kind === NUMBER
      if (!real && !(kind === STRING && isUnreal(bytes, start, end))) return false
      out.copy(bytes, start, end)
    }
    return true
  }
}

/** Copies with every quote doubled. */
export function doubled(bytes: Buffer, start: number, end: number, out: Out): void {
  out.room(2 * (end - start))
  const to = out.bytes
  let at = out.at
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    to[at++] = byte
    if (byte === QUOTE) to[at++] = QUOTE
  }
  out.at = at
}

/** By the letter behind the backslash. */
const meanings = new Uint8Array(256)
for (
  const [letter, meant] of Object.entries({ b: 8, f: 12, n: 10, r: 13, t: 9, '"': 34, '\\': 92, '/': 47 })
) {
  meanings[letter.charCodeAt(0)] = meant
}

/** The text of a JSON string, its quotes doubled; false for a NUL or half a surrogate pair, which are no text. */
function unescaped(bytes: Buffer, start: number, end: number, out: Out): boolean {
  out.room(2 * (end - start))
  const to = out.bytes
  let at = out.at
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    if (byte !== 0x5c) {
      to[at++] = byte
      continue
    }
    const letter = bytes[++i] as number
    if (letter !== 0x75) {
      const meant = meanings[letter] as number
      to[at++] = meant
      if (meant === QUOTE) to[at++] = QUOTE
      continue
    }
    let code = hex4(bytes, i + 1)
    i += 4
    if (code >= 0xd800 && code < 0xdc00 && bytes[i + 1] === 0x5c && bytes[i + 2] === 0x75 && i + 6 < end) {
      const low = hex4(bytes, i + 3)
      if (low < 0xdc00 || low > 0xdfff) return false
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
      i += 6
    }
    if (code === 0 || (code >= 0xd800 && code <= 0xdfff)) return false
    at = encoded(code, to, at)
  }
  out.at = at
  return true
}

const hex4 = (bytes: Buffer, at: number) => Number.parseInt(bytes.toString('latin1', at, at + 4), 16)

function encoded(code: number, to: Buffer, at: number): number {
  if (code < 0x80) {
    to[at++] = code
    if (code === QUOTE) to[at++] = QUOTE
  } else if (code < 0x800) {
    to[at++] = 0xc0 | code >> 6
    to[at++] = 0x80 | code & 0x3f
  } else {
    if (code < 0x10000) to[at++] = 0xe0 | code >> 12
    else {
      to[at++] = 0xf0 | code >> 18
      to[at++] = 0x80 | code >> 12 & 0x3f
    }
    to[at++] = 0x80 | code >> 6 & 0x3f
    to[at++] = 0x80 | code & 0x3f
  }
  return at
}
