/** What an agent says to the edge and hears from it. Nothing that comes back is believed before it is verified. */
import type { Complete, Job, PollReply } from '../../shared/schemas/job.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { AgentCheckpoint, AgentReport, AgentSelf } from '../../shared/schemas/agent.ts'
import type { AnswerPossession, PossessionChallenges } from '../../shared/schemas/key_record.ts'
import type { CompleteInspection } from '../../shared/schemas/inspection.ts'
import type { CompleteRewrap } from '../../shared/schemas/rewrap.ts'
import type { SealedLog } from '../logs/relay.ts'
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

/** A batch of records as its lease names it. */
export interface HeldBatch {
  readonly batch: string
  readonly fence: number
}

/** How a look at a connection ended: a status, a code, a count, and what was found in sealed form. */
export type InspectionEnd = Omit<CompleteInspection, 'fence'>

/** What a poll gives: a job or null, and what has been published meanwhile, as the edge has it. */
export interface Polled extends Omit<PollReply, 'job'> {
  readonly job: Job | null
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
  /** `job` is null when there was nothing to do for as long as the poll stayed open. */
  poll(
    asked: {
      readonly slots: number
      readonly waitSeconds: number
      /** Size of the audit log in the anchor's checkpoint, 0 without one. */
      readonly logSize: number
      /** Runs of which to hear at once when they are to stop. */
      readonly held: readonly Held[]
      /** How this agent is. */
      readonly about: AgentReport
    },
    signal: AbortSignal,
  ): Promise<Polled>
  started(held: Held, signal: AbortSignal): Promise<void>
  heartbeat(held: Held, signal: AbortSignal): Promise<{ readonly cancel: boolean }>
  progress(held: Held, streams: readonly StreamProgress[], signal: AbortSignal): Promise<void>
  /** The sealed log of an attempt, before its end is told. */
  putLog(held: Held, log: SealedLog, signal: AbortSignal): Promise<void>
  complete(held: Held, end: Completion, signal: AbortSignal): Promise<void>
  /** What is sealed to keys of the pool, for this agent to open. */
  challenges(signal: AbortSignal): Promise<PossessionChallenges['challenges']>
  prove(answers: AnswerPossession['answers'], signal: AbortSignal): Promise<void>
  /** A signed receipt. */
  handIn(receipt: Dsse, signal: AbortSignal): Promise<void>
  completeRewrap(
    held: HeldBatch,
    end: Pick<CompleteRewrap, 'records' | 'refused'>,
    signal: AbortSignal,
  ): Promise<void>
  completeInspection(
    held: { readonly inspection: string; readonly fence: number },
    end: InspectionEnd,
    signal: AbortSignal,
  ): Promise<void>
  /** The newest checkpoint, and the proof that the tree of size `from` is its beginning. */
  checkpoint(from: number, signal: AbortSignal): Promise<AgentCheckpoint>
}
