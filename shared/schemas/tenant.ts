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
