/**
 * The only three ways to make a route. What must not be forgotten cannot be left out: a permission, an audit
 * action with its target, and for a route without a principal the reason.
 *
 * Order of every request: authenticate → authorize → parse → handle → write → parse the reply.
 */
import type { z } from 'zod'
import type { FaultCode } from '../../shared/faults.ts'
import type { PlacePermission } from '../../shared/permissions.ts'
import type { Reader } from '../db/database.ts'
import type { Answer } from './answer.ts'
import type { Change, OpenChange, Unchanged } from './change.ts'
import type { Client } from './client.ts'
import type { Place, Reach } from './grants.ts'
import type { Leaving } from './leaving.ts'
import type {
  AccountPrincipal,
  AgentPermission,
  AgentPrincipal,
  MemberPrincipal,
  RoutePermission,
} from './principal.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

export type ObjectSchema = z.ZodObject<z.ZodRawShape>

/** What a route without such a part has. */
export type Empty = Readonly<Record<never, never>>

type Output<S> = S extends z.ZodType ? z.output<S> : Empty

/** What a request and its reply look like. Objects of requests are strict: an unknown field is refused. */
export interface Shape<
  P extends ObjectSchema | undefined,
  Q extends ObjectSchema | undefined,
  B extends z.ZodType | undefined,
  R extends z.ZodType,
> {
  /** The operationId: camelCase, a verb and a noun. */
  readonly id: string
  /** `/v1/things/{id}`: every `{name}` is a key of `params`. */
  readonly path: `/${string}`
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** What is answered; fields that it does not name are left out. */
  readonly reply: R
  /** 200, unless a command makes something: 201. */
  readonly status?: 200 | 201
  /** Codes that the handler may answer with, beyond those of every route. */
  readonly faults?: readonly FaultCode[]
  /** A request that works and its answer, shown in the reference and parsed by a test. */
  readonly example: Example
  /** Bytes of the body; 64 KiB unless said. */
  readonly maxBodyBytes?: number
  /** Its handler waits for something to happen: it is given no headers and no bytes, which would be held meanwhile. */
  readonly waits?: true
  /** What is sent is the sender's own, of any kind, and vouched for in headers: the handler judges `context.sent`. */
  readonly rawBody?: true
  /** The content type of a reply that is text or a stream of bytes: then it is not parsed. */
  readonly media?: 'application/jsonl' | 'text/plain'
  /**
   * It speaks RFC 6749: the body may be a form as well, and what is refused has the member `error` with that RFC's code
   * beside ours.
   */
  readonly oauth?: true
  /** A person must have confirmed by passkey or code within five minutes: 403 `fresh_sign_in_required`. */
  readonly fresh?: true
  /** A command that its owners may still give while the tenant waits to be erased. */
  readonly whileClosing?: true
  /** Where the tenant's rules want it, another person approves the request first: 403 `approval_required`. */
  readonly twoPerson?: TwoPerson
  /** Throws what no approval changes: asked before another person is. */
  readonly possible?: (
    asked: { readonly db: Reader; readonly tenant: string; readonly body: Output<B> },
  ) => Promise<void>
  /** Why what a member reads or writes here is not of their tenant alone. */
  readonly acrossTenants?: string
}

/** What a tenant may want two people for; `rules`: to change that, once it wants two for anything. */
export type TwoPerson = 'keys' | 'deletion' | 'rules'

/** What a route asks to find out where the thing is that it acts on. */
export interface AskedWithin<P, Q, B> {
  readonly db: Reader
  readonly tenant: string
  readonly params: P
  readonly query: Q
  readonly body: B
}

/**
 * Where the thing is: null answers 404. `'list'`: the handler answers what is within `context.reach` alone. Not asked of
 * who holds the permission in the whole tenant.
 */
export type Within<P, Q, B> = 'list' | ((asked: AskedWithin<P, Q, B>) => Promise<Place | null>)

/** Permissions that can be held at a place have to say which place it is about. */
type Placed<May, P, Q, B> = May extends PlacePermission ? { readonly within: Within<P, Q, B> }
  : { readonly within?: never }

export interface Example {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly reply: unknown
}

