/**
 * Inspections: a person's signed order to look at one connection, carried out by an agent of a pool, and what comes of
 * it, sealed to readers. Names of streams and tables are in sealed parts alone.
 */
import { z } from 'zod'
import { Direction, InspectAction } from './catalogue.ts'
import { SealedDocument } from './connection_record.ts'
import { Dsse } from './dsse.ts'
import { Base64, Count, Hash, Id, Name, Time, Version } from './fields.ts'
import { Code } from './run.ts'

/** An order lives at most so long: within it an agent that was started anew may carry it out once more. */
export const MAX_INSPECTION_MS = 600_000

/** Bytes of a catalogue's envelope. */
export const MAX_CATALOGUE_BYTES = 4 * 1024 * 1024
const MAX_CATALOGUE_BASE64 = Math.ceil(MAX_CATALOGUE_BYTES / 3) * 4

const Inspected = z.strictObject({ id: Id, version: Version, hash: Hash })

/** The order. What it asks about is sealed to the pool, and committed to here. */
export const Inspection = z.strictObject({
  type: z.literal('inspection'),
  tenant: Id,
  project: Id,
  action: InspectAction,
  direction: Direction,
  pool: Name,
  /** The index that the signer looked at. */
  index: Version,
  connection: Inspected,
  /** 16 random bytes in hex. */
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  issued: Time,
  expires: Time,
  commitment: Hash,
}).refine(({ issued, expires }) => {
  const life = Date.parse(expires) - Date.parse(issued)
  return life > 0 && life <= MAX_INSPECTION_MS
}, 'expires is after issued, by at most ten minutes')
  .refine(
    ({ action, direction }) => action === 'test' || direction === 'read',
    'streams are found by reading',
  )
export type Inspection = z.infer<typeof Inspection>

/** What is sealed of an order: streams or targets of a test, patterns of names to discover. */
export const InspectionBody = z.strictObject({
  names: z.array(z.string().min(1).max(1024)).max(1000),
})
export type InspectionBody = z.infer<typeof InspectionBody>

/** What an agent of the pool found; the rest is sealed to the readers of the project. */
export const Catalogue = z.strictObject({
  type: z.literal('catalogue'),
  tenant: Id,
  project: Id,
  pool: Name,
  action: InspectAction,
  connection: Inspected,
  /** The order that it answers. */
  inspection: Id,
  agent: Id,
  issued: Time,
  commitment: Hash,
})
export type Catalogue = z.infer<typeof Catalogue>

/** An order to carry out. The agent believes none of it before it has checked the signatures. */
export const InspectJob = z.object({
  kind: z.literal('inspect'),
  inspection: Id,
  project: Id,
  lease: z.object({ fence: Version, until: Time }),
  order: SealedDocument,
  connection: SealedDocument,
}).meta({ id: 'InspectJob' })
export type InspectJob = z.infer<typeof InspectJob>

/** What `POST /v1/inspections` takes: the signed order, and what is sealed of it. */
export const CreateInspection = z.strictObject({ document: Dsse, sealed: Base64.max(64 * 1024) })
export type CreateInspection = z.infer<typeof CreateInspection>

/** `expired`: no agent has carried it out in time. */
export const InspectionState = z.enum(['queued', 'leased', 'succeeded', 'failed', 'refused', 'expired'])
  .meta({ id: 'InspectionState' })
export type InspectionState = z.infer<typeof InspectionState>

/** An inspection in states and counts. `failed_checks` is of a test, `streams` of a discovery. */
export const InspectionRecord = z.object({
  id: Id,
  project: Id,
  connection_id: Id,
  version: Version,
  pool: Name,
  action: InspectAction,
  state: InspectionState,
  code: Code.optional(),
  streams: Count.optional(),
  failed_checks: Count.optional(),
  agent_id: Id.optional(),
  created: Time,
  expires: Time,
  finished: Time.optional(),
}).meta({ id: 'Inspection' })
export type InspectionRecord = z.infer<typeof InspectionRecord>

/** How it ended. What was found comes with `succeeded`, and with nothing else; a test whose checks fail succeeds. */
export const CompleteInspection = z.strictObject({
  fence: Version,
  status: z.enum(['succeeded', 'failed', 'refused', 'released']),
  code: Code.optional(),
  /** Streams that were discovered, or checks that failed. */
  count: Count,
  found: z.strictObject({ document: Dsse, sealed: Base64.max(MAX_CATALOGUE_BASE64) }).optional(),
}).refine(({ status, found }) => (status === 'succeeded') === (found !== undefined), {
  message: 'what was found comes with success',
  path: ['found'],
})
export type CompleteInspection = z.infer<typeof CompleteInspection>

/** The newest one of a connection and an action. `document` is signed by the pool; `sealed` opens with a reader's key. */
export const CatalogueRecord = z.object({
  action: InspectAction,
  document: Dsse,
  sealed: Base64,
  created: Time,
}).meta({ id: 'CatalogueRecord' })
export type CatalogueRecord = z.infer<typeof CatalogueRecord>
