/**
 * What an issuer says of somebody, believed only when all of OpenID Connect Core 1.0 §3.1.3.7 holds, and a little
 * more: the only file that knows `jose`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import { Fault } from '../../../shared/faults.ts'
import type { Issuers, Keys } from './discovery.ts'
import { type Reason, refused } from './refusal.ts'

/** Signatures by a private key alone: never `none`, and never a MAC whose key a client or the world knows. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** How far an issuer's clock and ours may be apart. */
const SKEW_SECONDS = 60
/** A token is made within the ten minutes that a sign-in may take. */
const MAX_AGE_SECONDS = 10 * 60

/** Claims that have been verified. */
export interface Claims {
  /** Exactly the configured issuer. */
  readonly iss: string
  /** At most 255 characters of ASCII (Core §2). */
  readonly sub: string
  /** Everything that the token says, for claim rules. */
  readonly all: Readonly<Record<string, unknown>>
}

export interface Expected {
  readonly issuer: string
  readonly clientId: string
  readonly nonce: string
  /** What the same answer gave as access token; `at_hash` has to fit it where it is there. */
  readonly accessToken: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Throws Fault `provider_refused`, whose cause has the rule, or `provider_failed` where there are no keys. */
export async function verifyIdToken(token: string, expected: Expected, issuers: Issuers): Promise<Claims> {
  const payload = await signed(token, expected, issuers)
  checkParties(payload, expected.clientId)
  if (!same(payload.nonce, expected.nonce)) throw refused('nonce')
  checkAccessToken(payload, {
    alg: decodeProtectedHeader(token).alg ?? '',
    accessToken: expected.accessToken,
  })
  const { iss, sub } = payload
  if (typeof sub !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(sub)) throw refused('sub')
  return { iss: iss as string, sub, all: payload }
}

/** Signature, issuer, audience and times; with the keys asked for anew where the token names an unknown one. */
async function signed(token: string, expected: Expected, issuers: Issuers): Promise<JWTPayload> {
  const header = headerOf(token)
  // RFC 8725 §3.11: an access or logout token is none of these, whoever signed it.
  if (header.typ !== undefined && !/^(application\/)?jwt$/i.test(header.typ)) throw refused('typ')
  try {
    return await verified(token, expected, await issuers.keys(expected.issuer))
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw refusedBy(error)
    const anew = await issuers.keysAnew(expected.issuer)
    if (anew === null) throw refused('kid')
    return await verified(token, expected, anew).catch((again) => {
      throw refusedBy(again)
    })
  }
}

async function verified(token: string, expected: Expected, keys: Keys): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys as JSONWebKeySet), {
    algorithms: ALGORITHMS,
    issuer: expected.issuer,
    audience: expected.clientId,
    requiredClaims: ['sub', 'exp', 'iat', 'nonce'],
    maxTokenAge: MAX_AGE_SECONDS,
    clockTolerance: SKEW_SECONDS,
    currentDate: new Date(expected.now),
  })
  return payload
}

function headerOf(token: string): { readonly typ?: string } {
  try {
    return decodeProtectedHeader(token)
  } catch (error) {
    throw refusedBy(error)
  }
}

/** Core §3.1.3.7, 4 and 5: a token for several parties says which of them asked for it. */
function checkParties({ aud, azp }: JWTPayload, clientId: string): void {
  if (Array.isArray(aud) && aud.length > 1 && azp === undefined) throw refused('azp')
  if (azp !== undefined && azp !== clientId) throw refused('azp')
}

/** Core §3.1.3.6: the left half of the access token's hash, by the hash of the token's own algorithm. */
function checkAccessToken(
  { at_hash }: JWTPayload,
  { alg, accessToken }: { readonly alg: string; readonly accessToken: string },
): void {
  if (at_hash === undefined) return
  const bits = /(256|384|512)$/.exec(alg)?.[1] ?? '512'
  const hash = createHash(`sha${alg === 'Ed25519' ? '512' : bits}`).update(accessToken, 'ascii').digest()
  if (!same(at_hash, hash.subarray(0, hash.length / 2).toString('base64url'))) throw refused('at_hash')
}

function same(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false
  const [a, b] = [new TextEncoder().encode(given), new TextEncoder().encode(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const claims: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'nonce', 'sub'])

/** What the library threw, in our words. */
function refusedBy(error: unknown): Fault {
  if (error instanceof Fault) return error
  return refused(reasonFor(error), { cause: error })
}

function reasonFor(error: unknown): Reason {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'alg'
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'kid'
  }
  const about = error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired
  return about && claims.has(error.claim) ? error.claim as Reason : 'id_token'
}
