/**
 * Requests to a provider: https (http on loopback, for an edge that runs there itself), to addresses that may be
 * connected to, within limits of time and size, and never along a redirect.
 *
 * `node:http` in place of `fetch`, because here the address that was looked at is the one that is connected to: a
 * name that answers otherwise the next time (DNS rebinding) gains nothing. TLS is put below it by ourselves, since
 * `node:https` reads the machine's certificates by a permission that Deno gives to nobody by name.
 */
import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as send, type RequestOptions } from 'node:http'
import { isIP } from 'node:net'
import { connect, type ConnectionOptions } from 'node:tls'
import { Fault } from '../../../shared/faults.ts'
import { isLoopbackHost, mayConnect } from './addresses.ts'

const MAX_BYTES = 512 * 1024
const TIMEOUT_MS = 10_000

export interface Asked {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Received {
  readonly status: number
  /** Parsed; null when the body is no JSON. */
  readonly json: unknown
}

/** Throws Fault `provider_failed`, whose cause says why; a status that is not 200 is the caller's to judge. */
export type Outgoing = (url: string, asked?: Asked) => Promise<Received>

export interface OutgoingOptions {
  /** Whether loopback may be asked, and by http: on an edge whose own URL is loopback. */
  readonly loopback: boolean
  readonly timeoutMs?: number
}

export function outgoing({ loopback, timeoutMs = TIMEOUT_MS }: OutgoingOptions): Outgoing {
  return async (url, asked = { method: 'GET', headers: {} }) => {
    try {
      const at = new URL(url)
      checkUrl(at, loopback)
      const { status, text } = await ask(at, { asked, loopback, signal: AbortSignal.timeout(timeoutMs) })
      return { status, json: parsed(text) }
    } catch (cause) {
      throw cause instanceof Fault ? cause : new Fault('provider_failed', undefined, { cause })
    }
  }
}

/** Throws where this URL must not be asked. */
function checkUrl(url: URL, loopback: boolean): void {
  if (!mayAsk(url, loopback)) throw new Error('a provider is asked by https')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  // No name is looked up for an address, so it is looked at here.
  if (isIP(host) !== 0 && !mayConnect(host, loopback)) throw new Error('that address is never asked')
}

/** Whether the URL's scheme and form may be asked at all; its address is looked at when it is connected to. */
export function mayAsk(url: URL, loopback: boolean): boolean {
  const scheme = url.protocol === 'https:' ||
    (url.protocol === 'http:' && loopback && isLoopbackHost(url.hostname))
  return scheme && url.username === '' && url.password === '' && url.hash === ''
}

function ask(
  url: URL,
  { asked, loopback, signal }: {
    readonly asked: Asked
    readonly loopback: boolean
    readonly signal: AbortSignal
  },
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const body = asked.body === undefined ? null : new TextEncoder().encode(asked.body)
    const options: RequestOptions = {
      method: asked.method,
      headers: {
        'host': url.host,
        'accept': 'application/json',
        'user-agent': 'sallyport',
        // A connection of its own, so that none is shared between names.
        'connection': 'close',
        ...asked.headers,
        ...(body === null ? {} : { 'content-length': String(body.length) }),
      },
      ...(url.protocol === 'https:' ? { createConnection: () => secured(url, loopback) } : {
        agent: false,
        lookup: guarded(loopback) as NonNullable<RequestOptions['lookup']>,
      }),
    }
    const at = url.href.replace(/^https:/, 'http:')
    const request = send(at, options, (response) => {
      read(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject)
    })
    signal.addEventListener('abort', () => {
      request.destroy()
      reject(new Error('the provider took too long'))
    })
    request.on('error', reject)
    request.end(body ?? undefined)
  })
}

/** TLS to the host by its name, whose certificate has to verify. */
function secured(url: URL, loopback: boolean) {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const options: ConnectionOptions = {
    host,
    port: url.port === '' ? 443 : Number(url.port),
    lookup: guarded(loopback) as NonNullable<ConnectionOptions['lookup']>,
    // A server is never asked for by a number (RFC 6066 section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
  }
  return connect(options)
}

async function read(response: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > MAX_BYTES) {
      response.destroy()
      throw new Error('the provider answers too much')
    }
    parts.push(part)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(joined(parts, size))
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

interface Found {
  readonly address: string
  readonly family: number
}

type Answer = (error: Error | null, found?: string | readonly Found[], family?: number) => void

/** A lookup that answers nothing where any of the name's addresses must not be connected to. */
function guarded(loopback: boolean) {
  return (hostname: string, options: { readonly all?: boolean }, answer: Answer): void => {
    lookup(hostname, { all: true }).then((found) => {
      const [first] = found
      if (first === undefined || found.some(({ address }) => !mayConnect(address, loopback))) {
        answer(new Error('that address is never asked'))
      } else if (options.all) answer(null, found)
      else answer(null, first.address, first.family)
    }, answer)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
