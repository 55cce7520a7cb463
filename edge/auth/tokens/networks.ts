/**
 * Addresses and ranges of them (RFC 4632, RFC 4291 section 2.3), compared as numbers and never as text: one address
 * has many spellings. An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is the IPv4 address in
 * it, however it is written.
 */
import { isIP } from 'node:net'

interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

interface Range extends Address {
  /** Leading bits that count. */
  readonly prefix: number
}

const MAPPED = 0xffffn << 32n

function ofV4(text: string): bigint {
  return text.split('.').reduce((value, part) => value << 8n | BigInt(part), 0n)
}

function ofV6(text: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const tail = dotted === null ? 0n : ofV4(dotted[2] as string)
  const plain = dotted === null
    ? text
    : `${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`
  const [before = '', after] = plain.split('::')
  const groups = (part: string) => part === '' ? [] : part.split(':')
  const left = groups(before)
  const right = after === undefined ? [] : groups(after)
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].reduce((value, group) => value << 16n | BigInt(`0x${group}`), 0n)
}

/** Null for what is no address, or one that only means something on a link (`fe80::1%eth0`). */
function addressOf(text: string): Address | null {
  const kind = isIP(text)
  if (kind === 4) return { bits: 32, value: ofV4(text) }
  if (kind !== 6 || text.includes('%')) return null
  const value = ofV6(text)
  return value >> 32n === MAPPED >> 32n ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value }
}

function rangeOf(text: string): Range | null {
  const [network = '', length, ...rest] = text.split('/')
  const address = addressOf(network)
  if (address === null || rest.length > 0) return null
  if (length === undefined) return { ...address, prefix: address.bits }
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length)) return null
  // Of a mapped network the first 96 bits are the clothes.
  const prefix = Number(length) - (network.includes(':') && address.bits === 32 ? 96 : 0)
  if (prefix < 0 || prefix > address.bits) return null
  return { ...address, prefix }
}

const under = (value: bigint, { bits, prefix }: Range) => value >> BigInt(bits - prefix)

/** Whether the text is an address or a range (`192.0.2.0/24`, `2001:db8::/32`) without bits beyond its prefix. */
export function isRange(text: string): boolean {
  const range = rangeOf(text)
  return range !== null && under(range.value, range) << BigInt(range.bits - range.prefix) === range.value
}

/** Whether the address lies in one of the ranges; false for what is no address. */
export function inRanges(address: string, ranges: readonly string[]): boolean {
  const found = addressOf(address)
  return found !== null && ranges.some((text) => {
    const range = rangeOf(text)
    return range !== null && range.bits === found.bits &&
      under(found.value, range) === under(range.value, range)
  })
}

/** Whether every address of `inner` lies in one of `outer`; all of both are ranges. */
export function rangesWithin(inner: readonly string[], outer: readonly string[]): boolean {
  return inner.every((text) => {
    const range = rangeOf(text)
    return range !== null && outer.some((around) => {
      const wide = rangeOf(around)
      return wide !== null && wide.bits === range.bits && wide.prefix <= range.prefix &&
        under(range.value, wide) === under(wide.value, wide)
    })
  })
}

/** How much of an address says where somebody is: a home or an office gets another one now and then. */
const neighbourhood = { 32: 24, 128: 48 } as const

/** Networks that are kept in mind: with every request one is asked for, mostly of few addresses. */
const MAX_KEPT = 10_000
const kept = new Map<string, string>()

/** The network of an address, in one spelling: its first 24 bits of IPv4, 48 of IPv6. What is no address is itself. */
export function networkOf(text: string): string {
  let network = kept.get(text)
  if (network === undefined) {
    if (kept.size >= MAX_KEPT) kept.clear()
    network = networkIn(text)
    kept.set(text, network)
  }
  return network
}

function networkIn(text: string): string {
  const address = addressOf(text)
  if (address === null) return text
  const { bits } = address
  const prefix = neighbourhood[bits]
  const shift = BigInt(bits - prefix)
  const value = address.value >> shift << shift
  if (bits === 32) return `${[24n, 16n, 8n, 0n].map((at) => value >> at & 0xffn).join('.')}/${prefix}`
  const groups = [112n, 96n, 80n].map((at) => (value >> at & 0xffffn).toString(16))
  return `${groups.join(':')}::/${prefix}`
}
