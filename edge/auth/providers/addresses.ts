/**
 * Where the edge may connect to on somebody's word: the host of an issuer that a tenant has named. Private networks
 * are allowed, since a company's issuer may stand in one; what only the machine itself answers is not: loopback,
 * link-local with the metadata services of clouds, and addresses that name no single host.
 */
import { isIP } from 'node:net'

/** First address and prefix length. RFC 6890 and its registries; metadata addresses that are not link-local. */
const refused: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
  ['fd20:ce::', 64],
]
const loopback: readonly (readonly [string, number])[] = [['127.0.0.0', 8], ['::1', 128]]

/** IPv4 inside IPv6: mapped, compatible, NAT64 (RFC 6052) and 6to4, with the bit at which the four bytes start. */
const embedding: readonly (readonly [string, number, number])[] = [
  ['::ffff:0:0', 96, 96],
  ['::', 96, 96],
  ['64:ff9b::', 96, 96],
  ['2002::', 16, 16],
]

/** Whether an IP address may be connected to; `allowLoopback` on an edge that runs on loopback itself. */
export function mayConnect(address: string, allowLoopback: boolean): boolean {
  const bytes = bytesOf(address)
  if (bytes === null || within(bytes, refused)) return false
  if (within(bytes, loopback)) return allowLoopback
  const inner = embedded(bytes)
  return inner === null || mayConnect(inner, allowLoopback)
}

/** `localhost` and loopback addresses, as a URL spells them. */
export function isLoopbackHost(hostname: string): boolean {
  if (hostname === 'localhost') return true
  const bytes = bytesOf(hostname.replace(/^\[(.*)\]$/, '$1'))
  return bytes !== null && within(bytes, loopback)
}

function within(bytes: readonly number[], blocks: readonly (readonly [string, number])[]): boolean {
  return blocks.some(([first, length]) => shares(bytes, bytesOf(first) as readonly number[], length))
}

function shares(a: readonly number[], b: readonly number[], bits: number): boolean {
  if (a.length !== b.length) return false
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff
    if (((a[bit / 8] as number) & mask) !== ((b[bit / 8] as number) & mask)) return false
  }
  return true
}

function embedded(bytes: readonly number[]): string | null {
  for (const [first, length, at] of embedding) {
    if (shares(bytes, bytesOf(first) as readonly number[], length)) {
      return bytes.slice(at / 8, at / 8 + 4).join('.')
    }
  }
  return null
}

/** 4 or 16 bytes, or null when it is no address. A zone (`%eth0`) makes it none. */
function bytesOf(address: string): number[] | null {
  const version = address.includes('%') ? 0 : isIP(address)
  if (version === 0) return null
  if (version === 4) return address.split('.').map(Number)
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  const [a, b, c, d] = (tail?.[2] ?? '').split('.').map(Number) as [number, number, number, number]
  const text = tail === null
    ? address
    : `${tail[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  const [left = '', right = ''] = text.split('::')
  const groups = (part: string) => part === '' ? [] : part.split(':').map((group) => parseInt(group, 16))
  const [before, after] = [groups(left), groups(right)]
  const zeros = new Array(8 - before.length - after.length).fill(0)
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff])
}
