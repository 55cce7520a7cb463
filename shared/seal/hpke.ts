/**
 * HPKE (RFC 9180), base mode, single shot, with HKDF-SHA256 0x0001 and ChaCha20-Poly1305 0x0003. Which KEM is an
 * argument. Names are the RFC's own.
 */
import { concat, equal, fromHex, utf8 } from '../bytes.ts'
import { labeledExpand, labeledExtract } from './hpke_labels.ts'
import type { Kem } from './kem.ts'
import { KEY_BYTES, NONCE_BYTES, type Primitives } from './primitives.ts'

const modeBase = Uint8Array.of(0)
const empty = new Uint8Array(0)
const [infoHashLabel, secretLabel, keyLabel, baseNonceLabel] = [
  utf8('info_hash'),
  utf8('secret'),
  utf8('key'),
  utf8('base_nonce'),
] as const

interface Ids {
  readonly suiteId: Uint8Array
  /** LabeledExtract("", "psk_id_hash", ""): mode_base has no pre-shared key, so it never changes. */
  readonly pskIdHash: Uint8Array
}

function idsOf(kem: number, pskIdHash: string): Ids {
  const suiteId = concat(utf8('HPKE'), Uint8Array.of(kem >> 8, kem & 0xff, 0x00, 0x01, 0x00, 0x03))
  return { suiteId, pskIdHash: fromHex(pskIdHash) }
}

const ids: Readonly<Record<number, Ids>> = {
  0x0020: idsOf(0x0020, '431df6cd95e11ff49d7013563baf7f11588c75a6611ee2a4404a49306ae4cfc5'),
  0x647a: idsOf(0x647a, '36b5ff5587a0300fc5557347ee599066af3ed897745f8ca8ca19b45f13abd977'),
}

/** Of the info that was asked for last: that of a tenant is the same for all of its records. */
let last: { readonly kem: Kem; readonly info: Uint8Array; readonly context: Uint8Array } | null = null

/** key_schedule_context of RFC 9180 §5.1. */
function scheduleContext(p: Primitives, kem: Kem, info: Uint8Array): Uint8Array {
  if (last && last.kem === kem && equal(last.info, info)) return last.context
  const { suiteId, pskIdHash } = ids[kem.id] as Ids
  const infoHash = labeledExtract(p, { suiteId, label: infoHashLabel }, empty, info)
  const context = concat(modeBase, pskIdHash, infoHash)
  last = { kem, info: info.slice(), context }
  return context
}

/** RFC 9180 §5.1, mode_base, without the exporter secret, which nothing here uses. */
export function keySchedule(
  p: Primitives,
  kem: Kem,
  given: { readonly sharedSecret: Uint8Array; readonly info: Uint8Array },
): { key: Uint8Array; baseNonce: Uint8Array } {
  const { suiteId } = ids[kem.id] as Ids
  const info = scheduleContext(p, kem, given.info)
  const prk = labeledExtract(p, { suiteId, label: secretLabel }, given.sharedSecret, empty)
  return {
    key: labeledExpand(p, { suiteId, label: keyLabel }, { prk, info, length: KEY_BYTES }),
    baseNonce: labeledExpand(p, { suiteId, label: baseNonceLabel }, { prk, info, length: NONCE_BYTES }),
  }
}

interface Kemmed {
  readonly kem: Kem
  readonly info: Uint8Array
  readonly aad: Uint8Array
}

/** RFC 9180 §6.1 SealBase. The nonce is that of sequence number 0. Throws as `Kem.encap` does. */
export function sealBase(
  p: Primitives,
  pkR: Uint8Array,
  given: Kemmed & { readonly plaintext: Uint8Array },
): { enc: Uint8Array; ciphertext: Uint8Array } {
  const { sharedSecret, enc } = given.kem.encap(p, pkR)
  const { key, baseNonce } = keySchedule(p, given.kem, { sharedSecret, info: given.info })
  return { enc, ciphertext: p.chacha20Poly1305.seal(key, baseNonce, given.aad, given.plaintext) }
}

/** RFC 9180 §6.1 OpenBase. Null when it does not open, whatever the reason. */
export function openBase(
  p: Primitives,
  skR: Uint8Array,
  given: Kemmed & { readonly enc: Uint8Array; readonly ciphertext: Uint8Array },
): Uint8Array | null {
  let sharedSecret: Uint8Array
  try {
    sharedSecret = given.kem.decap(p, given.enc, skR)
  } catch {
    return null
  }
  const { key, baseNonce } = keySchedule(p, given.kem, { sharedSecret, info: given.info })
  return p.chacha20Poly1305.open(key, baseNonce, given.aad, given.ciphertext)
}
