/** A collector for OTLP over HTTP in JSON: it keeps what arrives and reads it as the protocol says. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'

interface Value {
  readonly stringValue?: string
  readonly intValue?: number | string
  readonly doubleValue?: number
  readonly boolValue?: boolean
}

type Pairs = readonly { readonly key: string; readonly value: Value }[]
type Plain = Readonly<Record<string, string | number | boolean | undefined>>

export interface SeenSpan {
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: Plain
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  /** 2: an error. */
  readonly status: number
}

export interface SeenPoint {
  readonly name: string
  readonly unit: string
  readonly kind: 'sum' | 'gauge' | 'histogram'
  readonly attributes: Plain
  /** Of a histogram: how many it counts. */
  readonly value: number
  readonly sum?: number
}

// deno-lint-ignore no-explicit-any -- read as the protocol's JSON has it
type Json = any

const plain = (pairs: Pairs = []): Plain =>
  Object.fromEntries(pairs.map(({ key, value }) => [
    key,
    value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue),
  ]))

export class Receiver implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    let text = ''
    request.on('data', (piece) => (text += piece))
    request.on('end', () => {
      const type = request.headers['content-type'] ?? ''
      this.requests.push({ path: request.url ?? '', type, headers: request.headers, text })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  readonly requests: {
    readonly path: string
    readonly type: string
    readonly headers: Readonly<Record<string, unknown>>
    readonly text: string
  }[] = []

  static async start(): Promise<Receiver> {
    const made = new Receiver()
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve))
    return made
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Everything that came, as it came. */
  get text(): string {
    return this.requests.map(({ text }) => text).join('\n')
  }

  get resources(): Plain[] {
    return this.#of('/v1/traces').flatMap(({ resourceSpans }) => resourceSpans)
      .map(({ resource }) => plain(resource.attributes))
  }

  get spans(): SeenSpan[] {
    return this.#of('/v1/traces').flatMap(({ resourceSpans }) => resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans)
      .map((span) => ({ ...span, attributes: plain(span.attributes), status: span.status.code }))
  }

  /** Of the last time that metrics came. */
  get points(): SeenPoint[] {
    const metrics = this.#of('/v1/metrics').slice(-1).flatMap(({ resourceMetrics }) => resourceMetrics)
      .flatMap(({ scopeMetrics }) => scopeMetrics).flatMap((scope) => scope.metrics)
    return metrics.flatMap(({ name, unit, ...data }) => {
      const kind = (['sum', 'gauge', 'histogram'] as const).find((one) => one in data) ?? 'gauge'
      return data[kind].dataPoints.map((point: Json) => ({
        name,
        unit,
        kind,
        attributes: plain(point.attributes),
        value: Number(point.count ?? point.asDouble ?? point.asInt),
        ...(point.sum === undefined ? {} : { sum: point.sum }),
      }))
    })
  }

  #of(path: string): Json[] {
    return this.requests.filter((request) => request.path === path).map(({ text }) => JSON.parse(text))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve)
      this.#server.closeAllConnections()
    })
  }
}

/** The variables are set while `work` begins: the library reads them then, and never again. */
export async function withVariables<T>(
  variables: Readonly<Record<string, string>>,
  work: (get: (name: string) => string | undefined) => Promise<T>,
): Promise<T> {
  Object.assign(process.env, variables)
  try {
    return await work((name) => process.env[name])
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name]
  }
}
