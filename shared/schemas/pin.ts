import { z } from 'zod'
import { Hash, Id, Version } from './fields.ts'

/** Where a tenant's chain of trust documents starts: one version, by the hash of its payload. */
export const Pin = z.strictObject({ tenant: Id, version: Version, hash: Hash })
export type Pin = z.infer<typeof Pin>
