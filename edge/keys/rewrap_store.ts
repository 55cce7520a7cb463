/** Campaigns, their batches, and the envelopes that pass through them. */
import type { FaultCode } from '../../shared/faults.ts'
import type { RecordName } from '../../shared/schemas/rewrap.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { KeyTables } from '../db/key_tables.ts'
import type { Step } from '../db/plan.ts'
import { openGroup } from '../trust/sealed_records.ts'

export type RewrapRow = KeyTables['rewrap']
export type BatchRow = KeyTables['rewrap_batch']
type RecordRow = KeyTables['sealed_record']

/** A group of records that is not empty. */
export interface Group {
  readonly id: number
  readonly audience: string
  readonly sealed_to: string
  readonly records: number
}

// Partial indexes serve only statements that spell their condition out.
const isOpen = sql<boolean>`state <> 'done'`
const isFree = sql<boolean>`batch IS NULL AND refused IS NULL`
const isRefused = sql<boolean>`refused IS NOT NULL`
const isOut = sql<boolean>`state = 'open'`

export async function groups(db: Reader, tenant: string): Promise<Group[]> {
  return await db.selectFrom('sealed_group').select(['id', 'audience', 'sealed_to', 'records'])
    .where('tenant', '=', tenant).where('records', '>', 0).execute()
}

