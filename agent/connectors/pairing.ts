/** Which column of a load goes into which column of its target, whatever the database. */
import { Fault } from '../../shared/faults.ts'
import { type Column, historyColumns, type Load } from './connector.ts'

/** What becomes of one column of an existing table. */
export interface ColumnChange {
  readonly kind: 'add' | 'widen' | 'loosen'
  readonly column: string
  /** For people. */
  readonly words: string
}

export interface Pair<Written, Change> {
  /** Null for one that the target computes itself. */
  readonly column: Written | null
  readonly change: Change | null
}

export interface Pairing<Written, Change> {
  /** In the load's order. */
  readonly columns: readonly (Written | null)[]
  readonly changes: readonly Change[]
}

interface Existing extends Column {
  readonly hasDefault: boolean
}

export interface Pairer<Found extends Existing, Written, Change extends ColumnChange> {
  /** For people. */
  readonly table: string
  readonly columns: readonly Found[]
  /** Names that are the same to the database are the same folded. */
  readonly folded: (name: string) => string
  /** What the columns of a history are. */
  readonly history: { readonly native: string; readonly is: (column: Found) => boolean }
  readonly meet: (column: Column, target: Found) => Pair<Written, Change>
  readonly add: (column: Column) => Pair<Written, Change>
}

/** Throws a Fault; `schema_refused` names every change that is not allowed. */
export function pairWith<Found extends Existing, Written, Change extends ColumnChange>(
  load: Load,
  pairer: Pairer<Found, Written, Change>,
): Pairing<Written, Change> {
  const { table, folded, meet, add } = pairer
  const byName = new Map(pairer.columns.map((column) => [folded(column.name), column]))
  if (load.mode === 'history') takeHistoryColumns(byName, pairer)
  const pairs = load.columns.map((column) => {
    const target = byName.get(folded(column.name))
    byName.delete(folded(column.name))
    if (!target) return add(column)
    if (!target.generated) return meet(column, target)
    if (column.generated) return { column: null, change: null }
    throw new Fault('target_refused', `"${column.name}" is computed by the target and cannot be written.`)
  })
  const changes = pairs.flatMap(({ change }) => change ? [change] : [])
  refuseChanges(load, table, changes)
  for (const column of byName.values()) {
    if (column.nullable || column.hasDefault || column.generated) continue
    throw new Fault('column_required', `${table} needs "${column.name}", which the source has not.`)
  }
  return { columns: pairs.map(({ column }) => column), changes }
}

function takeHistoryColumns<Found extends Existing>(
  byName: Map<string, Found>,
  { table, history }: Pick<Pairer<Found, unknown, ColumnChange>, 'table' | 'history'>,
): void {
  for (const name of Object.values(historyColumns)) {
    const column = byName.get(name)
    if (column === undefined || !history.is(column)) {
      throw new Fault(
        'target_refused',
        `${table} has no column "${name}" of ${history.native}: it holds no history. Load into a new table.`,
      )
    }
    byName.delete(name)
  }
}

function refuseChanges({ schema }: Load, table: string, changes: readonly ColumnChange[]): void {
  if (schema === 'evolve') return
  const refused = changes.filter(({ kind }) => schema === 'freeze' || kind === 'widen')
  if (refused.length === 0) return
  const words = refused.map((change) => change.words).join('; ')
  throw new Fault(
    'schema_refused',
    `${table} would have to change, which schema: ${schema} rules out: ${words}.`,
  )
}

/** Of a column whose cast asks for another type than the target has. */
export function castRefused({ name }: Column, { native }: Column): Fault {
  return new Fault(
    'type_refused',
    `"${name}" is ${native} in the target, which is not the type that cast asks for.`,
  )
}

/** Of a column whose values the target's would change. */
export function inexact({ name, native }: Column, target: Column): Fault {
  return new Fault(
    'type_refused',
    `"${name}" is ${native} in the source and cannot arrive exactly in ${target.native}.`,
  )
}
