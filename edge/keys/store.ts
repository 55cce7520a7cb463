/** What the edge knows of keys: since when, on how many records, and what agents have said of them. */
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { FaultCode } from '../../shared/faults.ts'
import type { KeySummary, ReceiptRecord } from '../../shared/schemas/key_record.ts'
import type { KeyRecord, RewrapType } from '../../shared/schemas/rewrap.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { type Reader, step, writes } from '../db/database.ts'
import type { KeyTables } from '../db/key_tables.ts'
import type { Step } from '../db/plan.ts'
import { type Audience, kidsOf } from '../trust/sealed_records.ts'
import { isoTime } from '../trust/store.ts'
import { requirementsOf } from './required.ts'
import { type Group, groups, isOfTenant } from './rewrap_store.ts'

const DAY_MS = 86_400_000
/** Agents are asked for a proof once a day, and need a while to answer. */
export const FRESH_MS = 1.5 * DAY_MS

/** The sealing keys of a trust document, in its order. */
export async function keySummaries(
  db: Reader,
  tenant: string,
  of: { readonly trust: TrustDocument; readonly now: number },
): Promise<KeySummary[]> {
  const { trust, now } = of
  const first = await db.selectFrom('sealing_key').select(['kid', 'since']).where('tenant', '=', tenant)
    .execute()
  const since = new Map(first.map((row) => [row.kid, row.since]))
  const holders = await provenHolders(db, tenant)
  const counts = countsByKid(await groups(db, tenant))
  return trust.sealing_keys.map(({ kid, suite, pool, state }) => {
    const listed = since.get(kid) ?? Date.parse(trust.issued)
    const by_type = counts.get(kid) ?? noRecords()
    return {
      kid,
      suite,
      pool,
      state,
      since: isoTime(listed),
      age_days: Math.max(0, Math.floor((now - listed) / DAY_MS)),
      records: Object.values(by_type).reduce((sum, n) => sum + n, 0),
      by_type,
      holders: holders.filter((one) => one.kid === kid)
        .map(({ agent, proven }) => ({ agent, proven: isoTime(proven) })),
    }
  })
}

const noRecords = () => ({ connection: 0, pipeline: 0, policy: 0, log: 0 })

function countsByKid(all: readonly Group[]): Map<string, KeySummary['by_type']> {
  const counts = new Map<string, KeySummary['by_type']>()
  for (const { audience, sealed_to, records } of all) {
    const { type } = JSON.parse(audience) as Audience
    for (const kid of kidsOf(sealed_to)) {
      const count = counts.get(kid) ?? noRecords()
      count[type] += records
      counts.set(kid, count)
    }
  }
  return counts
}

/** Agents that are approved, and the keys that they have proven. */
async function provenHolders(db: Reader, tenant: string) {
  return await db.selectFrom('possession as p').innerJoin('agent as a', 'a.id', 'p.agent')
    .select(['p.kid', 'p.agent', 'p.proven']).where('p.tenant', '=', tenant).where('a.tenant', '=', tenant)
    .where('a.state', '=', 'approved').orderBy('p.kid').orderBy('p.agent').execute()
}

/** Whether the trust document lists the key in any role, or something is sealed to it. */
export async function isKnownKey(
  db: Reader,
  tenant: string,
  { kid, trust }: { readonly kid: string; readonly trust: TrustDocument },
): Promise<boolean> {
  return [...trust.sealing_keys, ...trust.readers].some((key) => key.kid === kid) ||
    (await groups(db, tenant)).some(({ sealed_to }) => kidsOf(sealed_to).includes(kid))
}

/** Where a page of records ends. */
export interface RecordPlace {
  readonly group: number
  readonly type: string
  readonly id: string
  readonly version: number
}

export type PlacedRecord = KeyRecord & { readonly place: RecordPlace }

/** Records that are sealed to a key, group by group. */
export async function keyRecords(
  db: Reader,
  tenant: string,
  of: {
    readonly kid: string
    readonly trust: TrustDocument
    readonly after: RecordPlace | null
    readonly take: number
  },
): Promise<PlacedRecord[]> {
  const { kid, trust, after, take } = of
  const sealed = (await groups(db, tenant)).filter(({ sealed_to }) => kidsOf(sealed_to).includes(kid))
    .filter(({ id }) => after === null || id >= after.group).sort((a, b) => a.id - b.id)
  const found: PlacedRecord[] = []
  for (const group of sealed) {
    if (found.length >= take) break
    const within = after?.group === group.id ? after : null
    found.push(...await groupRecords(db, tenant, { group, trust, after: within, take: take - found.length }))
  }
  return found
}

