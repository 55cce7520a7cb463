/** Who may: authenticate, authorize, and once the request is parsed, whether also there. */
import { Fault } from '../../shared/faults.ts'
import { isPlacePermission, readingOf } from '../../shared/permissions.ts'
import type { Step } from '../db/plan.ts'
import { readerOf } from './act.ts'
import { checkOrigin, cookieOf, SESSION_COOKIE } from './cookies.ts'
import type { Asked } from './entry.ts'
import {
  allows,
  bearer,
  type Incoming,
  isAgentPermission,
  isFresh,
  lacking,
  type MemberPrincipal,
  type Principal,
  refusalOf,
} from './principal.ts'
import { approvalOf } from './parse.ts'
import { InvalidRequest } from './problem.ts'
import type { Route } from './route.ts'
import type { Services } from './services.ts'

/** Who asks: a principal, or what the credential of an open route stands for. */
export interface Admitted {
  readonly principal: Principal | null
  readonly found: unknown
}

/** Throws Fault `unauthenticated`, `forbidden`, `origin_refused`, `fresh_sign_in_required`. */
export async function admit(route: Route, services: Services, incoming: Incoming): Promise<Admitted> {
  const { permission, credential } = route
  if (permission === null) {
    if (!incoming.headers.has('authorization')) {
      checkOrigin(incoming, { origin: services.origin, cookie: incoming.headers.has('cookie') })
    }
    if (credential === null) return { principal: null, found: null }
    const secret = bearer(incoming.headers)
    const asked = { db: services.db, now: services.clock() }
    const found = secret === null ? null : await credential.find({ ...asked, secret })
    if (found === null) throw new Fault('unauthenticated')
    return { principal: null, found }
  }
  const principal = isAgentPermission(permission)
    ? await services.authenticate.agent(incoming)
    : await person(route, services, incoming)
  if (principal === null) throw new Fault('unauthenticated')
  if (!allows(principal, permission)) {
    services.watch.refused(principal)
    const code = refusalOf(principal)
    throw code === 'forbidden' ? lacking(permission) : new Fault(code)
  }
  if (principal.kind === 'member' && principal.closing) checkClosing(route, principal)
  if (route.fresh === true && !isFresh(principal, services.clock())) throw new Fault('fresh_sign_in_required')
  return { principal, found: null }
}

/** Nobody but its owners gets into a tenant that waits to be erased, and they only to look, and to restore it. */
function checkClosing(route: Route, { grants }: MemberPrincipal): void {
  const looks = route.kind === 'query' || route.whileClosing === true
  if (!looks || !grants.tenant.has('tenant.delete')) throw new Fault('tenant_closing')
}

/** By token or by session: one that sends both has not decided who they are. */
async function person(route: Route, services: Services, incoming: Incoming): Promise<Principal | null> {
  const { headers } = incoming
  const cookie = services.authenticate.session === null ? null : cookieOf(headers, SESSION_COOKIE)
  if (cookie === null) return await services.authenticate.member(incoming)
  if (headers.has('authorization')) {
    throw new InvalidRequest([{
      at: 'header/Authorization',
      message: 'a session came along: send one of them',
    }])
  }
  checkOrigin(incoming, { origin: services.origin, cookie: true })
  const signedIn = await services.authenticate.session?.(cookie, incoming) ?? null
  if (signedIn === null) return null
  if (route.permission === 'account:any') return signedIn.account
  if (signedIn.member instanceof Fault) throw signedIn.member
  return signedIn.member
}

const nothing: readonly Step[] = []

/**
 * Whether the principal may there, and what the plan takes along for it; null when that was all that is asked. Throws
 * Fault `not_found` for what they may not see, `forbidden` for what they may see and not do, `approval_required`.
 */
export async function admitWithin(
  route: Route,
  services: Services,
  { who, parsed, asked, headers }: {
    readonly who: Admitted
    readonly parsed: { readonly params: unknown; readonly query: unknown; readonly body: unknown }
    readonly asked: Asked
    readonly headers: Headers
  },
): Promise<readonly Step[] | null> {
  const { principal } = who
  const { permission, within, twoPerson } = route
  const { id: approval, asksOnly } = approvalOf(headers, { taken: twoPerson !== undefined })
  if (principal?.kind !== 'member' || permission === null) return nothing
  const { tenant, grants } = principal
  // Who may everywhere may here: only others need to know where it is.
  if (isPlacePermission(permission) && typeof within === 'function' && !grants.tenant.has(permission)) {
    const place = await within({ db: readerOf(route, services, principal), tenant, ...parsed })
    if (place === null) throw new Fault('not_found')
    if (!grants.allows(permission, place)) {
      services.watch.refused(principal)
      const seen = place.level === 'tenant' || grants.allows(readingOf(permission), place)
      throw seen ? lacking(permission) : new Fault('not_found')
    }
  }
  if (twoPerson === undefined) return nothing
  await route.possible?.({ db: readerOf(route, services, principal), tenant, body: parsed.body })
  const steps = await services.approve({
    kind: twoPerson,
    operation: route.id,
    summary: route.summary,
    principal,
    ...asked,
    approval,
    asksOnly,
    now: services.clock(),
  })
  return asksOnly ? null : steps
}
