import { z } from 'zod'
import { Count, Id, Key, Line, Time } from './fields.ts'
import { Member } from './member.ts'
import { Secret } from './token.ts'

export const Tenant = z.object({
  id: Id,
  name: Line,
  log_key: Key.meta({ description: 'Ed25519 public key that signs the checkpoints of the audit log.' }),
  created: Time,
  closing: Time.optional().meta({
    description: 'When its deletion was asked for: nobody but its owners gets in, and nothing runs.',
  }),
  stays: z.boolean().optional().meta({
    description: 'True for the tenant that the installation was set up with, which cannot be deleted.',
  }),
  suspended: Time.optional().meta({
    description: 'Since when whoever runs the installation keeps its members and agents out.',
  }),
  erase_at: Time.optional().meta({ description: 'When everything of it is erased, unless it is restored.' }),
}).meta({ id: 'Tenant' })
export type Tenant = z.infer<typeof Tenant>

export const TenantChange = z.strictObject({ name: Line }).meta({ id: 'TenantChange' })

export const TenantDeletion = z.strictObject({
  name: Line.meta({ description: 'The name of the tenant, typed: the confirmation.' }),
}).meta({ id: 'TenantDeletion' })

/** Who is to own the tenant from now on: an active member, a person. */
export const NewOwner = z.strictObject({ member: Id }).meta({ id: 'NewOwner' })

/** Who owned it is an admin now. */
export const OwnerChange = z.object({ from: Id, to: Id }).meta({ id: 'OwnerChange' })

/** What is left of a tenant that was erased: that it was there, and the end of its log. */
export const ErasedTenant = z.object({
  id: Id,
  erased: Time,
  log_key: Key.meta({ description: 'That signed the checkpoint. Its private half is gone.' }),
  size: Count.meta({ description: 'Entries of the audit log; the last one is the erasure.' }),
  checkpoint: z.string().meta({ description: 'The signed note over all of them.' }),
}).meta({ id: 'ErasedTenant' })
export type ErasedTenant = z.infer<typeof ErasedTenant>

/** One of the tenants that an account is a member of. */
export const OwnTenant = z.object({
  tenant: Tenant,
  member: Id,
  name: Line.meta({ description: 'Of the member, as the tenant calls them.' }),
  roles: z.array(Line).meta({
    description: 'Names of roles in the whole tenant, by the member’s own bindings and those of groups.',
  }),
  chosen: z.boolean().meta({ description: 'Whether this session has chosen it.' }),
}).meta({ id: 'OwnTenant' })
export type OwnTenant = z.infer<typeof OwnTenant>

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

export const Setup = z.object({
  next: z.enum(['tenant', 'account', 'done']).meta({
    description:
      '`tenant`: nobody has run `sallyport init` yet; `account`: nobody can sign in to the console yet.',
  }),
}).meta({ id: 'Setup' })

/** A tenant with its first member, who is its owner. */
export const CreatedTenant = z.object({
  tenant: Tenant,
  member: Member,
  token: Secret.optional().meta({
    description: 'The first token, shown once: left out when the Idempotency-Key was used before.',
  }),
}).meta({ id: 'CreatedTenant' })
