import { type Reader, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import { deleteFactors } from '../factors/store.ts'
import { emailKey } from './store.ts'

export function renameAccount(id: string, name: string): Step {
  return step(writes.updateTable('account').set({ name }).where('id', '=', id), { otherwise: 'conflict' })
}

/** An address that somebody else has by now is 409 `already_exists`: its mailbox has just been proven. */
export function setAddress(id: string, email: string, now: number): Step {
  const fields = { email, email_key: emailKey(email), email_verified: now }
  return step(writes.updateTable('account').set(fields).where('id', '=', id), { otherwise: 'already_exists' })
}

/** Where an account is a member, active or invited. */
export async function membershipsOf(
  db: Reader,
  account: string,
): Promise<{ readonly tenant: string; readonly id: string }[]> {
  return await db.selectFrom('member').select(['tenant', 'id']).where('account', '=', account)
    .where('state', '<>', 'removed').execute()
}

/** The account and all that is of it alone. Who leaves a tenant is another matter. */
export function deleteAccount(id: string): Step[] {
  return [
    step(writes.deleteFrom('account').where('id', '=', id), { otherwise: 'conflict' }),
    step(writes.deleteFrom('session').where('account', '=', id)),
    step(writes.deleteFrom('identity').where('account', '=', id)),
    step(writes.updateTable('member').set({ account: null }).where('account', '=', id)),
    ...deleteFactors(id),
  ]
}
