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
import { kemOf, publicKeyOf, type Suite } from './suites.ts'

/** A public sealing key: 32 bytes in suite 1, 1,216 in suite 2. Its key id is computed, never taken along. */
export interface Recipient {
  readonly suite: Suite
  readonly publicKey: Uint8Array
}

/** `privateKey` is 32 bytes in either suite. */
export interface OpeningKey {
  readonly suite: Suite
  readonly privateKey: Uint8Array
}

const infoLabel = utf8('sallyport envelope v1')
const headerLabel = utf8('sallyport envelope header v1')

function infoOf(suite: Suite, { tenant }: Context): Uint8Array {
  return lengthPrefixed(infoLabel, utf8(tenant), Uint8Array.of(0, suite))
}

function headerKeyOf(p: Primitives, dataKey: Uint8Array): Uint8Array {
  return expand(p.hmacSha512, dataKey, headerLabel, KEY_BYTES)
}

/** What a wrap is bound to, once for all recipients of a body. */
interface Bound {
  readonly suite: Suite
  readonly info: Uint8Array
  readonly context: Uint8Array
  readonly bodyHash: Uint8Array
}

function bind(
  p: Primitives,
  context: Context,
  given: { readonly suite: Suite; readonly encoded: Uint8Array; readonly body: Uint8Array },
): Bound {
  const { suite, encoded, body } = given
  return { suite, info: infoOf(suite, context), context: encoded, bodyHash: p.sha256(body) }
}

function wrapTo(p: Primitives, { publicKey }: Recipient, dataKey: Uint8Array, bound: Bound): Wrap {
  const kid = keyIdBytes(p, publicKey)
  const aad = lengthPrefixed(kid, bound.context, bound.bodyHash)
  const given = { kem: kemOf(bound.suite), info: bound.info, aad, plaintext: dataKey }
  const { enc, ciphertext } = sealBase(p, publicKey, given)
  return { kid, enc, wrapped: ciphertext }
}

/** What is kept of a record while its recipients change. */
interface Kept {
  readonly bound: Bound
  readonly dataKey: Uint8Array
  readonly headerKey: Uint8Array
  readonly body: Uint8Array
}

/** The one suite of all recipients. Throws a RangeError on none, too many, or two suites. */
function suiteOfAll(recipients: readonly Recipient[]): Suite {
  const [first, ...others] = recipients
  if (!first || recipients.length > MAX_RECIPIENTS) throw new RangeError('1 to 2048 recipients')
  if (others.some(({ suite }) => suite !== first.suite)) throw new RangeError('two suites on one record')
  return first.suite
}

function assemble(p: Primitives, kept: Kept, recipients: readonly Recipient[]): Uint8Array {
  const { dataKey, headerKey, body, bound } = kept
  const wraps = recipients.map((recipient) => wrapTo(p, recipient, dataKey, bound))
  if (new Set(wraps.map(({ kid }) => toHex(kid))).size !== wraps.length) {
    throw new RangeError('a recipient stands there twice')
  }
  const header = encodeHeader(bound.suite, wraps)
  return concat(header, p.hmacSha256(headerKey, header), body)
}

/** Seals under a fresh data key. Throws a RangeError on no, too many or repeated recipients, or two suites. */
export function seal(
  p: Primitives,
  given: {
    readonly context: Context
    readonly plaintext: Uint8Array
    readonly recipients: readonly Recipient[]
  },
): Uint8Array {
  const { context, recipients } = given
  const suite = suiteOfAll(recipients)
  const dataKey = p.randomBytes(KEY_BYTES)
  const encoded = encodeContext(context)
  const body = sealBody(p, dataKey, { context: encoded, plaintext: pad(given.plaintext) })
  const bound = bind(p, context, { suite, encoded, body })
  return assemble(p, { dataKey, headerKey: headerKeyOf(p, dataKey), body, bound }, recipients)
}

interface Sealed {
  readonly context: Context
  readonly envelope: Uint8Array
  readonly keys: readonly OpeningKey[]
}

/** A ring has many keys and a rotation many records: the key id is remembered by the key, so that it goes with it. */
const kids = new WeakMap<OpeningKey, { readonly privateKey: Uint8Array; readonly kid: Uint8Array }>()

