/** What an attempt logged: sealed by its agent to the readers of the project, and passed on by the edge. */
import { z } from 'zod'
import { Dsse } from './dsse.ts'
import { Base64, Time, Version } from './fields.ts'

/** Bytes of a log's envelope. */
export const MAX_LOG_BYTES = 524_288

/** `document` is a `log` document under the key of the pool, `sealed` the envelope that it commits to. */
export const PutRunLog = z.strictObject({
  fence: Version.meta({
    description: 'Of the lease that is held; the log comes before the run is completed.',
  }),
  document: Dsse,
  sealed: Base64.max(1024 * 1024),
})
export type PutRunLog = z.infer<typeof PutRunLog>

export const RunLogRecord = z.object({ fence: Version, document: Dsse, sealed: Base64, created: Time }).meta({
  id: 'RunLogRecord',
})
export type RunLogRecord = z.infer<typeof RunLogRecord>
