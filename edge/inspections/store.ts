/** Orders to look at a connection, and the newest of what came of them. */
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import type { FaultCode } from '../../shared/faults.ts'
import type { SealedDocument } from '../../shared/schemas/connection_record.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type {
  Catalogue,
  CatalogueRecord,
  Inspection,
  InspectionRecord,
} from '../../shared/schemas/inspection.ts'
import { type Reader, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { RoomTables } from '../db/room_tables.ts'
import { isoTime } from '../trust/store.ts'

export type InspectionRow = RoomTables['inspection']

/** So often an order is handed out whose agents say nothing; the last one that fell silent ends it. */
export const MOST_CLAIMS = 3
/** Ended and expired ones are kept so long, for who asks how it went. */
const KEPT_MS = 86_400_000

/** A document that was checked, with its sealed part. */
export interface Signed<T> {
  readonly document: T
  readonly dsse: Dsse
  readonly hash: string
  /** Envelope, base64. */
  readonly sealed: string
}

export async function inspection(db: Reader, tenant: string, id: string): Promise<InspectionRow | null> {
  const row = await db.selectFrom('inspection').selectAll().where('tenant', '=', tenant).where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

/** Whether nobody holds it and somebody may still take it. */
export function isFree(row: InspectionRow, now: number): boolean {
  if (row.expires <= now) return false
  if (row.state === 'queued') return true
  return row.state === 'leased' && (row.lease_until ?? 0) <= now && row.fence < MOST_CLAIMS
}

/** Orders of a pool that wait, or whose lease has run out; the one that has waited longest first. */
export async function free(
  db: Reader,
  tenant: string,
  of: { readonly pool: string; readonly now: number; readonly take: number },
): Promise<InspectionRow[]> {
  return await db.selectFrom('inspection').selectAll().where('tenant', '=', tenant)
    .where('pool', '=', of.pool).where('state', 'in', ['queued', 'leased']).where('expires', '>', of.now)
    .where(({ or, and, eb }) =>
      or([
        eb('state', '=', 'queued'),
        and([eb('lease_until', '<=', of.now), eb('fence', '<', MOST_CLAIMS)]),
      ])
    )
    .orderBy('created').limit(of.take).execute()
}

/** What it is by now: time alone ends an order that nobody has carried out. */
export function toRecord(row: InspectionRow, now: number): InspectionRecord {
  const { state, code } = standing(row, now)
  return {
    id: row.id,
    project: row.project,
    connection_id: row.connection,
    version: row.version,
    pool: row.pool,
    action: row.action,
    state,
    ...(code === null ? {} : { code }),
    ...(row.count === null
      ? {}
      : row.action === 'test'
      ? { failed_checks: row.count }
      : { streams: row.count }),
    ...(row.agent === null ? {} : { agent_id: row.agent }),
    created: isoTime(row.created),
    expires: isoTime(row.expires),
    ...(row.finished === null ? {} : { finished: isoTime(row.finished) }),
  }
}

function standing(
  row: InspectionRow,
  now: number,
): { readonly state: InspectionRecord['state']; readonly code: FaultCode | null } {
  const code = row.code as FaultCode | null
  const held = row.state === 'leased' && (row.lease_until ?? 0) > now
  if (held || (row.state !== 'queued' && row.state !== 'leased')) return { state: row.state, code }
  if (isFree(row, now)) return { state: 'queued', code }
  return row.expires <= now
    ? { state: 'expired', code: 'request_expired' }
    : { state: 'failed', code: 'agent_lost' }
}

/** The same order again is `already_exists`. */
export function insertInspection(
  { document, dsse, sealed }: Signed<Inspection>,
  { id, now }: { readonly id: string; readonly now: number },
): Step[] {
  const { tenant, project, connection, pool, action, expires } = document
  const row: InspectionRow = {
    tenant,
    id,
    project,
    connection: connection.id,
    version: connection.version,
    hash: connection.hash,
    pool,
    action,
    state: 'queued',
    document: JSON.stringify(dsse),
    sealed: fromBase64(sealed),
    fence: 0,
    agent: null,
    lease_until: null,
    code: null,
    count: null,
    created: now,
    expires: Date.parse(expires),
    finished: null,
  }
  const old = writes.deleteFrom('inspection').where('tenant', '=', tenant).where(
    'expires',
    '<',
    now - KEPT_MS,
  )
  return [step(old), step(writes.insertInto('inspection').values(row), { otherwise: 'already_exists' })]
}

/** Refused with `conflict` unless it is as it was read. */
export function moveInspection(row: InspectionRow, set: Partial<InspectionRow>, otherwise: FaultCode): Step {
  const query = writes.updateTable('inspection').set(set).where('tenant', '=', row.tenant)
    .where('id', '=', row.id).where('fence', '=', row.fence).where('state', '=', row.state)
  return step(query, { otherwise })
}

/** The version that an order names; null where the edge lacks it or the connection was deleted. */
export async function inspected(
  db: Reader,
  tenant: string,
  of: { readonly connection: string; readonly version: number; readonly hash: string },
): Promise<SealedDocument | null> {
  const row = await db.selectFrom('connection_version as v').innerJoin(
    'connection as c',
    (join) => join.onRef('c.id', '=', 'v.id').onRef('c.tenant', '=', 'v.tenant'),
  )
    .select(['v.document', 'v.sealed']).where('v.tenant', '=', tenant).where('v.id', '=', of.connection)
    .where('v.version', '=', of.version).where('v.hash', '=', of.hash).where('c.deleted', 'is', null)
    .executeTakeFirst()
  return row === undefined
    ? null
    : { document: JSON.parse(row.document) as Dsse, sealed: toBase64(row.sealed) }
}

/** Takes the place of what was found before. */
export function putCatalogue({ document, dsse, hash, sealed }: Signed<Catalogue>, now: number): Step {
  const { tenant, connection, action, inspection: id } = document
  const content = {
    inspection: id,
    hash,
    document: JSON.stringify(dsse),
    sealed: fromBase64(sealed),
    created: now,
  }
  const query = writes.insertInto('catalogue').values({
    tenant,
    connection: connection.id,
    action,
    ...content,
  })
    .onConflict((conflict) => conflict.columns(['tenant', 'connection', 'action']).doUpdateSet(content))
  return step(query)
}

export async function catalogue(
  db: Reader,
  tenant: string,
  of: { readonly connection: string; readonly action: InspectionRow['action'] },
): Promise<CatalogueRecord | null> {
  const row = await db.selectFrom('catalogue').select(['action', 'document', 'sealed', 'created'])
    .where('tenant', '=', tenant).where('connection', '=', of.connection).where('action', '=', of.action)
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    action: row.action,
    document: JSON.parse(row.document) as Dsse,
    sealed: toBase64(row.sealed),
    created: isoTime(row.created),
  }
}
