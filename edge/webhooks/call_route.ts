/** The one route that anybody may call: what is sent is signed with the webhook's secret, or refused. */
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { runId } from '../../shared/ids.ts'
import { Id } from '../../shared/schemas/fields.ts'
import { CalledWebhook } from '../../shared/schemas/webhook.ts'
import type { Reader } from '../db/database.ts'
import { openChange, unchanged } from '../http/change.ts'
import { open } from '../http/route.ts'
import { pipelinePlace } from '../pipelines/store.ts'
import { native } from '../primitives.ts'
import { type ListedPipeline, listedPipeline } from '../runs/job.ts'
import type { Queue } from '../runs/queue.ts'
import { insertRun } from '../runs/store.ts'
import { newRun } from '../runs/trigger.ts'
import { withinRunQuotas } from '../tenants/quotas.ts'
import { notPaused, pausedSince } from '../schedules/pause.ts'
import { nextUse, takeUse, type Use } from '../schedules/uses.ts'
import { checkNotSuspended, notSuspended } from '../tenants/suspended.ts'
import { ids } from '../trust/examples.ts'
import { isoTime } from '../trust/store.ts'
import type { Failures } from './failures.ts'
import { signedCall, WINDOW_MS } from './signature.ts'
import {
  keepCall,
  nobodys,
  runOfCall,
  type Sealing,
  secretsOf,
  webhookById,
  type WebhookRow,
} from './store.ts'

export interface CallOptions extends Sealing {
  readonly failures: Failures
  readonly publicUrl: string
  readonly queue: Queue
}

/** What a stranger can make an edge keep and reckon with: nothing of a body gets into a run. */
const MAX_BODY_BYTES = 64 * 1024

/** The pipeline as it is listed, and how often a day it may be called. Throws `trigger_not_allowed`. */
async function callable(
  db: Reader,
  { tenant, pipeline }: WebhookRow,
): Promise<{ readonly listed: ListedPipeline; readonly perDay: number; readonly priority: number }> {
  const place = await pipelinePlace(db, tenant, pipeline)
  if (place === null || place.deleted !== null) throw new Fault('trigger_not_allowed')
  if (await pausedSince(db, tenant, pipeline) !== null) {
    throw new Fault('trigger_not_allowed', 'The pipeline is paused.')
  }
  const listed = await listedPipeline(db, tenant, { project: place.project, pipeline })
  const { webhook } = listed.pipeline.triggers
  if (webhook === undefined) throw new Fault('trigger_not_allowed', 'The signed pipeline allows no webhook.')
  return { listed, perDay: webhook.per_day, priority: place.priority }
}

const mayStart = (tenant: string, pipeline: string) => [notSuspended(tenant), notPaused(tenant, pipeline)]

export const callWebhook = (options: CallOptions) => {
  let stranger: WebhookRow | null = null
  return open({
    id: 'callWebhook',
    method: 'post',
    path: '/v1/hooks/{id}',
    status: 201,
    tag: 'Webhooks',
    summary: 'Start a pipeline by its webhook',
    description:
      'Whatever the body says, it starts a run as the schedule would. `Sallyport-Timestamp` is in seconds since 1970, ' +
      'within five minutes of now; `Sallyport-Signature` is `v1=` and HMAC-SHA256 in hex, under the secret, over the ' +
      'time stamp, a dot and the body, which has at most 64 KiB. The same call sent again is answered with the same run.',
    because: 'The caller is a machine that knows the secret of the webhook, and signs with it.',
    audit: 'run.created',
    params: z.strictObject({ id: Id }),
    rawBody: true,
    maxBodyBytes: MAX_BODY_BYTES,
    reply: CalledWebhook,
    faults: [
      'unauthenticated',
      'tenant_suspended',
      'trigger_not_allowed',
      'limit_reached',
      'index_missing',
      'not_in_index',
      'not_at_index',
      'quota_reached',
    ],
    example: { params: { id: '019a9f3e-7c00-7000-8000-0000000000aa' }, reply: { run: ids.run } },
    async handle({ db, params, sent, now, planId, attempt }) {
      const row = await webhookById(db, params.id)
      stranger ??= nobodys(options)
      const secrets = secretsOf(options, row ?? stranger, now)
      const call = signedCall(sent, { secrets, now })
      if (row === null || call === null) {
        if (row !== null && attempt === 0) options.failures.failed(row)
        throw new Fault('unauthenticated', 'No webhook is called so, or its signature does not hold.')
      }
      await checkNotSuspended(db, row.tenant)
      const made = await runOfCall(db, row, call.digest)
      if (made !== null) return unchanged({ run: made })
      const { listed, perDay, priority } = await callable(db, row)
      const { tenant, pipeline } = row
      const use: Use = { tenant, pipeline, kind: 'webhook', day: isoTime(now).slice(0, 10) }
      const slot = await nextUse(db, use, { perDay, now })
      const trigger = { kind: 'webhook', day: use.day, slot } as const
      const id = runId(native, { tenant, pipeline, trigger })
      const of = { trigger, id, action: 'run', day: null, slot: null, fire: null, made: null } as const
      const run = newRun({ db, tenant, listed, now, plan: planId, priority }, of)
      return openChange({
        tenant,
        actor: { kind: 'webhook', id: row.id },
        writes: [
          ...mayStart(tenant, pipeline),
          takeUse(use, slot),
          // For as long as its time stamp may be one of now, and as long again: no two clocks are alike.
          ...keepCall(row, { digest: call.digest, run: id, until: call.at + 2 * WINDOW_MS, now }),
          insertRun(run),
          ...await withinRunQuotas(db, tenant, now),
        ],
        target: id,
        facts: { pipeline, trigger: 'webhook', day: use.day, slot },
        reply: () => ({ run: id }),
        committed: () => options.queue.ring(run),
        again: true,
      })
    },
  })
}
