import type { Permission } from '../../shared/permissions.ts'
import type { TokenSort } from '../../shared/schemas/principal.ts'
import type { Token } from '../../shared/schemas/token.ts'
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'

export interface TokenRow {
  readonly id: string
  readonly tenant: string
  readonly member: string
  readonly name: string
  readonly hash: string
  readonly sort: TokenSort
  readonly scopes: string | null
  readonly level: 'workspace' | 'project' | null
  readonly place: string | null
  readonly networks: string | null
  readonly created: number
  readonly expires: number
  readonly lasts: number
  readonly fresh: number | null
  readonly idle_until: number | null
  /** Of devices: JSON, how the session had signed in that approved it. */
  readonly methods: string | null
  readonly revoked: number | null
  readonly successor: string | null
  readonly last_used: number | null
  readonly last_network: string | null
}

/** A token that is made now; what is left out is null, and its sort `personal`. */
export type NewTokenRow =
  & Pick<TokenRow, 'id' | 'tenant' | 'member' | 'name' | 'hash' | 'created' | 'expires'>
  & Partial<TokenRow>

/** How long a device's token lives without being used. */
export const DEVICE_IDLE_MS = 7 * 24 * 60 * 60 * 1000

const used = 'SELECT 1 FROM token_network n WHERE n.token = t.id AND n.refused = 0'

/** Made once: a text that is put together for each request would be hashed anew to find its prepared statement. */
const holderSql = 'SELECT t.id AS token, t.tenant, t.member, t.sort, t.scopes, t.fresh, t.level, t.place, ' +
  '(SELECT a.email_key FROM account a WHERE a.id = m.account) AS email, t.methods, ' +
  't.expires, t.idle_until, t.networks, m.operator, x.rights, x.closing, x.suspended, ' +
  `CASE WHEN EXISTS (${used} AND n.network = ?) THEN 'known' WHEN EXISTS (${used}) THEN 'new' END AS network ` +
  'FROM token t JOIN member m ' +
  'ON m.id = t.member AND m.tenant = t.tenant JOIN tenant x ON x.id = t.tenant ' +
  "WHERE t.hash = ? AND t.revoked IS NULL AND m.state = 'active' AND (m.account IS NULL OR EXISTS " +
  "(SELECT 1 FROM account a WHERE a.id = m.account AND a.state = 'active'))"

/**
 * Who holds the token with this hash, if it counts now, and whether it was used from this network before. One
 * statement without the time in it, as it is asked with every request: what it finds may be kept.
 */
export async function holderOf(
  storage: Pick<Storage, 'read'>,
  hash: string,
  { now, network }: { readonly now: number; readonly network: string },
): Promise<TokenHolder | null> {
  const asked = { sql: holderSql, parameters: [network, hash], reads: true, single: true, steady: true }
  const [row] = await storage.read(asked)
  if (row === undefined) return null
  const holder = row as unknown as TokenHolder
  const counts = holder.expires > now && (holder.idle_until === null || holder.idle_until > now)
  return counts ? holder : null
}

/** With the `email` of the member's account, and `rights`, `closing` and `suspended` of the tenant. */
export interface TokenHolder {
  readonly token: string
  readonly tenant: string
  readonly member: string
  readonly sort: TokenSort
  readonly scopes: string | null
  readonly fresh: number | null
  readonly level: 'workspace' | 'project' | null
  readonly place: string | null
  readonly expires: number
  /** Null: it needs no use to live on. */
  readonly idle_until: number | null
  readonly networks: string | null
  readonly methods: string | null
  /** Of the member's account. */
  readonly email: string | null
  readonly operator: number
  readonly rights: string
  readonly closing: number | null
  readonly suspended: number | null
  /** Null: it was used from nowhere yet. */
  readonly network: 'known' | 'new' | null
}

