/** Logs of runs, as their agents sealed them: one an attempt. */
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { RunLog } from '../../shared/schemas/receipt.ts'
import type { RunLogRecord } from '../../shared/schemas/run_log.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { keepSealed } from '../trust/sealed_records.ts'
import { isoTime } from '../trust/store.ts'

/** A document that was checked, with its sealed part. */
export interface SignedLog {
  readonly document: RunLog
  readonly dsse: Dsse
  readonly hash: string
  /** Envelope, base64. */
  readonly sealed: string
}

/** The hash of the log of an attempt; null before it came. */
export async function logHash(
  db: Reader,
  tenant: string,
  of: { readonly run: string; readonly fence: number },
): Promise<string | null> {
  const row = await db.selectFrom('run_log').select('hash').where('tenant', '=', tenant)
    .where('run', '=', of.run).where('fence', '=', of.fence).executeTakeFirst()
  return row?.hash ?? null
}

/** What an attempt sends again replaces what it sent before. */
export function putLog({ document, dsse, hash, sealed }: SignedLog, now: number): Step[] {
  const { tenant, run, fence, project, pool } = document
  const envelope = fromBase64(sealed)
  const content = { hash, document: JSON.stringify(dsse), sealed: envelope, created: now }
  const query = writes.insertInto('run_log').values({ tenant, run, fence, project, pool, ...content })
    .onConflict((conflict) => conflict.columns(['tenant', 'run', 'fence']).doUpdateSet(content))
  const audience = { type: 'log', project, pools: [pool] } as const
  return [
    step(query),
    ...keepSealed({ tenant, type: 'log', id: run, version: fence, project, audience, envelope }),
  ]
}

/** Bytes of each log and its document, as `logs` would answer them. */
export async function logSizes(
  db: Reader,
  tenant: string,
  page: { readonly run: string; readonly after: number; readonly take: number },
): Promise<number[]> {
  const rows = await db.selectFrom('run_log')
    .select(sql<number>`length(sealed) + length(document)`.as('bytes')).where('tenant', '=', tenant)
    .where('run', '=', page.run).where('fence', '>', page.after).orderBy('fence').limit(page.take).execute()
  return rows.map(({ bytes }) => bytes)
}

/** Of a run's attempts, the first one first. */
export async function logs(
  db: Reader,
  tenant: string,
  page: { readonly run: string; readonly after: number; readonly take: number },
): Promise<RunLogRecord[]> {
  const rows = await db.selectFrom('run_log').select(['fence', 'document', 'sealed', 'created'])
    .where('tenant', '=', tenant).where('run', '=', page.run).where('fence', '>', page.after)
    .orderBy('fence').limit(page.take).execute()
  return rows.map(({ fence, document, sealed, created }) => ({
    fence,
    document: JSON.parse(document) as Dsse,
    sealed: toBase64(sealed),
    created: isoTime(created),
  }))
}
