/** Columns whose declaration says nothing: their values say what they are, all of them. */
import { Fault } from '../../../shared/faults.ts'
import type { Type } from '../../engine/types.ts'
import type { SqliteColumn, Table } from './catalog.ts'
import { quoteName } from './names.ts'
import { Reads } from './reads.ts'
import type { Session } from './session.ts'

/** Rows between two pauses. */
const turnRows = 2000

/** The table with a type for every column. Throws `type_refused` where values of one column are of several kinds. */
export async function withSeenTypes(
  session: Session,
  table: Table,
  pause: () => Promise<void>,
): Promise<Table> {
  const unknown = table.columns.filter(({ declared }) => declared === null)
  if (unknown.length === 0) return table
  const seen = unknown.map(() => new Set<string>())
  const reads = new Reads(session, table, null)
  const selects = unknown.map(({ name }) => `typeof(${quoteName(name)})`)
  let rows = 0
  for (const row of reads.select(selects, { part: null, within: null })) {
    if (++rows % turnRows === 0) await pause()
    if (row !== null) seen.forEach((kinds, at) => kinds.add(String(row[`c${at}`])))
  }
  const types = new Map(unknown.map((column, at) => [column.name, typeSeen(column, seen[at] as Set<string>)]))
  const columns = table.columns.map((column) => ({ ...column, type: types.get(column.name) ?? column.type }))
  return { ...table, columns }
}

const kinds: Readonly<Record<string, Type>> = {
  '': { kind: 'text', length: null },
  integer: { kind: 'int64' },
  real: { kind: 'float64' },
  text: { kind: 'text', length: null },
  blob: { kind: 'bytes' },
  // Floats count as the decimals that they stand for.
  'integer real': { kind: 'decimal', precision: null, scale: null },
}

/** The type of values of these kinds. Throws `type_refused`. */
export function typeSeen({ name, native }: SqliteColumn, seen: ReadonlySet<string>): Type {
  const found = [...seen].filter((kind) => kind !== 'null').sort()
  const type = kinds[found.join(' ')]
  if (type) return type
  const declared = native === '' ? 'no type' : `the type ${native}`
  throw new Fault('type_refused', `"${name}" is declared with ${declared} and holds ${found.join(' and ')}.`)
}
