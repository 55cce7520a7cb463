/** Changes to a JSON text that leave it JSON: another value, a key too many or too few, something nested without end. */
import { fromBase64, fromUtf8, toBase64, utf8 } from '../bytes.ts'
import type { Random } from './random_fixture.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const names = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'length',
  'type',
  'tenant',
  'a'.repeat(3000),
  '\ud800',
  '0',
]

function nested(random: Random): Json {
  let value: Json = 1
  const depth = random.pick([3, 200, 3000])
  for (let i = 0; i < depth; i++) value = random.chance(2) ? [value] : { a: value }
  return value
}

const replacements: readonly ((random: Random) => Json)[] = [
  () => null,
  (random) => random.chance(2),
  (random) => random.pick([0, -0, 1, -1, 0.5, 1e21, 1e308, 2 ** 53, 2 ** 53 - 1, 2 ** 32, -(2 ** 63), 65536]),
  (random) =>
    random.pick([
      '',
      '\0',
      ' ',
      '\ud800',
      '\u202e',
      '*',
      '.',
      '..',
      '/',
      '${x}',
      "'",
      '1',
      'a'.repeat(70_000),
    ]),
  () => [],
  () => ({}),
  (random) => Array.from({ length: random.pick([2, 100, 5000]) }, () => random.pick([null, 1, 'a'])),
  (random) => ({ [random.pick(names)]: 1, toString: 1, valueOf: null }),
  nested,
]

function spliceText(random: Random, text: string): string {
  const at = random.int(text.length + 1)
  const put = random.pick(['', 'a', '0', 'F', '=', '-', '\n', '\0', '\u202e', 'é', '99', ' '])
  return text.slice(0, at) + put + text.slice(at + random.int(3))
}

/** A value in the place of another: often near it, sometimes anything. */
function changed(random: Random, value: Json): Json {
  if (typeof value === 'string' && !random.chance(3)) {
    const inner = insideOf(value)
    if (inner !== null) return toBase64(mutateJson(random, inner))
  }
  if (typeof value === 'string' && random.chance(2)) return spliceText(random, value)
  if (typeof value === 'number' && random.chance(2)) return value + random.pick([1, -1, 0.5, 2 ** 53])
  return random.pick(replacements)(random)
}

/** The bytes of a JSON text that stands in base64, as the payload of a signed document does. */
function insideOf(text: string): Uint8Array | null {
  if (text.length < 8 || text.length % 4 !== 0) return null
  try {
    const bytes = fromBase64(text)
    return bytes[0] === 0x7b ? bytes : null
  } catch {
    return null
  }
}

/** The places in a value: the object or array that holds each, and the key there. */
function places(value: Json): { readonly holder: Json[] | { [key: string]: Json }; readonly key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    { holder: value, key },
    ...places(inner),
  ])
}

const edits: readonly ((random: Random, holder: Record<string, Json>, key: string, all: Json[]) => void)[] = [
  (random, holder, key) => (holder[key] = changed(random, holder[key] as Json)),
  (random, holder, key) => (holder[key] = changed(random, holder[key] as Json)),
  (_, holder, key) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
  },
  (random, holder) => {
    if (Array.isArray(holder)) holder.push(random.pick(replacements)(random))
    else define(holder, random.pick(names), random.pick(replacements)(random))
  },
  (_, holder, key) => {
    if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]) as Json)
    else define(holder, `${key}x`, holder[key] as Json)
  },
  (random, holder, key, all) => (holder[key] = structuredClone(random.pick(all))),
]

function define(holder: object, key: string, value: Json): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

/** The text with one place changed; what is no JSON, or too deep to walk, comes back as it is. */
export function mutateJson(random: Random, bytes: Uint8Array): Uint8Array {
  try {
    const value = JSON.parse(fromUtf8(bytes)) as Json
    const all = places(value)
    if (all.length === 0) return utf8(JSON.stringify(changed(random, value)))
    const { holder, key } = random.pick(all)
    const edit = random.pick(edits)
    edit(
      random,
      holder as Record<string, Json>,
      key,
      all.map((one) => (one.holder as Record<string, Json>)[one.key] as Json),
    )
    const text = JSON.stringify(value, null, random.chance(20) ? 1 : 0)
    return utf8(random.chance(30) ? twice(text, key) : text)
  } catch {
    return bytes
  }
}

/** The first member of that name, once more at the start of the text: which of two counts must not be a question. */
function twice(text: string, key: string): string {
  return text.startsWith('{') ? `{${JSON.stringify(key)}:null,${text.slice(1)}` : text
}
