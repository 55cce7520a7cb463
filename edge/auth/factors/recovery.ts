/**
 * Recovery codes: ten, each good once, for whoever lost their phone or key. 24 characters of Crockford's base32 hold
 * 120 random bits, so that a plain hash is enough (ASVS 5.0 6.5.2 asks for a slow one under 112).
 */
import { createHash } from 'node:crypto'
import { lengthPrefixed, utf8 } from '../../../shared/bytes.ts'

export const CODES = 10

/** Without I, L, O and U, which people take for 1, 0 and V. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 24
const GROUP = 4

/** One set, as it is shown once: `AAAA-BBBB-CCCC-DDDD-EEEE-FFFF`. */
export function newRecoveryCodes(randomBytes: (length: number) => Uint8Array): string[] {
  return Array.from({ length: CODES }, () => {
    // 256 is a multiple of 32: every character is as likely as any other.
    const text = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
    return text.match(new RegExp(`.{${GROUP}}`, 'g'))?.join('-') ?? text
  })
}

/** What is stored of a code; null for a text that is none. Letters' case, blanks and dashes do not matter. */
export function hashRecoveryCode(account: string, text: string): string | null {
  const code = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  if (code.length !== LENGTH || ![...code].every((character) => ALPHABET.includes(character))) return null
  const named = lengthPrefixed(utf8('sallyport recovery code'), utf8(account), utf8(code))
  return createHash('sha256').update(named).digest('hex')
}
