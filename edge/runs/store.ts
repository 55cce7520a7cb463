/** Runs: reads, and the steps that move them. Every move names what it found, and is refused when that has changed. */
import type { FaultCode } from '../../shared/faults.ts'
import type { StreamProgress, StreamResult } from '../../shared/schemas/run.ts'
import type { Run, RunRecord, RunState, RunStream, Trigger } from '../../shared/schemas/run.ts'
import { oneOf, type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { lookup, prepared } from '../db/prepared.ts'
import type { RoomTables } from '../db/room_tables.ts'
import { isoTime } from '../trust/store.ts'
import { rankOf } from './lanes.ts'
import { isFinal, redriveOf, type Standing } from './states.ts'

export type RunRow = RoomTables['run']

// Partial indexes serve only statements that spell their condition out.
const isHeldRow = sql<boolean>`state IN ('leased', 'running')`
const isCancelled = sql<boolean>`cancel = 1`

/** Due at no time yet: a scheduled run that waits for the run before. */
export const NEVER = 8_640_000_000_000_000

export function standingOf(row: RunRow): Standing {
  const { state, failures, retries, lost, begun } = row
  return { state, failures, retries, lost, begun, cancel: row.cancel === 1 }
}

export function toRun(row: RunRow): Run {
  const trigger = JSON.parse(row.trigger) as Trigger
  const redrive = redriveOf(standingOf(row))
  const waits = row.state === 'queued' && row.due > row.created && row.due < NEVER
  return {
    id: row.id,
    project: row.project,
    pipeline_id: row.pipeline,
    pool: row.pool,
    state: row.state,
    trigger: trigger.kind,
    action: row.action,
    priority: row.priority,
    ...(row.fire === null ? {} : { fire: isoTime(row.fire) }),
    ...(trigger.kind === 'after' ? { after: trigger.run } : {}),
    attempt: Math.min(row.failures, row.retries) + 1,
    attempts: row.retries + 1,
    cancel: row.cancel === 1,
    ...(row.agent === null ? {} : { agent_id: row.agent }),
    ...(row.code === null ? {} : { code: row.code as FaultCode }),
    created: isoTime(row.created),
    ...(row.started === null ? {} : { started: isoTime(row.started) }),
    ...(row.finished === null ? {} : { finished: isoTime(row.finished) }),
    ...(waits ? { next_attempt: isoTime(row.due) } : {}),
    ...(row.version === null ? {} : { version: row.version }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.redriven === 0 ? {} : { redriven: row.redriven }),
    ...(redrive === null ? {} : { redrive }),
  }
}

const runById = lookup((of: { readonly tenant: string; readonly id: string }) =>
  writes.selectFrom('run').selectAll().where('tenant', '=', of.tenant).where('id', '=', of.id)
)

export async function run(db: Reader, tenant: string, id: string): Promise<RunRow | null> {
  return await runById(db, { tenant, id })
}

export async function runRecord(db: Reader, tenant: string, id: string): Promise<RunRecord | null> {
  const row = await run(db, tenant, id)
  if (row === null) return null
  const streams = await db.selectFrom('run_stream').selectAll().where('tenant', '=', tenant)
    .where('run', '=', id).orderBy('stream').execute()
  return { ...toRun(row), streams: streams.map(toStream) }
}

function toStream(row: RoomTables['run_stream']): RunStream {
  return {
    index: row.stream,
    rows: row.rows,
    bytes: row.bytes,
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.route === null ? {} : { route: row.route }),
    ...(row.rows_read === null ? {} : { rows_read: row.rows_read }),
    ...(row.rejected === null ? {} : { rejected: row.rejected }),
    ...(row.seconds === null ? {} : { seconds: row.seconds }),
    ...(row.code === null ? {} : { code: row.code as FaultCode }),
    ...(row.taken === 1 ? { taken: true as const } : {}),
  }
}

export interface RunFilter {
  /** Those that the list keeps to; null: all. */
  readonly projects: readonly string[] | null
  readonly pipeline: string | null
  readonly state: RunState | null
  /** What ended them. */
  readonly reason?: string | undefined
  /** Made from then on, and before then; in ms. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** The last run of the page before. */
  readonly before: { readonly created: number; readonly id: string } | null
  readonly take: number
}

