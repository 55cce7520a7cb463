/**
 * The queue by pool in figures. They name tenants, by id, and pools, by the name that people gave: for whoever runs the
 * installation and knows its metrics token, and for nobody else.
 */
import { type Reader, sql } from '../db/database.ts'
import { explain, type Log } from '../http/log.ts'
import type { Figure, Labelled, ReadFigures } from '../http/metrics.ts'
import { keptAWhile } from './queue_figures.ts'
import { firstDue } from './queue_store.ts'

/** Pools that have figures of their own: whoever keeps the figures keeps a series for each that ever had one. */
const MOST_POOLS = 1000

/** One pool's; or, where both names are null, those of all pools beyond the most that are told apart. */
export interface PoolWaits {
  readonly tenant: string | null
  readonly pool: string | null
  /** Due, and no agent has them. */
  readonly waiting: number
  readonly held_back: number
  readonly later: number
  /** Since when the oldest of those waits that are due, in ms since 1970; null where none does. */
  readonly oldest: number | null
}

// Partial indexes serve only statements that spell their condition out.
const ready = sql`select l.tenant, l.pool, sum(l.runs) as waiting, 0 as held_back, 0 as later,
  min(${firstDue}) as oldest
  from run_line as l indexed by run_line_next where l.rank is not null and l.parked is null
  group by l.tenant, l.pool`
const parked = sql`select l.tenant, l.pool, sum(l.runs) as waiting, sum(l.runs) as held_back, 0 as later,
  min(${firstDue}) as oldest
  from run_line as l indexed by run_line_parked where l.parked is not null and l.rank is not null
  group by l.tenant, l.pool`
// What has just become due is in no line yet.
const later = (now: number) =>
  sql`select tenant, pool, sum(due <= ${now}) as waiting, 0 as held_back, sum(due > ${now}) as later,
    min(iif(due <= ${now}, due, null)) as oldest
    from run indexed by run_later where state = 'queued' and rank is null group by tenant, pool`

/**
 * Pools with something queued, those with the most that waits first; one question of as many steps as that of
 * `countQueue`. Beyond `most` they are summed up in one row without names.
 */
export async function countPools(
  db: Reader,
  { now, most = MOST_POOLS }: { readonly now: number; readonly most?: number },
): Promise<PoolWaits[]> {
  const pools = sql<PoolWaits & { readonly place: number }>`(select tenant, pool, sum(waiting) as waiting,
    sum(held_back) as held_back, sum(later) as later, min(oldest) as oldest,
    row_number() over (order by sum(waiting) desc, sum(later) desc, tenant, pool) as place
    from (${ready} union all ${parked} union all ${later(now)}) group by tenant, pool)`
  const named = (column: 'tenant' | 'pool') =>
    sql<string | null>`iif(min(place) > ${most}, null, min(${sql.ref(column)}))`.as(column)
  return await db.selectFrom(pools.as<'pools'>(sql.ref('pools'))).select(({ fn }) => [
    named('tenant'),
    named('pool'),
    fn.sum<number>('waiting').as('waiting'),
    fn.sum<number>('held_back').as('held_back'),
    fn.sum<number>('later').as('later'),
    fn.min('oldest').as('oldest'),
  ]).groupBy(sql`min(place, ${most + 1})`).orderBy(sql`min(place)`).execute()
}

/** What a figure is of. No tenant has the id `other`. */
export function namesOf({ tenant, pool }: PoolWaits): { readonly tenant: string; readonly pool: string } {
  return { tenant: tenant ?? 'other', pool: pool ?? 'other' }
}

const nothing = { waiting: 0, held_back: 0, later: 0, oldest: null }

/**
 * For who tells the last value of each name for ever: names that were told once are told again, with nothing, and are
 * `most` at most; pools beyond those are summed up.
 */
export function keptNames(most = MOST_POOLS): (pools: readonly PoolWaits[]) => PoolWaits[] {
  const names = new Map<string, PoolWaits>()
  return (pools) => {
    const told = new Map<string, PoolWaits>([...names].map(([key, of]) => [key, { ...of, ...nothing }]))
    let others: PoolWaits = { tenant: null, pool: null, ...nothing }
    for (const one of pools) {
      const key = JSON.stringify([one.tenant, one.pool])
      if (one.tenant !== null && (names.has(key) || names.size < most)) {
        names.set(key, one)
        told.set(key, one)
      } else others = together(others, one)
    }
    return [...told.values(), others]
  }
}

function together(a: PoolWaits, b: PoolWaits): PoolWaits {
  const oldest = Math.min(a.oldest ?? Infinity, b.oldest ?? Infinity)
  return {
    ...a,
    waiting: a.waiting + b.waiting,
    held_back: a.held_back + b.held_back,
    later: a.later + b.later,
    oldest: oldest === Infinity ? null : oldest,
  }
}

/** As often as those of the whole queue are read. Without a database there are none. */
export function poolFigures(
  { db, clock, log }: { readonly db: Reader; readonly clock: () => number; readonly log: Log },
): ReadFigures {
  return keptAWhile(clock, async (now) => {
    try {
      return figuresOf(await countPools(db, { now }), now)
    } catch (error) {
      log('warn', 'the queue could not be counted by pool', { error: explain(error) })
      return []
    }
  })
}

function figuresOf(pools: readonly PoolWaits[], now: number): Figure[] {
  const figure = (name: string, help: string, pick: (of: PoolWaits) => number): Figure => ({
    name: `sallyport_pool_${name}`,
    type: 'gauge',
    help,
    value: pools.map((one): Labelled => ({ labels: namesOf(one), value: pick(one) })),
  })
  return [
    figure('queue_runs', 'Runs of the pool that are due and that no agent has.', ({ waiting }) => waiting),
    figure(
      'queue_oldest_seconds',
      'How long the oldest of them has waited.',
      ({ oldest }) => oldest === null ? 0 : Math.max(0, now - oldest) / 1000,
    ),
    figure(
      'queue_held_back',
      'Those of them that wait for a limit of their pipeline or connection.',
      ({ held_back }) => held_back,
    ),
    figure('queue_later', 'Runs of the pool that are not due yet.', (one) => one.later),
  ]
}
