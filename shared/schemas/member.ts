import { z } from 'zod'
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
  created: Time,
  erased: Time.optional(),
}).meta({ id: 'Member' })
export type Member = z.infer<typeof Member>

export const NewMember = z.strictObject({ name: Line, role: RoleName }).meta({ id: 'NewMember' })

export const MemberChange = z.strictObject({ role: RoleName }).meta({ id: 'MemberChange' })

/** What went: names in the audit log, and where else the member was named. */
export const ErasedMember = z.object({ id: Id, erased: Time, names: Count }).meta({ id: 'ErasedMember' })
export type ErasedMember = z.infer<typeof ErasedMember>

export const InvitedMember = z.object({
  member: Member,
  invitation: Secret.optional().meta({
    description:
      'To hand over; good once, for seven days. Shown once: left out when the Idempotency-Key was ' +
      'used before.',
  }),
}).meta({ id: 'InvitedMember' })

export const AcceptedInvitation = z.object({ member: Member, token: Secret }).meta({
  id: 'AcceptedInvitation',
})
