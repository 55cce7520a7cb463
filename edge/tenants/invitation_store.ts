/** Invitations: one a member at a time, each good once. */
import { type Reader, sql, step, writes } from '../db/database.ts'
import type { TenantTables } from '../db/people/tenant_tables.ts'
import type { Step } from '../db/plan.ts'

export type InvitationRow = TenantTables['invitation']

export interface OpenInvitation extends InvitationRow {
  /** Of the member. */
  readonly name: string
}

/** An invitation with what it depends on. */
export interface Invited extends InvitationRow {
  readonly name: string
  readonly member_kind: 'person' | 'service'
  readonly state: 'invited' | 'active' | 'removed'
  readonly operator: number
  readonly account: string | null
  readonly tenant_name: string
  readonly closing: number | null
  readonly suspended: number | null
  readonly inviter_name: string | null
}

/** Takes the place of the member's one before, which is worth nothing from then on. */
export function putInvitation(row: InvitationRow): Step {
  const { tenant: _, member: __, ...rest } = row
  return step(
    writes.insertInto('invitation').values(row)
      .onConflict((conflict) => conflict.columns(['tenant', 'member']).doUpdateSet(rest)),
  )
}

/** Refused with `not_found` where there is none that is open. */
export function deleteInvitation(tenant: string, member: string): Step {
  const query = writes.deleteFrom('invitation').where('tenant', '=', tenant).where('member', '=', member)
    .where('accepted', 'is', null)
  return step(query, { otherwise: 'not_found' })
}

/** Once; refused with `link_invalid`. The address is needed no longer. */
export function useInvitation(hash: string, now: number): Step {
  const query = writes.updateTable('invitation').set({ accepted: now, email: null, email_key: null })
    .where('hash', '=', hash).where('accepted', 'is', null).where('expires', '>', now)
  return step(query, { otherwise: 'link_invalid' })
}

/** Not accepted, newest member last. */
export async function openInvitations(
  db: Reader,
  tenant: string,
  { after, take }: { readonly after: string | null; readonly take: number },
): Promise<OpenInvitation[]> {
  let query = db.selectFrom('invitation').innerJoin(
    'member',
    (join) =>
      join.onRef('member.id', '=', 'invitation.member').onRef('member.tenant', '=', 'invitation.tenant'),
  )
    .selectAll('invitation').select('member.name').where('invitation.tenant', '=', tenant)
    .where('accepted', 'is', null).where('member.state', '<>', 'removed')
  if (after !== null) query = query.where('invitation.member', '>', after)
  return await query.orderBy('invitation.member').limit(take).execute()
}

export async function invitationOf(
  db: Reader,
  tenant: string,
  member: string,
): Promise<InvitationRow | null> {
  const row = await db.selectFrom('invitation').selectAll().where('tenant', '=', tenant)
    .where('member', '=', member).where('accepted', 'is', null).executeTakeFirst()
  return row ?? null
}

/** How many wait to be accepted. */
export async function countOpen(db: Reader, tenant: string, now: number): Promise<number> {
  const { count } = await db.selectFrom('invitation').select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant).where('accepted', 'is', null).where('expires', '>', now)
    .executeTakeFirstOrThrow()
  return count
}

/** By the hash of its secret; null when it is unknown, used, expired, or its member is not there to be had. */
export async function invited(
  db: Reader,
  { hash, now }: { readonly hash: string; readonly now: number },
): Promise<Invited | null> {
  const row = await db.selectFrom('invitation')
    .innerJoin(
      'member',
      (join) =>
        join.onRef('member.id', '=', 'invitation.member').onRef('member.tenant', '=', 'invitation.tenant'),
    )
    .innerJoin('tenant', 'tenant.id', 'invitation.tenant')
    .leftJoin(
      'member as by',
      (join) => join.onRef('by.id', '=', 'invitation.inviter').onRef('by.tenant', '=', 'invitation.tenant'),
    )
    .selectAll('invitation')
    .select([
      'member.name',
      'member.kind as member_kind',
      'member.state',
      'member.operator',
      'member.account',
      'tenant.name as tenant_name',
      'tenant.closing',
      'tenant.suspended',
      'by.name as inviter_name',
    ])
    .where('hash', '=', hash).where('accepted', 'is', null).where('expires', '>', now).executeTakeFirst()
  if (row === undefined) return null
  const there = row.kind === 'join' ? row.state === 'invited' : row.state === 'active' && row.account === null
  return there ? row : null
}

/** The member is there from now on; refused with `link_invalid` where they were removed meanwhile. */
export function activateMember(tenant: string, id: string): Step {
  const query = writes.updateTable('member').set({ state: 'active' }).where('tenant', '=', tenant)
    .where('id', '=', id).where('state', '=', 'invited')
  return step(query, { otherwise: 'link_invalid' })
}

/**
 * The member is that account's from now on, and active. Refused with `already_exists` where the account is a member of
 * the tenant already, or the member somebody's.
 */
export function linkMember(tenant: string, id: string, account: string): Step {
  const query = writes.updateTable('member').set({ state: 'active', account }).where('tenant', '=', tenant)
    .where('id', '=', id).where('state', '<>', 'removed').where('kind', '=', 'person')
    .where('account', 'is', null)
    .where(sql<boolean>`NOT EXISTS (SELECT 1 FROM member AS other WHERE other.tenant = ${tenant}
      AND other.account = ${account} AND other.state <> 'removed')`)
  return step(query, { otherwise: 'already_exists' })
}
