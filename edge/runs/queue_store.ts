/** What waits in the queue, counted, and how a pipeline's runs are ordered. */
import type { PoolQueue } from '../../shared/schemas/queue.ts'
import { oneOf, type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { isoTime } from '../trust/store.ts'

// Partial indexes serve only statements that spell their condition out.
const isLater = sql<boolean>`state = 'queued' and rank is null`
const firstDue = sql<number>`(select r.due from run as r where r.tenant = l.tenant and r.pipeline = l.pipeline
  and r.state in ('queued', 'leased', 'running') and r.state = 'queued' and r.rank is not null and r.pool = l.pool
  order by r.due limit 1)`

/** By pool, of these projects alone unless null. As many steps as there are pipelines with runs in line. */
export async function queueByPool(
  db: Reader,
  tenant: string,
  of: { readonly projects: readonly string[] | null; readonly now: number },
): Promise<PoolQueue[]> {
  const { projects, now } = of
  let lines = db.selectFrom('run_line as l').where('l.tenant', '=', tenant).where('l.rank', 'is not', null)
    .select(({ fn }) => ['l.pool', fn.sum<number>('l.runs').as('waiting')])
    .select(sql<number>`sum(iif(l.parked is null, 0, l.runs))`.as('held_back'))
    .select(sql<number>`min(${firstDue})`.as('oldest')).groupBy('l.pool')
  let later = db.selectFrom('run').where('tenant', '=', tenant).where(isLater)
    .select(sql<number>`sum(due <= ${now})`.as('due'))
    .select(({ fn }) => ['pool', fn.countAll<number>().as('count'), fn.min<number>('due').as('first')])
    .groupBy('pool')
  if (projects !== null) {
    lines = lines.where('l.project', 'in', oneOf(projects))
    later = later.where('project', 'in', oneOf(projects))
  }
  const pools = new Map<string, { waiting: number; held_back: number; later: number; oldest: number }>()
  for (const { pool, ...counts } of await lines.execute()) pools.set(pool, { ...counts, later: 0 })
  for (const { pool, due, count, first } of await later.execute()) {
    const before = pools.get(pool) ?? { waiting: 0, held_back: 0, oldest: Infinity }
    // What has just become due is in no line yet.
    const oldest = due > 0 ? Math.min(before.oldest, first) : before.oldest
    pools.set(pool, { ...before, oldest, waiting: before.waiting + due, later: count - due })
  }
  return [...pools].sort(([a], [b]) => a < b ? -1 : 1).map(([pool, { oldest, ...counts }]) => ({
    pool,
    ...counts,
    ...(oldest === Infinity ? {} : { oldest: isoTime(oldest) }),
  }))
}

/** Of the runs that are made from then on. `not_found` where it is deleted. */
export function setPriority(tenant: string, pipeline: string, priority: number): Step {
  const query = writes.updateTable('pipeline').set({ priority }).where('tenant', '=', tenant)
    .where('id', '=', pipeline).where('deleted', 'is', null)
  return step(query, { otherwise: 'not_found' })
}
