/**
 * The way out of this machine: how names resolve, which proxy leads where, whose certificates count. These are settings
 * of the agent; what the environment says (HTTPS_PROXY, NODE_TLS_REJECT_UNAUTHORIZED) is never taken silently.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { Fault } from '../shared/faults.ts'
import { readText } from './files.ts'
import { parseRange } from './trust/addresses.ts'

export interface Network {
  /** The addresses of a name, as they are now; asked anew for every connection. Throws `host_unresolved`. */
  readonly resolve: (host: string) => Promise<readonly string[]>
  /** Origin of the proxy that leads to this host, null for a way of our own. */
  readonly proxyFor: (host: string) => string | null
  /** PEM of every authority that counts; null: those that come with the binary. */
  readonly ca: readonly string[] | null
}

export interface NetworkSettings {
  /** `http://host:port`. */
  readonly proxy: string | null
  /** Hosts, `.domains`, addresses and ranges, with commas between. */
  readonly noProxy: string
  /** PEM file of authorities that count beside those that come with the binary. */
  readonly caFile: string | null
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host]
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (cause) {
    throw new Fault('host_unresolved', undefined, { cause })
  }
}

/** No proxy, and no authorities beside those that come with the binary. */
export const directNetwork: Network = { resolve: resolveBySystem, proxyFor: () => null, ca: null }

/** Throws `invalid_setting`, `file_unreadable` or `invalid_file`. */
export function networkOf({ proxy, noProxy, caFile }: NetworkSettings): Network {
  const origin = proxy === null ? null : proxyOrigin(proxy)
  const around = aroundProxy(noProxy)
  if (origin === null && caFile === null) return directNetwork
  return {
    resolve: resolveBySystem,
    proxyFor: (host) => origin === null || around(host) ? null : origin,
    ca: caFile === null ? null : [...ownAuthorities(), ...certificatesIn(caFile)],
  }
}

/** Those that come with the binary. Loaded by who needs them: every start would pay for them. */
function ownAuthorities(): readonly string[] {
  return process.getBuiltinModule('node:tls').rootCertificates
}

function proxyOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (
    url === null || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || url.search !== ''
  ) {
    throw new Fault('invalid_setting', 'proxy: it is written http://host:port.')
  }
  if (url.username !== '' || url.password !== '') {
    throw new Fault(
      'invalid_setting',
      'proxy: an address with a password in it ends up in logs; leave it out.',
    )
  }
  return url.origin
}

function certificatesIn(path: string): readonly string[] {
  const found = readText(path, 'file of authorities (ca-file)')
    .match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)
  if (found === null) throw new Fault('invalid_file', `${path} holds no certificate in PEM.`)
  return found
}

const family = (address: string) => isIP(address) === 4 ? 'ipv4' : 'ipv6'

/** Whether a host is reached without the proxy. Loopback always is: a proxy's loopback is another machine. */
function aroundProxy(text: string): (host: string) => boolean {
  const addresses = new BlockList()
  addresses.addSubnet('127.0.0.0', 8, 'ipv4')
  addresses.addAddress('::1', 'ipv6')
  const names = new Set(['localhost'])
  const domains: string[] = []
  for (const entry of text.split(',').map((one) => one.trim().toLowerCase()).filter((one) => one !== '')) {
    const range = parseRange(entry)
    if (range !== null) addresses.addSubnet(range[0], range[1], family(range[0]))
    else if (/^\*?\.[a-z0-9]/.test(entry)) domains.push(entry.replace(/^\*/, ''))
    else if (/^[a-z0-9_][a-z0-9._-]*$/.test(entry)) names.add(entry)
    else throw new Fault('invalid_setting', `no-proxy: "${entry}" is no host, .domain, address or range.`)
  }
  return (host) => {
    const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
    if (isIP(name) !== 0) return addresses.check(name, family(name))
    return names.has(name) || domains.some((domain) => name.endsWith(domain))
  }
}

/** What fetch needs besides its own: certificates are verified, whatever the environment says. */
export function fetchOptions({ proxyFor, ca }: Network, host: string): FetchOptions {
  const proxy = proxyFor(host)
  return {
    tls: { rejectUnauthorized: true, ...(ca === null ? {} : { ca: [...ca] }) },
    ...(proxy === null ? {} : { proxy }),
  }
}

export interface FetchOptions {
  readonly tls: { readonly rejectUnauthorized: true; readonly ca?: string[] }
  readonly proxy?: string
}

/** A fetch that takes the way that the settings say. */
export function fetchBy(network: Network): typeof fetch {
  const send = (input: string | URL | Request, init?: RequestInit) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input)
    return fetch(input, { ...init, ...fetchOptions(network, hostname) })
  }
  return send as typeof fetch
}
