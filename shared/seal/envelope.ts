/** Sealed records: a data key seals the body, HPKE seals the data key to each recipient. FORMAT.md, "Envelope". */
import { concat, equal, lengthPrefixed, toHex, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { openBody, sealBody } from './cobblestone.ts'
import { type Context, encodeContext } from './context.ts'
import { encodeHeader, MAX_RECIPIENTS, parseEnvelope, type Parts, type Wrap } from './envelope_bytes.ts'
import { expand } from './hkdf.ts'
import { openBase, sealBase } from './hpke.ts'
import { keyIdBytes } from './key_id.ts'
import { pad, unpad } from './padding.ts'
import { KEY_BYTES, type Primitives } from './primitives.ts'

/** Suite 1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. */
export const SUITE = 1

/** A public sealing key. Its key id is computed, never taken along. */
export interface Recipient {
  readonly suite: typeof SUITE
  readonly publicKey: Uint8Array
}

export interface OpeningKey {
  readonly suite: typeof SUITE
  readonly privateKey: Uint8Array
}

const infoLabel = utf8('sallyport envelope v1')
const headerLabel = utf8('sallyport envelope header v1')

function infoOf({ tenant }: Context): Uint8Array {
  return lengthPrefixed(infoLabel, utf8(tenant), Uint8Array.of(0, SUITE))
}

function headerMac(p: Primitives, dataKey: Uint8Array, header: Uint8Array): Uint8Array {
  return p.hmacSha256(expand(p.hmacSha512, dataKey, headerLabel, KEY_BYTES), header)
}

/** What a wrap's aad is made of, once for all recipients of a body. */
interface Bound {
  readonly info: Uint8Array
  readonly context: Uint8Array
  readonly bodyHash: Uint8Array
}

function bind(p: Primitives, context: Context, given: { body: Uint8Array; encoded: Uint8Array }): Bound {
  return { info: infoOf(context), context: given.encoded, bodyHash: p.sha256(given.body) }
}

function wrapTo(p: Primitives, { publicKey }: Recipient, dataKey: Uint8Array, bound: Bound): Wrap {
  const kid = keyIdBytes(p, publicKey)
  const aad = lengthPrefixed(kid, bound.context, bound.bodyHash)
  const { enc, ciphertext } = sealBase(p, publicKey, { info: bound.info, aad, plaintext: dataKey })
  return { kid, enc, wrapped: ciphertext }
}

function assemble(
  p: Primitives,
  given: { dataKey: Uint8Array; body: Uint8Array; bound: Bound; recipients: readonly Recipient[] },
): Uint8Array {
  const { dataKey, body, bound, recipients } = given
  if (recipients.length < 1 || recipients.length > MAX_RECIPIENTS) {
    throw new RangeError('1 to 2048 recipients')
  }
  const wraps = recipients.map((recipient) => wrapTo(p, recipient, dataKey, bound))
  if (new Set(wraps.map(({ kid }) => toHex(kid))).size !== wraps.length) {
    throw new RangeError('a recipient stands there twice')
  }
  const header = encodeHeader(SUITE, wraps)
  return concat(header, headerMac(p, dataKey, header), body)
}

/** Seals under a fresh data key. Throws a RangeError on no, too many or repeated recipients. */
export function seal(
  p: Primitives,
  given: {
    readonly context: Context
    readonly plaintext: Uint8Array
    readonly recipients: readonly Recipient[]
  },
): Uint8Array {
  const dataKey = p.randomBytes(KEY_BYTES)
  const encoded = encodeContext(given.context)
  const body = sealBody(p, dataKey, { context: encoded, plaintext: pad(given.plaintext) })
  const bound = bind(p, given.context, { body, encoded })
  return assemble(p, { dataKey, body, bound, recipients: given.recipients })
}

interface Unwrapped {
  readonly parts: Parts
  readonly bound: Bound
  readonly dataKey: Uint8Array
}

/** The data key, by the first wrap that one of the keys is for; there is no second try. */
function unwrap(
  p: Primitives,
  given: { readonly context: Context; readonly envelope: Uint8Array; readonly keys: readonly OpeningKey[] },
): Unwrapped {
  const parts = parseEnvelope(given.envelope)
  const mine = given.keys.map(({ privateKey }) => ({
    privateKey,
    kid: toHex(keyIdBytes(p, p.x25519.publicKey(privateKey))),
  }))
  const key = mine.find(({ kid }) => parts.wraps.some((wrap) => toHex(wrap.kid) === kid))
  if (!key) throw new Fault('kid_missing')
  const wrap = parts.wraps.find(({ kid }) => toHex(kid) === key.kid) as Wrap
  const bound = bind(p, given.context, { body: parts.body, encoded: encodeContext(given.context) })
  const dataKey = openBase(p, key.privateKey, {
    enc: wrap.enc,
    ciphertext: wrap.wrapped,
    info: bound.info,
    aad: lengthPrefixed(wrap.kid, bound.context, bound.bodyHash),
  })
  if (!dataKey || dataKey.length !== KEY_BYTES) throw new Fault('envelope_refused')
  if (!equal(headerMac(p, dataKey, parts.header), parts.mac)) throw new Fault('envelope_refused')
  return { parts, bound, dataKey }
}

function openWith(p: Primitives, { parts, bound, dataKey }: Unwrapped): Uint8Array {
  const padded = openBody(p, dataKey, { context: bound.context, body: parts.body })
  const plaintext = padded && unpad(padded)
  if (!plaintext) throw new Fault('envelope_refused')
  return plaintext
}

/**
 * The plaintext. Throws `envelope_invalid` (not an envelope), `kid_missing` (sealed to none of the keys) or
 * `envelope_refused` (altered, cut, or of another place than `context`), and nothing that says more.
 */
export function open(
  p: Primitives,
  given: { readonly context: Context; readonly envelope: Uint8Array; readonly keys: readonly OpeningKey[] },
): Uint8Array {
  return openWith(p, unwrap(p, given))
}

/**
 * The same body for other recipients; those of before are gone. The record is opened on the way, so that nothing
 * broken is passed on. Throws as `open` and `seal` do. A data key that has leaked is not mended by this.
 */
export function rewrap(
  p: Primitives,
  given: {
    readonly context: Context
    readonly envelope: Uint8Array
    readonly keys: readonly OpeningKey[]
    readonly recipients: readonly Recipient[]
  },
): Uint8Array {
  const unwrapped = unwrap(p, given)
  openWith(p, unwrapped)
  const { dataKey, parts, bound } = unwrapped
  return assemble(p, { dataKey, body: parts.body, bound, recipients: given.recipients })
}

/** What anybody may read off an envelope. Throws `envelope_invalid`; proves nothing. */
export function describeEnvelope(envelope: Uint8Array): { suite: number; kids: string[] } {
  const { suite, wraps } = parseEnvelope(envelope)
  return { suite, kids: wraps.map(({ kid }) => toHex(kid)) }
}
