/**
 * Everything that is checked about an order to look at a connection before anything is opened, in the order of a run's
 * checks: ring and pin, trust chain, floor, index, order and connection with their signers.
 */
import { Fault } from '../../shared/faults.ts'
import { inspectionId } from '../../shared/ids.ts'
import type { InspectJob } from '../../shared/schemas/inspection.ts'
import type { SignedDocument } from '../../shared/sign/documents.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { checkCurrent } from '../../shared/trust/chain.ts'
import type { VerifiedIndex } from '../../shared/trust/index_walk.ts'
import { native } from '../primitives.ts'
import { anchoredIndex } from '../runs/anchored_index.ts'
import { checkDenied, checkDocument, type Sealed, type VerifyOptions } from '../runs/verify.ts'
import { readAnchor } from '../trust/anchor.ts'
import type { Footing } from '../trust/footing.ts'
import { settled } from '../trust/settled.ts'

/** An order of which everything that can be checked without opening it has been. */
export interface VerifiedInspection {
  readonly id: string
  readonly footing: Footing
  readonly order: Sealed<'inspection'>
  readonly connection: Sealed<'connection'>
}

/** How often floor and anchor may change while an order is verified. */
const mostAttempts = 20
/** An order may be so much ahead of this host's clock. */
const skewMs = 600_000

/**
 * Throws a Fault of class `refused`, or a transient one when something could not be asked. When it returns, there was a
 * moment after the checks when floor and anchor named exactly what was verified.
 */
export async function verifyInspection(
  job: InspectJob,
  options: VerifyOptions,
  signal: AbortSignal,
): Promise<VerifiedInspection> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const standing = await settled(() => stand(job, options, signal), { ...options, signal })
    try {
      const verified = verifyDocuments(job, standing, options.now())
      if (await stillStands(job, standing, options)) return verified
    } catch (error) {
      if (await stillStands(job, standing, options)) throw error
    }
  }
  throw new Fault(
    'unavailable',
    'Trust document, floor and index change faster than an order can be verified.',
  )
}

interface Standing {
  readonly footing: Footing
  readonly index: VerifiedIndex
}

async function stand(job: InspectJob, options: VerifyOptions, signal: AbortSignal): Promise<Standing> {
  const footing = await options.footings.read(signal)
  checkDenied(footing, [options.agentId])
  return { footing, index: await anchoredIndex(job.project, { ...options, footing }, signal) }
}

async function stillStands(
  { project }: InspectJob,
  { footing, index }: Standing,
  { footings, anchor }: VerifyOptions,
): Promise<boolean> {
  const floor = await footings.floor(footing.pin.tenant)
  const root = await readAnchor(anchor, footing.ring)
  return JSON.stringify(floor) === JSON.stringify(footing.floor) &&
    root.trust?.hash === footing.chain.hash && root.index[project]?.hash === index.hash
}

function verifyDocuments(job: InspectJob, { footing, index }: Standing, now: number): VerifiedInspection {
  checkCurrent(footing.chain.document, now)
  const { project } = index.document
  const signed = verifyAuthored(native, {
    trust: footing.chain.document,
    deny: footing.floor?.deny ?? [],
    type: 'inspection',
    project,
    dsse: job.order.document,
  })
  checkOrder(signed, { job, footing, index, now })
  const { connection: wanted } = signed.document
  checkDenied(footing, [wanted.id])
  const connection = checkDocument(job.connection, {
    footing,
    index: index.document,
    type: 'connection',
    id: wanted.id,
  })
  const { version, pools, name } = connection.signed.document
  if (connection.signed.hash !== wanted.hash || version !== wanted.version) {
    throw new Fault('request_mismatch', `The order is for another version of ${name} than the index lists.`)
  }
  if (!pools.includes(footing.ring.pool)) {
    throw new Fault('wrong_pool', `The connection ${name} is not for the pool ${footing.ring.pool}.`)
  }
  return { id: job.inspection, footing, order: { signed, envelope: job.order.sealed }, connection }
}

function checkOrder(
  { document }: SignedDocument<'inspection'>,
  { job, footing, index, now }: Standing & { readonly job: InspectJob; readonly now: number },
): void {
  const { tenant, connection, issued, nonce, expires, pool } = document
  if (pool !== footing.ring.pool) throw new Fault('request_mismatch', 'The order is for another pool.')
  if (inspectionId(native, { tenant, connection: connection.id, issued, nonce }) !== job.inspection) {
    throw new Fault('request_mismatch', 'The inspection has another id than its order gives it.')
  }
  if (document.index > index.document.number) {
    throw new Fault(
      'index_rolled_back',
      `The order was signed by index ${document.index}; the edge shows an older one.`,
    )
  }
  if (now >= Date.parse(expires)) throw new Fault('request_expired')
  if (now < Date.parse(issued) - skewMs) {
    throw new Fault('request_expired', 'The order was issued in the future: is the clock right?')
  }
}
