/** The queue as people see it: what waits, in which order, and what holds it back. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import {
  Limit,
  LimitScope,
  PipelineQueueing,
  PutLimit,
  Queueing,
  QueueState,
} from '../../shared/schemas/queue.ts'
import { connectionPlace } from '../connections/store.ts'
import type { Reader } from '../db/database.ts'
import { change } from '../http/change.ts'
import { inProject, type Place, projectsOf } from '../http/grants.ts'
import { paged, pageOf, pageShape, window } from '../http/page.ts'
import { command, query, type Route } from '../http/route.ts'
import { pipelinePlace } from '../pipelines/store.ts'
import { at, ids } from '../trust/examples.ts'
import { currentTrust } from '../trust/store.ts'
import { dropLimit, type LimitRow, limits, putLimit, readLimit, toLimit } from './limit_store.ts'
import type { Queue } from './queue.ts'
import { queueByPool, setPriority } from './queue_store.ts'

const tag = 'Queue'
const exampleLimit = { scope: 'pool:default', runs: 8, held: 3, updated: at } as const
const exampleWaits = { waiting: 12, held_back: 4, later: 1, oldest: at } as const
const ofLimit = z.strictObject({ scope: LimitScope })
const ofPipeline = z.strictObject({ id: Id })
const exampleQueueing = { pipeline_id: ids.pipeline, priority: 7 } as const

/** What holds runs of several projects back is for who may change pipelines in all of them. */
const atTenant = (): Promise<Place> => Promise.resolve({ level: 'tenant' })

const state = query({
  id: 'getQueue',
  path: '/v1/queue',
  tag,
  summary: 'How many runs wait, since when, by pool and project',
  permission: 'runs.read',
  within: 'list',
  reply: QueueState,
  example: {
    reply: {
      pools: [{ pool: 'default', ...exampleWaits, projects: [{ project: ids.project, ...exampleWaits }] }],
    },
  },
  async handle({ db, principal, reach, now }) {
    return { pools: await queueByPool(db, principal.tenant, { projects: projectsOf(reach), now }) }
  },
})

const list = query({
  id: 'listLimits',
  path: '/v1/limits',
  tag,
  summary: 'Limits of how many runs agents have in hand at once',
  permission: 'runs.read',
  within: atTenant,
  query: z.strictObject(pageShape),
  reply: pageOf(Limit),
  example: { reply: { data: [exampleLimit] } },
  async handle({ db, principal, query }) {
    const { after, take, limit } = window(query)
    const rows = await limits(db, principal.tenant, { after, take })
    return paged(rows, { limit, key: ({ scope }) => scope, item: toLimit })
  },
})

/** Throws `pool_unknown`, and `not_found` for a pipeline or a connection that is not there. */
async function checkScope(db: Reader, tenant: string, scope: string): Promise<void> {
  const [kind, name = ''] = scope.split(':')
  if (kind === 'tenant') return
  if (kind === 'pool') {
    const trust = await currentTrust(db, tenant)
    if (!trust?.document.pools.some((pool) => pool.name === name)) throw new Fault('pool_unknown')
    return
  }
  const pipeline = kind === 'pipeline' ? await pipelinePlace(db, tenant, name) : null
  const there = kind === 'pipeline'
    ? pipeline?.deleted === null
    : await connectionPlace(db, tenant, name) !== null
  if (!there) throw new Fault('not_found')
}

function putRoute(queue: Queue): Route {
  return command({
    id: 'putLimit',
    method: 'put',
    path: '/v1/limits/{scope}',
    tag,
    summary: 'Limit how many runs of it agents have in hand at once',
    description:
      'Runs beyond it wait, and hold back none behind them. What agents have in hand already goes on.',
    permission: 'pipelines.write',
    within: atTenant,
    audit: 'limit.changed',
    params: ofLimit,
    body: PutLimit,
    reply: Limit,
    faults: ['not_found', 'pool_unknown'],
    example: { params: { scope: 'pool:default' }, body: { runs: 8 }, reply: exampleLimit },
    async handle({ db, principal, params: { scope }, body, now }) {
      const { tenant } = principal
      await checkScope(db, tenant, scope)
      return change({
        writes: [putLimit({ tenant, scope, most: body.runs, now }), readLimit(tenant, scope)],
        target: scope,
        facts: { runs: body.runs },
        reply: ({ rows }) => {
          const row = rows[1]?.[0]
          // Repeated after somebody has taken it away.
          if (row === undefined) throw new Fault('not_found')
          return toLimit(row as unknown as LimitRow)
        },
        committed: () => queue.ringAll(tenant),
      })
    },
  })
}

function dropRoute(queue: Queue): Route {
  return command({
    id: 'deleteLimit',
    method: 'delete',
    path: '/v1/limits/{scope}',
    tag,
    summary: 'Take a limit away',
    permission: 'pipelines.write',
    within: atTenant,
    audit: 'limit.deleted',
    params: ofLimit,
    reply: z.object({ scope: LimitScope }),
    faults: ['not_found'],
    example: { params: { scope: 'pool:default' }, reply: { scope: 'pool:default' } },
    handle({ principal: { tenant }, params: { scope } }) {
      return Promise.resolve(change({
        writes: [dropLimit(tenant, scope)],
        target: scope,
        reply: () => ({ scope }),
        committed: () => queue.ringAll(tenant),
      }))
    },
  })
}

const getQueueing = query({
  id: 'getPipelineQueueing',
  path: '/v1/pipelines/{id}/queueing',
  tag,
  summary: 'The priority of a pipeline’s runs',
  permission: 'pipelines.read',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  params: ofPipeline,
  reply: PipelineQueueing,
  faults: ['not_found'],
  example: { params: { id: ids.pipeline }, reply: exampleQueueing },
  async handle({ db, principal, params: { id } }) {
    const place = await pipelinePlace(db, principal.tenant, id)
    if (place === null || place.deleted !== null) throw new Fault('not_found')
    return { pipeline_id: id, priority: place.priority }
  },
})

const putQueueing = command({
  id: 'putPipelineQueueing',
  method: 'put',
  path: '/v1/pipelines/{id}/queueing',
  tag,
  summary: 'Set the priority of a pipeline’s runs among those of its project',
  description: '9 goes first, 5 is usual. It counts for the runs that are made from then on.',
  permission: 'pipelines.write',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  audit: 'pipeline.queueing_changed',
  params: ofPipeline,
  body: Queueing,
  reply: PipelineQueueing,
  faults: ['not_found'],
  example: { params: { id: ids.pipeline }, body: { priority: 7 }, reply: exampleQueueing },
  async handle({ db, principal: { tenant }, params: { id }, body: { priority } }) {
    const place = await pipelinePlace(db, tenant, id)
    if (place === null || place.deleted !== null) throw new Fault('not_found')
    return change({
      writes: [setPriority(tenant, id, priority)],
      target: id,
      facts: { priority },
      reply: () => ({ pipeline_id: id, priority }),
    })
  },
})

export function queueRoutes(queue: Queue): readonly Route[] {
  return [state, list, putRoute(queue), dropRoute(queue), getQueueing, putQueueing]
}
