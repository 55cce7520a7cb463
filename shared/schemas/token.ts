import { z } from 'zod'
import { Id, Line, Time } from './fields.ts'
import { PermissionName, TokenSort } from './principal.ts'

/** A secret of ours, as its holder sends it. */
export const Secret = z.string().regex(/^sp_[a-z]{3}_[0-9A-Za-z]{36}$/)

/** Where in the tenant a token counts. */
export const TokenPlace = z.strictObject({ level: z.enum(['workspace', 'project']), id: Id }).meta({
  id: 'TokenPlace',
  description: 'The token counts in this workspace or project alone.',
})
export type TokenPlace = z.infer<typeof TokenPlace>

/** An IP address or a range of them; the edge says whether it is one. */
const Network = z.string().regex(/^[0-9A-Fa-f:.]{2,45}(?:\/\d{1,3})?$/, 'not an address or a range')
  .meta({ description: 'An address or a range, IPv4 or IPv6: `192.0.2.0/24`, `2001:db8::/32`.' })

const token = {
  id: Id,
  member: Id,
  name: Line,
  sort: TokenSort,
  scopes: z.array(PermissionName).optional().meta({ description: 'Left out: all that the roles hold.' }),
  place: TokenPlace.optional(),
  networks: z.array(z.string()).optional().meta({ description: 'Left out: from anywhere.' }),
  created: Time,
  expires: Time,
  fresh: Time.optional().meta({ description: 'Of a device: when a person last approved it.' }),
  idle_until: Time.optional().meta({ description: 'Of a device: it ends then unless it is used before.' }),
  revoked: Time.optional(),
  successor: Id.optional().meta({ description: 'The token that takes its place since a rotation.' }),
  last_used: Time.optional().meta({ description: 'To the minute.' }),
  last_network: z.string().optional().meta({ description: 'The address that it was last used from.' }),
}

export const Token = z.object(token).meta({ id: 'Token' })
export type Token = z.infer<typeof Token>

export const NewToken = z.strictObject({
  name: Line,
  member: Id.optional().meta({
    description: 'A member of kind service, whose token it becomes; your own unless said.',
  }),
  scopes: z.array(PermissionName).min(1).max(100).optional(),
  place: TokenPlace.optional(),
  networks: z.array(Network).min(1).max(50).optional().meta({
    description: 'Where it may be used from; from anywhere unless said.',
  }),
  expires_in_days: z.int().min(1).max(366).optional().meta({ description: '90 unless said.' }),
}).meta({ id: 'NewToken' })

export const TokenRotation = z.strictObject({
  overlap_minutes: z.int().min(0).max(10_080).optional().meta({
    description: 'How long the old secret still counts; 0 unless said, at most a week.',
  }),
}).meta({ id: 'TokenRotation' })

export const CreatedToken = z.object({
  ...token,
  token: Secret.optional().meta({
    description: 'The secret, shown once: left out when the Idempotency-Key was used before.',
  }),
}).meta({ id: 'CreatedToken' })
