/**
 * One sealed record, passed on to the people and pools that it is for by now. Who they are is computed from the verified
 * trust document; what vouches for the record is checked before anything of it is opened.
 */
import { equal, fromBase64, fromUtf8, toHex } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { judge } from '../../shared/judge.ts'
import { type Connection, ConnectionBody } from '../../shared/schemas/connection.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Index } from '../../shared/schemas/index.ts'
import type { RunLog } from '../../shared/schemas/receipt.ts'
import type { RewrapRecord } from '../../shared/schemas/rewrap.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import {
  describeEnvelope,
  type OpeningKey,
  type Recipient,
  reseal,
  rewrap,
} from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { uncommit } from '../../shared/seal/record.ts'
import { publicKeyOf } from '../../shared/seal/suites.ts'
import { readUnverified, verifyDocument } from '../../shared/sign/documents.ts'
import { verifyAuthored, verifyPooled } from '../../shared/trust/authority.ts'
import {
  checkSealedPools,
  connectionRecipients,
  logRecipients,
  pipelineRecipients,
  policyRecipients,
} from '../../shared/trust/recipients.ts'
import { native } from '../primitives.ts'
import type { Footing } from '../trust/footing.ts'

export interface Standing {
  readonly footing: Footing
  readonly keys: readonly OpeningKey[]
  /** The newest index of each project of the job, or why it is refused: null where there has never been one. */
  readonly indexes: ReadonlyMap<string, Index | Fault | null>
}

/** What the signed side of a record says about its sealed side. */
interface Vouched {
  readonly context: Context
  readonly commitment: string
  readonly recipients: readonly Recipient[]
  /** What the body has to say as well. */
  readonly checkBody?: (body: Uint8Array) => void
}

/**
 * The envelope for the recipients of today: with the body and data key of before, or with new ones where a wrap is to a
 * compromised key or the suite changes. Throws what does not check, and `rewrap_stale` when nothing has to change.
 */
export function passOn(record: RewrapRecord, standing: Standing): Uint8Array {
  const { footing, keys } = standing
  const { context, commitment, recipients, checkBody } = vouchedFor(record, standing)
  const envelope = bytesOf(record.sealed)
  const { suite, kids } = describeEnvelope(envelope)
  const leaked = footing.chain.document.sealing_keys.some(({ kid, state }) =>
    state === 'compromised' && kids.includes(kid)
  )
  const wanted = recipients.map(({ publicKey }) => keyId(native, publicKey)).sort()
  const anew = leaked || recipients.some((one) => one.suite !== suite)
  if (!anew && wanted.join() === kids.toSorted().join()) {
    throw new Fault('rewrap_stale', 'The record is sealed to whom it should be.')
  }
  const check = (plaintext: Uint8Array) => {
    const body = uncommit(native, { plaintext, commitment })
    checkBody?.(body)
  }
  return (anew ? reseal : rewrap)(native, { context, envelope, keys, recipients, check })
}

/** SHA-256 in hex of an envelope: how the edge knows which one was passed on. */
export function envelopeHash(sealed: string): string {
  return toHex(native.sha256(bytesOf(sealed)))
}

function bytesOf(sealed: string): Uint8Array {
  try {
    return fromBase64(sealed)
  } catch (cause) {
    throw new Fault('envelope_invalid', undefined, { cause })
  }
}

function vouchedFor(record: RewrapRecord, standing: Standing): Vouched {
  switch (record.type) {
    case 'connection':
    case 'pipeline':
      return authored({ ...record, type: record.type }, standing)
    case 'log':
      return runLog(record, standing)
    case 'policy':
      return policy(record, standing)
  }
}

/** A record is what its document says: nothing that the job says about it beside the document counts. */
function checkNamed(
  { id, version, project }: RewrapRecord,
  signed: { readonly id: string; readonly version: number; readonly project: string },
): void {
  if (signed.id === id && signed.version === version && signed.project === project) return
  throw new Fault('rewrap_refused', 'The signed document is of another record than the job names.')
}

function documentOf({ document, project }: RewrapRecord): { dsse: Dsse; project: string } {
  if (document !== null && project !== null) return { dsse: document, project }
  throw new Fault('rewrap_refused', 'The job carries no signed document for the record.')
}

function authored(
  record: RewrapRecord & { readonly type: 'connection' | 'pipeline' },
  { footing: { chain, floor, ring }, indexes }: Standing,
): Vouched {
  const { type } = record
  const { dsse, project } = documentOf(record)
  const trust = chain.document
  const deny = floor?.deny ?? []
  if (deny.includes(record.id)) throw new Fault('denied', `The floor denies ${record.id}.`)
  const { document, hash } = verifyAuthored(native, { trust, deny, type, project, dsse })
  checkNamed(record, document)
  const pools = document.type === 'connection' ? document.pools : [document.pool]
  if (!pools.includes(ring.pool)) {
    throw new Fault('wrong_pool', `The ${type} ${document.name} is not for the pool ${ring.pool}.`)
  }
  const index = indexes.get(project)
  if (index instanceof Fault) throw index
  const entry = index?.entries[record.id]
  if (entry?.version === record.version && (entry.kind !== type || entry.hash !== hash)) {
    throw new Fault('not_at_index', `The ${type} ${entry.name} is not the one that the index lists.`)
  }
  const { tenant, id, version, commitment } = document
  return {
    context: { tenant, project, type, id, version, schema: schemas[type] },
    commitment,
    recipients: document.type === 'connection'
      ? connectionRecipients(trust, document)
      : pipelineRecipients(trust, document),
    ...(document.type === 'connection' ? { checkBody: (body) => checkPools(body, document) } : {}),
  }
}

