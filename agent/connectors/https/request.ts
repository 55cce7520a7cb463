/** One GET or HEAD: to an address that was checked, and on to other hosts only where both sides have declared them. */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { checkServerIdentity, rootCertificates } from 'node:tls'
import { Fault } from '../../../shared/faults.ts'
import { fetchOptions } from '../../network.ts'
import type { Context } from '../connector.ts'
import { isLoopback } from '../guard.ts'
import { addressOf, type HttpsConfig } from './config.ts'
import { faultOf } from './errors.ts'

const mostHops = 5
/** Until the head of an answer is there. */
const answerMs = 30_000

export interface Asked {
  readonly method: 'GET' | 'HEAD'
  /** Of the URL, as it is sent. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/**
 * Whatever the last host answers. Throws `redirect_refused`, `host_not_declared`, `policy_denied`, `address_refused`, `plain_refused`
 * and what it is that stands between here and an answer. The name is resolved, and judged, anew at every call and hop.
 */
export async function request(config: HttpsConfig, context: Context, asked: Asked): Promise<Response> {
  const from = addressOf(config, asked.path)
  const start = new URL(config.plain ? from.replace(/^https:/, 'http:') : from)
  if (config.plain) checkPlain(config, context)
  let url = start
  for (let hops = 0;; hops++) {
    const own = url.origin === start.origin
    const headers: Record<string, string> = { ...asked.headers }
    if (own && config.token !== null) headers['authorization'] = `Bearer ${config.token}`
    const response = await send(url, { ...asked, headers }, { config, context })
    if (![301, 302, 303, 307, 308].includes(response.status)) return response
    await response.body?.cancel()
    if (hops >= mostHops) {
      throw new Fault('redirect_refused', `${from} sends the agent on more than ${mostHops} times.`)
    }
    url = nextOf(response, { url, start })
    if (url.origin === start.origin) {
      context.guard.onward({ from, path: url.pathname })
      continue
    }
    context.guard.derived({
      connector: 'https',
      from,
      host: bareHost(url),
      port: portOf(url),
      declared: config.redirects,
    })
  }
}

const bareHost = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1')
const portOf = ({ port, protocol }: URL) => port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port)

function checkPlain({ host, port }: HttpsConfig, { guard }: Context): void {
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
  if (!isLoopback(host) || !guard.plain(target)) throw new Fault('plain_refused')
}

/** Where it leads on to. Throws `redirect_refused`; the target is not quoted, it may carry a signature. */
function nextOf(response: Response, { url, start }: { url: URL; start: URL }): URL {
  const refuse = (why: string) => new Fault('redirect_refused', `${url.host} sends the agent on ${why}.`)
  const location = response.headers.get('location')
  if (location === null || !URL.canParse(location, url.href)) throw refuse('without saying where to')
  const next = new URL(location, url)
  if (next.protocol !== 'https:' && next.origin !== start.origin) {
    throw refuse('to an address that is not https')
  }
  if (next.username !== '' || next.password !== '') throw refuse('with a user or password in the address')
  return next
}

interface Way {
  readonly config: HttpsConfig
  readonly context: Context
}

async function send(url: URL, asked: Omit<Asked, 'path'>, way: Way): Promise<Response> {
  const { context } = way
  const host = bareHost(url)
  const proxied = context.network.proxyFor(host) !== null
  const addresses = await judged(host, context, proxied)
  // A proxy is told the name: it resolves names that nobody here knows, and has rules of its own.
  if (proxied) return await once(url, asked, { ...way, address: null })
  let last: unknown = new Fault('host_unresolved')
  for (const address of addresses) {
    try {
      return await once(url, asked, { ...way, address })
    } catch (error) {
      last = error
      if (!(error instanceof Fault) || error.code !== 'connection_refused') break
    }
  }
  throw last
}

/** The addresses that the guard has seen and let pass. Behind a proxy, what does not resolve here is the proxy's. */
async function judged(
  host: string,
  { network, guard }: Context,
  proxied: boolean,
): Promise<readonly string[]> {
  try {
    const addresses = await network.resolve(host)
    guard.address(host, addresses)
    return addresses
  } catch (error) {
    if (proxied && error instanceof Fault && error.code === 'host_unresolved') return []
    throw error
  }
}

async function once(
  url: URL,
  { method, headers, signal }: Omit<Asked, 'path'>,
  { config, context, address }: Way & { readonly address: string | null },
): Promise<Response> {
  const host = bareHost(url)
  const target = address === null ? url : at(address, url)
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new Fault('connection_lost', `${host} does not answer.`)),
    answerMs,
  )
  const { proxy, tls } = fetchOptions(context.network, host)
  const options = {
    method,
    redirect: 'manual',
    // What is verified for one name must not serve another one at the same address.
    keepalive: false,
    // Lengths and digests are of what is sent.
    decompress: false,
    headers: { ...headers, host: url.host, 'accept-encoding': 'identity' },
    signal: AbortSignal.any([signal, late.signal]),
    ...(proxy === undefined ? {} : { proxy }),
    tls: {
      ...tls,
      ...authorities(config, context),
      ...(isIP(host) === 0 ? { serverName: host } : {}),
      // The name that was asked for is what the certificate must carry; the connection only knows the address.
      checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
        checkServerIdentity(host, certificate),
    },
  }
  try {
    return await fetch(target, options as unknown as RequestInit)
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

function authorities({ ca, caFile }: HttpsConfig, context: Context): { readonly ca?: string[] } {
  const pem = ca ?? (caFile === null ? null : readCa(caFile, context))
  return pem === null ? {} : { ca: [...(context.network.ca ?? rootCertificates), pem] }
}

function readCa(file: string, { base, guard }: Context): string {
  const path = resolve(base, file)
  guard.path(path)
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Fault('file_unreadable', 'The file of tls.ca_file cannot be read.', { cause })
  }
}
