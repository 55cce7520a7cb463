/**
 * Which addresses an agent connects to. A name that policy allows may still resolve to the machine itself or to a
 * cloud's metadata service; those are refused unless local policy names the address. Private addresses (RFC 1918,
 * RFC 4193) pass: they are where the customer's databases are, and the name is in policy.
 */
import { BlockList, isIP } from 'node:net'
import { Fault } from '../../shared/faults.ts'

const refusedRanges: readonly (readonly [network: string, prefix: number, what: string])[] = [
  ['0.0.0.0', 8, 'this machine'], // RFC 1122 §3.2.1.3
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local, where most clouds have their metadata service'],
  ['100.100.100.200', 32, 'metadata service of Alibaba'],
  ['168.63.129.16', 32, 'metadata service of Azure'],
  ['192.0.0.0', 24, 'protocol assignments, where Oracle has its metadata service'], // RFC 6890
  ['224.0.0.0', 4, 'multicast'],
  ['255.255.255.255', 32, 'broadcast'],
  ['::', 96, 'unspecified, loopback, or an IPv4 address in another form'],
  ['::ffff:0:0:0', 96, 'an IPv4 address in another form'], // RFC 2765
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'site-local'], // RFC 3879
  ['fd00:ec2::', 32, 'services of AWS on the machine: metadata, credentials, names, time'],
  ['fd20:ce::', 32, 'metadata service of Google'],
  ['fd00:c1::a9fe:a9fe', 128, 'metadata service of Oracle'],
  ['fd00:42::42', 128, 'metadata service of Scaleway'],
  ['ff00::', 8, 'multicast'],
  ['64:ff9b::', 96, 'NAT64: an IPv4 address in another form'], // RFC 6052
  ['64:ff9b:1::', 48, 'NAT64: an IPv4 address in another form'], // RFC 8215
  ['2002::', 16, '6to4: an IPv4 address in another form'], // RFC 3056
  ['2001::', 32, 'Teredo: an IPv4 address in another form'], // RFC 4380
]

/** IPv4-mapped IPv6 (`::ffff:127.0.0.1`) is judged as the IPv4 address in it: BlockList sees through it. */
function listOf(ranges: Iterable<readonly [string, number, ...unknown[]]>): BlockList {
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

const refused = refusedRanges.map(([network, prefix, what]) => ({
  list: listOf([[network, prefix]]),
  rule: `${what} (${network}/${prefix})`,
}))

const privateRanges = listOf([['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['fc00::', 7]])

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
      const { refused, rule } = this.judge(address)
      if (!refused) continue
      throw new Fault(
        'address_refused',
        `${host} resolves to ${address}: ${rule}. If that is meant, name the address under "addresses" in the ` +
          'local policy file.',
      )
    }
  }

  /** Naming a range of translated addresses names none of the IPv4 addresses that it can lead to. */
  judge(address: string): Judgement {
    const bare = address.split('%')[0] ?? ''
    if (isIP(bare) === 0) return { refused: true, rule: 'it is no address' }
    const inner = embedded(bare)
    if (inner !== null) {
      const judged = this.#judgeOne(inner)
      if (judged.refused) return { refused: true, rule: `it stands for ${inner}, ${judged.rule}` }
    }
    return this.#judgeOne(bare)
  }

  #judgeOne(address: string): Judgement {
    const kind = family(address)
    const rule = refused.find(({ list }) => list.check(address, kind))?.rule
    if (rule === undefined) {
      return { refused: false, rule: privateRanges.check(address, kind) ? 'private' : 'public' }
    }
    return this.#named.check(address, kind)
      ? { refused: false, rule: `${rule}, named by local policy` }
      : { refused: true, rule }
  }
}

/** What the rules say about one address, and the rule that decides. */
export interface Judgement {
  readonly refused: boolean
  readonly rule: string
}
