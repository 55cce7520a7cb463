/** Whether a sign-in is good enough for a tenant. Everything that asks for that asks here. */
import type { TenantRules } from '../../../shared/schemas/tenant_rules.ts'
import type { TwoPerson } from '../../http/route.ts'
import type { Applicant } from '../sessions/demands.ts'
import type { SessionLimits, SignInMethod } from '../sessions/sessions.ts'

/** What a session lacks for a tenant. */
export type Gap = 'password_refused' | 'second_factor' | 'provider' | 'issuer'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Everything that a sign-in lacks; empty when it is enough for the tenant. */
export function gapsOf(
  rules: TenantRules,
  { tenant, who }: { readonly tenant: string; readonly who: Applicant },
): Gap[] {
  const { methods, email } = who
  const gaps: Gap[] = []
  const required = ssoProviderOf(rules, email)
  if (required !== null) {
    if (!methods.some(({ provider }) => provider === required)) gaps.push('provider')
  } else if (!methods.some((one) => isWayIn(one, { rules, tenant }))) {
    gaps.push(methods.some(({ method }) => method === 'provider') ? 'issuer' : 'password_refused')
  }
  if (rules.mfa === 'required' && !methods.some((one) => isSecondFactor(one, rules))) {
    gaps.push('second_factor')
  }
  return gaps
}

export function limitsOf({ session }: TenantRules): SessionLimits {
  return { idleMs: session.idle_minutes * MINUTE_MS, absoluteMs: session.absolute_hours * HOUR_MS }
}

/** Whether a second person has to approve it. Where two are wanted for anything, one alone does not end that. */
export function wantsTwo({ approvals }: TenantRules, kind: TwoPerson): boolean {
  return kind === 'rules' ? approvals.keys || approvals.deletion : approvals[kind]
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

/** Whether it proves who somebody is. A code or a recovery code proves nothing alone. */
function isWayIn(
  by: SignInMethod,
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

function isSecondFactor(by: SignInMethod, rules: TenantRules): boolean {
  if (by.method === 'provider') return by.mfa === true && rules.mfa_from.includes(by.issuer ?? '')
  // A passkey is two: what somebody has, unlocked by what they know or are.
  return by.method !== 'password'
}
