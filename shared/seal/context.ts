import { lengthPrefixed, utf8 } from '../bytes.ts'

/** A `ring` is the copy that its recovery key opens; it stays with the customer. */
export type RecordType =
  | 'connection'
  | 'pipeline'
  | 'policy'
  | 'log'
  | 'inspection'
  | 'catalogue'
  | 'possession'
  | 'ring'

/**
 * The place of a sealed record. A reader builds it from what it has verified, never from the envelope: a record that
 * was moved, relabelled or is of another version or tenant does not open.
 */
export interface Context {
  readonly tenant: string
  /** Null for what belongs to the tenant as a whole. */
  readonly project: string | null
  readonly type: RecordType
  readonly id: string
  readonly version: number
  /** What the plaintext looks like, from `schemas`. */
  readonly schema: string
}

/** The schema id of each record type's plaintext, as written today. */
export const schemas: Readonly<Record<RecordType, string>> = {
  connection: 'connection/1',
  pipeline: 'pipeline/1',
  policy: 'policy/1',
  log: 'log/1',
  inspection: 'inspection/1',
  catalogue: 'catalogue/1',
  possession: 'possession/1',
  ring: 'ring/1',
}

/** Six fields in order, each behind its length; a null project is an empty one, the version is decimal text. */
export function encodeContext(context: Context): Uint8Array {
  const { tenant, project, type, id, version, schema } = context
  if (!Number.isSafeInteger(version) || version < 1) throw new RangeError('a version counts from 1')
  if (project === '') throw new RangeError('a project is named or null')
  return lengthPrefixed(...[tenant, project ?? '', type, id, String(version), schema].map(utf8))
}
