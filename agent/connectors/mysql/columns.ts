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
import type { MysqlColumn, Table } from './catalog.ts'
import { checkName, quoteName, tableText } from './names.ts'
import type { Server } from './session.ts'
import { type CatalogType, declare, indexBytes } from './types.ts'

/** What becomes of one column of an existing table. */
export interface Change extends ColumnChange {
  /** The type that it gets; what else is said of an existing column stays. */
  readonly native: string
}

type Pair = OwnPair<MysqlColumn, Change>

/** Names of columns are the same to the server whatever their capital letters. */
const folded = (name: string) => name.toLowerCase()

/** Throws a Fault; `schema_refused` names every change that is not allowed. */
export function pairColumns(load: Load, table: Table, server: Server): Pairing<MysqlColumn, Change> {
  return pairWith(load, {
    table: tableText(table.name),
    columns: table.columns,
    folded,
    history: { native: 'datetime(6)', is: ({ catalog }) => catalog.native === 'datetime(6)' },
    meet: (column, target) => meet(load, { column, target, table, server }),
    add: (column) => added(load, column, server),
  })
}

function added(load: Load, column: Column, server: Server): Pair {
  // Rows that are there have no value for it.
  const fresh = newColumn(load, { ...column, nullable: true }, server)
  const words = `add column ${quoteName(fresh.name)} ${fresh.native}`
  return { column: fresh, change: { kind: 'add', column: fresh.name, native: fresh.native, words } }
}

interface Meeting {
  readonly column: Column
  readonly target: MysqlColumn
  readonly table: Table
  readonly server: Server
}

function meet(load: Load, { column, target: found, table, server }: Meeting): Pair {
  const cast = load.cast.get(column.name)
  const target = seenAs(found, cast ?? column.type)
  if (cast && !sameType(cast, target.type)) throw castRefused(column, target)
  const { fit, to, loosen } = compareColumns(column, target)
  if (!cast && fit === 'widen' && to !== null) {
    const same = column.vocabulary === 'mysql' && sameType(to, column.type)
    const native = same ? column.native : bare(declare(to, target.name, server))
    if (native !== target.native) return widened(target, to, native)
  }
  if (!mayTake(column, target)) throw inexact(column, target)
  const inKey = [...table.key, ...load.key].some((name) => folded(name) === folded(target.name))
  const loosened = loosen && !inKey && !found.hasDefault && load.schema === 'evolve'
  if (!loosened) return { column: target, change: null }
  const words = `allow NULL in ${quoteName(target.name)}`
  return {
    column: { ...target, nullable: true },
    change: { kind: 'loosen', column: target.name, native: target.native, words },
  }
}

/** Where characters stay those of the column. */
const bare = (native: string) => native.replace(/ character set .*$/, '')

function widened(target: MysqlColumn, to: Type, native: string): Pair {
  return {
    column: { ...target, type: to, native, catalog: catalogOf(to, native) },
    change: {
      kind: 'widen',
      column: target.name,
      native,
      words: `widen ${quoteName(target.name)} from ${target.native} to ${native}`,
    },
  }
}

/** A target's column that means more than its type says: what it was made for is what the source has. */
function seenAs(target: MysqlColumn, from: Type): MysqlColumn {
  const { base, native, digits } = target.catalog
  if (from.kind === 'boolean' && /^tinyint\(1\)/.test(native)) return { ...target, type: { kind: 'boolean' } }
  if (from.kind === 'timestamptz' && base === 'datetime') {
    return { ...target, type: { kind: 'timestamptz', digits: digits ?? 0 } }
  }
  if (from.kind === 'time' && base === 'time') {
    return { ...target, type: { kind: 'time', digits: digits ?? 0 } }
  }
  if (from.kind === 'uuid' && native === 'char(36)') return { ...target, type: { kind: 'uuid' } }
  if (from.kind === 'jsonb' && target.type.kind === 'json') return { ...target, type: from }
  return target
}

function mayTake(column: Column, target: MysqlColumn): boolean {
  if (target.type.kind !== 'other') return true
  if (sameColumn(column, target)) return true
  // Its text is looked at sign by sign.
  return column.type.kind === 'text' && ['time', 'bit'].includes(target.catalog.base)
}

