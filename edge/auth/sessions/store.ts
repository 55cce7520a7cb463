import type { Reader } from '../../db/database.ts'
import { step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import { hashSecret, isSecret } from '../secret.ts'
import type { SessionRow } from './sessions.ts'

/** Those of an account that are not over, newest first. */
export async function sessions(
  db: Reader,
  account: string,
  { now, after, take }: { readonly now: number; readonly after: string | null; readonly take: number },
): Promise<SessionRow[]> {
  let query = db.selectFrom('session').selectAll().where('account', '=', account).where('stage', '=', 'full')
    .where('revoked', 'is', null).where('ends', '>', now).where('idle_until', '>', now)
  if (after !== null) query = query.where('id', '<', after)
  return await query.orderBy('id', 'desc').limit(take).execute()
}

/** The session of a cookie, at whatever stage it is; null when it is none or is over. */
export async function presentedSession(
  db: Reader,
  { cookie, now }: { readonly cookie: string | null; readonly now: number },
): Promise<SessionRow | null> {
  if (cookie === null || !isSecret('ses', cookie)) return null
  const query = db.selectFrom('session').selectAll().where('hash', '=', hashSecret(cookie))
    .where('revoked', 'is', null).where('ends', '>', now)
  return await query.executeTakeFirst() ?? null
}

/** The active member that an account is in a tenant, and its address; null when it is none. */
export async function memberIn(
  db: Reader,
  { account, tenant }: { readonly account: string; readonly tenant: string },
): Promise<{ readonly member: string; readonly email_key: string } | null> {
  const query = db.selectFrom('member').innerJoin('account', 'account.id', 'member.account')
    .select(['member.id as member', 'account.email_key']).where('member.account', '=', account)
    .where('member.tenant', '=', tenant).where('member.state', '=', 'active')
  return await query.executeTakeFirst() ?? null
}

/** Rows of sessions that ended a while ago: nobody looks at them any more. */
export function sweepSessions(before: number): Step {
  return step(writes.deleteFrom('session').where('ends', '<', before))
}
