/** Whether a session is good enough for a tenant. Everything that asks for that asks here. */
import type { TenantRules } from '../../../shared/schemas/tenant_rules.ts'

/** One way in which a session was signed in. */
export interface SignedInBy {
  readonly method: 'password' | 'passkey' | 'totp' | 'recovery' | 'provider'
  /** Milliseconds since 1970. */
  readonly at: number
  /** Of `provider`: its issuer, its id, whose it is (absent: the installation's), and whether it saw two factors. */
  readonly issuer?: string
  readonly provider?: string
  readonly tenant?: string
  readonly mfa?: boolean
}

export interface JudgedSession {
  readonly methods: readonly SignedInBy[]
  /** Of the account. */
  readonly email: string
  readonly created: number
  /** When it was last used, before now. */
  readonly seen: number
}

/** What a session lacks for a tenant. */
export type Gap = 'session_too_old' | 'password_refused' | 'second_factor' | 'provider' | 'issuer'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Everything that the session lacks; empty when it may be used with the tenant. */
export function gapsOf(
  rules: TenantRules,
  { tenant, session, now }: {
    readonly tenant: string
    readonly session: JudgedSession
    readonly now: number
  },
): Gap[] {
  const { methods } = session
  const ways = methods.filter((one) => isWayIn(one, { rules, tenant }))
  const gaps: Gap[] = []
  const limits = limitsOf(rules)
  if (now - session.created > limits.absoluteMs || now - session.seen > limits.idleMs) {
    gaps.push('session_too_old')
  }
  const required = ssoProviderOf(rules, session.email)
  if (required !== null && !methods.some(({ provider }) => provider === required)) gaps.push('provider')
  else if (ways.length === 0) gaps.push(methods.some(isProvider) ? 'issuer' : 'password_refused')
  if (rules.mfa === 'required' && !methods.some((one) => isSecondFactor(one, rules))) {
    gaps.push('second_factor')
  }
  return gaps
}

/** What a session may last with the tenant, in ms. */
export function limitsOf({ session }: TenantRules): {
  readonly idleMs: number
  readonly absoluteMs: number
} {
  return { idleMs: session.idle_minutes * MINUTE_MS, absoluteMs: session.absolute_hours * HOUR_MS }
}

/** The provider that an address has to sign in with, or null. */
export function ssoProviderOf(rules: TenantRules, email: string): string | null {
  const domain = domainOf(email)
  return rules.sso_domains.find((one) => one.domain === domain)?.provider ?? null
}

/** The part behind the last `@`, as DNS compares it. */
export function domainOf(email: string): string {
  const domain = email.slice(email.lastIndexOf('@') + 1)
  return URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : ''
}

const isProvider = ({ method }: SignedInBy) => method === 'provider'

/** Whether it proves who somebody is. A code or a recovery code proves nothing alone. */
function isWayIn(
  by: SignedInBy,
  { rules, tenant }: { readonly rules: TenantRules; readonly tenant: string },
): boolean {
  if (by.method === 'password') return rules.passwords === 'allowed'
  if (by.method === 'passkey') return true
  return by.method === 'provider' && mayVouch(rules, { issuer: by.issuer ?? '', of: by.tenant, tenant })
}

/**
 * Whether a provider's word counts in this tenant. One of another tenant could sign in anybody as anybody, so it has
 * to be named.
 */
export function mayVouch(
  rules: TenantRules,
  { issuer, of, tenant }: {
    readonly issuer: string
    /** Whose provider it is; undefined: the installation's. */
    readonly of: string | undefined
    readonly tenant: string
  },
): boolean {
  if (rules.issuers !== undefined) return rules.issuers.includes(issuer)
  return of === undefined || of === tenant
}

function isSecondFactor(by: SignedInBy, rules: TenantRules): boolean {
  if (by.method === 'provider') return by.mfa === true && rules.mfa_from.includes(by.issuer ?? '')
  // A passkey is two: what somebody has, unlocked by what they know or are.
  return by.method !== 'password'
}
