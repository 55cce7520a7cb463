/**
 * Traces and metrics by OpenTelemetry, switched on by its standard variables and off without them. Spans and attributes
 * name operations, codes and counts: never a tenant, an address, a name that people gave, or a secret. The one
 * exception is the edge's queue by tenant and pool, which whoever runs it asks for by its metrics token.
 */

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface Span {
  /** What is known only later on. */
  set(attributes: Attributes): void
  /** It went wrong, by this code. */
  fail(code: string): void
}

export interface SpanOptions {
  /** `server` answers somebody's request, `client` makes one; `internal` unless said. */
  readonly kind?: 'internal' | 'server' | 'client'
  readonly attributes?: Attributes
  /** A `traceparent` of somebody else: linked, and never continued, since anybody can write one. */
  readonly from?: string | null
}

export interface Instrument {
  /** In lower case with dots. */
  readonly name: string
  /** As UCUM writes it: `s`, `By`, `{run}`. */
  readonly unit: string
  readonly description: string
}

/** One figure, and what it is of. */
export interface Reading {
  readonly value: number
  readonly attributes?: Attributes
}

export type Tally = (value: number, attributes?: Attributes) => void

export interface Telemetry {
  /** Does the work inside a span, below the one that is open; what the work throws goes on. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>
  /** `traceparent` of the span that is open (W3C Trace Context), for a request to somebody else; null outside of one. */
  traceparent(): string | null
  /** `bounds`: upper ends of its buckets. */
  histogram(instrument: Instrument & { readonly bounds: readonly number[] }): Tally
  counter(instrument: Instrument): Tally
  /** Read whenever figures are sent. `kind` `counter` for what only grows. A reading that fails is left out. */
  observed(
    instrument: Instrument & { readonly kind: 'counter' | 'gauge' },
    read: () => readonly Reading[] | Promise<readonly Reading[]>,
  ): void
  /** Sends what has not been sent, in half a second at most, and stops. */
  close(): Promise<void>
}

export interface TelemetryOptions {
  /** One variable of the environment. */
  readonly get: (name: string) => string | undefined
  /** `service.name` unless OTEL_SERVICE_NAME says another. */
  readonly service: string
  readonly version?: string
  /** The way to the collector; the runtime's own unless given. */
  readonly network?: typeof fetch
  /** Told of variables that make no sense and of figures that do not arrive; the latter once a minute at most. */
  readonly warn: (message: string) => void
}

export interface Signals {
  readonly traces: boolean
  readonly metrics: boolean
}

/** Sends over HTTP in JSON; a variable that asks for another way is an Error that names it. */
export function signalsOf(get: TelemetryOptions['get']): Signals {
  if (get('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return { traces: false, metrics: false }
  return { traces: isOn('TRACES', get), metrics: isOn('METRICS', get) }
}

function isOn(signal: 'TRACES' | 'METRICS', get: TelemetryOptions['get']): boolean {
  const said = (name: string) => get(name)?.trim() ?? ''
  const exporter = said(`OTEL_${signal}_EXPORTER`)
  if (exporter === 'none') return false
  if (exporter !== '' && exporter !== 'otlp') {
    throw new Error(`OTEL_${signal}_EXPORTER is neither otlp nor none`)
  }
  const endpoint = said(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) || said('OTEL_EXPORTER_OTLP_ENDPOINT')
  if (exporter === '' && endpoint === '') return false
  const protocol = said(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`) || said('OTEL_EXPORTER_OTLP_PROTOCOL')
  // The two of HTTP share an address: a collector tells them apart by the content type.
  if (protocol === 'grpc') {
    throw new Error('OTEL_EXPORTER_OTLP_PROTOCOL: grpc is not spoken here, http/json is')
  }
  if (endpoint !== '' && !isAddress(endpoint)) {
    throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL')
  }
  return true
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

/**
 * Null where nothing switches it on: then nothing of it is loaded. What cannot be meant is told, and does not keep a
 * program from starting.
 */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry | null> {
  let signals: Signals
  try {
    signals = signalsOf(options.get)
  } catch (error) {
    options.warn(`no telemetry is sent: ${(error as Error).message}`)
    return null
  }
  if (!signals.traces && !signals.metrics) return null
  const { startTelemetry } = await import('./otel.ts')
  return startTelemetry(signals, options)
}
