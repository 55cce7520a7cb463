/** One POST to the server of a connection: to an address that was checked, and to no other. */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { checkServerIdentity, rootCertificates } from 'node:tls'
import { Fault } from '../../../shared/faults.ts'
import { fetchOptions } from '../../network.ts'
import type { Context } from '../connector.ts'
import { isLoopback } from '../guard.ts'
import { faultOf } from '../https/errors.ts'
import type { LibsqlConfig } from './config.ts'

/** Until the answer is there, whole. */
const answerMs = 60_000

export interface Posted {
  readonly status: number
  readonly text: string
}

/**
 * Throws `address_refused`, `plain_refused`, `redirect_refused` and what stands between here and an answer.
 * `connection_lost`: nobody knows whether the server has done what was asked. The name is resolved, and judged, anew
 * at every call.
 */
export async function post(
  config: LibsqlConfig,
  context: Context,
  asked: { readonly path: string; readonly body: string; readonly signal: AbortSignal },
): Promise<Posted> {
  const { host, port, plain } = config
  const named = isIP(host) === 6 ? `[${host}]` : host
  if (plain && (!isLoopback(host) || !context.guard.plain(`${named}:${port}`))) {
    throw new Fault('plain_refused')
  }
  const url = new URL(`${plain ? 'http' : 'https'}://${named}:${port}${asked.path}`)
  const proxied = context.network.proxyFor(host) !== null
  const addresses = await judged(host, context, proxied)
  // A proxy is told the name: it resolves names that nobody here knows, and has rules of its own.
  if (proxied) return await once(url, asked, { config, context, address: null })
  let last: unknown = new Fault('host_unresolved')
  for (const address of addresses) {
    try {
      return await once(url, asked, { config, context, address })
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

interface Way {
  readonly config: LibsqlConfig
  readonly context: Context
  readonly address: string | null
}

async function once(
  url: URL,
  { body, signal }: { readonly body: string; readonly signal: AbortSignal },
  { config, context, address }: Way,
): Promise<Posted> {
  const { host, token } = config
  const target = new URL(url)
  if (address !== null) target.hostname = isIP(address) === 6 ? `[${address}]` : address
  const late = AbortSignal.timeout(answerMs)
  const { proxy, tls } = fetchOptions(context.network, host)
  const options = {
    method: 'POST',
    redirect: 'manual',
    headers: {
      host: url.host,
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body,
    signal: AbortSignal.any([signal, late]),
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
    const response = await fetch(target, options as unknown as RequestInit)
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      throw new Fault('redirect_refused', `${host} sends the agent on, which a database has no reason to.`)
    }
    return { status: response.status, text: await response.text() }
  } catch (error) {
    signal.throwIfAborted()
    throw late.aborted ? new Fault('connection_lost', `${host} does not answer.`) : faultOf(error, host)
  }
}

function authorities({ ca, caFile }: LibsqlConfig, context: Context): { readonly ca?: string[] } {
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
