/**
 * The primitives that everything sealed and signed is made of. They are arguments, so that the same formats run on
 * native code (agent, edge) and on noble (tests), byte for byte alike. All of them are synchronous and pure but
 * for `randomBytes`.
 */
export interface Primitives {
  /** 32 bytes. */
  readonly sha256: (data: Uint8Array) => Uint8Array
  /** 64 bytes. */
  readonly sha512: (data: Uint8Array) => Uint8Array
  readonly hmacSha256: (key: Uint8Array, data: Uint8Array) => Uint8Array
  readonly hmacSha512: (key: Uint8Array, data: Uint8Array) => Uint8Array
  /** FIPS 202; 32 bytes. */
  readonly sha3_256: (data: Uint8Array) => Uint8Array
  /** FIPS 202. */
  readonly shake256: (data: Uint8Array, length: number) => Uint8Array
  readonly x25519: X25519
  readonly mlkem768: MlKem768
  readonly ed25519: Ed25519
  readonly chacha20Poly1305: Aead
  readonly aes256Gcm: Aead
  readonly randomBytes: (length: number) => Uint8Array
}

/** RFC 7748. Keys are 32 bytes; other lengths throw a RangeError. */
export interface X25519 {
  readonly publicKey: (privateKey: Uint8Array) => Uint8Array
  /** Throws where the result would be all zero: the public key is a point of low order (RFC 7748 §6.1). */
  readonly sharedSecret: (privateKey: Uint8Array, publicKey: Uint8Array) => Uint8Array
}

/** FIPS 203 ML-KEM-768. Lengths are those of `MLKEM_BYTES`; others throw a RangeError. */
export interface MlKem768 {
  /** From d ‖ z (FIPS 203 §7.1, ML-KEM.KeyGen_internal). */
  readonly keyPair: (seed: Uint8Array) => { publicKey: Uint8Array; privateKey: Uint8Array }
  /** With 32 random bytes m. Throws on a public key that is none (FIPS 203 §7.2, modulus check). */
  readonly encapsulate: (
    publicKey: Uint8Array,
    m: Uint8Array,
  ) => { ciphertext: Uint8Array; sharedSecret: Uint8Array }
  /** An altered ciphertext gives another secret (implicit rejection). */
  readonly decapsulate: (privateKey: Uint8Array, ciphertext: Uint8Array) => Uint8Array
}

/** RFC 8032 Ed25519, with 32-byte seeds as private keys; other lengths throw a RangeError. */
export interface Ed25519 {
  readonly publicKey: (seed: Uint8Array) => Uint8Array
  readonly sign: (seed: Uint8Array, message: Uint8Array) => Uint8Array
  /**
   * Strict: S below the group order, no cofactor, key and R canonical and not of small order, so that every
   * implementation that follows these rules gives the same answer. Never throws.
   */
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
}

/** 32-byte key, 12-byte nonce, 16-byte tag at the end of the ciphertext; other lengths throw a RangeError. */
export interface Aead {
  readonly seal: (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array) => Uint8Array
  /** Null when it does not authenticate, or is too short to. */
  readonly open: (
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
  ) => Uint8Array | null
}

export const KEY_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16
export const HASH_BYTES = 32
export const SIGNATURE_BYTES = 64
export const MLKEM_BYTES = { seed: 64, publicKey: 1184, privateKey: 2400, ciphertext: 1088 } as const

export function checkLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what} is ${bytes.length} bytes long, not ${length}`)
}
