import { toHex } from '../bytes.ts'
import { KEY_BYTES, MLKEM_BYTES, type Primitives } from './primitives.ts'

const lengths: readonly number[] = [KEY_BYTES, MLKEM_BYTES.publicKey + KEY_BYTES]

/** The first 16 bytes of SHA-256 over a public key: 32 bytes of either curve, or 1,216 of X-Wing. */
export function keyIdBytes(p: Primitives, publicKey: Uint8Array): Uint8Array {
  if (!lengths.includes(publicKey.length)) {
    throw new RangeError(`public key is ${publicKey.length} bytes long, not ${lengths.join(' or ')}`)
  }
  return p.sha256(publicKey).slice(0, 16)
}

/** The key id as people and documents write it: 32 lowercase hex digits. */
export function keyId(p: Primitives, publicKey: Uint8Array): string {
  return toHex(keyIdBytes(p, publicKey))
}
