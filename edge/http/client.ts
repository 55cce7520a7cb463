/** Where a request comes from. */
import { isIP, isIPv6 } from 'node:net'

/** The address and the program of whoever asks, as far as anybody can tell. */
export interface Client {
  /** An IP address, v4 or v6. */
  readonly network: string
  /** The first 200 characters of User-Agent. */
  readonly agent: string
}

/** What the server knows of the connection. */
export interface Connection {
  /** The IP address at its other end. */
  readonly remote: string
  /** Where a route that waits leaves its answer, in place of one that says nothing. Undefined: nobody looks there. */
  later?: Promise<Response> | null
}

const MAX_AGENT = 200

/**
 * `hops` proxies of ours stand in front, each of which adds the address that it sees to the right of
 * X-Forwarded-For: what stands further to the left anybody could have written.
 */
export function clientOf(
  headers: Headers,
  { remote, hops }: { readonly remote: string; readonly hops: number },
): Client {
  const said = hops === 0 ? undefined : headers.get('x-forwarded-for')?.split(',').at(-hops)?.trim()
  const network = plain(said ?? '') ?? plain(remote) ?? '0.0.0.0'
  return {
    network,
    // Looked up when asked for: few requests need it.
    get agent() {
      return (headers.get('user-agent') ?? '').slice(0, MAX_AGENT)
    },
  }
}

/** An address in its plain form: without the port or brackets of a proxy, v4 as v4. Null when it is none. */
function plain(text: string): string | null {
  if (text === '') return null
  // As it nearly always is: with every request, so without the patterns.
  if (isIP(text) === 4) return text
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ??
    text
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare
  return isIP(mapped) === 0 ? null : mapped.toLowerCase()
}

/** The network that an address counts for: itself, or the /64 of an IPv6 address, which one customer has whole. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('%')[0]?.split('::') as [string, string?]
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0')
  return [...left, ...middle, ...right].slice(0, 4).map((part) => parseInt(part, 16).toString(16)).join(':')
}
