/**
 * The audit log as this side remembers it: each checkpoint has to continue the one before, or history was rewritten.
 */
import { fromBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { type Checkpoint, logOrigin, openCheckpoint, parseCheckpoint } from '../../shared/log/checkpoint.ts'
import { cosignNote, parseNote } from '../../shared/log/note.ts'
import { verifyConsistency } from '../../shared/log/proof.ts'
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
}

/**
 * Fetches the newest checkpoint, verifies it under the trust document's log key and against the anchor's, cosigns it
 * with the pool key and stores it in the anchor. Returns the log's size.
 *
 * Throws `checkpoint_invalid`, and `log_forked` when it does not continue what was seen: an alarm.
 */
export async function watchLog(
  { edge, anchor, footing, now }: WatchOptions,
  signal: AbortSignal,
): Promise<number> {
  const { ring, chain } = footing
  const key = { name: logOrigin(ring.tenant), publicKey: fromBase64(chain.document.log_key) }
  const seen = (await readAnchor(anchor, ring)).checkpoint
  const before = remembered(seen)
  const { checkpoint: note, consistency } = await newest(edge, before, signal)
  const after = openCheckpoint(native, note, key)
  if (before !== null) checkContinues(before, after, consistency)
  const signer = { name: `sallyport/pool/${ring.pool}`, seed: fromBase64(ring.pool_key) }
  const cosigned = cosignNote(native, { note, signer, time: Math.floor(now() / 1000) })
  await updateAnchor(anchor, ring, (one) => {
    // Another agent of the pool may have stored a newer one meanwhile; it has checked that for itself.
    const stored = remembered(one.checkpoint)
    return stored !== null && stored.size >= after.size ? one : { ...one, checkpoint: cosigned }
  })
  return after.size
}

/** The anchor's own: verified when it was stored, perhaps under a log key that has changed since. */
export function remembered(note: string | null): Checkpoint | null {
  const parsed = note === null ? null : parseNote(note)
  return parsed === null ? null : parseCheckpoint(parsed)
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
