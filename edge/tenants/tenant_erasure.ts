/**
 * Erases tenants whose time to think is over: row by row, so that nobody else waits for it, and safe to be broken off
 * anywhere. What is left is the audit log, which ends with the erasure, and its last checkpoint.
 */
import type { TenantLogs } from '../audit/tenant_log.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Statement, Step } from '../db/plan.ts'
import { actAsEdge, type OwnActOptions } from '../http/own_act.ts'
import { columns, type Holding, holdings, ofTenant } from './holdings.ts'

export interface ErasureOptions extends OwnActOptions {
  readonly db: Reader
  readonly logs: TenantLogs
}

/** Rows of one statement: a commit that everybody shares must not wait for long. */
const ROWS_AT_ONCE = 500
const LONG_ROWS_AT_ONCE = 50

/** Carries out what is due; answers how many tenants are gone. What is broken off goes on the next time. */
export async function eraseTenants(options: ErasureOptions): Promise<number> {
  const { db, clock } = options
  const due = await db.selectFrom('tenant').select(['id', 'erased']).where('erase_at', 'is not', null)
    .where('erase_at', '<=', clock()).execute()
  for (const { id, erased } of due) {
    if (erased === null) await eraseRows(options, id)
    await closeLog(options, id)
  }
  return due.length
}

async function eraseRows(options: ErasureOptions, tenant: string): Promise<void> {
  const { storage, clock } = options
  const begun = clock()
  await write(options, [
    step(
      writes.updateTable('tenant').set({ erasing: begun }).where('id', '=', tenant)
        .where('erase_at', '<=', begun).where('erasing', 'is', null),
    ),
  ])
  const swept = Object.entries(holdings).filter(([, { erasure }]) =>
    erasure !== 'stays' && erasure !== 'last'
  )
  for (const [table, holding] of swept) {
    for (let left = true; left;) {
      const take = holding.long === true ? LONG_ROWS_AT_ONCE : ROWS_AT_ONCE
      const { rows } = await storage.write({
        id: '',
        steps: [sweep(table, holding, { tenant, take }), remaining(table, holding, tenant)],
        leaf: null,
        repeatable: false,
      })
      left = rows[1]?.[0] !== undefined
    }
  }
  await actAsEdge(options, {
    tenant,
    action: 'tenant.erased',
    target: tenant,
    facts: { tables: swept.length },
    writes: [
      // Signed in by a provider of the tenant, which is gone.
      step(writes.deleteFrom('session').where(sql<boolean>`instr(methods, ${tenant}) > 0`)),
      // What came in between: a request that was on its way.
      ...swept.map(([table, holding]) => sweep(table, holding, { tenant, take: null })),
      step(
        writes.updateTable('tenant').set({ name: '', erased: clock() }).where('id', '=', tenant)
          .where('erasing', 'is not', null).where('erased', 'is', null),
        { otherwise: 'conflict' },
      ),
    ],
  })
}

/** The last checkpoint, over the erasure's own entry too; with it the log key goes. */
async function closeLog(options: ErasureOptions, tenant: string): Promise<void> {
  const { db, logs } = options
  const row = await db.selectFrom('tenant').select(['log_key', 'erased']).where('id', '=', tenant)
    .where('erased', 'is not', null).executeTakeFirst()
  if (row === undefined) return
  const { checkpoint, size } = await logs.checkpoint(tenant)
  const kept = { id: tenant, erased: row.erased as number, log_key: row.log_key, size, checkpoint }
  await write(options, [
    step(writes.insertInto('erased_tenant').values(kept).onConflict((conflict) => conflict.doNothing())),
    step(
      writes.deleteFrom('tenant').where('id', '=', tenant).where('erased', 'is not', null)
        .where(sql<boolean>`EXISTS (SELECT 1 FROM erased_tenant WHERE id = ${tenant})`),
    ),
  ])
}

async function write({ storage }: ErasureOptions, steps: readonly Step[]): Promise<void> {
  await storage.write({ id: '', steps, leaf: null, repeatable: false })
}

const quoted = (name: string) => `"${name}"`

/** The next rows of the tenant go, all of them where `take` is null. */
function sweep(
  table: string,
  holding: Holding,
  { tenant, take }: { readonly tenant: string; readonly take: number | null },
): Step {
  const act = holding.erasure === 'forgotten'
    ? `UPDATE ${quoted(table)} SET ${quoted(holding.tenant ?? 'tenant')} = NULL`
    : `DELETE FROM ${quoted(table)}`
  const all = `${act} WHERE ${ofTenant(holding)}`
  if (take === null) return { sql: all, parameters: [tenant], reads: false }
  const names = columns(holding.key).map(quoted).join(', ')
  const some = `SELECT ${names} FROM ${quoted(table)} WHERE ${ofTenant(holding)} LIMIT ?`
  return { sql: `${all} AND (${names}) IN (${some})`, parameters: [tenant, tenant, take], reads: false }
}

/** One row where there is more. */
function remaining(table: string, holding: Holding, tenant: string): Statement {
  const found = `SELECT 1 AS found FROM ${quoted(table)} WHERE ${ofTenant(holding)} LIMIT 1`
  return { sql: found, parameters: [tenant], reads: true }
}
