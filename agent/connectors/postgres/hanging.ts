/** What hangs on the columns of a table, and would be in the way of another type. */
import { Fault } from '../../../shared/faults.ts'
import type { Table } from './catalog.ts'
import type { Change } from './columns.ts'
import { listOf, tableText } from './names.ts'
import type { Session } from './session.ts'

/** Indexes, constraints, statistics, a column's own default and its own sequence follow their column by themselves. */
const hangingSql = `
select a.attname::text as column, pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) as what
from pg_catalog.pg_depend d
join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = $1::text::oid
  and a.attname::text = any($2::text[])
  and d.classid not in ('pg_catalog.pg_constraint'::regclass, 'pg_catalog.pg_statistic_ext'::regclass)
  and not exists (select from pg_catalog.pg_class own
    where d.classid = 'pg_catalog.pg_class'::regclass and own.oid = d.objid and own.relkind in ('i', 'I', 'S'))
  and not exists (select from pg_catalog.pg_attrdef own where d.classid = 'pg_catalog.pg_attrdef'::regclass
    and own.oid = d.objid and own.adrelid = a.attrelid and own.adnum = a.attnum)
union
select a.attname::text, 'the table that it is inherited from' from pg_catalog.pg_attribute a
where a.attrelid = $1::text::oid and a.attname::text = any($2::text[]) and a.attinhcount > 0
union
select a.attname::text, 'the partition key' from pg_catalog.pg_partitioned_table p
join pg_catalog.pg_attribute a on a.attrelid = p.partrelid and a.attnum = any(p.partattrs::int2[])
where p.partrelid = $1::text::oid and a.attname::text = any($2::text[])
order by 1, 2`

/** Throws `schema_refused`, naming all that hangs on columns whose type would change. */
export async function refuseHanging(
  session: Session,
  table: Table,
  changes: readonly Change[],
): Promise<void> {
  const columns = changes.filter(({ kind }) => kind === 'widen').map(({ column }) => column)
  if (columns.length === 0) return
  const found = await session.rows<{ column: string; what: string }>(hangingSql, [table.oid, listOf(columns)])
  if (found.length === 0) return
  const what = found.map((one) => `${one.what} hangs on "${one.column}"`).join('; ')
  throw new Fault(
    'schema_refused',
    `${tableText(table.name)} would have to ${
      changes.map(({ words }) => words).join(', ')
    }, and cannot: ${what}.`,
  )
}
