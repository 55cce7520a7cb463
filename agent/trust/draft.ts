/** The trust document that is being made here: edited, signed by as many root keys as it takes, then published. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { Dsse } from '../../shared/schemas/dsse.ts'
import { Base64, Version } from '../../shared/schemas/fields.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { readUnverified, signDocument, verifyDocument } from '../../shared/sign/documents.ts'
import { addSignature } from '../../shared/sign/dsse.ts'
import type { Trusted } from '../../shared/trust/chain.ts'
import { answer, asksOnly, type Edge, mayFollow } from '../edge_client/edge_client.ts'
import { handingIn } from '../edge_client/handing_in.ts'
import { readIfThere, writeAtomic } from '../files.ts'
import { parseFile, places } from '../home.ts'
import { native } from '../primitives.ts'
import { raiseFloor, readFloor } from './floor.ts'
import { firstFloor, newKey } from './new_tenant.ts'
import type { Store } from './store.ts'

export const Draft = z.strictObject({
  document: Dsse,
  /** The document that this one follows, by whose hash it is bound: who signs offline sees what changes. */
  previous: Dsse.nullable(),
  /** The envelope of the policy that this document is the first to commit to, or that is sealed anew for it. */
  policy: z.strictObject({ version: Version, envelope: Base64 }).nullable(),
})
export type Draft = z.infer<typeof Draft>

export function draftPath(home: string): string {
  return join(home, places.draft)
}

export function readDraft(home: string): Draft | null {
  return readDraftFile(draftPath(home))
}

/** Null when there is none. Throws `invalid_file`. */
export function readDraftFile(path: string): Draft | null {
  const text = readIfThere(path)
  return text === null ? null : parseFile(Draft, text, path)
}

export function writeDraft(home: string, draft: Draft): void {
  writeDraftFile(draftPath(home), draft)
}

export function writeDraftFile(path: string, draft: Draft): void {
  writeAtomic(path, JSON.stringify(draft, null, 2) + '\n')
}

export function dropDraft(home: string): void {
  rmSync(draftPath(home), { force: true })
}

/** A draft that nobody has signed. Bytes are kept as they will be signed: a throw-away key gives them that form. */
export function newDraft(
  document: TrustDocument,
  { previous, policy }: Pick<Draft, 'previous' | 'policy'>,
): Draft {
  const { dsse } = signDocument(native, { type: 'trust', document, seeds: [newKey('root').private] })
  return { document: dsse, previous, policy }
}

/** One root key that the draft can be signed with. */
export interface DraftRoot {
  readonly id: string
  /** Whose threshold its signature counts for: the document that is in force, the next one, or both. */
  readonly counts: 'before' | 'next' | 'both'
  readonly signed: boolean
}

/** A draft as it stands. */
export interface Gathered {
  readonly document: TrustDocument
  readonly hash: string
  /** What it follows; null in version 1. */
  readonly before: Trusted | null
  readonly roots: readonly DraftRoot[]
  /** Signatures that are missing for either threshold. */
  readonly missing: { readonly before: number; readonly next: number }
}

/** Throws `document_invalid`, `signature_invalid`, and `trust_invalid` when it does not follow what it carries. */
export function gathered(draft: Draft): Gathered {
  const { document, hash } = readUnverified(native, 'trust', draft.document)
  const before = draft.previous === null ? null : readUnverified(native, 'trust', draft.previous)
  if (
    document.previous !== (before?.hash ?? null) || (before && before.document.tenant !== document.tenant)
  ) {
    throw new Fault('trust_invalid', 'The draft does not follow the document that it carries.')
  }
  const had = signersOf(before?.document ?? document, draft.document)
  const has = signersOf(document, draft.document)
  const ids = (one: TrustDocument) => one.roots.keys.map((key) => keyId(native, fromBase64(key)))
  const earlier = before === null ? ids(document) : ids(before.document)
  const roots = [...new Set([...earlier, ...ids(document)])].map((id): DraftRoot => ({
    id,
    counts: !ids(document).includes(id) ? 'before' : earlier.includes(id) ? 'both' : 'next',
    signed: had.includes(id) || has.includes(id),
  }))
  const missing = {
    before: Math.max(0, (before?.document ?? document).roots.threshold - had.length),
    next: Math.max(0, document.roots.threshold - has.length),
  }
  return { document, hash, before, roots, missing }
}

