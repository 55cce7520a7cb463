/** The envelope as bytes: where each field stands. FORMAT.md, "Envelope". */
import { concat, equal, toHex, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { sealedLength } from './cobblestone.ts'
import { HASH_BYTES, KEY_BYTES, TAG_BYTES } from './primitives.ts'
import { isSuite, kemOf, type Suite } from './suites.ts'

export const KID_BYTES = 16
/** More than a trust document can list for one record. */
export const MAX_RECIPIENTS = 2048

const magic = utf8('SALLYENV')
const FIXED_BYTES = magic.length + 4
const WRAPPED_BYTES = KEY_BYTES + TAG_BYTES

/** The data key, sealed to one recipient. */
export interface Wrap {
  readonly kid: Uint8Array
  readonly enc: Uint8Array
  readonly wrapped: Uint8Array
}

export interface Parts {
  readonly suite: Suite
  readonly wraps: readonly Wrap[]
  /** Everything that `mac` is over. */
  readonly header: Uint8Array
  readonly mac: Uint8Array
  readonly body: Uint8Array
}

/** magic ‖ suite ‖ count ‖ wraps, by ascending kid. */
export function encodeHeader(suite: Suite, wraps: readonly Wrap[]): Uint8Array {
  const sorted = [...wraps].sort((a, b) => (toHex(a.kid) < toHex(b.kid) ? -1 : 1))
  const numbers = Uint8Array.of(suite >> 8, suite & 0xff, sorted.length >> 8, sorted.length & 0xff)
  return concat(magic, numbers, ...sorted.flatMap(({ kid, enc, wrapped }) => [kid, enc, wrapped]))
}

function refuse(why: string): never {
  throw new Fault('envelope_invalid', undefined, { cause: new Error(why) })
}

/** Splits an envelope. Throws `envelope_invalid` on what no writer makes; it opens and trusts nothing. */
export function parseEnvelope(bytes: Uint8Array): Parts {
  if (bytes.length < FIXED_BYTES || !equal(bytes.slice(0, magic.length), magic)) refuse('no magic')
  const u16 = (at: number) => ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
  const suite = u16(magic.length)
  if (!isSuite(suite)) refuse('unknown suite')
  const count = u16(magic.length + 2)
  if (count < 1 || count > MAX_RECIPIENTS) refuse('number of recipients')
  const { encBytes } = kemOf(suite)
  const wrapBytes = KID_BYTES + encBytes + WRAPPED_BYTES
  const headerEnd = FIXED_BYTES + count * wrapBytes
  const bodyStart = headerEnd + HASH_BYTES
  if (bytes.length < bodyStart + sealedLength(0)) refuse('too short')
  const wraps = Array.from({ length: count }, (_, i) => wrapAt(bytes, FIXED_BYTES + i * wrapBytes, encBytes))
  for (let i = 1; i < count; i++) {
    if (toHex((wraps[i - 1] as Wrap).kid) >= toHex((wraps[i] as Wrap).kid)) refuse('order of recipients')
  }
  return {
    suite,
    wraps,
    header: bytes.slice(0, headerEnd),
    mac: bytes.slice(headerEnd, bodyStart),
    body: bytes.subarray(bodyStart),
  }
}

function wrapAt(bytes: Uint8Array, at: number, encBytes: number): Wrap {
  const encAt = at + KID_BYTES
  const wrappedAt = encAt + encBytes
  return {
    kid: bytes.slice(at, encAt),
    enc: bytes.slice(encAt, wrappedAt),
    wrapped: bytes.slice(wrappedAt, wrappedAt + WRAPPED_BYTES),
  }
}
