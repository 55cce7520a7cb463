/** Connections: what their documents say in the clear, and every version as it came. */
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import type { Connection, ConnectionKind } from '../../shared/schemas/connection.ts'
import type { ConnectionRecord, ConnectionSummary } from '../../shared/schemas/connection_record.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { oneOf, type Reader, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { keepSealed } from '../trust/sealed_records.ts'
import { isoTime } from '../trust/store.ts'

/** A document that was checked, with its sealed part. */
export interface SignedConnection {
  readonly document: Connection
  readonly dsse: Dsse
  readonly hash: string
  /** Envelope, base64. */
  readonly sealed: string
}

const columns = [
  'id',
  'project',
  'name',
  'kind',
  'version',
  'hash',
  'pools',
  'created',
  'updated',
] as const

type Row = {
  readonly [K in (typeof columns)[number]]: K extends 'version' | 'created' | 'updated' ? number
    : K extends 'kind' ? ConnectionKind
    : string
}

function toSummary(row: Row): ConnectionSummary {
  return {
    ...row,
    pools: JSON.parse(row.pools) as string[],
    created: isoTime(row.created),
    updated: isoTime(row.updated),
  }
}

/** Oldest first. */
export async function connections(
  db: Reader,
  tenant: string,
  page: {
    readonly project: string | null
    /** Those that the list keeps to; null: all. */
    readonly projects: readonly string[] | null
    readonly after: string | null
    readonly take: number
  },
): Promise<ConnectionSummary[]> {
  let query = db.selectFrom('connection').select(columns).where('tenant', '=', tenant)
    .where('deleted', 'is', null).orderBy('id').limit(page.take)
  if (page.projects !== null) query = query.where('project', 'in', oneOf(page.projects))
  if (page.project !== null) query = query.where('project', '=', page.project)
  if (page.after !== null) query = query.where('id', '>', page.after)
  return (await query.execute()).map(toSummary)
}

/** The newest version; null when there is none, or it was deleted. */
export async function connection(db: Reader, tenant: string, id: string): Promise<ConnectionRecord | null> {
  const row = await db.selectFrom('connection as c').innerJoin(
    'connection_version as v',
    (join) =>
      join.onRef('v.id', '=', 'c.id').onRef('v.version', '=', 'c.version').on('v.tenant', '=', tenant),
  )
    .select(columns.map((name) => `c.${name}` as const)).select(['v.document', 'v.sealed'])
    .where('c.tenant', '=', tenant).where('c.id', '=', id).where('c.deleted', 'is', null).executeTakeFirst()
  if (row === undefined) return null
  const { document, sealed, ...rest } = row
  return { ...toSummary(rest), document: JSON.parse(document) as Dsse, sealed: toBase64(sealed) }
}

/** What does not change between versions, also of one that was deleted. */
export async function connectionPlace(
  db: Reader,
  tenant: string,
  id: string,
): Promise<{ readonly project: string; readonly kind: string; readonly created: number } | null> {
  const row = await db.selectFrom('connection').select(['project', 'kind', 'created'])
    .where('tenant', '=', tenant).where('id', '=', id).executeTakeFirst()
  return row ?? null
}

export function toRecord(
  signed: SignedConnection,
  times: { readonly created: number; readonly updated: number },
): ConnectionRecord {
  const { document: { id, project, name, kind, version, pools }, hash, dsse, sealed } = signed
  const created = isoTime(times.created)
  const updated = isoTime(times.updated)
  return { id, project, name, kind, version, hash, pools, created, updated, document: dsse, sealed }
}

function insertVersion(signed: SignedConnection, now: number): Step[] {
  const { document: { tenant, project, id, version, pools }, hash, dsse } = signed
  const envelope = fromBase64(signed.sealed)
  const row = { tenant, id, version, hash, document: JSON.stringify(dsse), sealed: envelope, created: now }
  const audience = { type: 'connection', project: null, pools } as const
  return [
    step(writes.insertInto('connection_version').values(row), { otherwise: 'conflict' }),
    ...keepSealed({ tenant, type: 'connection', id, version, project, audience, envelope }),
  ]
}

/** An id that was ever used, and a name that is in use, are `already_exists`. */
export function insertConnection(signed: SignedConnection, now: number): Step[] {
  const { document: { tenant, id, project, name, kind, version, pools }, hash } = signed
  const row = { tenant, id, project, name, kind, version, hash, pools: JSON.stringify(pools) }
  const times = { created: now, updated: now, deleted: null }
  return [
    step(writes.insertInto('connection').values({ ...row, ...times }), { otherwise: 'already_exists' }),
    ...insertVersion(signed, now),
  ]
}

/** Compare-and-set on the version before; `conflict` also when the name is in use. */
export function updateConnection(signed: SignedConnection, now: number): Step[] {
  const { document: { tenant, id, name, version, pools }, hash } = signed
  const query = writes.updateTable('connection')
    .set({ name, version, hash, pools: JSON.stringify(pools), updated: now })
    .where('tenant', '=', tenant).where('id', '=', id).where('version', '=', version - 1)
    .where('deleted', 'is', null)
  return [step(query, { otherwise: 'conflict' }), ...insertVersion(signed, now)]
}

/** Refused with `conflict` while a pipeline that is there uses it. */
export function deleteConnection(tenant: string, id: string, now: number): Step[] {
  const query = writes.updateTable('connection').set({ deleted: now })
    .where('tenant', '=', tenant).where('id', '=', id).where('deleted', 'is', null)
  const users = writes.updateTable('pipeline').set(({ ref }) => ({ updated: ref('updated') }))
    .where('tenant', '=', tenant).where('deleted', 'is', null)
    .where(({ or, eb }) => or([eb('source', '=', id), eb('destination', '=', id)]))
  const found = writes.deleteFrom('catalogue').where('tenant', '=', tenant).where('connection', '=', id)
  const limit = writes.deleteFrom('run_limit').where('tenant', '=', tenant).where(
    'scope',
    '=',
    `connection:${id}`,
  )
  return [
    step(query, { otherwise: 'not_found' }),
    step(limit),
    step(users, { rows: 0, otherwise: 'conflict' }),
    step(found),
  ]
}
