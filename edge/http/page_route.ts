/**
 * The fourth way to make a route: a page for people. It reads by asking the JSON API in this process, as the browser
 * itself would with its cookie, so a page can show nothing that the API would not answer; every write is a call of the
 * API by the page's script. Pages have no entry in the OpenAPI document.
 */
import type { Context as HonoContext, Handler } from 'hono'
import { z } from 'zod'
import { Fault, isFaultCode } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import { toBase64 } from '../../shared/bytes.ts'
import { explain } from './log.ts'
import { lacking, type RoutePermission } from './principal.ts'
import { faultOf, InvalidRequest, statusOf } from './problem.ts'
import type { ObjectSchema } from './route.ts'
import type { Api } from './serve.ts'
import type { Services } from './services.ts'

/** What hono/jsx makes of an element; its text is escaped. */
export interface Html {
  toString(): string | Promise<string>
}

/** Leads elsewhere instead: always a path of this origin. */
export interface Lead {
  readonly lead: `/${string}`
}

/** Asks the API as the visitor. Throws the Fault of the problem document. */
export type Ask = <R>(target: `GET /v1/${string}`, reply: z.ZodType<R>) => Promise<R>

/** Who looks at a page, as the frame knows them. */
export interface Visitor {
  /** Id of the tenant that the session has chosen, or null. */
  readonly tenant: string | null
  readonly permissions: ReadonlySet<string>
}

/** What a page is given. `V` is what the frame knows about who looks at it. */
export interface PageContext<Q, Who> {
  readonly query: Q
  readonly params: Readonly<Record<string, string>>
  readonly visitor: Who
  /** Path and query, as they were asked for. */
  readonly path: string
  readonly ask: Ask
  /** Of this answer's Content-Security-Policy: every script element bears it. */
  readonly nonce: string
  readonly now: number
}

type Account = Exclude<RoutePermission, `agent:${string}`> | 'account:any'

/** A page with its types forgotten. */
export interface PageRoute<V extends Visitor = Visitor> {
  readonly id: string
  readonly path: `/${string}`
  readonly permission: Account | null
  /** Why nobody has to be signed in; on pages without a permission. */
  readonly because: string | null
  readonly query: ObjectSchema | null
  // deno-lint-ignore no-explicit-any -- `page` checks it before it is forgotten
  readonly handle: (context: PageContext<any, V & any>) => Promise<Html | Lead>
}

type Output<Q> = Q extends z.ZodType ? z.output<Q> : Readonly<Record<never, never>>

interface Described<Q extends ObjectSchema | undefined> {
  readonly id: string
  /** `/console/things/{id}`. */
  readonly path: `/${string}`
  /** Parameters that it does not name are left out: a link with a campaign's marks still opens. */
  readonly query?: Q
}

/** A page for somebody signed in; `permission` as on any route. Nobody is led to signing in. */
export function page<V extends Visitor, Q extends ObjectSchema | undefined = undefined>(
  described: Described<Q> & {
    readonly permission: Account
    readonly handle: (context: PageContext<Output<Q>, V>) => Promise<Html | Lead>
  },
): PageRoute<V> {
  return { because: null, ...described, query: described.query ?? null } as PageRoute<V>
}

/** A page for anybody, which says why. `visitor` is whoever happens to be signed in, or null. */
export function openPage<V extends Visitor, Q extends ObjectSchema | undefined = undefined>(
  described: Described<Q> & {
    readonly because: string
    readonly handle: (context: PageContext<Output<Q>, V | null>) => Promise<Html | Lead>
  },
): PageRoute<V> {
  return { permission: null, ...described, query: described.query ?? null } as PageRoute<V>
}

/** What all pages stand in. */
export interface Frame<V extends Visitor> {
  /** Under which everything is a page, so that what is not there is one too: `/console`. */
  readonly root: `/${string}`
  /** Who is signed in, or null. Throws Fault `second_factor_required` when they are half-way in. */
  readonly visit: (ask: Ask) => Promise<V | null>
  readonly fault: (fault: Fault, shown: Omit<PageContext<null, V | null>, 'query'> & Failed) => Html
  /** Where whoever is not signed in goes, and comes back from. */
  readonly ways: {
    readonly signIn: (next: string) => `/${string}`
    readonly secondFactor: (next: string) => `/${string}`
    readonly chooseTenant: (next: string) => `/${string}`
  }
}

interface Failed {
  readonly status: number
  readonly requestId: string
}

/** Adds the pages to the app, and a page for whatever else is asked for under the frame's root. */
export function servePages<V extends Visitor>(
  api: Api,
  pages: readonly PageRoute<V>[],
  { frame, services }: { readonly frame: Frame<V>; readonly services: Services },
): void {
  for (const one of pages) {
    api.get(one.path.replaceAll(/\{(\w+)\}/g, ':$1'), serveOne(api, one, { frame, services }))
  }
  const missing = openPage<V>({
    id: 'consoleNotFound',
    path: frame.root,
    because: 'what is not there is nobody’s',
    handle: () => Promise.reject(new Fault('not_found')),
  })
  api.get(`${frame.root}/*`, serveOne(api, missing, { frame, services }))
}

