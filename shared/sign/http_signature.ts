/**
 * HTTP Message Signatures (RFC 9421) with Ed25519 over a Content-Digest (RFC 9530), as the agent signs its requests.
 *
 * One shape is made and accepted: the components of `COVERED` in that order, `created`, `nonce`, `keyid` and
 * `alg="ed25519"`, one signature a request. Everything that the fields could say beyond it is refused, and the two
 * fields have one spelling only: what was parsed, written again, is what was received.
 */
import { fromBase64, toBase64, utf8 } from '../bytes.ts'
import { Fault } from '../faults.ts'
import { MAX_CLOCK_SKEW_SECONDS } from '../protocol.ts'
import type { Primitives } from '../seal/primitives.ts'

type Signing = Pick<Primitives, 'sha256' | 'ed25519'>

/** What every signature covers, in this order. */
export const COVERED = ['@method', '@authority', '@path', '@query', 'content-digest'] as const

/** A request as its signer and its verifier both see it. */
export interface HttpMessage {
  readonly method: string
  /** The target, of which authority, path and query are covered. */
  readonly url: URL
  /** The field's value, or null; several lines joined by `, `. */
  readonly header: (name: string) => string | null
}

export interface SignatureParameters {
  /** Seconds since 1970. */
  readonly created: number
  readonly nonce: string
  readonly keyid: string
}

export interface RequestSignature extends SignatureParameters {
  /** The parameters as they are signed. */
  readonly input: string
  readonly signature: Uint8Array
}

const LABEL = 'sig'

/** RFC 9530 section 2, with SHA-256. */
export function contentDigest(p: Pick<Primitives, 'sha256'>, body: Uint8Array): string {
  return `sha-256=:${toBase64(p.sha256(body))}:`
}

/**
 * The bytes that are signed (RFC 9421 section 2.5). `input` is the inner list of components with its parameters, as
 * Signature-Input spells it. Throws Fault `request_signature_invalid` when a field that it names is missing.
 */
export function signatureBase(
  message: HttpMessage,
  components: readonly string[],
  input: string,
): Uint8Array {
  const lines = components.map((name) => `"${name}": ${componentOf(message, name)}\n`)
  return utf8(`${lines.join('')}"@signature-params": ${input}`)
}

function componentOf(message: HttpMessage, name: string): string {
  switch (name) {
    case '@method':
      return message.method
    // URL has lowercased the host and dropped the scheme's own port (sections 2.2.3 and 2.2.6).
    case '@authority':
      return message.url.host
    case '@path':
      return message.url.pathname
    // Of an absent query the value is a lone question mark (section 2.2.7).
    case '@query':
      return message.url.search || '?'
  }
  const value = message.header(name)
  if (value === null) throw invalid(`The field ${name} is missing.`)
  return value.split(/\r\n[ \t]+/).map((line) => line.trim()).join(' ')
}

function inner(components: readonly string[], { created, nonce, keyid }: SignatureParameters): string {
  const names = components.map((name) => `"${name}"`).join(' ')
  return `(${names});created=${created};nonce="${nonce}";keyid="${keyid}";alg="ed25519"`
}

/** The fields that sign a request: to be added to it as they are. */
export function signRequest(
  p: Signing,
  request: {
    readonly method: string
    readonly url: URL
    readonly body: Uint8Array
    readonly seed: Uint8Array
    readonly parameters: SignatureParameters
  },
): Readonly<Record<'content-digest' | 'signature-input' | 'signature', string>> {
  const { method, url, body, seed, parameters } = request
  if (!isQuotable(parameters.keyid) || !isQuotable(parameters.nonce) || !isTime(parameters.created)) {
    throw new RangeError('not parameters of a signature')
  }
  const digest = contentDigest(p, body)
  const input = inner(COVERED, parameters)
  const base = signatureBase({ method, url, header: () => digest }, COVERED, input)
  return {
    'content-digest': digest,
    'signature-input': `${LABEL}=${input}`,
    'signature': `${LABEL}=:${toBase64(p.ed25519.sign(seed, base))}:`,
  }
}

/**
 * Reads a request's signature without judging it, so that `keyid` can be looked up. Throws Fault `request_signature_invalid`
 * on anything but the one shape.
 */
export function parseSignature(header: (name: string) => string | null): RequestSignature {
  const given = header('signature-input')
  const bytes = header('signature')
  if (given === null || bytes === null) throw invalid('The request is not signed.')
  const names = COVERED.map((name) => `"${name}"`).join(' ')
  const shape =
    /^([a-z*][a-z0-9_.*-]{0,30})=(\(([^()]{0,200})\);created=([0-9]{1,12});nonce="([!-~]{1,64})";keyid="([!-~]{1,64})";alg="ed25519")$/
  const [, label, input, components, created, nonce, keyid] = shape.exec(given) ?? []
  if (!label || !input || components !== names || !created || !nonce || !keyid) {
    throw invalid('Signature-Input is not of the documented shape.')
  }
  const parameters = { created: Number(created), nonce, keyid }
  if (!isQuotable(nonce) || !isQuotable(keyid) || inner(COVERED, parameters) !== input) {
    throw invalid('Signature-Input is not of the documented shape.')
  }
  return { ...parameters, input, signature: byteSequence(bytes, label) }
}

/** RFC 8941 section 3.3.5, as the one member of a dictionary. */
function byteSequence(field: string, key: string): Uint8Array {
  const value = field.startsWith(`${key}=:`) && field.endsWith(':') ? field.slice(key.length + 2, -1) : ''
  let bytes: Uint8Array
  try {
    bytes = fromBase64(value)
  } catch {
    throw invalid('Signature is not of the documented shape.')
  }
  if (bytes.length !== 64) throw invalid('Signature is not of the documented shape.')
  return bytes
}

/**
 * Verifies a parsed signature against the request as it arrived. `now` is milliseconds since 1970.
 *
 * Throws Fault `clock_skew` when `created` is more than 60 s from `now`, `request_signature_invalid` when the body is not the
 * digest's or the signature is not the key's.
 */
export function verifyRequest(
  p: Signing,
  request: {
    readonly message: HttpMessage
    readonly body: Uint8Array
    readonly signature: RequestSignature
    readonly publicKey: Uint8Array
    readonly now: number
  },
): void {
  const { message, body, signature, publicKey, now } = request
  const base = signatureBase(message, COVERED, signature.input)
  if (!p.ed25519.verify(publicKey, base, signature.signature)) throw invalid()
  if (message.header('content-digest') !== contentDigest(p, body)) {
    throw invalid('The body is not the one that Content-Digest names.')
  }
  // Judged last: only the key's holder learns how far the clocks are apart.
  if (Math.abs(signature.created - now / 1000) > MAX_CLOCK_SKEW_SECONDS) throw new Fault('clock_skew')
}

function invalid(detail?: string): Fault {
  return new Fault('request_signature_invalid', detail)
}

/** Printable, and needing no escape inside a quoted string. */
function isQuotable(text: string): boolean {
  return /^[!#-[\]-~]{1,64}$/.test(text)
}

function isTime(seconds: number): boolean {
  return Number.isSafeInteger(seconds) && seconds >= 0 && seconds < 1e12
}
