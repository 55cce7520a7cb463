/** Trust documents as the API carries them. */
import { z } from 'zod'
import { Dsse } from './dsse.ts'
import { Base64, Hash, Time, Version } from './fields.ts'

/** What `POST /v1/trust` takes. `policy` is the envelope of the policy that the document commits to. */
export const PublishTrust = z.strictObject({
  document: Dsse,
  policy: z.strictObject({ version: Version, envelope: Base64.max(4 * 1024 * 1024) }).optional(),
})
export type PublishTrust = z.infer<typeof PublishTrust>

/** One version as it was published; `policy` is the sealed policy that it commits to, null where it has none. */
export const TrustRecord = z.object({
  version: Version,
  hash: Hash,
  document: Dsse,
  policy: Base64.nullable(),
  created: Time,
}).meta({ id: 'TrustRecord' })
export type TrustRecord = z.infer<typeof TrustRecord>

/** A line of the list: without the documents themselves. */
export const TrustSummary = z.object({
  version: Version,
  hash: Hash,
  issued: Time,
  expires: Time,
  created: Time,
}).meta({ id: 'TrustSummary' })
export type TrustSummary = z.infer<typeof TrustSummary>
