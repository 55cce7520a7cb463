import { z } from 'zod'
import { Base64, Count, Day, Hash, Id, Name, Time, Version } from './fields.ts'

/** Refusals that are kept one by one, the newest. */
export const MAX_REFUSALS = 100

const Code = z.string().regex(/^[a-z_]{1,64}$/)
const Refusal = z.strictObject({ at: Time, run: Id.nullable() })

/** One trigger that was accepted: its run may be attempted again, its trigger never makes another. */
export const AnchoredRun = z.strictObject({
  id: Id,
  pipeline: Id,
  trigger: z.enum(['api', 'request', 'schedule', 'webhook', 'after']),
  /** The UTC day that it counts for. */
  day: Day,
  /** Attempts that were begun, without those that were handed back. */
  attempts: Count,
  /** How its run ended for good; null while it may be attempted again. What is told about it again is this. */
  ended: z.strictObject({
    status: z.enum(['succeeded', 'partial', 'failed', 'refused', 'cancelled']),
    code: Code.nullable(),
  }).nullable(),
  /** Ids of the signed redrives that it has had; `attempts` counts from the last one on. */
  redrives: z.array(Id).max(1000).optional(),
  /** From then on the trigger itself is refused, and the entry may go. */
  until: Time,
})
export type AnchoredRun = z.infer<typeof AnchoredRun>

/** What agents of a pool remember where the edge cannot reach: written by compare-and-set. */
export const Anchor = z.strictObject({
  type: z.literal('anchor'),
  tenant: Id,
  pool: Name,
  /** Rises by one with every write: one that has fallen was rolled back. */
  generation: Count,
  /** When a lost anchor was made anew: what was triggered before cannot be told from what has run. Else null. */
  lost: Time.nullable(),
  /** The latest time of a host's clock at which an agent has looked here, within minutes: time does not go back. */
  clock: Time.nullable(),
  trust: z.strictObject({ version: Version, hash: Hash }).nullable(),
  /** The highest index seen of each project. */
  index: z.record(Id, z.strictObject({ number: Version, hash: Hash })),
  /**
   * Pipelines that an index has listed. `since`: when the first of those indexes was issued. `kept`: it has an object
   * of its own beside this one, and a missing one is lost.
   */
  pipelines: z.record(Id, z.strictObject({ since: Time, kept: z.boolean() })),
  /** Agent state under the state key, by `type/id`. */
  state: z.record(z.string().min(3).max(300), Base64),
  /** The last checkpoint of the audit log that was verified, as its signed note. */
  checkpoint: z.string().max(10_000).nullable(),
  /** What was ever refused, by code: whoever makes agents refuse a thousand jobs hides nothing by it. */
  refused: z.record(Code, z.strictObject({ count: Version, first: Refusal, last: Refusal })),
  /** The newest of them, one by one. */
  refusals: z.array(Refusal.extend({ code: Code })).max(MAX_REFUSALS),
})
export type Anchor = z.infer<typeof Anchor>

/** What is remembered of one pipeline: an object of its own, so that pipelines do not wait for one another. */
export const PipelineAnchor = z.strictObject({
  type: z.literal('pipeline_anchor'),
  tenant: Id,
  pool: Name,
  pipeline: Id,
  /** Starts at the milliseconds of its making and rises by one with every write. */
  generation: Count,
  /** The latest time at which a run was counted: a clock behind it counts none. */
  clock: Time.nullable(),
  /** The latest fire time of its schedule that was accepted. */
  fired: Time.nullable(),
  runs: z.array(AnchoredRun),
})
export type PipelineAnchor = z.infer<typeof PipelineAnchor>
