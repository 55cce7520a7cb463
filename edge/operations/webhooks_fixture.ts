/** Webhooks: the pipeline of the world gets one, under which a call is signed. */
import { createHmac } from 'node:crypto'
import type { Operation } from '../operations_fixture.ts'
import { ids } from '../world_fixture.ts'

export const webhookOperations: readonly Operation[] = [
  { id: 'createWebhook', request: () => ({ params: { id: ids.pipeline } }) },
  { id: 'getWebhook', request: () => ({ params: { id: ids.pipeline } }) },
  {
    id: 'callWebhook',
    request: ({ createWebhook }, world) => {
      const stamp = String(Math.floor(world.clock.now / 1000))
      const raw = '{"what":"came"}'
      const hmac = createHmac('sha256', createWebhook.secret).update(`${stamp}.${raw}`).digest('hex')
      return {
        params: { id: createWebhook.id },
        raw,
        headers: { 'sallyport-timestamp': stamp, 'sallyport-signature': `v1=${hmac}` },
      }
    },
  },
  { id: 'rotateWebhook', request: () => ({ params: { id: ids.pipeline }, body: { overlap_hours: 1 } }) },
  { id: 'deleteWebhook', request: () => ({ params: { id: ids.pipeline } }) },
]
