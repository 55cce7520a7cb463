/** The suites of the envelope: which HPKE a record is wrapped with. A tenant has one; a record never has two. */
import { dhkemX25519 } from './dhkem.ts'
import type { Kem } from './kem.ts'
import { KEY_BYTES, type Primitives } from './primitives.ts'
import { xwing } from './xwing.ts'

/**
 * 1: DHKEM(X25519, HKDF-SHA256). 2: X-Wing, which also withstands a quantum computer. Both with HKDF-SHA256 and
 * ChaCha20-Poly1305.
 */
export type Suite = 1 | 2

const kems: Readonly<Record<Suite, Kem>> = { 1: dhkemX25519, 2: xwing }

export function isSuite(number: number): number is Suite {
  return number === 1 || number === 2
}

/** Throws a RangeError on a number that is no suite: types do not hold for what was parsed carelessly. */
export function kemOf(suite: Suite): Kem {
  if (!isSuite(suite)) throw new RangeError('a suite is 1 or 2')
  return kems[suite]
}

/** 32 random bytes: X25519's private key, or the seed that X-Wing's is made of. */
export function newPrivateKey(p: Primitives): Uint8Array {
  return p.randomBytes(KEY_BYTES)
}

/** 32 bytes in suite 1, 1,216 in suite 2. Throws a RangeError on a private key that is not 32 bytes long. */
export function publicKeyOf(p: Primitives, suite: Suite, privateKey: Uint8Array): Uint8Array {
  return kemOf(suite).publicKey(p, privateKey)
}
