/** Codes of an authenticator app. RFC 6238 on RFC 4226: SHA-1, six digits, 30 s, what all such apps know. */
import { timingSafeEqual } from 'node:crypto'
import { utf8 } from '../../../shared/bytes.ts'
import { DIGITS, hotp } from './hotp.ts'

/** 160 bits: the length of HMAC-SHA-1's output, as RFC 4226 §4 R6 recommends. */
export const SECRET_BYTES = 20

/** Before any code was accepted. */
export const NO_STEP = -1

const STEP_MS = 30_000
/** One step before and one after: clocks that are off, and time to type. RFC 6238 §5.2 allows no more. */
const WINDOW = 1

/**
 * The time step that the code is of, or null. A step up to `last` counts no more (RFC 6238 §5.2: a code is good
 * once); the caller moves `last` to what is answered, by compare-and-set. Every candidate is compared, in constant
 * time, so that the time tells neither a digit nor a step.
 */
export async function acceptedStep(
  { secret, code, last, now }: {
    readonly secret: Uint8Array
    readonly code: string
    readonly last: number
    /** Milliseconds since 1970. */
    readonly now: number
  },
): Promise<number | null> {
  const given = utf8(code)
  // Nothing of another length is a code: zeros are no digits.
  const compared = given.length === DIGITS ? given : new Uint8Array(DIGITS)
  const current = Math.floor(now / STEP_MS)
  let accepted: number | null = null
  for (let step = current - WINDOW; step <= current + WINDOW; step++) {
    const matches = timingSafeEqual(utf8(await hotp(secret, step)), compared)
    if (matches && step > last) accepted = step
  }
  return accepted
}
