import { u32 } from '../bytes.ts'

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
  const out = new Uint8Array(bucket(4 + plaintext.length))
  out.set(u32(plaintext.length))
  out.set(plaintext, 4)
  return out
}

/** What `pad` was given, or null when it is not exactly what `pad` makes. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  if (padded.length < SMALLEST) return null
  const [a = 0, b = 0, c = 0, d = 0] = padded
  const length = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d
  if (length > MAX_PLAINTEXT_BYTES || bucket(4 + length) !== padded.length) return null
  let rest = 0
  for (let i = 4 + length; i < padded.length; i++) rest |= padded[i] as number
  return rest === 0 ? padded.slice(4, 4 + length) : null
}
