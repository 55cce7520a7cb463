/** The SDK's requests by the way that the agent's settings say: its own handler knows neither proxy nor authorities. */
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { directNetwork, fetchBy, type Network } from '../network.ts'

let network: Network = directNetwork

/** Told where settings are read: clients are made far from them, and a machine has one way out. */
export function reachAwsBy(settings: Network): void {
  network = settings
}

const answerMs = 10_000

interface Asked {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: BodyInit
}

/** As much of the SDK's `HttpHandler` as clients use. */
interface Handler {
  readonly metadata: { readonly handlerProtocol: string }
  handle(request: Asked, how?: { readonly abortSignal?: AbortSignal }): Promise<{ response: Answer }>
  updateHttpClientConfig(): void
  httpHandlerConfigs(): object
  destroy(): void
}

interface Answer {
  readonly statusCode: number
  readonly reason: string
  readonly headers: Record<string, string>
  readonly body: Readable | undefined
}

/** Null where the settings say nothing of the way: then the SDK's own handler does. */
export function handlerByWayOut(): object | null {
  if (network === directNetwork) return null
  const send = fetchBy(network)
  const handler: Handler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request, { abortSignal } = {}) {
      const { method, headers, body } = request
      const late = AbortSignal.timeout(answerMs)
      const response = await send(urlOf(request), {
        method,
        headers: { ...headers, 'accept-encoding': 'identity' },
        redirect: 'manual',
        signal: abortSignal === undefined ? late : AbortSignal.any([abortSignal, late]),
        ...(body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body }),
      })
      const named: Record<string, string> = {}
      response.headers.forEach((value, name) => (named[name] = value))
      const answer = response.body === null
        ? undefined
        : Readable.fromWeb(response.body as unknown as NodeStream)
      return {
        response: {
          statusCode: response.status,
          reason: response.statusText,
          headers: named,
          body: answer,
        },
      }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  }
  return handler
}

function urlOf({ protocol, hostname, port, path, query = {} }: Asked): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (value === null || typeof value === 'string' ? [value] : value).map((one) =>
      one === null ? escaped(name) : `${escaped(name)}=${escaped(one)}`
    )
  )
  const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
  return `${origin}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

/** As it was signed: RFC 3986, and no sign left for a server to read in another way. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
