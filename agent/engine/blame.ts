/** Finds the row and the key that a fault is about, by reading the stream once more under the same snapshot. */
import { Fault, mayMend } from '../../shared/faults.ts'
import type { Column, Slice } from '../connectors/connector.ts'
import { RowFault, unquoted } from './csv_scan.ts'
import { findRow, placed, type RowFound, wideRow } from './fault_place.ts'
import { CellFault } from './hold.ts'
import { refusedRow } from './restow.ts'
import { isTooLarge } from './row_size.ts'
import { load, reopen, restowing, type Transfer } from './transfer.ts'
import { isText, reachOf, valueCheck } from './values.ts'

interface Spot {
  readonly column: string | null
  readonly number: number | null
  readonly by: 'row' | 'line'
}

/** A database's fault that knows its line; the connector's own class has this shape. */
interface Lined {
  readonly place: { readonly line: number | null; readonly column: string | null }
}

const hasPlace = (fault: Fault): fault is Fault & Lined => 'place' in fault

/** The fault with its place in the message, as far as one can be found. Never throws. */
export async function blame(
  fault: Fault,
  { transfer, slice, key }: { transfer: Transfer; slice: Slice; key: readonly string[] },
): Promise<Fault> {
  // What may end well the next time is about no row, wherever it was met.
  if (mayMend(fault.code)) return fault
  try {
    if (isTooWide(fault, transfer)) {
      const row = await wideRow(await reopen(transfer, slice), transfer.columns.length)
      return placed(fault, { column: null, row, keyNames: [], key: [] })
    }
    const spot = await spotOf(fault, transfer, slice)
    if (spot === null) return fault
    const { column, number, by } = spot
    const names = transfer.columns.map(({ name }) => name)
    const positions = key.map((name) => names.indexOf(name)).filter((at) => at >= 0)
    // Rows go in many at once: the one that is too large is the last of them, or before it.
    const isLarge = (fields: readonly Buffer[]) => isTooLarge(fields, transfer.targets)
    const wanted = by === 'line' || positions.length > 0 || column === null
    const found = number !== null && wanted
      ? fault instanceof CellFault
        ? await keyIn(transfer, { slice, number, positions })
        : await findRow(await reopen(transfer, slice), {
          number,
          by,
          columns: names.length,
          key: positions,
          ...(fault.code === 'value_too_large' && column === null ? { before: isLarge } : {}),
        }).catch(() => null)
      : null
    const row = found?.row ?? (by === 'row' ? number : null)
    const named = column ?? (fault.code === 'value_refused' ? columnOf(found?.fields ?? [], transfer) : null)
    return placed(fault, { column: named, row, keyNames: key, key: found?.key ?? [] })
  } catch {
    // The source has gone meanwhile: the fault itself is what matters.
    return fault
  }
}

/** The hold has no place for a row, and says no more than that. */
function isTooWide(fault: Fault, { way }: Transfer): boolean {
  const own = fault instanceof RowFault || fault instanceof CellFault || hasPlace(fault)
  return fault.code === 'value_too_large' && way.route === 'restowed' && way.from !== 'parquet' && !own
}

/** Of a row that the hold refuses, it gives the key alone. */
async function keyIn(
  transfer: Transfer,
  { slice, number, positions }: { slice: Slice; number: number; positions: readonly number[] },
): Promise<RowFound | null> {
  const columns = positions.map((at) => transfer.columns[at] as Column)
  const parquet = transfer.way.from === 'parquet'
  return await findRow(await reopen(parquet ? { ...transfer, columns } : transfer, slice), {
    number,
    by: 'row',
    columns: parquet ? columns.length : transfer.columns.length,
    key: parquet ? columns.map((_, at) => at) : positions,
  }).catch(() => null)
}

/** The first column whose value is none of its target's, for a database that names the line alone. */
function columnOf(fields: readonly Buffer[], { columns, targets }: Transfer): string | null {
  const at = fields.findIndex((raw, position) => {
    const target = targets[position]
    if (target === undefined || raw.length === 0) return false
    const value = raw[0] === QUOTE ? unquoted(raw, 0, raw.length) : raw
    return !isText(value, reachOf(target)) || valueCheck(target)?.(value, 0, value.length) === false
  })
  return columns[at]?.name ?? null
}

const QUOTE = 34

async function spotOf(fault: Fault, transfer: Transfer, slice: Slice): Promise<Spot | null> {
  const nameOf = (at: number | null) => at === null ? null : transfer.columns[at]?.name ?? null
  if (fault instanceof RowFault) return { column: nameOf(fault.column), number: fault.row, by: 'row' }
  if (fault instanceof CellFault) {
    const { cargo, hold } = await load(transfer, slice)
    const row = await refusedRow(cargo, { ...restowing(transfer), hold }, fault.column)
    return { column: nameOf(fault.column), number: row, by: 'row' }
  }
  if (!hasPlace(fault)) return null
  const { line, column } = fault.place
  const binary = transfer.way.into === 'pgcopy'
  return line === null && column === null ? null : { column, number: line, by: binary ? 'row' : 'line' }
}
