/** Which column of a load goes into which column of its target, and what has to become of the target for that. */
import { Fault } from '../../../shared/faults.ts'
import { sameType, type Type } from '../../engine/types.ts'
import { compareColumns } from '../../engine/widen.ts'
import { type Column, historyColumns, type Load } from '../connector.ts'
import type { SqliteColumn, Table } from './catalog.ts'
import { folded, ownPrefix, quoteName, refuseTwins } from './names.ts'
import { type Affinity, affinityOf, declare, declaredType } from './types.ts'

/** A column of the target as this load writes it. */
export interface TargetColumn extends Column {
  readonly affinity: Affinity
  /** Whether the source vouches for its JSON. */
  readonly json: boolean
}

/** What becomes of one column of an existing table. */
export interface Change {
  readonly kind: 'add' | 'widen' | 'loosen'
  readonly column: string
  /** The declared type that it gets. */
  readonly declaration: string
  /** What its values are turned into, as an expression over the column. */
  readonly value: string
  /** For people. */
  readonly words: string
}

export interface Pairing {
  /** In the load's order; null for one that the target computes itself. */
  readonly columns: readonly (TargetColumn | null)[]
  readonly changes: readonly Change[]
}

/** Throws `name_refused`. */
export function checkColumns({ columns, mode }: Load): void {
  const history = mode === 'history' ? Object.values(historyColumns).map((name) => ({ name })) : []
  refuseTwins([...history, ...columns])
  const own = columns.find(({ name }) => folded(name).startsWith(ownPrefix))
  if (own) throw new Fault('name_refused', `"${own.name}": such names are for Sallyport's own columns.`)
}

const vouched = ({ type }: Column) => type.kind === 'json' || type.kind === 'jsonb'

/** A column of a table that is not there yet. */
export function newColumn(load: Load, from: Column): TargetColumn {
  const cast = load.cast.get(from.name)
  const native = declare(cast ?? from.type)
  return {
    name: from.name,
    type: cast ?? declaredType(from.type),
    nullable: from.nullable,
    native,
    vocabulary: 'sqlite',
    affinity: affinityOf(native, false),
    json: vouched(from),
  }
}

export function declarationOf({ name, native, nullable }: Column): string {
  return `${quoteName(name)} ${native}${nullable ? '' : ' not null'}`
}

interface Pair {
  readonly column: TargetColumn | null
  readonly change: Change | null
}

/** Throws a Fault; `schema_refused` names every change that is not allowed. */
export function pairColumns(load: Load, table: Table): Pairing {
  const byName = new Map(table.columns.map((column) => [folded(column.name), column]))
  if (load.mode === 'history') takeHistoryColumns(byName, table)
  const pairs = load.columns.map((column) => {
    const target = byName.get(folded(column.name))
    byName.delete(folded(column.name))
    return target ? pair(load, { column, target, table }) : added(load, column)
  })
  refuseChanges(load, table, pairs)
  for (const column of byName.values()) {
    if (column.nullable || column.hasDefault || column.generated) continue
    throw new Fault('column_required', `"${table.name}" needs "${column.name}", which the source has not.`)
  }
  return {
    columns: pairs.map(({ column }) => column),
    changes: pairs.flatMap(({ change }) => change ? [change] : []),
  }
}

function takeHistoryColumns(byName: Map<string, SqliteColumn>, { name: table }: Table): void {
  for (const name of Object.values(historyColumns)) {
    if (byName.get(name)?.type.kind !== 'timestamptz') {
      throw new Fault(
        'target_refused',
        `"${table}" has no column "${name}" of TIMESTAMPTZ: it holds no history. Load into a new table.`,
      )
    }
    byName.delete(name)
  }
}

function refuseChanges({ schema }: Load, { name }: Table, pairs: readonly Pair[]): void {
  const refused = pairs.flatMap(({ change }) => {
    if (!change || schema === 'evolve') return []
    return schema === 'freeze' || change.kind === 'widen' ? [change.words] : []
  })
  if (refused.length === 0) return
  throw new Fault(
    'schema_refused',
    `"${name}" would have to change, which schema: ${schema} rules out: ${refused.join('; ')}.`,
  )
}

function added(load: Load, column: Column): Pair {
  // Rows that are there have no value for it.
  const fresh = newColumn(load, { ...column, nullable: true })
  const words = `add column ${declarationOf(fresh)}`
  return {
    column: fresh,
    change: { kind: 'add', column: fresh.name, declaration: fresh.native, value: 'null', words },
  }
}

interface Meeting {
  readonly column: Column
  readonly target: SqliteColumn
  readonly table: Table
}

function pair(load: Load, { column, target, table }: Meeting): Pair {
  if (target.generated) {
    if (column.generated) return { column: null, change: null }
    throw new Fault('target_refused', `"${column.name}" is computed by the target and cannot be written.`)
  }
  const cast = load.cast.get(column.name)
  const wanted = cast ?? column.type
  // A column that declares nothing takes what comes.
  const type = target.declared ?? declaredType(wanted)
  if (cast && !sameType(declaredType(cast), type)) {
    throw new Fault(
      'type_refused',
      `"${column.name}" is ${target.native} in the target, which is not the type that cast asks for.`,
    )
  }
  const paired: TargetColumn = {
    name: target.name,
    type: cast ?? type,
    nullable: target.nullable,
    native: target.native,
    vocabulary: 'sqlite',
    affinity: target.affinity,
    json: vouched(column),
  }
  const { fit, to, loosen } = compareColumns(column, { ...target, type })
  if (!cast && fit === 'widen' && to !== null) return widened(target, { paired, to })
  if (column.type.kind === 'other' && type.kind !== 'text') {
    throw new Fault(
      'type_refused',
      `"${column.name}" is ${column.native} in the source and cannot arrive exactly in ${target.native}.`,
    )
  }
  const bound = [...table.key, ...load.key].some((name) => folded(name) === folded(target.name))
  const change = loosen && !bound && load.schema === 'evolve' ? loosened(target) : null
  return { column: paired, change }
}

function widened(target: SqliteColumn, { paired, to }: { paired: TargetColumn; to: Type }): Pair {
  const declaration = declare(to)
  const value = widenedValue(target, to)
  if (value === null) {
    throw new Fault(
      'schema_refused',
      `"${target.name}" would have to become ${declaration}, and its values are kept as numbers (${target.native}).`,
    )
  }
  return {
    column: {
      ...paired,
      type: declaredType(to),
      native: declaration,
      affinity: affinityOf(declaration, false),
    },
    change: {
      kind: 'widen',
      column: target.name,
      declaration,
      value,
      words: `widen ${quoteName(target.name)} from ${target.native} to ${declaration}`,
    },
  }
}

/** Values as the wider type spells them; null where nothing can be said of how they are kept. */
function widenedValue({ name, type, affinity }: SqliteColumn, to: Type): string | null {
  const column = quoteName(name)
  if (to.kind !== 'decimal') return column
  if (type.kind === 'decimal' && affinity !== 'TEXT') return null
  const before = type.kind === 'decimal' ? type.scale ?? 0 : 0
  const zeros = to.scale === null ? 0 : to.scale - before
  if (zeros <= 0) return `cast(${column} as text)`
  return `${column} || '${before === 0 ? '.' : ''}${'0'.repeat(zeros)}'`
}

function loosened(target: SqliteColumn): Change {
  return {
    kind: 'loosen',
    column: target.name,
    declaration: target.native,
    value: quoteName(target.name),
    words: `allow NULL in ${quoteName(target.name)}`,
  }
}
