/** A hostile edge, as far as the agent can tell: passes everything on, and changes what a test wants changed. */

// deno-lint-ignore no-explicit-any
export type Json = any

/** An answer of the edge on its way to the client. */
export interface Answer {
  readonly method: string
  /** Path and query. */
  readonly path: string
  status: number
  body: Json
}

/** Returns true once it has changed something; other answers pass untouched. */
export type Alteration = (answer: Answer) => boolean

/** Answers in the edge's place, with whatever bytes; null lets the request pass. */
export type Stand = (request: Request) => Response | null | Promise<Response | null>

export interface TamperingProxy extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Points it to another edge process. */
  edgePort: number
  /** From now on every JSON answer goes through `alteration`, until the next call; null passes all. */
  alter(alteration: Alteration | null): void
  /** From now on every request is shown to `stand` first, until the next call; null passes all. */
  answer(stand: Stand | null): void
  /** How many answers were changed since the last `alter`. */
  readonly altered: number
}

/** Connection management belongs to each hop. */
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding']

export async function startTamperingProxy(options: { readonly edgePort: number }): Promise<TamperingProxy> {
  let alteration: Alteration | null = null
  let stand: Stand | null = null
  let altered = 0
  let edgePort = options.edgePort
  const pass = async (request: Request): Promise<Response> => {
    const stood = await stand?.(request.clone())
    if (stood) return stood
    const url = new URL(request.url)
    const path = url.pathname + url.search
    const body = request.method === 'GET' ? null : await request.arrayBuffer()
    const init = { method: request.method, headers: request.headers, body, signal: request.signal }
    const reply = await fetch(`http://127.0.0.1:${edgePort}${path}`, { ...init, redirect: 'manual' })
    const headers = new Headers(reply.headers)
    for (const name of hopByHop) headers.delete(name)
    const bytes = await reply.arrayBuffer()
    if (alteration === null || !(reply.headers.get('content-type') ?? '').includes('json')) {
      return new Response(bytes, { status: reply.status, headers })
    }
    const answer: Answer = {
      method: request.method,
      path,
      status: reply.status,
      body: JSON.parse(Buffer.from(bytes).toString('utf8')),
    }
    if (!alteration(answer)) return new Response(bytes, { status: reply.status, headers })
    altered++
    return new Response(JSON.stringify(answer.body), { status: answer.status, headers })
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    // Above the longest poll.
    idleTimeout: 120,
    fetch: (request) => pass(request).catch(() => new Response(null, { status: 502 })),
  })
  const port = server.port as number
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get edgePort() {
      return edgePort
    },
    set edgePort(port: number) {
      edgePort = port
    },
    alter(next) {
      alteration = next
      altered = 0
    },
    answer(next) {
      stand = next
    },
    get altered() {
      return altered
    },
    async [Symbol.asyncDispose]() {
      await server.stop(true)
    },
  }
}
