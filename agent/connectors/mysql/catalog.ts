/** What information_schema says about tables and their columns. */
import { Fault } from '../../../shared/faults.ts'
import type { Column, Stream, StreamName } from '../connector.ts'
import { quoteText, type TableName, tableText, writtenName } from './names.ts'
import type { Session } from './session.ts'
import { type CatalogType, typeOf } from './types.ts'

/** What Sallyport's own tables begin with. */
export const ownPrefix = 'sallyport_'

export interface MysqlColumn extends Column {
  readonly catalog: CatalogType
  /** Of text: null for anything else. */
  readonly collation: string | null
  readonly characterSet: string | null
  readonly hasDefault: boolean
}

export interface Table {
  readonly name: TableName
  readonly kind: 'table' | 'view'
  /** `InnoDB`; null for a view. */
  readonly engine: string | null
  readonly columns: readonly MysqlColumn[]
  readonly key: readonly string[]
  readonly estimatedRows: number | null
  readonly estimatedBytes: number | null
}

type Text = string | null

const kinds = `'BASE TABLE', 'VIEW', 'SYSTEM VIEW', 'SYSTEM VERSIONED'`
const systemDatabases = `'information_schema', 'performance_schema', 'mysql', 'sys'`

/** The table, or null when there is none of that name that the account may see. */
export async function findTable(session: Session, { database, table }: TableName): Promise<Table | null> {
  const rows = await session.rows<[string, string, string, Text, Text, Text]>(
    `select table_schema, table_name, table_type, engine, table_rows, data_length from information_schema.tables
     where table_schema = ${quoteText(database)} and table_name = ${
      quoteText(table)
    } and table_type in (${kinds})`,
  )
  // The catalogue may find names by letters alone; then there is one, in the spelling that the server has.
  const row = rows.find((one) => one[0] === database && one[1] === table) ?? rows[0]
  if (!row) return null
  const [schema, name, type, engine, count, bytes] = row
  const found = { database: schema, table: name }
  const view = type.endsWith('VIEW')
  return {
    name: found,
    kind: view ? 'view' : 'table',
    engine,
    columns: await columnsOf(session, found),
    key: view ? [] : await keyOf(session, found),
    estimatedRows: view || count === null ? null : Number(count),
    estimatedBytes: view || bytes === null ? null : Number(bytes),
  }
}

const at = ({ database, table }: TableName) =>
  `table_schema = ${quoteText(database)} and table_name = ${quoteText(table)}`

async function columnsOf(session: Session, name: TableName): Promise<MysqlColumn[]> {
  const rows = await session.rows<
    [string, string, string, Text, Text, Text, Text, string, Text, Text, Text, Text, string]
  >(
    `select column_name, data_type, column_type, character_maximum_length, numeric_precision, numeric_scale,
       datetime_precision, is_nullable, column_default, generation_expression, collation_name, character_set_name, extra
     from information_schema.columns where ${at(name)} order by ordinal_position`,
  )
  const jsons = await jsonColumns(session, name)
  return rows.map((row) => {
    const [column, base, native, length, precision, scale, digits, nullable, preset, expression, ...rest] =
      row
    const [collation, characterSet, extra] = rest
    const json = jsons.has(column)
    const catalog: CatalogType = {
      base: base.toLowerCase(),
      native: native.toLowerCase().startsWith('enum') || native.toLowerCase().startsWith('set')
        ? native
        : native.toLowerCase(),
      length: length === null ? null : Number(length),
      precision: precision === null ? null : Number(precision),
      scale: scale === null ? null : Number(scale),
      digits: digits === null ? null : Number(digits),
      json,
    }
    const generated = (expression ?? '') !== ''
    return {
      name: column,
      type: typeOf(catalog),
      nullable: nullable === 'YES',
      native: json ? 'json' : catalog.native,
      vocabulary: 'mysql',
      ...(generated ? { generated: true as const } : {}),
      catalog,
      collation,
      characterSet,
      hasDefault: (preset !== null && preset !== 'NULL') || /auto_increment/i.test(extra),
    }
  })
}

/** MariaDB's JSON is text that a check of the column's own name holds to be JSON. */
async function jsonColumns(session: Session, name: TableName): Promise<Set<string>> {
  if (!session.server.mariadb || session.server.version < 100_403) return new Set()
  const rows = await session.rows<[string, string]>(
    `select constraint_name, check_clause from information_schema.check_constraints
     where constraint_schema = ${quoteText(name.database)} and table_name = ${quoteText(name.table)}`,
  )
  // Names are quoted as sql_mode has it.
  const named = (
    column: string,
  ) => [`\`${column.replaceAll('`', '``')}\``, `"${column.replaceAll('"', '""')}"`]
  return new Set(
    rows.filter(([column, clause]) => named(column).some((name) => clause === `json_valid(${name})`))
      .map(([column]) => column),
  )
}

async function keyOf(session: Session, name: TableName): Promise<string[]> {
  const rows = await session.rows<[string, Text]>(
    `select column_name, sub_part from information_schema.statistics
     where ${at(name)} and index_name = 'PRIMARY' order by seq_in_index`,
  )
  // Of a part of a value nobody knows which whole one it is.
  return rows.some(([column, part]) => column === null || part !== null) ? [] : rows.map(([column]) => column)
}

/** Tables and views that the account may see, but none of Sallyport's own. */
export async function listTables(session: Session): Promise<TableName[]> {
  const rows = await session.rows<[string, string]>(
    `select table_schema, table_name from information_schema.tables
     where table_schema not in (${systemDatabases}) and table_type in (${kinds}) order by 1, 2`,
  )
  return rows.filter(([, table]) => !table.startsWith(ownPrefix)).map(([database, table]) => ({
    database,
    table,
  }))
}

export function streamName({ database, table }: TableName): StreamName {
  return { name: `${writtenName(database)}.${writtenName(table)}`, parts: { schema: database, table } }
}

export function streamOf(table: Table, name: string): Stream {
  const { columns, key, estimatedRows, estimatedBytes } = table
  const parts = { schema: table.name.database, table: table.name.table }
  return { name, parts, columns, key, estimatedRows, estimatedBytes }
}

export function missing(name: TableName): Fault {
  return new Fault('stream_missing', `There is no table ${tableText(name)}, or the account may not see it.`)
}