/** A column of a table that is not there yet. */
export function newColumn(load: Load, from: Column, server: Server): MysqlColumn {
  checkName(from.name)
  const cast = load.cast.get(from.name)
  const own = cast === undefined && from.vocabulary === 'mysql' ? (from as Partial<MysqlColumn>) : null
  const native = own ? ownNative(from, own, server) : declare(cast ?? from.type, from.name, server)
  const type: Type = cast ?? (own ? from.type : declaredType(from.type))
  return {
    name: from.name,
    type,
    nullable: from.nullable,
    native,
    vocabulary: 'mysql',
    catalog: own?.catalog && native === from.native ? own.catalog : catalogOf(type, native),
    collation: null,
    characterSet: null,
    hasDefault: false,
  }
}

const size = String.raw`(?:\(\d+(?:,\d+)?\))?`
const words = String.raw`(?: unsigned| signed| zerofill| \/\* mariadb-5\.3 \*\/)*`
const plainType = new RegExp(`^[a-z][a-z0-9_]*${size}${words}$`)
const listType = /^(?:enum|set)\('(?:[^']|'')*'(?:,'(?:[^']|'')*')*\)$/i

/** A source says itself what its types are, and what it says becomes DDL here. Throws `type_refused`. */
function refuseForeign({ name, native }: Column): void {
  if (plainType.test(native) || listType.test(native)) return
  throw new Fault('type_refused', `"${name}": the source calls its type what no type is called.`)
}

/** As the other server has it, where this one has such a type; its text by its signs alone. */
function ownNative(from: Column, { catalog, characterSet }: Partial<MysqlColumn>, server: Server): string {
  refuseForeign(from)
  const base = catalog?.base ?? /^\w*/.exec(from.native)?.[0] ?? ''
  const foreign = ['uuid', 'inet4', 'inet6'].includes(base) && !server.mariadb
  if (foreign || catalog?.json === true || base === 'json') return declare(from.type, from.name, server)
  if (characterSet !== null && characterSet !== undefined) {
    const collation = declare({ kind: 'text', length: null }, '', server).replace(/^longtext /, '')
    // A text type holds so many bytes: signs of one byte may have four now.
    const wide: Readonly<Record<string, string>> = {
      tinytext: 'text',
      text: 'mediumtext',
      mediumtext: 'longtext',
    }
    const native = characterSet.startsWith('utf8') ? from.native : wide[from.native] ?? from.native
    return `${native} ${collation}`
  }
  return from.native.replace(/ zerofill/, '')
}

function declaredType(type: Type): Type {
  if (type.kind === 'other' || (type.kind === 'decimal' && type.precision === null)) {
    return { kind: 'text', length: null }
  }
  return type.kind === 'text' && type.padded ? { kind: 'text', length: type.length } : type
}

/** What information_schema will say of a column that is declared like this. */
export function catalogOf(type: Type, native: string): CatalogType {
  const plain = bare(native)
  const [, first, second] = /\((\d+)(?:,(\d+))?\)/.exec(plain) ?? []
  const number = first === undefined ? null : Number(first)
  return {
    base: /^\w*/.exec(plain)?.[0] ?? '',
    native: plain,
    length: number,
    precision: number,
    scale: second === undefined ? null : Number(second),
    digits: number ?? 0,
    json: type.kind === 'json' && plain === 'json',
  }
}

/** Throws `name_refused` when the table would have two columns of one name. */
export function refuseTwins({ columns, mode }: Load): void {
  const seen = new Set<string>(mode === 'history' ? Object.values(historyColumns) : [])
  for (const { name } of columns) {
    if (seen.has(folded(name))) {
      throw new Fault('name_refused', `There are two columns "${name}": capital letters do not count.`)
    }
    seen.add(folded(name))
  }
}

/** Bytes that all columns of a row may have inside of it. */
const rowBytes = 60_000

/** Long texts move out of the row where all together would not fit into it. */
export function fitted(columns: readonly MysqlColumn[], key: readonly string[]): MysqlColumn[] {
  let total = columns.reduce((sum, { type, native }) => sum + (indexBytes(type, native) ?? 20), 0)
  const byLength = [...columns].filter(({ native }) => /^varchar/.test(native))
    .sort((a, b) => (indexBytes(b.type, b.native) ?? 0) - (indexBytes(a.type, a.native) ?? 0))
  const moved = new Map<string, MysqlColumn>()
  for (const column of byLength) {
    if (total <= rowBytes) break
    if (key.includes(column.name)) continue
    total -= (indexBytes(column.type, column.native) ?? 20) - 20
    const native = column.native.replace(/^varchar\(\d+\)/, 'longtext')
    const type: Type = { kind: 'text', length: null }
    moved.set(column.name, { ...column, type, native, catalog: catalogOf(type, native) })
  }
  return columns.map((column) => moved.get(column.name) ?? column)
}
