/** What takes spans and figures to a collector: the library's own way, or the one that a program is given. */
import { OTLPMetricExporter, OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  createOtlpNetworkExportDelegate,
  type ExportResponse,
  OTLPExporterBase,
} from '@opentelemetry/otlp-exporter-base'
import {
  convertLegacyHttpOptions,
  createOtlpHttpExporterMetrics,
} from '@opentelemetry/otlp-exporter-base/node-http'
import {
  type ISerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  MetricsExporterMetricsHelper,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer'
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { TelemetryOptions } from './telemetry.ts'

/** Answers that another try may mend, as the protocol lists them. */
const transient: readonly number[] = [429, 502, 503, 504]
const FIRST_WAIT_MS = 500

export function traceExporter({ network }: TelemetryOptions): SpanExporter {
  if (network === undefined) return new OTLPTraceExporter()
  const made = { helper: TraceExporterMetricsHelper, kind: 'otlp_http_span_exporter' }
  return new OTLPExporterBase(delegate('TRACES', JsonTraceSerializer, { ...made, network }))
}

export function metricExporter({ network }: TelemetryOptions): PushMetricExporter {
  if (network === undefined) return new OTLPMetricExporter()
  const made = { helper: MetricsExporterMetricsHelper, kind: 'otlp_http_metric_exporter' }
  return new OTLPMetricExporterBase(delegate('METRICS', JsonMetricsSerializer, { ...made, network }))
}

interface Made<Data> {
  readonly helper: Parameters<typeof createOtlpHttpExporterMetrics<Data>>[1]
  readonly kind: string
  readonly network: typeof fetch
}

function delegate<Data, Answer>(
  signal: 'TRACES' | 'METRICS',
  serializer: ISerializer<Data, Answer>,
  { helper, kind, network }: Made<Data>,
) {
  const options = convertLegacyHttpOptions({}, signal, `v1/${signal.toLowerCase()}`, {
    'Content-Type': 'application/json',
  })
  const metrics = createOtlpHttpExporterMetrics(kind, helper, options.url, undefined)
  return createOtlpNetworkExportDelegate(options, serializer, metrics, {
    async send(data, timeoutMs) {
      const zipped = options.compression === 'gzip'
      const body = zipped ? await gzipped(data) : data
      const until = performance.now() + timeoutMs
      for (let wait = FIRST_WAIT_MS;; wait *= 2) {
        const left = Math.max(1, until - performance.now())
        const headers = await options.headers()
        if (zipped) headers['Content-Encoding'] = 'gzip'
        const answer = await sent({ network, url: options.url, headers, body }, left)
        if (answer.status !== 'retryable') return answer
        const pause = answer.retryInMillis ?? wait * (0.5 + Math.random() / 2)
        if (performance.now() + pause >= until) return answer
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    },
    shutdown: () => undefined,
  })
}

interface Post {
  readonly network: typeof fetch
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

async function gzipped(data: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeThrough(
    new CompressionStream('gzip'),
  )
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

async function sent(
  { network, url, headers, body }: Post,
  timeoutMs: number,
): Promise<ExportResponse> {
  try {
    // A collector that sends what it gets elsewhere is not the one that was named.
    const response = await network(url, {
      method: 'POST',
      headers,
      body: body as Uint8Array<ArrayBuffer>,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    // What it says is for nobody here.
    await response.body?.cancel()
    if (response.ok) return { status: 'success' }
    const error = new Error(`answered ${response.status}`)
    if (!transient.includes(response.status)) return { status: 'failure', error }
    const seconds = Number(response.headers.get('retry-after') ?? NaN)
    return { status: 'retryable', error, ...(seconds >= 0 ? { retryInMillis: seconds * 1000 } : {}) }
  } catch (error) {
    return { status: 'retryable', error: error as Error }
  }
}
