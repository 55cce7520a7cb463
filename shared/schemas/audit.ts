import { z } from 'zod'
import { Count, Hash, Version } from './fields.ts'

const NodeHash = z.string().regex(/^[A-Za-z0-9+/]{43}=$/)

export const AuditEntry = z.object({
  index: Count,
  leaf: z.string().meta({ description: 'The exact text that the Merkle tree hashes: JSON.' }),
  names: z.record(z.string(), z.object({ value: z.string(), salt: z.string() })).optional().meta({
    description:
      'Personal data that the leaf holds as SHA-256 over salt and value, each behind its length; left ' +
      'out when erased or when there is none. Salts are base64.',
  }),
}).meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>

export const AuditCheckpoint = z.object({
  checkpoint: z.string().meta({ description: 'A signed note (C2SP tlog-checkpoint) under the log key.' }),
  size: Count,
  root: Hash,
}).meta({ id: 'AuditCheckpoint' })
export type AuditCheckpoint = z.infer<typeof AuditCheckpoint>

/** RFC 9162 section 2.1.4. */
export const AuditConsistency = z.object({ from: Count, to: Count, proof: z.array(NodeHash) }).meta({
  id: 'AuditConsistency',
})

/** RFC 9162 section 2.1.3. */
export const AuditInclusion = z.object({
  index: Count,
  size: Version,
  leaf_hash: Hash,
  proof: z.array(NodeHash),
}).meta({ id: 'AuditInclusion' })
