/**
 * How a call is signed: HMAC-SHA256 (RFC 2104) over the time stamp, a dot and the body, byte for byte.
 *
 *     Sallyport-Timestamp: 1763805600
 *     Sallyport-Signature: v1=<64 hex digits>
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { concat, utf8 } from '../../shared/bytes.ts'

/** A call is refused whose time stamp is further than this from the edge's clock, in ms. */
export const WINDOW_MS = 300_000

/** One header may hold several, of secrets that follow one another. */
const MAX_SIGNATURES = 5

export interface Sent {
  readonly bytes: Uint8Array
  readonly headers: Headers
}

export interface SignedCall {
  /** In ms since 1970. */
  readonly at: number
  /** SHA-256 of what is signed, in hex: a call that is sent again has the same. */
  readonly digest: string
}

/** The call, when one of the secrets has signed it and it is of now; else null. */
export function signedCall(
  { bytes, headers }: Sent,
  { secrets, now }: { readonly secrets: readonly string[]; readonly now: number },
): SignedCall | null {
  const stamp = headers.get('sallyport-timestamp') ?? ''
  if (!/^[1-9][0-9]{8,10}$/.test(stamp)) return null
  const signed = concat(utf8(`${stamp}.`), bytes)
  const given = (headers.get('sallyport-signature') ?? '').split(',').slice(0, MAX_SIGNATURES)
    .flatMap((part) => /^\s*v1=([0-9a-f]{64})\s*$/.exec(part)?.[1] ?? [])
  // All of them, whatever the first says: how long it takes tells nothing.
  const holds = secrets.flatMap((secret) => given.map((one) => isSignature(one, { secret, signed })))
  const at = Number(stamp) * 1000
  if (!holds.includes(true) || Math.abs(now - at) > WINDOW_MS) return null
  return { at, digest: createHash('sha256').update(signed).digest('hex') }
}

function isSignature(
  given: string,
  { secret, signed }: { readonly secret: string; readonly signed: Uint8Array },
): boolean {
  const wanted = createHmac('sha256', secret).update(signed).digest()
  return timingSafeEqual(new Uint8Array(wanted), new Uint8Array(hexBytes(given)))
}

function hexBytes(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16))
}
