import { z } from 'zod'
import { Id, Key, Line, Time } from './fields.ts'
import { Member } from './member.ts'
import { Secret } from './token.ts'

export const Tenant = z.object({
  id: Id,
  name: Line,
  log_key: Key.meta({ description: 'Ed25519 public key that signs the checkpoints of the audit log.' }),
  created: Time,
}).meta({ id: 'Tenant' })
export type Tenant = z.infer<typeof Tenant>

/** A key that may sign checkpoints: the one that does, or the one that a trust document may name next. */
export const LogKey = z.object({ public_key: Key, state: z.enum(['current', 'next']), created: Time }).meta({
  id: 'LogKey',
})
export type LogKey = z.infer<typeof LogKey>

export const NewTenant = z.strictObject({
  tenant: z.strictObject({
    id: Id.meta({ description: 'Made by the customer, not by the edge: keys and documents name it.' }),
    name: Line,
  }),
  person: z.strictObject({ name: Line }),
}).meta({ id: 'NewTenant' })
export type NewTenant = z.infer<typeof NewTenant>

/** A tenant with its first member, who is admin. */
export const CreatedTenant = z.object({
  tenant: Tenant,
  member: Member,
  token: Secret.optional().meta({
    description: 'The first token, shown once: left out when the Idempotency-Key was used before.',
  }),
}).meta({ id: 'CreatedTenant' })
