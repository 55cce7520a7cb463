/** DHKEM(X25519, HKDF-SHA256), RFC 9180 §4.1, KEM 0x0020. */
import { concat, equal, utf8 } from '../bytes.ts'
import { labeledExpand, labeledExtract } from './hpke_labels.ts'
import type { Kem } from './kem.ts'
import { KEY_BYTES, type Primitives } from './primitives.ts'

const suiteId = concat(utf8('KEM'), Uint8Array.of(0x00, 0x20))
const empty = new Uint8Array(0)
const eaePrk = { suiteId, label: utf8('eae_prk') }
const sharedSecretLabel = { suiteId, label: utf8('shared_secret') }

function extractAndExpand(p: Primitives, dh: Uint8Array, kemContext: Uint8Array): Uint8Array {
  const prk = labeledExtract(p, eaePrk, empty, dh)
  return labeledExpand(p, sharedSecretLabel, { prk, info: kemContext, length: 32 })
}

/** A rotation opens many records with one key: its public half is remembered by the array, so that it goes with it. */
const known = new WeakMap<Uint8Array, { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }>()

function publicKeyOf(p: Primitives, privateKey: Uint8Array): Uint8Array {
  const before = known.get(privateKey)
  if (before && equal(before.privateKey, privateKey)) return before.publicKey
  const publicKey = p.x25519.publicKey(privateKey)
  known.set(privateKey, { privateKey: privateKey.slice(), publicKey })
  return publicKey
}

export const dhkemX25519: Kem = {
  id: 0x0020,
  publicKeyBytes: KEY_BYTES,
  encBytes: KEY_BYTES,
  publicKey: (p, privateKey) => p.x25519.publicKey(privateKey),
  /** The ephemeral private key is 32 bytes of `randomBytes`. */
  encap(p, pkR) {
    const skE = p.randomBytes(KEY_BYTES)
    const enc = p.x25519.publicKey(skE)
    const dh = p.x25519.sharedSecret(skE, pkR)
    return { sharedSecret: extractAndExpand(p, dh, concat(enc, pkR)), enc }
  },
  decap(p, enc, skR) {
    const dh = p.x25519.sharedSecret(skR, enc)
    return extractAndExpand(p, dh, concat(enc, publicKeyOf(p, skR)))
  },
}
