import { concat, u32 } from '../bytes.ts'

const SMALLEST = 256
const STEP = 4096

/** The largest plaintext that is sealed or opened: 64 MiB. */
export const MAX_PLAINTEXT_BYTES = 64 * 1024 * 1024

/** The padded size of so many bytes: a power of two from 256 to 4,096, then a multiple of 4,096. */
function bucket(bytes: number): number {
  if (bytes > STEP) return Math.ceil(bytes / STEP) * STEP
  let size = SMALLEST
  while (size < bytes) size *= 2
  return size
}

/** Length (u32, big-endian) ‖ plaintext ‖ zeros up to its bucket. Throws a RangeError above the largest size. */
export function pad(plaintext: Uint8Array): Uint8Array {
  if (plaintext.length > MAX_PLAINTEXT_BYTES) throw new RangeError('the plaintext is larger than 64 MiB')
  const used = concat(u32(plaintext.length), plaintext)
  const out = new Uint8Array(bucket(used.length))
  out.set(used)
  return out
}

/** What `pad` was given, or null when it is not exactly what `pad` makes. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  if (padded.length < SMALLEST) return null
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0)
  if (length > MAX_PLAINTEXT_BYTES || bucket(4 + length) !== padded.length) return null
  if (padded.subarray(4 + length).some((byte) => byte !== 0)) return null
  return padded.slice(4, 4 + length)
}
