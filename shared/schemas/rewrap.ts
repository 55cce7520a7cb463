/** Sealed records on their way to an agent of their pool and back, for the recipients that they should have by now. */
import { z } from 'zod'
import { Dsse } from './dsse.ts'
import { Base64, Count, Hash, Id, KeyId, Time, Version } from './fields.ts'
import { Code } from './run.ts'

export const RewrapType = z.enum(['connection', 'pipeline', 'policy', 'log'])
export type RewrapType = z.infer<typeof RewrapType>

/** One stored version of a sealed record. For a policy `id` is the tenant's and there is no document of its own. */
const RecordName = { type: RewrapType, id: Id, version: Version }

export const RewrapRecord = z.object({
  ...RecordName,
  project: z.union([Id, z.null()]),
  document: z.union([Dsse, z.null()]),
  sealed: Base64,
})
export type RewrapRecord = z.infer<typeof RewrapRecord>

/** Which records; nothing about who they are sealed to next: that is the agent's to know. */
export const RewrapJob = z.object({
  kind: z.literal('rewrap'),
  batch: Id,
  lease: z.object({ fence: Version, until: Time }),
  records: z.array(RewrapRecord),
}).meta({ id: 'RewrapJob' })
export type RewrapJob = z.infer<typeof RewrapJob>

/** `was` is the SHA-256 of the envelope that was given: a record that has changed meanwhile is left as it is. */
export const CompleteRewrap = z.strictObject({
  fence: Version,
  records: z.array(z.strictObject({ ...RecordName, was: Hash, sealed: Base64 })).max(10_000),
  refused: z.array(z.strictObject({ ...RecordName, code: Code })).max(10_000),
}).meta({ id: 'CompleteRewrap' })
export type CompleteRewrap = z.infer<typeof CompleteRewrap>

/** A campaign: every record whose envelope is not for the keys of the current trust document, batch after batch. */
export const Rewrap = z.object({
  id: Id,
  state: z.enum(['running', 'paused', 'done']),
  total: Count,
  done: Count,
  refused: Count,
  /** Records by the key that they are still sealed to and should not be. */
  remaining: z.record(KeyId, Count),
}).meta({ id: 'Rewrap' })
export type Rewrap = z.infer<typeof Rewrap>
