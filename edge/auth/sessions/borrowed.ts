/**
 * Sessions on a tenant's word. Whoever runs a tenant's provider can have it say that they are any of its people, so
 * what it says opens that tenant and nothing that reaches further: neither a way to sign in of somebody who has one of
 * their own, nor another tenant.
 */
import type { Reader } from '../../db/database.ts'
import { isUnproven } from '../accounts/store.ts'
import { methodsOf, type SessionRow, type SignInMethod } from './sessions.ts'

/** The tenant whose provider alone says who sits there; null where something else has shown it too. */
export function vouchedBy(methods: readonly SignInMethod[]): string | null {
  const tenants = new Set(methods.map(({ method, tenant }) => method === 'provider' ? tenant : undefined))
  const [tenant] = tenants
  return tenants.size === 1 ? tenant ?? null : null
}

/**
 * Whether it stands on a tenant's word alone, while the account has a way to sign in that is not that tenant's: a
 * password, an address that mail reaches, another issuer. Then that is what has to be shown.
 */
export async function isBorrowed(
  db: Reader,
  session: Pick<SessionRow, 'account' | 'methods'>,
): Promise<boolean> {
  const methods = methodsOf(session)
  const tenant = vouchedBy(methods)
  if (tenant === null) return false
  const { account: id } = session
  const account = await db.selectFrom('account').select(['password', 'email_key', 'email_verified'])
    .where('id', '=', id).executeTakeFirst()
  if (account === undefined || account.email_verified !== null) return true
  // A password opens nothing where no address finds the account.
  if (account.password !== null && !isUnproven(account.email_key)) return true
  const theirs = db.selectFrom('provider').select('issuer').where('tenant', '=', tenant)
  const issuers = methods.flatMap(({ issuer }) => issuer ?? [])
  const other = await db.selectFrom('identity').select('id').where('account', '=', id)
    .where('issuer', 'not in', issuers).where('issuer', 'not in', theirs).limit(1).executeTakeFirst()
  return other !== undefined
}
