/** One request through one route: authenticate → authorize → parse → handle → write → parse the reply. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import { act, type ParsedRequest } from './act.ts'
import { admit, type Admitted, admitWithin } from './admit.ts'
import { answerOf, safeHeaders } from './answer.ts'
import { bodyReader, textOf } from './body.ts'
import { describe, takesKey } from './describe.ts'
import { failureOf } from './fail.ts'
import { isForm, jsonOfForm } from './form.ts'
import { checkQuery, keyOf } from './parse.ts'
import { type Client, clientOf, type Connection, networkOf } from './client.ts'
import { SHORT_BYTES } from './held.ts'
import { idOf } from './principal.ts'
import { faultOf } from './problem.ts'
import type { Route } from './route.ts'
import type { Services } from './services.ts'

const MAX_BODY_BYTES = 64 * 1024

const none = {}
const noHeaders = new Headers()
const noBytes = new Uint8Array(0)

/** A request on its way through a route. */
export interface Call {
  readonly requestId: string
  readonly operation: string
  /** When it came, in ms since 1970. */
  readonly started: number
  who: Admitted
  /** Of the body, as they came; empty where the route takes none. */
  bytes: Uint8Array
  readonly client: Client
  /** Whether refusals name the error as RFC 6749 does. */
  readonly oauth: boolean
  /** What the answer says of the requests that are left to who asks. */
  rate: Readonly<Record<string, string>> | null
}

export interface Env {
  readonly Bindings: Connection
  readonly Variables: { readonly call: Call }
}

export type Api = OpenAPIHono<Env>

const nobody: Admitted = { principal: null, found: null }

/**
 * Adds a route to the app. Its middleware runs before the library's validators, which parse by the same schemas that
 * the document describes.
 */
export function serve(api: Api, route: Route, services: Services): void {
  const middleware = [observe(route, services), admission(route, services)]
  const keyed = takesKey(route)
  api.openapi(createRoute({ ...describe(route), middleware }), async (c: HonoContext<Env>) => {
    const call = c.get('call')
    const { who, bytes, requestId, client } = call
    const { raw, path } = c.req
    const parsed = {
      params: c.req.valid('param' as never) ?? none,
      query: c.req.valid('query' as never) ?? none,
      body: c.req.valid('json' as never) ?? none,
    }
    const asked = { method: raw.method, path, bytes }
    const along = await admitWithin(route, services, { who, parsed, asked, headers: raw.headers })
    if (along === null) return nothingDone(requestId)
    const idempotencyKey = keyed ? keyOf(raw.headers) : null
    const request = { who, ...parsed, idempotencyKey, asked, client, along, request: raw }
    if (route.waits === true && c.env?.later === null && (services.telemetry ?? null) === null) {
      c.env.later = later(route, services, released(call, request))
      return nothingDone(requestId)
    }
    const response = await handled(route, services, { call, request })
    if (raw.method !== 'HEAD') return response
    // Nobody would read it to its end.
    await response.body?.cancel()
    return new Response(null, response)
  })
}

interface Handling {
  readonly call: Call
  readonly request: ParsedRequest
}

/** What is held of a request while its handler waits: what was signed and sent is not. */
function released(call: Call, request: ParsedRequest): Handling {
  // Taken from the request once, where others look it up when asked.
  const client = { network: call.client.network, agent: call.client.agent }
  const { idempotencyKey, asked, request: { signal } } = request
  const bytes = idempotencyKey === null ? noBytes : asked.bytes
  return {
    call: { ...call, bytes: noBytes, client },
    request: { ...request, client, asked: { ...asked, bytes }, request: { headers: noHeaders, signal } },
  }
}

async function handled(
  route: Route,
  services: Services,
  { call, request }: Handling,
): Promise<Response> {
  const { requestId, rate, client } = call
  const { principal } = call.who
  const { query } = request
  const reply = await act(route, services, request).catch((error) => {
    // Who reaches for more than they hold there has tried a door as well.
    if (principal !== null && isRefusal(error)) services.watch.refused(principal)
    throw error
  })
  if (principal !== null) services.watch.answered(principal, { further: 'cursor' in (query as object) })
  const whose = principal === null ? client.network : idOf(principal)
  return respond(route, reply, { requestId, rate, services, whose })
}

/**
 * The answer of a route that waits, while the library's frames around the request, some 15 KB, have gone. Never
 * rejects.
 */
function later(route: Route, services: Services, asked: Handling): Promise<Response> {
  const { call } = asked
  const ended = (response: Response) => {
    services.metrics.observe(route.id, response.status, (services.clock() - call.started) / 1000)
    return response
  }
  return handled(route, services, asked).then(ended, (error) => {
    const fault = faultOf(error)
    const response = ended(failureOf(services, fault, { call }))
    const { client, who: { principal } } = call
    services.watch.turnedAway({ route, code: fault.code, principal, client, headers: noHeaders })
    return response
  })
}

