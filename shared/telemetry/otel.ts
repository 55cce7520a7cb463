/** The library behind `telemetry.ts`: loaded only where something switches it on. It reads the variables itself. */
import {
  diag,
  DiagLogLevel,
  type Link,
  type Meter,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { metricExporter, traceExporter } from './exporters.ts'
import type { Signals, Span, SpanOptions, Telemetry, TelemetryOptions } from './telemetry.ts'

const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT } as const
const EXPORT_MS = 60_000
const WARN_MS = 60_000
/** Whoever stops a program waits for it, and hosts kill soon. */
const CLOSE_MS = 500

const noSpan: Span = { set: () => undefined, fail: () => undefined }

export function startTelemetry(signals: Signals, options: TelemetryOptions): Telemetry {
  const tell = seldom(options.warn)
  warnThrough(tell)
  const { service, version } = options
  const resource = defaultResource()
    .merge(resourceFromAttributes({
      'service.name': service,
      // Several programs of one name count apart.
      'service.instance.id': crypto.randomUUID(),
      ...(version === undefined ? {} : { 'service.version': version }),
    }))
    .merge(detectResources({ detectors: [envDetector] }))
  const meters = new MeterProvider({ resource, readers: signals.metrics ? [metricReader(options)] : [] })
  const traces = signals.traces
    ? new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(traceExporter(options))] })
    : null
  const manager = new AsyncLocalStorageContextManager().enable()
  return {
    ...spansOf(traces, { manager, service }),
    ...instrumentsOf(meters.getMeter(service)),
    async close() {
      const whole = await soon(Promise.all([traces?.shutdown(), meters.shutdown()]))
      if (!whole) tell()
      manager.disable()
    },
  }
}

/** Whether it ended well, and in time. */
async function soon(work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), CLOSE_MS)
  })
  const ended = work.then(() => true, () => false)
  return await Promise.race([ended, over]).finally(() => clearTimeout(timer))
}

function metricReader(options: TelemetryOptions): PeriodicExportingMetricReader {
  const every = Number(options.get('OTEL_METRIC_EXPORT_INTERVAL') ?? EXPORT_MS)
  const exportIntervalMillis = Number.isSafeInteger(every) && every >= 1 ? every : EXPORT_MS
  const exportTimeoutMillis = Math.min(30_000, exportIntervalMillis)
  return new PeriodicExportingMetricReader({
    exporter: metricExporter(options),
    exportIntervalMillis,
    exportTimeoutMillis,
  })
}

/** What the library says may hold values of variables and what a collector answered: only that it said something. */
function seldom(warn: TelemetryOptions['warn']): () => void {
  let last = -Infinity
  return () => {
    const now = performance.now()
    if (now - last < WARN_MS) return
    last = now
    warn('telemetry does not arrive where it is sent, or a variable of it makes no sense')
  }
}

function warnThrough(tell: () => void): void {
  const quiet = () => undefined
  diag.setLogger({ error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet }, {
    logLevel: DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  })
}

function spansOf(
  traces: BasicTracerProvider | null,
  { manager, service }: { readonly manager: AsyncLocalStorageContextManager; readonly service: string },
): Pick<Telemetry, 'span' | 'traceparent'> {
  if (traces === null) return { span: (_name, _options, work) => work(noSpan), traceparent: () => null }
  const tracer = traces.getTracer(service)
  return {
    async span(name, { kind = 'internal', attributes = {}, from = null }, work) {
      const parent = manager.active()
      const one = tracer.startSpan(name, { kind: kinds[kind], attributes, links: linksOf(from) }, parent)
      try {
        return await manager.with(trace.setSpan(parent, one), () =>
          work({
            set: (more) => void one.setAttributes(more),
            fail: (code) =>
              void one.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code),
          }))
      } finally {
        one.end()
      }
    },
    traceparent() {
      const at = trace.getSpanContext(manager.active())
      if (at === undefined) return null
      return `00-${at.traceId}-${at.spanId}-0${at.traceFlags & 1}`
    },
  }
}

/** Nothing where it is not what W3C Trace Context writes. */
function linksOf(traceparent: SpanOptions['from']): Link[] {
  const found = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '')
  const [, traceId = '', spanId = '', flags = '00'] = found ?? []
  if (found === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return []
  return [{ context: { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true } }]
}

function instrumentsOf(meter: Meter): Pick<Telemetry, 'histogram' | 'counter' | 'observed'> {
  return {
    histogram({ name, unit, description, bounds }) {
      const advice = { explicitBucketBoundaries: [...bounds] }
      const one = meter.createHistogram(name, { unit, description, advice })
      return (value, attributes) => one.record(value, attributes)
    },
    counter({ name, unit, description }) {
      const one = meter.createCounter(name, { unit, description })
      return (value, attributes) => one.add(value, attributes)
    },
    observed({ name, unit, description, kind }, read) {
      const made = { unit, description }
      const one = kind === 'gauge'
        ? meter.createObservableGauge(name, made)
        : meter.createObservableCounter(name, made)
      one.addCallback(async (result) => {
        for (const { value, attributes } of await read()) result.observe(value, attributes)
      })
    },
  }
}
