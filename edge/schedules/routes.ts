/** When pipelines run on their own. The schedule is part of what their authors sign; whether it is paused is not. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { nextFire, startOf } from '../../shared/schedule.ts'
import { Id } from '../../shared/schemas/fields.ts'
import type { Schedule } from '../../shared/schemas/pipeline.ts'
import { PipelinePause, PipelineSchedule, ScheduleSummary } from '../../shared/schemas/pipeline_schedule.ts'
import { change, unchanged } from '../http/change.ts'
import { inProject, projectsOf } from '../http/grants.ts'
import { paged, pageOf, pageShape, window } from '../http/page.ts'
import { integerParameter } from '../http/parameter.ts'
import { command, query, type Route } from '../http/route.ts'
import { pipelinePlace } from '../pipelines/store.ts'
import { native } from '../primitives.ts'
import { listedPipeline } from '../runs/job.ts'
import { ids } from '../trust/examples.ts'
import { isoTime } from '../trust/store.ts'
import { dropPause, goOn, insertPause, namedSchedules, pausedSince, scheduleRow } from './pause.ts'
import { placeOf, scheduleOf } from './store.ts'

const tag = 'Schedules'
const SHOWN = 5
const MOST_SHOWN = 100

function nextStarts(
  schedule: Schedule,
  { pipeline, now, count, first }: {
    readonly pipeline: string
    readonly now: number
    readonly count: number
    /** The fire time that comes next, where that is known. */
    readonly first: number
  },
): string[] {
  const starts: string[] = []
  // From where a run may still be to come: it starts up to `jitter` after its fire time.
  const from = Math.max(first - 1, now - (schedule.jitter ?? 0) * 1000)
  for (let fire = nextFire(schedule, from); fire !== null; fire = nextFire(schedule, fire)) {
    const start = startOf(native, schedule, { pipeline, fire })
    if (start > now) starts.push(isoTime(start))
    if (starts.length >= count) break
  }
  return starts
}

const params = z.strictObject({ id: Id })
const example = { cron: '0 6 * * *', timezone: 'Europe/Berlin', overlap: 'skip', catch_up: 'last' } as const

const list = query({
  id: 'listSchedules',
  path: '/v1/schedules',
  tag,
  summary: 'Pipelines with a schedule, and when each starts next',
  description: 'Of the versions that the newest indexes list, as far as they have been looked through.',
  permission: 'pipelines.read',
  within: 'list',
  query: z.strictObject(pageShape),
  reply: pageOf(ScheduleSummary),
  example: {
    reply: {
      data: [{
        pipeline_id: ids.pipeline,
        name: 'orders',
        project: ids.project,
        ...example,
        next: '2026-11-23T05:00:00.000Z',
      }],
    },
  },
  async handle({ db, principal, query, reach }) {
    const { after, take, limit } = window(query)
    const rows = await namedSchedules(db, principal.tenant, { projects: projectsOf(reach), after, take })
    return paged(rows, {
      limit,
      key: ({ pipeline }) => pipeline,
      item: (row) => ({
        pipeline_id: row.pipeline,
        name: row.name,
        project: row.project,
        ...scheduleOf(row),
        ...(row.since === null ? {} : { paused: isoTime(row.since) }),
        ...(row.since !== null || row.next_at === null ? {} : { next: isoTime(row.next_at) }),
      }),
    })
  },
})

