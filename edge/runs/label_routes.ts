/** Which agents of its pool a pipeline wants, by their labels. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Labels } from '../../shared/schemas/agent.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { change } from '../http/change.ts'
import { inProject } from '../http/grants.ts'
import { command, query, type Route } from '../http/route.ts'
import { pipelinePlace } from '../pipelines/store.ts'
import { ids } from '../trust/examples.ts'
import { labelsOf, putLabels } from './labels.ts'
import type { Queue } from './queue.ts'

const path = '/v1/pipelines/{id}/labels'
const params = z.strictObject({ id: Id })
const PipelineLabels = z.object({ pipeline_id: Id, labels: Labels }).meta({ id: 'PipelineLabels' })
const example = { pipeline_id: ids.pipeline, labels: ['gpu', 'region=eu'] }

const get = query({
  id: 'getPipelineLabels',
  path,
  tag: 'Pipelines',
  summary: 'Labels that an agent has to have to be handed runs of the pipeline',
  permission: 'pipelines.read',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  params,
  reply: PipelineLabels,
  faults: ['not_found'],
  example: { params: { id: ids.pipeline }, reply: example },
  async handle({ db, principal, params }) {
    if (await pipelinePlace(db, principal.tenant, params.id) === null) throw new Fault('not_found')
    return { pipeline_id: params.id, labels: await labelsOf(db, principal.tenant, params.id) }
  },
})

const putRoute = (queue: Queue) =>
  command({
    id: 'putPipelineLabels',
    method: 'put',
    path,
    tag: 'Pipelines',
    summary: 'Say which labels an agent has to have to be handed runs of the pipeline',
    description:
      'Runs wait until an agent of the pool has all of them. Where a run goes is the edge’s to say: what it may do there ' +
      'is signed, and its agent checks that.',
    permission: 'pipelines.write',
    within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
    audit: 'pipeline.labelled',
    params,
    body: z.strictObject({ labels: Labels }),
    reply: PipelineLabels,
    faults: ['not_found'],
    example: {
      params: { id: ids.pipeline },
      body: { labels: example.labels },
      reply: example,
    },
    async handle({ db, principal, params, body }) {
      const { tenant } = principal
      const place = await pipelinePlace(db, tenant, params.id)
      if (place === null || place.deleted !== null) throw new Fault('not_found')
      const labels = [...new Set(body.labels)].sort()
      return change({
        writes: putLabels(tenant, params.id, labels),
        target: params.id,
        facts: { labels: labels.join(',') },
        reply: () => ({ pipeline_id: params.id, labels }),
        committed: () => queue.ringAll(tenant),
      })
    },
  })

export function labelRoutes({ queue }: { readonly queue: Queue }): readonly Route[] {
  return [get, putRoute(queue)]
}
