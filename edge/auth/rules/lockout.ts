/** Rules that would keep every owner out are refused: nobody could change them back. */
import { Fault } from '../../../shared/faults.ts'
import { Id } from '../../../shared/schemas/fields.ts'
import type { TenantRules } from '../../../shared/schemas/tenant_rules.ts'
import type { Reader } from '../../db/database.ts'
import type { SignInMethod } from '../sessions/sessions.ts'
import { type Gap, gapsOf } from './judge.ts'

/** Somebody with the role owner at the tenant, and what they could sign in with. */
interface Owner {
  readonly email: string
  /** Sets of methods, each of which a session of theirs could have. */
  readonly ways: readonly (readonly SignInMethod[])[]
}

const words: Readonly<Record<Gap, string>> = {
  password_refused: 'a passkey, or a provider',
  second_factor: 'a second factor',
  provider: 'an identity with the provider of their mail domain',
  issuer: 'an identity with an issuer that is allowed',
}

/**
 * Throws Fault `last_owner`, which says what is missing, unless an owner could still sign in: by what their account
 * has, by how they are signed in now (`session`), or by an API token, which no rule of sign-in is about.
 */
export async function checkOwnersStay(
  db: Reader,
  rules: TenantRules,
  asked: { readonly tenant: string; readonly session: string | null; readonly now: number },
): Promise<void> {
  const { tenant, session, now } = asked
  const owners = await ownersOf(db, tenant)
  if (await anyToken(db, { tenant, members: owners.filter(isTokenOnly).map(({ member }) => member), now })) {
    return
  }
  const providers = await db.selectFrom('provider').select('id').where('tenant', '=', tenant).execute()
  const own = new Set(providers.map(({ id }) => id))
  const people = await Promise.all(
    owners.filter((one) => !isTokenOnly(one)).map(({ account }) =>
      ownerOf(db, account as string, { tenant, session, own })
    ),
  )
  const missing = new Set<Gap>()
  for (const { email, ways } of people) {
    for (const methods of ways) {
      const gaps = gapsOf(rules, { tenant, who: { email, methods } })
      if (gaps.length === 0) return
      for (const gap of gaps) missing.add(gap)
    }
  }
  const lacking = [...missing].map((gap) => words[gap])
  throw new Fault(
    'last_owner',
    'Under these rules no owner could sign in any more' +
      (lacking.length === 0 ? '.' : `; first an owner needs: ${lacking.join('; ')}.`),
  )
}

interface OwnerRow {
  readonly member: string
  readonly account: string | null
}

const isTokenOnly = ({ account }: OwnerRow) => account === null

async function ownersOf(db: Reader, tenant: string): Promise<OwnerRow[]> {
  return await db.selectFrom('binding').innerJoin('member', 'member.id', 'binding.member')
    .select(['member.id as member', 'member.account']).where('binding.tenant', '=', tenant)
    .where('member.tenant', '=', tenant).where('binding.role', '=', 'owner').where('level', '=', 'tenant')
    .where('member.state', '=', 'active').where('member.kind', '=', 'person').execute()
}

async function anyToken(
  db: Reader,
  { tenant, members, now }: {
    readonly tenant: string
    readonly members: readonly string[]
    readonly now: number
  },
): Promise<boolean> {
  if (members.length === 0) return false
  const row = await db.selectFrom('token').select('id').where('tenant', '=', tenant)
    .where('member', 'in', members).where('revoked', 'is', null).where('expires', '>', now)
    .where('scopes', 'is', null).limit(1).executeTakeFirst()
  return row !== undefined
}

/** The installation's have names; those of tenants have ids. */
const isConfigured = (provider: string) => !Id.safeParse(provider).success

async function ownerOf(
  db: Reader,
  account: string,
  { tenant, session, own }: {
    readonly tenant: string
    readonly session: string | null
    /** Ids of the tenant's providers. */
    readonly own: ReadonlySet<string>
  },
): Promise<Owner> {
  const [person, identities, passkey, totp, now] = await Promise.all([
    db.selectFrom('account').select(['email_key', 'password']).where('id', '=', account)
      .executeTakeFirstOrThrow(),
    db.selectFrom('identity').select(['issuer', 'provider']).where('account', '=', account).execute(),
    db.selectFrom('passkey').select('id').where('account', '=', account).limit(1).executeTakeFirst(),
    db.selectFrom('totp').select('id').where('account', '=', account).where('confirmed', 'is not', null)
      .executeTakeFirst(),
    session === null
      ? undefined
      : db.selectFrom('session').select('methods').where('tenant', '=', tenant).where('id', '=', session)
        .where('account', '=', account).executeTakeFirst(),
  ])
  const at = 0
  const second: SignInMethod[] = [
    ...(totp === undefined ? [] : [{ method: 'totp', at } as const]),
    ...(passkey === undefined ? [] : [{ method: 'passkey', at } as const]),
  ]
  const ways: (readonly SignInMethod[])[] = identities.map(({ issuer, provider }) => {
    const of = own.has(provider) ? tenant : isConfigured(provider) ? null : ''
    return [{ method: 'provider', at, issuer, provider, ...(of === null ? {} : { tenant: of }) }, ...second]
  })
  if (person.password !== null) ways.push([{ method: 'password', at }, ...second])
  if (passkey !== undefined) ways.push([{ method: 'passkey', at }])
  if (now !== undefined) ways.push(JSON.parse(now.methods) as SignInMethod[])
  return { email: person.email_key, ways }
}
