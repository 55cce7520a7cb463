/** What an agent says to the edge and hears from it. Nothing that comes back is believed before it is verified. */
import type { Complete, RunJob } from '../../shared/schemas/job.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { AgentCheckpoint, AgentSelf } from '../../shared/schemas/agent.ts'
import type { StreamProgress } from '../../shared/schemas/run.ts'

export interface TrustVersion {
  readonly version: number
  readonly document: Dsse
  /** Envelope of the policy that this version commits to, in base64; null where it commits to none. */
  readonly policy: string | null
}

/** How an attempt ended, in codes and counts. */
export type Completion = Omit<Complete, 'fence'>

/** A run as its lease names it: what was claimed by an older fence is somebody else's now. */
export interface Held {
  readonly run: string
  readonly fence: number
}

/**
 * All of them throw Faults: `edge_unreachable`, `edge_unexpected`, what the edge answered (`lease_lost`, …), or the
 * signal's reason.
 */
export interface AgentEdge {
  self(signal: AbortSignal): Promise<AgentSelf>
  /** Versions after `version`, oldest first; empty when there are no more. */
  trustAfter(version: number, signal: AbortSignal): Promise<readonly TrustVersion[]>
  /** Indexes after `number`, oldest first; empty when there are no more. */
  indexAfter(project: string, number: number, signal: AbortSignal): Promise<readonly Dsse[]>
  /** Null when there was nothing to do for as long as the poll stayed open. */
  poll(
    asked: { readonly slots: number; readonly waitSeconds: number },
    signal: AbortSignal,
  ): Promise<RunJob | null>
  started(held: Held, signal: AbortSignal): Promise<void>
  heartbeat(held: Held, signal: AbortSignal): Promise<{ readonly cancel: boolean }>
  progress(held: Held, streams: readonly StreamProgress[], signal: AbortSignal): Promise<void>
  complete(held: Held, end: Completion, signal: AbortSignal): Promise<void>
  /** The newest checkpoint, and the proof that the tree of size `from` is its beginning. */
  checkpoint(from: number, signal: AbortSignal): Promise<AgentCheckpoint>
}
