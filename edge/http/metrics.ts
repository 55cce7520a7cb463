/**
 * Counters for `/metrics`, in Prometheus text format 0.0.4. They name operations and codes, and no
 * tenant but to whoever has the metrics token.
 */
import { isSecurityEvent, securityEventKinds } from './security_kinds.ts'

/** Upper ends of the buckets of times. */
export const BOUNDS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

interface Timing {
  readonly buckets: number[]
  count: number
  seconds: number
}

/** One number of several. Labels are letters, digits, dot, dash and underscore. */
export interface Labelled {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** One number, several by `state`, or several by whatever they say. */
type Value = number | ReadonlyMap<string, number> | readonly Labelled[]

interface Described {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
}

/** A figure read at the moment of asking. */
export interface Gauge extends Described {
  readonly value: () => number | ReadonlyMap<string, number>
}

/** A figure that has been read. */
export interface Figure extends Described {
  readonly value: Value
}

/** Figures that are read together, from somewhere else, at the moment of asking. None where that fails: does not throw. */
export type ReadFigures = () => Promise<readonly Figure[]>

const none: ReadFigures = () => Promise.resolve([])

export class Metrics {
  readonly #requests = new Map<string, number>()
  readonly #timings = new Map<string, Timing>()
  readonly gauges: readonly Gauge[]
  readonly #read: ReadFigures
  readonly #readPools: ReadFigures
  readonly #events = new Map<string, number>(securityEventKinds.map((kind) => [kind, 0]))

  #answered: ((operation: string, status: number, seconds: number) => void) | null = null

  /** `read` is for anybody; `readPools` has names of tenants in it. */
  constructor(
    gauges: readonly Gauge[] = [],
    { read = none, readPools = none }: { readonly read?: ReadFigures; readonly readPools?: ReadFigures } = {},
  ) {
    this.gauges = gauges
    this.#read = read
    this.#readPools = readPools
  }

  /** Security events so far, by kind. */
  get events(): ReadonlyMap<string, number> {
    return this.#events
  }

  /** `told` hears of every answered request. */
  onAnswer(told: (operation: string, status: number, seconds: number) => void): void {
    this.#answered = told
  }

  /** One answered request. */
  observe(operation: string, status: number, seconds: number): void {
    this.#answered?.(operation, status, seconds)
    const labels = `operation="${operation}",status="${status}"`
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1)
    let timing = this.#timings.get(operation)
    if (timing === undefined) {
      timing = { buckets: BOUNDS_SECONDS.map(() => 0), count: 0, seconds: 0 }
      this.#timings.set(operation, timing)
    }
    timing.count += 1
    timing.seconds += seconds
    for (let i = BOUNDS_SECONDS.length - 1; i >= 0 && seconds <= (BOUNDS_SECONDS[i] as number); i--) {
      timing.buckets[i] = (timing.buckets[i] as number) + 1
    }
  }

  /** One entry of the audit log that is durable: counted when it is a security event. */
  acted(action: string): void {
    if (isSecurityEvent(action)) this.#events.set(action, (this.#events.get(action) ?? 0) + 1)
  }

  /** `byPool`: with the figures that name tenants. */
  async text({ byPool }: { readonly byPool: boolean }): Promise<string> {
    const read = (await Promise.all([this.#read(), byPool ? this.#readPools() : none()])).flat()
    const now = this.gauges.map((gauge) => ({ ...gauge, value: gauge.value() }))
    return [
      ...[...now, ...read].flatMap(figureLines),
      ...this.#eventLines(),
      ...this.#requestLines(),
      ...this.#timingLines(),
      '',
    ].join('\n')
  }

  #eventLines(): string[] {
    const name = 'sallyport_security_events_total'
    const lines = head(name, 'counter', 'Security events, each an entry of an audit log.')
    for (const [kind, count] of this.#events) lines.push(`${name}{kind="${kind}"} ${count}`)
    return lines
  }

  #requestLines(): string[] {
    const lines = head('sallyport_http_requests_total', 'counter', 'Requests answered.')
    for (const [labels, count] of this.#requests) {
      lines.push(`sallyport_http_requests_total{${labels}} ${count}`)
    }
    return lines
  }

  #timingLines(): string[] {
    const name = 'sallyport_http_request_seconds'
    const lines = head(name, 'histogram', 'Time from a request to its answer.')
    for (const [operation, timing] of this.#timings) {
      const label = `operation="${operation}"`
      BOUNDS_SECONDS.forEach((bound, i) => {
        lines.push(`${name}_bucket{${label},le="${bound}"} ${timing.buckets[i]}`)
      })
      lines.push(`${name}_bucket{${label},le="+Inf"} ${timing.count}`)
      lines.push(`${name}_sum{${label}} ${timing.seconds}`, `${name}_count{${label}} ${timing.count}`)
    }
    return lines
  }
}

function figureLines({ name, type, help, value }: Figure): string[] {
  const lines = typeof value === 'number' ? [`${name} ${value}`] : labelled(value).map(
    ({ labels, value }) =>
      `${name}{${Object.entries(labels).map(([of, said]) => `${of}="${said}"`)}} ${value}`,
  )
  return [...head(name, type, help), ...lines]
}

function labelled(value: Exclude<Value, number>): readonly Labelled[] {
  return value instanceof Map
    ? [...value as ReadonlyMap<string, number>].map(([state, value]) => ({ labels: { state }, value }))
    : value as readonly Labelled[]
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}