function serveOne<V extends Visitor>(
  api: Api,
  route: PageRoute<V>,
  { frame, services }: { readonly frame: Frame<V>; readonly services: Services },
): Handler {
  return async (c) => {
    const began = services.clock()
    const { pathname, search } = new URL(c.req.url)
    const shown = {
      params: c.req.param(),
      path: pathname + search,
      ask: asking(api, c),
      nonce: toBase64(services.randomBytes(18)),
      now: began,
    }
    let visitor: V | null = null
    let answer: Response
    try {
      const query = queryOf(route, c.req.url)
      visitor = await visitorOf(route, c, { frame, ask: shown.ask })
      const way = wayOf(route, visitor, { frame, path: shown.path })
      const made = way ?? await route.handle({ ...shown, query, visitor })
      answer = isLead(made) ? lead(made) : await html(made, shown.nonce)
    } catch (error) {
      const fault = faultOf(error)
      const way = waySignedOut(fault, { frame, path: shown.path, open: route.permission === null })
      if (way !== null) answer = lead(way)
      else {
        const requestId = newId(began, services.randomBytes)
        const status = statusOf(fault.code)
        if (status >= 500) {
          const fields = { request: requestId, operation: route.id, error: explain(fault) }
          services.log('error', 'a page failed', fields)
        }
        const made = frame.fault(fault, { ...shown, visitor, status, requestId })
        answer = await html(made, shown.nonce, status)
      }
    }
    services.metrics.observe(route.id, answer.status, (services.clock() - began) / 1000)
    return answer
  }
}

/** Whoever is half-way in is nobody yet on a page for anybody. */
async function visitorOf<V extends Visitor>(
  route: PageRoute<V>,
  c: HonoContext,
  { frame, ask }: { readonly frame: Frame<V>; readonly ask: Ask },
): Promise<V | null> {
  if (c.req.header('cookie') === undefined) return null
  try {
    return await frame.visit(ask)
  } catch (error) {
    if (route.permission === null && statusOf(faultOf(error).code) === 401) return null
    throw error
  }
}

function queryOf(route: PageRoute, url: string): unknown {
  if (route.query === null) return {}
  const parsed = route.query.safeParse(Object.fromEntries(new URL(url).searchParams))
  if (parsed.success) return parsed.data
  throw new InvalidRequest(
    parsed.error.issues.map(({ path, message }) => ({ at: `query/${path.join('/')}`, message })),
  )
}

/** Where somebody has to go first, or null. Throws Fault `forbidden`. */
function wayOf<V extends Visitor>(
  { permission }: PageRoute<V>,
  visitor: V | null,
  { frame, path }: { readonly frame: Frame<V>; readonly path: string },
): Lead | null {
  if (permission === null) return null
  if (visitor === null) return { lead: frame.ways.signIn(path) }
  if (permission === 'account:any') return null
  if (visitor.tenant === null) return { lead: frame.ways.chooseTenant(path) }
  if (permission !== 'member:any' && !visitor.permissions.has(permission)) throw lacking(permission)
  return null
}

/** A session that ended between two questions, or one that lacks its second factor. */
function waySignedOut<V extends Visitor>(
  { code }: Fault,
  { frame, path, open }: { readonly frame: Frame<V>; readonly path: string; readonly open: boolean },
): Lead | null {
  if (open) return null
  if (code === 'second_factor_required') return { lead: frame.ways.secondFactor(path) }
  return code === 'unauthenticated' ? { lead: frame.ways.signIn(path) } : null
}

/** What the browser said of itself, which the API looks at: no more than that is passed on. */
const PASSED_ON = ['cookie', 'user-agent', 'x-forwarded-for']

const Problem = z.object({ code: z.string(), detail: z.string() })

function asking(api: Api, c: HonoContext): Ask {
  const headers = new Headers()
  for (const name of PASSED_ON) {
    const value = c.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  return async (target, reply) => {
    const url = new URL(target.slice('GET '.length), c.req.url)
    const answer = await api.fetch(new Request(url, { headers, signal: c.req.raw.signal }), c.env)
    const json: unknown = await answer.json()
    if (answer.ok) return reply.parse(json)
    const { code, detail } = Problem.parse(json)
    throw isFaultCode(code) ? new Fault(code, detail) : new Fault('internal', detail)
  }
}

/** Of pages and of nothing else: scripts by nonce, styles and calls of this origin, no frame, no other base. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

async function html(made: Html, nonce: string, status = 200): Promise<Response> {
  return new Response(`<!doctype html>${await made.toString()}`, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy(nonce),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      'cache-control': 'private, no-store',
    },
  })
}

const isLead = (made: Html | Lead): made is Lead => 'lead' in made

function lead({ lead }: Lead): Response {
  return new Response(null, {
    status: 303,
    headers: { location: lead, 'cache-control': 'private, no-store', 'referrer-policy': 'no-referrer' },
  })
}
