/**
 * The secrets that the edge gives out once and keeps only a hash of: `sp_pat_…` (API tokens of people), `sp_svc_…` (of
 * services), `sp_dev_…` (of devices), `sp_inv_…` (invitations), `sp_enr_…` (enrolment), `sp_set_…` (setup),
 * `sp_ver_…` and `sp_rst_…` (mailed, to prove an address and to set a password), `sp_ses_…` (sessions), `sp_kno_…`
 * (browsers that an account knows), `sp_dvc_…` (what a device waits by), `sp_whk_…` (what callers of a webhook sign with, sealed and no hash). 30 characters of base62 hold 178 random bits, the 43 of a session 256, and 6 the
 * CRC-32 of what stands before, so that a typing error or a stranger's string never reaches the database and a
 * scanner knows one of ours without asking.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export type SecretKind =
  | 'pat'
  | 'svc'
  | 'dev'
  | 'inv'
  | 'enr'
  | 'set'
  | 'ver'
  | 'rst'
  | 'ses'
  | 'kno'
  | 'dvc'
  | 'whk'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_LENGTH = 30
const SESSION_LENGTH = 43
const CHECK_LENGTH = 6

export function newSecret(kind: SecretKind, randomBytes: (length: number) => Uint8Array): string {
  const wanted = lengthOf(kind)
  let body = ''
  while (body.length < wanted) {
    for (const byte of randomBytes(wanted)) {
      // 248 is the largest multiple of 62 in a byte: above it the choice would not be even.
      if (byte < 248 && body.length < wanted) body += ALPHABET[byte % 62]
    }
  }
  const head = `sp_${kind}_${body}`
  return head + checksum(head)
}

/** Whether the text could be one of ours, of that kind. */
export function isSecret(kind: SecretKind, text: string): boolean {
  const prefix = `sp_${kind}_`
  const length = prefix.length + lengthOf(kind)
  return text.length === length + CHECK_LENGTH && text.startsWith(prefix) &&
    checksum(text.slice(0, length)) === text.slice(length)
}

function lengthOf(kind: SecretKind): number {
  return kind === 'ses' ? SESSION_LENGTH : RANDOM_LENGTH
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