const get = query({
  id: 'getPipelineSchedule',
  path: '/v1/pipelines/{id}/schedule',
  tag,
  summary: 'The schedule of a pipeline, and when its runs start next',
  description: 'Of the version that the newest index lists; 404 where that has none.',
  permission: 'pipelines.read',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  params,
  query: z.strictObject({
    count: integerParameter({ min: 1, max: MOST_SHOWN }).meta({
      description: `So many times; ${SHOWN} unless said.`,
    }).optional(),
  }),
  reply: PipelineSchedule,
  faults: ['not_found', 'index_missing', 'not_in_index', 'not_at_index'],
  example: {
    params: { id: ids.pipeline },
    reply: {
      pipeline_id: ids.pipeline,
      ...example,
      next: ['2026-11-23T05:00:00.000Z', '2026-11-24T05:00:00.000Z'],
    },
  },
  async handle({ db, principal, params, query, now }) {
    const { tenant } = principal
    const place = await pipelinePlace(db, tenant, params.id)
    if (place === null || place.deleted !== null) throw new Fault('not_found')
    const { pipeline } = await listedPipeline(db, tenant, { project: place.project, pipeline: params.id })
    const { schedule } = pipeline.triggers
    if (schedule === undefined) throw new Fault('not_found')
    const since = await pausedSince(db, tenant, params.id)
    const first = (await scheduleRow(db, tenant, params.id))?.fire ?? now
    const next = nextStarts(schedule, { pipeline: params.id, now, count: query.count ?? SHOWN, first })
    return {
      pipeline_id: params.id,
      ...schedule,
      ...(since === null ? { next } : { paused: isoTime(since), next: [] }),
    }
  },
})

const getPause = query({
  id: 'getPipelinePause',
  path: '/v1/pipelines/{id}/pause',
  tag,
  summary: 'Whether a pipeline is paused, and since when',
  permission: 'pipelines.read',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  params,
  reply: PipelinePause,
  faults: ['not_found'],
  example: { params: { id: ids.pipeline }, reply: { pipeline_id: ids.pipeline } },
  async handle({ db, principal: { tenant }, params: { id } }) {
    const place = await pipelinePlace(db, tenant, id)
    if (place === null || place.deleted !== null) throw new Fault('not_found')
    const since = await pausedSince(db, tenant, id)
    return { pipeline_id: id, ...(since === null ? {} : { paused: isoTime(since) }) }
  },
})

const pause = command({
  id: 'pausePipeline',
  method: 'post',
  path: '/v1/pipelines/{id}/pause',
  tag,
  summary: 'Pause a pipeline: nothing starts it but who asks for a run',
  description:
    'Neither its schedule nor its webhook nor the end of another pipeline makes a run until it is resumed, and what ' +
    'came meanwhile is not made up for. Runs that are there go on.',
  permission: 'runs.write',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  audit: 'schedule.paused',
  params,
  reply: PipelinePause,
  faults: ['not_found'],
  example: {
    params: { id: ids.pipeline },
    reply: { pipeline_id: ids.pipeline, paused: '2026-11-22T12:00:00.000Z' },
  },
  async handle({ db, principal: { tenant }, params: { id }, now }) {
    const place = await pipelinePlace(db, tenant, id)
    if (place === null || place.deleted !== null) throw new Fault('not_found')
    const since = await pausedSince(db, tenant, id)
    const reply = { pipeline_id: id, paused: isoTime(since ?? now) }
    if (since !== null) return unchanged(reply)
    return change({
      writes: [insertPause({ tenant, pipeline: id, since: now })],
      target: id,
      reply: () => reply,
      again: true,
    })
  },
})

const resume = command({
  id: 'resumePipeline',
  method: 'post',
  path: '/v1/pipelines/{id}/resume',
  tag,
  summary: 'Resume a pipeline that was paused: it goes on with the next time that comes',
  permission: 'runs.write',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  audit: 'schedule.resumed',
  params,
  reply: PipelinePause,
  faults: ['not_found'],
  example: { params: { id: ids.pipeline }, reply: { pipeline_id: ids.pipeline } },
  async handle({ db, principal: { tenant }, params: { id }, now }) {
    const place = await pipelinePlace(db, tenant, id)
    if (place === null || place.deleted !== null) throw new Fault('not_found')
    const reply = { pipeline_id: id }
    if (await pausedSince(db, tenant, id) === null) return unchanged(reply)
    const row = await scheduleRow(db, tenant, id)
    return change({
      writes: [
        dropPause(tenant, id),
        ...(row === null ? [] : [goOn(row, placeOf(row, nextFire(scheduleOf(row), now)))]),
      ],
      target: id,
      reply: () => reply,
      again: true,
    })
  },
})

export const scheduleRoutes: readonly Route[] = [list, get, getPause, pause, resume]
