/** What a load finds at its target, and how its rows will get there. Reads only; the same for a file and a server. */
import { Fault } from '../../../shared/faults.ts'
import { historyColumns, type Load, quarantineSuffix, type Target } from '../connector.ts'
import { findTable, hasIndexOn, type Reader, type Table } from './catalog.ts'
import {
  type Change,
  checkColumns,
  declarationOf,
  newColumn,
  pairColumns,
  type TargetColumn,
} from './columns.ts'
import { checkTarget, folded, quoteName } from './names.ts'

export interface Plan {
  readonly load: Load
  readonly target: Target
  /** As the table is called, where it is there. */
  readonly name: string
  /** Null where the load makes it. */
  readonly table: Table | null
  /** Of the columns that are sent, in the load's order. */
  readonly columns: readonly TargetColumn[]
  /** Names of the key's columns in the target. */
  readonly key: readonly string[]
  /** Makes the table, or changes it: what comes before any row. */
  readonly before: readonly string[]
  /** Rows that are there go first. */
  readonly emptied: boolean
  /** Made where rows have to be found by a key that nothing leads to. */
  readonly index: string | null
}

export const isKeyed = ({ mode }: Pick<Load, 'mode'>): boolean =>
  mode === 'merge' || mode === 'history' || mode === 'mirror'

export async function planOf(reader: Reader | null, load: Load): Promise<Plan> {
  checkTarget(load.target)
  checkColumns(load)
  if (isKeyed(load) && load.key.length === 0) throw new Fault('key_missing')
  const table = reader === null ? null : await findTable(reader, load.target)
  if (!reader || !table) return planNew(load)
  if (table.kind !== 'table') throw new Fault('target_refused', `"${table.name}" is not a table.`)
  return await planExisting(reader, load, table)
}

function planNew(load: Load): Plan {
  const columns = load.columns.map((column) => newColumn(load, column))
  const keyed = new Set(load.key.map(folded))
  const declared = columns.map((column) =>
    isKeyed(load) && keyed.has(folded(column.name)) ? { ...column, nullable: false } : column
  )
  const parts = declared.map(declarationOf)
  if (load.mode === 'history') {
    parts.push(
      `${quoteName(historyColumns.from)} TIMESTAMPTZ not null`,
      `${quoteName(historyColumns.to)} TIMESTAMPTZ`,
    )
  } else if (isKeyed(load)) parts.push(`primary key (${load.key.map(quoteName).join(', ')})`)
  const before = [`create table ${quoteName(load.target)} (${parts.join(', ')})`]
  const index = load.mode === 'history' ? indexOn(load.target, load.key) : null
  const statements = index === null ? before : [...before, index]
  return {
    load,
    target: { how: 'create', columns: declared, statements, changes: [] },
    name: load.target,
    table: null,
    columns: declared,
    key: load.key,
    before,
    emptied: false,
    index,
  }
}

function indexOn(table: string, key: readonly string[]): string {
  const name = quoteName(`sallyport_key_${table}`)
  return `create index if not exists ${name} on ${quoteName(table)} (${key.map(quoteName).join(', ')})`
}

async function planExisting(reader: Reader, load: Load, table: Table): Promise<Plan> {
  const { columns, changes } = pairColumns(load, table)
  const sent = columns.filter((column) => column !== null)
  const key = load.key.map((name) => sent.find((one) => folded(one.name) === folded(name))?.name ?? name)
  const some = await hasRows(reader, table.name)
  const emptied = some && (load.reset || load.mode === 'replace')
  if (emptied || (some && load.mode === 'mirror')) await refuseSpreading(reader, table)
  const before = changes.flatMap((change) => statementsOf(change, { table: table.name, at: load.index }))
  const index = isKeyed(load) && !(await hasIndexOn(reader, table, key)) ? indexOn(table.name, key) : null
  const how = howOf(load, { some, emptied })
  const statements = [
    ...before,
    ...(index === null ? [] : [index]),
    ...(emptied ? [`delete from ${quoteName(table.name)}`] : []),
  ]
  return {
    load,
    target: { how, columns, statements, changes: changes.map(({ words }) => words) },
    name: table.name,
    table,
    columns: sent,
    key,
    before,
    emptied,
    index,
  }
}

function howOf(load: Load, { some, emptied }: { some: boolean; emptied: boolean }): Target['how'] {
  if (emptied) return 'refill'
  if (isKeyed(load)) return load.mode as 'merge' | 'history' | 'mirror'
  return some ? 'append' : load.mode === 'append' ? 'append' : 'fill'
}

/** SQLite changes no type in place: a new column takes over, and comes last. */
function statementsOf(
  { kind, column, declaration, value }: Change,
  { table, at }: { table: string; at: number },
): string[] {
  const [into, name] = [quoteName(table), quoteName(column)]
  if (kind === 'add') return [`alter table ${into} add column ${name} ${declaration}`]
  const draft = quoteName(`sallyport_wider_${at}`)
  return [
    `alter table ${into} add column ${draft} ${declaration}`,
    `update ${into} set ${draft} = ${value}`,
    `alter table ${into} drop column ${name}`,
    `alter table ${into} rename column ${draft} to ${name}`,
  ]
}

export async function hasRows(reader: Reader, table: string): Promise<boolean> {
  const [row] = await reader.rows(`select exists (select 1 from ${quoteName(table)})`)
  return Number(row?.[0]) === 1
}

/** Throws `target_refused` where rows of another table would go or change with those of this one. */
async function refuseSpreading(reader: Reader, { name }: Table): Promise<void> {
  const [follows] = await reader.rows(
    `select t.name from pragma_table_list t, pragma_foreign_key_list(t.name) f
     where t.schema = 'main' and t.type = 'table' and f."table" = ? collate nocase
       and f.on_delete not in ('NO ACTION', 'RESTRICT') order by 1 limit 1`,
    [name],
  )
  if (!follows) return
  throw new Fault(
    'target_refused',
    `A foreign key of "${follows[0]}" deletes or changes its rows with those of "${name}": ` +
      'replacing these would reach further than this table.',
  )
}

/** Rows that were refused: a table beside the target. */
export function quarantineTable(name: string): { readonly name: string; readonly statement: string } {
  const table = `${name}${quarantineSuffix}`
  return {
    name: table,
    statement: `create table if not exists ${quoteName(table)} (
      run TEXT not null, stream INTEGER not null, slice TEXT not null, "row" INTEGER not null, "column" TEXT,
      code TEXT not null, source JSON_TEXT, at TIMESTAMPTZ not null)`,
  }
}

/** The time of a run as columns of TIMESTAMPTZ keep it. */
export function timeOf(at: string): string {
  return at.replace('T', ' ').replace(/Z$/, '+00')
}

/** Why keys that differ cannot be told apart. */
export const foldedKeys = ({ name, key }: Plan): string =>
  `Rows of several keys (${key.join(', ')}) are one row to "${name}", whose collation takes them for equal.`
