/** Hrana over HTTP, version 2: statements in JSON, a stream kept by its baton. */
import { z } from 'zod'
import { fromBase64, toBase64 } from '../../../shared/bytes.ts'
import { Fault } from '../../../shared/faults.ts'
import type { Context } from '../connector.ts'
import type { Reader, Value } from '../sqlite/catalog.ts'
import { faultOfCode, type Side } from '../sqlite/errors.ts'
import type { Statement } from '../sqlite/ledger.ts'
import type { LibsqlConfig } from './config.ts'
import { post } from './post.ts'

const wireValue = z.union([
  z.object({ type: z.literal('null') }),
  z.object({ type: z.literal('integer'), value: z.string() }),
  z.object({ type: z.literal('float'), value: z.union([z.number(), z.null()]) }),
  z.object({ type: z.literal('text'), value: z.string() }),
  z.object({ type: z.literal('blob'), base64: z.string() }),
])
type WireValue = z.infer<typeof wireValue>

const errorSchema = z.object({ message: z.string(), code: z.string().nullish() })

/** Rows are looked into as they are taken: there may be many. */
interface Result {
  readonly rows: readonly (readonly WireValue[])[]
  readonly affected_row_count: number
}

interface Answer {
  readonly baton: string | null
  readonly base_url?: string | null
  readonly results: readonly (
    | { readonly type: 'ok'; readonly response: { readonly result?: unknown } }
    | { readonly type: 'error'; readonly error: unknown }
  )[]
}

export interface Outcome {
  readonly rows: Value[][]
  readonly changes: number
}

/** A statement of a batch that failed; those before it were undone. */
export class StepFault extends Error {
  readonly step: number
  readonly fault: Fault

  constructor(step: number, fault: Fault) {
    super(fault.message)
    this.step = step
    this.fault = fault
  }
}

/** The fault of the step. */
export function unwrap(error: unknown): never {
  throw error instanceof StepFault ? error.fault : error
}

export class Hrana {
  readonly #config: LibsqlConfig
  readonly #context: Context
  readonly #side: Side

  constructor(config: LibsqlConfig, context: Context, side: Side) {
    this.#config = config
    this.#context = context
    this.#side = side
  }

  /** One transaction: all of the statements or none. Throws StepFault, or a Fault where nobody knows. */
  async batch(statements: readonly Statement[], signal: AbortSignal): Promise<Outcome[]> {
    const after = (step: number) => ({ type: 'ok', step })
    const all = [{ sql: 'begin immediate', values: [] }, ...statements, { sql: 'commit', values: [] }]
    const steps = all.map(({ sql, values }, at) => ({
      ...(at === 0 ? {} : { condition: after(at - 1) }),
      stmt: { sql, args: values.map(toWire) },
    }))
    const commit = steps.length - 1
    const undo = { type: 'and', conds: [after(0), { type: 'not', cond: after(commit) }] }
    const requests = [
      {
        type: 'batch',
        batch: { steps: [...steps, { condition: undo, stmt: { sql: 'rollback', args: [] } }] },
      },
      { type: 'close' },
    ]
    const { results } = await this.pipeline(null, requests, signal)
    const { step_results, step_errors } = this.result(results[0]) as {
      step_results: (Result | null)[]
      step_errors: unknown[]
    }
    const failed = step_errors.findIndex((error, at) => error !== null && at <= commit)
    if (failed >= 0) throw new StepFault(failed - 1, this.fault(step_errors[failed]))
    if (!step_results[commit]) {
      throw new Fault('connection_lost', 'The server did not say that it has committed.')
    }
    return step_results.slice(1, commit).map((one) => outcomeOf(one as Result))
  }

  /** Statements that only read, one after the other, each for itself. */
  reader(signal: AbortSignal): Reader {
    return {
      rows: async (sql, values = []) => {
        const requests = [{ type: 'execute', stmt: { sql, args: values.map(toWire) } }, { type: 'close' }]
        const { results } = await this.pipeline(null, requests, signal)
        return outcomeOf(this.result(results[0]) as Result).rows
      },
    }
  }

