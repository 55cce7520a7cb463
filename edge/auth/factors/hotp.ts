/** The one place that knows `oslo`: HOTP values, and a secret as authenticator apps read it. */
import { base32 } from 'oslo/encoding'
import { createTOTPKeyURI, generateHOTP } from 'oslo/otp'

export const DIGITS = 6

/** The HOTP value of a counter: HMAC-SHA-1, six digits. RFC 4226 §5.3. */
export function hotp(secret: Uint8Array, counter: number): Promise<string> {
  return generateHOTP(secret, counter, DIGITS)
}

/** `otpauth://totp/…` as authenticator apps read it from a QR code. It holds the secret: for its owner's eyes, once. */
export function keyUri(issuer: string, account: string, secret: Uint8Array): string {
  return createTOTPKeyURI(issuer, account, secret)
}

/** Base32 without padding, for whoever cannot scan. RFC 4648 §6. */
export function secretText(secret: Uint8Array): string {
  return base32.encode(secret, { includePadding: false })
}
