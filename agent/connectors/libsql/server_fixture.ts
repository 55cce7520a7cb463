/**
 * A double of a libSQL server for tests: Hrana over HTTP, version 2, in front of SQLite, written from the protocol's
 * specification. Strict where real servers are – a baton is good once, a stream that rests too long expires, a write
 * transaction between requests is rolled back in the end – and it can be told to misbehave.
 */
import { Database, type SQLQueryBindings } from 'bun:sqlite'

type Json = Record<string, unknown>

/** What goes wrong with the next requests. Each counts down, but for the delay. */
export interface Faults {
  /** Milliseconds between receiving a request and running it. */
  delayMs: number
  /** Runs the request, commit and all, and breaks the answer off. Only requests whose body has `only` in it. */
  dropAnswers: number
  only: string
  expireStreams: number
  refuse: number
  redirect: number
}

export interface HranaDouble extends AsyncDisposable {
  readonly url: string
  readonly faults: Faults
  readonly requests: () => number
  /** Bodies of the requests, if wanted. */
  onRequest: ((body: string) => void) | null
}

class Stream {
  readonly #database: Database
  #timer: ReturnType<typeof setTimeout> | undefined
  closed = false

  constructor(path: string) {
    this.#database = new Database(path, { create: true, readwrite: true, safeIntegers: true })
    this.#database.run('pragma busy_timeout = 0')
    this.#database.run('pragma foreign_keys = 0')
  }

  rest(idleMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.close(), idleMs)
  }

  close(): void {
    clearTimeout(this.#timer)
    if (this.closed) return
    this.closed = true
    if (this.#database.inTransaction) this.#database.run('rollback')
    this.#database.close()
  }

  answer(request: Json): Json {
    const type = request['type'] as string
    try {
      if (type === 'close') this.close()
      const result = type === 'execute'
        ? this.#execute(request['stmt'] as Json)
        : type === 'batch'
        ? this.#batch((request['batch'] as Json)['steps'] as Json[])
        : undefined
      return { type: 'ok', response: { type, result } }
    } catch (error) {
      return { type: 'error', error: errorJson(error) }
    }
  }

  #execute({ sql, args = [] }: Json): Json {
    const statement = this.#database.prepare(sql as string)
    const values = (args as Json[]).map(fromWire) as SQLQueryBindings[]
    if (statement.columnNames.length > 0) {
      const rows = statement.values(...values) as unknown[][]
      return {
        cols: [],
        rows: rows.map((row) => row.map(toWire)),
        affected_row_count: 0,
        last_insert_rowid: null,
      }
    }
    const { changes } = statement.run(...values)
    return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: null }
  }

  #batch(steps: readonly Json[]): Json {
    const results: (Json | null)[] = []
    const errors: (Json | null)[] = []
    for (const [at, { condition, stmt }] of steps.entries()) {
      results[at] = null
      errors[at] = null
      if (condition !== undefined && !holds(condition as Json, results)) continue
      try {
        results[at] = this.#execute(stmt as Json)
      } catch (error) {
        errors[at] = errorJson(error)
      }
    }
    return { step_results: results, step_errors: errors }
  }
}

function holds(condition: Json, results: readonly (Json | null)[]): boolean {
  switch (condition['type']) {
    case 'ok':
      return results[condition['step'] as number] !== null
    case 'not':
      return !holds(condition['cond'] as Json, results)
    default:
      return (condition['conds'] as Json[]).every((one) => holds(one, results))
  }
}

function fromWire(value: Json): unknown {
  if (value['type'] === 'null') return null
  if (value['type'] === 'integer') return BigInt(value['value'] as string)
  if (value['type'] === 'blob') return new Uint8Array(Buffer.from(value['base64'] as string, 'base64'))
  return value['value']
}

function toWire(value: unknown): Json {
  if (value === null) return { type: 'null' }
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) }
  if (typeof value === 'number') return { type: 'float', value }
  if (typeof value === 'string') return { type: 'text', value }
  // Without padding, as servers write it.
  return { type: 'blob', base64: Buffer.from(value as Uint8Array).toString('base64').replace(/=+$/, '') }
}

/** The short code, as servers give it. */
function errorJson(error: unknown): Json {
  const { message, code = 'HRANA_PROTO_ERROR' } = error as { message: string; code?: string }
  return { message: `SQLite error: ${message}`, code: code.replace(/^(SQLITE_[A-Z]+)_.*$/, '$1') }
}

/** Serves the database file at `path`; with a `token`, only to who has it. */
export function serveHrana(
  path: string,
  { token, idleMs = 10_000 }: { readonly token?: string; readonly idleMs?: number } = {},
): HranaDouble {
  const faults: Faults = { delayMs: 0, dropAnswers: 0, only: '', expireStreams: 0, refuse: 0, redirect: 0 }
  const streams = new Map<string, Stream>()
  let count = 0
  const pipeline = (body: Json): Response => {
    const baton = body['baton']
    const stream = typeof baton === 'string' ? streams.get(baton) : new Stream(path)
    if (typeof baton === 'string') streams.delete(baton)
    if (stream === undefined || stream.closed) return expired()
    const results = (body['requests'] as Json[]).map((request) => stream.answer(request))
    const next = stream.closed ? null : crypto.randomUUID()
    if (next !== null) {
      stream.rest(idleMs)
      streams.set(next, stream)
    }
    return Response.json({ baton: next, base_url: null, results })
  }
  const double = {
    onRequest: null as HranaDouble['onRequest'],
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      if (faults.redirect > 0 && faults.redirect--) {
        return Response.redirect('http://127.0.0.1:1/v2/pipeline', 307)
      }
      if (new URL(request.url).pathname !== '/v2/pipeline') return new Response(null, { status: 404 })
      if (token !== undefined && request.headers.get('authorization') !== `Bearer ${token}`) {
        return Response.json({ message: 'unauthorized', code: 'AUTH_TOKEN_INVALID' }, { status: 401 })
      }
      count++
      const text = await request.text()
      double.onRequest?.(text)
      if (faults.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, faults.delayMs))
      if (faults.refuse > 0 && faults.refuse--) return new Response('overloaded', { status: 503 })
      if (faults.expireStreams > 0 && text.includes('"baton":"') && faults.expireStreams--) return expired()
      const response = pipeline(JSON.parse(text) as Json)
      if (faults.dropAnswers > 0 && text.includes(faults.only)) {
        faults.dropAnswers--
        return new Response('{', { headers: { 'content-type': 'application/json' } })
      }
      return response
    },
  })
  return Object.assign(double, {
    url: `http://127.0.0.1:${server.port}`,
    faults,
    requests: () => count,
    async [Symbol.asyncDispose]() {
      await server.stop(true)
      for (const stream of streams.values()) stream.close()
    },
  })
}

function expired(): Response {
  return Response.json({ message: 'The stream has expired due to inactivity', code: 'STREAM_EXPIRED' }, {
    status: 400,
  })
}
