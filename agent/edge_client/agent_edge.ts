/** What an agent says to the edge and hears from it. Nothing that comes back is believed before it is verified. */
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { FaultCode } from '../../shared/faults.ts'

export type Trigger =
  | { readonly kind: 'request'; readonly request: Dsse }
  | { readonly kind: 'api'; readonly day: string; readonly slot: number }

/** A document and what is sealed for it, in base64. */
export interface SealedDocument {
  readonly document: Dsse
  readonly sealed: string
}

export interface RunJob {
  readonly run: {
    readonly id: string
    readonly project: string
    readonly pipeline_id: string
    readonly index: number
    readonly trigger: Trigger
    readonly attempt: number
  }
  /** `until` is the edge's clock: the heartbeat's pace follows LEASE_SECONDS, not this. */
  readonly lease: { readonly fence: number; readonly until: string }
  readonly pipeline: SealedDocument
  readonly connections: readonly SealedDocument[]
}

export interface StreamReport {
  readonly index: number
  readonly route: 'direct' | 'restowed' | null
  readonly status: 'succeeded' | 'failed' | 'refused' | 'cancelled'
  readonly rows_read: number
  readonly rows: number
  readonly bytes: number
  readonly rejected: number
  readonly seconds: number
  readonly code?: FaultCode
}

/** How a run ended. Codes and counts: nothing that was read, written or said by a database. */
export interface Completion {
  readonly status: 'succeeded' | 'partial' | 'failed' | 'refused' | 'cancelled' | 'released'
  readonly code?: FaultCode
  /** Whether another attempt may end better. */
  readonly retry: boolean
  readonly streams: readonly StreamReport[]
}

export interface TrustVersion {
  readonly version: number
  readonly document: Dsse
  /** Envelope of the policy that this version commits to first, in base64. */
  readonly policy: string | null
}

/** All of them throw Faults: `edge_unreachable`, what the edge answered, or the signal's reason. */
export interface AgentEdge {
  self(signal: AbortSignal): Promise<{ readonly id: string; readonly state: string; readonly pool: string }>
  /** Versions after `version`, oldest first; empty when there are no more. */
  trustAfter(version: number, signal: AbortSignal): Promise<readonly TrustVersion[]>
  /** Indexes after `number`, oldest first; empty when there are no more. */
  indexAfter(project: string, number: number, signal: AbortSignal): Promise<readonly Dsse[]>
  poll(asked: { readonly slots: number; readonly waitSeconds: number }, signal: AbortSignal): Promise<RunJob | null>
  started(run: string, fence: number, signal: AbortSignal): Promise<void>
  heartbeat(run: string, fence: number, signal: AbortSignal): Promise<{ readonly cancel: boolean }>
  progress(
    run: string,
    at: { readonly fence: number; readonly streams: readonly { index: number; rows: number; bytes: number }[] },
    signal: AbortSignal,
  ): Promise<void>
  complete(run: string, fence: number, end: Completion, signal: AbortSignal): Promise<void>
  /** The newest checkpoint (a signed note) and the proof that the tree of size `from` is its beginning. */
  checkpoint(
    from: number,
    signal: AbortSignal,
  ): Promise<{ readonly checkpoint: string; readonly consistency: readonly string[] } | null>
}
