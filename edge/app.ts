/** The edge as one function from a request to an answer. */
import { Hono } from 'hono'
import { Fault } from '../shared/faults.ts'
import { newId } from '../shared/ids.ts'
import type { Page } from './http/docs.ts'
import { explain } from './http/log.ts'
import { faultOf, problem } from './http/problem.ts'
import type { Route } from './http/route.ts'
import { serve } from './http/serve.ts'
import type { Services } from './http/services.ts'

export type App = (request: Request) => Promise<Response>

/** Serves the routes; everything else is a problem document too. `pages` are static: no tenant, no principal. */
export function createApp(
  routes: readonly Route[],
  services: Services,
  pages: readonly Page[] = [],
): App {
  const app = new Hono()
  for (const route of routes) {
    const answer = serve(route, services)
    app.on(route.method.toUpperCase(), honoPath(route.path), (c) =>
      answer({
        request: c.req.raw,
        path: c.req.path,
        params: c.req.param(),
        query: c.req.raw.url.includes('?') ? c.req.queries() : {},
      }))
  }
  for (const page of pages) app.get(page.path, () => page.answer())
  const fail = (fault: Fault, headers: Record<string, string> = {}) =>
    problem(fault, { requestId: newId(services.clock(), services.randomBytes), headers })
  const methodsOf = methodTable(routes, pages.map(({ path }) => path))
  app.notFound((c) => {
    const methods = methodsOf(c.req.path)
    return methods.length === 0
      ? fail(new Fault('not_found'))
      : fail(new Fault('method_not_allowed'), { allow: methods.join(', ') })
  })
  app.onError((error) => {
    const fault = faultOf(error)
    services.log('error', 'a request failed outside its route', { error: explain(fault) })
    return fail(fault)
  })
  return async (request) => await app.fetch(request)
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** Which methods a path takes, for the answer 405. */
function methodTable(routes: readonly Route[], pages: readonly string[]): (path: string) => string[] {
  const entries = [
    ...routes.map(({ path, method }) => ({ path, method: method.toUpperCase() })),
    ...pages.map((path) => ({ path, method: 'GET' })),
  ].map(({ path, method }) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }))
  return (path) => {
    const methods = new Set(entries.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods].sort()
  }
}
