import { fromUtf8, toBase64 } from '../../shared/bytes.ts'
import type { AuditEntry } from '../../shared/schemas/audit.ts'
import { type Reader, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'

export interface LogKeyRow {
  readonly log_key: Uint8Array
  readonly log_key_sealed: string
  readonly created: number
  /** The one that a trust document may name next. */
  readonly next_log_key: Uint8Array | null
  readonly next_log_key_sealed: string | null
  readonly next_log_key_created: number | null
}

const logKeyColumns = [
  'log_key',
  'log_key_sealed',
  'created',
  'next_log_key',
  'next_log_key_sealed',
  'next_log_key_created',
] as const

export async function logKeyRow(db: Reader, tenant: string): Promise<LogKeyRow | null> {
  const row = await db.selectFrom('tenant').select(logKeyColumns).where('id', '=', tenant).executeTakeFirst()
  return row ?? null
}

/** As `logKeyRow`, for a reply. */
export function selectLogKeys(tenant: string): Step {
  return step(writes.selectFrom('tenant').select(logKeyColumns).where('id', '=', tenant))
}

/** Refused with `conflict` where there is a next one already. */
export function insertNextLogKey(
  tenant: string,
  key: { readonly publicKey: Uint8Array; readonly sealed: string; readonly created: number },
): Step {
  const { publicKey: next_log_key, sealed: next_log_key_sealed, created: next_log_key_created } = key
  const query = writes.updateTable('tenant').set({ next_log_key, next_log_key_sealed, next_log_key_created })
    .where('id', '=', tenant).where('next_log_key', 'is', null)
  return step(query, { otherwise: 'conflict' })
}

/** The next log key takes the place of the current one, whose private half is gone with that. */
export function moveLogKey(
  tenant: string,
  { to, sealed }: { readonly to: Uint8Array; readonly sealed: string },
): Step {
  const none = { next_log_key: null, next_log_key_sealed: null, next_log_key_created: null }
  const query = writes.updateTable('tenant').set({ log_key: to, log_key_sealed: sealed, ...none })
    .where('id', '=', tenant).where('next_log_key', '=', to)
  return step(query, { otherwise: 'log_key_mismatch' })
}

/** How many leaves the tenant's log has. */
export async function logSize(db: Reader, tenant: string): Promise<number> {
  const row = await db.selectFrom('audit_leaf').select('seq').where('tenant', '=', tenant)
    .orderBy('seq', 'desc').limit(1).executeTakeFirst()
  return row === undefined ? 0 : row.seq + 1
}

/** Leaves `[start, end)` in order, at most `take`: exactly the bytes that are hashed. */
export async function leaves(
  db: Reader,
  tenant: string,
  range: { readonly start: number; readonly end: number; readonly take: number },
): Promise<Uint8Array[]> {
  const rows = await db.selectFrom('audit_leaf').select('bytes').where('tenant', '=', tenant)
    .where('seq', '>=', range.start).where('seq', '<', range.end).orderBy('seq').limit(range.take).execute()
  return rows.map(({ bytes }) => bytes)
}

export interface LeafRow {
  readonly seq: number
  readonly plan: string
  readonly bytes: Uint8Array
}

/** Rows after the index, oldest first. */
export async function leafRows(
  db: Reader,
  tenant: string,
  page: { readonly after: number; readonly take: number },
): Promise<LeafRow[]> {
  return await db.selectFrom('audit_leaf').select(['seq', 'plan', 'bytes']).where('tenant', '=', tenant)
    .where('seq', '>', page.after).orderBy('seq').limit(page.take).execute()
}

/** With the personal data that was not erased. */
export async function withNames(
  db: Reader,
  tenant: string,
  rows: readonly LeafRow[],
): Promise<AuditEntry[]> {
  if (rows.length === 0) return []
  const named = await db.selectFrom('audit_name').select(['plan', 'field', 'salt', 'value'])
    .where('tenant', '=', tenant).where('plan', 'in', rows.map(({ plan }) => plan)).execute()
  return rows.map(({ seq, plan, bytes }) => {
    const names = named.filter((name) => name.plan === plan)
      .map(({ field, salt, value }) => [field, { value, salt: toBase64(salt) }] as const)
    return {
      index: seq,
      leaf: fromUtf8(bytes),
      ...(names.length === 0 ? {} : { names: Object.fromEntries(names) }),
    }
  })
}
