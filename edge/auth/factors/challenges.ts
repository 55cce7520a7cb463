/**
 * What passkeys are asked to sign: random, kept here by its hash, answered once within five minutes, by whom it was
 * given to – a session, or before there is one a cookie – and for the one purpose. Web Authentication Level 3 §13.4.3.
 */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { PasskeyAssertion, PasskeyRegistration } from '../../../shared/schemas/passkey.ts'
import { type Reader, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import { CHALLENGE_BYTES, CHALLENGE_MS, challengeOf } from './webauthn.ts'

export type Purpose = 'register' | 'sign_in' | 'second_factor' | 'fresh'

/** For what, and whom: the id of a session, or `boundToCookie`. */
export interface Ceremony {
  readonly purpose: Purpose
  readonly bound: string
}

const COOKIE = '__Host-passkey'
const COOKIE_ATTRIBUTES = 'HttpOnly; Secure; SameSite=Strict; Path=/'
const COOKIE_BYTES = 32

/** Whoever asks again and again fills nothing; somebody with several windows has one for each. */
const AT_ONCE = 5

/** A challenge, and the steps that keep it and forget those that nobody answered in time. */
export function newChallenge(
  { purpose, bound }: Ceremony,
  { now, randomBytes }: { readonly now: number; readonly randomBytes: (length: number) => Uint8Array },
): { readonly challenge: Uint8Array; readonly steps: readonly Step[] } {
  const challenge = randomBytes(CHALLENGE_BYTES)
  const hash = hashOf(base64url(challenge))
  const row = { hash, purpose, bound, expires: now + CHALLENGE_MS }
  const newest = writes.selectFrom('passkey_challenge').select('hash').where('bound', '=', bound)
    .orderBy('expires', 'desc').limit(AT_ONCE - 1)
  return {
    challenge,
    steps: [
      step(writes.deleteFrom('passkey_challenge').where('expires', '<=', now)),
      step(writes.deleteFrom('passkey_challenge').where('bound', '=', bound).where('hash', 'not in', newest)),
      step(writes.insertInto('passkey_challenge').values(row)),
    ],
  }
}

/** The challenge that a response answers, and the step that uses it up; null when it is not one for this ceremony. */
export async function answered(
  db: Reader,
  { response, now, purpose, bound }: Ceremony & {
    readonly response: PasskeyRegistration | PasskeyAssertion
    readonly now: number
  },
): Promise<{ readonly challenge: string; readonly step: Step } | null> {
  const challenge = challengeOf(response)
  if (challenge === null) return null
  const hash = hashOf(challenge)
  const row = await db.selectFrom('passkey_challenge').select('hash').where('hash', '=', hash)
    .where('purpose', '=', purpose).where('bound', '=', bound).where('expires', '>', now).executeTakeFirst()
  if (row === undefined) return null
  const used = writes.deleteFrom('passkey_challenge').where('hash', '=', hash)
  return { challenge, step: step(used, { otherwise: 'sign_in_failed' }) }
}

/** For a browser in which nobody is signed in: the cookie, and what a challenge is bound to by it. */
export function newCookie(randomBytes: (length: number) => Uint8Array): { cookie: string; bound: string } {
  const secret = base64url(randomBytes(COOKIE_BYTES))
  const seconds = CHALLENGE_MS / 1000
  return { cookie: `${COOKIE}=${secret}; ${COOKIE_ATTRIBUTES}; Max-Age=${seconds}`, bound: hashOf(secret) }
}

export function endedPasskeyCookie(): string {
  return `${COOKIE}=; ${COOKIE_ATTRIBUTES}; Max-Age=0`
}

/** What a challenge is bound to in the browser that sends this request; null where it never got one. */
export function boundToCookie(cookie: (name: string) => string | null): string | null {
  const secret = cookie(COOKIE)
  return secret === null ? null : hashOf(secret)
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
