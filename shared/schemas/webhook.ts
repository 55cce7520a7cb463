/** Webhooks: who knows the secret may have the edge start a pipeline, as often a day as was signed. */
import { z } from 'zod'
import { Id, Time } from './fields.ts'

const Secret = z.string().optional().meta({
  description: 'Shown once: what callers sign with. Left out where the request is repeated.',
})

export const Webhook = z.object({
  id: Id,
  pipeline_id: Id,
  url: z.string().meta({ description: 'Where calls go.' }),
  created: Time,
  rotated: Time.optional(),
  older_until: Time.optional().meta({ description: 'Until when the secret before counts as well.' }),
}).meta({ id: 'Webhook' })
export type Webhook = z.infer<typeof Webhook>

export const MadeWebhook = z.object({ ...Webhook.shape, secret: Secret }).meta({ id: 'MadeWebhook' })

export const RotateWebhook = z.strictObject({
  overlap_hours: z.int().min(0).max(720).optional().meta({
    description: 'For so long the secret before counts as well; 24 unless said.',
  }),
})

export const CalledWebhook = z.object({ run: Id }).meta({ id: 'CalledWebhook' })
