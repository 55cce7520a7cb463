import { concat, equal, fromHex, toHex } from '../bytes.ts'
import { isStrictPoint } from './ed25519_points.ts'
import { mlkem } from './mlkem.ts'
import {
  type Aead,
  checkLength,
  KEY_BYTES,
  NONCE_BYTES,
  type Primitives,
  SIGNATURE_BYTES,
  TAG_BYTES,
} from './primitives.ts'

/** What is used of `node:crypto`: shared code never imports it, agent and edge hand in their own. */
export interface NodeCrypto {
  createHash(name: string): Digest
  createHmac(name: string, key: Uint8Array): Digest
  createPrivateKey(input: unknown): KeyHandle
  createPublicKey(input: unknown): KeyHandle
  diffieHellman(keys: unknown): Uint8Array
  sign(algorithm: null, data: Uint8Array, key: unknown): Uint8Array
  verify(algorithm: null, data: Uint8Array, key: unknown, signature: Uint8Array): boolean
  createCipheriv(name: string, key: Uint8Array, nonce: Uint8Array, options: unknown): Encrypting
  createDecipheriv(name: string, key: Uint8Array, nonce: Uint8Array, options: unknown): Decrypting
  randomBytes(length: number): Uint8Array
}
interface Digest {
  update(data: Uint8Array): { digest(): Uint8Array }
}
interface KeyHandle {
  export(options: unknown): unknown
}
interface Ciphering {
  setAAD(aad: Uint8Array): unknown
  update(data: Uint8Array): Uint8Array
  final(): Uint8Array
}
interface Encrypting extends Ciphering {
  getAuthTag(): Uint8Array
}
interface Decrypting extends Ciphering {
  setAuthTag(tag: Uint8Array): unknown
}

/** Hashes and, with a key, HMACs in one call: where a runtime has it, it takes half the time of node:crypto. */
export interface Hasher {
  new (name: 'sha256' | 'sha512', key?: Uint8Array): Digest
}

/** DER of RFC 8410 up to the 32 key bytes. */
const der = {
  x25519: {
    private: fromHex('302e020100300506032b656e04220420'),
    public: fromHex('302a300506032b656e032100'),
  },
  ed25519: {
    private: fromHex('302e020100300506032b657004220420'),
    public: fromHex('302a300506032b6570032100'),
  },
} as const
type Kind = keyof typeof der

/** A copy that is no Buffer: those answer differently to a few methods, and deep equality sees their class. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes)

/**
 * Key handles cost as much to make as a scalar multiplication. Private ones are remembered by the array that holds
 * them, so that they go when it goes; the copy notices an array that was written to since.
 */
class PrivateKeys {
  readonly #crypto: NodeCrypto
  readonly #kind: Kind
  readonly #known = new WeakMap<
    Uint8Array,
    { bytes: Uint8Array; handle: KeyHandle; publicKey: Uint8Array | null }
  >()

  constructor(crypto: NodeCrypto, kind: Kind) {
    this.#crypto = crypto
    this.#kind = kind
  }

  #entry(bytes: Uint8Array) {
    checkLength('private key', bytes, KEY_BYTES)
    const known = this.#known.get(bytes)
    if (known && equal(known.bytes, bytes)) return known
    const key = concat(der[this.#kind].private, bytes)
    const handle = this.#crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' })
    const entry = { bytes: bytes.slice(), handle, publicKey: null }
    this.#known.set(bytes, entry)
    return entry
  }

  handle(bytes: Uint8Array): KeyHandle {
    return this.#entry(bytes).handle
  }

  publicKey(bytes: Uint8Array): Uint8Array {
    const entry = this.#entry(bytes)
    if (!entry.publicKey) {
      const exported = this.#crypto.createPublicKey(entry.handle).export({ format: 'der', type: 'spki' })
      entry.publicKey = plain(exported as Uint8Array).slice(-KEY_BYTES)
    }
    return entry.publicKey.slice()
  }
}

/** Handles of public keys that signatures are verified with, by the key: the same few agents ask again and again. */
class VerifyingKeys {
  readonly #make: (bytes: Uint8Array) => KeyHandle
  readonly #known = new Map<string, KeyHandle>()

  constructor(make: (bytes: Uint8Array) => KeyHandle) {
    this.#make = make
  }

