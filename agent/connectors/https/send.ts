/** One request to a web server: to an address that was checked, and to no other. */
import { isIP } from 'node:net'
import { checkServerIdentity, rootCertificates } from 'node:tls'
import { Fault } from '../../../shared/faults.ts'
import { fetchOptions } from '../../network.ts'
import type { Context } from '../connector.ts'
import { isLoopback } from '../guard.ts'
import { addressesOf, authorityOf } from '../way_out.ts'
import { faultOf } from './errors.ts'

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** What the runtime's fetch is told beside it. */
  readonly keepalive?: boolean
  readonly decompress?: boolean
  readonly signal: AbortSignal
}

export interface Way<Answer> {
  /** PEM, or the file that has it. */
  readonly config: { readonly ca: string | null; readonly caFile: string | null }
  readonly context: Context
  /** From the first byte sent until `take` has what it wants. */
  readonly answerMs: number
  readonly take: (response: Response) => Promise<Answer>
}

/**
 * Follows no redirect. Throws `plain_refused`, `address_refused` and what stands between here and an answer; `connection_lost`: nobody
 * knows whether the server has done what was asked. The name is resolved, and judged, anew at every call.
 */
export async function send<Answer>(url: URL, request: Request, way: Way<Answer>): Promise<Answer> {
  const { context } = way
  const host = bareHost(url)
  const plain = url.protocol === 'http:'
  if (plain && (!isLoopback(host) || !context.guard.plain(`${url.hostname}:${portOf(url)}`))) {
    throw new Fault('plain_refused')
  }
  const proxied = context.network.proxyFor(host) !== null
  const addresses = await judged(host, context, proxied)
  // A proxy is told the name: it resolves names that nobody here knows, and has rules of its own.
  if (proxied) return await once(url, request, { ...way, address: null })
  let last: unknown = new Fault('host_unresolved')
  for (const address of addresses) {
    try {
      return await once(url, request, { ...way, address })
    } catch (error) {
      last = error
      if (!(error instanceof Fault) || error.code !== 'connection_refused') break
    }
  }
  throw last
}

export const bareHost = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1')

export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port)
}

/** Behind a proxy, what does not resolve here is the proxy's. */
async function judged(host: string, context: Context, proxied: boolean): Promise<readonly string[]> {
  try {
    return await addressesOf(host, context)
  } catch (error) {
    if (proxied && error instanceof Fault && error.code === 'host_unresolved') return []
    throw error
  }
}

async function once<Answer>(
  url: URL,
  { headers, signal, ...request }: Request,
  { config, context, address, answerMs, take }: Way<Answer> & { readonly address: string | null },
): Promise<Answer> {
  const host = bareHost(url)
  const target = address === null ? url : at(address, url)
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new Fault('connection_lost', `${host} does not answer.`)),
    answerMs,
  )
  const { proxy, tls } = fetchOptions(context.network, host)
  const own = authorityOf(config, context)
  const options = {
    ...request,
    redirect: 'manual',
    headers: { ...headers, host: url.host },
    signal: AbortSignal.any([signal, late.signal]),
    ...(proxy === undefined ? {} : { proxy }),
    tls: {
      ...tls,
      ...(own === null ? {} : { ca: [...(context.network.ca ?? rootCertificates), own] }),
      ...(isIP(host) === 0 ? { serverName: host } : {}),
      // The name that was asked for is what the certificate must carry; the connection only knows the address.
      checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
        checkServerIdentity(host, certificate),
    },
  }
  try {
    return await take(await fetch(target, options as unknown as RequestInit))
  } catch (error) {
    signal.throwIfAborted()
    throw late.signal.aborted ? late.signal.reason : faultOf(error, host)
  } finally {
    clearTimeout(timer)
  }
}

/** The same URL at exactly this address. Throws where it has no place in a URL: the name would be resolved again. */
function at(address: string, { protocol, port, pathname, search }: URL): URL {
  const host = isIP(address) === 6 ? `[${address}]` : address
  const text = `${protocol}//${host}${port === '' ? '' : `:${port}`}${pathname}${search}`
  const target = URL.canParse(text) ? new URL(text) : null
  if (target === null || isIP(bareHost(target)) === 0) {
    throw new Fault('connection_refused', `${address} cannot be connected to by https.`)
  }
  return target
}
