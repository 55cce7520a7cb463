import { z } from 'zod'
import { distinct, Id, Key, KeyId, Name, Suite, Time } from './fields.ts'
import { Pin } from './pin.ts'
import { SealingKeyState } from './trust_document.ts'

/** The secret keys of one pool. It lives in the customer's secret store and nowhere else. */
export const Ring = z.strictObject({
  type: z.literal('ring'),
  tenant: Id,
  pool: Name,
  pin: Pin,
  sealing: z.array(z.strictObject({
    kid: KeyId,
    suite: Suite,
    /** 32 bytes in either suite: a scalar of X25519, a seed of X-Wing. */
    private: Key,
    state: SealingKeyState,
    created: Time,
  })).min(1).max(64).refine((keys) => distinct(keys.map(({ kid }) => kid)), 'a kid stands there twice'),
  /** Ed25519 seed. */
  pool_key: Key,
  state_key: Key,
  mask_key: Key,
}).refine(({ tenant, pin }) => tenant === pin.tenant, 'the pin is of another tenant')
export type Ring = z.infer<typeof Ring>
