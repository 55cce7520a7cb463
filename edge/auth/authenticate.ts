/** Who a bearer token belongs to, looked up on every request: a revoked token stops at once. */
import { type Permission, type Role, rolePermissions } from '../../shared/permissions.ts'
import type { Storage } from '../db/storage.ts'
import { type Authenticator, bearer, type MemberPrincipal } from '../http/principal.ts'
import type { LastUse } from './last_use.ts'
import { hashSecret, isSecret } from './secret.ts'
import { holderStatement } from './store.ts'

/** Combinations of role and scopes that are kept computed. */
const MAX_SETS = 1000

export function memberAuthenticator(
  storage: Storage,
  options: { readonly clock: () => number; readonly lastUse: LastUse },
): Authenticator<MemberPrincipal> {
  const permissionsOf = permissionSets()
  return async ({ headers }) => {
    const secret = bearer(headers)
    if (secret === null || !isSecret('pat', secret)) return null
    const now = options.clock()
    const [row] = await storage.read(holderStatement(hashSecret(secret), now))
    if (row === undefined) return null
    options.lastUse.touch(row.token as string, now)
    const role = row.role as Role
    return {
      kind: 'member',
      tenant: row.tenant as string,
      id: row.member as string,
      token: row.token as string,
      role,
      permissions: permissionsOf(role, row.operator === 1, row.scopes as string | null),
      scoped: row.scopes !== null,
    }
  }
}

/** What a role holds, the operator's extra, cut down to the scopes. */
export function permissionsOfToken(
  role: Role,
  operator: boolean,
  scopes: string | null,
): ReadonlySet<Permission> {
  const held = [...rolePermissions[role], ...(operator ? ['tenants.create' as const] : [])]
  if (scopes === null) return new Set(held)
  const wanted = new Set(JSON.parse(scopes) as Permission[])
  return new Set(held.filter((permission) => wanted.has(permission)))
}

function permissionSets(): typeof permissionsOfToken {
  const sets = new Map<string, ReadonlySet<Permission>>()
  return (role, operator, scopes) => {
    const key = `${role} ${operator} ${scopes}`
    let set = sets.get(key)
    if (set === undefined) {
      if (sets.size >= MAX_SETS) sets.clear()
      set = permissionsOfToken(role, operator, scopes)
      sets.set(key, set)
    }
    return set
  }
}
