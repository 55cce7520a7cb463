/** What waits in the queue, counted, and how a pipeline's runs are ordered. */
import type { PoolQueue } from '../../shared/schemas/queue.ts'
import { oneOf, type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { isoTime } from '../trust/store.ts'

// Partial indexes serve only statements that spell their condition out.
const isLater = sql<boolean>`state = 'queued' and rank is null`
export const firstDue = sql<
  number
>`(select r.due from run as r where r.tenant = l.tenant and r.pipeline = l.pipeline
  and r.state in ('queued', 'leased', 'running') and r.state = 'queued' and r.rank is not null and r.pool = l.pool
  order by r.due limit 1)`

interface Waits {
  readonly waiting: number
  readonly held_back: number
  readonly later: number
  /** Infinity where none waits. */
  readonly oldest: number
}

const none: Waits = { waiting: 0, held_back: 0, later: 0, oldest: Infinity }

function together(a: Waits, b: Waits): Waits {
  return {
    waiting: a.waiting + b.waiting,
    held_back: a.held_back + b.held_back,
    later: a.later + b.later,
    oldest: Math.min(a.oldest, b.oldest),
  }
}

function shown({ oldest, ...counts }: Waits) {
  return { ...counts, ...(oldest === Infinity ? {} : { oldest: isoTime(oldest) }) }
}

/** By pool, of these projects alone unless null. As many steps as there are pipelines with runs in line. */
export async function queueByPool(
  db: Reader,
  tenant: string,
  of: { readonly projects: readonly string[] | null; readonly now: number },
): Promise<PoolQueue[]> {
  const { projects, now } = of
  let lines = db.selectFrom('run_line as l').where('l.tenant', '=', tenant).where('l.rank', 'is not', null)
    .select(({ fn }) => ['l.pool', 'l.project', fn.sum<number>('l.runs').as('waiting')])
    .select(sql<number>`sum(iif(l.parked is null, 0, l.runs))`.as('held_back'))
    .select(sql<number>`min(${firstDue})`.as('oldest')).groupBy(['l.pool', 'l.project'])
  let later = db.selectFrom('run').where('tenant', '=', tenant).where(isLater)
    .select(sql<number>`sum(due <= ${now})`.as('due'))
    .select((
      { fn },
    ) => ['pool', 'project', fn.countAll<number>().as('count'), fn.min<number>('due').as('first')])
    .groupBy(['pool', 'project'])
  if (projects !== null) {
    lines = lines.where('l.project', 'in', oneOf(projects))
    later = later.where('project', 'in', oneOf(projects))
  }
  const pools = new Map<string, Map<string, Waits>>()
  const add = (pool: string, project: string, waits: Waits) => {
    const inPool = pools.get(pool) ?? new Map<string, Waits>()
    pools.set(pool, inPool.set(project, together(inPool.get(project) ?? none, waits)))
  }
  for (const { pool, project, ...waits } of await lines.execute()) add(pool, project, { ...waits, later: 0 })
  for (const { pool, project, due, count, first } of await later.execute()) {
    // What has just become due is in no line yet.
    const oldest = due > 0 ? first : Infinity
    add(pool, project, { waiting: due, held_back: 0, later: count - due, oldest })
  }
  return [...pools].sort(byName).map(([pool, of]) => ({
    pool,
    ...shown([...of.values()].reduce(together, none)),
    projects: [...of].sort(byName).map(([project, waits]) => ({ project, ...shown(waits) })),
  }))
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

/** Of the runs that are made from then on. `not_found` where it is deleted. */
export function setPriority(tenant: string, pipeline: string, priority: number): Step {
  const query = writes.updateTable('pipeline').set({ priority }).where('tenant', '=', tenant)
    .where('id', '=', pipeline).where('deleted', 'is', null)
  return step(query, { otherwise: 'not_found' })
}
