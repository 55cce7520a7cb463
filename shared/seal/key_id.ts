import { toHex } from '../bytes.ts'
import { checkLength, KEY_BYTES, type Primitives } from './primitives.ts'

/** The first 16 bytes of SHA-256 over a 32-byte public key, of either curve. */
export function keyIdBytes(p: Primitives, publicKey: Uint8Array): Uint8Array {
  checkLength('public key', publicKey, KEY_BYTES)
  return p.sha256(publicKey).slice(0, 16)
}

/** The key id as people and documents write it: 32 lowercase hex digits. */
export function keyId(p: Primitives, publicKey: Uint8Array): string {
  return toHex(keyIdBytes(p, publicKey))
}
