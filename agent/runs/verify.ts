/**
 * Everything that is checked about a job before any of it is opened, in this order: ring and pin, trust chain, floor,
 * index, document and its signer, trigger and limits. Each failure is a refusal with a code of its own.
 */
import { fromBase64, fromUtf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { Anchor, PipelineAnchor } from '../../shared/schemas/anchor.ts'
import type { Index } from '../../shared/schemas/index.ts'
import type { RunJob } from '../../shared/schemas/job.ts'
import type { SealedDocument } from '../../shared/schemas/connection_record.ts'
import type { DocumentType, SignedDocument } from '../../shared/sign/documents.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import { checkCurrent } from '../../shared/trust/chain.ts'
import type { VerifiedIndex } from '../../shared/trust/index_walk.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import { native } from '../primitives.ts'
import { readAnchor } from '../trust/anchor.ts'
import type { Footing, Footings } from '../trust/footing.ts'
import {
  enterPipeline,
  type PipelineOf,
  readPipelineAnchor,
  updatePipelineAnchor,
} from '../trust/pipeline_anchor.ts'
import { settled } from '../trust/settled.ts'
import type { Store } from '../trust/store.ts'
import { anchoredIndex } from './anchored_index.ts'
import { countAttempt, withoutAttempt } from './attempts.ts'
import { type Asked, type Checked, checkTrigger, type RunOrder } from './trigger.ts'

export interface VerifyOptions {
  readonly footings: Pick<Footings, 'read' | 'floor'>
  readonly anchor: Store
  readonly edge: Pick<AgentEdge, 'indexAfter'>
  readonly agentId: string
  readonly now: () => number
  /** Waits between looks at a floor that is ahead of the edge; about four seconds in all unless given. */
  readonly pausesMs?: readonly number[]
}

/** A signed document, and what is sealed for it. */
export interface Sealed<T extends DocumentType> {
  readonly signed: SignedDocument<T>
  readonly envelope: string
}

/** A job of which everything that can be checked without opening it has been. */
export interface VerifiedJob {
  readonly job: RunJob
  readonly footing: Footing
  readonly pipeline: Sealed<'pipeline'>
  readonly source: Sealed<'connection'>
  readonly destination: Sealed<'connection'>
  /** What the trigger orders: as a whole, by checked values. */
  readonly order: RunOrder
  /** Which attempt this is, as the anchor counts them, from 1; the edge's count decides nothing. */
  readonly attempt: number
}

type Documents = Omit<VerifiedJob, 'order' | 'attempt'>

/** How often floor and anchor may change while a job is verified. */
const mostAttempts = 20

/**
 * Throws a Fault of class `refused`, or a transient one when something could not be asked. When it returns, the attempt
 * is counted in the pipeline's object, and there was a moment after that when floor and anchor named exactly what was
 * verified: verifying takes as long as the edge wants it to, and what is revoked meanwhile counts.
 */
export async function verifyJob(
  job: RunJob,
  options: VerifyOptions,
  signal: AbortSignal,
): Promise<VerifiedJob> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const { footing, index } = await settled(() => stand(job, options, signal), { ...options, signal })
    const verified = verifyDocuments(job, footing, index)
    const counted = await count(verified, index, options)
    if (counted !== null) return { ...verified, ...counted }
  }
  throw new Fault('unavailable', 'Trust document, floor and index change faster than a job can be verified.')
}

function verifyDocuments(job: RunJob, footing: Footing, index: VerifiedIndex): Documents {
  const documents = { footing, index: index.document }
  const pipeline = checkDocument(job.pipeline, { ...documents, type: 'pipeline', id: job.run.pipeline_id })
  const { pool, connections } = pipeline.signed.document
  if (pool !== footing.ring.pool) throw new Fault('wrong_pool', `The pipeline is for the pool ${pool}.`)
  const source = checkConnection(job, connections.source, documents)
  const destination = checkConnection(job, connections.destination, documents)
  return { job, footing, pipeline, source, destination }
}

type Counted = Pick<VerifiedJob, 'order' | 'attempt'>

/**
 * Null, with nothing counted, when floor or anchor name something else by now: then all of it is verified anew.
 *
 * First counted, then looked: neither trust document nor index ever goes back, so what the root names after the count
 * it has named all along. An agent that is killed between the two has used up an attempt and carried nothing out.
 */