/** Key ids of the roots of `authority` that have signed. Throws `signature_invalid` where one only seems to have. */
function signersOf(authority: TrustDocument, dsse: Dsse): readonly string[] {
  const keys = authority.roots.keys.map((key) => fromBase64(key))
  try {
    return verifyDocument(native, { type: 'trust', dsse, keys, threshold: 1 }).signers
  } catch (error) {
    const claimed = keys.some((key) => dsse.signatures.some(({ keyid }) => keyid === keyId(native, key)))
    if (claimed) throw error
    return []
  }
}

/**
 * The draft with one more root's signature; signatures that count for neither document are left out. Throws
 * `signer_not_allowed` when the key is a root of neither.
 */
export function signDraft(draft: Draft, seed: Uint8Array): Draft {
  const id = keyId(native, native.ed25519.publicKey(seed))
  if (!gathered(draft).roots.some((root) => root.id === id)) {
    throw new Fault('signer_not_allowed', `${id} is a root key of neither this draft nor what it follows.`)
  }
  return onlyRoots({ ...draft, document: addSignature(native, draft.document, seed) })
}

function onlyRoots(draft: Draft): Draft {
  const ids = gathered(draft).roots.map(({ id }) => id)
  const signatures = draft.document.signatures.filter(({ keyid }) => ids.includes(keyid))
  return { ...draft, document: { ...draft.document, signatures } }
}

/**
 * One draft with the signatures of all: people sign their copies wherever their keys are. Throws `conflict` when they
 * are not of one document, and `signature_invalid`.
 */
export function mergeDrafts(drafts: readonly [Draft, ...Draft[]]): Draft {
  const [first, ...others] = drafts
  const other = others.find(({ document }) => document.payload !== first.document.payload)
  if (other !== undefined) throw new Fault('conflict', 'These are drafts of two different documents.')
  const all = drafts.flatMap((draft) => {
    const signed = gathered(draft).roots.filter((root) => root.signed).map(({ id }) => id)
    return draft.document.signatures.filter(({ keyid }) => signed.includes(keyid))
  })
  const signatures = [...new Map(all.map((one) => [one.keyid, one])).values()]
  return { ...first, document: signatures.length === 0 ? first.document : { ...first.document, signatures } }
}

/**
 * Raises the floor first, where there is one: what it names, agents demand of every edge from then on. So the edge is
 * asked before that whether the document waits for a second person: a floor that is ahead for as long would stop runs.
 */
export async function publishDraft(
  draft: Pick<Draft, 'document' | 'policy'>,
  { edge, floor }: { readonly edge: Edge; readonly floor: Store | null },
): Promise<{ readonly version: number; readonly hash: string }> {
  const { document, hash } = readUnverified(native, 'trust', draft.document)
  const { version, tenant } = document
  const body = { document: draft.document, ...(draft.policy === null ? {} : { policy: draft.policy }) }
  const headers = { 'idempotency-key': hash }
  if (floor !== null) {
    // A floor that names it already has been raised by a call that was interrupted; one that is not there yet is not.
    const raised = await floor.read() !== null && (await readFloor(floor, tenant))?.trust.hash === hash
    if (!raised) {
      const asking = edge.POST('/v1/trust', { body, headers: { ...headers, ...asksOnly } })
      await handingIn('trust.write', mayFollow(asking))
    }
    const raise = (one: Floor): Floor => ({ ...one, trust: { version, hash } })
    await raiseFloor(floor, firstFloor({ tenant, version, hash }), raise)
  }
  const published = edge.POST('/v1/trust', { body, headers })
  await handingIn('trust.write', answer(published))
  return { version, hash }
}
