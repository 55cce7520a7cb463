/** The most common passwords of those that leaked, as @zxcvbn-ts keeps them: about 50,000, in lower case. */
import { dictionary } from '@zxcvbn-ts/language-common'

let words: ReadonlySet<string> | null = null

/** Read when the first password is chosen. */
export function isCommon(text: string): boolean {
  words ??= new Set(dictionary['passwords-common'] as readonly string[])
  return words.has(text)
}
