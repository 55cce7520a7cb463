import { z } from 'zod'
import { distinct, Hash, Id, KeyId, Version } from './fields.ts'

/** The least that agents accept: written by those who publish, read by agents. */
export const Floor = z.strictObject({
  type: z.literal('floor'),
  tenant: Id,
  trust: z.strictObject({ version: Version, hash: Hash }),
  index: z.record(Id, z.strictObject({ number: Version, hash: Hash })),
  /** Key ids of signers, ids of agents and connections: the kill switch. */
  deny: z.array(z.union([KeyId, Id])).max(10_000).refine(distinct),
})
export type Floor = z.infer<typeof Floor>
