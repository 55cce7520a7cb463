/** What is run around a load: the table that rows are copied into, and how they get from there to the target. */
import { Fault } from '../../../shared/faults.ts'
import { historyColumns } from '../connector.ts'
import { listed, makeKey, settleKeys, useWorkMemory } from './keys.ts'
import {
  historyStatements,
  historyTime,
  type Meeting,
  mergeStatements,
  mirrorStatement,
  missingStatement,
} from './merge.ts'
import { quoteName, quoteTable, tableText } from './names.ts'
import {
  alterOf,
  draftOf,
  isEmpty,
  isKeyed,
  keysTable,
  meetingOf,
  type Plan,
  refillStatements,
  stagingOf,
} from './plan.ts'
import { advance } from './sequences.ts'
import type { Session } from './session.ts'

export interface Course {
  /** What COPY writes, quoted. */
  readonly table: string
  /** Makes that table. */
  readonly before: readonly string[]
  /** Brings all that was copied into the target, inside the last transaction. `rows`: how many there are. */
  finish(session: Session, rows: number): Promise<void>
}

/** `lasting`: rows are kept from slice to slice, and an attempt may find those of the one before. */
export function courseOf(plan: Plan, { lasting }: { lasting: boolean }): Course {
  const { target } = plan
  const staging = quoteTable(plan.staging)
  if (target.how === 'create') return lasting ? createFrom(plan) : create(plan)
  if (plan.swap) return swap(plan)
  if (!lasting && (target.how === 'append' || target.how === 'fill')) return direct(plan)
  const from = lasting ? staging : draftOf(plan)
  const before = stagingOf(plan, { table: from, temporary: !lasting })
  const bring = isKeyed(plan.load) ? target.how === 'refill' ? refillKeyed : meet : insert
  return {
    table: from,
    before,
    async finish(session, rows) {
      await useWorkMemory(session)
      // While others may still read and write the target.
      if (isKeyed(plan.load)) await settleKeys(session, from, plan.load)
      for (const statement of alterOf(quoteTable(plan.name), plan.changes)) await session.run(statement)
      await bring(session, { plan, from, rows })
      for (const sequence of plan.sequences) await advance(session, sequence, from)
      if (lasting) await session.run(`drop table ${staging}`)
    },
  }
}

/** Straight into the new table. */
function create(plan: Plan): Course {
  const table = quoteTable(plan.name)
  return {
    table,
    before: plan.make(plan.name),
    finish: (session) => finishNew(session, plan),
  }
}

/** Into a table that takes the target's name at the end. */
function createFrom(plan: Plan): Course {
  const staging = quoteTable(plan.staging)
  return {
    table: staging,
    before: plan.make(plan.staging),
    async finish(session) {
      await session.run(`alter table ${staging} rename to ${quoteName(plan.name.table)}`)
      await finishNew(session, plan)
    },
  }
}

async function finishNew(session: Session, { load, name }: Plan): Promise<void> {
  if (!isKeyed(load)) return
  await useWorkMemory(session)
  const table = quoteTable(name)
  await makeKey(session, table, load)
  if (load.mode !== 'history') return
  await session.run(`alter table ${table} alter column ${quoteName(historyColumns.from)} drop default`)
}

/** Straight into the table that is there. */
function direct(plan: Plan): Course {
  const table = quoteTable(plan.name)
  return {
    table,
    before: alterOf(table, plan.changes),
    async finish(session) {
      for (const sequence of plan.sequences) await advance(session, sequence, table)
    },
  }
}

/** Into a new table that takes the place of the old one. */
function swap(plan: Plan): Course {
  const staging = quoteTable(plan.staging)
  const { before = [], after = [] } = plan.swap ?? {}
  return {
    table: staging,
    before: [...before, ...alterOf(staging, plan.changes)],
    async finish(session) {
      for (const statement of after) await session.run(statement)
    },
  }
}

interface Staged {
  readonly plan: Plan
  /** Quoted. */
  readonly from: string
  readonly rows: number
}

/** Adds what is staged, or puts it in the place of all that is there. */
async function insert(session: Session, { plan, from, rows }: Staged): Promise<void> {
  const [empty, statement] = refillStatements(plan, from)
  if (plan.target.how === 'refill') await emptied(session, plan, empty)
  // A trigger or a rule of the target may keep rows out.
  if (await session.count(statement) !== rows) throw new Fault('rows_lost')
}

async function emptied(session: Session, { name }: Plan, statement: string): Promise<void> {
  await session.run(statement)
  if (await isEmpty(session, name)) return
  throw new Fault('target_refused', `A rule or a trigger of ${tableText(name)} keeps rows in it.`)
}

async function refillKeyed(session: Session, { plan, from }: Staged): Promise<void> {
  const [empty, statement] = refillStatements(plan, from)
  await emptied(session, plan, empty)
  await session.run(statement)
  await refuseMissing(session, plan, meetingOf(plan, from))
}

/** Rows by key, into rows that are there. */
async function meet(session: Session, { plan, from }: Staged): Promise<void> {
  const { name } = plan
  // Others may read, and whoever writes waits: no row comes in between with the same key.
  await session.run(`lock table ${quoteTable(name)} in share row exclusive mode`)
  const meeting = meetingOf(plan, from)
  for (const statement of await statementsOf(session, plan, meeting)) await session.run(statement)
  await refuseMissing(session, plan, meeting)
}

async function statementsOf(session: Session, { load }: Plan, meeting: Meeting): Promise<string[]> {
  if (load.mode === 'history') {
    const [row] = await session.rows<{ at: string }>(historyTime(meeting))
    return historyStatements(meeting, row?.at ?? load.at)
  }
  const merge = mergeStatements(meeting)
  if (load.mode === 'merge') return merge
  if (!load.partial) return [...merge, mirrorStatement(meeting, meeting.from)]
  await session.run(`analyze ${keysTable}`)
  return [...merge, mirrorStatement(meeting, keysTable)]
}

/** Triggers may keep rows out, or in. */
async function refuseMissing(session: Session, { table, load, name }: Plan, meeting: Meeting): Promise<void> {
  const [found] = await session.rows<{ some: boolean }>(
    `select exists (select from pg_catalog.pg_trigger where tgrelid = $1::text::oid and not tgisinternal
       and tgtype & 3 = 3 and tgenabled::text <> 'D') as some`,
    [table?.oid ?? '0'],
  )
  if (found?.some !== true) return
  const refused = new Fault('target_refused', `A trigger of ${tableText(name)} keeps rows in or out of it.`)
  const [out] = await session.rows<{ missing: boolean }>(missingStatement(meeting))
  if (out?.missing !== false) throw refused
  if (load.mode !== 'mirror') return
  const kept = mirrorStatement(meeting, load.partial ? keysTable : meeting.from)
  if (await session.count(kept) !== 0) throw refused
  const [left] = await session.rows<{ some: boolean }>(
    kept.replace(/^delete/, 'select exists (select') + ') as some',
  )
  if (left?.some !== false) throw refused
}

/** The table that `writeKeys` fills: the key's columns as the target will have them. */
export function keysStatement(plan: Plan, course: Course): string {
  return `create temporary table ${keysTable} on commit drop as select ${
    listed(plan.load.key)
  } from ${course.table} with no data`
}
