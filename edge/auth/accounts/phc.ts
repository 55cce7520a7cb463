/** Argon2id hashes as text that says how they were made: the PHC string format. */
import { fromBase64, toBase64 } from '../../../shared/bytes.ts'
import type { Argon2Cost } from './argon2.ts'

export interface PhcHash extends Argon2Cost {
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

const unpadded = (bytes: Uint8Array) => toBase64(bytes).replace(/=+$/, '')
const padded = (text: string) => text.padEnd(Math.ceil(text.length / 4) * 4, '=')

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`, base64 without padding. */
export function printPhc({ memory, passes, lanes, salt, hash }: PhcHash): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(hash)}`
}

/** Null for anything but argon2id, version 19. */
export function readPhc(text: string): PhcHash | null {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/
      .exec(
        text,
      )
  if (match === null) return null
  const [memory = 0, passes = 0, lanes = 0] = match.slice(1, 4).map(Number)
  const [salt, hash] = match.slice(4).map((part) => fromBase64(padded(part))) as [Uint8Array, Uint8Array]
  return { memory, passes, lanes, salt, hash }
}
