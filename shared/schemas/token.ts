import { z } from 'zod'
import { Id, Line, Time } from './fields.ts'
import { PermissionName } from './principal.ts'

/** A secret of ours, as its holder sends it. */
export const Secret = z.string().regex(/^sp_[a-z]{3}_[0-9A-Za-z]{36}$/)

const token = {
  id: Id,
  member: Id,
  name: Line,
  scopes: z.array(PermissionName).optional().meta({ description: 'Left out: all that the role holds.' }),
  created: Time,
  expires: Time,
  revoked: Time.optional(),
  last_used: Time.optional().meta({ description: 'To the minute.' }),
}

export const Token = z.object(token).meta({ id: 'Token' })
export type Token = z.infer<typeof Token>

export const NewToken = z.strictObject({
  name: Line,
  scopes: z.array(PermissionName).min(1).max(100).optional(),
  expires_in_days: z.int().min(1).max(366).optional().meta({ description: '90 unless said.' }),
}).meta({ id: 'NewToken' })

export const CreatedToken = z.object({
  ...token,
  token: Secret.optional().meta({
    description: 'The secret, shown once: left out when the Idempotency-Key was used before.',
  }),
}).meta({ id: 'CreatedToken' })
