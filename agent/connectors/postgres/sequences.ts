/** Sequences of the columns that were loaded: what an application inserts next must not meet what is there. */
import { Fault } from '../../../shared/faults.ts'
import { listOf, quoteName, quoteTable, quoteText, type TableName } from './names.ts'
import type { Session } from './session.ts'

export interface Sequence {
  readonly column: string
  readonly name: TableName
  readonly rising: boolean
}

interface SequenceRow {
  column: string
  schema: string
  table: string
  rising: boolean
  allowed: boolean
  role: string
}

const sequencesSql = `
select a.attname::text as column, n.nspname::text as schema, c.relname::text as table, q.seqincrement > 0 as rising,
  pg_catalog.has_sequence_privilege(c.oid, 'select') and pg_catalog.has_sequence_privilege(c.oid, 'update')
    as allowed, current_user::text as role
from pg_catalog.pg_depend d
join pg_catalog.pg_class c on c.oid = d.objid and c.relkind = 'S'
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_sequence q on q.seqrelid = c.oid
join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where d.classid = 'pg_catalog.pg_class'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
  and d.refobjid = $1::text::oid and d.deptype in ('a', 'i') and a.attname::text = any($2::text[])
  and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
order by a.attnum`

/** Sequences behind these columns. Throws `permission_denied` with the grant, where one could not be moved on. */
export async function sequencesOf(
  session: Session,
  oid: string,
  columns: readonly string[],
): Promise<Sequence[]> {
  const rows = await session.rows<SequenceRow>(sequencesSql, [oid, listOf(columns)])
  return rows.map(({ column, schema, table, rising, allowed, role }) => {
    const name = { schema, table }
    if (!allowed) {
      throw new Fault(
        'permission_denied',
        `"${column}" is numbered by a sequence, which has to follow what is loaded: ` +
          `grant select, update on sequence ${quoteTable(name)} to ${quoteName(role)}`,
      )
    }
    return { column, name, rising }
  })
}

/** Moves a sequence past the values in `table` (quoted). It is never moved back, and outlives a rollback. */
export async function advance(
  session: Session,
  { column, name, rising }: Sequence,
  table: string,
): Promise<void> {
  const sequence = quoteTable(name)
  const [most, beyond] = rising ? ['max', '>='] : ['min', '<=']
  const loaded = `(select ${most}(${quoteName(column)})::bigint as last from ${table}) loaded`
  const [wide] = await session.rows<{ short: boolean }>(
    `select loaded.last not between q.seqmin and q.seqmax and q.seqtypid <> 'int8'::regtype as short
     from ${loaded}, pg_catalog.pg_sequence q where q.seqrelid = ${quoteText(sequence)}::regclass`,
  )
  // A serial column that has been widened has its old sequence.
  if (wide?.short === true) await session.run(`alter sequence ${sequence} as bigint`)
  await session.rows(
    `select pg_catalog.setval(${quoteText(sequence)}::regclass, loaded.last) from ${loaded}, ${sequence} now
     where loaded.last ${beyond} now.last_value and not (loaded.last = now.last_value and now.is_called)`,
  )
}
