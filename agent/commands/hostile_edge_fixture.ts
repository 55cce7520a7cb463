/** A person's home and an edge that answers whatever a test wants: what a command asks and sends is kept. */
import { join } from 'node:path'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { type KeyKind, places, writeKey, writeProfile, writeToken } from '../home.ts'
import { native as p } from '../primitives.ts'
import { type Draft, draft, ids, keys, seedOf, World } from '../runs/world_fixture.ts'
import { runProgram } from './program.ts'
import { Shell } from './shell.ts'

interface Sent {
  readonly method: string
  readonly path: string
  // deno-lint-ignore no-explicit-any
  readonly body: any
}

export class HostileEdge implements AsyncDisposable {
  readonly world: World
  readonly home: string
  readonly sent: Sent[] = []
  /** What it was only asked about: exactly that text. */
  readonly askedFirst: { readonly path: string; readonly text: string }[] = []
  /** An approval that it wants of what is asked about first; null while it wants none. */
  approval: { readonly id: string; given: boolean } | null = null
  /** Answers by the path, without its query, for what the tenant's own documents do not answer. */
  readonly replies = new Map<string, unknown>()
  /** Answers to what changes something, by method and path: `PATCH /v1/tenant`. */
  readonly done = new Map<string, unknown>()
  /** Path and query of every question, in order. */
  readonly asked: URL[] = []
  /** Told what is sent before it is answered. */
  onPost: (path: string, body: Sent['body']) => void = () => undefined
  readonly #server: ReturnType<typeof Bun.serve>

  constructor(
    from: Draft,
    { project }: { readonly project: { readonly id: string; readonly name: string } | null },
  ) {
    this.world = new World(from)
    this.home = join(this.world.folder, 'home')
    this.#server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => this.#answer(request) })
    const { pin } = this.world.ring
    const url = `http://127.0.0.1:${this.#server.port}`
    writeProfile(this.home, { url, tenant: ids.tenant, pin, project })
    writeToken(this.home, 'sp_pat_test')
    this.#key(places.signer, 'signer', keys.signer)
    this.replies.set('/v1/projects', { data: [{ id: ids.project, name: 'default' }], next_cursor: null })
    for (const [name, id] of [['source', ids.source], ['destination', ids.destination]] as const) {
      this.replies.set(`/v1/connections/${id}`, this.#record(name))
    }
    this.replies.set(`/v1/pipelines/${ids.pipeline}`, this.#record('pipeline'))
  }

  #record(name: 'source' | 'destination' | 'pipeline') {
    const { document, sealed } = this.world.documents[name]
    return { id: ids[name], document, sealed }
  }

  #key(place: string, kind: KeyKind, n: number): void {
    const pair = { private: seedOf(n), public: p.ed25519.publicKey(seedOf(n)) }
    writeKey(join(this.home, place), kind, { ...pair, now: this.world.now })
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const { pathname: path, searchParams } = url
    if (request.method !== 'GET') {
      const text = await request.text()
      const body = text === '' ? null : JSON.parse(text)
      const said = request.headers.get('approval')
      if (said !== null && /^ask\b/.test(said)) return this.#mayFollow(said, { path, text })
      this.sent.push({ method: request.method, path, body })
      this.onPost(path, body)
      const done = this.done.get(`${request.method} ${path}`)
      if (done instanceof Response) return done.clone() as Response
      return Response.json(done ?? { id: ids.agent, state: 'queued' }, { status: 201 })
    }
    this.asked.push(url)
    const reply = this.#documents(path, searchParams) ?? this.replies.get(path)
    if (reply instanceof Response) return reply
    return reply === undefined ? Response.json({ code: 'not_found' }, { status: 404 }) : Response.json(reply)
  }

  #mayFollow(said: string, one: { readonly path: string; readonly text: string }): Response {
    this.askedFirst.push(one)
    const { approval } = this
    if (approval === null) return new Response(null, { status: 204 })
    if (approval.given && said === `ask ${approval.id}`) return new Response(null, { status: 204 })
    return Response.json({ code: 'approval_required', approval: approval.id }, { status: 403 })
  }

  #documents(path: string, query: URLSearchParams): unknown {
    const { trust, policy } = this.world.documents
    if (path === '/v1/trust/1') return { version: 1, document: trust.dsse, policy: policy.envelope }
    if (path !== `/v1/projects/${ids.project}/index`) return undefined
    const after = Number(query.get('after') ?? 0)
    const number = (dsse: Dsse) => JSON.parse(atob(dsse.payload)).number as number
    return {
      data: this.world.shown.indexes.filter((dsse) => number(dsse) > after).map((document) => ({ document })),
    }
  }

  async run(...words: string[]) {
    const out = { stdout: '', stderr: '' }
    const sink = (name: 'stdout' | 'stderr') => ({ write: (text: string) => (out[name] += text) })
    const env = { SALLYPORT_HOME: this.home }
    const shell = new Shell({ env, stdout: sink('stdout'), stderr: sink('stderr'), stdin: {} })
    return { exit: await runProgram(words, shell), ...out }
  }

  async [Symbol.asyncDispose]() {
    await this.#server.stop(true)
    await this.world[Symbol.asyncDispose]()
  }
}

/** Documents that have not run out by the clock of whoever runs the test. */
export function currentDraft(): Draft {
  const from = draft()
  const now = Date.now()
  from.trust.issued = new Date(now - 60_000).toISOString()
  from.trust.expires = new Date(now + 86_400_000).toISOString()
  return from
}