/** Newest first. */
export async function runs(db: Reader, tenant: string, filter: RunFilter): Promise<RunRow[]> {
  const { projects, pipeline, state, reason, since, until, before, take } = filter
  let query = db.selectFrom('run').selectAll().where('tenant', '=', tenant)
  if (projects !== null) query = query.where('project', 'in', oneOf(projects))
  if (pipeline !== null) query = query.where('pipeline', '=', pipeline)
  if (state !== null) query = query.where('state', '=', state)
  // Spelled out for the partial index.
  if (reason !== undefined) query = query.where('reason', '=', reason).where('reason', 'is not', null)
  if (since !== undefined) query = query.where('created', '>=', since)
  if (until !== undefined) query = query.where('created', '<', until)
  if (before !== null) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created', 'id'), '<', tuple(before.created, before.id))
    )
  }
  return await query.orderBy('created', 'desc').orderBy('id', 'desc').limit(take).execute()
}

/** Of a pipeline's unsigned runs of a day: the highest slot, and the one that this plan has taken before. */
export async function slotsOf(
  db: Reader,
  tenant: string,
  of: { readonly pipeline: string; readonly day: string; readonly plan: string },
): Promise<{ readonly last: number; readonly made: RunRow | null }> {
  const last = await lastSlot(db, { tenant, ...of })
  const made = await runOfPlan(db, { tenant, ...of })
  return { last: last?.slot ?? 0, made }
}

interface SlotKey {
  readonly tenant: string
  readonly pipeline: string
  readonly day: string
  readonly plan: string
}

const lastSlot = lookup((of: SlotKey) =>
  writes.selectFrom('run').select('slot').where('tenant', '=', of.tenant)
    .where('pipeline', '=', of.pipeline).where('day', '=', of.day).orderBy('slot', 'desc').limit(1)
)

const runOfPlan = lookup((of: SlotKey) =>
  writes.selectFrom('run').selectAll().where('tenant', '=', of.tenant)
    .where('plan', '=', of.plan).where('day', '=', of.day).where('day', 'is not', null)
)

/** A trigger has one run: a second one is a `conflict`. In line at once, unless it is due later than it was made. */
export function insertRun(row: RunRow): Step {
  const columns = Object.keys(row).sort().join()
  const rank = row.due <= row.created ? rankOf(row) : null
  return { ...insertion({ ...row, rank }, columns), expect: { rows: 1, otherwise: 'conflict' } }
}

const insertion = prepared((row: RunRow, columns) => writes.insertInto('run').values(only(row, columns)))

/** The values of these columns: what a statement is built of that has more than one shape. */
function only<T extends object>(values: T, columns: string): T {
  return Object.fromEntries(columns.split(',').map((name) => [name, values[name as keyof T]])) as T
}

/** Runs of any tenant whose lease ran out. */
export async function expiredRuns(db: Reader, now: number, take: number): Promise<RunRow[]> {
  return await db.selectFrom('run').selectAll().where(isHeldRow).where('lease_until', '<', now)
    .orderBy('lease_until').limit(take).execute()
}

/** Runs of any tenant that an agent holds and somebody wants to stop. */
export async function cancelledRuns(db: Reader): Promise<Pick<RunRow, 'tenant' | 'id'>[]> {
  return await db.selectFrom('run').select(['tenant', 'id']).where(isHeldRow).where(isCancelled).execute()
}

/** How runs stand that an agent says it holds. */
export async function holdersOf(db: Reader, tenant: string, ids: readonly string[]) {
  return await db.selectFrom('run').select(['id', 'agent', 'fence', 'cancel', 'state'])
    .where('tenant', '=', tenant).where('id', 'in', oneOf(ids)).execute()
}

/** Runs of any tenant that go on beyond their time. */
export async function overrunRuns(db: Reader, now: number, take: number): Promise<RunRow[]> {
  return await db.selectFrom('run').selectAll().where(sql<boolean>`state = 'running'`)
    .where('deadline', 'is not', null).where('deadline', '<', now).orderBy('deadline').limit(take).execute()
}

/** What a move sets besides the state. */
export type RunChange = Partial<
  Pick<
    RunRow,
    | 'fence'
    | 'agent'
    | 'lease_until'
    | 'due'
    | 'code'
    | 'started'
    | 'finished'
    | 'version'
    | 'claimed'
    | 'began'
    | 'deadline'
    | 'redrive'
    | 'redriven'
    | 'reason'
    | 'source'
    | 'destination'
  >
>

