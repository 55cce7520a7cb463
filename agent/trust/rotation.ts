/**
 * The steps by which a pool goes from one sealing key to the next, each a change of ring or trust document. How far a
 * rotation has come is read off the two: whoever was interrupted begins again and finds the next step.
 */
import { equal, fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Suite } from '../../shared/schemas/fields.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import type { Reader, SealingKey, TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { publicKeyOf } from '../../shared/seal/suites.ts'
import { native } from '../primitives.ts'
import { newSealingKey, publicSealingKey } from './new_tenant.ts'

/** More keys than a ring holds: then the oldest retired ones have to go. */
const mostKeys = 64

/** What is left to do. */
export type Step =
  /** The ring has no key yet that the trust document does not list. */
  | 'key'
  /** The ring's next key is to become the active one. */
  | 'activate'
  /** Records are still to be passed on from older keys. */
  | 'pass on'
  /** The trust document is where it should be, and the ring says so too. */
  | 'none'

export interface Place {
  readonly step: Step
  /** Active keys of the ring. */
  readonly next: readonly string[]
  /** Keys of the pool that still open and are not active, by the trust document. */
  readonly old: readonly string[]
}

const stillOpens = ({ state }: Pick<SealingKey, 'state'>) => state === 'retiring' || state === 'compromised'

/** Where the pool of the ring stands. `begun`: a rotation is known to be under way, and its key is in the ring. */
export function placeOf(ring: Ring, trust: TrustDocument, begun: boolean): Place {
  const listed = trust.sealing_keys.filter(({ pool }) => pool === ring.pool)
  const next = ring.sealing.filter(({ state }) => state === 'active').map(({ kid }) => kid)
  const old = listed.filter(stillOpens).map(({ kid }) => kid)
  const isListed = (kid: string) => listed.some((key) => key.kid === kid)
  if (next.some((kid) => !isListed(kid))) return { step: 'activate', next, old }
  if (old.length > 0) return { step: 'pass on', next, old }
  return { step: begun || isBehind(ring, trust) ? 'none' : 'key', next, old }
}

/** Whether the ring says something else of a key than the trust document: the last step of a rotation is missing. */
function isBehind(ring: Ring, trust: TrustDocument): boolean {
  return ring.sealing.some(({ kid, state }) => {
    const listed = trust.sealing_keys.find((key) => key.kid === kid)
    return listed !== undefined && listed.state !== state
  })
}

/** A new active key; those of before go on opening. */
export function withNextKey(
  ring: Ring,
  { suite, compromised, now }: {
    readonly suite: Suite
    readonly compromised: boolean
    readonly now: number
  },
): Ring {
  const before = ring.sealing.map((key) => {
    if (compromised && key.state !== 'retired') return { ...key, state: 'compromised' as const }
    return key.state === 'active' ? { ...key, state: 'retiring' as const } : key
  })
  if (before.length >= mostKeys) {
    throw new Fault(
      'invalid_setting',
      `The ring holds ${mostKeys} keys. Take out the oldest retired ones that no backup of the edge needs any more.`,
    )
  }
  return { ...ring, sealing: [...before, newSealingKey(suite, now)] }
}

/** The trust document in which the ring's active keys are the pool's, and the older ones as the ring says. */
export function activating(ring: Ring): (document: TrustDocument) => TrustDocument {
  return (document) => {
    const mine = new Map(ring.sealing.map((key) => [key.kid, key]))
    const keys = document.sealing_keys.map((key): SealingKey => {
      const state = mine.get(key.kid)?.state ?? 'retired'
      if (key.pool !== ring.pool || key.state === 'retired') return key
      // One that has no further use here still has records: it is not left active, and not retired before they are gone.
      return { ...key, state: state !== 'retired' ? state : key.state === 'active' ? 'retiring' : key.state }
    })
    const added = ring.sealing
      .filter(({ kid, state }) => state === 'active' && !keys.some((key) => key.kid === kid))
      .map((key) => publicSealingKey(key, ring.pool))
    return { ...document, sealing_keys: [...keys, ...added] }
  }
}

/** The trust document in which these keys open nothing any more. */
export function retiring(kids: readonly string[]): (document: TrustDocument) => TrustDocument {
  return (document) => ({
    ...document,
    sealing_keys: document.sealing_keys.map((key) =>
      kids.includes(key.kid) ? { ...key, state: 'retired' } : key
    ),
  })
}

/** The trust document in which the pool's own key is that of the seed (base64). */
export function withPoolKey(pool: string, seed: string): (document: TrustDocument) => TrustDocument {
  const key = toBase64(native.ed25519.publicKey(fromBase64(seed)))
  return (document) => ({
    ...document,
    pools: document.pools.map((one) => one.name === pool ? { ...one, key } : one),
  })
}

/** Whether the trust document names the key of this seed (base64) as the pool's. */
export function isPoolKey({ pools }: TrustDocument, pool: string, seed: string): boolean {
  const key = toBase64(native.ed25519.publicKey(fromBase64(seed)))
  return pools.some((one) => one.name === pool && one.key === key)
}

/** One reader's next key, for a change of suite; the place of the old one is taken. */
export function withReaderKey(old: string, next: Pick<Reader, 'kid' | 'suite' | 'public'>) {
  return (document: TrustDocument): TrustDocument => ({
    ...document,
    readers: document.readers.map((reader) => reader.kid === old ? { ...reader, ...next } : reader),
  })
}

/** The ring with the states of the trust document. No key is ever dropped here: a backup may need it. */
export function ringLike(ring: Ring, trust: TrustDocument): Ring {
  const states = new Map(trust.sealing_keys.map(({ kid, state }) => [kid, state]))
  return {
    ...ring,
    sealing: ring.sealing.map((key) => ({ ...key, state: states.get(key.kid) ?? key.state })),
  }
}

/** What does not agree between the private and the public side of a key; empty when all does. */
export function contradictionsOf(ring: Ring, trust: TrustDocument): string[] {
  const found: string[] = []
  for (const { kid, suite, private: secret } of ring.sealing) {
    const publicKey = publicKeyOf(native, suite, fromBase64(secret))
    if (keyId(native, publicKey) !== kid) found.push(`the key that the ring calls ${kid} is another one`)
    const listed = trust.sealing_keys.find((key) => key.kid === kid)
    if (listed !== undefined && !equal(fromBase64(listed.public), publicKey)) {
      found.push(`the trust document lists another public key under ${kid}`)
    }
    if (listed !== undefined && listed.pool !== ring.pool) {
      found.push(`the trust document gives the key ${kid} to the pool ${listed.pool}`)
    }
  }
  const held = new Set(ring.sealing.map(({ kid }) => kid))
  for (const { kid, pool, state } of trust.sealing_keys) {
    if (pool === ring.pool && state !== 'retired' && !held.has(kid)) {
      found.push(`the ring lacks the ${state} key ${kid}`)
    }
  }
  return found
}
