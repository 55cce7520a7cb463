/** The chain of trust documents, walked from the pin. FORMAT.md, "Trust chain". */
import { fromBase64 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import type { Pin } from '../schemas/pin.ts'
import type { TrustDocument } from '../schemas/trust_document.ts'
import { keyId } from '../seal/key_id.ts'
import type { Primitives } from '../seal/primitives.ts'
import { readUnverified, type SignedDocument, verifyDocument } from '../sign/documents.ts'

/** A document of this age in the future is a clock that is wrong, here or at the signer. */
const CLOCK_SKEW_MS = 600_000

export type Trusted = Pick<SignedDocument<'trust'>, 'document' | 'hash'>

/** A place in the chain that was reached before: the floor's, or the agent's own. */
export interface Seen {
  readonly version: number
  readonly hash: string
}

const rootKeys = ({ roots }: TrustDocument) => roots.keys.map((key) => fromBase64(key))

function signedByRootsOf(p: Primitives, authority: TrustDocument, dsse: unknown): SignedDocument<'trust'> {
  return verifyDocument(p, {
    type: 'trust',
    dsse,
    keys: rootKeys(authority),
    threshold: authority.roots.threshold,
  })
}

/** Key ids are what the keys say they are. */
function checkKids(p: Primitives, { sealing_keys, readers, recovery }: TrustDocument): void {
  for (const key of [...sealing_keys, ...readers, ...(recovery === null ? [] : [recovery])]) {
    if (keyId(p, fromBase64(key.public)) !== key.kid) {
      throw new Fault('trust_invalid', 'A key id of the trust document is not that of its key.')
    }
  }
}

/**
 * The document that the pin names. Its hash is what vouches for it; it has to be signed by its own roots all the
 * same. Throws `pin_mismatch`, `signature_invalid`, `document_invalid`, `trust_invalid`.
 */
export function verifyPinned(p: Primitives, pin: Pin, dsse: unknown): Trusted {
  const { document, hash } = readUnverified(p, 'trust', dsse)
  if (hash !== pin.hash || document.version !== pin.version || document.tenant !== pin.tenant) {
    throw new Fault('pin_mismatch')
  }
  signedByRootsOf(p, document, dsse)
  checkKids(p, document)
  return { document, hash }
}

/**
 * The document after `last`: the thresholds of both have signed it, and it says that it follows. Throws
 * `signature_invalid`, `document_invalid`, `trust_invalid`.
 */
export function verifyNext(p: Primitives, last: Trusted, dsse: unknown): Trusted {
  const { document, hash } = signedByRootsOf(p, last.document, dsse)
  signedByRootsOf(p, document, dsse)
  const follows = document.tenant === last.document.tenant &&
    document.version === last.document.version + 1 &&
    document.previous === last.hash &&
    document.issued >= last.document.issued
  if (!follows) throw new Fault('trust_invalid')
  checkKids(p, document)
  return { document, hash }
}

/**
 * Walks from the pin through every version to the last one given. Expired documents may stand in between. Each of
 * `seen` must lie on the way: a chain that ends before it is rolled back, one that passes it with another hash is
 * forked; what was seen before the pin is older than the pin's word and is not asked.
 *
 * Throws `trust_missing` on no documents, `trust_rolled_back`, `trust_forked`, and what `verifyPinned` and
 * `verifyNext` throw. Whether the last one has expired is `checkCurrent`'s business.
 */
export function verifyChain(
  p: Primitives,
  given: { readonly pin: Pin; readonly documents: readonly unknown[]; readonly seen: readonly Seen[] },
): Trusted {
  const [first, ...rest] = given.documents
  if (first === undefined) throw new Fault('trust_missing')
  let last = verifyPinned(p, given.pin, first)
  const hashes = new Map([[last.document.version, last.hash]])
  for (const dsse of rest) {
    last = verifyNext(p, last, dsse)
    hashes.set(last.document.version, last.hash)
  }
  for (const { version, hash } of given.seen) {
    if (version < given.pin.version) continue
    const found = hashes.get(version)
    if (found === undefined) throw new Fault('trust_rolled_back')
    if (found !== hash) throw new Fault('trust_forked')
  }
  return last
}

/** Throws `trust_expired` when a run may no longer start on this document. `now` is this host's clock, in ms. */
export function checkCurrent({ issued, expires }: TrustDocument, now: number): void {
  if (now >= Date.parse(expires)) throw new Fault('trust_expired')
  if (now < Date.parse(issued) - CLOCK_SKEW_MS) {
    throw new Fault('trust_invalid', 'The trust document was issued in the future: is the clock right?')
  }
}
