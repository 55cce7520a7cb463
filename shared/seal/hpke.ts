/**
 * HPKE (RFC 9180), base mode, single shot: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001,
 * ChaCha20-Poly1305 0x0003. Names are the RFC's own.
 */
import { concat, fromHex, utf8 } from '../bytes.ts'
import { expand, extract } from './hkdf.ts'
import { KEY_BYTES, NONCE_BYTES, type Primitives } from './primitives.ts'

export const ENC_BYTES = 32

const version = utf8('HPKE-v1')
const kemSuite = concat(utf8('KEM'), Uint8Array.of(0x00, 0x20))
const suite = concat(utf8('HPKE'), Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x03))
const modeBase = Uint8Array.of(0)
const empty = new Uint8Array(0)
const label = Object.fromEntries(
  ['eae_prk', 'shared_secret', 'info_hash', 'secret', 'key', 'base_nonce'].map((
    name,
  ) => [name, utf8(name)]),
) as Record<
  'eae_prk' | 'shared_secret' | 'info_hash' | 'secret' | 'key' | 'base_nonce',
  Uint8Array
>

interface Labeled {
  readonly suiteId: Uint8Array
  readonly label: Uint8Array
}

/** RFC 9180 §4. */
function labeledExtract(p: Primitives, { suiteId, label }: Labeled, salt: Uint8Array, ikm: Uint8Array) {
  return extract(p.hmacSha256, salt, concat(version, suiteId, label, ikm))
}

/** RFC 9180 §4. */
function labeledExpand(
  p: Primitives,
  { suiteId, label }: Labeled,
  from: { readonly prk: Uint8Array; readonly info: Uint8Array; readonly length: number },
) {
  const length = Uint8Array.of(from.length >> 8, from.length & 0xff)
  return expand(p.hmacSha256, from.prk, concat(length, version, suiteId, label, from.info), from.length)
}

/** RFC 9180 §4.1. */
function extractAndExpand(p: Primitives, dh: Uint8Array, kemContext: Uint8Array): Uint8Array {
  const prk = labeledExtract(p, { suiteId: kemSuite, label: label.eae_prk }, empty, dh)
  return labeledExpand(p, { suiteId: kemSuite, label: label.shared_secret }, {
    prk,
    info: kemContext,
    length: 32,
  })
}

/** RFC 9180 §4.1. The ephemeral private key is 32 bytes of `randomBytes`. Throws on a public key of low order. */
export function encap(p: Primitives, pkR: Uint8Array): { sharedSecret: Uint8Array; enc: Uint8Array } {
  const skE = p.randomBytes(KEY_BYTES)
  const enc = p.x25519.publicKey(skE)
  const dh = p.x25519.sharedSecret(skE, pkR)
  return { sharedSecret: extractAndExpand(p, dh, concat(enc, pkR)), enc }
}

/** RFC 9180 §4.1. Throws on an `enc` of low order. */
export function decap(p: Primitives, enc: Uint8Array, skR: Uint8Array): Uint8Array {
  const dh = p.x25519.sharedSecret(skR, enc)
  return extractAndExpand(p, dh, concat(enc, p.x25519.publicKey(skR)))
}

/** LabeledExtract("", "psk_id_hash", "") under this suite: mode_base has no pre-shared key, so it never changes. */
const pskIdHash = fromHex('431df6cd95e11ff49d7013563baf7f11588c75a6611ee2a4404a49306ae4cfc5')

/** RFC 9180 §5.1, mode_base, without the exporter secret, which nothing here uses. */
export function keySchedule(
  p: Primitives,
  sharedSecret: Uint8Array,
  info: Uint8Array,
): { key: Uint8Array; baseNonce: Uint8Array } {
  const infoHash = labeledExtract(p, { suiteId: suite, label: label.info_hash }, empty, info)
  const context = concat(modeBase, pskIdHash, infoHash)
  const secret = labeledExtract(p, { suiteId: suite, label: label.secret }, sharedSecret, empty)
  const derive = (label: Uint8Array, length: number) =>
    labeledExpand(p, { suiteId: suite, label }, { prk: secret, info: context, length })
  return { key: derive(label.key, KEY_BYTES), baseNonce: derive(label.base_nonce, NONCE_BYTES) }
}

/** RFC 9180 §6.1 SealBase. The nonce is that of sequence number 0. */
export function sealBase(
  p: Primitives,
  pkR: Uint8Array,
  given: { readonly info: Uint8Array; readonly aad: Uint8Array; readonly plaintext: Uint8Array },
): { enc: Uint8Array; ciphertext: Uint8Array } {
  const { sharedSecret, enc } = encap(p, pkR)
  const { key, baseNonce } = keySchedule(p, sharedSecret, given.info)
  return { enc, ciphertext: p.chacha20Poly1305.seal(key, baseNonce, given.aad, given.plaintext) }
}

/** RFC 9180 §6.1 OpenBase. Null when it does not open, whatever the reason. */
export function openBase(
  p: Primitives,
  skR: Uint8Array,
  given: {
    readonly enc: Uint8Array
    readonly info: Uint8Array
    readonly aad: Uint8Array
    readonly ciphertext: Uint8Array
  },
): Uint8Array | null {
  let sharedSecret: Uint8Array
  try {
    sharedSecret = decap(p, given.enc, skR)
  } catch {
    return null
  }
  const { key, baseNonce } = keySchedule(p, sharedSecret, given.info)
  return p.chacha20Poly1305.open(key, baseNonce, given.aad, given.ciphertext)
}
