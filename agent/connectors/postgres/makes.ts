/** What users' types are made of: two of one name may differ, and then values do not arrive as they are. */
import type { Type } from '../../engine/types.ts'
import type { Session } from './session.ts'
import { typeOf } from './types.ts'

/** A user's type all the way down. */
export interface Make {
  /** Equal on both sides: text and binary form of a value mean the same. */
  readonly structure: string
  /** Through domains to the type below them. */
  readonly type: Type
}

interface TypeRow {
  oid: string
  schema: string
  name: string
  type: 'b' | 'c' | 'd' | 'e' | 'm' | 'p' | 'r'
  base: string
  modifier: number
  element: string | null
  subtype: string | null
  fields: string
}

/** Every type that the given ones lead to: base types, elements, fields, subtypes. */
const reachSql = `
with recursive reach(oid) as (
  select unnest($1::text::oid[])
  union
  select below.oid from reach r join pg_catalog.pg_type t on t.oid = r.oid cross join lateral (
    select t.typbasetype where t.typtype = 'd'
    union all select e.oid from pg_catalog.pg_type e where e.oid = t.typelem and e.typarray = t.oid
    union all select g.rngsubtype from pg_catalog.pg_range g where g.rngtypid = t.oid
    union all select a.atttypid from pg_catalog.pg_attribute a
      where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
  ) below(oid))
select t.oid::text as oid, n.nspname::text as schema, t.typname::text as name, t.typtype::text as type,
  t.typbasetype::text as base, t.typtypmod as modifier,
  (select e.oid::text from pg_catalog.pg_type e where e.oid = t.typelem and e.typarray = t.oid) as element,
  (select g.rngsubtype::text from pg_catalog.pg_range g where g.rngtypid = t.oid) as subtype,
  coalesce((select json_agg(json_build_array(a.attname, a.atttypid::text, a.atttypmod) order by a.attnum)
    from pg_catalog.pg_attribute a
    where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped), '[]')::text as fields
from reach r join pg_catalog.pg_type t on t.oid = r.oid
join pg_catalog.pg_namespace n on n.oid = t.typnamespace`

/** Spelled with a schema: `format_type` leaves it out for built-in types. */
export function isUserType(native: string): boolean {
  return native.includes('.')
}

/** Makes by oid. */
export async function makesOf(session: Session, oids: readonly string[]): Promise<Map<string, Make>> {
  if (oids.length === 0) return new Map()
  const rows = await session.rows<TypeRow>(reachSql, [`{${oids.join(',')}}`])
  const types = new Map(rows.map((row) => [row.oid, row]))
  return new Map(
    oids.map((oid) => [oid, { structure: structureOf(types, oid, -1), type: innermost(types, oid, -1) }]),
  )
}

type Types = ReadonlyMap<string, TypeRow>

function structureOf(types: Types, oid: string, modifier: number): string {
  const row = types.get(oid)
  if (!row) return `? ${oid}`
  const own = row.modifier >= 0 ? row.modifier : modifier
  if (row.type === 'd') return structureOf(types, row.base, own)
  if (row.element !== null) return `${structureOf(types, row.element, modifier)}[]`
  if (row.subtype !== null) return `range of ${structureOf(types, row.subtype, -1)}`
  if (row.type === 'c') {
    const fields = JSON.parse(row.fields) as [name: string, oid: string, modifier: number][]
    return JSON.stringify(fields.map(([name, type, of]) => [name, structureOf(types, type, of)]))
  }
  return `${JSON.stringify([row.schema, row.name])} ${modifier}`
}

function innermost(types: Types, oid: string, modifier: number): Type {
  const row = types.get(oid)
  if (!row) return { kind: 'other' }
  if (row.type === 'd') return innermost(types, row.base, row.modifier >= 0 ? row.modifier : modifier)
  return typeOf({ native: '', base: row.name, baseSchema: row.schema, modifier, type: row.type })
}
