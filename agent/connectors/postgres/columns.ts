/** Which column of a load goes into which column of its target, and whether it may. */
import { Fault } from '../../../shared/faults.ts'
import { sameColumn, sameType, type Type } from '../../engine/types.ts'
import type { Column, Load } from '../connector.ts'
import type { PostgresColumn, Table } from './catalog.ts'
import type { Make } from './makes.ts'
import { checkName, quoteName, tableText } from './names.ts'
import { declare, takesText } from './types.ts'

/** The target's columns in the load's order; null for one that the target computes itself. Throws a Fault. */
export function pairColumns(load: Load, table: Table): (Column | null)[] {
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  const pairs = load.columns.map((column) => {
    const target = byName.get(column.name)
    byName.delete(column.name)
    if (!target) throw notThere(column, table)
    return pair(load, column, target)
  })
  for (const column of byName.values()) {
    if (column.nullable || column.hasDefault || column.generated) continue
    throw new Fault(
      'column_required',
      `${tableText(table.name)} needs "${column.name}", which the source has not.`,
    )
  }
  return pairs
}

function notThere(column: Column, table: Table): Fault {
  const alike = table.columns.find((one) => one.name.toLowerCase() === column.name.toLowerCase())
  const hint = alike ? ` It has "${alike.name}": capital letters count.` : ''
  return new Fault('column_missing', `${tableText(table.name)} has no column "${column.name}".${hint}`)
}

function pair(load: Load, column: Column, target: PostgresColumn): Column | null {
  if (target.generated) {
    if (column.generated) return null
    throw new Fault('target_refused', `"${column.name}" is computed by the target and cannot be written.`)
  }
  const cast = load.cast.get(column.name)
  if (cast && !sameType(cast, target.type)) {
    throw new Fault(
      'type_refused',
      `"${column.name}" is ${target.native} in the target, which is not the type that cast asks for.`,
    )
  }
  if (!mayTake(column, target)) {
    throw new Fault(
      'type_refused',
      `"${column.name}" is ${column.native} in the source and cannot arrive exactly in ${target.native}.`,
    )
  }
  return target
}

function mayTake(column: Column, target: PostgresColumn): boolean {
  if (target.type.kind !== 'other') return true
  return sameColumn(column, target) || (column.type.kind === 'text' && takesText(target.catalog))
}

export interface NewColumn {
  readonly column: Column
  readonly declaration: string
}

/** Columns of a table that is not there yet. `known`: types that the database has, with their makes. */
export function newColumns(load: Load, known: Known): NewColumn[] {
  return load.columns.map((from) => {
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
  })
}

function declaredType(type: Type): Type {
  return type.kind === 'other' ? { kind: 'text', length: null } : type
}

type Known = ReadonlyMap<string, Make | null>

/** A type of the same name and another make would change values: what is below it does not. */
function nativeOf(column: Column & { readonly structure?: string }, known: Known): string {
  const make = column.vocabulary === 'postgres' ? known.get(column.native) : undefined
  if (make === undefined) return declare(column.type)
  const same = make === null ||
    (sameType(make.type, column.type) && (column.structure ?? make.structure) === make.structure)
  return same ? column.native : declare(column.type)
}

/** True when the table would have two columns of one name. */
export function refuseTwins(columns: readonly Column[]): void {
  const seen = new Set<string>()
  for (const { name } of columns) {
    if (seen.has(name)) throw new Fault('name_refused', `There are two columns "${name}".`)
    seen.add(name)
  }
}
