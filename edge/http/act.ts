/** The middle of a request: handle → write, as often as it takes. */
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Permission } from '../../shared/permissions.ts'
import { type Reader, scopedReader } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { checkTenant } from '../db/tenant_guard.ts'
import type { Change, OpenChange, Unchanged } from './change.ts'
import {
  actorOf,
  type Asked,
  type Entry,
  freshIdentity,
  type Identity,
  idMaker,
  keyedIdentity,
  planOf,
} from './entry.ts'
import type { Admitted } from './admit.ts'
import type { Client } from './client.ts'
import { cookieOf } from './cookies.ts'
import type { Reach } from './grants.ts'
import { EitherLeaves } from './leaving.ts'
import type { Principal } from './principal.ts'
import type { Context, Route } from './route.ts'
import type { Services } from './services.ts'
import { Turn } from './turns.ts'

/** A handler that is refused this often in a row is not going to be lucky. */
const MAX_ATTEMPTS = 100

/** A request whose parts are what the route's schemas made of them. */
export interface ParsedRequest {
  readonly who: Admitted
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly idempotencyKey: string | null
  /** As it came. */
  readonly asked: Asked
  readonly client: Client
  /** Steps that the plan takes along before the handler's: what uses an approval up. */
  readonly along: readonly Step[]
  /** Whose signal aborts when the caller goes away. */
  readonly request: Pick<Request, 'headers' | 'signal'>
}

/** What asking the handler again does not mend. */
const forGood: ReadonlySet<FaultCode> = new Set(['idempotency_mismatch', 'approval_required'])

type Decided = Change<unknown> | OpenChange<unknown> | Unchanged<unknown>

/** What the handler answers, once what it decided to write is durable. */
export async function act(route: Route, services: Services, request: ParsedRequest): Promise<unknown> {
  const { who } = request
  const tenant = scopeOf(route, who.principal)
  let now = services.clock()
  const identity = identify(request, { services, now })
  using turn = new Turn(services)
  for (let attempt = 0;;) {
    const context = contextOf(request, { identity, now, attempt, services, route })
    if (route.kind === 'query') return await route.handle(context)
    const decided = await route.handle(context) as Decided
    if (decided.kind === 'unchanged') return decided.reply
    if (tenant !== null) { for (const step of decided.writes) checkTenant(step, tenant) }
    const entry = entryOf(route, { who, decided, now: decided.time ?? now })
    const { along } = request
    const whole = along.length === 0 ? decided : { ...decided, writes: [...along, ...decided.writes] }
    const { randomBytes, hideNetwork } = services
    const plan = planOf(whole, { identity, entry, randomBytes, hideNetwork, lane: tenant ?? '' })
    try {
      const { rows, recorded } = await services.storage.write(plan)
      if (recorded !== null) {
        if (recorded.action !== entry?.action || recorded.request !== identity.request) {
          throw new Fault('idempotency_mismatch')
        }
        // Ids follow from the time, so a repeated request is handled once more at the time of the first. Without a key
        // it is this very change that happened, and only its answer was lost: nothing is decided anew.
        if (identity.keyed && recorded.time !== now) {
          now = recorded.time
          continue
        }
      }
      if (entry !== null && recorded === null) {
        for (const { action } of [entry, ...decided.further ?? []]) services.metrics.acted(action)
      }
      decided.committed?.()
      // The plan may hold steps of its own before and behind the handler's.
      const own = rows.slice(along.length, along.length + decided.writes.length)
      return decided.reply({ rows: own, repeated: recorded !== null && identity.keyed })
    } catch (error) {
      const refused = error instanceof Fault && error.class === 'request' && !forGood.has(error.code)
      if (!refused || !decided.again || ++attempt >= MAX_ATTEMPTS) throw error
      // A handler that has waited may wait again, and nobody else for it.
      if (decided.time === undefined) await turn.come(competing(route, request, tenantOf(decided) ?? tenant))
    }
  }
}

/** Requests that may have refused one another: of one route, for the same thing of a tenant. */
function competing({ id }: Route, { params }: ParsedRequest, tenant: string | null): string {
  return JSON.stringify([id, tenant, params])
}

const tenantOf = (decided: Decided) => 'tenant' in decided ? decided.tenant : null

function identify(
  { who, idempotencyKey, asked }: ParsedRequest,
  { services, now }: { readonly services: Services; readonly now: number },
): Identity {
  return idempotencyKey === null || who.principal === null
    ? freshIdentity(now, services.randomBytes)
    : keyedIdentity(who.principal, idempotencyKey, asked)
}

function entryOf(
  route: Route,
  { who, decided, now }: {
    readonly who: Admitted
    readonly decided: Change<unknown> | OpenChange<unknown>
    readonly now: number
  },
): Entry | null {
  if (typeof route.audit !== 'string') return null
  return { ...actorOf(who.principal, decided), action: route.audit, now }
}

function contextOf(
  { who, params, query, body, asked, request, client }: ParsedRequest,
  { identity, now, attempt, services, route }: {
    readonly identity: Identity
    readonly now: number
    readonly attempt: number
    readonly services: Services
    readonly route: Route
  },
): Context<unknown, unknown, unknown, unknown> {
  return {
    principal: who.principal ?? who.found,
    params,
    query,
    body,
    db: readerOf(route, services, who.principal),
    now,
    newId: idMaker(identity, { now, randomBytes: services.randomBytes }),
    randomBytes: services.randomBytes,
    planId: identity.planId,
    attempt,
    reach: reachOf(route, who.principal),
    client,
    sent: { bytes: asked.bytes, headers: request.headers },
    cookie: (name) => cookieOf(request.headers, name),
    opensPage: /\btext\/html\b/i.test(request.headers.get('accept') ?? ''),
    // No accessor: with one, V8 keeps the whole as a dictionary.
    signal: new EitherLeaves(request, services.closing),
  }
}

/** The tenant that a request keeps to: everything that it reads and writes is bound to it. */
function scopeOf({ acrossTenants }: Route, principal: Principal | null): string | null {
  if (principal === null || principal.kind === 'account' || acrossTenants !== undefined) {
    return null
  }
  return principal.tenant
}

export function readerOf(route: Route, services: Services, principal: Principal | null): Reader {
  const tenant = scopeOf(route, principal)
  return tenant === null ? services.db : scopedReader(services.storage, tenant)
}

const everywhere: Reach = { all: true }
const nowhere: Reach = { all: false, workspaces: [], projects: [] }

function reachOf({ permission }: Route, principal: Principal | null): Reach {
  if (principal === null || principal.kind === 'account') return nowhere
  // An agent's work is not bound to places, nor is what every member may.
  if (principal.kind === 'agent' || permission === null || permission.endsWith(':any')) return everywhere
  return principal.grants.reach(permission as Permission)
}
