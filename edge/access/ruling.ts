/** Nobody acts on a member who holds more than they do. */
import { Fault } from '../../shared/faults.ts'
import type { Reader } from '../db/database.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import { type Bound, covers } from './rights.ts'

/** All that a member was given, by themselves and by their groups. */
export async function boundTo(db: Reader, tenant: string, member: string): Promise<Bound[]> {
  return await db.selectFrom('binding').select(['role', 'level', 'place']).where('tenant', '=', tenant)
    .where(({ eb, or, selectFrom }) =>
      or([
        eb('member', '=', member),
        eb(
          'member_group',
          'in',
          selectFrom('group_member').select('group_member.member_group')
            .where('group_member.tenant', '=', tenant).where('group_member.member', '=', member),
        ),
      ])
    ).execute()
}

/** Throws `forbidden` where the member holds something that the principal does not. */
export async function mayRule(
  db: Reader,
  { tenant, grants }: Pick<MemberPrincipal, 'tenant' | 'grants'>,
  member: { readonly id: string; readonly operator: number },
): Promise<void> {
  const operator = member.operator === 1 && !grants.tenant.has('tenants.create')
  if (operator || !await covers(db, tenant, { grants, bound: await boundTo(db, tenant, member.id) })) {
    throw new Fault('forbidden', 'The member holds more than you do.')
  }
}

/**
 * Throws `forbidden` where `mayRule` does, but not for who holds all that an owner does: whatever a member is, owners take
 * away their tokens and invitations. A member's own are theirs.
 */
export async function mayEnd(db: Reader, principal: MemberPrincipal, member: string): Promise<void> {
  const { tenant, grants } = principal
  if (member === principal.id) return
  if (await covers(db, tenant, { grants, bound: [{ role: 'owner', level: 'tenant', place: null }] })) return
  const row = await db.selectFrom('member').select(['id', 'operator']).where('tenant', '=', tenant)
    .where('id', '=', member).executeTakeFirst()
  if (row !== undefined) await mayRule(db, principal, row)
}
