/** What a database says of its tables and views. The statements are the same for a file and for a server. */
import { Fault } from '../../../shared/faults.ts'
import type { Type } from '../../engine/types.ts'
import type { Column, Stream, StreamName } from '../connector.ts'
import { folded, ownPrefix, quoteName, quoteText } from './names.ts'
import { type Affinity, affinityOf, typeOf } from './types.ts'

export type Value = null | bigint | number | string | Uint8Array

/** Rows of a statement, columns in its order. */
export interface Reader {
  rows(sql: string, values?: readonly Value[]): Promise<Value[][]>
}

export interface SqliteColumn extends Column {
  readonly affinity: Affinity
  readonly hasDefault: boolean
  /** Null where nothing is declared that says what is in it: `type` is text then, until somebody has looked. */
  readonly declared: Type | null
}

export interface Table {
  /** As it was made. */
  readonly name: string
  readonly kind: 'table' | 'view' | 'virtual'
  readonly columns: readonly SqliteColumn[]
  /** The primary key, in its order. */
  readonly key: readonly string[]
  /** What rowids are called here; null where there are none. */
  readonly rowid: string | null
  readonly strict: boolean
  /** The one column that is the rowid itself. */
  readonly alias: string | null
}

const text: Type = { kind: 'text', length: null }

/** `names` in the main database that are nobody's own: without Sallyport's, SQLite's and what belongs to virtual tables. */
const listSql = `select l.name from pragma_table_list l where l.schema = 'main'
  and l.type in ('table', 'view', 'virtual') and l.name not like 'sqlite\\_%' escape '\\'
  and l.name not like '${ownPrefix.replace('_', '\\_')}%' escape '\\' order by l.name`

export async function listNames(reader: Reader): Promise<StreamName[]> {
  const rows = await reader.rows(listSql)
  return rows.map(([name]) => ({ name: String(name), parts: { schema: null, table: String(name) } }))
}

/** Null when there is none. ASCII letters of the name count in either case. */
export async function findTable(reader: Reader, name: string): Promise<Table | null> {
  const [found] = await reader.rows(
    `select l.name, l.type, l.wr, l.strict from pragma_table_list l
     where l.schema = 'main' and l.name = ? collate nocase and l.type <> 'shadow'`,
    [name],
  )
  if (!found || folded(String(found[0])).startsWith('sqlite_')) return null
  const own = String(found[0])
  const strict = Number(found[3]) === 1
  const rows = await reader.rows(
    `select name, type, "notnull", dflt_value is not null, pk, hidden from pragma_table_xinfo(${
      quoteText(own)
    }) order by cid`,
  )
  const kind = String(found[1]) as Table['kind']
  const keyed = rows.filter((row) => Number(row[4]) > 0).sort((a, b) => Number(a[4]) - Number(b[4]))
  const withRowid = kind === 'table' && Number(found[2]) === 0
  const alias = withRowid && keyed.length === 1 && isRowidAlias(keyed[0] as Value[])
    ? String(keyed[0]?.[0])
    : null
  // Hidden columns of virtual tables are arguments and not data.
  const columns = rows.filter((row) => Number(row[5]) !== 1)
    .map((row) => columnOf(row, { strict, alias, withRowid }))
  return {
    name: own,
    kind,
    columns,
    key: keyed.map(([column]) => String(column)),
    rowid: withRowid ? rowidName(columns) : null,
    strict,
    alias,
  }
}

/** A column that is declared INTEGER PRIMARY KEY, and not INT. */
const isRowidAlias = (row: readonly Value[]) => String(row[1]).toUpperCase() === 'INTEGER'

function columnOf(
  [name, declared, notNull, hasDefault, pk, hidden]: readonly Value[],
  { strict, alias, withRowid }: { strict: boolean; alias: string | null; withRowid: boolean },
): SqliteColumn {
  const native = String(declared ?? '')
  const type = typeOf(native, strict)
  const own = String(name)
  // A key may hold NULLs in a table with rowids, which is how SQLite has always been.
  const keyed = Number(pk) > 0 && !withRowid
  return {
    name: own,
    type: type ?? text,
    declared: type,
    nullable: Number(notNull) === 0 && own !== alias && !keyed,
    native,
    vocabulary: 'sqlite',
    affinity: affinityOf(native, strict),
    hasDefault: Number(hasDefault) === 1 || own === alias,
    ...(Number(hidden) === 2 || Number(hidden) === 3 ? { generated: true as const } : {}),
  }
}

/** A column may be called rowid itself: then the rowid has another name, or none that can be said. */
function rowidName(columns: readonly Column[]): string | null {
  const taken = new Set(columns.map(({ name }) => folded(name)))
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null
}

export function missing(name: string): Fault {
  return new Fault('stream_missing', `There is no table or view "${name}".`)
}

export function streamOf(table: Table, name: string, estimatedRows: number | null): Stream {
  return {
    name,
    parts: { schema: null, table: table.name },
    columns: table.columns,
    key: table.key,
    estimatedRows,
    estimatedBytes: null,
  }
}

/** Rows by the statistics of ANALYZE, or by the span of rowids; null where neither says anything. */
export async function estimateRows(reader: Reader, table: Table): Promise<number | null> {
  if (table.rowid === null) return null
  const own = table.alias === null ? table.rowid : quoteName(table.alias)
  const [row] = await reader.rows(`select min(${own}), max(${own}) from ${quoteName(table.name)}`)
  const [least, most] = row ?? []
  if (typeof least !== 'bigint' || typeof most !== 'bigint') return 0
  return Number(most - least) + 1
}

/** An index whose first columns are these, in any order: what finds rows by key without reading all of them. */
export async function hasIndexOn(reader: Reader, table: Table, key: readonly string[]): Promise<boolean> {
  const wanted = new Set(key.map(folded))
  const leads = (columns: readonly string[]) =>
    columns.length >= wanted.size && columns.slice(0, wanted.size).every((name) => wanted.has(folded(name)))
  if (leads(table.key)) return true
  const rows = await reader.rows(
    `select l.name, i.name from pragma_index_list(${quoteText(table.name)}) l, pragma_index_info(l.name) i
     where l.partial = 0 order by l.name, i.seqno`,
  )
  const indexes = new Map<string, string[]>()
  for (const [index, column] of rows) {
    indexes.set(String(index), [...(indexes.get(String(index)) ?? []), String(column ?? '')])
  }
  return [...indexes.values()].some(leads)
}

/** False where an index of the table says that its keys are told apart by their bytes. */
export async function mayFold(reader: Reader, table: Table, key: readonly string[]): Promise<boolean> {
  const wanted = key.map(folded)
  // A number has one spelling, whatever its collation.
  if (table.alias !== null && wanted.length === 1 && folded(table.alias) === wanted[0]) return false
  const rows = await reader.rows(
    `select distinct i.name, i.coll from pragma_index_list(${
      quoteText(table.name)
    }) l, pragma_index_xinfo(l.name) i where i.key = 1 and i.name is not null`,
  )
  return wanted.some((name) => {
    const own = rows.filter(([column]) => folded(String(column)) === name).map(([, collation]) =>
      String(collation)
    )
    return own.length === 0 || own.some((collation) => collation.toUpperCase() !== 'BINARY')
  })
}
