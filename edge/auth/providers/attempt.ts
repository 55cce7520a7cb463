/**
 * A sign-in that is under way. `state` (RFC 6749 §10.12) has 256 bits, is stored as a hash and good once, for ten
 * minutes, in the browser that holds the cookie that was set with it. PKCE's verifier and OpenID Connect's nonce
 * follow from it under a master key: neither is stored, and whoever sees the state learns neither.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { toBase64, utf8 } from '../../../shared/bytes.ts'
import type { Primitives } from '../../../shared/seal/primitives.ts'
import { derivedKey, type MasterKeys } from '../../db/master_keys.ts'
import type { AttemptRow } from './store.ts'

export const ATTEMPT_MS = 10 * 60_000
const SECRET_BYTES = 32

const SECRET = /^[A-Za-z0-9_-]{43}$/

/** What only this attempt knows. */
export interface Secrets {
  readonly verifier: string
  readonly nonce: string
}

export function newAttempt(
  asked: Pick<AttemptRow, 'provider' | 'issuer' | 'account' | 'session' | 'next'>,
  { master, now, randomBytes }: {
    readonly master: MasterKeys
    readonly now: number
    readonly randomBytes: (length: number) => Uint8Array
  },
): { readonly row: AttemptRow; readonly state: string; readonly cookie: string } {
  const [state, browser] = [base64url(randomBytes(SECRET_BYTES)), base64url(randomBytes(SECRET_BYTES))]
  const row: AttemptRow = {
    ...asked,
    state: hashed(state),
    browser: hashed(browser),
    master: master.newest,
    created: now,
    expires: now + ATTEMPT_MS,
  }
  return { row, state, cookie: attemptCookie(row, browser) }
}

/** Null when the master key of its time is gone. */
export function secretsOf(
  p: Pick<Primitives, 'hmacSha256'>,
  master: MasterKeys,
  { version, state }: { readonly version: number; readonly state: string },
): Secrets | null {
  const of = (purpose: string) => {
    const key = derivedKey(p, master, { version, purpose })
    return key === null ? null : base64url(p.hmacSha256(key, utf8(state)))
  }
  const [verifier, nonce] = [of('sign-in verifier'), of('sign-in nonce')]
  return verifier === null || nonce === null ? null : { verifier, nonce }
}

/** Whether the text could be a state of ours. */
export function isState(text: string): boolean {
  return SECRET.test(text)
}

/** Whether this browser began it. */
export function isOfBrowser(row: AttemptRow, cookie: string | null): boolean {
  if (cookie === null || !SECRET.test(cookie)) return false
  return timingSafeEqual(utf8(hashed(cookie)), utf8(row.browser))
}

/** Each attempt has a cookie of its own, so that two that are open at once do not disturb each other. */
export function cookieName({ state }: Pick<AttemptRow, 'state'>): string {
  return `__Host-sign-in-${state.slice(0, 16)}`
}

/** Lax, because it has to come along when the provider sends the browser back. */
function attemptCookie(row: AttemptRow, browser: string): string {
  return `${cookieName(row)}=${browser}; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=${ATTEMPT_MS / 1000}`
}

export function endedCookie(row: Pick<AttemptRow, 'state'>): string {
  return `${cookieName(row)}=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0`
}

export function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function base64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
