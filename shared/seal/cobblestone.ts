/** Cobblestone-256 of c2sp.org/chunked-encryption: AES-256-GCM in chunks, with a key commitment and a context. */
import { concat, equal, u32, utf8 } from '../bytes.ts'
import { expand } from './hkdf.ts'
import { NONCE_BYTES, type Primitives, TAG_BYTES } from './primitives.ts'

export const SALT_BYTES = 24
export const COMMITMENT_BYTES = 32
export const CHUNK_BYTES = 16 * 1024
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES

const prefix = utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0')
const noAad = new Uint8Array(0)

interface Derived {
  readonly key: Uint8Array
  readonly baseNonce: Uint8Array
  readonly commitment: Uint8Array
}

function derive(p: Primitives, inputKey: Uint8Array, salt: Uint8Array, context: Uint8Array): Derived {
  const okm = expand(
    p.hmacSha512,
    inputKey,
    concat(prefix, salt, context),
    32 + NONCE_BYTES + COMMITMENT_BYTES,
  )
  return { key: okm.slice(0, 32), baseNonce: okm.slice(32, 44), commitment: okm.slice(44) }
}

/** The base nonce XOR the big-endian number of the chunk. */
function nonceOf(baseNonce: Uint8Array, chunk: number): Uint8Array {
  const nonce = baseNonce.slice()
  for (const [i, byte] of u32(chunk).entries()) {
    nonce[NONCE_BYTES - 4 + i] = (nonce[NONCE_BYTES - 4 + i] as number) ^ byte
  }
  return nonce
}

/** Bytes of the sealed form of so many bytes. */
export function sealedLength(plaintextBytes: number): number {
  const chunks = Math.floor(plaintextBytes / CHUNK_BYTES) + 1
  return SALT_BYTES + COMMITMENT_BYTES + plaintextBytes + chunks * TAG_BYTES
}

/** salt ‖ commitment ‖ chunks. `inputKey` is 32 random bytes that seal nothing else. */
export function sealBody(
  p: Primitives,
  inputKey: Uint8Array,
  given: { readonly context: Uint8Array; readonly plaintext: Uint8Array },
): Uint8Array {
  const { context, plaintext } = given
  const salt = p.randomBytes(SALT_BYTES)
  const { key, baseNonce, commitment } = derive(p, inputKey, salt, context)
  const out = new Uint8Array(sealedLength(plaintext.length))
  out.set(salt)
  out.set(commitment, SALT_BYTES)
  let at = SALT_BYTES + COMMITMENT_BYTES
  for (let chunk = 0; chunk * CHUNK_BYTES <= plaintext.length; chunk++) {
    const part = plaintext.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES)
    const sealed = p.aes256Gcm.seal(key, nonceOf(baseNonce, chunk), noAad, part)
    out.set(sealed, at)
    at += sealed.length
  }
  return out
}

/**
 * The plaintext, or null when it is not exactly what `sealBody` made under this key and context: altered, cut at
 * any place, lengthened, with chunks in another order.
 */
export function openBody(
  p: Primitives,
  inputKey: Uint8Array,
  given: { readonly context: Uint8Array; readonly body: Uint8Array },
): Uint8Array | null {
  const { context, body } = given
  const chunks = body.subarray(SALT_BYTES + COMMITMENT_BYTES)
  const last = Math.floor(chunks.length / SEALED_CHUNK_BYTES)
  if (chunks.length - last * SEALED_CHUNK_BYTES < TAG_BYTES) return null
  const { key, baseNonce, commitment } = derive(p, inputKey, body.slice(0, SALT_BYTES), context)
  if (!equal(commitment, body.slice(SALT_BYTES, SALT_BYTES + COMMITMENT_BYTES))) return null
  const out = new Uint8Array(chunks.length - (last + 1) * TAG_BYTES)
  for (let chunk = 0; chunk <= last; chunk++) {
    const part = chunks.subarray(chunk * SEALED_CHUNK_BYTES, (chunk + 1) * SEALED_CHUNK_BYTES)
    const opened = p.aes256Gcm.open(key, nonceOf(baseNonce, chunk), noAad, part)
    if (!opened) return null
    out.set(opened, chunk * CHUNK_BYTES)
  }
  return out
}