export function toToken(row: TokenRow): Token {
  const { id, member, name, sort, level, place, fresh, revoked, successor, last_used, last_network } = row
  return {
    ...{ id, member, name, sort },
    ...(row.scopes === null ? {} : { scopes: JSON.parse(row.scopes) as Permission[] }),
    ...(level === null || place === null ? {} : { place: { level, id: place } }),
    ...(row.networks === null ? {} : { networks: JSON.parse(row.networks) as string[] }),
    created: time(row.created),
    expires: time(row.expires),
    ...(fresh === null ? {} : { fresh: time(fresh) }),
    ...(row.idle_until === null ? {} : { idle_until: time(row.idle_until) }),
    ...(revoked === null ? {} : { revoked: time(revoked) }),
    ...(successor === null ? {} : { successor }),
    ...(last_used === null ? {} : { last_used: time(last_used) }),
    ...(last_network === null ? {} : { last_network }),
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}

/** Tokens of the tenant, or of one of its members, newest first. */
export async function tokens(
  db: Reader,
  tenant: string,
  page: { readonly member: string | null; readonly after: string | null; readonly take: number },
): Promise<TokenRow[]> {
  let query = db.selectFrom('token').selectAll().where('tenant', '=', tenant)
  if (page.member !== null) query = query.where('member', '=', page.member)
  if (page.after !== null) query = query.where('id', '<', page.after)
  return await query.orderBy('id', 'desc').limit(page.take).execute()
}

export async function token(db: Reader, tenant: string, id: string): Promise<TokenRow | null> {
  const row = await db.selectFrom('token').selectAll().where('tenant', '=', tenant).where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

export async function memberName(db: Reader, tenant: string, id: string): Promise<string | null> {
  const row = await db.selectFrom('member').select('name').where('tenant', '=', tenant).where('id', '=', id)
    .executeTakeFirst()
  return row?.name ?? null
}

export async function tenantName(db: Reader, tenant: string): Promise<string | null> {
  const row = await db.selectFrom('tenant').select('name').where('id', '=', tenant).executeTakeFirst()
  return row?.name ?? null
}

export function insertToken(row: NewTokenRow): Step {
  const whole = { sort: 'personal' as const, lasts: row.expires - row.created, ...row }
  return step(writes.insertInto('token').values(whole), { otherwise: 'already_exists' })
}

/** The row as it is kept, for a reply. */
export function selectToken(tenant: string, id: string): Step {
  return step(writes.selectFrom('token').selectAll().where('tenant', '=', tenant).where('id', '=', id))
}

/**
 * Another token, `by`, takes its place: it ends at `ends`, or before if it would anyhow. Refused with `conflict` where
 * it has ended, was revoked or was replaced.
 */
export function replaceToken(
  { tenant, id, by, ends, now }: {
    readonly tenant: string
    readonly id: string
    readonly by: string
    readonly ends: number
    readonly now: number
  },
): Step {
  const query = writes.updateTable('token').set({
    successor: by,
    expires: sql<number>`min(expires, ${ends})`,
  })
    .where('tenant', '=', tenant).where('id', '=', id).where('successor', 'is', null)
    .where('revoked', 'is', null).where('expires', '>', now)
  return step(query, { otherwise: 'conflict' })
}

/** Revoking twice keeps the first time. */
export function revokeToken(tenant: string, id: string, now: number): Step {
  return step(
    writes.updateTable('token').set({ revoked: now }).where('tenant', '=', tenant).where('id', '=', id)
      .where('revoked', 'is', null),
  )
}

export function revokeTokensOf(tenant: string, member: string, now: number): Step {
  return step(
    writes.updateTable('token').set({ revoked: now }).where('tenant', '=', tenant).where(
      'member',
      '=',
      member,
    )
      .where('revoked', 'is', null),
  )
}

/** Machines that an account has signed in end, in every tenant: whoever got hold of the account may have done that. */
export function revokeDevicesOf(account: string, now: number): Step {
  const theirs = sql<boolean>`(token.tenant, token.member) in
    (select member.tenant, member.id from member where member.account = ${account})`
  return step(
    writes.updateTable('token').set({ revoked: now }).where('sort', '=', 'device').where(
      'revoked',
      'is',
      null,
    )
      .where(theirs),
  )
}

/** When it was last used and from which address; a device lives on from then. */
export function usedToken(id: string, now: number, address: string | null): Step {
  const used = writes.updateTable('token').set({
    last_used: now,
    last_network: address,
    idle_until: sql<number | null>`case when idle_until is null then null else ${now + DEVICE_IDLE_MS} end`,
  })
  return step(used.where('id', '=', id))
}
