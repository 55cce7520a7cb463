/**
 * Whose turn it is in a pool. The projects are lanes and take turns by virtual time: the one that has claimed least
 * since it had something to claim is next. In a lane there is a line of runs for each pipeline; the run with the lowest
 * rank goes first. A line that a limit holds back is parked at that limit, and no look comes past it until the limit
 * has room. Triggers keep lines, lanes and what limits hold in step with the runs (`migrations/0017_queue.sql`), so
 * every statement here is a few steps down an index, however many runs there are.
 */
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { search } from '../db/prepared.ts'
import { fits } from './labels.ts'

/** A step of priority is worth so many ms of waiting: what comes 45 minutes later never goes before. */
export const STEP_MS = 300_000

/** Where a run stands in its line. */
export function rankOf({ due, priority }: { readonly due: number; readonly priority: number }): number {
  return due - priority * STEP_MS
}

export interface PoolKey {
  readonly tenant: string
  readonly pool: string
}

/** A pool as an agent with these labels sees it; none unless said. */
export interface Seat extends PoolKey {
  readonly labels?: readonly string[]
}

/** A run that may be claimed. */
export interface Candidate extends PoolKey {
  readonly id: string
  readonly project: string
  readonly pipeline: string
  readonly source: string | null
  readonly destination: string | null
}

// Partial indexes serve only statements that spell their condition out.
const inLine = sql<boolean>`state = 'queued' and rank is not null`
const isLater = sql<boolean>`state = 'queued' and rank is null`
const hasReady = sql<boolean>`ready > 0`
const isReady = sql<boolean>`rank is not null and parked is null`

/** How a pool stands. */
export interface Front {
  /** Runs have become due that are in no line yet. */
  readonly late: boolean
  /** Whether the tenant has any limits. */
  readonly limited: boolean
  /** Whether any pipeline of the tenant wants labels. */
  readonly labelled: boolean
  /** How many runs more the limits of tenant and pool let through; null: there is no such limit. */
  readonly tenant_room: number | null
  readonly pool_room: number | null
  /** Lanes that have something to claim, whose turn it is first. */
  readonly lanes: readonly { readonly project: string; readonly vtime: number }[]
}

/** One question, also where there is nothing; and where labels are wanted another one, for what the agent may have. */
export async function front(
  db: Reader,
  of: Seat & { readonly now: number; readonly take: number },
): Promise<Front> {
  const all = await frontOf(db, { ...of, labels: null })
  const { labels = [] } = of
  return all.labelled && all.lanes.length > 0 ? await frontOf(db, { ...of, labels }) : all
}

/** With labels: of the lanes that have a line for them. */
async function frontOf(
  db: Reader,
  of: PoolKey & { readonly now: number; readonly take: number; readonly labels: readonly string[] | null },
): Promise<Front> {
  const { labels, ...rest } = of
  const given = { ...rest, scope: poolScope(of.pool), labels: JSON.stringify(labels) }
  const rows = await frontRows(db, given, labels === null ? '' : LABELLED)
  const [first] = rows
  return {
    late: first?.late === 1,
    limited: first?.limited === 1,
    labelled: first?.labelled === 1,
    tenant_room: first?.tenant_room ?? null,
    pool_room: first?.pool_room ?? null,
    lanes: rows.flatMap(({ project, vtime }) =>
      project === null || vtime === null ? [] : [{ project, vtime }]
    ),
  }
}

/** The shape of a statement that looks for what an agent with labels may have. */
const LABELLED = 'labelled'

type Wanted = PoolKey & {
  readonly now: number
  readonly take: number
  /** Of the pool's limit. */
  readonly scope: string
  /** JSON. */
  readonly labels: string
}

const frontRows = search(({ tenant, pool, now, take, scope, labels }: Wanted, shape) => {
  const roomOf = (scope: string) =>
    sql`(select most - held from run_limit where tenant = ${tenant} and scope = ${scope})`
  const head = sql<
    { late: number; limited: number; labelled: number; tenant_room: number | null; pool_room: number | null }
  >`(select
    exists (select 1 from run where tenant = ${tenant} and pool = ${pool} and ${isLater} and due <= ${now}) as late,
    exists (select 1 from run_limit where tenant = ${tenant}) as limited,
    exists (select 1 from pipeline_label where tenant = ${tenant}) as labelled,
    ${roomOf(tenantScope)} as tenant_room, ${roomOf(scope)} as pool_room)`
  // Not joined as it is: with its order it would not be answered by its index.
  let next = writes.selectFrom('run_lane').select(['project', 'vtime']).where('tenant', '=', tenant)
    .where('pool', '=', pool).where(hasReady).orderBy('vtime').limit(take)
  if (shape === LABELLED) next = next.where(hasLineFor(labels))
  return writes.selectFrom(head.as<'f'>(sql.ref('f')))
    .leftJoin(next.as('l'), (join) => join.onTrue())
    .select(['f.late', 'f.limited', 'f.labelled', 'f.tenant_room', 'f.pool_room', 'l.project', 'l.vtime'])
})

