import { boundTo } from '../access/ruling.ts'
import { isBuiltInRole } from '../../shared/permissions.ts'
import { dropSessionsOfMember } from '../auth/sessions/sessions.ts'
import { revokeTokensOf } from '../auth/store.ts'
import { type Reader, step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { member, type MemberWithRole, removeMember } from './member_store.ts'
import { tenant, type TenantRow } from './store.ts'

export interface OwnTenantRow {
  readonly tenant: TenantRow
  /** Id and name of the member that the account is there. */
  readonly member: string
  readonly name: string
  /** Names of roles at the tenant. */
  readonly roles: string[]
}

/** Where the account is an active member, the oldest tenant first. */
export async function ownTenants(db: Reader, account: string): Promise<OwnTenantRow[]> {
  const found = await db.selectFrom('member').select(['id', 'tenant', 'name']).where('account', '=', account)
    .where('state', '=', 'active').orderBy('tenant').execute()
  const rows = await Promise.all(found.map(async (one) => {
    const row = await tenant(db, one.tenant)
    return row === null
      ? null
      : { tenant: row, member: one.id, name: one.name, roles: await rolesAt(db, one) }
  }))
  return rows.filter((row) => row !== null)
}

async function rolesAt(db: Reader, of: { readonly tenant: string; readonly id: string }): Promise<string[]> {
  const bound = (await boundTo(db, of.tenant, of.id)).filter(({ level }) => level === 'tenant')
  const roles = [...new Set(bound.map(({ role }) => role))]
  const custom = roles.filter((role) => !isBuiltInRole(role))
  const named = custom.length === 0
    ? []
    : await db.selectFrom('custom_role').select(['id', 'name']).where('tenant', '=', of.tenant)
      .where('id', 'in', custom).execute()
  return roles.map((role) => named.find(({ id }) => id === role)?.name ?? role)
}

export async function memberOfAccount(
  db: Reader,
  tenant: string,
  account: string,
): Promise<MemberWithRole | null> {
  const row = await db.selectFrom('member').select('id').where('tenant', '=', tenant)
    .where('account', '=', account).where('state', '=', 'active').executeTakeFirst()
  return row === undefined ? null : await member(db, tenant, row.id)
}

/**
 * Somebody goes, by whoever's wish: sessions there, tokens, roles, places in groups and invitations at once. Refused
 * with `last_owner`.
 */
export function memberLeaves(tenant: string, id: string, now: number): Step[] {
  return [
    // While the member still names the account.
    dropSessionsOfMember({ tenant, member: id }, 'member_removed', now),
    ...removeMember(tenant, id),
    revokeTokensOf(tenant, id, now),
    forgetInvitation(tenant, id),
    unlink(tenant, id),
  ]
}

function forgetInvitation(tenant: string, member: string): Step {
  return step(writes.deleteFrom('invitation').where('tenant', '=', tenant).where('member', '=', member))
}

/** The account may come back as somebody new. */
export function unlink(tenant: string, id: string): Step {
  return step(
    writes.updateTable('member').set({ account: null }).where('tenant', '=', tenant).where('id', '=', id),
  )
}
