/** The code that a person compares and types, RFC 8628 section 6.1. */

/** No vowels, so that no code is a word, and nothing that is read as something else. 20 to the 8th are 2.56e10 codes. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8

/** `WDJB-MJHT`. */
export function newUserCode(randomBytes: (length: number) => Uint8Array): string {
  let code = ''
  while (code.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      // 240 is the largest multiple of 20 in a byte: above it the choice would not be even.
      if (byte < 240 && code.length < LENGTH) code += LETTERS[byte % LETTERS.length]
    }
  }
  return spelled(code)
}

/** As it was given out, however it was typed: case, spaces and dashes do not count. Null for what can be none. */
export function readUserCode(text: string): string | null {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, '')
  const known = [...letters].every((letter) => LETTERS.includes(letter))
  return letters.length === LENGTH && known ? spelled(letters) : null
}

function spelled(letters: string): string {
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`
}
