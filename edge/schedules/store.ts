/** Schedules of the pipelines that newest indexes list, and when each fires next. They belong to all tenants at once. */
import { startOf } from '../../shared/schedule.ts'
import { Schedule } from '../../shared/schemas/pipeline.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { RoomTables } from '../db/room_tables.ts'
import { native } from '../primitives.ts'
import { NEVER } from '../runs/store.ts'

export type ScheduleRow = RoomTables['schedule']

// Partial indexes serve only statements that spell their condition out.
const waits = sql<boolean>`state = 'queued' AND due = ${sql.lit(NEVER)}`
const underWay = sql<boolean>`state IN ('queued', 'leased', 'running')`

export function scheduleOf({ schedule }: Pick<ScheduleRow, 'schedule'>): Schedule {
  return Schedule.parse(JSON.parse(schedule))
}

interface Agenda {
  readonly news: boolean
  /** Runs have ended that others follow. */
  readonly ends: boolean
  readonly waiting: boolean
  readonly nextAt: number | null
}

/** What there is to do, in one question: news of indexes and of runs, runs that wait, and when the next fire is due. */
export async function agenda(
  db: Reader,
): Promise<Agenda> {
  const { news, ends, waiting, next_at } = await db.selectNoFrom([
    sql<number>`exists (select 1 from index_news)`.as('news'),
    sql<number>`exists (select 1 from run_end)`.as('ends'),
    sql<number>`exists (select 1 from run where ${waits})`.as('waiting'),
    sql<number | null>`(select min(next_at) from schedule where next_at is not null)`.as('next_at'),
  ]).executeTakeFirstOrThrow()
  return { news: news === 1, ends: ends === 1, waiting: waiting === 1, nextAt: next_at }
}

export interface News {
  readonly tenant: string
  readonly project: string
  readonly plan: string
}

export async function news(db: Reader, take: number): Promise<News[]> {
  return await db.selectFrom('index_news').selectAll().limit(take).execute()
}

/** When the command was that made the news, in ms since 1970. */
export async function toldAt(db: Reader, { tenant, plan }: News): Promise<number | null> {
  const entry = await db.selectFrom('audit_leaf').select('time').where('tenant', '=', tenant)
    .where('plan', '=', plan).executeTakeFirst()
  return entry?.time ?? null
}

/** Whether the newest index of the project is still to be learned of. */
export async function hasNews(
  db: Reader,
  { tenant, project }: { readonly tenant: string; readonly project: string },
): Promise<boolean> {
  const row = await db.selectFrom('index_news').select('plan').where('tenant', '=', tenant)
    .where('project', '=', project).executeTakeFirst()
  return row !== undefined
}

/** The news are done with, unless there are newer ones. */
export function dropNews({ tenant, project, plan }: News): Step {
  return step(
    writes.deleteFrom('index_news').where('tenant', '=', tenant).where('project', '=', project)
      .where('plan', '=', plan),
    { otherwise: 'conflict' },
  )
}

export interface ListedSchedule {
  readonly pipeline: string
  /** `triggers.schedule` as JSON. */
  readonly schedule: string
}

/** What an index lists with a schedule: pipelines that are there, in versions that are there. */
export async function listedSchedules(
  db: Reader,
  tenant: string,
  index: { readonly project: string; readonly number: number },
): Promise<ListedSchedule[]> {
  const entries = sql<{ key: string; value: string }>`json_each(i.entries)`.as<'e'>(sql.ref('e'))
  return await db.selectFrom(['project_index as i', entries])
    .innerJoin('pipeline as p', (on) => on.on('p.tenant', '=', tenant).onRef('p.id', '=', 'e.key'))
    .innerJoin('pipeline_version as v', (on) => on.on('v.tenant', '=', tenant).onRef('v.id', '=', 'e.key'))
    .select(['v.id as pipeline', 'v.schedule']).$narrowType<{ schedule: string }>()
    .where('i.tenant', '=', tenant).where('i.project', '=', index.project)
    .where('i.number', '=', index.number).where('p.deleted', 'is', null)
    .where('v.version', '=', sql<number>`json_extract(e.value, '$.version')`)
    .where('v.hash', '=', sql<string>`json_extract(e.value, '$.hash')`)
    .where('v.schedule', 'is not', null).execute()
}

