import { Fault } from '../../shared/faults.ts'
import type { Reader } from '../db/database.ts'

/** Whether the operator of the installation keeps the tenant's members and agents out. */
export async function isSuspended(db: Reader, tenant: string): Promise<boolean> {
  const row = await db.selectFrom('tenant').select('suspended').where('id', '=', tenant).executeTakeFirst()
  return row !== undefined && row.suspended !== null
}

/** Throws Fault `tenant_suspended`. */
export async function checkNotSuspended(db: Reader, tenant: string): Promise<void> {
  if (await isSuspended(db, tenant)) throw new Fault('tenant_suspended')
}