/** What a handler is given; clock and randomness come with the request. */
export interface Context<Who, P, Q, B> {
  readonly principal: Who
  readonly params: P
  readonly query: Q
  readonly body: B
  /** Reads what is committed. Every store function that takes it takes the tenant too. */
  readonly db: Reader
  /** Milliseconds since 1970. The same again when a request with an Idempotency-Key is repeated. */
  readonly now: number
  /** Makes an id. The first, second, … are the same again when such a request is repeated. */
  readonly newId: () => string
  readonly randomBytes: (length: number) => Uint8Array
  /** The plan's id: what the audit log knows this request by. */
  readonly planId: string
  /** Aborts when the caller goes away or the edge is about to stop: answer at once. */
  readonly signal: Leaving
  /** 0, and one higher each time that a `change` with `again` was refused. */
  readonly attempt: number
  /** Where the principal holds the route's permission: a list answers nothing from elsewhere. */
  readonly reach: Reach
  readonly client: Client
  /** The request as it came; of its body there are bytes where the route takes one. */
  readonly sent: { readonly bytes: Uint8Array; readonly headers: Headers }
  /** The value of a cookie, or null. */
  readonly cookie: (name: string) => string | null
  /** Whether it is a browser that opens a page: it takes HTML by name, as no program does. RFC 9110 section 12.5.1. */
  readonly opensPage: boolean
}

/** A secret that is good for one route: what stands behind `Authorization: Bearer` in place of a token. */
export interface Credential<Found> {
  readonly kind: 'setup' | 'invitation' | 'enrolment'
  /** What the secret stands for, or null when it is wrong, used or expired. Runs before anything is parsed. */
  readonly find: (asked: {
    readonly secret: string
    readonly db: Reader
    readonly now: number
  }) => Promise<Found | null>
}

type Who<May> = May extends AgentPermission ? AgentPrincipal
  : May extends 'account:any' ? AccountPrincipal
  : MemberPrincipal

/** An account belongs to no tenant: its change says whose log the entry goes to. */
type Decided<May, Body> =
  | (May extends 'account:any' ? OpenChange<Body | Answer<Body>> : Change<Body | Answer<Body>>)
  | Unchanged<Body | Answer<Body>>

/** An audit action in the past tense (`run.cancelled`), or the reason why none is written. */
export type Audit = `${string}.${string}` | { readonly none: string }

/** A route with its types forgotten: what the app serves and the reference describes. */
export interface Route extends Shape<ObjectSchema, ObjectSchema, z.ZodType, z.ZodType> {
  readonly kind: 'query' | 'command' | 'open'
  readonly method: Method
  readonly permission: RoutePermission | null
  readonly audit: Audit | null
  /** Why there is no principal; on routes of kind `open`. */
  readonly because: string | null
  readonly credential: Credential<unknown> | null
  readonly within: Within<unknown, unknown, unknown> | null
  // deno-lint-ignore no-explicit-any -- the three constructors below check it before it is forgotten
  readonly handle: (context: Context<any, any, any, any>) => Promise<unknown>
}

/** Reads and answers. It has no way to write. */
export function query<
  const May extends RoutePermission,
  R extends z.ZodType,
  P extends ObjectSchema | undefined = undefined,
  Q extends ObjectSchema | undefined = undefined,
>(
  route: Shape<P, Q, undefined, R> & Placed<May, Output<P>, Output<Q>, Empty> & {
    readonly permission: May
    readonly handle: (
      context: Context<Who<May>, Output<P>, Output<Q>, Empty>,
    ) => Promise<z.input<R> | Answer<z.input<R>> | ReadableStream<Uint8Array>>
  },
): Route {
  return erase({ within: null, ...route }, {
    kind: 'query',
    method: 'get',
    audit: null,
    because: null,
    credential: null,
  })
}

/** Reads, then says what to write. */
export function command<
  const May extends RoutePermission,
  R extends z.ZodType,
  P extends ObjectSchema | undefined = undefined,
  Q extends ObjectSchema | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  route: Shape<P, Q, B, R> & Placed<May, Output<P>, Output<Q>, Output<B>> & {
    readonly method: Exclude<Method, 'get'>
    readonly permission: May
    readonly audit: Audit
    readonly handle: (
      context: Context<Who<May>, Output<P>, Output<Q>, Output<B>>,
    ) => Promise<Decided<May, z.input<R>>>
  },
): Route {
  return erase({ within: null, ...route }, { kind: 'command', because: null, credential: null })
}

/**
 * A route without a principal, which says why. With a `credential`, `context.principal` is what that stands for. With
 * `audit` it may write, into the log of the tenant that its change names.
 */
export function open<
  R extends z.ZodType,
  Found = null,
  P extends ObjectSchema | undefined = undefined,
  Q extends ObjectSchema | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  route: Shape<P, Q, B, R> & {
    readonly method: Method
    readonly because: string
    readonly credential?: Credential<Found>
    readonly audit?: Audit
    readonly handle: (
      context: Context<Found, Output<P>, Output<Q>, Output<B>>,
    ) => Promise<
      OpenChange<z.input<R> | Answer<z.input<R>>> | Unchanged<z.input<R> | Answer<z.input<R>>>
    >
  },
): Route {
  return erase({ credential: null, audit: null, ...route }, { kind: 'open', permission: null, within: null })
}

function erase(route: object, fixed: Partial<Route>): Route {
  return { ...route, ...fixed } as Route
}
