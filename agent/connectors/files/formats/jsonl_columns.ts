/** The first pass over JSON lines: which columns there are, and of what type. Every value counts, none is sampled. */
import { Fault } from '../../../../shared/faults.ts'
import { RowFault } from '../../../engine/csv_scan.ts'
import type { Column } from '../../connector.ts'
import { BOOLEAN, ESCAPED, INTEGER, JsonLine, JsonTrouble, NULL, NUMBER, STRING } from './json_line.ts'
import { LineCutter } from './lines.ts'

/** More keys than this are data in the place of names. */
const mostColumns = 10_000

/** Finds the column of a key: mostly the one that stood there in the line before. */
export class KeyIndex {
  readonly #byText = new Map<string, number>()
  readonly #raw: Buffer[] = []
  readonly #columns: number[] = []
  /** By position in the line: index into `raw` of what stood there last. */
  readonly #last: number[] = []
  readonly #columnOf: (name: string) => number

  /** `columnOf` is asked once for each spelling of a name. */
  constructor(columnOf: (name: string) => number) {
    this.#columnOf = columnOf
  }

  find(bytes: Buffer, line: JsonLine, at: number): number {
    const start = line.keyStarts[at] as number
    const end = line.keyEnds[at] as number
    const last = this.#last[at]
    if (last !== undefined && isSame(this.#raw[last] as Buffer, bytes, start, end)) {
      return this.#columns[last] as number
    }
    const text = bytes.toString('latin1', start, end)
    let known = this.#byText.get(text)
    if (known === undefined) {
      const raw = Buffer.from(bytes.subarray(start, end))
      known = this.#raw.length
      this.#columns.push(this.#columnOf(nameOf(raw, line.keyEscaped[at] === 1)))
      this.#raw.push(raw)
      this.#byText.set(text, known)
    }
    this.#last[at] = known
    return this.#columns[known] as number
  }
}

function isSame(raw: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const size = end - start
  if (raw.length !== size) return false
  for (let at = 0; at < size; at++) if (raw[at] !== bytes[start + at]) return false
  return true
}

function nameOf(raw: Buffer, escaped: boolean): string {
  const text = raw.toString('utf8')
  const name = escaped ? JSON.parse(`"${text}"`) as string : text
  if (name === '') throw new JsonTrouble('a key without a name')
  if (name.includes('\0') || !name.isWellFormed()) throw new JsonTrouble('a key that is no text')
  return name
}

/** A string that is what JSON has no number for. */
const UNREAL = 7

/** True for `NaN`, `Infinity` and `-Infinity`: beside numbers they are numbers. */
export function isUnreal(bytes: Buffer, start: number, end: number): boolean {
  const size = end - start
  if (size !== 3 && size !== 8 && size !== 9) return false
  const first = bytes[start]
  if (first !== 0x4e && first !== 0x49 && first !== 0x2d) return false
  return ['NaN', 'Infinity', '-Infinity'].includes(bytes.toString('latin1', start, end))
}

/** Takes whole files, one after the other. */
export class JsonlColumns {
  rows = 0
  readonly #names: string[] = []
  readonly #byName = new Map<string, number>()
  /** By column: a bit for each kind of value seen. */
  #kinds = new Uint8Array(64)
  /** By column: the row that it was seen in last. */
  #seen = new Float64Array(64)
  readonly #line = new JsonLine()
  readonly #index = new KeyIndex((name) => this.#columnOf(name))
  #lines = new LineCutter((bytes, start, end) => this.#take(bytes, start, end))
  /** The first of the empty lines that nothing has followed yet. */
  #blank: number | null = null

  /** Throws a RowFault, its row counted from the beginning of the file. */
  push(bytes: Uint8Array): void {
    this.#lines.push(bytes)
  }

  /** Call at the end of each file. */
  endFile(): void {
    this.#lines.end()
    this.#lines = new LineCutter((bytes, start, end) => this.#take(bytes, start, end))
    this.#blank = null
  }

  #take(bytes: Buffer, start: number, end: number): void {
    const row = this.#lines.lines
    if (isBlank(bytes, start, end)) {
      this.#blank ??= row
      return
    }
    if (this.#blank !== null) throw refused(this.#blank, 'an empty line')
    try {
      this.#line.read(bytes, start, end)
      this.rows++
      for (let at = 0; at < this.#line.count; at++) this.#member(bytes, at)
    } catch (error) {
      throw error instanceof JsonTrouble ? refused(row, error.message) : error
    }
  }

  #member(bytes: Buffer, at: number): void {
    const column = this.#index.find(bytes, this.#line, at)
    if (this.#seen[column] === this.rows) throw new JsonTrouble(`"${this.#names[column]}" is there twice`)
    this.#seen[column] = this.rows
    this.#kinds[column] = (this.#kinds[column] as number) | 1 << this.#kindOf(bytes, at)
  }

  #kindOf(bytes: Buffer, at: number): number {
    const kind = this.#line.kinds[at] as number
    if (kind === ESCAPED) return STRING
    if (kind !== STRING) return kind
    const [start, end] = [this.#line.valueStarts[at] as number, this.#line.valueEnds[at] as number]
    return isUnreal(bytes, start, end) ? UNREAL : STRING
  }

  #columnOf(name: string): number {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const at = this.#names.length
    if (at >= mostColumns) {
      throw new Fault(
        'file_invalid',
        `There are more than ${mostColumns} different keys: too many for columns.`,
      )
    }
    if (at === this.#kinds.length) {
      const [kinds, seen] = [new Uint8Array(2 * at), new Float64Array(2 * at)]
      kinds.set(this.#kinds)
      seen.set(this.#seen)
      this.#kinds = kinds
      this.#seen = seen
    }
    this.#names.push(name)
    this.#byName.set(name, at)
    return at
  }

  columns(): Column[] {
    return this.#names.map((name, at) => ({ name, nullable: true, ...typeOf(this.#kinds[at] as number) }))
  }
}

function typeOf(kinds: number): Pick<Column, 'type' | 'native' | 'vocabulary'> {
  const only = (...of: number[]) => (kinds & ~of.reduce((mask, kind) => mask | 1 << kind, 1 << NULL)) === 0
  if (only(STRING, UNREAL)) return { type: { kind: 'text', length: null }, native: 'text', vocabulary: 'csv' }
  if (only(BOOLEAN)) return { type: { kind: 'boolean' }, native: 'boolean', vocabulary: 'json' }
  if (only(INTEGER)) return { type: { kind: 'int64' }, native: 'integer', vocabulary: 'json' }
  if (only(INTEGER, NUMBER, UNREAL)) {
    return { type: { kind: 'decimal', precision: null, scale: null }, native: 'number', vocabulary: 'json' }
  }
  return { type: { kind: 'json' }, native: 'json', vocabulary: 'json' }
}

/** True for a line of spaces alone. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false
  }
  return true
}

function refused(row: number, why: string): RowFault {
  return new RowFault('row_refused', { row, column: null }, `Row ${row}: ${why}.`)
}
