/** Nobody gives away, or takes from others, what they do not hold. */
import { Fault } from '../../shared/faults.ts'
import { countsAtPlace, isBuiltInRole, type Permission } from '../../shared/permissions.ts'
import type { Reader } from '../db/database.ts'
import type { Grants, Place } from '../http/grants.ts'
import type { MemberPrincipal } from '../http/principal.ts'
import { InvalidRequest } from '../http/problem.ts'
import { holds } from './grants.ts'
import { workspaceOf } from './role_store.ts'

/** A role where it is bound. */
export interface Bound {
  readonly role: string
  readonly level: 'tenant' | 'workspace' | 'project'
  readonly place: string | null
}

/** What a role holds; null where there is no such role in the tenant. */
export async function permissionsOfRole(
  db: Reader,
  tenant: string,
  role: string,
): Promise<readonly Permission[] | null> {
  if (isBuiltInRole(role)) return holds(role, null)
  const row = await db.selectFrom('custom_role').select('permissions').where('tenant', '=', tenant)
    .where('id', '=', role).executeTakeFirst()
  return row === undefined ? null : holds(role, row.permissions)
}

export function placeOf({ level, place }: Pick<Bound, 'level' | 'place'>): Place {
  return level === 'tenant' || place === null ? { level: 'tenant' } : { level, id: place }
}

/** Whether the grants hold everything that the roles give, where they give it. */
export async function covers(
  db: Reader,
  tenant: string,
  { grants, bound }: { readonly grants: Grants; readonly bound: readonly Bound[] },
): Promise<boolean> {
  for (const one of bound) {
    const held = await permissionsOfRole(db, tenant, one.role) ?? []
    const at = placeOf(one)
    const given = at.level === 'tenant' ? held : held.filter(countsAtPlace)
    if (!given.every((permission) => grants.allows(permission, at))) return false
  }
  return true
}

/** Throws Fault `forbidden` unless `covers`. */
export async function checkCovers(...asked: Parameters<typeof covers>): Promise<void> {
  if (!await covers(...asked)) throw new Fault('forbidden', 'The role may more than you may there.')
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
      : place !== null && await workspaceOf(db, tenant, { level, id: place }) !== null
    if (!there) throw new InvalidRequest([{ at: `bindings/${at}/place`, message: 'there is no such place' }])
  }
  await checkCovers(db, tenant, { grants, bound })
}
