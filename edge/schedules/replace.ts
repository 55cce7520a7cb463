/**
 * Runs that make room for a newer one, where the signed schedule says `overlap: cancel_running`. Nothing is kept in
 * mind between making the newer run and cancelling the others: whoever looks sees both from the rows.
 */
import { type Reader, sql } from '../db/database.ts'
import { actAsEdge } from '../http/own_act.ts'
import { next } from '../runs/states.ts'
import { finishedAt, moveRun, NEVER, run, type RunRow, standingOf } from '../runs/store.ts'
import { isoTime } from '../trust/store.ts'
import type { ScheduleOptions } from './clock.ts'
import type { ScheduleRow } from './store.ts'

/** A run that a schedule made, and the newest fire time of the runs that wait for its end. */
export interface Outdated {
  readonly tenant: string
  readonly id: string
  readonly by: number
}

// Partial indexes serve only statements that spell their condition out.
const waits = sql<boolean>`w.state = 'queued' AND w.due = ${sql.lit(NEVER)}`
const underWay = sql<boolean>`r.state IN ('queued', 'leased', 'running')`
const replaces = sql<boolean>`json_extract(s.schedule, '$.overlap') = 'cancel_running'`
// With a sign, so that it is not the index of all fire times that there were that is gone through.
const isOlder = sql<boolean>`+r.fire < w.fire`
// Asked by itself, as the index of what is under way does not say.
const isWanted = sql<boolean>`NOT EXISTS (SELECT 1 FROM run c WHERE c.tenant = r.tenant AND c.id = r.id
  AND c.cancel = 1)`

/** Of any tenant: what is to be cancelled as a newer fire time has come. */
export async function outdatedRuns(db: Reader, take: number): Promise<Outdated[]> {
  return await db.selectFrom('run as w')
    .innerJoin(
      'schedule as s',
      (on) => on.onRef('s.tenant', '=', 'w.tenant').onRef('s.pipeline', '=', 'w.pipeline'),
    )
    .innerJoin(
      'run as r',
      (on) => on.onRef('r.tenant', '=', 'w.tenant').onRef('r.pipeline', '=', 'w.pipeline'),
    )
    .select(['r.tenant', 'r.id', sql<number>`max(w.fire)`.as('by')]).groupBy(['r.tenant', 'r.id'])
    .where(waits).where(replaces).where(underWay).where(isWanted).where(isOlder)
    .limit(take).execute()
}

/** Of one pipeline, as the fire time `by` has just come. */
export async function olderRuns(
  db: Reader,
  { tenant, pipeline, by }: Pick<ScheduleRow, 'tenant' | 'pipeline'> & { readonly by: number },
): Promise<Outdated[]> {
  const rows = await db.selectFrom('run as r').select('id').where('tenant', '=', tenant)
    .where('pipeline', '=', pipeline).where(underWay).where(sql<boolean>`+r.fire < ${by}`).execute()
  return rows.map(({ id }) => ({ tenant, id, by }))
}

/** Cancels it as a member could: what nobody has in hand is over at once, an agent hears of it within a second. */
export async function cancelOutdated(
  options: ScheduleOptions,
  { tenant, id, by }: Outdated,
): Promise<RunRow | null> {
  const row = await run(options.db, tenant, id)
  if (row === null || row.cancel === 1) return null
  const standing = next(standingOf(row), { kind: 'cancel' })
  if (standing === null) return null
  const set = finishedAt(standing.state, options.clock())
  await actAsEdge(options, {
    tenant,
    action: 'run.cancelled',
    target: id,
    facts: { state: standing.state, trigger: 'schedule', fire: isoTime(by) },
    writes: [moveRun(row, { standing, set, otherwise: 'conflict' })],
  })
  options.stops.cancelled(row)
  return row
}
