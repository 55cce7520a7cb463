import { Fault } from '../../shared/faults.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'

/** Whether the operator of the installation keeps the tenant's members and agents out. */
export async function isSuspended(db: Reader, tenant: string): Promise<boolean> {
  const row = await db.selectFrom('tenant').select('suspended').where('id', '=', tenant).executeTakeFirst()
  return row !== undefined && row.suspended !== null
}

/** Throws Fault `tenant_suspended`. */
export async function checkNotSuspended(db: Reader, tenant: string): Promise<void> {
  if (await isSuspended(db, tenant)) throw new Fault('tenant_suspended')
}

/** Part of a plan that starts a run: `conflict` where the tenant has been suspended meanwhile. */
export function notSuspended(tenant: string): Step {
  const query = writes.insertInto('expectation').columns(['met']).expression((from) =>
    from.selectFrom('tenant').select(sql<number>`NULL`.as('met')).where('id', '=', tenant)
      .where('suspended', 'is not', null)
  )
  return step(query, { rows: 0, otherwise: 'conflict' })
}
