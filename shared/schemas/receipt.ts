/** What agents hand to people through the edge, signed by the key of their pool. */
import { z } from 'zod'
import { distinct, Hash, Id, Key, KeyId, Line, Name, Time, Version } from './fields.ts'

/** What an agent stands on: it has verified this trust document and these indexes, and holds these keys. */
export const Receipt = z.strictObject({
  type: z.literal('receipt'),
  tenant: Id,
  pool: Name,
  agent: Id,
  trust: z.strictObject({ version: Version, hash: Hash }),
  index: z.record(Id, z.strictObject({ number: Version, hash: Hash })),
  /** Sealing keys of its ring that still open. */
  kids: z.array(KeyId).max(64).refine(distinct),
  /** The head of the audit log that its anchor holds; `root` in base64. */
  log: z.strictObject({ size: Version, root: Key }).nullable(),
  issued: Time,
})
export type Receipt = z.infer<typeof Receipt>

/** The pool vouches for an agent that comes without a person's approval. */
export const Enrolment = z.strictObject({
  type: z.literal('enrolment'),
  tenant: Id,
  pool: Name,
  agent_key: Key,
  /** Origin of the edge that this is for. */
  edge: z.string().min(1).max(300),
  challenge: Line,
  expires: Time,
})
export type Enrolment = z.infer<typeof Enrolment>

/** A run's log as its agent sealed it to the readers of the project. */
export const RunLog = z.strictObject({
  type: z.literal('log'),
  tenant: Id,
  project: Id,
  pool: Name,
  run: Id,
  pipeline: Id,
  agent: Id,
  /** Of the lease under which the attempt ran. */
  fence: Version,
  commitment: Hash,
})
export type RunLog = z.infer<typeof RunLog>

/** What is sealed. */
export const RunLogBody = z.strictObject({ lines: z.array(z.string()) })
export type RunLogBody = z.infer<typeof RunLogBody>
