/** Connections as the API carries them. */
import { z } from 'zod'
import { ConnectionKind } from './connection.ts'
import { Dsse } from './dsse.ts'
import { Base64, Hash, Id, Name, Time, Version } from './fields.ts'

/** A signed document, and its sealed part as an envelope. */
export const SealedDocument = z.object({ document: Dsse, sealed: Base64 }).meta({ id: 'SealedDocument' })
export type SealedDocument = z.infer<typeof SealedDocument>

/** What creates a connection or pipeline, or a version of it: everything clear is inside the signed document. */
export const PutSealedDocument = z.strictObject({ document: Dsse, sealed: Base64.max(1024 * 1024) }).meta({
  id: 'PutSealedDocument',
})
export type PutSealedDocument = z.infer<typeof PutSealedDocument>

/** A line of the list. */
export const ConnectionSummary = z.object({
  id: Id,
  project: Id,
  name: Name,
  kind: ConnectionKind,
  version: Version,
  hash: Hash,
  pools: z.array(Name),
  created: Time,
  updated: Time,
}).meta({ id: 'ConnectionSummary' })
export type ConnectionSummary = z.infer<typeof ConnectionSummary>

export const ConnectionRecord = z.object({ ...ConnectionSummary.shape, document: Dsse, sealed: Base64 }).meta(
  { id: 'ConnectionRecord' },
)
export type ConnectionRecord = z.infer<typeof ConnectionRecord>
