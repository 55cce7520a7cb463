/**
 * Which passwords are refused: those that somebody who guesses tries first. Nothing is asked of their composition.
 * NIST SP 800-63B section 5.1.1.2; ASVS 5.0, 6.2.
 */
import { Fault } from '../../../shared/faults.ts'
import { isCommon } from './common.ts'

/** Characters that have to be left once names are taken out. */
const MIN_REST = 8
/** A name shorter than this says nothing. */
const MIN_NAME = 3
const PRODUCT = ['sallyport']

export interface Person {
  readonly name: string
  readonly email: string
}

/** Throws Fault `password_refused`, with the reason. Its length is the schema's matter. */
export function checkPassword(password: string, person: Person): void {
  const plain = password.normalize('NFKC').toLowerCase()
  if (isPattern(plain)) throw refused('It is one pattern, repeated or counted up.')
  if (candidates(plain).some(isCommon)) {
    throw refused('It is on the list of common passwords, or is one with additions.')
  }
  if (isPersonal(plain, person)) {
    throw refused('It is made of your name, your address or the name of this product.')
  }
}

function refused(detail: string): Fault {
  return new Fault('password_refused', detail)
}

/** A short unit again and again, or characters that follow one another. */
function isPattern(text: string): boolean {
  if (repeated(text).length <= 4) return true
  const codes = [...text].map((char) => char.codePointAt(0) as number)
  const steps = codes.slice(1).map((code, i) => code - (codes[i] as number))
  return Math.max(...[-1, 0, 1].map((by) => steps.filter((step) => step === by).length)) >= steps.length * 0.7
}

/** The shortest text that this one is repetitions of. */
function repeated(text: string): string {
  return text.slice(0, (text + text).indexOf(text, 1))
}

/** The text, and what it is without what people put around a word to make it longer. */
function candidates(text: string): string[] {
  const bare = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const letters = text.replace(/[^\p{L}\p{N}]/gu, '')
  const forms = [text, bare, letters, repeated(text), repeated(bare)]
  return [...forms, ...forms.map(unleet), unleet(text).replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')]
    .filter((form) => form.length > 3 && (form.length >= MIN_REST || text.length - form.length <= MIN_REST))
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  '$': 's',
  '!': 'i',
}

function unleet(text: string): string {
  return text.replace(/[013457@$!]/g, (char) => LEET[char] as string)
}

function isPersonal(text: string, { name, email }: Person): boolean {
  const at = email.lastIndexOf('@')
  const words = [name, email.slice(0, at), ...email.slice(at + 1).split('.').slice(0, -1), ...PRODUCT]
    .flatMap((part) => [part, ...part.split(/[^\p{L}\p{N}]+/u)])
    .map((part) => part.normalize('NFKC').toLowerCase()).filter((part) => part.length >= MIN_NAME)
    .sort((a, b) => b.length - a.length)
  let rest = text
  for (const word of words) rest = rest.replaceAll(word, '')
  return rest !== text && rest.replace(/[^\p{L}\p{N}]/gu, '').length < MIN_REST
}
