/**
 * Which addresses an agent connects to. A name that policy allows may still resolve to the machine itself or to a
 * cloud's metadata service; those are refused unless local policy names the address. Private addresses (RFC 1918,
 * RFC 4193) pass: they are where the customer's databases are, and the name is in policy.
 */
import { BlockList, isIP } from 'node:net'
import { Fault } from '../../shared/faults.ts'

const refusedRanges: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], // this host (RFC 1122 §3.2.1.3)
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, and the metadata services of most clouds
  ['100.100.100.200', 32], // metadata, Alibaba
  ['168.63.129.16', 32], // metadata, Azure
  ['192.0.0.0', 24], // protocol assignments (RFC 6890), in them metadata, Oracle
  ['224.0.0.0', 4], // multicast
  ['255.255.255.255', 32],
  ['::', 96], // unspecified, loopback, IPv4-compatible
  ['::ffff:0:0:0', 96], // translated IPv4, not mapped: another one of its clothes (RFC 2765)
  ['fe80::', 10], // link-local
  ['fec0::', 10], // site-local, once (RFC 3879)
  ['fd00:ec2::', 32], // AWS's own: metadata, credentials of tasks and pods, names, time
  ['fd20:ce::', 32], // metadata, Google
  ['fd00:c1::a9fe:a9fe', 128], // metadata, Oracle
  ['fd00:42::42', 128], // metadata, Scaleway
  ['ff00::', 8], // multicast
  ['64:ff9b::', 96], // NAT64: an IPv4 address in other clothes (RFC 6052)
  ['64:ff9b:1::', 48],
  ['2002::', 16], // 6to4, likewise (RFC 3056)
  ['2001::', 32], // Teredo, likewise (RFC 4380)
]

/** IPv4-mapped IPv6 (`::ffff:127.0.0.1`) is judged as the IPv4 address in it: BlockList sees through it. */
function listOf(ranges: Iterable<readonly [string, number]>): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family(network))
  return list
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}

/** `10.0.0.0/8`, `127.0.0.1`, `fd00::/8`. Null when it is neither an address nor a range. */
export function parseRange(text: string): readonly [network: string, prefix: number] | null {
  const [network = '', bits, ...rest] = text.split('/')
  const kind = isIP(network)
  if (kind === 0 || rest.length > 0 || network.includes('%')) return null
  const widest = kind === 4 ? 32 : 128
  if (bits === undefined) return [network, widest]
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : NaN
  return prefix <= widest ? [network, prefix] : null
}

const refused = listOf(refusedRanges)

/** Where an IPv4 address stands in an IPv6 one of these ranges, as the number of 16-bit groups before it. */
const clothes: readonly (readonly [network: string, prefix: number, groupsBefore: number])[] = [
  ['::', 96, 6],
  ['::ffff:0:0:0', 96, 6],
  ['64:ff9b::', 96, 6],
  ['2002::', 16, 1],
]
const worn = clothes.map(([network, prefix, groupsBefore]) => ({
  list: listOf([[network, prefix]]),
  groupsBefore,
}))

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const plain = dotted === null ? address : dotted[1] + [[2, 3], [4, 5]]
    .map(([high, low]) => (Number(dotted[high!]) * 256 + Number(dotted[low!])).toString(16)).join(':')
  const [before = '', after] = plain.split('::')
  const groups = (text: string) => text === '' ? [] : text.split(':').map((group) => parseInt(group, 16))
  const [left, right] = [groups(before), groups(after ?? '')]
  return after === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill(0), ...right]
}

/** The IPv4 address that an IPv6 one is another form of, or null. */
function embedded(address: string): string | null {
  if (isIP(address) !== 6) return null
  const form = worn.find(({ list }) => list.check(address, 'ipv6'))
  if (form === undefined) return null
  const [high = 0, low = 0] = groupsOf(address).slice(form.groupsBefore)
  // `::` and `::1` are themselves.
  if (high === 0 && low <= 1) return null
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** Judges resolved addresses. `named` are local policy's ranges, which win over the refusals. */
export class AddressRules {
  readonly #named: BlockList

  constructor(named: readonly string[]) {
    this.#named = listOf(named.map((text) => parseRange(text)).filter((range) => range !== null))
  }

  /** Throws `address_refused` when any of them is refused: a name is as safe as the worst of its addresses. */
  check(host: string, addresses: readonly string[]): void {
    if (addresses.length === 0) throw new Fault('address_refused', `${host} resolves to no address.`)
    for (const address of addresses) {
      const bare = address.split('%')[0] ?? ''
      if (isIP(bare) === 0) {
        throw new Fault('address_refused', `${host} resolves to something that is no address.`)
      }
      if (this.#passes(bare)) continue
      throw new Fault(
        'address_refused',
        `${host} resolves to ${bare}: this machine, its link or a metadata service. If that is meant, add ` +
          `"${bare}" to "addresses" in the local policy file.`,
      )
    }
  }

  /** Naming a range of translated addresses names none of the IPv4 addresses that it can lead to. */
  #passes(address: string): boolean {
    const inner = embedded(address)
    if (inner !== null && this.#refuses(inner)) return false
    return !this.#refuses(address)
  }

  #refuses(address: string): boolean {
    return refused.check(address, family(address)) && !this.#named.check(address, family(address))
  }
}
