/** Runs as people see them. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id, Time } from '../../shared/schemas/fields.ts'
import { CreateRun, Reason, Run, RunRecord, RunState } from '../../shared/schemas/run.ts'
import { change, unchanged } from '../http/change.ts'
import { inProject, projectsOf } from '../http/grants.ts'
import { paged, pageOf, pageShape, window } from '../http/page.ts'
import { InvalidRequest } from '../http/problem.ts'
import { command, query, type Route } from '../http/route.ts'
import { pipelinePlace } from '../pipelines/store.ts'
import { ids, signedRequest } from '../trust/examples.ts'
import { exampleRun } from './example.ts'
import { listedPipeline } from './job.ts'
import { pastRoutes } from './past_routes.ts'
import type { Queue } from './queue.ts'
import { redriveRoute } from './redrive.ts'
import { retentionRoutes } from './retention.ts'
import type { Stops } from './stops.ts'
import { isFinal, next } from './states.ts'
import { finishedAt, insertRun, moveRun, run, runRecord, runs, standingOf, toRun } from './store.ts'
import { byRequest, bySlot, newRun, Slots } from './trigger.ts'
import { withinRunQuotas } from '../tenants/quotas.ts'

const tag = 'Runs'
const params = z.strictObject({ id: Id })

const list = query({
  id: 'listRuns',
  path: '/v1/runs',
  tag,
  summary: 'Runs, newest first',
  permission: 'runs.read',
  within: 'list',
  query: z.strictObject({
    ...pageShape,
    pipeline: Id.optional(),
    state: RunState.optional(),
    reason: Reason.optional(),
    since: Time.optional(),
    until: Time.optional(),
  }),
  reply: pageOf(Run),
  example: { query: { state: 'running' }, reply: { data: [exampleRun] } },
  async handle({ db, principal, query, reach }) {
    const { after, take, limit } = window(query)
    const rows = await runs(db, principal.tenant, {
      projects: projectsOf(reach),
      pipeline: query.pipeline ?? null,
      state: query.state ?? null,
      reason: query.reason,
      since: msOf(query.since),
      until: msOf(query.until),
      before: after === null ? null : placeOf(after),
      take,
    })
    return paged(rows, { limit, key: ({ created, id }) => `${created}.${id}`, item: toRun })
  },
})

const msOf = (time: string | undefined) => time === undefined ? undefined : Date.parse(time)

function existing<T>(found: T | null): T {
  if (found === null) throw new Fault('not_found')
  return found
}

function placeOf(cursor: string): { created: number; id: string } {
  const [, created, id] = /^([0-9]{1,15})\.([0-9a-f-]{36})$/.exec(cursor) ?? []
  if (created === undefined || id === undefined) {
    throw new InvalidRequest([{ at: 'query/cursor', message: 'none of ours' }])
  }
  return { created: Number(created), id }
}

const get = query({
  id: 'getRun',
  path: '/v1/runs/{id}',
  tag,
  summary: 'One run, with the counts of its streams',
  permission: 'runs.read',
  within: async ({ db, tenant, params }) => inProject(await run(db, tenant, params.id)),
  params,
  reply: RunRecord,
  faults: ['not_found'],
  example: {
    params: { id: ids.run },
    reply: { ...exampleRun, streams: [{ index: 0, rows: 10_000, bytes: 1_048_576 }] },
  },
  async handle({ db, principal, params }) {
    return existing(await runRecord(db, principal.tenant, params.id))
  },
})

function createRoute(queue: Queue): Route {
  const slots = new Slots()
  return command({
    id: 'createRun',
    method: 'post',
    path: '/v1/runs',
    status: 201,
    tag,
    summary: 'Start a run of a pipeline',
    description:
      'By a signed request, whose nonce makes the id: posting it again answers the same run. Without ' +
      'one the pipeline has to allow unsigned runs, and the run takes the next slot of the UTC day.',
    permission: 'runs.write',
    within: async ({ db, tenant, body }) => inProject(await pipelinePlace(db, tenant, body.pipeline_id)),
    audit: 'run.created',
    body: CreateRun,
    reply: RunRecord,
    faults: [
      'not_found',
      'trigger_not_allowed',
      'limit_reached',
      'quota_reached',
      'request_mismatch',
      'request_expired',
      'parameter_refused',
      'index_missing',
      'not_in_index',
      'not_at_index',
      'document_invalid',
      'signature_invalid',
      'signer_not_allowed',
      'trust_missing',
    ],
    example: {
      body: { pipeline_id: ids.pipeline, request: signedRequest.dsse },
      reply: { ...exampleRun, state: 'queued', agent_id: undefined, started: undefined, streams: [] },
    },
    async handle({ db, principal, body, now, planId }) {
      const { tenant } = principal
      const place = await pipelinePlace(db, tenant, body.pipeline_id)
      if (place === null || place.deleted !== null) throw new Fault('not_found')
      const listed = await listedPipeline(db, tenant, { project: place.project, pipeline: body.pipeline_id })
      const { priority = place.priority } = body
      const asked = { db, tenant, listed, now, plan: planId, priority }
      const triggered = body.request === undefined
        ? await bySlot(asked, { slots, parameters: body.parameters ?? {} })
        : await byRequest(asked, body.request)
      if (triggered.made !== null) return unchanged(existing(await runRecord(db, tenant, triggered.id)))
      const row = newRun(asked, triggered)
      return change({
        writes: [insertRun(row), ...await withinRunQuotas(db, tenant, now)],
        target: row.id,
        facts: {
          pipeline: row.pipeline,
          trigger: triggered.trigger.kind,
          action: row.action,
          day: row.day,
          slot: row.slot,
          ...(body.priority === undefined ? {} : { priority: row.priority }),
        },
        reply: () => ({ ...toRun(row), streams: [] }),
        committed: () => queue.ring(row),
        again: true,
      })
    },
  })
}

const cancelRoute = (stops: Stops) =>
  command({
    id: 'cancelRun',
    method: 'post',
    path: '/v1/runs/{id}/cancel',
    tag,
    summary: 'Cancel a run: at once while it waits, else as soon as its agent hears of it',
    permission: 'runs.write',
    within: async ({ db, tenant, params }) => inProject(await run(db, tenant, params.id)),
    audit: 'run.cancelled',
    params,
    reply: Run,
    faults: ['not_found'],
    example: { params: { id: ids.run }, reply: { ...exampleRun, cancel: true } },
    async handle({ db, principal, params, now }) {
      const row = existing(await run(db, principal.tenant, params.id))
      if (isFinal(row.state) || row.cancel === 1) return unchanged(toRun(row))
      const standing = next(standingOf(row), { kind: 'cancel' })
      if (standing === null) throw new Fault('conflict')
      const set = finishedAt(standing.state, now)
      return change({
        writes: [moveRun(row, { standing, set, otherwise: 'conflict' })],
        target: row.id,
        facts: { state: standing.state },
        reply: () => toRun({ ...row, ...set, state: standing.state, cancel: 1 }),
        committed: () => stops.cancelled(row),
        again: true,
      })
    },
  })

interface RunRouteOptions {
  readonly queue: Queue
  readonly stops: Stops
}

export function runRoutes({ queue, stops }: RunRouteOptions): readonly Route[] {
  return [
    list,
    createRoute(queue),
    get,
    cancelRoute(stops),
    redriveRoute(queue),
    ...pastRoutes,
    ...retentionRoutes,
  ]
}
