/** Who a bearer token belongs to, looked up on every request: a revoked token stops at once. */
import type { Grantor } from '../access/grants.ts'
import type { Storage } from '../db/storage.ts'
import { type Authenticator, bearer, type MemberPrincipal } from '../http/principal.ts'
import type { LastUse } from './last_use.ts'
import { hashSecret, isSecret } from './secret.ts'
import { holderStatement } from './store.ts'

export function memberAuthenticator(
  storage: Storage,
  options: { readonly clock: () => number; readonly lastUse: LastUse; readonly grantor: Grantor },
): Authenticator<MemberPrincipal> {
  return async ({ headers }) => {
    const secret = bearer(headers)
    if (secret === null || !isSecret('pat', secret)) return null
    const now = options.clock()
    const [row] = await storage.read(holderStatement(hashSecret(secret), now))
    if (row === undefined) return null
    const token = row.token as string
    options.lastUse.touch(token, now)
    const scopes = row.scopes as string | null
    return {
      kind: 'member',
      tenant: row.tenant as string,
      id: row.member as string,
      by: { kind: 'token', id: token, sort: 'personal', fresh: null },
      grants: options.grantor.of({ bindings: row.bindings as string, operator: row.operator === 1, scopes }),
      scoped: scopes !== null,
    }
  }
}
