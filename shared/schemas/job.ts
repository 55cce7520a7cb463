/** What an agent asks for, is given and reports. Every write after the claim carries the lease's fence. */
import { z } from 'zod'
import { MAX_POLL_SECONDS } from '../protocol.ts'
import { AgentCheckpoint, AgentReport } from './agent.ts'
import { SealedDocument } from './connection_record.ts'
import { Dsse } from './dsse.ts'
import { Count, Id, Time, Version } from './fields.ts'
import { InspectJob } from './inspection.ts'
import { RewrapJob } from './rewrap.ts'
import { Code, RunState, StreamProgress, StreamResult, Trigger } from './run.ts'

/** Rises with every claim of a run; a write with an older one is refused. */
export const Fence = Version

/** A run under the lease that the agent has of it. */
export const HeldByAgent = z.strictObject({ run: Id, fence: Fence })
export type HeldByAgent = z.infer<typeof HeldByAgent>

/**
 * `slots` is how many more jobs the agent has room for; a poll hands out one at most, and none where it is 0. `log_size`
 * is the size of the audit log in the checkpoint that its anchor keeps, 0 without one. Of protocol 2: `slots` 0, and
 * `held`, the runs of which the agent wants to hear at once that they are to stop, and `about`, how it is.
 */
export const Poll = z.strictObject({
  slots: z.int().min(0).max(1000),
  wait_seconds: z.int().min(0).max(MAX_POLL_SECONDS),
  log_size: Count,
  held: z.array(HeldByAgent).max(1000).optional(),
  about: AgentReport.optional(),
})
export type Poll = z.infer<typeof Poll>

/** A run that its agent is to stop: somebody wants that, or its lease is another's now. A wish: agents decide. */
export const Stop = z.object({ run: Id, why: z.enum(['cancelled', 'lease_lost']) })
export type Stop = z.infer<typeof Stop>

export const Lease = z.object({ fence: Fence, until: Time })

/** A run to carry out. The agent believes none of it before it has checked the signatures. */
export const RunJob = z.object({
  kind: z.literal('run'),
  run: z.object({
    id: Id,
    project: Id,
    pipeline_id: Id,
    index: Version,
    trigger: Trigger,
    attempt: Version,
    /** A signed request that lets the run be attempted again, after its attempts or its end. */
    redrive: Dsse.optional(),
  }),
  lease: Lease,
  pipeline: SealedDocument,
  connections: z.array(SealedDocument),
}).meta({ id: 'RunJob' })
export type RunJob = z.infer<typeof RunJob>

/** What an agent is asked to do: a closed set. */
export type Job = RunJob | RewrapJob | InspectJob

/** What has been published last, so that an agent knows at once when to read again. Hints: agents verify. */
export const Newest = z.object({
  trust: z.union([Version, z.null()]),
  indexes: z.record(Id, Version).meta({ description: 'By project: the number of its newest index.' }),
}).meta({ id: 'Newest' })
export type Newest = z.infer<typeof Newest>

/**
 * `log` comes now and then when the audit log is not at `log_size` any more: the newest checkpoint, and the proof.
 * Of protocol 2: `stop`, which of the runs that the poll named are to stop; `drain`, that the agent is handed nothing.
 */
export const PollReply = z.object({
  job: z.union([RunJob, RewrapJob, InspectJob, z.null()]),
  newest: Newest,
  log: z.union([AgentCheckpoint, z.null()]),
  stop: z.array(Stop).optional(),
  drain: z.boolean().optional(),
})
export type PollReply = z.infer<typeof PollReply>

export const HeldRun = z.strictObject({ fence: Fence })
export type HeldRun = z.infer<typeof HeldRun>

/** When the lease ends unless it is renewed again, and whether somebody wants the run to stop. */
export const HeartbeatReply = z.object({ until: Time, cancel: z.boolean() })
export type HeartbeatReply = z.infer<typeof HeartbeatReply>

const distinctIndexes = (streams: readonly { index: number }[]) =>
  new Set(streams.map(({ index }) => index)).size === streams.length

export const Progress = z.strictObject({
  fence: Fence,
  streams: z.array(StreamProgress).max(1000).refine(distinctIndexes, 'a stream stands there twice'),
})
export type Progress = z.infer<typeof Progress>

/** `released`: handed back unfinished by an agent that stops; it costs no attempt. */
export const CompleteStatus = z.enum(['succeeded', 'partial', 'failed', 'refused', 'cancelled', 'released'])
export type CompleteStatus = z.infer<typeof CompleteStatus>

/** How an attempt ended. `retry` says that another attempt may do better; it counts for failed and partial. */
export const Complete = z.strictObject({
  fence: Fence,
  status: CompleteStatus,
  code: Code.optional(),
  retry: z.boolean(),
  streams: z.array(StreamResult).max(10_000).refine(distinctIndexes, 'a stream stands there twice'),
}).meta({ id: 'Complete' })
export type Complete = z.infer<typeof Complete>

export const CompleteReply = z.object({ state: RunState })
export type CompleteReply = z.infer<typeof CompleteReply>
