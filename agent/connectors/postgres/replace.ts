/** How the rows of a table are replaced: by renaming a new one over it, or in place where things hang on the old. */
import { quoteName, quoteTable, quoteText, type TableName } from './names.ts'
import type { Session } from './session.ts'

/**
 * True when something would be lost or would go on pointing at the old table after a rename: another owner, grants,
 * policies, triggers, foreign keys, views, sequences, publications, comments, settings, inheritance.
 */
const hangsOnSql = `
select c.relowner <> (select oid from pg_catalog.pg_roles where rolname = current_user)
  or c.relkind <> 'r' or c.relacl is not null or c.relrowsecurity or c.relforcerowsecurity
  or c.relreplident <> 'd' or c.reloptions is not null or c.reltablespace <> 0 or c.relpersistence <> 'p'
  or c.reloftype <> 0 or c.relispartition or c.relhassubclass or c.relhasrules or c.relhastriggers
  or exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    and (a.attacl is not null or a.attidentity::text <> '' or a.attoptions is not null))
  or exists (select from pg_catalog.pg_inherits i where c.oid in (i.inhrelid, i.inhparent))
  or exists (select from pg_catalog.pg_publication_rel p where p.prrelid = c.oid)
  or exists (select from pg_catalog.pg_description d where d.objoid = c.oid and d.objsubid = 0
    and d.classoid = 'pg_catalog.pg_class'::regclass)
  or exists (select from pg_catalog.pg_seclabel s where s.objoid = c.oid
    and s.classoid = 'pg_catalog.pg_class'::regclass)
  or exists (select from pg_catalog.pg_index i where i.indrelid = c.oid
    and (i.indisclustered or i.indisreplident or not i.indisvalid or i.indisexclusion))
  or exists (select from pg_catalog.pg_depend d where d.refclassid = 'pg_catalog.pg_class'::regclass
    and d.refobjid = c.oid and d.objid <> c.oid
    and not (d.classid = 'pg_catalog.pg_class'::regclass and exists (
      select from pg_catalog.pg_class own where own.oid = d.objid and own.relkind in ('i', 't')))
    and not (d.classid = 'pg_catalog.pg_constraint'::regclass and exists (
      select from pg_catalog.pg_constraint own where own.oid = d.objid and own.conrelid = c.oid))
    and not (d.classid = 'pg_catalog.pg_attrdef'::regclass and exists (
      select from pg_catalog.pg_attrdef own where own.oid = d.objid and own.adrelid = c.oid))
    and not (d.classid = 'pg_catalog.pg_type'::regclass and d.deptype = 'i'))
  or exists (select from pg_catalog.pg_depend d join pg_catalog.pg_type t on t.oid = d.refobjid
    where d.refclassid = 'pg_catalog.pg_type'::regclass and d.deptype <> 'i'
    and (t.oid = c.reltype or t.typelem = c.reltype)) as hangs
from pg_catalog.pg_class c where c.oid = $1::text::oid`

export async function somethingHangsOn(session: Session, oid: string): Promise<boolean> {
  const [row] = await session.rows<{ hangs: boolean }>(hangsOnSql, [oid])
  return row?.hangs !== false
}

export async function isReferenced(session: Session, oid: string): Promise<boolean> {
  const sql = `select exists (select from pg_catalog.pg_constraint where contype = 'f'
    and confrelid = $1::text::oid) as yes`
  const [row] = await session.rows<{ yes: boolean }>(sql, [oid])
  return row?.yes === true
}

interface IndexRow {
  name: string
  head: string
  definition: string
  constraint: string | null
}

const indexesSql = `
select ic.relname::text as name, con.conname is not null as is_constraint,
  'CREATE ' || case when i.indisunique then 'UNIQUE ' else '' end || 'INDEX ' || quote_ident(ic.relname)
    || ' ON ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' ' as head,
  pg_catalog.pg_get_indexdef(i.indexrelid) as definition,
  pg_catalog.pg_get_constraintdef(con.oid) as constraint
from pg_catalog.pg_index i
join pg_catalog.pg_class ic on ic.oid = i.indexrelid
join pg_catalog.pg_class c on c.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_constraint con on con.conindid = i.indexrelid and con.conrelid = i.indrelid
  and con.contype in ('p', 'u', 'x')
where i.indrelid = $1::text::oid order by ic.relname`

export interface Swap {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/**
 * Statements around a load: `before` makes the new table, `after` gives it the old one's indexes, drops the old and
 * takes its name. Null when an index cannot be made again from its definition.
 */
export async function swapOf(
  session: Session,
  { oid, name, staging }: { oid: string; name: TableName; staging: TableName },
): Promise<Swap | null> {
  const indexes = await session.rows<IndexRow>(indexesSql, [oid])
  const make: string[] = []
  const rename: string[] = []
  for (const [at, index] of indexes.entries()) {
    const draft = quoteName(`${staging.table}_${at}`)
    if (index.constraint !== null) {
      make.push(`alter table ${quoteTable(staging)} add constraint ${draft} ${index.constraint}`)
      rename.push(`alter table ${quoteTable(name)} rename constraint ${draft} to ${quoteName(index.name)}`)
    } else {
      if (!index.definition.startsWith(index.head)) return null
      const unique = index.head.startsWith('CREATE UNIQUE') ? 'unique ' : ''
      const rest = index.definition.slice(index.head.length)
      make.push(`create ${unique}index ${draft} on ${quoteTable(staging)} ${rest}`)
      rename.push(`alter index ${quoteName(name.schema)}.${draft} rename to ${quoteName(index.name)}`)
    }
  }
  return {
    before: [
      `create table ${quoteTable(staging)} (like ${quoteTable(name)} including all excluding indexes)`,
    ],
    after: [
      ...make,
      `drop table ${quoteTable(name)}`,
      `alter table ${quoteTable(staging)} rename to ${quoteName(name.table)}`,
      ...rename,
    ],
  }
}

/** Names of types, as `format_type` spells them, that this database has too. */
export async function knownTypes(session: Session, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set()
  const list = [...new Set(names)].map((name) => `(${quoteText(name)})`).join(', ')
  const rows = await session.rows<{ name: string }>(
    `select v.name from (values ${list}) v(name)
     where pg_catalog.to_regtype(v.name) is not null`,
  )
  return new Set(rows.map(({ name }) => name))
}