const hasLineFor = (labels: string) =>
  sql<boolean>`exists (select 1 from run_line as h where h.tenant = run_lane.tenant and h.pool = run_lane.pool
    and h.project = run_lane.project and h.rank is not null and h.parked is null and ${fits(labels)})`

/** A line with its first run, and how many runs more its limits let through; null: it has no such limit. */
export interface Line {
  readonly id: string
  readonly rank: number
  /** How many runs it has. */
  readonly runs: number
  readonly pipeline: string
  readonly source: string | null
  readonly destination: string | null
  readonly pipeline_room: number | null
  readonly source_room: number | null
  readonly destination_room: number | null
}

const roomIn = (kind: string, column: string) =>
  sql<number | null>`(select most - held from run_limit where tenant = h.tenant
    and scope = ${sql.lit(`${kind}:`)} || ${sql.ref(column)})`

/** The lines of a lane that are not parked, by their first runs. */
export async function lines(
  db: Reader,
  of: PoolKey & {
    readonly project: string
    readonly take: number
    /** Of the agent, where any pipeline wants some; all lines unless said. */
    readonly labels?: readonly string[] | null
  },
): Promise<readonly Line[]> {
  const { labels = null, ...rest } = of
  return await lineRows(db, { ...rest, labels: JSON.stringify(labels) }, labels === null ? '' : LABELLED)
}

interface InLane extends Pick<Wanted, 'tenant' | 'pool' | 'take' | 'labels'> {
  readonly project: string
}

const lineRows = search(({ tenant, pool, project, take, labels }: InLane, shape) => {
  const first = sql<string>`(select r.id from run as r where r.tenant = h.tenant and r.pool = h.pool
    and r.pipeline = h.pipeline and r.state = 'queued' and r.rank is not null order by r.rank limit 1)`
  const fitting = shape === LABELLED ? fits(labels) : sql<boolean>`true`
  return writes.selectFrom('run_line as h')
    .select(['h.rank', 'h.runs', 'h.pipeline', 'h.source', 'h.destination', first.as('id')])
    .select(roomIn('pipeline', 'h.pipeline').as('pipeline_room'))
    .select(roomIn('connection', 'h.source').as('source_room'))
    .select(roomIn('connection', 'h.destination').as('destination_room'))
    .where('h.tenant', '=', tenant).where('h.pool', '=', pool).where('h.project', '=', project)
    .where(isReady).where(fitting).orderBy('h.rank').limit(take).$narrowType<{ rank: number }>()
})

/** The first runs of a line. */
export async function firstRuns(
  db: Reader,
  of: PoolKey & { readonly pipeline: string; readonly take: number },
): Promise<{ readonly id: string; readonly rank: number }[]> {
  return await db.selectFrom('run').select(['id', 'rank']).where('tenant', '=', of.tenant)
    .where('pool', '=', of.pool).where('pipeline', '=', of.pipeline).where(inLine)
    .orderBy('rank').limit(of.take).$narrowType<{ rank: number }>().execute()
}

const AT_ONCE = 500

/** Puts what has become due in line. */
export function joinLines({ tenant, pool, now }: PoolKey & { readonly now: number }): Step {
  const due = writes.selectFrom('run').select('id').where('tenant', '=', tenant).where('pool', '=', pool)
    .where(isLater).where('due', '<=', now).orderBy('due').limit(AT_ONCE)
  const rank = sql<number>`due - priority * ${sql.lit(STEP_MS)}`
  return step(writes.updateTable('run').set({ rank }).where('tenant', '=', tenant).where('id', 'in', due))
}

/** Parks the lines of a lane that a limit holds back, if it still is full. */
export function parkLines(of: PoolKey & { readonly project: string; readonly scope: string }): Step {
  const { tenant, pool, project, scope } = of
  const [kind, id] = scope.split(':')
  let held = writes.selectFrom('run_line').select('pipeline').where('tenant', '=', tenant)
    .where('pool', '=', pool).where('project', '=', project).where(isReady).orderBy('rank').limit(AT_ONCE)
  held = kind === 'pipeline'
    ? held.where('pipeline', '=', id as string)
    : held.where(sql<boolean>`${id} in (source, destination)`)
  const full = writes.selectFrom('run_limit').select('scope').where('tenant', '=', tenant)
    .where('scope', '=', scope).whereRef('held', '>=', 'most')
  const query = writes.updateTable('run_line').set({ parked: scope }).where('tenant', '=', tenant)
    .where('pool', '=', pool).where('pipeline', 'in', held).where(({ exists }) => exists(full))
  return step(query)
}

/** What the index lists is newer than the line: it has other connections. */
export function moveLine(
  { tenant, pool, pipeline }: Candidate,
  to: { readonly source: string; readonly destination: string },
): Step {
  const query = writes.updateTable('run_line').set({ ...to, parked: null })
    .where('tenant', '=', tenant).where('pool', '=', pool).where('pipeline', '=', pipeline)
  return step(query)
}

export const tenantScope = 'tenant'
export const poolScope = (pool: string) => `pool:${pool}`
export const pipelineScope = (id: string) => `pipeline:${id}`
export const connectionScope = (id: string) => `connection:${id}`
