/**
 * What the edge checks of a document before it keeps it. Agents check all of it again and believe nothing of this:
 * here it spares people from publishing what no agent would take.
 */
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import type { PublishTrust } from '../../shared/schemas/trust_record.ts'
import { describeEnvelope } from '../../shared/seal/envelope.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { type AuthoredType, verifyAuthored } from '../../shared/trust/authority.ts'
import { verifyNext, verifyPinned } from '../../shared/trust/chain.ts'
import { type LogKeyRow, logKeyRow } from '../audit/store.ts'
import type { Reader } from '../db/database.ts'
import type { Place } from '../http/grants.ts'
import { InvalidRequest } from '../http/problem.ts'
import { native } from '../primitives.ts'
import { currentTrust, indexRecord, type PublishedTrust, trustVersion } from './store.ts'

const wrong = (at: string, message: string) => new InvalidRequest([{ at, message }])

/** `nextLogKey` is set where the document names the next log key. */
export interface ReadTrust extends PublishedTrust {
  readonly nextLogKey: LogKeyRow | null
}

/**
 * A trust document that follows the newest one. Throws `document_invalid`, `trust_invalid`, `signature_invalid`,
 * `log_key_mismatch`, `invalid_request`; `conflict` when another one stands before it.
 */
export async function readTrust(db: Reader, tenant: string, body: PublishTrust): Promise<ReadTrust> {
  const { document, hash } = readUnverified(native, 'trust', body.document)
  if (document.tenant !== tenant) throw wrong('document/tenant', 'not your tenant')
  const logKeys = await logKeyRow(db, tenant)
  const [current, next] = [logKeys?.log_key, logKeys?.next_log_key].map((key) => key ? toBase64(key) : null)
  if (document.log_key !== current && document.log_key !== next) throw new Fault('log_key_mismatch')
  const before = document.version === 1 ? null : await trustVersion(db, tenant, document.version - 1)
  if (before === null) {
    if (document.version !== 1) throw new Fault('conflict')
    verifyPinned(native, { tenant, version: 1, hash }, body.document)
  } else {
    if (before.hash !== document.previous) throw new Fault('conflict')
    verifyNext(native, before, body.document)
  }
  checkPolicy(document, before?.document ?? null, body.policy)
  return { dsse: body.document, document, hash, nextLogKey: document.log_key === next ? logKeys : null }
}

/** A policy comes with the version that first commits to it; later ones may bring it sealed anew, and only it. */
function checkPolicy(
  document: TrustDocument,
  before: TrustDocument | null,
  given: PublishTrust['policy'],
): void {
  const { policy, version } = document
  if (given !== undefined && given.version !== policy?.version) {
    throw wrong('policy/version', 'not the policy that the document commits to')
  }
  if (policy !== null && policy.version === version && given === undefined) {
    throw wrong('policy', 'the document commits to a new policy: send its envelope')
  }
  if (policy !== null && policy.version !== version) {
    const same = before?.policy?.version === policy.version && before.policy.commitment === policy.commitment
    if (!same) throw wrong('document/policy', 'a new policy has the version of the document')
  }
  if (given !== undefined) {
    const kids = [...document.sealing_keys, ...document.readers].map(({ kid }) => kid)
    checkEnvelope(given.envelope, { at: 'policy/envelope', kids })
  }
}

/**
 * Where a signed document says that it belongs. Nothing of it has been checked: a handler that goes on by it reads it by
 * `readAuthored`. Throws Fault `document_invalid`.
 */
export function placeOfDocument(type: 'connection' | 'pipeline' | 'inspection', dsse: Dsse): Place {
  return { level: 'project', id: readUnverified(native, type, dsse).document.project }
}

/** An envelope can be parsed and is sealed to keys that are known; what it holds is nobody's business here. */
export function checkEnvelope(
  envelope: string,
  { at, kids, exactly = false }: {
    readonly at: string
    readonly kids: readonly string[]
    /** To each of them, and not only to some. */
    readonly exactly?: boolean
  },
): void {
  let described: { kids: string[] }
  try {
    described = describeEnvelope(fromBase64(envelope))
  } catch {
    throw wrong(at, 'not an envelope')
  }
  if (!described.kids.every((kid) => kids.includes(kid))) {
    throw wrong(at, 'sealed to a key that the current trust document does not list')
  }
  if (exactly && described.kids.length !== kids.length) {
    throw wrong(at, 'not sealed to everybody who should open it')
  }
}

/** The newest trust document. Throws `trust_missing` where nothing was published yet. */
export async function requireTrust(db: Reader, tenant: string): Promise<TrustDocument> {
  const trust = await currentTrust(db, tenant)
  if (trust === null) throw new Fault('trust_missing')
  return trust.document
}

/**
 * A document of this tenant, signed by somebody whose signature counts for it. Throws `document_invalid`,
 * `signature_invalid`, `signer_not_allowed`, `trust_missing`, `invalid_request`.
 */
export async function readAuthored<T extends AuthoredType>(
  db: Reader,
  tenant: string,
  given: { readonly type: T; readonly dsse: Dsse },
) {
  const { type, dsse } = given
  const { document } = readUnverified(native, type, dsse)
  if (document.tenant !== tenant) throw wrong('document/tenant', 'not your tenant')
  const trust = await requireTrust(db, tenant)
  const signed = verifyAuthored(native, { trust, deny: [], type, project: document.project, dsse })
  return { trust, dsse, document: signed.document, hash: signed.hash }
}

/** An index that follows the newest one of its project. Throws as `readAuthored`; `conflict` where it does not. */
export async function readIndex(
  db: Reader,
  tenant: string,
  given: { readonly project: string; readonly name: string; readonly dsse: Dsse },
) {
  const { project, name, dsse } = given
  const signed = await readAuthored(db, tenant, { type: 'index', dsse })
  const { document } = signed
  if (document.project !== project) throw wrong('document/project', 'not the project of the path')
  if (document.project_name !== name) throw wrong('document/project_name', 'not the name of the project')
  if (document.number > 1) {
    const before = await indexRecord(db, tenant, { project, number: document.number - 1 })
    if (before === null || before.hash !== document.previous) throw new Fault('conflict')
  }
  return signed
}
