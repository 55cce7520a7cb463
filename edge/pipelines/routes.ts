/** Pipelines: signed documents in, signed documents out; which streams they move is sealed. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { validSchedule } from '../../shared/schedule.ts'
import { PutSealedDocument } from '../../shared/schemas/connection_record.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { PipelineRecord, PipelineSummary } from '../../shared/schemas/pipeline_record.ts'
import type { Reader } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { change } from '../http/change.ts'
import { inProject, projectsOf } from '../http/grants.ts'
import { paged, pageOf, pageShape, window } from '../http/page.ts'
import { InvalidRequest } from '../http/problem.ts'
import { command, query, type Route } from '../http/route.ts'
import { withinQuota } from '../tenants/quotas.ts'
import { projectStands } from '../tenants/place_store.ts'
import { at, ids, sealed, signedPipeline } from '../trust/examples.ts'
import { checkEnvelope, placeOfDocument, readAuthored } from '../trust/rules.ts'
import { checkProject, tellOfIndex } from '../trust/store.ts'
import {
  deletePipeline,
  insertPipeline,
  pipeline,
  pipelinePlace,
  pipelines,
  type SignedPipeline,
  toRecord,
  updatePipeline,
} from './store.ts'

const MAX_BODY_BYTES = 2 * 1024 * 1024
const documentFaults = [
  'document_invalid',
  'signature_invalid',
  'signer_not_allowed',
  'trust_missing',
  'pool_unknown',
  'connection_unknown',
  'pipeline_invalid',
] as const

const exampleBody = { document: signedPipeline.dsse, sealed }
const exampleSummary = {
  id: ids.pipeline,
  project: ids.project,
  name: 'orders',
  version: 1,
  hash: signedPipeline.hash,
  pool: 'default',
  source: ids.source,
  destination: ids.destination,
  api_runs_per_day: 24,
  created: at,
  updated: at,
} as const
const exampleRecord = { ...exampleSummary, ...exampleBody }
const params = z.strictObject({ id: Id })

/** The document as far as the edge can tell: agents judge it again. */
async function read(db: Reader, tenant: string, body: PutSealedDocument): Promise<SignedPipeline> {
  const { document, dsse, hash, trust } = await readAuthored(db, tenant, {
    type: 'pipeline',
    dsse: body.document,
  })
  await checkProject(db, tenant, document.project)
  const { schedule, after } = document.triggers
  if (schedule !== undefined) validSchedule(schedule)
  if (after?.pipeline === document.id) {
    throw new Fault('pipeline_invalid', 'triggers.after.pipeline: it cannot follow itself.')
  }
  if (!trust.pools.some(({ name }) => name === document.pool)) throw new Fault('pool_unknown')
  const kids = [...trust.sealing_keys.filter(({ pool }) => pool === document.pool), ...trust.readers]
    .map(({ kid }) => kid)
  checkEnvelope(body.sealed, { at: 'sealed', kids })
  return { document, dsse, hash, sealed: body.sealed }
}

/** An index may list a version before it comes. */
function newsOf({ document: { tenant, project, triggers } }: SignedPipeline, plan: string): Step[] {
  return triggers.schedule === undefined && triggers.after === undefined
    ? []
    : [tellOfIndex(tenant, { project, plan })]
}

const list = query({
  id: 'listPipelines',
  path: '/v1/pipelines',
  tag: 'Pipelines',
  summary: 'Pipelines, oldest first',
  permission: 'pipelines.read',
  within: 'list',
  query: z.strictObject({ ...pageShape, project: Id.optional() }),
  reply: pageOf(PipelineSummary),
  example: { query: { project: ids.project }, reply: { data: [exampleSummary] } },
  async handle({ db, principal, query, reach }) {
    const { after, take, limit } = window(query)
    const rows = await pipelines(db, principal.tenant, {
      project: query.project ?? null,
      projects: projectsOf(reach),
      after,
      take,
    })
    return paged(rows, { limit, key: ({ id }) => id, item: (row) => row })
  },
})

