/** What a load finds at its target, and how its rows will get there. Reads only. */
import { Fault } from '../../../shared/faults.ts'
import { historyColumns, type Load, type Target } from '../connector.ts'
import { findTable, type Table } from './catalog.ts'
import { type Change, newColumn, pairColumns, refuseTwins } from './columns.ts'
import { refuseHanging } from './hanging.ts'
import { keyStatement, listed } from './keys.ts'
import { historyStatements, type Meeting, mergeStatements, mirrorStatement } from './merge.ts'
import { quoteName, quoteTable, quoteText, stagingName, type TableName, tableText } from './names.ts'
import { quarantineOf } from './quarantine.ts'
import { isReferenced, knownTypes, refuseSpreading, somethingHangsOn, type Swap, swapOf } from './replace.ts'
import { type Sequence, sequencesOf } from './sequences.ts'
import type { Session } from './session.ts'

export interface Plan {
  readonly target: Target
  readonly load: Load
  readonly name: TableName
  /** Null where the load makes it. */
  readonly table: Table | null
  /** Of the columns that are sent. */
  readonly names: readonly string[]
  readonly changes: readonly Change[]
  readonly sequences: readonly Sequence[]
  readonly staging: TableName
  readonly swap: Swap | null
  /** Others refer to its rows: TRUNCATE would be refused. */
  readonly referenced: boolean
  readonly version: number
  /** Makes the target's schema, and the given table with the columns of a new target. */
  readonly make: (name: TableName) => readonly string[]
}

export const isKeyed = ({ mode }: Load): boolean =>
  mode === 'merge' || mode === 'history' || mode === 'mirror'

export async function planOf(session: Session, load: Load, name: TableName): Promise<Plan> {
  refuseTwins(load)
  if (load.quarantine) quarantineOf(name)
  if (isKeyed(load) && load.key.length === 0) throw new Fault('key_missing')
  const table = await findTable(session, name)
  const version = await session.version()
  if (!table) return planNew(session, { load, name, version })
  if (table.kind !== 'r' && table.kind !== 'p') {
    throw new Fault('target_refused', `${tableText(name)} is not a table.`)
  }
  return planExisting(session, { load, table, version })
}

async function planNew(
  session: Session,
  { load, name, version }: { load: Load; name: TableName; version: number },
): Promise<Plan> {
  const known = await knownTypes(session, nativesOf(load.columns))
  const parts = load.columns.map((column) => {
    const inKey = isKeyed(load) && load.key.includes(column.name)
    return newColumn(load, inKey ? { ...column, nullable: false } : column, known)
  })
  const columns = parts.map(({ column }) => column)
  const [row] = await session.rows<{ there: boolean }>(
    'select exists (select from pg_catalog.pg_namespace where nspname = $1) as there',
    [name.schema],
  )
  const declarations = parts.map(({ declaration }) => declaration)
  if (load.mode === 'history') {
    // One write: every row begins with this run, and the default goes before the commit.
    declarations.push(
      `${quoteName(historyColumns.from)} timestamptz not null default ${quoteText(load.at)}`,
      `${quoteName(historyColumns.to)} timestamptz`,
    )
  }
  const make = (table: TableName) => [
    ...(row?.there ? [] : [`create schema if not exists ${quoteName(name.schema)}`]),
    `create table ${quoteTable(table)} (${declarations.join(', ')})`,
  ]
  const statements = [...make(name), ...(isKeyed(load) ? [keyStatement(quoteTable(name), load)] : [])]
  return {
    target: { how: 'create', columns, statements, changes: [] },
    load,
    name,
    table: null,
    names: columns.map((column) => column.name),
    changes: [],
    sequences: [],
    staging: stagingName(load.runId, name),
    swap: null,
    referenced: false,
    version,
    make,
  }
}

async function planExisting(
  session: Session,
  { load, table, version }: { load: Load; table: Table; version: number },
): Promise<Plan> {
  const { name, oid } = table
  const there = new Set(table.columns.map((column) => column.name))
  const known = await knownTypes(session, nativesOf(load.columns.filter((column) => !there.has(column.name))))
  const { columns, changes } = pairColumns(load, table, known)
  await refuseHanging(session, table, changes)
  const names = columns.flatMap((column) => column === null ? [] : [column.name])
  const how = await howOf(session, load, table)
  if (how === 'refill') await refuseSpreading(session, table)
  const staging = stagingName(load.runId, name)
  const swap = how === 'refill' && !isKeyed(load) && !(await somethingHangsOn(session, oid))
    ? await swapOf(session, { oid, name, staging })
    : null
  const plan: Omit<Plan, 'target'> = {
    load,
    name,
    table,
    names,
    changes,
    sequences: await sequencesOf(session, oid, names),
    staging,
    swap,
    referenced: how === 'refill' && swap === null && await isReferenced(session, oid),
    version,
    make: () => [],
  }
  const target: Target = {
    how: swap ? 'swap' : how,
    columns,
    statements: [],
    changes: changes.map(({ words }) => words),
  }
  if (isKeyed(load)) await refuseUnmergeable(session, plan, columns)
  return { ...plan, target: { ...target, statements: statementsOf({ ...plan, target }) } }
}

function nativesOf(columns: Load['columns']): string[] {
  return columns.filter((one) => one.vocabulary === 'postgres').map((one) => one.native)
}

