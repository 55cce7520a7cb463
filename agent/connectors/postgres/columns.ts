/** Which column of a load goes into which column of its target, and what has to become of the target for that. */
import { Fault } from '../../../shared/faults.ts'
import { sameColumn, sameType, type Type } from '../../engine/types.ts'
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
import type { PostgresColumn, Table } from './catalog.ts'
import { isUserType, type Make } from './makes.ts'
import { checkName, quoteName, tableText } from './names.ts'
import { declare, takesText } from './types.ts'

/** What becomes of one column of an existing table. */
export interface Change extends ColumnChange {
  /** As ALTER TABLE takes it. */
  readonly clause: string
}

type Pair = OwnPair<Column, Change>

/** `known`: types that the database has. Throws a Fault; `schema_refused` names every change that is not allowed. */
export function pairColumns(load: Load, table: Table, known: Known): Pairing<Column, Change> {
  return pairWith<PostgresColumn, Column, Change>(load, {
    table: tableText(table.name),
    columns: table.columns,
    folded: (name) => name,
    history: { native: 'timestamptz', is: ({ type }) => type.kind === 'timestamptz' },
    meet: (column, target) => meet(load, { column, target, inKey: table.key }),
    add: (column) => added(load, { column, table, known }),
  })
}

function added(load: Load, { column, table, known }: { column: Column; table: Table; known: Known }): Pair {
  const alike = table.columns.find((one) => one.name.toLowerCase() === column.name.toLowerCase())
  if (alike) {
    throw new Fault(
      'column_missing',
      `${
        tableText(table.name)
      } has no column "${column.name}". It has "${alike.name}": capital letters count.`,
    )
  }
  // Rows that are there have no value for it.
  const fresh = newColumn({ ...load, key: [] }, { ...column, nullable: true }, known)
  const words = `add column ${fresh.declaration}`
  return { column: fresh.column, change: { column: column.name, kind: 'add', words, clause: words } }
}

interface Meeting {
  readonly column: Column
  readonly target: PostgresColumn
  /** The target's own key. */
  readonly inKey: readonly string[]
}

function meet(load: Load, { column, target, inKey }: Meeting): Pair {
  const cast = load.cast.get(column.name)
  if (cast && !sameType(cast, target.type)) throw castRefused(column, target)
  const { fit, to, loosen } = compareColumns(column, target)
  if (!cast && fit === 'widen' && to !== null && !isUserType(target.native)) {
    return widened(column, target, to)
  }
  if (!mayTake(column, target)) throw inexact(column, target)
  const bound = target.identity || inKey.includes(target.name) || load.key.includes(target.name)
  return { column: target, change: loosen && !bound && load.schema === 'evolve' ? loosened(target) : null }
}

function widened(column: Column, target: PostgresColumn, to: Type): Pair {
  // Spelled as in the source, binary COPY goes on working.
  const same = column.vocabulary === 'postgres' && sameType(to, column.type) && !isUserType(column.native)
  const native = same ? column.native : declare(to)
  const name = quoteName(target.name)
  return {
    column: { ...target, type: to, native },
    change: {
      column: target.name,
      kind: 'widen',
      words: `widen ${name} from ${target.native} to ${native}`,
      clause: `alter column ${name} type ${native}`,
    },
  }
}

function loosened(target: PostgresColumn): Change {
  const name = quoteName(target.name)
  return {
    column: target.name,
    kind: 'loosen',
    words: `allow NULL in ${name}`,
    clause: `alter column ${name} drop not null`,
  }
}

function mayTake(column: Column, target: PostgresColumn): boolean {
  if (target.type.kind !== 'other') return true
  return sameColumn(column, target) || (column.type.kind === 'text' && takesText(target.catalog))
}

export interface NewColumn {
  readonly column: Column
  readonly declaration: string
}

/** A column of a table that is not there yet. `known`: types that the database has, with their makes. */
export function newColumn(load: Load, from: Column, known: Known): NewColumn {
  checkName(from.name)
  const cast = load.cast.get(from.name)
  const native = cast ? declare(cast) : nativeOf(from, known)
  const type: Type = cast ?? (native === from.native ? from.type : declaredType(from.type))
  const column: Column = {
    name: from.name,
    type,
    nullable: from.nullable,
    native,
    // A type that is declared just as the source has it is the same type.
    vocabulary: 'postgres',
  }
  return { column, declaration: `${quoteName(from.name)} ${native}${from.nullable ? '' : ' not null'}` }
}

function declaredType(type: Type): Type {
  return type.kind === 'other' ? { kind: 'text', length: null } : type
}

export type Known = ReadonlyMap<string, Make | null>

/** A type of the same name and another make would change values: what is below it does not. */
function nativeOf(column: Column & { readonly structure?: string }, known: Known): string {
  const make = column.vocabulary === 'postgres' ? known.get(column.native) : undefined
  if (make === undefined) return declare(column.type)
  const same = make === null ||
    (sameType(make.type, column.type) && (column.structure ?? make.structure) === make.structure)
  return same ? column.native : declare(column.type)
}

/** Throws `name_refused` when the table would have two columns of one name. */
export function refuseTwins({ columns, mode }: Load): void {
  const seen = new Set<string>(mode === 'history' ? Object.values(historyColumns) : [])
  for (const { name } of columns) {
    if (seen.has(name)) throw new Fault('name_refused', `There are two columns "${name}".`)
    seen.add(name)
  }
}