export async function schedulesOf(db: Reader, tenant: string, project: string): Promise<ScheduleRow[]> {
  return await db.selectFrom('schedule').selectAll().where('tenant', '=', tenant)
    .where('project', '=', project).execute()
}

/** Due at `now` or before, the longest due first. */
export async function dueSchedules(db: Reader, now: number, take: number): Promise<ScheduleRow[]> {
  return await db.selectFrom('schedule').selectAll().where('next_at', 'is not', null)
    .where('next_at', '<=', now).orderBy('next_at').limit(take).execute()
}

export function putSchedule(row: ScheduleRow): Step {
  const { schedule, fire, next_at } = row
  return step(
    writes.insertInto('schedule').values(row).onConflict((conflict) =>
      conflict.columns(['tenant', 'pipeline']).doUpdateSet({ schedule, fire, next_at })
    ),
  )
}

export function dropSchedule({ tenant, pipeline }: ScheduleRow): Step {
  return step(writes.deleteFrom('schedule').where('tenant', '=', tenant).where('pipeline', '=', pipeline))
}

/** A fire time, and when its run starts. */
export type Place = Pick<ScheduleRow, 'fire' | 'next_at'>

/** Where a schedule stands whose next fire time is this. */
export function placeOf(row: Pick<ScheduleRow, 'schedule' | 'pipeline'>, fire: number | null): Place {
  if (fire === null) return { fire, next_at: null }
  return { fire, next_at: startOf(native, scheduleOf(row), { pipeline: row.pipeline, fire }) }
}

const isPausedRow = sql<boolean>`EXISTS (SELECT 1 FROM pause AS p WHERE p.tenant = schedule.tenant
  AND p.pipeline = schedule.pipeline)`

/**
 * Goes on to the next fire time; `conflict` where another instance has done so, the schedule has changed, or somebody
 * has paused or resumed it.
 */
export function moveSchedule(
  row: ScheduleRow,
  to: Place & { readonly paused: boolean },
): Step {
  const { fire, next_at } = to
  const query = writes.updateTable('schedule').set({ fire, next_at })
    .where('tenant', '=', row.tenant).where('pipeline', '=', row.pipeline)
    .where('schedule', '=', row.schedule).where('fire', '=', row.fire)
    .where(to.paused ? isPausedRow : sql<boolean>`NOT ${isPausedRow}`)
  return step(query, { otherwise: 'conflict' })
}

/** Whether a run of the pipeline is not over yet, whatever made it. */
export async function isUnderWay(
  db: Reader,
  { tenant, pipeline }: Pick<ScheduleRow, 'tenant' | 'pipeline'>,
): Promise<boolean> {
  const row = await db.selectFrom('run').select('id').where('tenant', '=', tenant)
    .where('pipeline', '=', pipeline).where(underWay).limit(1).executeTakeFirst()
  return row !== undefined
}

/** How many scheduled runs of the pipeline wait for the one before. */
export async function waitingRuns(
  db: Reader,
  { tenant, pipeline }: Pick<ScheduleRow, 'tenant' | 'pipeline'>,
): Promise<number> {
  const { count } = await db.selectFrom('run').select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant).where('pipeline', '=', pipeline).where(waits).executeTakeFirstOrThrow()
  return count
}

export interface Turn {
  readonly tenant: string
  readonly id: string
  readonly pool: string
}

const nobodyElse = sql<boolean>`NOT EXISTS (SELECT 1 FROM run o WHERE o.tenant = run.tenant
  AND o.pipeline = run.pipeline AND o.state IN ('queued', 'leased', 'running')
  AND (o.due <> ${sql.lit(NEVER)} OR o.fire < run.fire))`

/** Of each pipeline the waiting run whose turn has come: the run before is over. */
export async function turns(db: Reader, take: number): Promise<Turn[]> {
  return await db.selectFrom('run').select(['tenant', 'id', 'pool']).where(waits).where(nobodyElse)
    .limit(take).execute()
}

/** `conflict` where it is nobody's turn any more. */
export function takeTurn({ tenant, id }: Turn, now: number): Step {
  const query = writes.updateTable('run').set({ due: now }).where('tenant', '=', tenant).where('id', '=', id)
    .where(waits).where(nobodyElse)
  return step(query, { otherwise: 'conflict' })
}
