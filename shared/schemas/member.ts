import { z } from 'zod'
import { Email } from './account.ts'
import { Count, Id, Line, Time } from './fields.ts'
import { RoleName } from './principal.ts'
import { Secret } from './token.ts'

export const Member = z.object({
  id: Id,
  name: z.string().max(200).meta({ description: 'Empty once they were erased.' }),
  kind: z.enum(['person', 'service']),
  /** The one at the tenant; left out where there is none. */
  role: RoleName.optional(),
  state: z.enum(['invited', 'active', 'removed']),
  linked: z.boolean().optional().meta({
    description: 'True where an account signs in as this member; a person without one has tokens alone.',
  }),
  created: Time,
  erased: Time.optional(),
}).meta({ id: 'Member' })
export type Member = z.infer<typeof Member>

const placed = z.strictObject({
  role: RoleName,
  level: z.enum(['tenant', 'workspace', 'project']),
  place: Id.optional().meta({ description: 'The workspace or project; left out at the tenant.' }),
})

export const NewMember = z.strictObject({
  name: Line,
  kind: z.enum(['person', 'service']).optional().meta({ description: 'A person unless said.' }),
  /** At the tenant. */
  role: RoleName.optional(),
  bindings: z.array(placed).min(1).max(50).optional(),
  email: Email.optional().meta({
    description: 'Of a person: the invitation goes there, and only that address accepts it.',
  }),
}).refine(
  ({ role, bindings }) => (role === undefined) !== (bindings === undefined),
  'either role or bindings',
)
  .refine(({ kind, email }) => kind !== 'service' || email === undefined, 'a service has no address')
  .meta({ id: 'NewMember' })

export const MemberChange = z.strictObject({ role: RoleName }).meta({ id: 'MemberChange' })

/** What went: names in the audit log, and where else the member was named. */
export const ErasedMember = z.object({ id: Id, erased: Time, names: Count }).meta({ id: 'ErasedMember' })
export type ErasedMember = z.infer<typeof ErasedMember>

export const InvitedMember = z.object({
  member: Member,
  invitation: Secret.optional().meta({
    description:
      'To hand over; good once, for seven days. Shown once: left out when the Idempotency-Key was ' +
      'used before, and where it went by mail.',
  }),
}).meta({ id: 'InvitedMember' })

export const AcceptedInvitation = z.object({ member: Member, token: Secret }).meta({
  id: 'AcceptedInvitation',
})