async function count(
  verified: Documents,
  index: VerifiedIndex,
  { footings, anchor, now }: VerifyOptions,
): Promise<Counted | null> {
  const { job, footing, pipeline } = verified
  const { chain, ring, pin } = footing
  const { tenant, pool } = ring
  const of = { tenant, pool, pipeline: pipeline.signed.document.id }
  checkCurrent(chain.document, now())
  const root = await enterPipeline(anchor, of, { since: index.document.issued, now: now() })
  const names = ({ trust, index: seen, lost }: Anchor) =>
    trust?.hash === chain.hash && seen[job.run.project]?.hash === index.hash && lost === root.lost
  if (!names(root)) return null
  const still = async () => {
    const floor = await footings.floor(pin.tenant)
    return JSON.stringify(floor) === JSON.stringify(footing.floor) && names(await readAnchor(anchor, ring))
  }
  // How the other run ended is written there before the edge hears of it, and stays so.
  const { after } = pipeline.signed.document.triggers
  const followed = after?.pool === pool ? { tenant, pool, pipeline: after.pipeline } : null
  const upstream = followed === null ? null : await readPipelineAnchor(anchor, followed)
  const asked = { job, footing, index, pipeline: pipeline.signed, upstream, root, now: now() }
  const attempt = await countIn(anchor, of, asked).catch(async (error) => {
    // Refused by what no longer counts: a newer trust document may allow it.
    if (error instanceof Fault && error.class === 'refused' && !await still()) return null
    throw error
  })
  if (attempt === null) return null
  const { checked, before, number } = attempt
  if (await still()) return { order: checked, attempt: number }
  await updatePipelineAnchor(anchor, of, (one) => withoutAttempt(one, checked, before))
  return null
}

interface CountedAttempt {
  readonly checked: Checked
  readonly before: PipelineAnchor
  readonly number: number
}

async function countIn(anchor: Store, of: PipelineOf, asked: Asked): Promise<CountedAttempt> {
  let last: CountedAttempt | null = null
  await updatePipelineAnchor(anchor, of, (before) => {
    const checked = checkTrigger(asked, before)
    const after = countAttempt(before, asked, checked)
    const number = after.runs.find(({ id }) => id === checked.id)?.attempts ?? 1
    last = { checked, before, number }
    return after
  })
  return last as unknown as CountedAttempt
}

interface Stand {
  readonly footing: Footing
  readonly index: VerifiedIndex
}

/** Ring and pin, trust chain, floor, index. */
async function stand(job: RunJob, options: VerifyOptions, signal: AbortSignal): Promise<Stand> {
  const footing = await options.footings.read(signal)
  checkDenied(footing, [options.agentId])
  return { footing, index: await checkIndex(job, { footing, options, signal }) }
}

/** Throws `denied`. */
export function checkDenied({ floor }: Footing, ids: readonly string[]): void {
  const denied = ids.find((id) => floor?.deny.includes(id))
  if (denied !== undefined) throw new Fault('denied', `The floor denies ${denied}.`)
}

interface IndexCheck {
  readonly footing: Footing
  readonly options: VerifyOptions
  readonly signal: AbortSignal
}

/** The newest index of the job's project; the anchor may name another one by the time that `count` looks. */
async function checkIndex(job: RunJob, { footing, options, signal }: IndexCheck): Promise<VerifiedIndex> {
  const { project, index: named } = job.run
  const index = await anchoredIndex(project, { ...options, footing }, signal)
  const { number } = index.document
  if (named > number) {
    throw new Fault(
      'index_missing',
      `The job names index ${named}, and the edge shows ${number} as the last.`,
    )
  }
  return index
}

interface DocumentCheck<T extends 'pipeline' | 'connection'> {
  readonly footing: Footing
  readonly index: Index
  readonly type: T
  readonly id: string
}

/** It is what the index lists under `id`, at exactly that hash, and its own author's signature counts. */
export function checkDocument<T extends 'pipeline' | 'connection'>(
  { document: dsse, sealed }: SealedDocument,
  { footing, index, type, id }: DocumentCheck<T>,
): Sealed<T> {
  const entry = index.entries[id]
  if (entry === undefined || entry.kind !== type) {
    throw new Fault('not_in_index', `Index ${index.number} lists no ${type} ${id}.`)
  }
  const signed = verifyAuthored(native, {
    trust: footing.chain.document,
    deny: footing.floor?.deny ?? [],
    type,
    project: index.project,
    dsse,
  })
  const { version, name } = signed.document
  const same = signed.document.id === id && version === entry.version && name === entry.name
  if (!same || signed.hash !== entry.hash) {
    throw new Fault(
      'not_at_index',
      `The ${type} ${entry.name} is not version ${entry.version} as index ${index.number} lists it.`,
    )
  }
  return { signed, envelope: sealed }
}

function checkConnection(
  job: RunJob,
  id: string,
  documents: { readonly footing: Footing; readonly index: Index },
): Sealed<'connection'> {
  checkDenied(documents.footing, [id])
  const sent = job.connections.find(({ document }) => idOf(document) === id)
  if (sent === undefined) throw new Fault('wrong_connection', `The job does not carry the connection ${id}.`)
  const connection = checkDocument(sent, { ...documents, type: 'connection', id })
  const { ring } = documents.footing
  if (!connection.signed.document.pools.includes(ring.pool)) {
    throw new Fault(
      'wrong_pool',
      `The connection ${connection.signed.document.name} is not for the pool ${ring.pool}.`,
    )
  }
  return connection
}

/** Only to find it among those that were sent; what it says is checked afterwards. */
function idOf(dsse: SealedDocument['document']): unknown {
  try {
    return JSON.parse(fromUtf8(fromBase64(dsse.payload))).id
  } catch {
    return null
  }
}
