/**
 * An authenticator in software, written from Web Authentication Level 3 (§6.1 authenticator data, §6.5 attestation) and
 * RFC 8949 (CBOR), together with the part of the browser: what it signs is right unless a test falsifies it.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { Buffer } from 'node:buffer'
import { concat, u32, utf8 } from '../../../shared/bytes.ts'
import type { PasskeyAssertion, PasskeyRegistration } from '../../../shared/schemas/passkey.ts'

/** What is to be wrong; everything left out is right. */
export interface Falsified {
  readonly userVerified?: boolean
  readonly userPresent?: boolean
  /** BS, and with it BE unless `backupEligible` says otherwise. */
  readonly synced?: boolean
  readonly backupEligible?: boolean
  readonly counter?: number
  readonly origin?: string
  readonly rpId?: string
  /** Base64url. */
  readonly challenge?: string
  readonly type?: string
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  /** In place of the account's. */
  readonly userHandle?: string | null
  /** A bit of the signature is turned. */
  readonly altered?: boolean
  /** In place of `none`: from what an attestation signs, and the signature over it by the new key itself. */
  readonly attestation?: (signed: Uint8Array, own: Uint8Array) => Attestation
}

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256-1024'

type Cbor = number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<number | string, Cbor>

interface Attestation {
  readonly fmt: string
  readonly statement: ReadonlyMap<string, Cbor>
}

interface CreationOptions {
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string }
  readonly challenge: string
}

interface RequestOptions {
  readonly rpId: string
  readonly challenge: string
}

export class SoftAuthenticator {
  #key: KeyObject
  #publicKey: Uint8Array
  readonly #origin: string
  #userHandle: string | null = null
  /** Of signatures so far; one that never counts stays at 0. */
  counter = 0
  readonly counts: boolean
  credential = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')

  constructor(
    origin: string,
    { algorithm = 'ES256', counts = true }: { algorithm?: Algorithm; counts?: boolean } = {},
  ) {
    const { privateKey, cose } = keyOf(algorithm)
    this.#key = privateKey
    this.#publicKey = cose
    this.#origin = origin
    this.counts = counts
  }

  /** Another one with the same key and counter. */
  clone(): SoftAuthenticator {
    const clone = new SoftAuthenticator(this.#origin, { counts: this.counts })
    clone.#key = this.#key
    clone.#publicKey = this.#publicKey
    clone.#userHandle = this.#userHandle
    clone.credential = this.credential
    clone.counter = this.counter
    return clone
  }

  register(options: CreationOptions, falsified: Falsified = {}): PasskeyRegistration {
    this.#userHandle = options.user.id
    const id = Buffer.from(this.credential, 'base64url')
    const length = new Uint8Array([id.length >> 8, id.length & 255])
    const attested = concat(new Uint8Array(16), length, id, this.#publicKey)
    const authData = concat(this.#authData(options.rp.id, { attested: true, falsified }), attested)
    const clientDataJSON = this.#clientData('webauthn.create', { challenge: options.challenge, falsified })
    const signed = concat(authData, sha256(Buffer.from(clientDataJSON, 'base64url')))
    const { fmt, statement } = falsified.attestation?.(signed, this.#sign(signed)) ??
      { fmt: 'none', statement: new Map<string, Cbor>() }
    const object = cbor(new Map<string, Cbor>([['fmt', fmt], ['attStmt', statement], ['authData', authData]]))
    return {
      id: this.credential,
      rawId: this.credential,
      type: 'public-key',
      response: {
        clientDataJSON,
        attestationObject: Buffer.from(object).toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    }
  }

  assert(options: RequestOptions, falsified: Falsified = {}): PasskeyAssertion {
    if (this.counts) this.counter++
    const authData = this.#authData(options.rpId, { attested: false, falsified })
    const clientDataJSON = this.#clientData('webauthn.get', { challenge: options.challenge, falsified })
    const signature = this.#sign(concat(authData, sha256(Buffer.from(clientDataJSON, 'base64url'))))
    if (falsified.altered) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1
    const userHandle = falsified.userHandle === undefined ? this.#userHandle : falsified.userHandle
    return {
      id: this.credential,
      rawId: this.credential,
      type: 'public-key',
      response: {
        clientDataJSON,
        authenticatorData: Buffer.from(authData).toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle,
      },
    }
  }

  #sign(data: Uint8Array): Buffer {
    return sign(this.#key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, this.#key)
  }

  #authData(
    rpId: string,
    { attested, falsified }: { readonly attested: boolean; readonly falsified: Falsified },
  ): Uint8Array {
    const { userPresent = true, userVerified = true, synced = false } = falsified
    const eligible = falsified.backupEligible ?? synced
    const flags = Number(userPresent) | Number(userVerified) << 2 | Number(eligible) << 3 |
      Number(synced) << 4 | Number(attested) << 6
    return concat(
      sha256(utf8(falsified.rpId ?? rpId)),
      new Uint8Array([flags]),
      u32(falsified.counter ?? this.counter),
    )
  }

  #clientData(
    type: string,
    { challenge, falsified }: { readonly challenge: string; readonly falsified: Falsified },
  ): string {
    const data = {
      type: falsified.type ?? type,
      challenge: falsified.challenge ?? challenge,
      origin: falsified.origin ?? this.#origin,
      crossOrigin: falsified.crossOrigin ?? false,
      ...(falsified.topOrigin === undefined ? {} : { topOrigin: falsified.topOrigin }),
    }
    return Buffer.from(JSON.stringify(data)).toString('base64url')
  }
}

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest()
}

/** COSE_Key. RFC 9053 §7. */
function keyOf(algorithm: Algorithm): { privateKey: KeyObject; cose: Uint8Array } {
  const bytes = (text: string | undefined) => new Uint8Array(Buffer.from(text ?? '', 'base64url'))
  if (algorithm === 'EdDSA') {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const { x } = publicKey.export({ format: 'jwk' })
    return { privateKey, cose: cbor(new Map<number, Cbor>([[1, 1], [3, -8], [-1, 6], [-2, bytes(x)]])) }
  }
  if (algorithm === 'ES256') {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = publicKey.export({ format: 'jwk' })
    const key = new Map<number, Cbor>([[1, 2], [3, -7], [-1, 1], [-2, bytes(x)], [-3, bytes(y)]])
    return { privateKey, cose: cbor(key) }
  }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const { n, e } = publicKey.export({ format: 'jwk' })
  return {
    privateKey,
    cose: cbor(new Map<number, Cbor>([[1, 3], [3, -257], [-1, bytes(n)], [-2, bytes(e)]])),
  }
}

/** RFC 8949 §3: integers, byte and text strings, arrays and maps of definite length. */
export function cbor(value: Cbor): Uint8Array {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return concat(head(3, utf8(value).length), utf8(value))
  if (value instanceof Uint8Array) return concat(head(2, value.length), value)
  if (value instanceof Map) {
    return concat(head(5, value.size), ...[...value].flatMap(([key, held]) => [cbor(key), cbor(held)]))
  }
  const items = value as readonly Cbor[]
  return concat(head(4, items.length), ...items.map(cbor))
}

function head(major: number, count: number): Uint8Array {
  if (count < 24) return new Uint8Array([major << 5 | count])
  if (count < 256) return new Uint8Array([major << 5 | 24, count])
  return new Uint8Array([major << 5 | 25, count >> 8, count & 255])
}
