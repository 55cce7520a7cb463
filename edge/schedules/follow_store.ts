/** Pipelines that follow others, and runs that have ended. */
import { After } from '../../shared/schemas/pipeline.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { TriggerTables } from '../db/trigger_tables.ts'

export type Follower = TriggerTables['follower']
export type RunEnd = TriggerTables['run_end']

/** What an index lists with `triggers.after`: pipelines that are there, in versions that are there. */
export async function listedFollowers(
  db: Reader,
  tenant: string,
  index: { readonly project: string; readonly number: number },
): Promise<Follower[]> {
  const entries = sql<{ key: string; value: string }>`json_each(i.entries)`.as<'e'>(sql.ref('e'))
  const rows = await db.selectFrom(['project_index as i', entries])
    .innerJoin('pipeline as p', (on) => on.on('p.tenant', '=', tenant).onRef('p.id', '=', 'e.key'))
    .innerJoin('pipeline_version as v', (on) => on.on('v.tenant', '=', tenant).onRef('v.id', '=', 'e.key'))
    .select(['v.id as pipeline', 'v.after']).$narrowType<{ after: string }>()
    .where('i.tenant', '=', tenant).where('i.project', '=', index.project)
    .where('i.number', '=', index.number).where('p.deleted', 'is', null)
    .where('v.version', '=', sql<number>`json_extract(e.value, '$.version')`)
    .where('v.hash', '=', sql<string>`json_extract(e.value, '$.hash')`)
    .where('v.after', 'is not', null).execute()
  return rows.map(({ pipeline, after }) => ({
    tenant,
    project: index.project,
    pipeline,
    after,
    upstream: afterOf({ after }).pipeline,
  }))
}

export function afterOf({ after }: Pick<Follower, 'after'>): After {
  return After.parse(JSON.parse(after))
}

/** In place of whom the project had before. */
export function putFollowers(
  of: { readonly tenant: string; readonly project: string },
  followers: readonly Follower[],
): Step[] {
  const gone = writes.deleteFrom('follower').where('tenant', '=', of.tenant).where('project', '=', of.project)
  return [step(gone), ...followers.map((row) => step(writes.insertInto('follower').values(row)))]
}

export async function runEnds(db: Reader, take: number): Promise<RunEnd[]> {
  return await db.selectFrom('run_end').selectAll().limit(take).execute()
}

export async function followersOf(db: Reader, { tenant, pipeline }: RunEnd): Promise<Follower[]> {
  return await db.selectFrom('follower').selectAll().where('tenant', '=', tenant)
    .where('upstream', '=', pipeline).execute()
}

export function dropRunEnd({ tenant, run }: RunEnd): Step {
  return step(writes.deleteFrom('run_end').where('tenant', '=', tenant).where('run', '=', run))
}
