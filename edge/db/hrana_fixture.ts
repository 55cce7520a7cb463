/**
 * A libSQL server for tests: Hrana over HTTP (versions 2 and 3, JSON) in front of the embedded engine, written from
 * the protocol's specification. It is strict where the real ones are – a stream has a baton that is good once, an idle
 * stream expires, a write transaction is rolled back when it lasts too long – and can be told to misbehave.
 */
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { EngineConnection, isEngineError } from './engine.ts'
import { expired, type Faulty, faulty, type HranaServer, type Json, serve } from './faulty_fixture.ts'

interface Limits {
  readonly idleMs: number
  readonly transactionMs: number
}

/** Connections that no stream has, with their prepared statements, for the next one. */
class Connections {
  readonly #path: string
  readonly #idle: EngineConnection[] = []

  constructor(path: string) {
    this.#path = path
  }

  take(): EngineConnection {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const connection = new EngineConnection(this.#path)
    connection.run('PRAGMA busy_timeout=2000')
    // Nobody pulls the plug of a test.
    connection.run('PRAGMA journal_mode=WAL')
    connection.run('PRAGMA synchronous=NORMAL')
    connection.run('PRAGMA foreign_keys=OFF')
    return connection
  }

  give(connection: EngineConnection): void {
    if (connection.inTransaction) connection.run('ROLLBACK')
    this.#idle.push(connection)
  }

  close(): void {
    for (const connection of this.#idle) connection.close()
  }
}

class Stream {
  readonly #connections: Connections
  readonly #connection: EngineConnection
  readonly #texts = new Map<number, string>()
  #timer: ReturnType<typeof setTimeout> | undefined
  closed = false

  constructor(connections: Connections) {
    this.#connections = connections
    this.#connection = connections.take()
  }

  /** Closes by itself when nobody comes back in time. */
  rest({ idleMs, transactionMs }: Limits): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.close(), this.#connection.inTransaction ? transactionMs : idleMs)
  }

  close(): void {
    clearTimeout(this.#timer)
    if (this.closed) return
    this.closed = true
    this.#connections.give(this.#connection)
  }

  answer(request: Json): Json {
    const type = request.type as string
    try {
      const response = this.#respond(type, request)
      return { type: 'ok', response: { type, ...response } }
    } catch (error) {
      return { type: 'error', error: errorJson(error) }
    }
  }

  #respond(type: string, request: Json): Json {
    switch (type) {
      case 'execute':
        return { result: this.#execute(request.stmt as Json) }
      case 'batch':
        return { result: this.#batch((request.batch as Json).steps as Json[]) }
      case 'sequence':
        this.#connection.script(this.#text(request))
        return {}
      case 'store_sql':
        this.#texts.set(request.sql_id as number, request.sql as string)
        return {}
      case 'close_sql':
        this.#texts.delete(request.sql_id as number)
        return {}
      case 'get_autocommit':
        return { is_autocommit: !this.#connection.inTransaction }
      case 'close':
        this.close()
        return {}
      default:
        throw new TypeError(`no such request: ${type}`)
    }
  }

  #text({ sql, sql_id }: Json): string {
    const text = (sql as string | undefined) ?? this.#texts.get(sql_id as number)
    if (text === undefined) throw new TypeError('no such stored text')
    return text
  }

  #execute(stmt: Json): Json {
    const args = ((stmt.args ?? []) as Json[]).map(fromWire)
    const { rows, touched } = this.#connection.run(this.#text(stmt), args)
    const names = rows[0] === undefined ? [] : Object.keys(rows[0])
    return {
      cols: names.map((name) => ({ name, decltype: null })),
      rows: rows.map((row) => names.map((name) => toWire(row[name]))),
      affected_row_count: touched,
      last_insert_rowid: null,
    }
  }

  #batch(steps: readonly Json[]): Json {
    const results: (Json | null)[] = []
    const errors: (Json | null)[] = []
    steps.forEach((step, index) => {
      results[index] = null
      errors[index] = null
      if (step.condition !== undefined && !this.#holds(step.condition as Json, results, errors)) return
      try {
        results[index] = this.#execute(step.stmt as Json)
      } catch (error) {
        errors[index] = errorJson(error)
      }
    })
    return { step_results: results, step_errors: errors }
  }

  #holds(condition: Json, results: readonly (Json | null)[], errors: readonly (Json | null)[]): boolean {
    const all = (conditions: unknown) =>
      (conditions as Json[]).map((one) => this.#holds(one, results, errors))
    switch (condition.type) {
      case 'ok':
        return results[condition.step as number] !== null
      case 'error':
        return errors[condition.step as number] !== null
      case 'not':
        return !this.#holds(condition.cond as Json, results, errors)
      case 'and':
        return all(condition.conds).every(Boolean)
      case 'or':
        return all(condition.conds).some(Boolean)
      case 'is_autocommit':
        return !this.#connection.inTransaction
      default:
        throw new TypeError('no such condition')
    }
  }
}

function fromWire(value: Json): unknown {
  switch (value.type) {
    case 'null':
      return null
    case 'integer':
      return BigInt(value.value as string)
    case 'blob':
      // Padding may be left out on this wire.
      return fromBase64(
        (value.base64 as string).padEnd(Math.ceil((value.base64 as string).length / 4) * 4, '='),
      )
    default:
      return value.value
  }
}

function toWire(value: unknown): Json {
  if (value === null || value === undefined) return { type: 'null' }
  if (value instanceof Uint8Array) return { type: 'blob', base64: toBase64(value) }
  if (typeof value === 'string') return { type: 'text', value }
  return Number.isInteger(value) ? { type: 'integer', value: String(value) } : { type: 'float', value }
}

function errorJson(error: unknown): Json {
  if (isEngineError(error)) return { message: `SQLite error: ${error.message}`, code: error.code }
  return { message: (error as Error).message, code: 'HRANA_PROTO_ERROR' }
}

interface HranaOptions {
  readonly token?: string
  readonly idleMs?: number
  readonly transactionMs?: number
}

/** What answers requests about the database file at `path`; with a `token`, only to who has it. */
export function hrana(path: string, options: HranaOptions = {}): Faulty {
  const limits = { idleMs: options.idleMs ?? 10_000, transactionMs: options.transactionMs ?? 5_000 }
  const streams = new Map<string, Stream>()
  const connections = new Connections(path)

  const pipeline = (body: Json): Response => {
    const baton = body.baton as string | null | undefined
    const stream = typeof baton === 'string' ? streams.get(baton) : new Stream(connections)
    if (typeof baton === 'string') streams.delete(baton)
    if (stream === undefined || stream.closed) return expired()
    const results = (body.requests as Json[]).map((request) => stream.answer(request))
    const next = stream.closed ? null : crypto.randomUUID()
    if (next !== null) {
      stream.rest(limits)
      streams.set(next, stream)
    }
    return Response.json({ baton: next, base_url: null, results })
  }

  return faulty({
    token: options.token ?? null,
    answer: (request, body) => {
      const { pathname } = new URL(request.url)
      if (request.method === 'GET' && /^\/v[23]$/.test(pathname)) return new Response()
      if (body === null) return new Response(null, { status: 404 })
      if (options.token !== undefined && request.headers.get('authorization') !== `Bearer ${options.token}`) {
        return Response.json({ message: 'unauthorized', code: 'AUTH_TOKEN_INVALID' }, { status: 401 })
      }
      return pipeline(body)
    },
    close: () => {
      for (const stream of streams.values()) stream.close()
      connections.close()
    },
  })
}

/** Serves it on a port of its own. */
export function serveHrana(path: string, options: HranaOptions = {}): HranaServer {
  return serve(hrana(path, options))
}
