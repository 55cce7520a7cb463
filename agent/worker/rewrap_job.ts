/** A batch of sealed records, from its lease to its report. Runs go on meanwhile: the batch gives way often. */
import { toBase64 } from '../../shared/bytes.ts'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Index } from '../../shared/schemas/index.ts'
import type { CompleteRewrap, RewrapJob, RewrapRecord } from '../../shared/schemas/rewrap.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import { backoffMs, sleep } from '../edge_client/transport.ts'
import type { Log } from '../logs/log.ts'
import { anchoredIndex } from '../runs/anchored_index.ts'
import { keepRefusal } from '../runs/refusal.ts'
import type { Footing, Footings } from '../trust/footing.ts'
import { openingKeys } from '../trust/ring.ts'
import { settled } from '../trust/settled.ts'
import type { Store } from '../trust/store.ts'
import { verdictOf } from './failures.ts'
import { envelopeHash, holdsActiveKeys, passOn, type Standing } from './rewrap_record.ts'

export interface RewrapOptions {
  readonly footings: Pick<Footings, 'read'>
  readonly anchor: Store
  readonly edge: Pick<AgentEdge, 'indexAfter' | 'completeRewrap'>
  readonly agentId: string
  /** Whose anchor it is. */
  readonly of: { readonly tenant: string; readonly pool: string }
  readonly now: () => number
  readonly log: Pick<Log, 'write'>
  /** Aborts when what is held has to be handed back now: a batch is left, and its lease runs out. */
  readonly handBack: AbortSignal
  /** Waits between looks at a floor that is ahead of the edge. */
  readonly pausesMs?: readonly number[]
}

/** So long the batch keeps the thread before everybody else has a turn. */
const turnMs = 10

type Records = CompleteRewrap['records']
type Refused = CompleteRewrap['refused']

/** Never throws: what happens is in the report, in the agent's log and, where it was refused, in the anchor. */
export async function rewrapJob(job: RewrapJob, options: RewrapOptions): Promise<void> {
  const { log, handBack } = options
  try {
    const standing = await stand(job, options)
    const records: Records = []
    const refused: Refused = []
    let turn = performance.now()
    for (const record of job.records) {
      if (handBack.aborted) return
      const { type, id, version } = record
      const outcome = attempt(record, standing)
      if (outcome instanceof Fault) {
        log.write('debug', 'a record is not passed on', { type, id, version, error: outcome })
        refused.push({ type, id, version, code: outcome.code })
      } else records.push({ type, id, version, ...outcome })
      if (performance.now() - turn < turnMs) continue
      await new Promise((resolve) => setImmediate(resolve))
      turn = performance.now()
    }
    await keepOnce(refused, options)
    await report(job, { records, refused }, options)
    const counts = { batch: job.batch, passed_on: records.length, refused: refused.length }
    log.write(refused.length === 0 ? 'info' : 'warn', 'records were passed on', counts)
  } catch (error) {
    if (handBack.aborted) return
    log.write('error', 'a batch of records could not be passed on', { batch: job.batch, error })
    if (error instanceof Fault && error.class === 'refused') await giveUp(job, error, options)
  }
}

/** Nothing of the batch may be opened: the edge is told so, record by record, and the anchor once. */
async function giveUp(job: RewrapJob, fault: Fault, options: RewrapOptions): Promise<void> {
  const refused = job.records.map(({ type, id, version }) => ({ type, id, version, code: fault.code }))
  try {
    await keepOnce(refused, options)
    await report(job, { records: [], refused }, options)
  } catch (error) {
    options.log.write('error', 'a refused batch could not be reported', { batch: job.batch, error })
  }
}

function attempt(
  record: RewrapRecord,
  standing: Standing,
): { readonly was: string; readonly sealed: string } | Fault {
  try {
    return { was: envelopeHash(record.sealed), sealed: toBase64(passOn(record, standing)) }
  } catch (cause) {
    return cause instanceof Fault ? cause : new Fault('rewrap_refused', undefined, { cause })
  }
}

/** Ring and pin, trust chain, floor, and the indexes of the projects that the records are of. */
async function stand(job: RewrapJob, options: RewrapOptions): Promise<Standing> {
  const { handBack: signal, footings, agentId } = options
  const footing = await settled(() => footings.read(signal), { ...options, signal })
  if (footing.floor?.deny.includes(agentId)) throw new Fault('denied', `The floor denies ${agentId}.`)
  if (!holdsActiveKeys(footing)) {
    throw new Fault(
      'kid_missing',
      'The ring lacks the active key of its pool, so nothing is passed on to it.',
    )
  }
  const projects = new Set(job.records.map(({ project }) => project).filter((one) => one !== null))
  const indexes = new Map<string, Index | Fault | null>()
  for (const project of projects) indexes.set(project, await indexOf(project, footing, options))
  return { footing, keys: openingKeys(footing.ring), indexes }
}

/** Null where nobody has ever seen one: a record may be stored before it is listed. A refusal is its records' own. */
async function indexOf(
  project: string,
  footing: Footing,
  options: RewrapOptions,
): Promise<Index | Fault | null> {
  const { handBack: signal } = options
  try {
    const look = () => anchoredIndex(project, { ...options, footing }, signal)
    return (await settled(look, { ...options, signal })).document
  } catch (error) {
    if (!(error instanceof Fault) || error.class !== 'refused') throw error
    const none = error.code === 'index_missing' && footing.floor?.index[project] === undefined
    return none ? null : error
  }
}

/** Once a code, however many records: what matters must not be pushed out of the last hundred by a big batch. */
async function keepOnce(refused: Refused, { anchor, of, now }: RewrapOptions): Promise<void> {
  for (const code of new Set(refused.map((one) => one.code as FaultCode))) {
    const fault = new Fault(code)
    if (fault.class === 'refused') await keepRefusal(anchor, of, { fault, run: null, now: now() })
  }
}

/** Until the edge has taken it, or the lease has run out: then the batch is somebody else's. */
async function report(
  { batch, lease: { fence, until } }: RewrapJob,
  end: { readonly records: Records; readonly refused: Refused },
  { edge, handBack, log, now }: RewrapOptions,
): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await edge.completeRewrap({ batch, fence }, end, handBack)
    } catch (error) {
      if (handBack.aborted) return
      const verdict = verdictOf(error)
      if (verdict === 'lost') return log.write('warn', 'a batch was lost before it was reported', { batch })
      if (verdict === 'final' || now() > Date.parse(until)) throw error
      await sleep(backoffMs(attempt, Math.random), handBack)
    }
  }
}
