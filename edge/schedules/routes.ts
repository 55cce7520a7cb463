/** When pipelines run on their own. The schedule is part of what their authors sign. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { nextFire } from '../../shared/schedule.ts'
import { Id } from '../../shared/schemas/fields.ts'
import type { Schedule } from '../../shared/schemas/pipeline.ts'
import { PipelineSchedule } from '../../shared/schemas/pipeline_schedule.ts'
import { inProject } from '../http/grants.ts'
import { query, type Route } from '../http/route.ts'
import { pipelinePlace } from '../pipelines/store.ts'
import { listedPipeline } from '../runs/job.ts'
import { ids } from '../trust/examples.ts'
import { isoTime } from '../trust/store.ts'

const SHOWN = 5

function nextFires(schedule: Schedule, now: number): string[] {
  const fires: string[] = []
  for (let at = nextFire(schedule, now); at !== null && fires.length < SHOWN; at = nextFire(schedule, at)) {
    fires.push(isoTime(at))
  }
  return fires
}

const get = query({
  id: 'getPipelineSchedule',
  path: '/v1/pipelines/{id}/schedule',
  tag: 'Pipelines',
  summary: 'The schedule of a pipeline, and the times at which it fires next',
  description: 'Of the version that the newest index lists; 404 where that has none.',
  permission: 'pipelines.read',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  params: z.strictObject({ id: Id }),
  reply: PipelineSchedule,
  faults: ['not_found', 'index_missing', 'not_in_index', 'not_at_index'],
  example: {
    params: { id: ids.pipeline },
    reply: {
      pipeline_id: ids.pipeline,
      cron: '0 6 * * *',
      timezone: 'Europe/Berlin',
      overlap: 'skip',
      catch_up: 'last',
      next: ['2026-11-23T05:00:00.000Z', '2026-11-24T05:00:00.000Z'],
    },
  },
  async handle({ db, principal, params, now }) {
    const { tenant } = principal
    const place = await pipelinePlace(db, tenant, params.id)
    if (place === null || place.deleted !== null) throw new Fault('not_found')
    const { pipeline } = await listedPipeline(db, tenant, { project: place.project, pipeline: params.id })
    const { schedule } = pipeline.triggers
    if (schedule === undefined) throw new Fault('not_found')
    return { pipeline_id: params.id, ...schedule, next: nextFires(schedule, now) }
  },
})

export const scheduleRoutes: readonly Route[] = [get]
