/** The edge's API, typed by its own OpenAPI document. */
import createClient, { type Client } from 'openapi-fetch'
import { Fault } from '../../shared/faults.ts'
import { signRequest } from '../../shared/sign/http_signature.ts'
import { toBase64 } from '../../shared/bytes.ts'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../shared/protocol.ts'
import { type TokenSource, tokenText } from '../kept_token.ts'
import { directNetwork, fetchBy, type Network } from '../network.ts'
import { native } from '../primitives.ts'
import { version } from '../version.ts'
import type { paths } from './openapi.d.ts'
import { faultOf, harmless } from './problem.ts'
import { type Authorize, transport, waitOf } from './transport.ts'

export type Edge = Client<paths>

const common = { accept: 'application/json', 'user-agent': `sallyport/${version}` }

/**
 * For a person or a machine with a token; null for the few calls without one. A POST carries an Idempotency-Key of
 * its own, so that it can be tried again.
 */
export function edgeFor(url: URL, token: TokenSource | null, network: Network = directNetwork): Edge {
  const authorize: Authorize = async ({ headers }) => {
    if (token !== null) headers.set('authorization', `Bearer ${await tokenText(token)}`)
  }
  const send = transport({ authorize, network: fetchBy(network) })
  return createClient<paths>({
    baseUrl: url.origin,
    headers: common,
    fetch: (request) => {
      if (request.method === 'POST' && !request.headers.has('idempotency-key')) {
        request.headers.set('idempotency-key', crypto.randomUUID())
      }
      return send(request)
    },
  })
}

export interface AgentIdentity {
  readonly id: string
  /** Ed25519 seed. */
  readonly seed: Uint8Array
}

/** For an agent: every attempt is signed anew (RFC 9421). All but a poll may be sent twice. */
export function edgeForAgent(
  url: URL,
  { id, seed }: AgentIdentity,
  { now, network, traceparent = () => null }: {
    readonly now: () => number
    readonly network: Network
    /** Of the span that a request belongs to: the edge links it. */
    readonly traceparent?: () => string | null
  },
): Edge {
  const authorize: Authorize = ({ method, url: target, body, headers }) => {
    const nonce = toBase64(native.randomBytes(18))
    const parameters = { created: Math.floor(now() / 1000), nonce, keyid: id }
    const fields = signRequest(native, { method, url: target, body, seed, parameters })
    for (const [name, value] of Object.entries(fields)) headers.set(name, value)
    headers.set(PROTOCOL_HEADER, String(PROTOCOL_VERSION))
    const within = traceparent()
    if (within !== null) headers.set('traceparent', within)
  }
  const repeatable = ({ url: target }: Request) => !target.endsWith('/v1/agent/poll')
  return createClient<paths>({
    baseUrl: url.origin,
    headers: common,
    fetch: transport({ authorize, repeatable, network: fetchBy(network) }),
  })
}

/** What a client of the edge returns for a call. */
export type Call<T> = Promise<{ readonly data?: T; readonly error?: unknown; readonly response: Response }>

/** What was answered, fit to be shown. Throws the edge's problem as a Fault, and `edge_unexpected` on what is no JSON. */
export async function answer<T>(call: Call<T>): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new Fault('edge_unexpected', 'The edge answered with something that is not JSON.', { cause })
  })
  if (!response.ok) throw faultOf(response.status, error, waitOf(response))
  if (data === undefined) throw new Fault('edge_unexpected', 'The edge answered without saying anything.')
  return harmless(data)
}

/** A request that says so is not carried out: the edge answers whether it may be, as far as a second person goes. */
export const asksOnly = { approval: 'ask' } as const

/**
 * Before something else moves for a request that may need another person: resolves when it needs none, or has its
 * approval. The call is the very request, with `asksOnly` among its headers. Throws `approval_required`, and whatever
 * else would refuse it at the door.
 */
export async function mayFollow(call: Call<unknown>): Promise<void> {
  const { error, response } = await call
  if (!response.ok) throw faultOf(response.status, error)
}

interface PageOf<T> {
  readonly data: readonly T[]
  readonly next_cursor?: string | null | undefined
}

/** All pages, at most `most` items. */
export async function everyPage<T>(
  page: (cursor: { cursor?: string }) => Promise<PageOf<T>>,
  most = 10_000,
): Promise<T[]> {
  const all: T[] = []
  let at: { cursor?: string } = {}
  while (all.length < most) {
    const { data, next_cursor } = await page(at)
    all.push(...data)
    if (!next_cursor || data.length === 0) break
    at = { cursor: next_cursor }
  }
  return all.slice(0, most)
}
