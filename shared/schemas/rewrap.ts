/**
 * Rewrapping: sealed records pass to the keys that the current trust document names, batch by batch, by agents. No
 * message here names a recipient: agents compute them, and the edge only compares key ids.
 */
import { z } from 'zod'
import { Dsse } from './dsse.ts'
import { Base64, Count, Hash, Id, KeyId, Line, Time, Version } from './fields.ts'
import { Code } from './run.ts'

/** Records of a batch at most; a batch also ends near 2 MB of envelopes. */
export const MAX_BATCH_RECORDS = 200

/** What is kept sealed at the edge. */
export const RewrapType = z.enum(['connection', 'pipeline', 'policy', 'log']).meta({ id: 'RewrapType' })
export type RewrapType = z.infer<typeof RewrapType>

/** One stored version of a sealed record. The id of a policy is the tenant's, the version of a log its fence. */
export const RecordName = z.strictObject({ type: RewrapType, id: Id, version: Version })
export type RecordName = z.infer<typeof RecordName>

/**
 * A record to rewrap. `document` is what its author signed; null for a policy, whose commitment stands in the trust
 * document – a policy that the current one has left behind comes with the trust document of its own version.
 */
export const RewrapRecord = z.object({
  ...RecordName.shape,
  project: Id.nullable(),
  document: z.union([Dsse, z.null()]),
  sealed: Base64,
}).meta({ id: 'RewrapRecord' })
export type RewrapRecord = z.infer<typeof RewrapRecord>

/**
 * Records to seal to whoever the current trust document says: the agent computes that, and nothing in here says whom.
 * A batch is leased once; a late answer names a batch that is gone.
 */
export const RewrapJob = z.object({
  kind: z.literal('rewrap'),
  batch: Id,
  lease: z.object({ fence: Version, until: Time }),
  records: z.array(RewrapRecord),
}).meta({ id: 'RewrapJob' })
export type RewrapJob = z.infer<typeof RewrapJob>

/** `was` is SHA-256 of the envelope that was given: an envelope that is another one by now is left alone. */
export const Rewrapped = z.strictObject({
  ...RecordName.shape,
  was: Hash,
  sealed: Base64.max(4 * 1024 * 1024),
}).meta({ id: 'Rewrapped' })
export type Rewrapped = z.infer<typeof Rewrapped>

/** A record that the agent did not pass on, and why. */
export const RefusedRecord = z.strictObject({ ...RecordName.shape, code: Code }).meta({ id: 'RefusedRecord' })
export type RefusedRecord = z.infer<typeof RefusedRecord>

export const nameOfRecord = ({ type, id, version }: RecordName): string => `${type}/${id}/${version}`

/** What became of a batch. A record in neither list was not reached, and comes again. */
export const CompleteRewrap = z.strictObject({
  fence: Version,
  records: z.array(Rewrapped).max(MAX_BATCH_RECORDS),
  refused: z.array(RefusedRecord).max(MAX_BATCH_RECORDS),
}).refine(({ records, refused }) => {
  const names = [...records, ...refused].map(nameOfRecord)
  return new Set(names).size === names.length
}, 'a record stands there twice').meta({ id: 'CompleteRewrap' })
export type CompleteRewrap = z.infer<typeof CompleteRewrap>

/** `left` are those that come again: not reached, changed meanwhile, or not sealed to whom they have to be. */
export const CompleteRewrapReply = z.object({ done: Count, refused: Count, left: Count })
export type CompleteRewrapReply = z.infer<typeof CompleteRewrapReply>

/** `done`: nothing is left that an agent could rewrap. */
export const RewrapState = z.enum(['running', 'paused', 'done']).meta({ id: 'RewrapState' })
export type RewrapState = z.infer<typeof RewrapState>

export const Rewrap = z.object({
  id: Id,
  state: RewrapState,
  total: Count.meta({ description: 'Records done, refused and still to do.' }),
  done: Count,
  refused: Count.meta({
    description: 'Records that an agent did not pass on: not offered again in this one.',
  }),
  remaining: z.record(KeyId, Count).meta({
    description:
      'By key id: records that are sealed to it and are not to be any more. Empty when all is well.',
  }),
  created: Time,
  finished: Time.optional(),
}).meta({ id: 'Rewrap' })
export type Rewrap = z.infer<typeof Rewrap>

/**
 * A record that is sealed to a key. `name` is what people call it, where it has a name; `refused` says why an agent did
 * not pass it on in the newest rewrap.
 */
export const KeyRecord = z.object({
  ...RecordName.shape,
  project: Id.optional(),
  name: Line.optional(),
  rewrap: z.boolean().meta({ description: 'Whether it is sealed to others than it has to be.' }),
  refused: Code.optional(),
}).meta({ id: 'KeyRecord' })
export type KeyRecord = z.infer<typeof KeyRecord>
