/** From what a provider says of somebody to what it means here. Everything in it was verified, and is no more than said. */
import { Email } from '../../../shared/schemas/account.ts'
import type { ClaimRule } from '../../../shared/schemas/provider.ts'

export type Said = Readonly<Record<string, unknown>>

/** Rules whose claim holds, once each: a claim is the value itself, or a list that has it. */
export function rulesThatHold(rules: readonly ClaimRule[], said: Said): ClaimRule[] {
  return rules.filter(({ claim, value }) => {
    const given = Object.hasOwn(said, claim) ? said[claim] : undefined
    return given === value || (Array.isArray(given) && given.includes(value))
  })
}

/** The mail address that is said, and whether it is said to be theirs. */
export function emailOf(said: Said): { readonly email: string; readonly verified: boolean } | null {
  const { email, email_verified: verified } = said
  // Core §5.1 has a boolean; anything else, the text "true" too, vouches for nothing.
  const address = Email.safeParse(email)
  return address.success ? { email: address.data, verified: verified === true } : null
}

/** A name for people to read: one line, never empty. */
export function nameOf(said: Said): string {
  for (const claim of ['name', 'preferred_username', 'login', 'email']) {
    const given = said[claim]
    if (typeof given !== 'string') continue
    const line = given.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim().slice(0, 200)
    if (line !== '') return line
  }
  return 'Unnamed'
}

/** What tells somebody's identities apart for them. */
export function labelOf(said: Said): string {
  for (const claim of ['email', 'preferred_username', 'login']) {
    const given = said[claim]
    if (typeof given === 'string' && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,320}$/u.test(given)) return given
  }
  return nameOf(said)
}

/** Values of `acr` that mean two factors: Okta's and Entra's, REFEDS, PAPE, and phishing-resistant ones of RFC 9068's kin. */
const strong: ReadonlySet<unknown> = new Set([
  'urn:okta:loa:2fa:any',
  'phr',
  'phrh',
  'https://refeds.org/profile/mfa',
  'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
])

/** Whether the provider says that it saw two factors: `amr` by RFC 8176, or `acr`. It counts where a tenant says so. */
export function sawTwoFactors({ amr, acr }: Said): boolean {
  return (Array.isArray(amr) && amr.includes('mfa')) || strong.has(acr)
}

const ENTRA = /^https:\/\/login\.microsoftonline\.(?:com|us)\/([^/]+)\/v2\.0$/
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether an issuer of Entra's is of one directory: `common` and its like are everybody's. True of all others. */
export function isOneDirectory(issuer: string): boolean {
  const url = new URL(issuer)
  if (!/(^|\.)login\.microsoftonline\.(com|us)$/.test(url.hostname)) return true
  const directory = ENTRA.exec(issuer)?.[1]
  return directory !== undefined && GUID.test(directory)
}

/** Whether `tid` is the directory of the issuer, where that is one of Entra's. */
export function isOfDirectory(issuer: string, { tid }: Said): boolean {
  const directory = ENTRA.exec(issuer)?.[1]
  return directory === undefined || tid === directory
}
