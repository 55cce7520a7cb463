/**
 * Challenges for agents that join by their pool's key. The edge keeps none of them: what it handed out says itself
 * when and for whom, under a key that follows from the master key.
 */
import { concat, equal, fromBase64, lengthPrefixed, toBase64, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { MAX_CLOCK_SKEW_SECONDS } from '../../shared/protocol.ts'
import type { Primitives } from '../../shared/seal/primitives.ts'
import { derivedKey, type MasterKeys } from '../db/master_keys.ts'

export const CHALLENGE_MS = 5 * 60_000

const PURPOSE = 'join challenge'
const TIME_BYTES = 8
const RANDOM_BYTES = 16
const MAC_BYTES = 32
const form = /^v([1-9][0-9]{0,5})\.([A-Za-z0-9+/]{75}=)$/

export interface ChallengeOptions {
  readonly primitives: Primitives
  readonly master: MasterKeys
}

/** Who asks, and when, in milliseconds since 1970. */
interface Asker {
  readonly tenant: string
  readonly pool: string
  readonly now: number
}

/** `v<version of the master key>.<base64 of time, 16 random bytes, HMAC-SHA256>`. */
export function newChallenge({ primitives, master }: ChallengeOptions, asker: Asker): string {
  const head = concat(timeBytes(asker.now), primitives.randomBytes(RANDOM_BYTES))
  const key = derivedKey(primitives, master, { version: master.newest, purpose: PURPOSE }) as Uint8Array
  return `v${master.newest}.${toBase64(concat(head, macOf(primitives, { key, head, asker })))}`
}

/** Throws `challenge_invalid` for one that this edge has not made for them within the last five minutes. */
export function checkChallenge(
  { primitives, master }: ChallengeOptions,
  { challenge, ...asker }: Asker & { readonly challenge: string },
): void {
  const [, version, text] = form.exec(challenge) ?? []
  const key = derivedKey(primitives, master, { version: Number(version), purpose: PURPOSE })
  const bytes = text === undefined ? null : decoded(text)
  if (key === null || bytes === null) throw new Fault('challenge_invalid')
  const head = bytes.subarray(0, TIME_BYTES + RANDOM_BYTES)
  const made = Number(new DataView(bytes.buffer, bytes.byteOffset, TIME_BYTES).getBigUint64(0))
  const genuine = equal(macOf(primitives, { key, head, asker }), bytes.subarray(head.length))
  const age = asker.now - made
  // Another instance has made it, by a clock of its own.
  const fresh = age < CHALLENGE_MS && age >= -MAX_CLOCK_SKEW_SECONDS * 1000
  if (!genuine || !fresh) throw new Fault('challenge_invalid')
}

function decoded(text: string): Uint8Array | null {
  try {
    const bytes = fromBase64(text)
    return bytes.length === TIME_BYTES + RANDOM_BYTES + MAC_BYTES ? bytes : null
  } catch {
    return null
  }
}

function macOf(
  p: Primitives,
  { key, head, asker }: {
    readonly key: Uint8Array
    readonly head: Uint8Array
    readonly asker: Omit<Asker, 'now'>
  },
): Uint8Array {
  return p.hmacSha256(key, lengthPrefixed(head, utf8(asker.tenant), utf8(asker.pool)))
}

function timeBytes(ms: number): Uint8Array {
  const out = new Uint8Array(TIME_BYTES)
  new DataView(out.buffer).setBigUint64(0, BigInt(ms))
  return out
}
