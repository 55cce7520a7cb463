/** How members of a tenant have to be signed in, and what a tenant wants two people for. */
import { z } from 'zod'
import { distinct, Id } from './fields.ts'

/** The domain of mail addresses, in the form that DNS compares: ASCII, lower case. */
const Domain = z.string().max(253).regex(
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
  'not a domain in lower case',
)

/** An issuer as it spells itself: exactly so it stands in its discovery document and its tokens. */
export const Issuer = z.string().max(500).refine((text) => {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '') &&
    !/[\s?#]/.test(text)
}, 'not an issuer: a URL without user, query and fragment').meta({ id: 'Issuer' })

export const MAX_IDLE_MINUTES = 1440
export const MAX_ABSOLUTE_HOURS = 720

export const TenantRules = z.strictObject({
  passwords: z.enum(['allowed', 'off']),
  mfa: z.enum(['optional', 'required']).meta({
    description: 'A second factor of the account here: a passkey, a code, or a recovery code.',
  }),
  mfa_from: z.array(Issuer).max(20).meta({
    description: 'Issuers whose word (amr, acr) counts as a second factor. Nobody else’s does.',
  }),
  sso_domains: z.array(z.strictObject({ domain: Domain, provider: Id })).max(100).refine(
    (all) => distinct(all.map(({ domain }) => domain)),
    'a domain stands here twice',
  ).meta({
    description: 'Whose mail address is of that domain has to sign in with that provider of the tenant.',
  }),
  issuers: z.array(Issuer).max(50).optional().meta({
    description:
      'Providers that may sign somebody in here. Left out: those of the installation and of this tenant.',
  }),
  session: z.strictObject({
    idle_minutes: z.int().min(5).max(MAX_IDLE_MINUTES),
    absolute_hours: z.int().min(1).max(MAX_ABSOLUTE_HOURS),
  }),
  approvals: z.strictObject({ keys: z.boolean(), deletion: z.boolean() }).meta({
    description: 'What a second person has to approve: changes of keys and trust, deletion.',
  }),
  agent_approval: z.enum(['another_person', 'anyone']).meta({
    description: 'Whether whoever made an agent’s enrolment token may approve that agent.',
  }),
}).meta({ id: 'TenantRules' })
export type TenantRules = z.infer<typeof TenantRules>

/** Of a tenant that has said nothing. */
export const defaultRules: TenantRules = {
  passwords: 'allowed',
  mfa: 'optional',
  mfa_from: [],
  sso_domains: [],
  session: { idle_minutes: 60, absolute_hours: 12 },
  approvals: { keys: false, deletion: false },
  agent_approval: 'another_person',
}
