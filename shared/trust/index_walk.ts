/** The index of a project, walked from the one that was seen last. FORMAT.md, "Index". */
import { Fault } from '../faults.ts'
import type { Dsse } from '../schemas/dsse.ts'
import type { Index } from '../schemas/index.ts'
import type { TrustDocument } from '../schemas/trust_document.ts'
import type { Primitives } from '../seal/primitives.ts'
import { readUnverified } from '../sign/documents.ts'
import { verifyAuthored } from './authority.ts'

export interface SeenIndex {
  readonly number: number
  readonly hash: string
}

export interface VerifiedIndex {
  readonly document: Index
  readonly hash: string
  readonly signers: readonly string[]
}

/** No version falls from one index to the next; an id keeps its kind. */
function checkVersions(highest: Map<string, { kind: string; version: number }>, { entries }: Index): void {
  for (const [id, { kind, version }] of Object.entries(entries)) {
    const before = highest.get(id)
    if (before && before.kind !== kind) throw new Fault('index_invalid', 'An id has changed its kind.')
    if (before && before.version > version) throw new Fault('version_fell')
    highest.set(id, { kind, version })
  }
}

/**
 * Verifies the last of `documents`, which stand oldest first without a gap. Its signature is judged by the current
 * trust document; those before it are vouched for by the hashes that lead back from it, so that a signer who has
 * left since does not break the way. `seen` are places that must lie on the way (the floor's, the agent's own):
 * the oldest document is at or before each of them, unless nothing was seen.
 *
 * Throws `index_missing` (none, or the way does not reach back to what was seen), `index_rolled_back`,
 * `index_forked`, `version_fell`, `index_invalid`, and what `verifyAuthored` throws.
 */
export function walkIndex(
  p: Primitives,
  given: {
    readonly trust: TrustDocument
    readonly deny: readonly string[]
    readonly project: string
    readonly documents: readonly Dsse[]
    readonly seen: readonly SeenIndex[]
  },
): VerifiedIndex {
  const { trust, deny, project, documents, seen } = given
  const newest = documents.at(-1)
  if (!newest) throw new Fault('index_missing')
  const last = verifyAuthored(p, { trust, deny, type: 'index', project, dsse: newest })
  const hashes = new Map<number, string>()
  const highest = new Map<string, { kind: string; version: number }>()
  let previous: { document: Index; hash: string } | null = null
  for (const dsse of documents) {
    const one: { document: Index; hash: string } = readUnverified(p, 'index', dsse)
    const { tenant, number } = one.document
    const follows = tenant === trust.tenant && one.document.project === project && (previous === null ||
      (number === previous.document.number + 1 && one.document.previous === previous.hash &&
        // The name is what people go by when they sign, so a project keeps it.
        one.document.project_name === previous.document.project_name))
    if (!follows) throw new Fault('index_invalid')
    checkVersions(highest, one.document)
    hashes.set(number, one.hash)
    previous = one
  }
  for (const { number, hash } of seen) {
    if (number > last.document.number) throw new Fault('index_rolled_back')
    const found = hashes.get(number)
    if (found === undefined) throw new Fault('index_missing')
    if (found !== hash) throw new Fault('index_forked')
  }
  return last
}
