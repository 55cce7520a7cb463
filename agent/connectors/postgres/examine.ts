/** What a role lacks to read or to load, with the statement that mends it. */
import type { Finding } from '../connector.ts'
import { quoteName, quoteTable, type TableName, tableText } from './names.ts'
import type { Session } from './session.ts'

interface Standing {
  role: string
  schema_there: boolean
  usage: boolean
  create: boolean
  kind: string | null
  held: string[]
  /** A policy would hide rows from the role. */
  guarded: boolean
}

const wanted = ['select', 'insert', 'update', 'delete', 'truncate'] as const
type Privilege = typeof wanted[number]

const standingSql = `
select current_user::text as role, n.oid is not null as schema_there,
  coalesce(pg_catalog.has_schema_privilege(n.oid, 'usage'), false) as usage,
  coalesce(pg_catalog.has_schema_privilege(n.oid, 'create'), false) as create,
  c.relkind::text as kind,
  ${
  wanted.map((one) => `coalesce(pg_catalog.has_table_privilege(c.oid, '${one}'), false) as "${one}"`).join(
    ', ',
  )
},
  coalesce(pg_catalog.row_security_active(c.oid), false) as guarded
from (select 1) one
left join pg_catalog.pg_namespace n on n.nspname = $1
left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = $2
  and c.relkind in ('r', 'p', 'v', 'm', 'f')`

async function standingOf(session: Session, { schema, table }: TableName): Promise<Standing> {
  const [row] = await session.rows<Omit<Standing, 'held'> & Record<Privilege, boolean>>(standingSql, [
    schema,
    table,
  ])
  const standing = row as Omit<Standing, 'held'> & Record<Privilege, boolean>
  return { ...standing, held: wanted.filter((one) => standing[one]) }
}

const denied = (what: string, remedy: string): Finding => ({ what, code: 'permission_denied', remedy })

/** Schemas and tables that the role may not read; those of the whole database where none is named. */
export async function examineSource(
  session: Session,
  tables: readonly TableName[],
  ledger: string,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const table of tables.length > 0 ? tables : await allTables(session, ledger)) {
    const standing = await standingOf(session, table)
    const role = quoteName(standing.role)
    const text = tableText(table)
    if (!standing.schema_there || standing.kind === null) {
      findings.push({ what: `select on ${text}`, code: 'stream_missing', remedy: null })
      continue
    }
    findings.push(...usageOf(standing, table))
    if (!standing.held.includes('select')) {
      findings.push(denied(`select on ${text}`, `grant select on ${quoteTable(table)} to ${role}`))
    } else if (standing.guarded) {
      findings.push(denied(`all rows of ${text}, past its row security`, `alter role ${role} bypassrls`))
    }
  }
  return unique(findings)
}

const allSql = `
select n.nspname::text as schema, c.relname::text as table
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', $1) order by 1, 2`

function allTables(session: Session, ledger: string): Promise<TableName[]> {
  return session.rows<TableName>(allSql, [ledger])
}

function usageOf({ usage, role }: Standing, { schema }: TableName): Finding[] {
  if (usage) return []
  return [
    denied(`usage of schema ${schema}`, `grant usage on schema ${quoteName(schema)} to ${quoteName(role)}`),
  ]
}

const standbyText = 'Name the primary server in the connection.'

/** What the role lacks for its ledger, and to make or to fill these targets. */
export async function examineDestination(
  session: Session,
  tables: readonly TableName[],
  ledger: string,
): Promise<Finding[]> {
  const [own] = await session.rows<
    { role: string; name: string; create: boolean; temporary: boolean; standby: boolean; closed: boolean }
  >(
    `select current_user::text as role, current_database()::text as name,
       pg_catalog.pg_is_in_recovery() as standby,
       current_setting('default_transaction_read_only')::boolean as closed,
       pg_catalog.has_database_privilege(current_database(), 'create') as create,
       pg_catalog.has_database_privilege(current_database(), 'temporary') as temporary`,
  )
  const database = own ??
    { role: '', name: '', create: false, temporary: false, standby: false, closed: false }
  if (database.standby) {
    return [{ what: 'writing to a standby', code: 'permission_denied', remedy: standbyText }]
  }
  const findings = await ledgerFindings(session, ledger, database)
  if (database.closed) {
    const remedy = `alter role ${quoteName(database.role)} in database ${quoteName(database.name)} ` +
      'set default_transaction_read_only = off'
    findings.push(denied('transactions that write', remedy))
  }
  if (!database.temporary) {
    const remedy = `grant temporary on database ${quoteName(database.name)} to ${quoteName(database.role)}`
    findings.push(denied(`temporary tables in ${database.name}`, remedy))
  }
  for (const table of tables) {
    const standing = await standingOf(session, table)
    findings.push(...targetFindings(standing, table, database))
    if (standing.kind !== null) findings.push(...await sequenceFindings(session, table))
  }
  return unique(findings)
}