async function howOf(session: Session, load: Load, { name }: Table): Promise<Target['how']> {
  if (isKeyed(load) && !load.reset) return load.mode as 'merge' | 'history' | 'mirror'
  if (load.mode === 'append' && !load.reset) return 'append'
  if (isKeyed(load)) return 'refill'
  return await isEmpty(session, name) ? 'fill' : 'refill'
}

export async function isEmpty(session: Session, name: TableName): Promise<boolean> {
  const [row] = await session.rows<{ some: boolean }>(
    `select exists (select from ${quoteTable(name)}) as some`,
  )
  return row?.some === false
}

/** What would do something else than is said with rows that are merged one by one. */
async function refuseUnmergeable(
  session: Session,
  { table, load, name, names }: Omit<Plan, 'target'>,
  columns: Target['columns'],
): Promise<void> {
  const refuse = (why: string) => new Fault('target_refused', `${tableText(name)} ${why}`)
  if (!table) return
  for (const key of load.key) {
    if (!columns.some((column) => column?.name === key)) throw refuse(`computes "${key}" of the key itself.`)
  }
  for (const column of table.columns) {
    if (!column.fixed || load.key.includes(column.name) || !names.includes(column.name)) continue
    throw refuse(
      `has "${column.name}" GENERATED ALWAYS AS IDENTITY, which no update may set: make it BY DEFAULT.`,
    )
  }
  const [found] = await session.rows<{ rules: boolean; heirs: boolean }>(
    `select exists (select from pg_catalog.pg_rewrite where ev_class = $1::text::oid and ev_type in ('2', '3', '4'))
       as rules,
     exists (select from pg_catalog.pg_inherits where inhparent = $1::text::oid) as heirs`,
    [table.oid],
  )
  if (found?.rules !== false) throw refuse('has rules, which may turn one statement into another.')
  if (table.kind === 'r' && found.heirs) {
    throw refuse('has rows of tables that inherit from it among its own.')
  }
  if (load.mode === 'mirror') await refuseSpreading(session, { ...table, some: !load.reset })
}

/** `alter table` with all changes; none without any. */
export function alterOf(table: string, changes: readonly Change[]): string[] {
  return changes.length === 0
    ? []
    : [`alter table ${table} ${changes.map(({ clause }) => clause).join(', ')}`]
}

/** Makes a table for rows that are brought to the target later: its columns as they will be, and nothing else of it. */
export function stagingOf(
  { load, name, names, changes }: Pick<Plan, 'load' | 'name' | 'names' | 'changes'>,
  { table, temporary }: { table: string; temporary: boolean },
): string[] {
  const fresh = changes.filter(({ kind }) => kind === 'add').map(({ column }) => column)
  const there = names.filter((one) => !fresh.includes(one))
  const kind = temporary ? 'temporary table' : 'table'
  const end = temporary ? ' on commit drop' : ''
  return [
    `create ${kind} ${table}${end} as select ${listed(there)} from ${quoteTable(name)} with no data`,
    ...alterOf(table, changes.filter((change) => change.kind !== 'loosen')),
    ...(isKeyed(load) ? load.key : []).map((key) =>
      `alter table ${table} alter column ${quoteName(key)} set not null`
    ),
  ]
}

/** Empties the target in place, which must then be without rows, and brings the staged ones. */
export function refillStatements(
  { load, name, table, names, referenced }: Omit<Plan, 'target'>,
  from: string,
): readonly [empty: string, insert: string] {
  const into = quoteTable(name)
  const only = table?.kind === 'p' ? '' : 'only '
  const [more, value] = load.mode === 'history'
    ? [`, ${quoteName(historyColumns.from)}`, `, ${quoteText(load.at)}::timestamptz`]
    : ['', '']
  return [
    referenced ? `delete from ${only}${into}` : `truncate table ${only}${into}`,
    `insert into ${into} (${listed(names)}${more}) overriding system value select ${
      listed(names)
    }${value} from ${from}`,
  ]
}

export function meetingOf(
  plan: Omit<Plan, 'target'> & { target: Pick<Target, 'columns'> },
  from: string,
): Meeting {
  const { load, name, version, target } = plan
  const columns = target.columns.flatMap((column) => column === null ? [] : [column])
  return { load, into: quoteTable(name), from, columns, version }
}

/** For people: what a load without interruptions runs. */
function statementsOf(plan: Plan): string[] {
  const { target, name, changes, swap, staging } = plan
  const alter = alterOf(quoteTable(name), changes)
  if (target.how === 'append' || target.how === 'fill') return alter
  if (swap) return [...swap.before, ...alterOf(quoteTable(staging), changes), ...swap.after]
  const from = draftOf(plan)
  const draft = stagingOf(plan, { table: from, temporary: true })
  if (target.how === 'refill') return [...draft, ...alter, ...refillStatements(plan, from)]
  const meeting = meetingOf(plan, from)
  if (target.how === 'history') return [...draft, ...alter, ...historyStatements(meeting, plan.load.at)]
  const mirror = target.how === 'mirror'
    ? [mirrorStatement(meeting, plan.load.partial ? keysTable : from)]
    : []
  return [...draft, ...alter, ...mergeStatements(meeting), ...mirror]
}

/** The temporary table of a load that is one transaction. */
export const draftOf = ({ staging }: Pick<Plan, 'staging'>): string => `pg_temp.${quoteName(staging.table)}`

/** The temporary table of all keys of a stream of which only a part is read. */
export const keysTable = 'pg_temp.sallyport_keys'
