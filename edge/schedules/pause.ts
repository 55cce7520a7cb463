/** Pipelines that start nothing on their own until somebody resumes them, and lists of what does start on its own. */
import { oneOf, type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { Place, ScheduleRow } from './store.ts'

/** In ms since 1970; null when it is not paused. */
export async function pausedSince(db: Reader, tenant: string, pipeline: string): Promise<number | null> {
  const row = await db.selectFrom('pause').select('since').where('tenant', '=', tenant)
    .where('pipeline', '=', pipeline).executeTakeFirst()
  return row?.since ?? null
}

/** Part of a plan that starts a run: `conflict` where it has been paused meanwhile. */
export function notPaused(tenant: string, pipeline: string): Step {
  const query = writes.insertInto('expectation').columns(['met']).expression((from) =>
    from.selectFrom('pause').select(sql<number>`NULL`.as('met')).where('tenant', '=', tenant)
      .where('pipeline', '=', pipeline)
  )
  return step(query, { rows: 0, otherwise: 'conflict' })
}

/** `conflict` where it is paused already. */
export function insertPause(
  row: { readonly tenant: string; readonly pipeline: string; readonly since: number },
): Step {
  return step(writes.insertInto('pause').values(row), { otherwise: 'conflict' })
}

/** `conflict` where it is not paused. */
export function dropPause(tenant: string, pipeline: string): Step {
  const query = writes.deleteFrom('pause').where('tenant', '=', tenant).where('pipeline', '=', pipeline)
  return step(query, { otherwise: 'conflict' })
}

/** What came while it was paused is not made up for: it goes on at `to`. `conflict` where the schedule has changed. */
export function goOn({ tenant, pipeline, schedule }: ScheduleRow, to: Place): Step {
  const query = writes.updateTable('schedule').set(to).where('tenant', '=', tenant)
    .where('pipeline', '=', pipeline).where('schedule', '=', schedule)
  return step(query, { otherwise: 'conflict' })
}

/** The schedule as it was learned from the newest index; null when there is none. */
export async function scheduleRow(db: Reader, tenant: string, pipeline: string): Promise<ScheduleRow | null> {
  const row = await db.selectFrom('schedule').selectAll().where('tenant', '=', tenant)
    .where('pipeline', '=', pipeline).executeTakeFirst()
  return row ?? null
}

export interface NamedSchedule extends ScheduleRow {
  readonly name: string
  readonly since: number | null
}

/** By the pipelines' ids. */
export async function namedSchedules(
  db: Reader,
  tenant: string,
  page: {
    /** Those that the list keeps to; null: all. */
    readonly projects: readonly string[] | null
    readonly after: string | null
    readonly take: number
  },
): Promise<NamedSchedule[]> {
  let query = db.selectFrom('schedule as s')
    .innerJoin('pipeline as p', (on) => on.onRef('p.id', '=', 's.pipeline').on('p.tenant', '=', tenant))
    .leftJoin('pause as z', (on) => on.onRef('z.pipeline', '=', 's.pipeline').on('z.tenant', '=', tenant))
    .selectAll('s').select(['p.name', 'z.since']).where('s.tenant', '=', tenant).orderBy('s.pipeline')
    .limit(page.take)
  if (page.projects !== null) query = query.where('s.project', 'in', oneOf(page.projects))
  if (page.after !== null) query = query.where('s.pipeline', '>', page.after)
  return await query.execute()
}
