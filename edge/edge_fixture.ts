/** An edge in this process, over a database of its own, with a clock that stands still until it is moved. */
import type { ConfiguredProvider } from './auth/providers/providers.ts'
import { PasswordHasher } from './auth/accounts/hasher.ts'
import type { Mail, Sender } from './auth/mail/mail.ts'
import { hashSecret, newSecret } from './auth/secret.ts'
import type { MasterKeys } from './db/master_keys.ts'
import { type Kind, type TestStorage, testStorage } from './db/storage_fixture.ts'
import type { Storage } from './db/storage.ts'
import { SESSION_COOKIE } from './http/cookies.ts'
import type { LogLevel } from './http/log.ts'
import type { RateLimits } from './http/rates.ts'
import { native } from './primitives.ts'
import { signRequest } from '../shared/sign/http_signature.ts'
import { toHex, utf8 } from '../shared/bytes.ts'
import { type Edge, wire } from './wiring.ts'

export const PUBLIC_URL = 'http://edge.test:8787'

/** One thread for all edges of a process, at the least cost that works: what a hash costs is measured elsewhere. */
export const hasher = new PasswordHasher({
  cost: { memory: 8, passes: 1, lanes: 1 },
  randomBytes: native.randomBytes,
  threads: 1,
})

/** Who a call comes from. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'bearer'; readonly secret: string }
  /** A browser with a session's cookie, on a page of ours. */
  | { readonly kind: 'session'; readonly cookie: string }
  | { readonly kind: 'agent'; readonly id: string; readonly seed: Uint8Array }

export const nobody: Caller = { kind: 'nobody' }

export function bearer(secret: string): Caller {
  return { kind: 'bearer', secret }
}

export interface Call {
  /** Milliseconds that a signature is older than the edge's clock. */
  readonly signedAgoMs?: number
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, in place of `body`. */
  readonly raw?: BodyInit
  readonly headers?: Readonly<Record<string, string>>
  /** The address at the other end of the connection. */
  readonly remote?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Of JSON answers; the text of others. */
  // deno-lint-ignore no-explicit-any -- tests say what they expect of it
  readonly json: any
}

export interface TestEdge extends AsyncDisposable {
  readonly edge: Edge
  readonly storage: Storage
  readonly fixture: TestStorage
  readonly setupToken: string
  readonly clock: { now: number }
  readonly master: MasterKeys
  /** What the edge would have written to its log. */
  readonly logged: { readonly level: LogLevel; readonly message: string; readonly fields: unknown }[]
  readonly close: AbortController
  /** What went out by mail. */
  readonly mails: Mail[]
  call(caller: Caller, target: string, call?: Call): Promise<Answer>
}

export async function testEdge(
  options: {
    readonly kind?: Kind
    readonly now?: number
    readonly bodyTimeoutMs?: number
    readonly providers?: readonly ConfiguredProvider[]
    /** Null: an edge that sends no mail. Left out: it is kept in `mails`. */
    readonly mail?: Sender | null
    readonly publicUrl?: string
    readonly rates?: RateLimits
    readonly forwardedHops?: number
  } = {},
): Promise<TestEdge> {
  const fixture = await testStorage(options.kind ?? 'embedded')
  const clock = { now: options.now ?? Date.parse('2026-11-22T09:00:00.000Z') }
  const setupToken = newSecret('set', native.randomBytes)
  const master = { newest: 1, keys: new Map([[1, native.randomBytes(32)]]) }
  const logged: TestEdge['logged'] = []
  const close = new AbortController()
  const mails: Mail[] = []
  const edge = wire({
    storage: fixture.storage,
    publicUrl: options.publicUrl ?? PUBLIC_URL,
    setupTokenHash: hashSecret(setupToken),
    master,
    primitives: native,
    clock: () => clock.now,
    log: (level, message, fields) => logged.push({ level, message, fields }),
    closing: close.signal,
    bodyTimeoutMs: options.bodyTimeoutMs ?? 10_000,
    providers: options.providers ?? [],
    loopbackProviders: true,
    forwardedHops: options.forwardedHops ?? 0,
    ...(options.rates === undefined ? {} : { rates: options.rates }),
    ...(options.mail === null ? {} : {
      mail: options.mail ?? ((mail: Mail) => {
        mails.push(mail)
        return Promise.resolve()
      }),
    }),
    hasher,
  })
  return {
    edge,
    storage: fixture.storage,
    fixture,
    setupToken,
    clock,
    master,
    logged,
    close,
    mails,
    call: (caller, target, call = {}) => send(edge, { caller, target, call, now: clock.now }),
    async [Symbol.asyncDispose]() {
      close.abort()
      await edge.flush()
      await fixture[Symbol.asyncDispose]()
    },
  }
}

/** `target` is `POST /v1/things`; each call has a nonce of its own. */
async function send(
  edge: Edge,
  { caller, target, call, now }: {
    readonly caller: Caller
    readonly target: string
    readonly call: Call
    readonly now: number
  },
): Promise<Answer> {
  const [method = '', path = ''] = target.split(' ')
  const url = new URL(path, PUBLIC_URL)
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.append(name, value)
  const body = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
  const headers = new Headers({
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(caller.kind === 'bearer' ? { authorization: `Bearer ${caller.secret}` } : {}),
    ...(caller.kind === 'session'
      ? { cookie: `${SESSION_COOKIE}=${caller.cookie}`, origin: PUBLIC_URL, 'sec-fetch-site': 'same-origin' }
      : {}),
    ...(caller.kind === 'agent'
      ? signed(caller, { method, url, body, now: now - (call.signedAgoMs ?? 0) })
      : {}),
    ...call.headers,
  })
  const response = await edge.app(
    new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }),
    { remote: call.remote ?? '192.0.2.1' },
  )
  const text = await response.text()
  const json = /json/.test(response.headers.get('content-type') ?? '') &&
    !/jsonl/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    json: json && text !== '' ? JSON.parse(text) : text,
  }
}

/** A body that streams cannot be signed ahead: such a call is signed as if it were empty. */
function signed(
  { id, seed }: { readonly id: string; readonly seed: Uint8Array },
  { method, url, body, now }: {
    readonly method: string
    readonly url: URL
    readonly body: BodyInit | undefined
    readonly now: number
  },
): Readonly<Record<string, string>> {
  const bytes = typeof body === 'string' ? utf8(body) : body instanceof Uint8Array ? body : new Uint8Array(0)
  const parameters = { created: Math.floor(now / 1000), nonce: toHex(native.randomBytes(16)), keyid: id }
  return signRequest(native, { method, url, body: bytes, seed, parameters })
}

/** Every row of every table, counted: two equal counts mean that nothing was written. */
export async function rowCounts(storage: Storage): Promise<Record<string, unknown>> {
  const tables = await storage.read({
    sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    parameters: [],
    reads: true,
  })
  // One question: a server answers it in the time that it takes for one table.
  const each = tables.map(({ name }) => `SELECT '${name}' AS name, count(*) AS n FROM "${name}"`)
  const rows = await storage.read({ sql: each.join(' UNION ALL '), parameters: [], reads: true })
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]))
}