export async function rewrap(db: Reader, tenant: string, id: string): Promise<RewrapRow | null> {
  const row = await db.selectFrom('rewrap').selectAll().where('tenant', '=', tenant).where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

/** The one that is not done, or null. */
export async function openRewrap(db: Reader, tenant: string): Promise<RewrapRow | null> {
  const row = await db.selectFrom('rewrap').selectAll().where('tenant', '=', tenant).where(isOpen)
    .executeTakeFirst()
  return row ?? null
}

/** Running ones of all tenants. */
export async function runningRewraps(db: Reader): Promise<RewrapRow[]> {
  return await db.selectFrom('rewrap').selectAll().where(isOpen).where('state', '=', 'running').execute()
}

/** Newest first. */
export async function rewraps(
  db: Reader,
  tenant: string,
  page: { readonly after: string | null; readonly take: number },
): Promise<RewrapRow[]> {
  let query = db.selectFrom('rewrap').selectAll().where('tenant', '=', tenant)
  if (page.after !== null) query = query.where('id', '<', page.after)
  return await query.orderBy('id', 'desc').limit(page.take).execute()
}

/**
 * There is one at a time that is not done: `conflict`. What agents said in the one before is forgotten, and so are its
 * batches: until now a late answer was told what had become of them.
 */
export function insertRewrap(row: RewrapRow): Step[] {
  const forget = writes.updateTable('sealed_record').set({ refused: null, tries: 0 })
    .where('tenant', '=', row.tenant).where(isRefused)
  const empty = writes.deleteFrom('sealed_group').where('tenant', '=', row.tenant).where('records', '=', 0)
  const batches = writes.deleteFrom('rewrap_batch').where('tenant', '=', row.tenant)
  return [
    step(writes.insertInto('rewrap').values(row), { otherwise: 'conflict' }),
    step(batches),
    step(forget),
    step(empty),
  ]
}

/** Compare-and-set on the state. */
export function moveRewrap(
  of: { readonly tenant: string; readonly id: string },
  move: { readonly from: RewrapRow['state']; readonly to: RewrapRow['state']; readonly finished?: number },
): Step {
  const query = writes.updateTable('rewrap').set({ state: move.to, finished: move.finished ?? null })
    .where('tenant', '=', of.tenant).where('id', '=', of.id).where('state', '=', move.from)
  return step(query, { otherwise: 'conflict' })
}

/**
 * With a plus the engine does not look by it: it takes any tenant for a small one, and a group is one tenant's anyway.
 */
export const isOfTenant = (tenant: string) => sql<boolean>`+r.tenant = ${tenant}`

/** The records of groups, one group after the other. */
function recordsOf(db: Reader, tenant: string, of: readonly number[]) {
  return db.selectFrom(sql<{ readonly value: number }>`json_each(${JSON.stringify(of)})`.as('g'))
    .crossJoin('sealed_record as r').whereRef('r.grp', '=', 'g.value').where(isOfTenant(tenant))
}

/** Records of these groups that no batch has and nobody refused. */
export async function freeRecords(
  db: Reader,
  tenant: string,
  of: { readonly groups: readonly number[]; readonly take: number },
): Promise<RecordRow[]> {
  if (of.groups.length === 0) return []
  return await recordsOf(db, tenant, of.groups).selectAll('r').where(isFree).limit(of.take).execute()
}

/** How many records of these groups an agent has refused. */
export async function refusedRecords(db: Reader, tenant: string, of: readonly number[]): Promise<number> {
  const row = await recordsOf(db, tenant, of).select(({ fn }) => fn.countAll<number>().as('n'))
    .where(isRefused).executeTakeFirst()
  return row?.n ?? 0
}

/** How many batches are with agents. */
export async function batchesOut(db: Reader, tenant: string, rewrapId: string): Promise<number> {
  const row = await db.selectFrom('rewrap_batch').select(({ fn }) => fn.countAll<number>().as('n'))
    .where('tenant', '=', tenant).where('rewrap', '=', rewrapId).where(isOut).executeTakeFirst()
  return row?.n ?? 0
}

function named(tenant: string, names: readonly RecordName[]) {
  const list = JSON.stringify(names.map(({ type, id, version }) => [type, id, version]))
  return sql<
    boolean
  >`tenant = ${tenant} AND (type, id, version) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${list}))`
}

/** Refused with `conflict` when the campaign does not run any more, or one of them was handed out meanwhile. */
export function lease(batch: BatchRow, names: readonly RecordName[]): Step[] {
  const runs = writes.updateTable('rewrap').set({ state: 'running' })
    .where('tenant', '=', batch.tenant).where('id', '=', batch.rewrap).where('state', '=', 'running')
  const take = writes.updateTable('sealed_record').set({ batch: batch.id }).where(named(batch.tenant, names))
    .where(isFree)
  return [
    step(runs, { otherwise: 'conflict' }),
    step(take, { rows: names.length, otherwise: 'conflict' }),
    step(writes.insertInto('rewrap_batch').values(batch)),
  ]
}

export async function batch(db: Reader, tenant: string, id: string): Promise<BatchRow | null> {
  const row = await db.selectFrom('rewrap_batch').selectAll().where('tenant', '=', tenant).where(
    'id',
    '=',
    id,
  )
    .executeTakeFirst()
  return row ?? null
}

/** Of any tenant. */
export async function lostBatches(db: Reader, now: number, take: number): Promise<BatchRow[]> {
  return await db.selectFrom('rewrap_batch').selectAll().where(isOut).where('until', '<', now)
    .orderBy('until').limit(take).execute()
}

/** Its records may be handed out again. Refused with `conflict` where it was completed meanwhile. */
export function takeBack({ tenant, id }: BatchRow): Step[] {
  const query = writes.updateTable('rewrap_batch').set({ state: 'lost' }).where('tenant', '=', tenant)
    .where('id', '=', id).where(isOut)
  return [step(query, { otherwise: 'conflict' }), freeBatch(tenant, id)]
}

function freeBatch(tenant: string, id: string): Step {
  return step(
    writes.updateTable('sealed_record').set({ batch: null }).where('batch', '=', id).where(
      'tenant',
      '=',
      tenant,
    ),
  )
}

/** A record in a batch, with its group. */
export interface HeldRecord extends RecordName {
  readonly hash: string
  readonly tries: number
  readonly audience: string
  readonly sealed_to: string
}

export async function heldRecords(db: Reader, tenant: string, batchId: string): Promise<HeldRecord[]> {
  return await db.selectFrom('sealed_record as r').innerJoin(
    'sealed_group as g',
    (join) => join.onRef('g.id', '=', 'r.grp').onRef('g.tenant', '=', 'r.tenant'),
  )
    .select(['r.type', 'r.id', 'r.version', 'r.hash', 'r.tries', 'g.audience', 'g.sealed_to'])
    .where('r.tenant', '=', tenant).where('r.batch', '=', batchId).execute()
}

/** An envelope that takes the place of another. */
export interface Swap extends RecordName {
  readonly batch: string
  /** SHA-256 of the one that is there. */
  readonly was: string
  readonly audience: string
  readonly sealedTo: string
  readonly hash: string
  readonly envelope: Uint8Array
}

const stillThere = 'tenant = ? AND type = ? AND id = ? AND version = ? AND batch = ? AND hash = ?'
const isStored = `EXISTS (SELECT 1 FROM sealed_record WHERE ${stillThere})`

// Spelled out once: a batch has hundreds of them, and to put each together costs more than to run it.
const putEnvelope: Readonly<Record<RecordName['type'], string>> = {
  connection:
    `UPDATE connection_version SET sealed = ? WHERE tenant = ? AND id = ? AND version = ? AND ${isStored}`,
  pipeline:
    `UPDATE pipeline_version SET sealed = ? WHERE tenant = ? AND id = ? AND version = ? AND ${isStored}`,
  policy: 'UPDATE trust_document SET policy = ? WHERE tenant = ? AND tenant = ? AND policy_version = ? ' +
    `AND policy IS NOT NULL AND ${isStored}`,
  log: `UPDATE run_log SET sealed = ? WHERE tenant = ? AND run = ? AND fence = ? AND ${isStored}`,
}
const putRecord =
  'UPDATE sealed_record SET grp = (SELECT id FROM sealed_group WHERE tenant = ? AND audience = ? ' +
  `AND sealed_to = ?), hash = ?, bytes = ?, batch = NULL, tries = 0 WHERE ${stillThere}`

/** Each with its record or not at all, and only where `was` is still what is stored. */
export function swaps(tenant: string, given: readonly Swap[]): Step[] {
  const opened = new Map(given.map((one) => [`${one.audience} ${one.sealedTo}`, one]))
  return [
    ...[...opened.values()].map((one) => openGroup(tenant, one)),
    ...given.flatMap(({ type, id, version, batch, was, audience, sealedTo, hash, envelope }) => {
      const place = [tenant, type, id, version, batch, was]
      return [
        { sql: putEnvelope[type], parameters: [envelope, tenant, id, version, ...place], reads: false },
        {
          sql: putRecord,
          parameters: [tenant, audience, sealedTo, hash, envelope.length, ...place],
          reads: false,
        },
      ]
    }),
  ]
}

export type Trial = RecordName & { readonly refused: FaultCode | null }

/** What an agent has refused, or answered wrongly once more. */
export function tried(
  of: { readonly tenant: string; readonly batch: string },
  trials: readonly Trial[],
): Step[] {
  const codes = new Map<FaultCode | null, Trial[]>()
  for (const trial of trials) codes.set(trial.refused, [...codes.get(trial.refused) ?? [], trial])
  return [...codes].map(([refused, names]) =>
    step(
      writes.updateTable('sealed_record').set(({ eb, ref }) => ({ refused, tries: eb(ref('tries'), '+', 1) }))
        .where(named(of.tenant, names)).where('batch', '=', of.batch),
    )
  )
}

/** The batch is done with; what it did not reach is free again. Refused with `rewrap_stale` where it is not out. */
export function closeBatch(
  { tenant, id, rewrap, fence, agent }: BatchRow,
  counts: { readonly done: number; readonly refused: number; readonly left: number },
): { readonly first: Step; readonly last: Step[] } {
  const { done, refused, left } = counts
  const close = writes.updateTable('rewrap_batch').set({ state: 'done', done, refused, later: left })
    .where('tenant', '=', tenant).where('id', '=', id).where('fence', '=', fence).where('agent', '=', agent)
    .where(isOut)
  const count = writes.updateTable('rewrap')
    .set(({ eb, ref }) => ({ done: eb(ref('done'), '+', done), refused: eb(ref('refused'), '+', refused) }))
    .where('tenant', '=', tenant).where('id', '=', rewrap)
  return { first: step(close, { otherwise: 'rewrap_stale' }), last: [step(count), freeBatch(tenant, id)] }
}
