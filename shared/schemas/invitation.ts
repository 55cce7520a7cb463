import { z } from 'zod'
import { Email, NewPassword } from './account.ts'
import { Id, Line, Time } from './fields.ts'
import { Secret } from './token.ts'

const invitation = {
  member: Id.meta({ description: 'Who it is for: a member has one invitation at a time.' }),
  name: z.string().max(200),
  kind: z.enum(['join', 'link']).meta({
    description: '`join`: to become the member. `link`: to sign in as one who is there already.',
  }),
  email: z.string().optional().meta({
    description: 'Only an account of this address accepts it. For who may change members.',
  }),
  inviter: Id.optional(),
  created: Time,
  expires: Time,
}

/** An invitation that nobody has accepted. */
export const Invitation = z.object(invitation).meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof Invitation>

/** What is told when an invitation is made. */
export const SentInvitation = z.object({
  ...invitation,
  invitation: Secret.optional().meta({
    description: 'To hand over, shown once. Left out where it went by mail: then nobody else sees it.',
  }),
}).meta({ id: 'SentInvitation' })

export const NewInvitation = z.strictObject({
  email: Email.optional().meta({ description: 'It goes there by mail, and only that address accepts it.' }),
}).meta({ id: 'NewInvitation' })

export const InvitationSecret = z.strictObject({ invitation: Secret }).meta({ id: 'InvitationSecret' })

export const NewAccountByInvitation = z.strictObject({
  invitation: Secret,
  name: Line,
  email: Email.optional().meta({ description: 'Where the invitation names none.' }),
  password: NewPassword,
}).meta({ id: 'NewAccountByInvitation' })

/** What an invitation says to who holds it. */
export const SeenInvitation = z.object({
  tenant: Id,
  tenant_name: Line,
  name: Line.meta({ description: 'Of the member, as the tenant calls them.' }),
  kind: z.enum(['join', 'link']),
  inviter: z.string().optional().meta({ description: 'Name of who invited.' }),
  email: z.string().optional().meta({ description: 'The address that the account has to have.' }),
  service: z.boolean().meta({ description: 'For a machine: it is accepted for a token, not by an account.' }),
  expires: Time,
}).meta({ id: 'SeenInvitation' })
