/** Nobody gives away what they do not hold. */
import { Fault } from '../../shared/faults.ts'
import type { Grantor } from '../access/grantor.ts'
import { type Bound, checkCovers, covers, permissionsOfRole } from '../access/rights.ts'
import type { Reader } from '../db/database.ts'
import type { Grants } from '../http/grants.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import { InvalidRequest } from '../http/problem.ts'

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

/** What an active member holds now; null for anybody else. */
export async function grantsOfMember(
  db: Reader,
  tenant: string,
  { member, grantor }: { readonly member: string; readonly grantor: Grantor },
): Promise<Grants | null> {
  const row = await db.selectFrom('member').innerJoin('tenant', 'tenant.id', 'member.tenant')
    .select(['member.operator', 'tenant.rights']).where('member.tenant', '=', tenant)
    .where('member.id', '=', member).where('member.state', '=', 'active').executeTakeFirst()
  if (row === undefined) return null
  const { rights, operator } = row
  return await grantor.of({ tenant, member, rights, operator: operator === 1, scopes: null, place: null })
}

/**
 * Throws `InvalidRequest` for roles and places that are not there, `forbidden` where they are more than the principal
 * holds.
 */
export async function checkBound(
  db: Reader,
  { tenant, grants }: Pick<MemberPrincipal, 'tenant' | 'grants'>,
  bound: readonly Bound[],
): Promise<void> {
  for (const [at, { role, level, place }] of bound.entries()) {
    const known = await permissionsOfRole(db, tenant, role) !== null
    if (!known) throw new InvalidRequest([{ at: `bindings/${at}/role`, message: 'there is no such role' }])
    const there = level === 'tenant'
      ? place === null
      : place !== null && await has(db, level, { tenant, id: place })
    if (!there) throw new InvalidRequest([{ at: `bindings/${at}/place`, message: 'there is no such place' }])
  }
  await checkCovers(db, tenant, { grants, bound })
}

async function has(
  db: Reader,
  table: 'workspace' | 'project',
  { tenant, id }: { readonly tenant: string; readonly id: string },
): Promise<boolean> {
  const row = await db.selectFrom(table).select('id').where('tenant', '=', tenant).where('id', '=', id)
    .executeTakeFirst()
  return row !== undefined
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
