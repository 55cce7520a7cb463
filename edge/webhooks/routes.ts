/** Webhooks of pipelines: made, shown, given another secret, deleted. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { MadeWebhook, RotateWebhook, Webhook } from '../../shared/schemas/webhook.ts'
import { newSecret } from '../auth/secret.ts'
import type { Reader } from '../db/database.ts'
import { change } from '../http/change.ts'
import { inProject } from '../http/grants.ts'
import { command, query, type Route } from '../http/route.ts'
import { pipelinePlace } from '../pipelines/store.ts'
import { ids } from '../trust/examples.ts'
import { isoTime } from '../trust/store.ts'
import { type CallOptions, callWebhook } from './call_route.ts'
import {
  deleteWebhook,
  insertWebhook,
  openSecret,
  rotateWebhook,
  sealSecret,
  untouched,
  webhookOf,
  type WebhookRow,
} from './store.ts'

const tag = 'Webhooks'
const params = z.strictObject({ id: Id })
const HOUR_MS = 3_600_000
const OVERLAP_HOURS = 24

const exampleId = '019a9f3e-7c00-7000-8000-0000000000aa'
const example = {
  id: exampleId,
  pipeline_id: ids.pipeline,
  url: `https://edge.example.com/v1/hooks/${exampleId}`,
  created: '2026-11-22T12:00:00.000Z',
} as const
const exampleSecret = 'sp_whk_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT'

function toWebhook(
  row: WebhookRow,
  { publicUrl, now }: { readonly publicUrl: string; readonly now: number },
): Webhook {
  const { id, pipeline, created, rotated, older_until } = row
  return {
    id,
    pipeline_id: pipeline,
    url: `${publicUrl}/v1/hooks/${id}`,
    created: isoTime(created),
    ...(rotated === null ? {} : { rotated: isoTime(rotated) }),
    ...(older_until === null || older_until <= now ? {} : { older_until: isoTime(older_until) }),
  }
}

async function existing(db: Reader, tenant: string, pipeline: string): Promise<WebhookRow> {
  const row = await webhookOf(db, tenant, pipeline)
  if (row === null) throw new Fault('not_found')
  return row
}

const get = (options: CallOptions) =>
  query({
    id: 'getWebhook',
    path: '/v1/pipelines/{id}/webhook',
    tag,
    summary: 'The webhook of a pipeline',
    permission: 'pipelines.read',
    within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
    params,
    reply: Webhook,
    faults: ['not_found'],
    example: { params: { id: ids.pipeline }, reply: example },
    async handle({ db, principal, params, now }) {
      return toWebhook(await existing(db, principal.tenant, params.id), { ...options, now })
    },
  })

const create = (options: CallOptions) =>
  command({
    id: 'createWebhook',
    method: 'post',
    path: '/v1/pipelines/{id}/webhook',
    status: 201,
    tag,
    summary: 'Make the webhook of a pipeline; its secret is shown once',
    description:
      'It starts runs as often a day as `triggers.webhook` of the signed pipeline says, and none without.',
    permission: 'pipelines.write',
    within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
    audit: 'webhook.created',
    params,
    reply: MadeWebhook,
    faults: ['not_found', 'already_exists'],
    example: { params: { id: ids.pipeline }, reply: { ...example, secret: exampleSecret } },
    async handle({ db, principal: { tenant }, params, now, newId, randomBytes }) {
      const place = await pipelinePlace(db, tenant, params.id)
      if (place === null || place.deleted !== null) throw new Fault('not_found')
      const id = newId()
      const secret = newSecret('whk', randomBytes)
      const row: WebhookRow = {
        ...{ id, tenant, pipeline: params.id, created: now },
        secret_sealed: sealSecret(options, { id, column: 'secret_sealed', secret }),
        ...untouched,
      }
      return change({
        writes: [insertWebhook(row)],
        target: id,
        facts: { pipeline: params.id },
        reply: ({ repeated }) => ({
          ...toWebhook(row, { ...options, now }),
          ...(repeated ? {} : { secret }),
        }),
      })
    },
  })

const rotate = (options: CallOptions) =>
  command({
    id: 'rotateWebhook',
    method: 'post',
    path: '/v1/pipelines/{id}/webhook/rotate',
    tag,
    summary: 'Give the webhook another secret; the one before counts for a while',
    permission: 'pipelines.write',
    within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
    audit: 'webhook.rotated',
    params,
    body: RotateWebhook,
    reply: MadeWebhook,
    faults: ['not_found'],
    example: {
      params: { id: ids.pipeline },
      body: { overlap_hours: 24 },
      reply: {
        ...example,
        rotated: '2026-11-23T12:00:00.000Z',
        older_until: '2026-11-24T12:00:00.000Z',
        secret: exampleSecret,
      },
    },
    async handle({ db, principal: { tenant }, params, body, now, randomBytes }) {
      const row = await existing(db, tenant, params.id)
      const { id } = row
      const secret = newSecret('whk', randomBytes)
      const hours = body.overlap_hours ?? OVERLAP_HOURS
      const older = hours === 0 ? null : openSecret(options, row)
      const to = {
        secret_sealed: sealSecret(options, { id, column: 'secret_sealed', secret }),
        older_sealed: older === null
          ? null
          : sealSecret(options, { id, column: 'older_sealed', secret: older }),
        older_until: older === null ? null : now + hours * HOUR_MS,
        rotated: now,
      }
      return change({
        writes: [rotateWebhook(row, to)],
        target: id,
        facts: { pipeline: params.id, overlap_hours: hours },
        reply: ({ repeated }) => ({
          ...toWebhook({ ...row, ...to }, { ...options, now }),
          ...(repeated ? {} : { secret }),
        }),
      })
    },
  })

const remove = (options: CallOptions) =>
  command({
    id: 'deleteWebhook',
    method: 'delete',
    path: '/v1/pipelines/{id}/webhook',
    tag,
    summary: 'Delete the webhook of a pipeline: no call of it starts anything any more',
    permission: 'pipelines.write',
    within: async ({ db, tenant, params }) => inProject(await pipelinePlace(db, tenant, params.id)),
    audit: 'webhook.deleted',
    params,
    reply: Webhook,
    faults: ['not_found'],
    example: { params: { id: ids.pipeline }, reply: example },
    async handle({ db, principal: { tenant }, params, now }) {
      const row = await existing(db, tenant, params.id)
      return change({
        writes: [deleteWebhook(row)],
        target: row.id,
        facts: { pipeline: params.id },
        reply: () => toWebhook(row, { ...options, now }),
      })
    },
  })

export function webhookRoutes(options: CallOptions): readonly Route[] {
  return [get, create, rotate, remove, callWebhook].map((route) => route(options))
}
