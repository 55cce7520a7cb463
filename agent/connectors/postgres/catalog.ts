/** What the catalog says about tables and their columns. */
import { Fault } from '../../../shared/faults.ts'
import type { Column, Stream } from '../connector.ts'
import { isUserType, type Make, makesOf } from './makes.ts'
import { type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'
import { type CatalogType, hasPortableBinary, typeOf } from './types.ts'

export interface PostgresColumn extends Column {
  readonly catalog: CatalogType
  /** Of a user's type. */
  readonly structure?: string
  readonly portable: boolean
  readonly hasDefault: boolean
  readonly identity: boolean
  /** GENERATED ALWAYS AS IDENTITY: may be inserted, and never changed. */
  readonly fixed: boolean
}

export interface Table {
  readonly oid: string
  readonly name: TableName
  /** r table, p partitioned, v view, m materialized view, f foreign table. */
  readonly kind: string
  /** Child tables may hold rows of it. */
  readonly hasChildren: boolean
  readonly columns: readonly PostgresColumn[]
  readonly key: readonly string[]
  readonly estimatedRows: number | null
  readonly estimatedBytes: number | null
}

interface TableRow {
  oid: string
  kind: string
  children: boolean
  rows: number
  bytes: number | null
}

interface ColumnRow {
  name: string
  native: string
  oid: string
  nullable: boolean
  generated: boolean
  identity: boolean
  fixed: boolean
  has_default: boolean
  base: string
  base_schema: string
  modifier: number
  type: CatalogType['type']
  element_schema: string
}

/** A domain leads to its base type; the innermost modifier counts. */
const columnsSql = `
with recursive types(attnum, oid, typmod, depth) as (
  select a.attnum, a.atttypid, a.atttypmod, 0 from pg_catalog.pg_attribute a
  where a.attrelid = $1::text::oid and a.attnum > 0 and not a.attisdropped
  union all
  select types.attnum, t.typbasetype, case when t.typtypmod >= 0 then t.typtypmod else types.typmod end, depth + 1
  from types join pg_catalog.pg_type t on t.oid = types.oid where t.typtype = 'd'
), bases as (select distinct on (attnum) attnum, oid, typmod from types order by attnum, depth desc)
select a.attname::text as name,
  pg_catalog.format_type(a.atttypid, a.atttypmod) as native,
  a.atttypid::text as oid,
  not a.attnotnull as nullable,
  a.attgenerated::text <> '' as generated,
  a.attidentity::text <> '' as identity,
  a.attidentity::text = 'a' as fixed,
  a.atthasdef and a.attgenerated::text = '' as has_default,
  t.typname::text as base,
  n.nspname::text as base_schema,
  b.typmod as modifier,
  t.typtype::text as type,
  coalesce(en.nspname, n.nspname)::text as element_schema
from pg_catalog.pg_attribute a
join bases b on b.attnum = a.attnum
join pg_catalog.pg_type t on t.oid = b.oid
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
left join pg_catalog.pg_type e on e.oid = t.typelem and t.typelem <> 0
left join pg_catalog.pg_namespace en on en.oid = e.typnamespace
where a.attrelid = $1::text::oid and a.attnum > 0 and not a.attisdropped
order by a.attnum`

const tableSql = `
select c.oid::text as oid, c.relkind::text as kind, c.relhassubclass as children,
  c.reltuples::float8 as rows,
  case when c.relkind in ('r', 'm') then pg_catalog.pg_relation_size(c.oid)::float8 end as bytes
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')`

const keySql = `
select a.attname::text as name
from pg_catalog.pg_index i
join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
where i.indrelid = $1::text::oid and i.indisprimary
order by pg_catalog.array_position(i.indkey::int2[], a.attnum)`

const listSql = `
select n.nspname::text as schema, c.relname::text as table
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', $1)
  and pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select')
order by 1, 2`

/** The table, or null when there is none of that name. */
export async function findTable(session: Session, name: TableName): Promise<Table | null> {
  const [row] = await session.rows<TableRow>(tableSql, [name.schema, name.table])
  if (!row) return null
  const columns = await describeColumns(session, row.oid)
  const own = columns.filter(({ native }) => isUserType(native)).map(({ oid }) => oid)
  const makes = await makesOf(session, [...new Set(own)])
  const key = await session.rows<{ name: string }>(keySql, [row.oid])
  return {
    oid: row.oid,
    name,
    kind: row.kind,
    hasChildren: row.children,
    columns: columns.map((column) => columnOf(column, makes.get(column.oid))),
    key: key.map((one) => one.name),
    estimatedRows: row.rows < 0 ? null : row.rows,
    estimatedBytes: row.bytes,
  }
}

/** Types are spelled with their schema unless they are built in: the two sides' search paths may differ. */
async function describeColumns(session: Session, oid: string): Promise<ColumnRow[]> {
  const [before] = await session.rows<{ path: string }>(`select current_setting('search_path') as path`)
  const set = (path: string) => session.rows(`select pg_catalog.set_config('search_path', $1, true)`, [path])
  await set('')
  const rows = await session.rows<ColumnRow>(columnsSql, [oid])
  await set(before?.path ?? '')
  return rows
}

function columnOf(row: ColumnRow, make: Make | undefined): PostgresColumn {
  const catalog: CatalogType = {
    native: row.native,
    base: row.base,
    baseSchema: row.base_schema,
    modifier: row.modifier,
    type: row.type,
  }
  return {
    name: row.name,
    type: typeOf(catalog),
    nullable: row.nullable,
    native: row.native,
    vocabulary: 'postgres',
    ...(row.generated ? { generated: true } : {}),
    catalog,
    ...(make ? { structure: make.structure } : {}),
    portable: row.element_schema === 'pg_catalog' && hasPortableBinary(catalog),
    hasDefault: row.has_default || row.identity,
    identity: row.identity,
    fixed: row.fixed,
  }
}

export async function listTables(session: Session, except: string): Promise<TableName[]> {
  return await session.rows<TableName>(listSql, [except])
}

export function streamOf(table: Table, name: string): Stream {
  const { columns, key, estimatedRows, estimatedBytes } = table
  return { name, columns, key, estimatedRows, estimatedBytes }
}

export function missing(name: TableName): Fault {
  return new Fault('stream_missing', `There is no table ${tableText(name)}, or the role may not see it.`)
}