/** Numbers are drawn from a sequence where the load has none, and it is moved on where the load has. */
async function sequenceFindings(session: Session, { schema, table }: TableName): Promise<Finding[]> {
  const rows = await session.rows<TableName & { role: string }>(
    `select s.nspname::text as schema, q.relname::text as table, current_user::text as role
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = c.oid
       and d.classid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i')
     join pg_catalog.pg_class q on q.oid = d.objid and q.relkind = 'S'
     join pg_catalog.pg_namespace s on s.oid = q.relnamespace
     where n.nspname = $1 and c.relname = $2 and not (pg_catalog.has_sequence_privilege(q.oid, 'select')
       and pg_catalog.has_sequence_privilege(q.oid, 'update')) order by 1, 2`,
    [schema, table],
  )
  return rows.map(({ role, ...name }) =>
    denied(
      `select, update on sequence ${tableText(name)}`,
      `grant select, update on sequence ${quoteTable(name)} to ${quoteName(role)}`,
    )
  )
}

function targetFindings(standing: Standing, table: TableName, database: { create: boolean }): Finding[] {
  const role = quoteName(standing.role)
  const schema = quoteName(table.schema)
  if (!standing.schema_there) {
    if (database.create) return []
    return [denied(`schema ${table.schema}`, `create schema ${schema} authorization ${role}`)]
  }
  const findings = usageOf(standing, table)
  if (standing.kind === null) {
    if (!standing.create) {
      findings.push(denied(`create in schema ${table.schema}`, `grant create on schema ${schema} to ${role}`))
    }
    return findings
  }
  if (standing.kind !== 'r' && standing.kind !== 'p') {
    return [...findings, {
      what: `${tableText(table)}, which is no table`,
      code: 'target_refused',
      remedy: null,
    }]
  }
  const lacking = wanted.filter((one) => !standing.held.includes(one))
  if (lacking.length > 0) {
    const list = lacking.join(', ')
    findings.push(
      denied(`${list} on ${tableText(table)}`, `grant ${list} on ${quoteTable(table)} to ${role}`),
    )
  }
  return findings
}

async function ledgerFindings(
  session: Session,
  ledger: string,
  { role, create }: { role: string; create: boolean },
): Promise<Finding[]> {
  const findings: Finding[] = []
  const owner = `create schema ${quoteName(ledger)} authorization ${quoteName(role)}`
  for (const table of ['loads', 'slices', 'targets', 'intents']) {
    const name = { schema: ledger, table }
    const standing = await standingOf(session, name)
    if (!standing.schema_there) return create ? [] : [denied(`schema ${ledger} for the ledger`, owner)]
    findings.push(...usageOf(standing, name))
    if (standing.kind === null) {
      if (standing.create) continue
      const remedy = `grant create on schema ${quoteName(ledger)} to ${quoteName(role)}`
      findings.push(denied(`create in schema ${ledger}, for the ledger`, remedy))
      continue
    }
    const lacking = (['select', 'insert', 'update', 'delete'] as const).filter((one) =>
      !standing.held.includes(one)
    )
    if (lacking.length === 0) continue
    const list = lacking.join(', ')
    findings.push(
      denied(`${list} on ${tableText(name)}`, `grant ${list} on ${quoteTable(name)} to ${quoteName(role)}`),
    )
  }
  return findings
}

function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.what} ${finding.remedy}`, finding])).values()]
}