/**
 * Moves a run to where `to` says, if it still is where `from` says and nobody has claimed it since; otherwise the
 * plan is refused with the code. It is in no line then: the next poll puts what has become due into one.
 */
export function moveRun(
  from: RunRow,
  to: { readonly standing: Standing; readonly set: RunChange; readonly otherwise: FaultCode },
): Step {
  const { standing: { state, failures, lost, begun, cancel }, set, otherwise } = to
  const values = {
    ...set,
    state,
    failures,
    lost,
    begun,
    cancel: cancel ? 1 as const : 0 as const,
    rank: null,
  }
  const { tenant, id } = from
  const was = { was_state: from.state, was_fence: from.fence, was_cancel: from.cancel }
  const made = move({ ...values, tenant, id, ...was }, Object.keys(values).sort().join())
  return { ...made, expect: { rows: 1, otherwise } }
}

interface Move
  extends
    RunChange,
    Pick<RunRow, 'tenant' | 'id' | 'state' | 'failures' | 'lost' | 'begun' | 'cancel' | 'rank'> {
  readonly was_state: RunState
  readonly was_fence: number
  readonly was_cancel: RunRow['cancel']
}

const move = prepared((to: Move, columns) =>
  writes.updateTable('run').set(only<RunChange>(to, columns))
    .where('tenant', '=', to.tenant).where('id', '=', to.id)
    .where('state', '=', to.was_state).where('fence', '=', to.was_fence).where('cancel', '=', to.was_cancel)
)

/** A run in the hands of this agent, under this lease. */
export interface Holder {
  readonly tenant: string
  readonly run: string
  readonly agent: string
  readonly fence: number
}

export function isHolder(row: RunRow, holder: Holder): boolean {
  return row.agent === holder.agent && row.fence === holder.fence
}

/** Renews the lease and tells `cancel`; `lease_lost` for anybody but the holder. */
export function renewLease(holder: Holder, until: number): Step {
  const query = writes.updateTable('run').set({ lease_until: until })
    .where('tenant', '=', holder.tenant).where('id', '=', holder.run)
    .where('agent', '=', holder.agent).where('fence', '=', holder.fence).where(isHeldRow)
    .returning('cancel')
  return step(query, { otherwise: 'lease_lost' })
}

const ROWS_AT_ONCE = 500

/** Counts of streams that are on their way. */
export function putProgress(holder: Holder, streams: readonly StreamProgress[]): Step[] {
  const none = {
    status: null,
    route: null,
    rows_read: null,
    rejected: null,
    seconds: null,
    code: null,
    taken: null,
  }
  return putStreams(
    holder,
    streams.map(({ index, rows, bytes }) => ({ stream: index, rows, bytes, ...none })),
  )
}

/** How streams ended. */
export function putResults(holder: Holder, streams: readonly StreamResult[]): Step[] {
  return putStreams(
    holder,
    streams.map(({ index, code, taken, ...rest }) => ({
      stream: index,
      code: code ?? null,
      taken: taken ? 1 : null,
      ...rest,
    })),
  )
}

function putStreams(
  { tenant, run }: Holder,
  streams: readonly Omit<RoomTables['run_stream'], 'tenant' | 'run'>[],
): Step[] {
  const steps: Step[] = []
  for (let start = 0; start < streams.length; start += ROWS_AT_ONCE) {
    const rows = streams.slice(start, start + ROWS_AT_ONCE).map((stream) => ({ tenant, run, ...stream }))
    const query = writes.insertInto('run_stream').values(rows).onConflict((conflict) =>
      conflict.columns(['tenant', 'run', 'stream']).doUpdateSet(({ ref }) => ({
        rows: ref('excluded.rows'),
        bytes: ref('excluded.bytes'),
        status: ref('excluded.status'),
        route: ref('excluded.route'),
        rows_read: ref('excluded.rows_read'),
        rejected: ref('excluded.rejected'),
        seconds: ref('excluded.seconds'),
        code: ref('excluded.code'),
        taken: ref('excluded.taken'),
      }))
    )
    steps.push(step(query))
  }
  return steps
}

/** What an attempt before has counted. */
export function clearStreams(tenant: string, run: string): Step {
  return step(writes.deleteFrom('run_stream').where('tenant', '=', tenant).where('run', '=', run))
}

/** When a run is over, that is its last moment. */
export function finishedAt(state: RunState, now: number): Pick<RunRow, 'finished'> {
  return { finished: isFinal(state) ? now : null }
}