const create = command({
  id: 'createPipeline',
  method: 'post',
  path: '/v1/pipelines',
  status: 201,
  tag: 'Pipelines',
  summary: 'Add a pipeline',
  description:
    'The signed document carries id, name, connections, pool, triggers and limits; `sealed` is the ' +
    'envelope of its streams, made by the author. Version 1, under an id that the author made.',
  permission: 'pipelines.write',
  within: ({ body }) => Promise.resolve(placeOfDocument('pipeline', body.document)),
  audit: 'pipeline.created',
  body: PutSealedDocument,
  maxBodyBytes: MAX_BODY_BYTES,
  reply: PipelineRecord,
  faults: ['not_found', 'already_exists', 'quota_reached', ...documentFaults],
  example: { body: exampleBody, reply: exampleRecord },
  async handle({ db, principal, body, now, planId }) {
    const signed = await read(db, principal.tenant, body)
    const { document, hash } = signed
    if (document.version !== 1) {
      throw new InvalidRequest([{ at: 'document/version', message: 'the first version is 1' }])
    }
    return change({
      writes: [
        projectStands(principal.tenant, document.project),
        ...insertPipeline(signed, now),
        ...newsOf(signed, planId),
        ...await withinQuota(db, principal.tenant, 'pipelines'),
      ],
      target: document.id,
      facts: { project: document.project, version: 1, hash },
      reply: () => toRecord(signed, { created: now, updated: now }),
    })
  },
})

const get = query({
  id: 'getPipeline',
  path: '/v1/pipelines/{id}',
  tag: 'Pipelines',
  summary: 'One pipeline, with its newest signed document and envelope',
  permission: 'pipelines.read',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  params,
  reply: PipelineRecord,
  faults: ['not_found'],
  example: { params: { id: ids.pipeline }, reply: exampleRecord },
  async handle({ db, principal, params }) {
    const record = await pipeline(db, principal.tenant, params.id)
    if (record === null) throw new Fault('not_found')
    return record
  },
})

const addVersion = command({
  id: 'createPipelineVersion',
  method: 'post',
  path: '/v1/pipelines/{id}/versions',
  status: 201,
  tag: 'Pipelines',
  summary: 'Add the next version of a pipeline',
  description: 'Compare-and-set: its version is the newest one plus 1, else 409. Id and project stay.',
  permission: 'pipelines.write',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  audit: 'pipeline.changed',
  params,
  body: PutSealedDocument,
  maxBodyBytes: MAX_BODY_BYTES,
  reply: PipelineRecord,
  faults: ['not_found', 'conflict', ...documentFaults],
  example: { params: { id: ids.pipeline }, body: exampleBody, reply: exampleRecord },
  async handle({ db, principal, params, body, now, planId }) {
    const place = await pipelinePlace(db, principal.tenant, params.id)
    if (place === null) throw new Fault('not_found')
    const signed = await read(db, principal.tenant, body)
    const { document, hash } = signed
    if (document.id !== params.id || document.project !== place.project) {
      throw new InvalidRequest([{ at: 'document', message: 'id and project of a pipeline stay' }])
    }
    return change({
      writes: [...updatePipeline(signed, now), ...newsOf(signed, planId)],
      target: document.id,
      facts: { project: document.project, version: document.version, hash },
      reply: () => toRecord(signed, { created: place.created, updated: now }),
    })
  },
})

const remove = command({
  id: 'deletePipeline',
  method: 'delete',
  path: '/v1/pipelines/{id}',
  tag: 'Pipelines',
  summary: 'Delete a pipeline; its runs that still wait are cancelled',
  permission: 'pipelines.write',
  within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
  audit: 'pipeline.deleted',
  fresh: true,
  twoPerson: 'deletion',
  params,
  reply: z.object({ id: Id }),
  faults: ['not_found'],
  example: { params: { id: ids.pipeline }, reply: { id: ids.pipeline } },
  async handle({ db, principal, params, now }) {
    if (await pipelinePlace(db, principal.tenant, params.id) === null) throw new Fault('not_found')
    return change({
      writes: deletePipeline(principal.tenant, params.id, now),
      target: params.id,
      reply: () => ({ id: params.id }),
    })
  },
})

export const pipelineRoutes: readonly Route[] = [list, create, get, addVersion, remove]
