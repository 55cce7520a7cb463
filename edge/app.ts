/** The edge as one function from a request to an answer. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { Fault } from '../shared/faults.ts'
import { newId } from '../shared/ids.ts'
import { safeHeaders } from './http/answer.ts'
import { describeShared } from './http/describe.ts'
import type { Page } from './http/docs.ts'
import { failureOf } from './http/fail.ts'
import { refuseInvalid } from './http/parse.ts'
import { faultOf, problem } from './http/problem.ts'
import type { Route } from './http/route.ts'
import { type Api, type Env, serve } from './http/serve.ts'
import { clientOf, type Connection } from './http/client.ts'
import type { Services } from './http/services.ts'

/** `connection` is what the server knows of whoever asks. */
export type App = (request: Request, connection: Connection) => Promise<Response>

/** Serves the routes and describes them; everything else is a problem document too. */
export function createApi(routes: readonly Route[], services: Services): Api {
  const api: Api = new OpenAPIHono<Env>({ defaultHook: refuseInvalid })
  describeShared(api.openAPIRegistry, routes)
  for (const route of routes) serve(api, route, services)
  const fail = (c: Context<Env>, fault: Fault, headers: Record<string, string> = {}) => {
    const call = c.get('call') as Env['Variables']['call'] | undefined
    return failureOf(services, fault, { call, headers })
  }
  api.notFound((c) => {
    const methods = methodsOf(api, c.req.path)
    return methods.length === 0
      ? fail(c, new Fault('not_found'))
      : fail(c, new Fault('method_not_allowed'), { allow: methods.join(', ') })
  })
  api.onError((error, c) => fail(c, faultOf(error)))
  return api
}

/** Two years, for this host and those below it. RFC 6797; ASVS 5.0, 3.4.1. */
const HTTPS_ALONE = 'max-age=63072000; includeSubDomains'

/**
 * Looks at every request before it is routed, whatever it asks for: the answer that refuses it, or null where it may go
 * on. Without a log line, which would be what a flood costs.
 */
export function gateOf({ rates, forwardedHops: hops, clock, randomBytes }: Services): Gate {
  return ({ headers }, { remote }) => {
    const now = clock()
    try {
      rates?.ofAddress(clientOf(headers, { remote, hops }).network, now)
      return null
    } catch (error) {
      return problem(faultOf(error), { requestId: newId(now, randomBytes) })
    }
  }
}

export type Gate = (request: Request, connection: Connection) => Response | null

/**
 * `pages` are static: no tenant, no principal. `https`: whoever was here comes by https from then on, on this host and
 * those below it. `gate` may refuse a request before anything else sees it. Never rejects.
 */
export function createApp(
  api: Api,
  pages: readonly Page[] = [],
  { https = false, gate = () => null }: { readonly https?: boolean; readonly gate?: Gate } = {},
): App {
  for (const page of pages) api.get(page.path, () => page.answer())
  const finish = (response: Response) => {
    const { headers } = response
    // An answer of a route has all of them; what else answers is looked through.
    if (headers.get('content-security-policy') !== safeHeaders['content-security-policy']) {
      for (const [name, value] of Object.entries(safeHeaders)) {
        if (!headers.has(name)) headers.set(name, value)
      }
    }
    if (https) headers.set('strict-transport-security', HTTPS_ALONE)
    return response
  }
  const answer = async (request: Request, connection: Connection) => {
    const refused = gate(request, connection)
    if (refused !== null) return refused
    const env: Connection = { ...connection, later: null }
    const response = await api.fetch(request, env)
    return env.later ?? response
  }
  // Not in one function: what it has awaited it would hold for as long as an answer is waited for.
  return (request, connection) => answer(request, connection).then(finish)
}

/** Which methods a path takes, for the answer 405. */
function methodsOf({ routes }: Api, path: string): string[] {
  const segments = path.split('/')
  const fits = (pattern: readonly string[]) =>
    pattern.length === segments.length &&
    pattern.every((part, i) => part === segments[i] || (part.startsWith(':') && segments[i] !== ''))
  const methods = new Set(
    routes.filter((route) => fits(route.path.split('/'))).map(({ method }) => method),
  )
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods].sort()
}
