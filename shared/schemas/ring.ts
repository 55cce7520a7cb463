import { z } from 'zod'
import { distinct, Id, Key, KeyId, Name, Time } from './fields.ts'
import { Pin } from './pin.ts'

/** The secret keys of one pool. It lives in the customer's secret store and nowhere else. */
export const Ring = z.strictObject({
  type: z.literal('ring'),
  tenant: Id,
  pool: Name,
  pin: Pin,
  sealing: z.array(z.strictObject({
    kid: KeyId,
    suite: z.literal(1),
    private: Key,
    state: z.enum(['active', 'retiring', 'retired']),
    created: Time,
  })).min(1).max(64).refine((keys) => distinct(keys.map(({ kid }) => kid)), 'a kid stands there twice'),
  /** Ed25519 seed. */
  pool_key: Key,
  state_key: Key,
  mask_key: Key,
}).refine(({ tenant, pin }) => tenant === pin.tenant, 'the pin is of another tenant')
export type Ring = z.infer<typeof Ring>
