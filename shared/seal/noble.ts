import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { equal } from '../bytes.ts'
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

/** ChaCha20-Poly1305 in constant-time JavaScript, for runtimes whose native library lacks it. */
export const nobleChaCha20Poly1305: Aead = {
  seal(key, nonce, aad, plaintext) {
    checkLength('key', key, KEY_BYTES)
    checkLength('nonce', nonce, NONCE_BYTES)
    return chacha20poly1305(key, nonce, aad).encrypt(plaintext)
  },
  open(key, nonce, aad, ciphertext) {
    checkLength('key', key, KEY_BYTES)
    checkLength('nonce', nonce, NONCE_BYTES)
    if (ciphertext.length < TAG_BYTES) return null
    try {
      return chacha20poly1305(key, nonce, aad).decrypt(ciphertext)
    } catch {
      return null
    }
  },
}

/** SB - kA must encode to exactly the R of the signature: noble alone would multiply by the cofactor first. */
function equationHolds(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { Point } = ed25519
  const R = signature.subarray(0, 32)
  const joined = new Uint8Array(64 + message.length)
  joined.set(R)
  joined.set(publicKey, 32)
  joined.set(message, 64)
  const k = Point.Fn.create(littleEndian(sha512(joined)))
  const S = littleEndian(signature.subarray(32))
  const expected = Point.BASE.multiplyUnsafe(S).subtract(Point.fromBytes(publicKey).multiplyUnsafe(k))
  return equal(expected.toBytes(), R)
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

/**
 * The primitives in JavaScript. AES is an argument because noble's leaks timing (its README), and randomness because
 * it always is.
 */
export function noble(given: Pick<Primitives, 'aes256Gcm' | 'randomBytes'>): Primitives {
  return {
    ...given,
    ...mlkem,
    sha256: (data) => sha256(data),
    sha512: (data) => sha512(data),
    hmacSha256: (key, data) => hmac(sha256, key, data),
    hmacSha512: (key, data) => hmac(sha512, key, data),
    x25519: {
      publicKey(privateKey) {
        checkLength('private key', privateKey, KEY_BYTES)
        return x25519.getPublicKey(privateKey)
      },
      sharedSecret(privateKey, publicKey) {
        checkLength('private key', privateKey, KEY_BYTES)
        checkLength('public key', publicKey, KEY_BYTES)
        const secret = x25519.getSharedSecret(privateKey, publicKey)
        if (equal(secret, new Uint8Array(KEY_BYTES))) throw new Error('a public key of low order')
        return secret
      },
    },
    ed25519: {
      publicKey(seed) {
        checkLength('seed', seed, KEY_BYTES)
        return ed25519.getPublicKey(seed)
      },
      sign(seed, message) {
        checkLength('seed', seed, KEY_BYTES)
        return ed25519.sign(message, seed)
      },
      verify(publicKey, message, signature) {
        if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
        if (!isStrictPoint(publicKey) || !isStrictPoint(signature.subarray(0, 32))) return false
        return ed25519.verify(signature, message, publicKey, { zip215: false }) &&
          equationHolds(publicKey, message, signature)
      },
    },
    chacha20Poly1305: nobleChaCha20Poly1305,
  }
}
