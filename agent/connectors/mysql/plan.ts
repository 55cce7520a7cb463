/** What a load would find and do. */
import { createHash } from 'node:crypto'
import { Fault } from '../../../shared/faults.ts'
import { historyColumns, type Load, type Target } from '../connector.ts'
import { findTable, type MysqlColumn, type Table } from './catalog.ts'
import { type Change, fitted, newColumn, pairColumns, refuseTwins } from './columns.ts'
import { heldOn } from './examine.ts'
import { indexOf, listed, primaryKey } from './keys.ts'
import { quoteName, quoteTable, quoteText, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'
import { type Stages, stagesOf } from './staging.ts'

export interface Plan {
  readonly target: Target
  readonly load: Load
  readonly name: TableName
  /** Null: it is not there yet. */
  readonly table: Table | null
  readonly stages: Stages
  /** What is written, as the target has it. */
  readonly columns: readonly MysqlColumn[]
  readonly names: readonly string[]
  readonly changes: readonly Change[]
  /** A new table takes the target's place; otherwise one transaction changes what is there. */
  readonly publish: boolean
  /** What is staged is that new table; otherwise it is made of what is staged. */
  readonly whole: boolean
  /** The database is to be made first. */
  readonly makeDatabase: boolean
}

export function isKeyed({ mode }: Load): boolean {
  return mode === 'merge' || mode === 'history' || mode === 'mirror'
}

export async function planOf(session: Session, load: Load, name: TableName): Promise<Plan> {
  refuseTwins(load)
  if (isKeyed(load) && load.key.length === 0) throw new Fault('key_missing')
  const table = await findTable(session, name)
  if (!table) return await planNew(session, load, name)
  if (table.kind !== 'table') throw new Fault('target_refused', `${tableText(name)} is not a table.`)
  const { columns: paired, changes } = pairColumns(load, table, session.server)
  const columns = paired.filter((column) => column !== null)
  const anew = load.reset || load.mode === 'replace'
  const publish = anew && !(await somethingHangsOn(session, table.name))
  const transactional = table.engine?.toLowerCase() === 'innodb'
  if (!publish && !transactional) {
    throw new Fault(
      'target_refused',
      `${
        tableText(name)
      } is a table of ${table.engine}, which has no transactions: ${load.mode} needs InnoDB.`,
    )
  }
  if (!publish && (anew || load.mode === 'mirror')) await refuseSpreading(session, table.name, load)
  const words = changes.map((change) => change.words)
  const alter = words.map((one) => `alter table ${quoteTable(table.name)} ${one}`)
  const how = anew ? publish ? 'swap' : 'refill' : isKeyed(load) ? load.mode as 'merge' : 'append'
  return {
    target: { how, columns: paired, statements: [...alter, ...outlineOf(how, table.name)], changes: words },
    load,
    name: table.name,
    table,
    stages: stagesOf(table.name, load),
    columns,
    names: columns.map((column) => column.name),
    changes,
    publish,
    whole: publish && transactional && !isKeyed(load),
    makeDatabase: false,
  }
}

function outlineOf(how: Target['how'], name: TableName): string[] {
  if (how === 'swap') {
    return [`create table … like ${quoteTable(name)}`, `rename table … to ${quoteTable(name)}`]
  }
  if (how === 'refill') return [`delete from ${quoteTable(name)}`, `insert into ${quoteTable(name)} select …`]
  return []
}

async function planNew(session: Session, load: Load, name: TableName): Promise<Plan> {
  const fresh = load.columns.map((column) => newColumn(load, column, session.server))
  const columns = fitted(fresh, load.key).map((column) =>
    isKeyed(load) && load.key.includes(column.name) ? { ...column, nullable: false } : column
  )
  const [row] = await session.rows<[string]>(
    `select count(*) from information_schema.schemata where schema_name = ${quoteText(name.database)}`,
  )
  const makeDatabase = row?.[0] === '0'
  const statements = [
    ...(makeDatabase ? [databaseStatement(name)] : []),
    createStatement(name, load, columns),
  ]
  return {
    target: { how: 'create', columns, statements, changes: [] },
    load,
    name,
    table: null,
    stages: stagesOf(name, load),
    columns,
    names: columns.map((column) => column.name),
    changes: [],
    publish: true,
    whole: !isKeyed(load),
    makeDatabase,
  }
}

export function databaseStatement({ database }: TableName): string {
  return `create database if not exists ${quoteName(database)}`
}

/** The table of a load that has none yet, under this name. */
export function createStatement(name: TableName, load: Load, columns: readonly MysqlColumn[]): string {
  const parts = columns.map((column) => definition(column, column.nullable))
  if (load.mode === 'history') {
    parts.push(
      `${quoteName(historyColumns.from)} datetime(6) not null`,
      `${quoteName(historyColumns.to)} datetime(6) null`,
    )
  }
  if (isKeyed(load)) {
    const key = primaryKey(load.key, columns, load.mode === 'history' ? 8 : 0)
    const begin = load.mode === 'history' ? `, ${quoteName(historyColumns.from)}` : ''
    parts.push(key === null ? `key (${indexOf(load.key, columns)})` : `primary key (${key}${begin})`)
  }
  return `create table ${quoteTable(name)} (${parts.join(', ')}) engine = innodb row_format = dynamic`
}

/** A column with the type and the collation that it has. */
function definition({ name, native, collation, characterSet }: MysqlColumn, nullable: boolean): string {
  const own = collation === null || native.includes(' collate ') || native === 'json'
    ? ''
    : ` character set ${characterSet} collate ${collation}`
  return `${quoteName(name)} ${native}${own} ${nullable ? 'null' : 'not null'}`
}

/** What is staged where the target is made of it: the same types, and nothing that would keep a row out. */
export function stageStatement(table: TableName, columns: readonly MysqlColumn[]): string {
  const parts = columns.map((column) => definition(column, true))
  return `create table ${quoteTable(table)} (${parts.join(', ')}) engine = innodb row_format = dynamic`
}

/** The key of what is staged, once it is there: built at once, an index costs a part of what it does row by row. */
export function keyStatement(table: TableName, { load, columns }: Plan): string {
  return `alter table ${quoteTable(table)} add key (${indexOf(load.key, columns)})`
}

/** Equal for stagings that hold the same. */
export function shapeOf({ columns, publish, whole, load }: Plan): string {
  const parts = columns.map((column) => definition(column, column.nullable))
  return createHash('sha256').update(JSON.stringify([parts, publish, whole, load.mode, load.key])).digest(
    'hex',
  )
}

/**
 * Makes the target's table once more, empty, under another name, with what becomes of its columns. Throws a Fault.
 */
export async function makeFresh(
  session: Session,
  { table, load, columns, changes }: Plan,
  name: TableName,
): Promise<void> {
  if (table === null) {
    await session.run(createStatement(name, load, columns))
    return
  }
  await session.run(`create table ${quoteTable(name)} like ${quoteTable(table.name)}`)
  await change(session, name, { table, columns, changes })
}

/** Adds and widens columns, in one statement. Everything else that was said of a column stays. */
export async function change(
  session: Session,
  name: TableName,
  { table, columns, changes }: Pick<Plan, 'changes' | 'columns'> & { readonly table: Table },
): Promise<void> {
  if (changes.length === 0) return
  const [shown] = await session.rows<[string, string]>(`show create table ${quoteTable(name)}`)
  const lines = (shown?.[1] ?? '').split('\n')
  const clauses = changes.map(({ kind, column, native }) => {
    const now = columns.find((one) => one.name === column) as MysqlColumn
    if (kind === 'add') return `add column ${definition(now, true)}`
    const before = table.columns.find((one) => one.name === column)
    const head = `  "${column.replaceAll('"', '""')}" `
    const line = lines.find((one) => one.startsWith(head))?.slice(head.length).replace(/,$/, '')
    const was = before?.catalog.native ?? ''
    if (line === undefined || !line.startsWith(was)) {
      throw new Fault('schema_refused', `${quoteName(column)} cannot be changed as it is declared.`)
    }
    const rest = line.slice(was.length)
    const said = kind === 'loosen' ? rest.replace(/ NOT NULL(?= |$)/, ' NULL') : rest
    return `modify column ${quoteName(column)} ${native}${said}`
  })
  await session.run(`alter table ${quoteTable(name)} ${clauses.join(', ')}`)
}

/**
 * True when a rename would lose something, or leave it at the old table: foreign keys either way, and triggers. Without
 * the right to see triggers nobody knows.
 */
async function somethingHangsOn(session: Session, { database, table }: TableName): Promise<boolean> {
  const held = heldOn((await session.rows<[string]>('show grants')).map(([text]) => text), database)
  if (!held.has('ALL PRIVILEGES') && !held.has('TRIGGER')) return true
  const [schema, name] = [quoteText(database), quoteText(table)]
  const rows = await session.rows(
    `select 1 from information_schema.key_column_usage where referenced_table_name is not null
       and ((table_schema = ${schema} and table_name = ${name})
       or (referenced_table_schema = ${schema} and referenced_table_name = ${name}))
     union all select 1 from information_schema.triggers
       where event_object_schema = ${schema} and event_object_table = ${name}
     union all select 1 from information_schema.tables
       where table_schema = ${schema} and table_name = ${name} and table_type <> 'BASE TABLE' limit 1`,
  )
  return rows.length > 0
}

/** Throws `target_refused` where rows of a table would go or change with those that are deleted here. */
async function refuseSpreading(
  session: Session,
  { database, table }: TableName,
  { mode, reset }: Load,
): Promise<void> {
  const [schema, name] = [quoteText(database), quoteText(table)]
  const rows = await session.rows<[string, string]>(
    `select constraint_schema, table_name from information_schema.referential_constraints
     where unique_constraint_schema = ${schema} and referenced_table_name = ${name}
       and delete_rule not in ('NO ACTION', 'RESTRICT')`,
  )
  // All of its own rows go in any case, unless only those go that the source has no longer.
  const some = mode === 'mirror' && !reset
  const follows = rows.find((row) => some || row[0] !== database || row[1] !== table)
  if (!follows) return
  throw new Fault(
    'target_refused',
    `A foreign key of ${
      follows.join('.')
    } deletes or changes its rows with those of ${database}.${table}: deleting ` +
      'these would reach further than what the source says.',
  )
}

export function insertStatement(into: string, from: string, names: readonly string[]): string {
  return `insert into ${into} (${listed(names)}) select ${listed(names)} from ${from}`
}