/** Gives the request its id, and counts its answer, which may be one that `onError` made. */
function observe(route: Route, services: Services): MiddlewareHandler<Env> {
  return async (c, next) => {
    const started = services.clock()
    const requestId = newId(started, services.randomBytes)
    const client = clientOf(c.req.raw.headers, { remote: c.env?.remote ?? '', hops: services.forwardedHops })
    c.set('call', {
      requestId,
      operation: route.id,
      started,
      who: nobody,
      bytes: noBytes,
      client,
      oauth: route.oauth === true,
      rate: null,
    })
    try {
      await within(c, next, { route, requestId, services })
    } catch (error) {
      // Hono hands on to `onError` what is an Error, and nothing else.
      throw faultOf(error)
    }
    // Counted when it is answered.
    if (c.env?.later) return
    services.metrics.observe(route.id, c.res.status, (services.clock() - started) / 1000)
    if (c.error === undefined) return
    const { code } = faultOf(c.error)
    const { principal } = c.get('call').who
    services.watch.turnedAway({ route, code, principal, client, headers: c.req.raw.headers })
  }
}

/** In a span, where there are any: it names the operation, and nothing that the request says. */
async function within(
  c: HonoContext<Env>,
  next: () => Promise<void>,
  { route, requestId, services }: {
    readonly route: Route
    readonly requestId: string
    readonly services: Services
  },
): Promise<void> {
  const { telemetry = null } = services
  if (telemetry === null) return await next()
  const attributes = {
    'http.request.method': route.method.toUpperCase(),
    'http.route': route.path,
    'sallyport.request_id': requestId,
  }
  const from = c.req.raw.headers.get('traceparent')
  await telemetry.span(route.id, { kind: 'server', attributes, from }, async (span) => {
    await next()
    const { status } = c.res
    span.set({ 'http.response.status_code': status })
    if (c.error === undefined) return
    const { code } = faultOf(c.error)
    if (status >= 500) span.fail(code)
    else span.set({ 'error.type': code })
  })
}

/** Lets in who may, and then reads the body within its limits, for the library to parse. */
function admission(route: Route, services: Services): MiddlewareHandler<Env> {
  const read = bodyReader({
    maxBytes: route.maxBodyBytes ?? MAX_BODY_BYTES,
    timeoutMs: services.bodyTimeoutMs,
    held: services.memory.arriving,
  })
  return async (c, next) => {
    const call = c.get('call')
    const { raw } = c.req
    const { client } = call
    let bytes: Promise<Uint8Array> | undefined
    const body = () => bytes ??= read(raw, networkOf(client.network))
    const incoming = { method: raw.method, url: raw.url, headers: raw.headers, client, body }
    call.who = await admit(route, services, incoming)
    const { principal } = call.who
    if (principal !== null) call.rate = services.rates?.ofPrincipal(principal, services.clock()) ?? null
    checkQuery(c.req, { taken: route.query !== undefined })
    if (route.rawBody === true) call.bytes = await body()
    if (route.body !== undefined) {
      call.bytes = await body()
      let sent = call.bytes
      if (route.oauth === true && isForm(raw.headers)) {
        sent = utf8(jsonOfForm(sent, fieldsOf(route.body)))
        c.req.raw = asJson(raw)
      }
      // Where Hono keeps a body that was read: from there its `json()` and the library's validator take it.
      c.req.bodyCache.text = Promise.resolve(textOf(raw.headers, sent)) as never
    }
    await next()
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'forbidden' || error.code === 'separation_of_duties')
}

function fieldsOf(body: z.ZodType): string[] {
  return body instanceof z.ZodObject ? Object.keys(body.shape) : []
}

/** The request as the library takes it; its body was read before. */
function asJson({ url, method, headers, signal }: Request): Request {
  const said = new Headers(headers)
  said.set('content-type', 'application/json')
  return new Request(url, { method, headers: said, signal })
}

/** Whoever only asked whether an approval is needed has their answer: none is, or it is given. */
function nothingDone(requestId: string): Response {
  return new Response(null, {
    status: 204,
    headers: { 'cache-control': 'private, no-store', 'x-request-id': requestId },
  })
}

function respond(
  route: Route,
  reply: unknown,
  { requestId, rate, services, whose }: Pick<Call, 'requestId' | 'rate'> & {
    readonly services: Services
    /** For whom the answer is held until it is read. */
    readonly whose: string
  },
): Response {
  const headers = {
    'content-type': route.media ?? 'application/json',
    'cache-control': 'private, no-store',
    ...safeHeaders,
    'x-request-id': requestId,
    ...rate,
  }
  const { body, cookies, location } = answerOf(reply)
  const status = location === null ? route.status ?? 200 : 303
  if (cookies.length > 0 || location !== null) {
    const all = new Headers(headers)
    for (const cookie of cookies) all.append('set-cookie', cookie)
    if (location !== null) all.set('location', location)
    return new Response(location === null ? textOfReply(route, body) : null, { status, headers: all })
  }
  if (body instanceof ReadableStream) {
    return new Response(services.memory.outgoing.stream(body), { status, headers })
  }
  const text = textOfReply(route, body)
  if (text.length <= SHORT_BYTES) return new Response(text, { status, headers })
  const bytes = utf8(text)
  return new Response(
    services.memory.outgoing.pieces(bytes, services.memory.answering.take(whose, bytes.length)),
    {
      status,
      headers,
    },
  )
}

function textOfReply(route: Route, body: unknown): string {
  const parsed = route.reply.safeParse(body)
  if (!parsed.success) throw new Fault('internal', undefined, { cause: parsed.error })
  return route.media === undefined ? JSON.stringify(parsed.data) : String(parsed.data)
}
