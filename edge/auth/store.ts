import type { Permission } from '../../shared/permissions.ts'
import { bindingsOf } from '../access/grants.ts'
import type { Token } from '../../shared/schemas/token.ts'
import { type Reader, step, writes } from '../db/database.ts'
import type { Statement, Step } from '../db/plan.ts'

export interface TokenRow {
  readonly id: string
  readonly tenant: string
  readonly member: string
  readonly name: string
  readonly hash: string
  readonly scopes: string | null
  readonly created: number
  readonly expires: number
  readonly revoked: number | null
  readonly last_used: number | null
}

const holdersBindings = bindingsOf('t.tenant', 't.member')

/** Who holds the token with this hash: `token, tenant, member, bindings, operator, scopes`, or no row. */
export function holderStatement(hash: string, now: number): Statement {
  return {
    sql: `SELECT t.id AS token, t.tenant, t.member, t.scopes, m.operator, ${holdersBindings} AS bindings ` +
      'FROM token t JOIN member m ' +
      'ON m.id = t.member AND m.tenant = t.tenant WHERE t.hash = ? AND t.revoked IS NULL AND t.expires > ? AND ' +
      "m.state = 'active'",
    parameters: [hash, now],
    reads: true,
    single: true,
  }
}

export function toToken(row: TokenRow): Token {
  return {
    id: row.id,
    member: row.member,
    name: row.name,
    ...(row.scopes === null ? {} : { scopes: JSON.parse(row.scopes) as Permission[] }),
    created: time(row.created),
    expires: time(row.expires),
    ...(row.revoked === null ? {} : { revoked: time(row.revoked) }),
    ...(row.last_used === null ? {} : { last_used: time(row.last_used) }),
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

export function insertToken(row: TokenRow): Step {
  return step(writes.insertInto('token').values(row), { otherwise: 'already_exists' })
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

export function usedToken(id: string, now: number): Step {
  return step(writes.updateTable('token').set({ last_used: now }).where('id', '=', id))
}
