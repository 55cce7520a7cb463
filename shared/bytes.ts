/** Bytes and their spellings. Decoders are strict: what would not encode back to the same text is refused. */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Throws a TypeError on bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** True when both hold the same bytes. The time taken depends on the lengths only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

/** Big-endian unsigned 32 bits. */
export function u32(value: number): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new RangeError('not a u32')
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

/** Each part behind its length (u32, big-endian), so that no two lists share an encoding. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += 4 + part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(u32(part.length), at)
    out.set(part, at + 4)
    at += 4 + part.length
  }
  return out
}

export function toHex(bytes: Uint8Array): string {
  return spelling(bytes).toHex()
}

/** Lowercase only. Throws a TypeError on anything else. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new TypeError('not lowercase hex')
  const out = new Uint8Array(text.length / 2)
  for (let i = 0; i < out.length; i++) out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return out
}

/** RFC 4648 section 4, with padding. */
export function toBase64(bytes: Uint8Array): string {
  return spelling(bytes).toBase64()
}

/** RFC 4648 section 4, canonical: padded, no white space, unused bits zero. Throws a TypeError otherwise. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new TypeError('not canonical base64')
  try {
    return (Uint8Array as unknown as Spells).fromBase64(text, { lastChunkHandling: 'strict' })
  } catch {
    throw new TypeError('not canonical base64')
  }
}

/** Both runtimes have these (ECMAScript 2026); the compiler's library does not know them yet. */
interface Spelling {
  toHex(): string
  toBase64(): string
}
interface Spells {
  fromBase64(text: string, options: { lastChunkHandling: 'strict' }): Uint8Array<ArrayBuffer>
}
const spelling = (bytes: Uint8Array) => bytes as unknown as Spelling
