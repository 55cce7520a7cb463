/** Who a bearer token belongs to, looked up on every request: a revoked token stops at once. */
import { Fault } from '../../shared/faults.ts'
import type { Grantor, Holder } from '../access/grantor.ts'
import type { Storage } from '../db/storage.ts'
import { type Authenticator, bearer, type MemberPrincipal } from '../http/principal.ts'
import { SignInNotEnough } from '../http/problem.ts'
import type { LastUse } from './last_use.ts'
import { hashSecret, isSecret, type SecretKind } from './secret.ts'
import type { DemandsOf } from './sessions/demands.ts'
import { methodsOf } from './sessions/sessions.ts'
import { holderOf, type TokenHolder } from './store.ts'
import { inRanges, networkOf } from './tokens/networks.ts'
import type { SeenNetworks } from './tokens/seen_networks.ts'

const kinds: readonly SecretKind[] = ['pat', 'svc', 'dev']

/**
 * Throws Fault `forbidden` for a token that its address list keeps to other networks, `SignInNotEnough` for a device whose
 * approval the tenant's rules would not take today, `tenant_suspended`.
 */
export function memberAuthenticator(
  storage: Storage,
  options: {
    readonly clock: () => number
    readonly lastUse: LastUse
    readonly networks: SeenNetworks
    readonly grantor: Grantor
    readonly demandsOf: DemandsOf
  },
): Authenticator<MemberPrincipal> {
  return async ({ headers, client }) => {
    const secret = bearer(headers)
    if (secret === null || !kinds.some((kind) => isSecret(kind, secret))) return null
    const now = options.clock()
    const address = client.network
    const asked = { now, network: networkOf(address) }
    const holder = await holderOf(storage, hashSecret(secret), asked)
    if (holder === null) return null
    const { token, tenant, member, sort, scopes, fresh, level } = holder
    const refused = holder.networks !== null && !inRanges(address, JSON.parse(holder.networks) as string[])
    if (refused || holder.network !== 'known') {
      options.networks.unknown({ token, tenant, member, address, refused }, { any: holder.network !== null })
    }
    if (refused) throw new Fault('forbidden', 'This token may not be used from this network.')
    if (holder.suspended !== null) throw new Fault('tenant_suspended')
    await checkRules(holder, options.demandsOf)
    options.lastUse.touch(token, now, address)
    return {
      kind: 'member',
      tenant,
      id: member,
      by: { kind: 'token', id: token, sort, fresh },
      grants: await options.grantor.of(held(holder)),
      scoped: scopes !== null || level !== null,
      closing: holder.closing !== null,
    }
  }
}

function held({ tenant, member, rights, operator, scopes, level, place }: TokenHolder): Holder {
  const at = level === null || place === null ? null : { level, id: place }
  return { tenant, member, rights, operator: operator === 1, scopes, place: at }
}

/** A device stands on the sign-in that approved it: what the tenant asks of one is asked now. */
async function checkRules({ tenant, methods, email }: TokenHolder, demandsOf: DemandsOf): Promise<void> {
  if (methods === null) return
  const missing = (await demandsOf(tenant)).lacks({ email: email ?? '', methods: methodsOf({ methods }) })
  if (missing.length > 0) throw new SignInNotEnough(missing)
}