function kidOf(p: Primitives, key: OpeningKey): Uint8Array {
  const known = kids.get(key)
  if (known && equal(known.privateKey, key.privateKey)) return known.kid
  const kid = keyIdBytes(p, publicKeyOf(p, key.suite, key.privateKey))
  kids.set(key, { privateKey: key.privateKey.slice(), kid })
  return kid
}

/** The first of the keys that there is a wrap for, and that wrap; there is no second try. */
function wrapFor(p: Primitives, { suite, wraps }: Parts, keys: readonly OpeningKey[]) {
  for (const key of keys) {
    const kid = kidOf(p, key)
    const wrap = wraps.find((one) => equal(one.kid, kid))
    if (!wrap) continue
    if (key.suite !== suite) throw new Fault('suite_refused')
    return { privateKey: key.privateKey, wrap }
  }
  throw new Fault('kid_missing')
}

function unwrap(p: Primitives, { context, envelope, keys }: Sealed): Kept {
  const parts = parseEnvelope(envelope)
  const { privateKey, wrap } = wrapFor(p, parts, keys)
  const bound = bind(p, context, { suite: parts.suite, encoded: encodeContext(context), body: parts.body })
  const dataKey = openBase(p, privateKey, {
    kem: kemOf(parts.suite),
    enc: wrap.enc,
    ciphertext: wrap.wrapped,
    info: bound.info,
    aad: lengthPrefixed(wrap.kid, bound.context, bound.bodyHash),
  })
  if (!dataKey || dataKey.length !== KEY_BYTES) throw new Fault('envelope_refused')
  const headerKey = headerKeyOf(p, dataKey)
  if (!equal(p.hmacSha256(headerKey, parts.header), parts.mac)) throw new Fault('envelope_refused')
  return { bound, dataKey, headerKey, body: parts.body }
}

function openWith(p: Primitives, { bound, dataKey, body }: Kept): Uint8Array {
  const padded = openBody(p, dataKey, { context: bound.context, body })
  const plaintext = padded && unpad(padded)
  if (!plaintext) throw new Fault('envelope_refused')
  return plaintext
}

/**
 * The plaintext. Throws `envelope_invalid` (not an envelope), `kid_missing` (sealed to none of the keys),
 * `suite_refused` (to one of them, by a suite that is not its own) or `envelope_refused` (altered, cut, or of another
 * place than `context`), and nothing that says more.
 */
export function open(p: Primitives, given: Sealed): Uint8Array {
  return openWith(p, unwrap(p, given))
}

/** To whom next; `check` is shown the plaintext before it is passed on, and stops that by throwing. */
interface Onward extends Sealed {
  readonly recipients: readonly Recipient[]
  readonly check?: (plaintext: Uint8Array) => void
}

/**
 * The same body and data key for other recipients; those of before are gone. The record is opened on the way, so that
 * nothing broken is passed on. Throws as `open` and `seal` do, and a RangeError on recipients of another suite: a data
 * key goes from one suite to no other. A data key that has leaked is not mended by this; `reseal` makes a new one.
 */
export function rewrap(p: Primitives, given: Onward): Uint8Array {
  const { recipients } = given
  const suite = suiteOfAll(recipients)
  const unwrapped = unwrap(p, given)
  if (suite !== unwrapped.bound.suite) throw new RangeError('rewrapping keeps the suite')
  const plaintext = openWith(p, unwrapped)
  given.check?.(plaintext)
  return assemble(p, unwrapped, recipients)
}

/**
 * The same plaintext in the same place under a fresh data key and body, in the suite of the recipients, which need not
 * be that of before: for a data key that may have leaked and for a change of suite. Throws as `open` and `seal` do.
 */
export function reseal(p: Primitives, given: Onward): Uint8Array {
  const { context, recipients } = given
  suiteOfAll(recipients)
  const plaintext = open(p, given)
  given.check?.(plaintext)
  return seal(p, { context, plaintext, recipients })
}

/** What anybody may read off an envelope. Throws `envelope_invalid`; proves nothing. */
export function describeEnvelope(envelope: Uint8Array): { suite: Suite; kids: string[] } {
  const { suite, wraps } = parseEnvelope(envelope)
  return { suite, kids: wraps.map(({ kid }) => toHex(kid)) }
}
