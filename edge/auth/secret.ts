/**
 * The secrets that the edge gives out once and keeps only a hash of: `sp_pat_…` (API tokens), `sp_inv_…`
 * (invitations), `sp_enr_…` (enrolment), `sp_set_…` (setup). 30 characters of base62 hold 178 random bits, and 6 the
 * CRC-32 of what stands before, so that a typing error or a stranger's string never reaches the database and a
 * scanner knows one of ours without asking.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export type SecretKind = 'pat' | 'inv' | 'enr' | 'set'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_LENGTH = 30
const CHECK_LENGTH = 6

export function newSecret(kind: SecretKind, randomBytes: (length: number) => Uint8Array): string {
  let body = ''
  while (body.length < RANDOM_LENGTH) {
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      // 248 is the largest multiple of 62 in a byte: above it the choice would not be even.
      if (byte < 248 && body.length < RANDOM_LENGTH) body += ALPHABET[byte % 62]
    }
  }
  const head = `sp_${kind}_${body}`
  return head + checksum(head)
}

/** Whether the text could be one of ours, of that kind. */
export function isSecret(kind: SecretKind, text: string): boolean {
  const prefix = `sp_${kind}_`
  const length = prefix.length + RANDOM_LENGTH
  return text.length === length + CHECK_LENGTH && text.startsWith(prefix) &&
    checksum(text.slice(0, length)) === text.slice(length)
}

/** What is stored: SHA-256 in hex. A slow hash would add nothing to 178 random bits. */
export function hashSecret(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function checksum(text: string): string {
  let rest = crc32(text)
  let out = ''
  for (let i = 0; i < CHECK_LENGTH; i++) {
    out = ALPHABET[rest % 62] + out
    rest = Math.floor(rest / 62)
  }
  return out
}
