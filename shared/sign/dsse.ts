/** DSSE v1 signatures over bytes (github.com/secure-systems-lab/dsse, protocol.md). FORMAT.md, "Signed documents". */
import { concat, fromBase64, toBase64, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { judge } from '../judge.ts'
import { Dsse } from '../schemas/dsse.ts'
import { keyId } from '../seal/key_id.ts'
import type { Primitives } from '../seal/primitives.ts'

/** PAE(type, body): "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in decimal bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType)
  return concat(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload)
}

/** Signs with each of the seeds, in their order. */
export function sign(
  p: Primitives,
  given: {
    readonly payloadType: string
    readonly payload: Uint8Array
    readonly seeds: readonly Uint8Array[]
  },
): Dsse {
  const message = preAuthEncoding(given.payloadType, given.payload)
  return {
    payloadType: given.payloadType,
    payload: toBase64(given.payload),
    signatures: given.seeds.map((seed) => ({
      keyid: keyId(p, p.ed25519.publicKey(seed)),
      sig: toBase64(p.ed25519.sign(seed, message)),
    })),
  }
}

/** The same document with one more signature, in the place of an older one by the same key. */
export function addSignature(p: Primitives, dsse: Dsse, seed: Uint8Array): Dsse {
  const payload = fromBase64(dsse.payload)
  const [mine] = sign(p, { payloadType: dsse.payloadType, payload, seeds: [seed] }).signatures
  if (!mine) throw new Error('one seed makes one signature')
  return { ...dsse, signatures: [...dsse.signatures.filter(({ keyid }) => keyid !== mine.keyid), mine] }
}

export interface Verified {
  /** Exactly the bytes that were signed. */
  readonly payload: Uint8Array
  /** Key ids of those of the given keys that have signed, each once. */
  readonly signers: readonly string[]
}

/**
 * Which of `keys` have signed. The payload type and the keys are the caller's; the message names neither algorithm
 * nor authority. Signatures by other keys do not count and do no harm. Throws `document_invalid` on another shape
 * or payload type, and `signature_invalid` when one of the keys seems to have signed and has not, or stands twice.
 */
export function verify(
  p: Primitives,
  given: { readonly dsse: unknown; readonly payloadType: string; readonly keys: readonly Uint8Array[] },
): Verified {
  const parsed = judge(Dsse, given.dsse)
  if (!parsed.success || parsed.data.payloadType !== given.payloadType) throw new Fault('document_invalid')
  const { signatures } = parsed.data
  const payload = fromBase64(parsed.data.payload)
  const message = preAuthEncoding(given.payloadType, payload)
  const signers = new Set<string>()
  for (const key of given.keys) {
    const id = keyId(p, key)
    const claimed = signatures.filter(({ keyid }) => keyid === id)
    if (claimed.length === 0) continue
    const [only] = claimed
    if (claimed.length > 1 || !only || !p.ed25519.verify(key, message, fromBase64(only.sig))) {
      throw new Fault('signature_invalid')
    }
    signers.add(id)
  }
  return { payload, signers: [...signers] }
}