async function groupRecords(
  db: Reader,
  tenant: string,
  of: {
    readonly group: Group
    readonly trust: TrustDocument
    readonly after: RecordPlace | null
    readonly take: number
  },
): Promise<PlacedRecord[]> {
  const { group, trust, after, take } = of
  let query = db.selectFrom('sealed_record as r')
    .leftJoin('connection as c', (join) => join.onRef('c.tenant', '=', 'r.tenant').onRef('c.id', '=', 'r.id'))
    .leftJoin('pipeline as p', (join) => join.onRef('p.tenant', '=', 'r.tenant').onRef('p.id', '=', 'r.id'))
    .select([
      'r.type',
      'r.id',
      'r.version',
      'r.project',
      'r.refused',
      'c.name as connection',
      'p.name as pipeline',
    ])
    .where('r.grp', '=', group.id).where(isOfTenant(tenant))
  if (after !== null) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('r.tenant', 'r.type', 'r.id', 'r.version'),
        '>',
        tuple(tenant, after.type as RewrapType, after.id, after.version),
      )
    )
  }
  const rows = await query.orderBy('r.tenant').orderBy('r.type').orderBy('r.id').orderBy('r.version').limit(
    take,
  ).execute()
  const requirements = requirementsOf(trust)
  const unknown = requirements.of(group.audience) === null
  return rows.map(({ type, id, version, project, refused, connection, pipeline }) => {
    const name = type === 'connection' ? connection : type === 'pipeline' ? pipeline : null
    const code = unknown ? 'wrong_pool' : refused
    return {
      place: { group: group.id, type, id, version },
      type,
      id,
      version,
      ...(project === null ? {} : { project }),
      ...(name === null ? {} : { name }),
      rewrap: unknown || requirements.needs(group),
      ...(code === null ? {} : { refused: code as FaultCode }),
    }
  })
}

/** Keys that the agent has proven since then. */
export async function provenKeys(
  db: Reader,
  tenant: string,
  of: { readonly agent: string; readonly since: number },
): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('possession').select('kid').where('tenant', '=', tenant)
    .where('agent', '=', of.agent).where('proven', '>', of.since).execute()
  return new Set(rows.map(({ kid }) => kid))
}

export function proven(rows: readonly KeyTables['possession'][]): Step {
  return step(
    writes.insertInto('possession').values([...rows]).onConflict((conflict) =>
      conflict.columns(['tenant', 'kid', 'agent']).doUpdateSet(({ ref }) => ({
        proven: ref('excluded.proven'),
      }))
    ),
  )
}

export type ReceiptRow = KeyTables['receipt']

export async function receipt(db: Reader, tenant: string, agent: string): Promise<ReceiptRow | null> {
  const row = await db.selectFrom('receipt').selectAll().where('tenant', '=', tenant).where(
    'agent',
    '=',
    agent,
  )
    .executeTakeFirst()
  return row ?? null
}

/** What an agent said goes with it: agents that come and go would leave more and more behind. */
export function forgetAgent(tenant: string, id: string): Step[] {
  const listed = writes.selectFrom('sealing_key').select('kid').where('tenant', '=', tenant)
  const proofs = writes.deleteFrom('possession').where('tenant', '=', tenant).where('kid', 'in', listed)
    .where('agent', '=', id)
  const said = writes.deleteFrom('receipt').where('tenant', '=', tenant).where('agent', '=', id)
  return [step(proofs), step(said)]
}

/** Of agents that are approved, in their order. */
export async function receipts(
  db: Reader,
  tenant: string,
  page: { readonly after: string | null; readonly take: number },
): Promise<ReceiptRecord[]> {
  let query = db.selectFrom('receipt as r').innerJoin('agent as a', 'a.id', 'r.agent').selectAll('r')
    .where('r.tenant', '=', tenant).where('a.tenant', '=', tenant).where('a.state', '=', 'approved')
  if (page.after !== null) query = query.where('r.agent', '>', page.after)
  const rows = await query.orderBy('r.agent').limit(page.take).execute()
  return rows.map((row) => ({
    agent: row.agent,
    pool: row.pool,
    trust: { version: row.trust_version, hash: row.trust_hash },
    issued: isoTime(row.issued),
    received: isoTime(row.received),
    receipt: JSON.parse(row.document) as Dsse,
  }))
}

/** One that is older than what is there changes nothing. */
export function keepReceipt(row: ReceiptRow): Step {
  const { tenant: _, agent: __, ...set } = row
  return step(
    writes.insertInto('receipt').values(row).onConflict((conflict) =>
      conflict.columns(['tenant', 'agent']).doUpdateSet(set).where('receipt.issued', '<=', row.issued)
    ),
  )
}
