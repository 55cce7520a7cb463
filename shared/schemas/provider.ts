/** Sign-in by other parties: providers, what their claims give, and who somebody is there. */
import { z } from 'zod'
import { Id, Line, Time } from './fields.ts'
import { Issuer } from './tenant_rules.ts'

/** What a claim that holds this value gives: a role, at the tenant unless another level is said. */
export const ClaimRule = z.strictObject({
  claim: z.string().regex(/^[\x21-\x7e]{1,200}$/, 'not the name of a claim'),
  value: z.string().min(1).max(500).meta({
    description: 'The claim is this text, or a list that holds it.',
  }),
  role: z.string().min(1).max(64).meta({
    description: 'A built-in role but owner, or the id of a custom one.',
  }),
  level: z.enum(['tenant', 'workspace', 'project']).optional(),
  place: Id.optional().meta({ description: 'Of the workspace or project.' }),
}).refine(
  ({ level, place }) => (level ?? 'tenant') === 'tenant' ? place === undefined : place !== undefined,
  {
    message: 'a place belongs to a workspace or project, and to nothing else',
  },
).meta({ id: 'ClaimRule' })
export type ClaimRule = z.infer<typeof ClaimRule>

const ClientId = z.string().regex(/^[\x20-\x7e]{1,300}$/, 'not a client id')
const ClientSecret = z.string().regex(/^[\x20-\x7e]{1,1000}$/, 'not a client secret')
const Rules = z.array(ClaimRule).max(100)

export const NewProvider = z.strictObject({
  name: Line,
  issuer: Issuer,
  client_id: ClientId,
  client_secret: ClientSecret.meta({ description: 'Kept sealed, and never answered.' }),
  claim_rules: Rules.optional(),
}).meta({ id: 'NewProvider' })
export type NewProvider = z.infer<typeof NewProvider>

/** The issuer stays: another one is another provider. */
export const ProviderChange = z.strictObject({
  name: Line.optional(),
  client_id: ClientId.optional(),
  client_secret: ClientSecret.optional(),
  claim_rules: Rules.optional(),
}).meta({ id: 'ProviderChange' })
export type ProviderChange = z.infer<typeof ProviderChange>

export const Provider = z.object({
  id: Id,
  name: Line,
  issuer: Issuer,
  client_id: ClientId,
  claim_rules: z.array(ClaimRule),
  redirect_uri: z.string().meta({ description: 'To be registered with the provider.' }),
  created: Time,
  updated: Time,
}).meta({ id: 'Provider' })
export type Provider = z.infer<typeof Provider>

/** The name of one of the installation's providers, or the id of a tenant's. */
export const ProviderId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not a provider')

/** A button on the page of signing in. */
export const SignInProvider = z.object({ id: ProviderId, name: Line }).meta({ id: 'SignInProvider' })
export type SignInProvider = z.infer<typeof SignInProvider>

/**
 * A path of this edge, for after signing in: never another site. A browser takes `//host` and `/\host` for one, and
 * drops tabs and line breaks before it looks.
 */
export const OwnPath = z.string().max(500).regex(
  /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/,
  'not a path of this edge',
)

export const Identity = z.object({
  id: Id,
  issuer: Issuer,
  provider: ProviderId,
  name: z.string().max(320).meta({ description: 'What the provider calls you.' }),
  created: Time,
  used: Time,
}).meta({ id: 'Identity' })
export type Identity = z.infer<typeof Identity>

/** Where to send the browser. */
export const SignInStart = z.object({ location: z.string() }).meta({ id: 'SignInStart' })