  /** Sends requests as they are. Throws what stands between here and an answer. */
  async pipeline(baton: string | null, requests: readonly unknown[], signal: AbortSignal): Promise<Answer> {
    const body = JSON.stringify({ baton, requests })
    const { status, text } = await post(this.#config, this.#context, { path: '/v2/pipeline', body, signal })
    if (status !== 200) throw this.#faultOfStatus(status, text)
    const answer = parsed(text) as Answer | null
    if (answer === null || !Array.isArray(answer.results)) {
      throw new Fault('connection_lost', 'The answer of the server broke off.')
    }
    // Another host would be one that neither connection nor policy has named.
    const { base_url } = answer
    if (typeof base_url === 'string' && new URL(base_url).hostname !== this.#config.host) {
      throw new Fault('host_not_declared', 'The server sends the agent on to another host.')
    }
    return answer
  }

  result(one: Answer['results'][number] | undefined): unknown {
    if (one?.type === 'ok') return one.response.result
    throw this.fault(one?.error)
  }

  /** What the server says of a statement. */
  fault(error: unknown): Fault {
    const read = errorSchema.safeParse(error)
    if (!read.success) return new Fault('connection_lost', 'The answer of the server makes no sense.')
    const { code, message } = read.data
    return faultOfCode(detailed(code ?? '', message), this.#side, new Error(`${code ?? ''} ${message}`))
  }

  #faultOfStatus(status: number, text: string): Fault {
    const cause = new Error(`${status} ${text.slice(0, 500)}`)
    if (status === 401) return new Fault('login_failed', 'The server wants another token.', { cause })
    if (status === 403) return new Fault('permission_denied', 'The token does not allow this.', { cause })
    if (status === 404) return new Fault('database_missing', undefined, { cause })
    if (status === 429) return new Fault('throttled', undefined, { cause })
    if (/STREAM_EXPIRED|BATON/i.test(text)) {
      return new Fault('connection_lost', 'The server has given up the stream, and the snapshot with it.', {
        cause,
      })
    }
    if (status >= 500) return new Fault('source_unavailable', `The server answers ${status}.`, { cause })
    return new Fault(
      this.#side === 'source' ? 'source_failed' : 'target_failed',
      `The server answers ${status}.`,
      {
        cause,
      },
    )
  }
}

/** Servers give the short code, and say the rest in words. */
function detailed(code: string, message: string): string {
  if (code !== 'SQLITE_CONSTRAINT') return code
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/NOT NULL/i, 'NOTNULL'],
    [/UNIQUE/i, 'UNIQUE'],
    [/FOREIGN KEY/i, 'FOREIGNKEY'],
    [/CHECK/i, 'CHECK'],
    [/cannot store/i, 'DATATYPE'],
  ]
  const kind = kinds.find(([pattern]) => pattern.test(message))?.[1]
  return kind === undefined ? code : `${code}_${kind}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function outcomeOf({ rows, affected_row_count }: Result): Outcome {
  return { rows: rows.map((row) => row.map(fromWire)), changes: affected_row_count }
}

function fromWire(value: WireValue): Value {
  switch (value.type) {
    case 'null':
      return null
    case 'integer':
      return BigInt(value.value)
    case 'blob':
      // Padding may be left out on this wire.
      return fromBase64(value.base64.padEnd(Math.ceil(value.base64.length / 4) * 4, '='))
    case 'float':
      // JSON has no infinities: nobody can tell which one it was.
      if (value.value === null) throw new Fault('value_refused', 'An infinite number cannot pass this wire.')
      return value.value
    default:
      return value.value
  }
}

export function toWire(value: Value): WireValue {
  if (value === null) return { type: 'null' }
  if (typeof value === 'bigint') return { type: 'integer', value: value.toString() }
  if (typeof value === 'string') return { type: 'text', value }
  if (value instanceof Uint8Array) return { type: 'blob', base64: toBase64(value) }
  // JSON has no infinities: this text becomes one in a column of numbers, and nothing else is put into those.
  if (!Number.isFinite(value)) return { type: 'text', value: value > 0 ? '9e999' : '-9e999' }
  return Number.isSafeInteger(value) ? { type: 'integer', value: String(value) } : { type: 'float', value }
}
