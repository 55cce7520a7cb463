/** One request through one route: authenticate → authorize → parse → handle → write → parse the reply. */
import { Fault } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import { readBody } from './body.ts'
import type { Change, OpenChange, Unchanged } from './change.ts'
import { actorOf, type Entry, freshIdentity, type Identity, idMaker, keyedIdentity, planOf } from './entry.ts'
import { explain } from './log.ts'
import { type ParsedRequest, parseRequest } from './parse.ts'
import { allows, bearer, type Incoming, isAgentPermission, type Principal, refusalOf } from './principal.ts'
import { faultOf, problem, statusOf } from './problem.ts'
import type { Context, Route } from './route.ts'
import type { Services } from './services.ts'

const MAX_BODY_BYTES = 64 * 1024
/** A handler that is refused this often in a row is not going to be lucky. */
const MAX_ATTEMPTS = 100

/** A request as the router hands it over. */
export interface Routed {
  readonly request: Request
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, readonly string[]>>
}

/** Answers every request, also by a problem document; never rejects. */
export function serve(route: Route, services: Services): (routed: Routed) => Promise<Response> {
  return async (routed) => {
    const started = services.clock()
    const requestId = newId(started, services.randomBytes)
    const response = await answer(route, services, routed, requestId).catch((error: unknown) => {
      const fault = faultOf(error)
      if (statusOf(fault.code) >= 500) {
        const fields = { request: requestId, operation: route.id, error: explain(fault) }
        services.log('error', 'a request failed', fields)
      }
      return problem(fault, { requestId })
    })
    services.metrics.observe(route.id, response.status, (services.clock() - started) / 1000)
    return response
  }
}

async function answer(
  route: Route,
  services: Services,
  routed: Routed,
  requestId: string,
): Promise<Response> {
  const { request } = routed
  let bytes: Promise<Uint8Array> | undefined
  const limits = { maxBytes: route.maxBodyBytes ?? MAX_BODY_BYTES, timeoutMs: services.bodyTimeoutMs }
  const body = () => bytes ??= readBody(request, limits)
  const incoming: Incoming = { method: request.method, url: request.url, headers: request.headers, body }
  const who = await admit(route, services, incoming)
  const parsed = await parseRequest(route, { ...routed, headers: request.headers, body })
  const reply = await act(route, services, { who, parsed, routed })
  return reply instanceof Response ? reply : respond(route, reply, requestId)
}

/** Who asks: a principal, or what the credential of an open route stands for. */
interface Admitted {
  readonly principal: Principal | null
  readonly found: unknown
}

/** Lets in who may. Throws Fault `unauthenticated` or `forbidden`. */
async function admit(route: Route, services: Services, incoming: Incoming): Promise<Admitted> {
  const { permission, credential } = route
  if (permission === null) {
    if (credential === null) return { principal: null, found: null }
    const secret = bearer(incoming.headers)
    const asked = { db: services.db, now: services.clock() }
    const found = secret === null ? null : await credential.find({ ...asked, secret })
    if (found === null) throw new Fault('unauthenticated')
    return { principal: null, found }
  }
  const principal = isAgentPermission(permission)
    ? await services.authenticate.agent(incoming)
    : await services.authenticate.member(incoming)
  if (principal === null) throw new Fault('unauthenticated')
  if (!allows(principal, permission)) throw new Fault(refusalOf(principal))
  return { principal, found: null }
}

interface Act {
  readonly who: Admitted
  readonly parsed: ParsedRequest
  readonly routed: Routed
}

type Decided = Change<unknown> | OpenChange<unknown> | Unchanged<unknown>

async function act(route: Route, services: Services, { who, parsed, routed }: Act): Promise<unknown> {
  let now = services.clock()
  const identity = identify(who, parsed, { routed, services, now })
  const signal = () => AbortSignal.any([routed.request.signal, services.closing])
  for (let attempt = 0;;) {
    const context = contextOf({ who, parsed, identity, now, attempt, signal, services })
    if (route.kind === 'query') return await route.handle(context)
    const decided = await route.handle(context) as Decided
    if (decided.kind === 'unchanged') return decided.reply
    const entry = entryOf(route, { who, decided, now: decided.time ?? now })
    const plan = planOf(decided, { identity, entry, randomBytes: services.randomBytes })
    try {
      const { rows, recorded } = await services.storage.write(plan)
      if (recorded !== null) {
        if (recorded.action !== entry?.action || recorded.request !== identity.request) {
          throw new Fault('idempotency_mismatch')
        }
        // Ids follow from the time, so a repeated request is handled once more at the time of the first.
        if (recorded.time !== now) {
          now = recorded.time
          continue
        }
      }
      decided.committed?.()
      // The plan may hold steps of its own behind the handler's.
      const own = rows.slice(0, decided.writes.length)
      return decided.reply({ rows: own, repeated: recorded !== null && identity.keyed })
    } catch (error) {
      const refused = error instanceof Fault && error.class === 'request' &&
        error.code !== 'idempotency_mismatch'
      if (!refused || !decided.again || ++attempt >= MAX_ATTEMPTS) throw error
    }
  }
}

function identify(
  who: Admitted,
  parsed: ParsedRequest,
  { routed, services, now }: { readonly routed: Routed; readonly services: Services; readonly now: number },
): Identity {
  if (parsed.idempotencyKey === null || who.principal === null) {
    return freshIdentity(now, services.randomBytes)
  }
  const asked = { method: routed.request.method, path: routed.path, bytes: parsed.bytes }
  return keyedIdentity(who.principal, parsed.idempotencyKey, asked)
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

function contextOf(options: {
  readonly who: Admitted
  readonly parsed: ParsedRequest
  readonly identity: Identity
  readonly now: number
  readonly attempt: number
  readonly signal: () => AbortSignal
  readonly services: Services
}): Context<unknown, unknown, unknown, unknown> {
  const { who, parsed, identity, now, attempt, services } = options
  return {
    principal: who.principal ?? who.found,
    params: parsed.params,
    query: parsed.query,
    body: parsed.body,
    db: services.db,
    now,
    newId: idMaker(identity, { now, randomBytes: services.randomBytes }),
    randomBytes: services.randomBytes,
    planId: identity.planId,
    attempt,
    // Made when asked for: only a handler that waits needs one.
    get signal() {
      return options.signal()
    },
  }
}

function respond(route: Route, reply: unknown, requestId: string): Response {
  const headers = {
    'content-type': route.media ?? 'application/json',
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  }
  const status = route.status ?? 200
  if (reply instanceof ReadableStream) return new Response(reply, { status, headers })
  const parsed = route.reply.safeParse(reply)
  if (!parsed.success) throw new Fault('internal', undefined, { cause: parsed.error })
  const text = route.media === undefined ? JSON.stringify(parsed.data) : String(parsed.data)
  return new Response(text, { status, headers })
}
