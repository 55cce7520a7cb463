/** Nobody gives away what they do not hold. */
import type { Grantor } from '../access/grantor.ts'
import { type Bound, checkCovers, permissionsOfRole } from '../access/rights.ts'
import type { Reader } from '../db/database.ts'
import type { Grants } from '../http/grants.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import { InvalidRequest } from '../http/problem.ts'

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
