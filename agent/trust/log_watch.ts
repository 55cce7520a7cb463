/**
 * The audit log as this side remembers it: each checkpoint has to continue the one before, or history was rewritten.
 */
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { type Checkpoint, logOrigin, openCheckpoint, parseCheckpoint } from '../../shared/log/checkpoint.ts'
import { cosignNote, parseNote } from '../../shared/log/note.ts'
import { verifyConsistency } from '../../shared/log/proof.ts'
import type { AgentCheckpoint } from '../../shared/schemas/agent.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import { native } from '../primitives.ts'
import { readAnchor, updateAnchor } from './anchor.ts'
import type { Footing } from './footing.ts'
import type { Store } from './store.ts'

export interface WatchOptions {
  readonly edge: Pick<AgentEdge, 'checkpoint'>
  readonly anchor: Store
  readonly footing: Footing
  readonly now: () => number
  /** What a poll has shown, to go on from `from` entries; it is fetched where none was, or the anchor has moved. */
  readonly shown?: (AgentCheckpoint & { readonly from: number }) | null
}

/** How often others of the pool may store a checkpoint while this one is looked at. */
const mostAttempts = 20

/**
 * Takes the newest checkpoint, verifies it under the trust document's log key and against the anchor's, cosigns it
 * with the pool key and stores it in the anchor. Returns the log's size.
 *
 * Throws `checkpoint_invalid`, and `log_forked` when it does not continue what was seen: an alarm.
 */
export async function watchLog(options: WatchOptions, signal: AbortSignal): Promise<number> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const size = await follow(attempt === 0 ? options : { ...options, shown: null }, signal)
    if (size !== null) return size
  }
  throw new Fault('unavailable', 'Others store checkpoints faster than this one can be verified.')
}

/** Null when the anchor's checkpoint has changed meanwhile: then what came was compared with nothing that counts. */
async function follow(
  { edge, anchor, footing, now, shown }: WatchOptions,
  signal: AbortSignal,
): Promise<number | null> {
  const { ring, chain } = footing
  const log = { name: logOrigin(ring.tenant), publicKey: fromBase64(chain.document.log_key) }
  const seen = (await readAnchor(anchor, ring)).checkpoint
  const before = remembered(seen)
  const fits = shown?.from === (before?.size ?? 0)
  const { checkpoint: note, consistency } = shown && fits ? shown : await newest(edge, before, signal)
  const after = openCheckpoint(native, note, log)
  if (before !== null) checkContinues(before, after, consistency)
  const signer = { name: `sallyport/pool/${ring.pool}`, seed: fromBase64(ring.pool_key) }
  let current = false
  await updateAnchor(anchor, ring, (one) => {
    // Two agents that were shown two logs must not both be right: the second is asked to continue the first's.
    current = one.checkpoint === seen
    if (!current || after.size === before?.size) return one
    const time = Math.floor(now() / 1000)
    return { ...one, checkpoint: cosignNote(native, { note, log, signer, time }) }
  })
  return current ? after.size : null
}

/**
 * The anchor's own: verified when it was stored, perhaps under a log key that has changed since. Null when nothing was
 * seen yet. Throws `checkpoint_invalid` on one that cannot be read: that is not the same as none.
 */
export function remembered(note: string | null): Checkpoint | null {
  if (note === null) return null
  const parsed = parseNote(note)
  const checkpoint = parsed === null ? null : parseCheckpoint(parsed)
  if (checkpoint !== null) return checkpoint
  throw new Fault(
    'checkpoint_invalid',
    'The checkpoint in the anchor cannot be read, so nothing says what the audit log was before.',
  )
}

/** An edge whose log is shorter than what was seen can prove nothing about it; what it shows is asked for all the same. */
async function newest(edge: WatchOptions['edge'], before: Checkpoint | null, signal: AbortSignal) {
  try {
    return await edge.checkpoint(before?.size ?? 0, signal)
  } catch (error) {
    if (before === null || !(error instanceof Fault) || error.class !== 'request') throw error
    return await edge.checkpoint(0, signal)
  }
}

function checkContinues(before: Checkpoint, after: Checkpoint, consistency: readonly string[]): void {
  const proof = consistency.map((hash) => fromBase64(hash))
  if (verifyConsistency(native, { from: before, to: after, proof })) return
  throw new Fault(
    'log_forked',
    `The audit log of ${after.size} entries does not continue the one of ${before.size} entries seen before.`,
  )
}
