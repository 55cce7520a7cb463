/** The greatest value of a column among the rows that a condition leaves. */
import { Fault } from '../../../shared/faults.ts'
import type { SqliteColumn, Value } from './catalog.ts'
import { comparing, notOrdered } from './cursor.ts'
import { spelling } from './encode.ts'
import { quoteName } from './names.ts'
import type { Reads } from './reads.ts'
import { pause } from './session.ts'

/** Takes values one by one, and keeps the greatest of them by the order of the column's type. */
export class Newest {
  /** As `csv` spells it; null as long as there is none. */
  text: string | null = null
  readonly #column: SqliteColumn
  readonly #compare: (a: string, b: string) => number
  readonly #spell: (value: Value) => string | null

  /** Throws `cursor_refused`. */
  constructor(column: SqliteColumn) {
    const compare = comparing(column.type)
    if (compare === null) throw notOrdered(column)
    this.#column = column
    this.#compare = compare
    this.#spell = spelling(column.type) ?? plain
  }

  /** Of whole numbers SQLite knows the order itself, and text sorts behind them: the greatest is enough. */
  get byMax(): boolean {
    return this.#column.type.kind === 'int64'
  }

  /** Throws `cursor_refused` for a value that is not of the column's type. */
  take(value: Value): void {
    if (value === null) return
    const { type, name, native } = this.#column
    const text = this.#spell(value)
    const wanted = type.kind === 'int64' ? 'bigint' : 'string'
    if (text === null || (type.kind !== 'decimal' && typeof value !== wanted)) {
      throw new Fault('cursor_refused', `cursor "${name}": a value of it is no ${native}.`)
    }
    if (this.text === null || (text !== this.text && this.#compare(text, this.text) > 0)) this.text = text
  }
}

const plain = (value: Value) => value instanceof Uint8Array || value === null ? null : String(value)

/** Rows between two pauses. */
const turnRows = 5000

/** Null when no row has one. */
export async function newestOf(
  reads: Reads,
  column: SqliteColumn,
  signal: AbortSignal,
): Promise<string | null> {
  const newest = new Newest(column)
  if (newest.byMax) {
    newest.take(await reads.greatest(quoteName(column.name)))
    return newest.text
  }
  let rows = 0
  for (const row of reads.select([quoteName(column.name)], { part: null, within: null })) {
    if (row === null || ++rows % turnRows === 0) await pause(signal)
    if (row !== null) newest.take(row['c0'] ?? null)
  }
  return newest.text
}
