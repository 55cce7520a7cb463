/** What stands in front of a libSQL server of tests, whichever it is, and makes things go wrong. */

export type Json = Record<string, unknown>

/** What goes wrong with the next requests. Each knob stands until it is changed; all but the first and last count down. */
export interface Faults {
  /** Milliseconds between receiving a request and running it. */
  delayMs: number
  /** Runs the request, commit and all, and breaks the connection in place of answering. */
  dropResponses: number
  /** Answers that the stream has expired, without running anything. */
  expireStreams: number
  /** Answers 503 without running anything. */
  refuse: number
  /** Answers SQLITE_BUSY to whatever asks for the write lock, or to a read, without running anything. */
  busy: number
  /** Has the first statement of a batch run into the limit of the write lock's time: rolled back as a whole. */
  lockLimit: number
  /** Every so many pipelines the next of these faults in turn; 0: never. */
  every: number
}

export interface Faulty {
  /** What it wants to be shown; null: nothing. */
  readonly token: string | null
  readonly faults: Faults
  /** Requests with a pipeline that arrived so far. */
  readonly pipelines: () => number
  readonly answer: (request: Request) => Promise<Response>
  readonly close: () => void | Promise<void>
}

/** On a port of its own. */
export interface HranaServer extends Pick<Faulty, 'token' | 'faults' | 'pipelines'>, AsyncDisposable {
  readonly url: string
}

interface Behind {
  readonly token: string | null
  /** `body` is that of a pipeline, null for every other request. */
  readonly answer: (request: Request, body: Json | null) => Response | Promise<Response>
  readonly close: () => void | Promise<void>
}

const kinds = ['dropResponses', 'expireStreams', 'refuse', 'busy', 'lockLimit'] as const
type Kind = typeof kinds[number]

export function faulty({ token, answer, close }: Behind): Faulty {
  const faults: Faults = {
    delayMs: 0,
    dropResponses: 0,
    expireStreams: 0,
    refuse: 0,
    busy: 0,
    lockLimit: 0,
    every: 0,
  }
  let count = 0
  const due = (): Kind | null => {
    if (faults.every > 0 && count % faults.every === 0) {
      return kinds[Math.floor(count / faults.every) % kinds.length] as Kind
    }
    const kind = kinds.find((one) => faults[one] > 0)
    if (kind !== undefined) faults[kind] -= 1
    return kind ?? null
  }
  const met = async (request: Request) => {
    const { pathname } = new URL(request.url)
    if (request.method !== 'POST' || !/\/v[23]\/pipeline$/.test(pathname)) return await answer(request, null)
    count += 1
    const body = await request.json() as Json
    if (faults.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, faults.delayMs))
    switch (due()) {
      case 'refuse':
        return new Response('overloaded', { status: 503 })
      case 'expireStreams':
        return expired()
      case 'busy':
        return failed(body, { code: 'SQLITE_BUSY', message: 'SQLite error: database is locked' }, 0)
      case 'lockLimit':
        return failed(body, { code: 'TRANSACTION_TIMEOUT', message: 'Transaction timed-out' }, 1)
      case 'dropResponses':
        await (await answer(request, body)).body?.cancel()
        return brokenOff()
      case null:
        return await answer(request, body)
    }
  }
  return { token, faults, pipelines: () => count, answer: met, close }
}

export function serve({ answer, close, ...rest }: Faulty): HranaServer {
  const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => {} }, answer)
  return {
    ...rest,
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await server.shutdown()
      await close()
    },
  }
}

export function expired(): Response {
  return Response.json({ message: 'The stream has expired due to inactivity', code: 'STREAM_EXPIRED' }, {
    status: 400,
  })
}

/** An answer that breaks off: its reader cannot tell what it would have said. */
function brokenOff(): Response {
  return new Response('{', { headers: { 'content-type': 'application/json', 'content-length': '1' } })
}

/** A pipeline of which nothing has run: statements fail, and batches at their step number `at`, 0 being BEGIN. */
function failed(body: Json, error: Json, at: number): Response {
  const results = (body.requests as Json[]).map((request) => {
    switch (request.type) {
      case 'execute':
        return { type: 'error', error }
      case 'batch': {
        const steps = (request.batch as { steps: unknown[] }).steps
        const ran = { cols: [], rows: [], affected_row_count: 0, last_insert_rowid: null }
        const step_results = steps.map((_, index) => index < at ? ran : null)
        const step_errors = steps.map((_, index) => index === at ? error : null)
        return { type: 'ok', response: { type: 'batch', result: { step_results, step_errors } } }
      }
      default:
        return { type: 'ok', response: { type: request.type } }
    }
  })
  return Response.json({ baton: null, base_url: null, results })
}
