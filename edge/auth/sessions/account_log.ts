/** Whose audit log has what somebody does with their own account: that of every tenant they are an active member of. */
import { Fault } from '../../../shared/faults.ts'
import type { Reader } from '../../db/database.ts'
import type { Actor } from '../../http/change.ts'

/** The parts of a change that say so; spread it into `openChange({ …, ...log })`. */
export interface AccountLog {
  readonly tenant: string
  readonly alsoIn: readonly string[]
  readonly actor: Actor
}

/**
 * That of the installation's own tenant for somebody who is a member of none, and for `null`: nobody that is known.
 * Throws Fault `conflict` before anybody has set the installation up.
 */
export async function accountLog(db: Reader, account: string | null): Promise<AccountLog> {
  const rows = account === null ? [] : await db.selectFrom('member').select('tenant')
    .where('account', '=', account).where('state', '=', 'active').orderBy('tenant').execute()
  const actor: Actor = account === null ? { kind: 'edge' } : { kind: 'account', id: account }
  const [first, ...others] = rows.map(({ tenant }) => tenant)
  if (first !== undefined) return { tenant: first, alsoIn: others, actor }
  const row = await db.selectFrom('installation').select('tenant').executeTakeFirst()
  if (row === undefined) throw new Fault('conflict')
  return { tenant: row.tenant, alsoIn: [], actor }
}
