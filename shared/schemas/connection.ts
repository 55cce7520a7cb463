import { z } from 'zod'
import { distinct, Hash, Id, Name, Version } from './fields.ts'

export const ConnectionKind = z.enum(['postgres', 'mysql', 'sqlite', 'libsql', 'files', 'https'])
export type ConnectionKind = z.infer<typeof ConnectionKind>

/** What is signed about a connection, and what the edge can see of it. */
export const Connection = z.strictObject({
  type: z.literal('connection'),
  tenant: Id,
  project: Id,
  id: Id,
  version: Version,
  name: Name,
  kind: ConnectionKind,
  pools: z.array(Name).min(1).max(16).refine(distinct),
  /** Personal connections and expected accounts have their place here; there are none yet. */
  owner: z.null(),
  account: z.null(),
  commitment: Hash,
})
export type Connection = z.infer<typeof Connection>

/**
 * What is sealed: the connector's own configuration, which the connector parses, and once more the pools that it is for.
 * Only who knows the credential can seal it for another pool: a signature under a copied commitment is not enough.
 */
export const ConnectionBody = z.strictObject({
  config: z.record(z.string(), z.unknown()),
  pools: z.array(Name).min(1).max(16).refine(distinct),
})
export type ConnectionBody = z.infer<typeof ConnectionBody>
