import { type Reader, step, writes } from '../../db/database.ts'
import type { Place } from '../../db/master_keys.ts'
import type { Step } from '../../db/plan.ts'

export interface ProviderRow {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly issuer: string
  readonly client_id: string
  readonly client_secret_sealed: string
  /** `ClaimRule[]` as JSON. */
  readonly claim_rules: string
  readonly created: number
  readonly updated: number
}

export interface IdentityRow {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly account: string
  readonly provider: string
  readonly name: string
  readonly created: number
  readonly used: number
}

export interface AttemptRow {
  readonly state: string
  readonly browser: string
  readonly provider: string
  readonly issuer: string
  readonly master: number
  readonly account: string | null
  readonly session: string | null
  readonly next: string
  readonly created: number
  readonly expires: number
}

/** Where the client secret of a provider is sealed for. */
export function secretPlace(provider: string): Place {
  return ['provider', 'client_secret_sealed', provider]
}

/** Whosever it is: somebody who signs in is of no tenant yet. */
export async function providerById(db: Reader, id: string): Promise<ProviderRow | null> {
  return await db.selectFrom('provider').selectAll().where('id', '=', id).executeTakeFirst() ?? null
}

export async function provider(db: Reader, tenant: string, id: string): Promise<ProviderRow | null> {
  const query = db.selectFrom('provider').selectAll().where('tenant', '=', tenant).where('id', '=', id)
  return await query.executeTakeFirst() ?? null
}

export async function providers(
  db: Reader,
  tenant: string,
  { after, take }: { readonly after: string | null; readonly take: number },
): Promise<ProviderRow[]> {
  let query = db.selectFrom('provider').selectAll().where('tenant', '=', tenant)
  if (after !== null) query = query.where('id', '>', after)
  return await query.orderBy('id').limit(take).execute()
}

/** Providers that tenants have people of this mail domain sign in with. */
export async function providersOfDomain(db: Reader, domain: string): Promise<ProviderRow[]> {
  return await db.selectFrom('provider').innerJoin(
    'sso_domain',
    (join) =>
      join.onRef('sso_domain.provider', '=', 'provider.id').onRef(
        'sso_domain.tenant',
        '=',
        'provider.tenant',
      ),
  )
    .selectAll('provider').where('sso_domain.domain', '=', domain).orderBy('provider.id').limit(20).execute()
}

export function insertProvider(row: ProviderRow): Step {
  return step(writes.insertInto('provider').values(row), { otherwise: 'already_exists' })
}

/** Refused with `conflict` where it was changed since it was read. */
export function updateProvider(row: ProviderRow, before: ProviderRow): Step {
  const { name, client_id, client_secret_sealed, claim_rules, updated } = row
  const query = writes.updateTable('provider')
    .set({ name, client_id, client_secret_sealed, claim_rules, updated })
    .where('tenant', '=', row.tenant).where('id', '=', row.id).where('updated', '=', before.updated)
  return step(query, { otherwise: 'conflict' })
}

export function deleteProvider(tenant: string, id: string): Step {
  const query = writes.deleteFrom('provider').where('tenant', '=', tenant).where('id', '=', id)
  return step(query, { otherwise: 'not_found' })
}

export async function identity(
  db: Reader,
  { issuer, subject }: { readonly issuer: string; readonly subject: string },
): Promise<IdentityRow | null> {
  const query = db.selectFrom('identity').selectAll().where('issuer', '=', issuer).where(
    'subject',
    '=',
    subject,
  )
  return await query.executeTakeFirst() ?? null
}

export async function identitiesOf(db: Reader, account: string): Promise<IdentityRow[]> {
  return await db.selectFrom('identity').selectAll().where('account', '=', account).orderBy('id').execute()
}

/** An identity is of one account, ever: 409 `already_exists`. */
export function insertIdentity(row: IdentityRow): Step {
  return step(writes.insertInto('identity').values(row), { otherwise: 'already_exists' })
}

export function usedIdentity({ id, account }: IdentityRow, now: number): Step {
  const query = writes.updateTable('identity').set({ used: now }).where('id', '=', id)
    .where('account', '=', account)
  return step(query, { otherwise: 'conflict' })
}

export function deleteIdentity(account: string, id: string): Step {
  const query = writes.deleteFrom('identity').where('account', '=', account).where('id', '=', id)
  return step(query, { otherwise: 'not_found' })
}

/** A new attempt; those whose time is over go. */
export function insertAttempt(row: AttemptRow, now: number): Step[] {
  return [
    step(writes.deleteFrom('sign_in_attempt').where('expires', '<=', now)),
    step(writes.insertInto('sign_in_attempt').values(row), { otherwise: 'conflict' }),
  ]
}

/** Null when it was used, is too old, or never was. */
export async function attempt(
  db: Reader,
  { state, now }: { readonly state: string; readonly now: number },
): Promise<AttemptRow | null> {
  const query = db.selectFrom('sign_in_attempt').selectAll().where('state', '=', state)
    .where('expires', '>', now)
  return await query.executeTakeFirst() ?? null
}

/** Refused with `link_invalid` the second time: of two that come at once, one counts. */
export function useAttempt(state: string): Step {
  return step(writes.deleteFrom('sign_in_attempt').where('state', '=', state), { otherwise: 'link_invalid' })
}
