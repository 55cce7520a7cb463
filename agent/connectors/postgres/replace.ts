/** How the rows of a table are replaced: by renaming a new one over it, or in place where things hang on the old. */
import { Fault } from '../../../shared/faults.ts'
import { isUserType, type Make, makesOf } from './makes.ts'
import { quoteName, quoteTable, quoteText, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'

/**
 * True when something would be lost or would go on pointing at the old table after a rename: another owner, grants,
 * policies, triggers, foreign keys, views, sequences, publications, comments, settings, inheritance. Or when the new
 * table would get something that the old has not: default privileges, a publication of a whole schema.
 */
const hangsOnSql = `
select c.relowner <> (select oid from pg_catalog.pg_roles where rolname = current_user)
  or c.relkind <> 'r' or c.relacl is not null or c.relrowsecurity or c.relforcerowsecurity
  or c.relreplident <> 'd' or c.reloptions is not null or c.reltablespace <> 0 or c.relpersistence <> 'p'
  or c.relam <> (select oid from pg_catalog.pg_am
    where amtype = 't' and amname = current_setting('default_table_access_method'))
  or c.reloftype <> 0 or c.relispartition or c.relhassubclass or c.relhasrules or c.relhastriggers
  or exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    and (a.attacl is not null or coalesce(a.attstattarget, -1) <> -1 or a.attidentity::text <> '' or a.attoptions is not null))
  or exists (select from pg_catalog.pg_inherits i where c.oid in (i.inhrelid, i.inhparent))
  or exists (select from pg_catalog.pg_publication_rel p where p.prrelid = c.oid)
  or exists (select from pg_catalog.pg_publication where puballtables)
  or exists (select from pg_catalog.pg_default_acl d where d.defaclobjtype = 'r' and d.defaclrole = c.relowner
    and d.defaclnamespace in (0, c.relnamespace))
  or exists (select from pg_catalog.pg_description d where d.objoid = c.oid and d.objsubid = 0
    and d.classoid = 'pg_catalog.pg_class'::regclass)
  or exists (select from pg_catalog.pg_index i
    join pg_catalog.pg_class ic on ic.oid = i.indexrelid
    left join pg_catalog.pg_constraint con on con.conindid = ic.oid and con.conrelid = c.oid
    where i.indrelid = c.oid and (ic.reltablespace <> 0 or (con.oid is not null and ic.reloptions is not null)
      or exists (select from pg_catalog.pg_description d
        where (d.objoid = ic.oid and d.classoid = 'pg_catalog.pg_class'::regclass)
        or (d.objoid = con.oid and d.classoid = 'pg_catalog.pg_constraint'::regclass))
      or exists (select from pg_catalog.pg_attribute a
        where a.attrelid = ic.oid and coalesce(a.attstattarget, -1) <> -1)))
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
  return row?.hangs !== false || await isPublishedBySchema(session, oid)
}

/** A publication of all tables of a schema, from version 15 on. */
async function isPublishedBySchema(session: Session, oid: string): Promise<boolean> {
  const [known] = await session.rows<{ yes: boolean }>(
    `select pg_catalog.to_regclass('pg_catalog.pg_publication_namespace') is not null as yes`,
  )
  if (known?.yes !== true) return false
  const [row] = await session.rows<{ yes: boolean }>(
    `select exists (select from pg_catalog.pg_publication_namespace p
       join pg_catalog.pg_class c on c.relnamespace = p.pnnspid where c.oid = $1::text::oid) as yes`,
    [oid],
  )
  return row?.yes !== false
}

/** The table with its partitions, at every depth. */
const familySql = `with recursive family(oid) as (
  select $1::text::oid
  union
  select i.inhrelid from pg_catalog.pg_inherits i join family f on f.oid = i.inhparent)`

/**
 * Throws `target_refused` where emptying the table would not empty it, or would change others with it. `some`: only
 * some of its rows go, so that others of its own must not follow them either.
 */
export async function refuseSpreading(
  session: Session,
  { oid, kind, name, some = false }: { oid: string; kind: string; name: TableName; some?: boolean },
): Promise<void> {
  const [follows] = await session.rows<{ table: string }>(
    `${familySql} select k.conrelid::regclass::text as table from pg_catalog.pg_constraint k
     where k.contype = 'f' and k.confrelid in (select oid from family)
     and ($2::text::boolean or k.conrelid not in (select oid from family))
     and k.confdeltype not in ('a', 'r') order by 1 limit 1`,
    [oid, String(some)],
  )
  if (follows) {
    throw new Fault(
      'target_refused',
      `A foreign key of ${follows.table} deletes or changes its rows with those of ${tableText(name)}: ` +
        'replacing these would reach further than this table.',
    )
  }
  const [children] = await session.rows<{ some: boolean }>(
    `select exists (select from pg_catalog.pg_inherits where inhparent = $1::text::oid) as some`,
    [oid],
  )
  if (kind === 'r' && children?.some !== false) {
    throw new Fault(
      'target_refused',
      `Other tables inherit from ${
        tableText(name)
      }, and their rows are among its own: it cannot be replaced alone.`,
    )
  }
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

/**
 * Types, as `format_type` spells them, that this database has too; users' types with what they are made of here,
 * built-in ones, which are the same everywhere, with null.
 */
export async function knownTypes(
  session: Session,
  names: readonly string[],
): Promise<Map<string, Make | null>> {
  if (names.length === 0) return new Map()
  const list = [...new Set(names)].map((name) => `(${quoteText(name)})`).join(', ')
  const rows = await session.rows<{ name: string; oid: string }>(
    `select v.name, pg_catalog.to_regtype(v.name)::oid::text as oid from (values ${list}) v(name)
     where pg_catalog.to_regtype(v.name) is not null`,
  )
  const own = rows.filter(({ name }) => isUserType(name))
  const makes = await makesOf(session, own.map(({ oid }) => oid))
  return new Map(rows.map(({ name, oid }) => [name, makes.get(oid) ?? null]))
}
