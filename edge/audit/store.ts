import { fromUtf8, toBase64 } from '../../shared/bytes.ts'
import type { AuditEntry } from '../../shared/schemas/audit.ts'
import type { Reader } from '../db/database.ts'

export interface LogKeyRow {
  readonly log_key: Uint8Array
  readonly log_key_sealed: string
}

export async function logKeyRow(db: Reader, tenant: string): Promise<LogKeyRow | null> {
  const row = await db.selectFrom('tenant').select(['log_key', 'log_key_sealed']).where('id', '=', tenant)
    .executeTakeFirst()
  return row ?? null
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

/** Entries after the index, oldest first, with the personal data that was not erased. */
export async function entries(
  db: Reader,
  tenant: string,
  page: { readonly after: number; readonly take: number },
): Promise<AuditEntry[]> {
  const rows = await db.selectFrom('audit_leaf').select(['seq', 'plan', 'bytes']).where('tenant', '=', tenant)
    .where('seq', '>', page.after).orderBy('seq').limit(page.take).execute()
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
