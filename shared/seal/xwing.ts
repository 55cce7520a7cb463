/**
 * X-Wing: ML-KEM-768 and X25519 under one secret, which holds while either does. HPKE's MLKEM768-X25519, KEM 0x647a
 * (draft-ietf-hpke-pq, draft-connolly-cfrg-xwing-kem).
 */
import { concat, equal, utf8 } from '../bytes.ts'
import type { Kem } from './kem.ts'
import { checkLength, KEY_BYTES, MLKEM_BYTES, type Primitives } from './primitives.ts'

/** `\.//^\`, the label of the combiner: the X of it is what the name is from. */
const label = utf8('\\.//^\\')

interface Expanded {
  readonly seed: Uint8Array
  readonly mlkem: Uint8Array
  readonly x25519: Uint8Array
  readonly publicKey: Uint8Array
}

/** Expanding a seed makes an ML-KEM key pair. Remembered by the array that holds the seed, so that it goes with it. */
const known = new WeakMap<Uint8Array, Expanded>()

/** expandDecapsulationKey: SHAKE256 of the seed gives d ‖ z of ML-KEM, then the X25519 private key. */
function expandKey(p: Primitives, seed: Uint8Array): Expanded {
  checkLength('private key', seed, KEY_BYTES)
  const before = known.get(seed)
  if (before && equal(before.seed, seed)) return before
  const stream = p.shake256(seed, MLKEM_BYTES.seed + KEY_BYTES)
  const mlkem = p.mlkem768.keyPair(stream.slice(0, MLKEM_BYTES.seed))
  const x25519 = stream.slice(MLKEM_BYTES.seed)
  const publicKey = concat(mlkem.publicKey, p.x25519.publicKey(x25519))
  const expanded = { seed: seed.slice(), mlkem: mlkem.privateKey, x25519, publicKey }
  known.set(seed, expanded)
  return expanded
}

/** The two secrets, then the X25519 half of what was sent and of whom it was sent to. */
function combine(
  p: Primitives,
  given: { mlkem: Uint8Array; x25519: Uint8Array; enc: Uint8Array; publicKey: Uint8Array },
): Uint8Array {
  return p.sha3_256(concat(given.mlkem, given.x25519, given.enc, given.publicKey, label))
}

export const xwing: Kem = {
  id: 0x647a,
  publicKeyBytes: MLKEM_BYTES.publicKey + KEY_BYTES,
  encBytes: MLKEM_BYTES.ciphertext + KEY_BYTES,
  publicKey: (p, seed) => expandKey(p, seed).publicKey.slice(),
  /** 64 bytes of `randomBytes`: 32 for ML-KEM, then the ephemeral X25519 private key. */
  encap(p, pkR) {
    checkLength('public key', pkR, xwing.publicKeyBytes)
    const random = p.randomBytes(2 * KEY_BYTES)
    const theirs = pkR.slice(MLKEM_BYTES.publicKey)
    const skE = random.slice(KEY_BYTES)
    const mlkem = p.mlkem768.encapsulate(pkR.slice(0, MLKEM_BYTES.publicKey), random.slice(0, KEY_BYTES))
    const enc = p.x25519.publicKey(skE)
    const dh = p.x25519.sharedSecret(skE, theirs)
    return {
      sharedSecret: combine(p, { mlkem: mlkem.sharedSecret, x25519: dh, enc, publicKey: theirs }),
      enc: concat(mlkem.ciphertext, enc),
    }
  },
  decap(p, given, skR) {
    checkLength('enc', given, xwing.encBytes)
    const { mlkem, x25519, publicKey } = expandKey(p, skR)
    const enc = given.slice(MLKEM_BYTES.ciphertext)
    return combine(p, {
      mlkem: p.mlkem768.decapsulate(mlkem, given.slice(0, MLKEM_BYTES.ciphertext)),
      x25519: p.x25519.sharedSecret(x25519, enc),
      enc,
      publicKey: publicKey.slice(MLKEM_BYTES.publicKey),
    })
  },
}
