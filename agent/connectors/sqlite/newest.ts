/** The greatest value of a column among the rows that a condition leaves. */
import { Fault } from '../../../shared/faults.ts'
import type { SqliteColumn, Value } from './catalog.ts'
import { comparing, notOrdered } from './cursor.ts'
import { spelling } from './encode.ts'
import { quoteName } from './names.ts'
import type { Reads } from './reads.ts'
import { pause } from './session.ts'

/** Rows between two pauses. */
const turnRows = 5000

/** Null when no row has one. Throws `cursor_refused` for a value that is not of the column's type. */
export async function newestOf(
  reads: Reads,
  column: SqliteColumn,
  signal: AbortSignal,
): Promise<string | null> {
  const compare = comparing(column.type)
  if (compare === null) throw notOrdered(column)
  if (column.type.kind === 'int64') return wholeNumber(await reads.greatest(quoteName(column.name)), column)
  const spell = spelling(column.type) ?? plain
  let newest: string | null = null
  let rows = 0
  for (const row of reads.select([quoteName(column.name)], { part: null, within: null })) {
    if (row === null || ++rows % turnRows === 0) await pause(signal)
    const value = row?.['c0'] ?? null
    if (value === null) continue
    const text = spell(value)
    if (text === null || (column.type.kind === 'text' && typeof value !== 'string')) throw unlike(column)
    if (newest === null || (text !== newest && compare(text, newest) > 0)) newest = text
  }
  return newest
}

/** Of whole numbers SQLite knows the order itself, and text sorts behind them. */
function wholeNumber(value: Value, column: SqliteColumn): string | null {
  if (value === null) return null
  if (typeof value !== 'bigint') throw unlike(column)
  return value.toString()
}

function unlike({ name, native }: SqliteColumn): Fault {
  return new Fault('cursor_refused', `cursor "${name}": a value of it is no ${native}.`)
}

const plain = (value: Value) => value instanceof Uint8Array || value === null ? null : String(value)