function checkPools(body: Uint8Array, document: Connection): void {
  const parsed = judge(ConnectionBody, jsonOf(body))
  if (!parsed.success) throw new Fault('document_invalid', 'What is sealed is no connection.')
  checkSealedPools(parsed.data, document)
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(body))
  } catch {
    return null
  }
}

function runLog(record: RewrapRecord, { footing: { chain, floor, ring } }: Standing): Vouched {
  const { dsse, project } = documentOf(record)
  const trust = chain.document
  const { pool } = readUnverified(native, 'log', dsse).document
  // Another pool's key could else name that pool as the one that the log goes to.
  if (pool !== ring.pool) throw new Fault('wrong_pool', `The log is of the pool ${pool}.`)
  const document = signedLog(dsse, { chain, pool, deny: floor?.deny ?? [] })
  const { tenant, run: id, fence: version, commitment } = document
  checkNamed(record, { id, version, project: document.project })
  return {
    context: { tenant, project, type: 'log', id, version, schema: schemas.log },
    commitment,
    recipients: logRecipients(trust, document),
  }
}

/**
 * By the pool's key of today, or one that it had in a document on the way that was walked: what it signed then is still
 * passed on, and who reads it judges it by today's.
 */
function signedLog(
  dsse: Dsse,
  { chain, pool, deny }: {
    readonly chain: Footing['chain']
    readonly pool: string
    readonly deny: readonly string[]
  },
): RunLog {
  const by = (trust: TrustDocument) => verifyPooled(native, { trust, deny, type: 'log', pool, dsse }).document
  try {
    return by(chain.document)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'signature_invalid') throw error
    const keyIn = ({ pools }: TrustDocument) => pools.find(({ name }) => name === pool)?.key
    const tried = new Set([keyIn(chain.document)])
    for (const { document: walked } of chain.versions.toReversed()) {
      const { document } = readUnverified(native, 'trust', walked)
      const key = keyIn(document)
      if (key === undefined || tried.has(key)) continue
      tried.add(key)
      const signed = attempted(() => by(document))
      if (signed !== null) return signed
    }
    throw error
  }
}

function attempted<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}

/** The policy that a version of the trust document was the first to commit to. */
function policy({ id, version, project, document }: RewrapRecord, { footing: { chain } }: Standing): Vouched {
  const trust = chain.document
  const { tenant } = trust
  const commitment = commitmentOf(chain, version, document)
  if (id !== tenant || project !== null || commitment === null) {
    throw new Fault('rewrap_refused', 'No trust document that was walked commits to this policy.')
  }
  return {
    context: { tenant, project: null, type: 'policy', id, version, schema: schemas.policy },
    commitment,
    recipients: policyRecipients(trust),
  }
}

/**
 * By the current document, by one on the way that was walked, or – for a policy from before the pin – by the one that the
 * job shows, where the root keys of today have signed it.
 */
function commitmentOf(
  { document: trust, versions }: Footing['chain'],
  version: number,
  shown: Dsse | null,
): string | null {
  const of = (one: TrustDocument) => one.policy?.version === version ? one.policy.commitment : null
  const current = of(trust)
  if (current !== null) return current
  const walked = versions.find((one) => one.version === version)
  if (walked !== undefined) return of(readUnverified(native, 'trust', walked.document).document)
  if (shown === null) return null
  const { keys, threshold } = trust.roots
  const { document } = verifyDocument(native, {
    type: 'trust',
    dsse: shown,
    keys: keys.map((key) => fromBase64(key)),
    threshold,
  })
  return document.tenant === trust.tenant && document.version === version ? of(document) : null
}

/** Whether the ring has the key that its pool's records go to next: passed on without it, nobody here opens them. */
export function holdsActiveKeys({ ring, chain }: Footing): boolean {
  return chain.document.sealing_keys.every(({ kid, pool, state, public: key }) => {
    if (pool !== ring.pool || state !== 'active') return true
    const mine = ring.sealing.find((one) => one.kid === kid)
    return mine !== undefined && mine.state !== 'retired' && equal(fromBase64(key), publicOf(mine))
  })
}

function publicOf({ suite, private: secret }: Footing['ring']['sealing'][number]): Uint8Array {
  return publicKeyOf(native, suite, fromBase64(secret))
}
