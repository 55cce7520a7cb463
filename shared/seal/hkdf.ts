import { concat } from '../bytes.ts'

/** HMAC under one hash: `key, data → tag`. */
export type Hmac = (key: Uint8Array, data: Uint8Array) => Uint8Array

/** RFC 5869 §2.2. An empty salt is what the RFC calls "not provided". */
export function extract(hmac: Hmac, salt: Uint8Array, inputKey: Uint8Array): Uint8Array {
  return hmac(salt, inputKey)
}

/** RFC 5869 §2.3. Throws a RangeError beyond 255 blocks. */
export function expand(hmac: Hmac, prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  let block = hmac(prk, concat(info, Uint8Array.of(1)))
  out.set(block.slice(0, length))
  for (let at = block.length, counter = 2; at < length; at += block.length, counter++) {
    if (counter > 255) throw new RangeError('too much key material for HKDF')
    block = hmac(prk, concat(block, info, Uint8Array.of(counter)))
    out.set(block.slice(0, length - at), at)
  }
  return out
}
