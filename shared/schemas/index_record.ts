/** A project's indexes as the API carries them. */
import { z } from 'zod'
import { Dsse } from './dsse.ts'
import { Hash, Id, Time, Version } from './fields.ts'

/** What `POST /v1/projects/{id}/index` takes. */
export const PublishIndex = z.strictObject({ document: Dsse })
export type PublishIndex = z.infer<typeof PublishIndex>

export const IndexRecord = z.object({
  project: Id,
  number: Version,
  hash: Hash,
  document: Dsse,
  created: Time,
}).meta({ id: 'IndexRecord' })
export type IndexRecord = z.infer<typeof IndexRecord>
