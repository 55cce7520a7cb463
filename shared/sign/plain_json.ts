import { fromUtf8 } from '../bytes.ts'

/**
 * Parses JSON of which no two readers can see two things: no key twice, no white space, no second spelling of a
 * number or a string – what `JSON.stringify` writes of the value is the text. Throws a TypeError or SyntaxError.
 */
export function parsePlainJson(bytes: Uint8Array): unknown {
  const text = fromUtf8(bytes)
  const value: unknown = JSON.parse(text)
  if (JSON.stringify(value) !== text) throw new TypeError('not the plain form')
  // In the plain form a key has one spelling, and a quote inside a string stands behind a backslash.
  if (text.includes('"__proto__":')) throw new TypeError('a key that objects treat apart')
  return value
}
