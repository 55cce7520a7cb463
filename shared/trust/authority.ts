/** Whose signature counts for what: asked of the current trust document alone. */
import { fromBase64 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import type { Dsse } from '../schemas/dsse.ts'
import type { Duty, Signer, TrustDocument } from '../schemas/trust_document.ts'
import { keyId } from '../seal/key_id.ts'
import type { Primitives } from '../seal/primitives.ts'
import { type SignedDocument, verifyDocument } from '../sign/documents.ts'

/** What signers sign; trust documents are signed by roots. */
export type AuthoredType = 'connection' | 'pipeline' | 'index' | 'request' | 'inspection'

/** What agents hand to people, signed by the key of their pool. */
export type PooledType = 'receipt' | 'enrolment' | 'log' | 'catalogue'

const dutyOf: Readonly<Record<AuthoredType, Duty>> = {
  connection: 'connections',
  pipeline: 'pipelines',
  index: 'publish',
  request: 'runs',
  inspection: 'runs',
}

const covers = (projects: readonly string[], project: string) =>
  projects.includes('*') || projects.includes(project)

/** True when the trust document lets this signer key (base64) sign such things for this project. */
export function mayDo(
  document: TrustDocument,
  signerKey: string,
  { duty, project }: { readonly duty: Duty; readonly project: string },
): boolean {
  const signer = document.signers.find(({ key }) => key === signerKey)
  return signer !== undefined && signer.may.includes(duty) && covers(signer.projects, project)
}

/** The signer with this key id, or null. */
export function signerOf(p: Primitives, document: TrustDocument, id: string): Signer | null {
  return document.signers.find(({ key }) => keyId(p, fromBase64(key)) === id) ?? null
}

/**
 * Verifies a document by the signers that the trust document lists for it. `deny` are the ids that the floor denies;
 * a denied signer's signature does not count. Throws `signature_invalid` (no listed signer has signed this),
 * `signer_not_allowed` (one has who may not), `denied` (only denied ones have), `document_invalid`.
 */
export function verifyAuthored<T extends AuthoredType>(
  p: Primitives,
  given: {
    readonly trust: TrustDocument
    readonly deny: readonly string[]
    readonly type: T
    readonly project: string
    readonly dsse: Dsse
  },
): SignedDocument<T> {
  const { trust, deny, type, project, dsse } = given
  const keys = trust.signers.map(({ key }) => fromBase64(key))
  const signed = verifyDocument(p, { type, dsse, keys, threshold: 1 })
  if (signed.document.tenant !== trust.tenant || signed.document.project !== project) {
    throw new Fault('document_invalid', 'The document is of another tenant or project.')
  }
  const entitled = signed.signers.filter((id) => {
    const signer = signerOf(p, trust, id)
    return signer !== null && mayDo(trust, signer.key, { duty: dutyOf[type], project })
  })
  if (entitled.length === 0) throw new Fault('signer_not_allowed')
  const signers = entitled.filter((id) => !deny.includes(id))
  if (signers.length === 0) throw new Fault('denied')
  return { ...signed, signers }
}

/**
 * Verifies a document by the key of a pool of the current trust document. Throws `wrong_pool` (no such pool, or the
 * document names another), `signature_invalid`, `document_invalid`, and `denied` when the floor denies the pool's key.
 */
export function verifyPooled<T extends PooledType>(
  p: Primitives,
  given: {
    readonly trust: TrustDocument
    readonly deny: readonly string[]
    readonly type: T
    readonly pool: string
    readonly dsse: unknown
  },
): SignedDocument<T> {
  const { trust, deny, type, pool: name, dsse } = given
  const pool = trust.pools.find((one) => one.name === name)
  if (pool === undefined) throw new Fault('wrong_pool', `The trust document knows no pool ${name}.`)
  const key = fromBase64(pool.key)
  const signed = verifyDocument(p, { type, dsse, keys: [key], threshold: 1 })
  if (signed.document.tenant !== trust.tenant) {
    throw new Fault('document_invalid', 'The document is of another tenant.')
  }
  if (signed.document.pool !== name) throw new Fault('wrong_pool', 'The document is of another pool.')
  if (deny.includes(keyId(p, key))) throw new Fault('denied')
  return signed
}
