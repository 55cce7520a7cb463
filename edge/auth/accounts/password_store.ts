import { sql, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import type { AccountRow } from './store.ts'

const DEVICE_MS = 365 * 86_400_000

/** Refused with `conflict` where the password is another one by now. */
export function setPassword(
  { id, password: before }: Pick<AccountRow, 'id' | 'password'>,
  { password, now, verified = false }: {
    readonly password: string
    readonly now: number
    /** True when a mailed secret has come back: the address is theirs. */
    readonly verified?: boolean
  },
): Step {
  const fields = { password, password_changed: now }
  const query = writes.updateTable('account').set(
    verified ? { ...fields, email_verified: sql<number>`coalesce(email_verified, ${now})` } : fields,
  ).where('id', '=', id).where('password', before === null ? 'is' : '=', before)
  return step(query, { otherwise: 'conflict' })
}

/** The same password at today's cost; where it was changed meanwhile, that counts. */
export function upgradePassword({ id, password: before }: AccountRow, upgraded: string): Step {
  return step(
    writes.updateTable('account').set({ password: upgraded }).where('id', '=', id)
      .where('password', '=', before),
  )
}

/** No browser is known to the account any more: the next sign-in of each is a new one. */
export function forgetDevices(account: string): Step {
  return step(writes.deleteFrom('known_device').where('account', '=', account))
}

/** Browsers that have not signed in for as long as their cookie lives. */
export function sweepDevices(now: number): Step {
  return step(writes.deleteFrom('known_device').where('seen', '<', now - DEVICE_MS))
}
