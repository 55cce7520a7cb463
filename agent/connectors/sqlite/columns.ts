/** Which column of a load goes into which column of its target, and what has to become of the target for that. */
import { Fault } from '../../../shared/faults.ts'
import { sameType, type Type } from '../../engine/types.ts'
import { compareColumns } from '../../engine/widen.ts'
import { type Column, historyColumns, type Load } from '../connector.ts'
import {
  castRefused,
  type ColumnChange,
  inexact,
  type Pair as OwnPair,
  type Pairing,
  pairWith,
} from '../pairing.ts'
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
export interface Change extends ColumnChange {
  /** The declared type that it gets. */
  readonly declaration: string
  /** What its values are turned into, as an expression over the column. */
  readonly value: string
}

type Pair = OwnPair<TargetColumn, Change>

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

/** Throws a Fault; `schema_refused` names every change that is not allowed. */
export function pairColumns(load: Load, table: Table): Pairing<TargetColumn, Change> {
  return pairWith(load, {
    table: `"${table.name}"`,
    columns: table.columns,
    folded,
    history: { native: 'TIMESTAMPTZ', is: ({ type }) => type.kind === 'timestamptz' },
    meet: (column, target) => meet(load, { column, target, table }),
    add: (column) => added(load, column),
  })
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

function meet(load: Load, { column, target, table }: Meeting): Pair {
  const cast = load.cast.get(column.name)
  const wanted = cast ?? column.type
  // A column that declares nothing takes what comes.
  const type = target.declared ?? declaredType(wanted)
  if (cast && !sameType(declaredType(cast), type)) throw castRefused(column, target)
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
  if (column.type.kind === 'other' && type.kind !== 'text') throw inexact(column, target)
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
