/** How a load ends: a new table takes the target's place, or one transaction changes what is there. */
import { Fault } from '../../../shared/faults.ts'
import type { Committed, Rejected, SliceId } from '../connector.ts'
import { listed, settled } from './keys.ts'
import type { Ledger, LoadRecord } from './ledger.ts'
import {
  historyStatements,
  historyTime,
  type Meeting,
  mergeStatements,
  mirrorStatement,
  timeOf,
} from './merge.ts'
import { quoteTable, type TableName } from './names.ts'
import { change, insertStatement, isKeyed, keyStatement, makeFresh, type Plan } from './plan.ts'
import { makeQuarantine, storeRejected } from './quarantine.ts'
import type { Session } from './session.ts'
import { drop, publish } from './staging.ts'

export interface Ending {
  readonly ledger: Ledger
  readonly plan: Plan
  readonly record: LoadRecord
  readonly rejected: Rejected | null
  /** Slices in the transaction that is open; null where they are staged. */
  readonly direct: ReadonlyMap<SliceId, Committed> | null
}

export async function finish(session: Session, ending: Ending): Promise<void> {
  const { plan, direct, rejected, ledger } = ending
  if (direct === null && rejected !== null) await makeQuarantine(session, plan.name)
  if (direct !== null) await finishDirect(session, ending, direct)
  else if (plan.publish) await finishNew(session, ending)
  else await finishInPlace(session, ending)
  // It has been committed: what cannot be cleared away now, the next load finds.
  await clear(session, plan, ledger).catch(() => undefined)
}

async function clear(session: Session, { stages, load }: Plan, ledger: Ledger): Promise<void> {
  await drop(session, Object.values(stages) as TableName[])
  await ledger.forget({ run: load.runId, stream: load.index })
}

async function finishDirect(
  session: Session,
  { ledger, plan, record }: Ending,
  slices: ReadonlyMap<SliceId, Committed>,
) {
  if (slices.size === 0) await session.run('start transaction')
  await ledger.hold(plan.load)
  for (const [id, written] of slices) await ledger.keepSlice(plan.load, id, written)
  await ledger.record(record)
  await session.run('commit')
}

async function finishNew(session: Session, { ledger, plan, record, rejected }: Ending): Promise<void> {
  const { stages, load, name, table } = plan
  let fresh = stages.stage
  if (!plan.whole) {
    fresh = stages.fresh
    await drop(session, [fresh])
    await makeFresh(session, plan, fresh)
    await fill(session, plan, { fresh, rows: record.total.rows })
  }
  await ledger.hold(load)
  if (rejected !== null) {
    await session.run('start transaction')
    await storeRejected(session, { load, target: name, rejected })
    await session.run('commit')
  }
  await publish(session, { fresh, stages, name, there: table !== null, record })
  await session.run('start transaction')
  await ledger.record(record)
  await session.run('commit')
}

/** A table that is made of what is staged. */
async function fill(
  session: Session,
  plan: Plan,
  { fresh, rows }: { fresh: TableName; rows: number },
): Promise<void> {
  const { load, names } = plan
  const stage = quoteTable(plan.stages.stage)
  const into = quoteTable(fresh)
  if (!isKeyed(load)) {
    const { rows: stored } = await session.run(insertStatement(into, stage, names))
    if (stored !== rows) throw new Fault('rows_lost')
    return
  }
  await session.run(keyStatement(plan.stages.stage, plan))
  const query = await settled(session, stage, load, names)
  if (load.mode !== 'history') {
    await session.run(`insert into ${into} (${listed(names)}) ${query}`)
    return
  }
  await session.run(
    `insert into ${into} (${listed(names)}, _valid_from) select ${listed(names)}, '${
      timeOf(load)
    }' from (${query}) newest`,
  )
}

async function finishInPlace(session: Session, { ledger, plan, record, rejected }: Ending): Promise<void> {
  const { load, name, table, names, stages } = plan
  const stage = quoteTable(stages.stage)
  const into = quoteTable(name)
  if (isKeyed(load)) await session.run(keyStatement(stages.stage, plan))
  if (load.mode === 'mirror' && load.partial) await session.run(keyStatement(stages.keys, plan))
  const query = isKeyed(load) ? await settled(session, stage, load, names) : null
  const from = query === null || query.endsWith(stage) ? stage : await newestOf(session, plan, query)
  await ledger.hold(load)
  if (table) await change(session, name, { ...plan, table })
  if (isKeyed(load)) await count(session, [into, from])
  await session.run('start transaction')
  try {
    await ledger.hold(load)
    if (plan.target.how === 'refill') await session.run(`delete from ${into}`)
    for (const statement of await statementsOf(session, plan, { into, from })) {
      const { rows } = await session.run(statement)
      if (!isKeyed(load) && rows !== record.total.rows) throw new Fault('rows_lost')
    }
    if (rejected !== null) await storeRejected(session, { load, target: name, rejected })
    await ledger.record(record)
    await session.run('commit')
  } catch (error) {
    await session.run('rollback').catch(() => undefined)
    throw error
  }
}

/** What has just been filled counts as empty until the server gets to it, and joins are planned by that. */
async function count(session: Session, tables: readonly string[]): Promise<void> {
  await session.rows(`analyze local table ${tables.join(', ')}`).catch((error) => {
    // Without the right to, a join is slower, and as right.
    if (!(error instanceof Fault) || error.code !== 'permission_denied') throw error
  })
}

/** One row a key, in a table of its own: it is joined more than once. */
async function newestOf(session: Session, { stages }: Plan, query: string): Promise<string> {
  const fresh = quoteTable(stages.fresh)
  await drop(session, [stages.fresh])
  await session.run(`create table ${fresh} like ${quoteTable(stages.stage)}`)
  await session.run(`insert into ${fresh} ${query}`)
  return fresh
}

async function statementsOf(
  session: Session,
  { load, columns, names, stages, target }: Plan,
  { into, from }: { into: string; from: string },
): Promise<string[]> {
  const meeting: Meeting = { load, into, from, columns }
  if (load.mode === 'history') {
    const [row] = await session.rows<[string]>(historyTime(meeting))
    return historyStatements(meeting, row?.[0] ?? timeOf(load))
  }
  if (!isKeyed(load) || target.how === 'refill') return [insertStatement(into, from, names)]
  const merge = mergeStatements(meeting)
  if (load.mode === 'merge') return merge
  return [...merge, mirrorStatement(meeting, load.partial ? quoteTable(stages.keys) : from)]
}
