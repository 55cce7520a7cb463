/** What runs have been through, and those that ended short of their end, by what ended them. */
import type { FaultCode } from '../../shared/faults.ts'
import type { AttemptOutcome, DeadLetter, RunTimeline } from '../../shared/schemas/run.ts'
import { oneOf, type Reader, sql } from '../db/database.ts'
import { isoTime } from '../trust/store.ts'
import { isHeld } from './states.ts'
import { run, type RunRow } from './store.ts'

type TimelineEvent = RunTimeline['events'][number]

/** Everything that happened to a run, in its order; null where there is no such run. */
export async function timeline(db: Reader, tenant: string, id: string): Promise<RunTimeline | null> {
  const row = await run(db, tenant, id)
  if (row === null) return null
  const attempts = await db.selectFrom('run_attempt').selectAll().where('tenant', '=', tenant)
    .where('run', '=', id).orderBy('fence').orderBy('ended').execute()
  const past = attempts.flatMap((one) => {
    const { outcome, code, ended, fence } = one
    const event = { at: ended, kind: outcome, ...(code === null ? {} : { code }) }
    return [
      ...begunBy(one),
      fence === 0 || one.agent === null ? event : { ...event, fence, agent: one.agent },
    ]
  })
  const events = [{ at: row.created, kind: 'created' as const }, ...past, ...current(row)]
  return {
    run: id,
    state: row.state,
    events: events.map(({ at, fence, agent, kind, code }: Found): TimelineEvent => ({
      at: isoTime(at),
      kind,
      ...(agent === undefined ? {} : { agent_id: agent }),
      ...(fence === undefined ? {} : { fence }),
      ...(code === undefined ? {} : { code: code as FaultCode }),
    })),
  }
}

interface Found {
  readonly at: number
  readonly kind: TimelineEvent['kind'] | AttemptOutcome
  readonly fence?: number
  readonly agent?: string
  readonly code?: string
}

/** When an attempt was handed out, and when it began, as far as it did. */
function begunBy(
  { agent, fence, claimed, began }: Pick<RunRow, 'agent' | 'fence' | 'claimed' | 'began'>,
): Found[] {
  if (agent === null || claimed === null) return []
  const by = { agent, fence }
  return [
    { at: claimed, kind: 'claimed', ...by },
    ...(began === null ? [] : [{ at: began, kind: 'started' as const, ...by }]),
  ]
}

/** Of the attempt that is under way, or has just succeeded; others are kept when they end. */
function current(row: RunRow): Found[] {
  if (isHeld(row.state)) return begunBy(row)
  const { finished, agent, fence } = row
  if (row.state === 'succeeded' && finished !== null && agent !== null) {
    return [...begunBy(row), { at: finished, kind: 'succeeded', agent, fence }]
  }
  return finished === null ? [] : [{ at: finished, kind: 'ended' }]
}

/** So many runs are looked at, the newest. */
const MOST = 10_000

/**
 * Runs that ended short of their end, by what ended them, newest first. `complete`: there are no more of them than are
 * looked at.
 */
export async function deadLetters(
  db: Reader,
  tenant: string,
  of: {
    readonly projects: readonly string[] | null
    readonly pipeline: string | null
    readonly since: number
  },
): Promise<{ readonly data: DeadLetter[]; readonly complete: boolean }> {
  const { projects, pipeline, since } = of
  let newest = db.selectFrom('run').select([
    'id',
    'reason',
    'project',
    'pipeline',
    'version',
    'state',
    'code',
    'finished',
  ]).where('tenant', '=', tenant).where('reason', 'is not', null).where('finished', '>=', since)
  if (projects !== null) newest = newest.where('project', 'in', oneOf(projects))
  if (pipeline !== null) newest = newest.where('pipeline', '=', pipeline)
  const groups = await db.selectFrom(newest.orderBy('finished', 'desc').limit(MOST).as('dead'))
    .select(({ fn, ref }) => [
      ref('dead.reason').as('reason'),
      // One reason has one of each.
      fn.min('dead.project').as('project'),
      fn.min('dead.pipeline').as('pipeline'),
      fn.min('dead.version').as('version'),
      fn.min('dead.code').as('code'),
      fn.countAll<number>().as('runs'),
      fn.min('dead.finished').as('first'),
      // A time has 13 digits until 2286.
      sql<string>`max(dead.finished || ' ' || dead.state || ' ' || dead.id)`.as('last'),
    ]).groupBy('dead.reason').orderBy('last', 'desc').execute()
  const sum = groups.reduce((total, { runs }) => total + runs, 0)
  const data = groups.map(({ reason, project, pipeline, version, code, runs, first, last }): DeadLetter => {
    const [time, state, id] = last.split(' ') as [string, DeadLetter['state'], string]
    return {
      reason: reason as string,
      project: project as string,
      pipeline_id: pipeline as string,
      ...(version === null ? {} : { version }),
      state,
      ...(code === null ? {} : { code: code as FaultCode }),
      runs,
      first: isoTime(first as number),
      last: isoTime(Number(time)),
      last_run: id,
    }
  })
  return { data, complete: sum < MOST }
}