  /** Null for a key that is none. */
  handle(bytes: Uint8Array): KeyHandle | null {
    const name = toHex(bytes)
    const known = this.#known.get(name)
    if (known !== undefined) return known
    if (!isStrictPoint(bytes)) return null
    const made = this.#make(bytes)
    if (this.#known.size >= MAX_VERIFYING) this.#known.clear()
    this.#known.set(name, made)
    return made
  }
}

const MAX_VERIFYING = 10_000

function aead(crypto: NodeCrypto, name: string): Aead {
  const options = { authTagLength: TAG_BYTES }
  const check = (key: Uint8Array, nonce: Uint8Array) => {
    checkLength('key', key, KEY_BYTES)
    checkLength('nonce', nonce, NONCE_BYTES)
  }
  return {
    seal(key, nonce, aad, plaintext) {
      check(key, nonce)
      const cipher = crypto.createCipheriv(name, key, nonce, options)
      cipher.setAAD(aad)
      return concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag())
    },
    open(key, nonce, aad, ciphertext) {
      check(key, nonce)
      const end = ciphertext.length - TAG_BYTES
      if (end < 0) return null
      const decipher = crypto.createDecipheriv(name, key, nonce, options)
      decipher.setAuthTag(ciphertext.slice(end))
      decipher.setAAD(aad)
      try {
        return concat(decipher.update(ciphertext.subarray(0, end)), decipher.final())
      } catch {
        return null
      }
    },
  }
}

type Hashes = Pick<Primitives, 'sha256' | 'sha512' | 'hmacSha256' | 'hmacSha512'>

function hashesOn(crypto: NodeCrypto): Hashes {
  return {
    sha256: (data) => plain(crypto.createHash('sha256').update(data).digest()),
    sha512: (data) => plain(crypto.createHash('sha512').update(data).digest()),
    hmacSha256: (key, data) => plain(crypto.createHmac('sha256', key).update(data).digest()),
    hmacSha512: (key, data) => plain(crypto.createHmac('sha512', key).update(data).digest()),
  }
}

function hashesOf(hasher: Hasher): Hashes {
  return {
    sha256: (data) => plain(new hasher('sha256').update(data).digest()),
    sha512: (data) => plain(new hasher('sha512').update(data).digest()),
    hmacSha256: (key, data) => plain(new hasher('sha256', key).update(data).digest()),
    hmacSha512: (key, data) => plain(new hasher('sha512', key).update(data).digest()),
  }
}

/**
 * The primitives on a runtime's own library. `chacha20Poly1305` is given where that library has none, `hasher`
 * where the runtime has a faster one.
 */
export function native(
  crypto: NodeCrypto,
  given: { readonly chacha20Poly1305?: Aead; readonly hasher?: Hasher } = {},
): Primitives {
  const agreement = new PrivateKeys(crypto, 'x25519')
  const signing = new PrivateKeys(crypto, 'ed25519')
  const publicKey = (kind: Kind, bytes: Uint8Array) => {
    checkLength('public key', bytes, KEY_BYTES)
    return crypto.createPublicKey({ key: concat(der[kind].public, bytes), format: 'der', type: 'spki' })
  }
  const verifying = new VerifyingKeys((bytes) => publicKey('ed25519', bytes))
  return {
    ...mlkem,
    ...(given.hasher ? hashesOf(given.hasher) : hashesOn(crypto)),
    x25519: {
      publicKey: (privateKey) => agreement.publicKey(privateKey),
      sharedSecret(privateKey, peer) {
        const keys = { privateKey: agreement.handle(privateKey), publicKey: publicKey('x25519', peer) }
        const secret = plain(crypto.diffieHellman(keys))
        if (equal(secret, new Uint8Array(KEY_BYTES))) throw new Error('a public key of low order')
        return secret
      },
    },
    ed25519: {
      publicKey: (seed) => signing.publicKey(seed),
      sign: (seed, message) => plain(crypto.sign(null, message, signing.handle(seed))),
      verify(key, message, signature) {
        if (key.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
        if (!isStrictPoint(signature.subarray(0, KEY_BYTES))) return false
        try {
          const handle = verifying.handle(key)
          return handle !== null && crypto.verify(null, message, handle, signature)
        } catch {
          return false
        }
      },
    },
    chacha20Poly1305: given.chacha20Poly1305 ?? aead(crypto, 'chacha20-poly1305'),
    aes256Gcm: aead(crypto, 'aes-256-gcm'),
    randomBytes: (length) => plain(crypto.randomBytes(length)),
  }
}
