/** The queue of the whole installation in figures for `/metrics`: how much waits and since when, whosever it is. */
import { type Reader, sql } from '../db/database.ts'
import { explain, type Log } from '../http/log.ts'
import type { Figure, ReadFigures } from '../http/metrics.ts'
import { firstDue } from './queue_store.ts'

/** Anybody may ask for `/metrics`: however often, it costs the database one question in this time. */
const KEEP_MS = 5000

/** Reads once in five seconds. Who asks while the question is under way has its answer, too. `read` does not throw. */
export function keptAWhile(
  clock: () => number,
  read: (now: number) => Promise<readonly Figure[]>,
): ReadFigures {
  let kept: { readonly at: number; readonly figures: Promise<readonly Figure[]> } | null = null
  return async () => {
    const now = clock()
    if (kept === null || Math.abs(now - kept.at) >= KEEP_MS) kept = { at: now, figures: read(now) }
    return await kept.figures
  }
}

export interface Counted {
  /** Due, and no agent has them. */
  readonly waiting: number
  readonly held_back: number
  readonly later: number
  /** Since when the oldest of those waits that are due; null where none does. */
  readonly oldest: number | null
  readonly in_hand: number
  /** When the schedule that comes next, or is the longest overdue, starts its run; null where there is none. */
  readonly next_fire: number | null
}

type Sums = { readonly runs: number; readonly oldest: number | null }

// Partial indexes serve only statements that spell their condition out.
const ready = sql<Sums>`(select coalesce(sum(l.runs), 0) as runs, min(${firstDue}) as oldest
  from run_line as l indexed by run_line_next where l.rank is not null and l.parked is null)`
const parked = sql<Sums>`(select coalesce(sum(l.runs), 0) as runs, min(${firstDue}) as oldest
  from run_line as l indexed by run_line_parked where l.parked is not null and l.rank is not null)`
// What has just become due is in no line yet.
const later = (now: number) =>
  sql<Sums & { readonly due: number }>`(select count(*) as runs, coalesce(sum(due <= ${now}), 0) as due,
    min(iif(due <= ${now}, due, null)) as oldest
    from run indexed by run_later where state = 'queued' and rank is null)`

/** One question: a few steps for each pipeline with runs in line, and one for each run that is not due or in hand. */
export async function countQueue(db: Reader, now: number): Promise<Counted> {
  const from = [
    ready.as<'ready'>(sql.ref('ready')),
    parked.as<'parked'>(sql.ref('parked')),
    later(now).as<'later'>(sql.ref('later')),
  ] as const
  return await db.selectFrom(from).select([
    sql<number>`ready.runs + parked.runs + later.due`.as('waiting'),
    sql<number>`parked.runs`.as('held_back'),
    sql<number>`later.runs - later.due`.as('later'),
    sql<
      number | null
    >`(select min(value) from json_each(json_array(ready.oldest, parked.oldest, later.oldest)))`
      .as('oldest'),
    sql<number>`(select count(*) from run where state in ('leased', 'running') and lease_until >= 0)`.as(
      'in_hand',
    ),
    sql<number | null>`(select min(next_at) from schedule where next_at is not null)`.as('next_fire'),
  ]).executeTakeFirstOrThrow()
}

/** Without a database there are no figures. */
export function queueFigures(
  { db, clock, log }: { readonly db: Reader; readonly clock: () => number; readonly log: Log },
): ReadFigures {
  return keptAWhile(clock, async (now) => {
    try {
      return figuresOf(await countQueue(db, now), now)
    } catch (error) {
      log('warn', 'the queue could not be counted', { error: explain(error) })
      return []
    }
  })
}

function figuresOf(of: Counted, now: number): Figure[] {
  const age = (since: number | null) => since === null ? 0 : Math.max(0, now - since) / 1000
  const figure = (name: string, help: string, value: number): Figure => ({
    name: `sallyport_${name}`,
    type: 'gauge',
    help,
    value,
  })
  return [
    figure('queue_runs', 'Runs that are due and that no agent has, of all tenants.', of.waiting),
    figure('queue_oldest_seconds', 'How long the oldest of them has waited.', age(of.oldest)),
    figure(
      'queue_held_back',
      'Those of them that wait for a limit of their pipeline or connection.',
      of.held_back,
    ),
    figure('queue_later', 'Runs that are not due yet.', of.later),
    figure('runs_in_hand', 'Runs that agents have in hand.', of.in_hand),
    figure('schedule_lag_seconds', 'How late the most overdue schedule is.', age(of.next_fire)),
  ]
}
