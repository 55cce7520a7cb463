/** Webhooks: a secret that the edge can open, and the calls of the last minutes. */
import { fromUtf8, toHex, utf8 } from '../../shared/bytes.ts'
import type { Primitives } from '../../shared/seal/primitives.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import { type MasterKeys, openColumn, sealColumn } from '../db/master_keys.ts'
import type { Step } from '../db/plan.ts'
import type { TriggerTables } from '../db/trigger_tables.ts'

export type WebhookRow = TriggerTables['webhook']

export interface Sealing {
  readonly primitives: Primitives
  readonly master: MasterKeys
}

type Column = 'secret_sealed' | 'older_sealed'

export function sealSecret(
  { primitives, master }: Sealing,
  { id, column, secret }: { readonly id: string; readonly column: Column; readonly secret: string },
): string {
  return sealColumn(primitives, master, { place: ['webhook', column, id], plaintext: utf8(secret) })
}

export function openSecret({ primitives, master }: Sealing, row: WebhookRow): string {
  const sealed = { place: ['webhook', 'secret_sealed', row.id], sealed: row.secret_sealed } as const
  return fromUtf8(openColumn(primitives, master, sealed))
}

/** The newest first, and the one before for as long as it counts. */
export function secretsOf(sealing: Sealing, row: WebhookRow, now: number): string[] {
  const { id, older_sealed: sealed, older_until } = row
  const newest = openSecret(sealing, row)
  if (sealed === null || older_until === null || now >= older_until) return [newest]
  const { primitives, master } = sealing
  const older = openColumn(primitives, master, { place: ['webhook', 'older_sealed', id], sealed })
  return [newest, fromUtf8(older)]
}

export async function webhookOf(db: Reader, tenant: string, pipeline: string): Promise<WebhookRow | null> {
  const row = await db.selectFrom('webhook').selectAll().where('tenant', '=', tenant)
    .where('pipeline', '=', pipeline).executeTakeFirst()
  return row ?? null
}

/** Whosever it is, unless that tenant waits to be erased: a caller says no more than its id. */
export async function webhookById(db: Reader, id: string): Promise<WebhookRow | null> {
  const row = await db.selectFrom('webhook as w').innerJoin('tenant as t', 't.id', 'w.tenant')
    .selectAll('w').where('w.id', '=', id).where('t.closing', 'is', null).executeTakeFirst()
  return row ?? null
}

/** What a call is held against that is for nobody's webhook: it takes the same work, and comes to nothing. */
export function nobodys(sealing: Sealing): WebhookRow {
  const id = '00000000-0000-7000-8000-000000000000'
  const secret = toHex(sealing.primitives.randomBytes(32))
  return {
    ...{ id, tenant: id, pipeline: id, created: 0 },
    secret_sealed: sealSecret(sealing, { id, column: 'secret_sealed', secret }),
    ...untouched,
  }
}

/** Of a webhook that was just made. */
export const untouched = {
  older_sealed: null,
  older_until: null,
  rotated: null,
  alarmed: null,
  failed_in: 0,
  failed: 0,
  failed_before: 0,
} as const

/** `already_exists` where the pipeline has one. */
export function insertWebhook(row: WebhookRow): Step {
  return step(writes.insertInto('webhook').values(row), { otherwise: 'already_exists' })
}

type Rotation = Pick<WebhookRow, 'secret_sealed' | 'older_sealed' | 'older_until' | 'rotated'>

/** `conflict` where it has another secret by now. */
export function rotateWebhook(row: WebhookRow, to: Rotation): Step {
  const query = writes.updateTable('webhook').set(to).where('tenant', '=', row.tenant).where(
    'id',
    '=',
    row.id,
  )
    .where('secret_sealed', '=', row.secret_sealed)
  return step(query, { otherwise: 'conflict' })
}

export function deleteWebhook({ tenant, id }: WebhookRow): Step {
  const query = writes.deleteFrom('webhook').where('tenant', '=', tenant).where('id', '=', id)
  return step(query, { otherwise: 'not_found' })
}

/** The run that this very call has had, or null. */
export async function runOfCall(
  db: Reader,
  { id, tenant }: WebhookRow,
  digest: string,
): Promise<string | null> {
  const row = await db.selectFrom('webhook_call').select('run').where('tenant', '=', tenant)
    .where('webhook', '=', id).where('digest', '=', digest).executeTakeFirst()
  return row?.run ?? null
}

/** Remembers a call and forgets those that are too old to be sent again. `conflict` where it was made meanwhile. */
export function keepCall(
  { id: webhook, tenant }: WebhookRow,
  { now, ...call }: {
    readonly digest: string
    readonly run: string
    readonly until: number
    readonly now: number
  },
): Step[] {
  const old = writes.deleteFrom('webhook_call').where('tenant', '=', tenant).where('webhook', '=', webhook)
    .where('until', '<', now)
  const row = { tenant, webhook, ...call }
  return [step(old), step(writes.insertInto('webhook_call').values(row), { otherwise: 'conflict' })]
}

/** Refused calls are summed in periods of so long: of two of them together. */
export const FAILURES_MS = 5 * 60_000

/** `failures`: with these, those of this period and of the one before, of all instances. No row where it is gone. */
export function addFailures(
  { tenant, id }: WebhookRow,
  { count, now }: { readonly count: number; readonly now: number },
): Step {
  const period = Math.floor(now / FAILURES_MS)
  // Of instances whose clocks differ the later period counts.
  const before = sql<number>`CASE WHEN failed_in >= ${period} THEN failed_before
    WHEN failed_in = ${period - 1} THEN failed ELSE 0 END`
  const sum = sql<number>`CASE WHEN failed_in >= ${period} THEN failed ELSE 0 END + ${count}`
  return step(
    writes.updateTable('webhook')
      .set({ failed_in: sql<number>`max(failed_in, ${period})`, failed: sum, failed_before: before })
      .where('tenant', '=', tenant).where('id', '=', id)
      .returning(sql<number>`failed + failed_before`.as('failures')),
  )
}

/** Whom to tell of calls that are refused: owners of the tenant, where they can be reached. */
export async function ownersOf(db: Reader, tenant: string): Promise<string[]> {
  const rows = await db.selectFrom('binding as b')
    .innerJoin('member as m', (on) => on.onRef('m.id', '=', 'b.member').on('m.tenant', '=', tenant))
    .innerJoin('account as a', 'a.id', 'm.account').select('a.email').distinct()
    .where('b.tenant', '=', tenant).where('b.role', '=', 'owner').where('b.level', '=', 'tenant')
    .where('m.state', '=', 'active').where('a.email_verified', 'is not', null).execute()
  return rows.map(({ email }) => email)
}

/** `conflict` where somebody was told since `before`. */
export function keepAlarm(
  { tenant, id }: WebhookRow,
  { now, before }: { readonly now: number; readonly before: number },
): Step {
  const query = writes.updateTable('webhook').set({ alarmed: now }).where('tenant', '=', tenant)
    .where('id', '=', id).where(({ eb, or }) => or([eb('alarmed', 'is', null), eb('alarmed', '<', before)]))
  return step(query, { otherwise: 'conflict' })
}
