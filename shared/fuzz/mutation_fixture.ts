/** Inputs that are nearly right: one to four changes to a valid one, in its bytes, its lines or its JSON. */
import { concat, utf8 } from '../bytes.ts'
import { mutateJson } from './json_mutation_fixture.ts'
import type { Random } from './random_fixture.ts'

/** Above this an input says nothing that a smaller one does not. */
const MAX_BYTES = 1 << 18

type Change = (random: Random, bytes: Uint8Array, other: Uint8Array) => Uint8Array

const interesting = [0, 1, 0x7f, 0x80, 0xff]

function put(bytes: Uint8Array, at: number, part: Uint8Array, instead = part.length): Uint8Array {
  return concat(bytes.subarray(0, at), part, bytes.subarray(at + instead))
}

/** A range of the bytes, short more often than long. */
function rangeOf(random: Random, bytes: Uint8Array): { start: number; end: number } {
  const start = random.int(bytes.length + 1)
  const most = random.chance(3) ? bytes.length - start : Math.min(64, bytes.length - start)
  return { start, end: start + random.int(most + 1) }
}

const inBytes: readonly Change[] = [
  (random, bytes) => {
    const out = bytes.slice()
    const at = random.int(out.length)
    if (out.length > 0) out[at] = (out[at] as number) ^ (1 << random.int(8))
    return out
  },
  (random, bytes) => {
    const at = random.int(Math.max(1, bytes.length))
    return put(bytes, at, Uint8Array.of(random.pick(interesting)))
  },
  (random, bytes) => bytes.slice(0, random.int(bytes.length + 1)),
  (random, bytes) => put(bytes, random.int(bytes.length + 1), random.bytes(1 + random.int(16)), 0),
  (random, bytes) => {
    const { start, end } = rangeOf(random, bytes)
    return put(bytes, start, new Uint8Array(0), end - start)
  },
  (random, bytes) => {
    const { start, end } = rangeOf(random, bytes)
    const times = random.chance(8) ? 1 + random.int(500) : 1
    const part = bytes.subarray(start, end)
    return put(bytes, end, concat(...Array.from({ length: times }, () => part)), 0)
  },
  (random, bytes, other) => {
    const { start, end } = rangeOf(random, other)
    return put(bytes, random.int(bytes.length + 1), other.subarray(start, end), random.int(64))
  },
  (random, bytes, other) =>
    concat(bytes.subarray(0, random.int(bytes.length + 1)), other.subarray(random.int(other.length + 1))),
  (random, bytes) => {
    const number = new Uint8Array(4)
    new DataView(number.buffer).setUint32(0, random.pick([0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 4097]))
    return put(bytes, random.int(bytes.length + 1), number.subarray(random.int(4)))
  },
  (random, bytes) => concat(bytes, random.bytes(random.int(64))),
]

/** What text formats trip over: control and look-alike characters, other newlines, bytes that are not UTF-8. */
const tokens: readonly Uint8Array[] = [
  ...['\0', '\n', '\r\n', '\r', '\t', ' ', '\u00a0', '\u2028', '\ufeff', '\u202e', 'é', 'e\u0301', '😀'],
  ...['"', "'", '\\', '`', ';', '--', '/*', '${', '}', '$1', '%', '%00', '%zz', '@', '#', '?', '&a', '*a'],
  ...['!!js/function', '<<: *a', '- ', ': ', '? ', '|', '>', '{', '}', '[', ']', ',', '=', '.', '..', '//'],
  ...['-1', '0', '1e999', '9007199254740993', '18446744073709551616', 'NaN', '0x10', '00', '-0', '1.5'],
  ...['__proto__', 'constructor', 'toString', 'null', 'true', '~', 'a'.repeat(5000)],
].map(utf8).concat(
  [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]].map((one) => Uint8Array.from(one)),
)

function lineRange(random: Random, bytes: Uint8Array): { start: number; end: number } {
  const starts = [0]
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1)
  const which = random.int(starts.length)
  return { start: starts[which] as number, end: starts[which + 1] ?? bytes.length }
}

const inText: readonly Change[] = [
  (random, bytes) =>
    put(bytes, random.int(bytes.length + 1), random.pick(tokens), random.chance(2) ? 0 : random.int(8)),
  (random, bytes) => {
    const { start, end } = lineRange(random, bytes)
    return put(bytes, start, new Uint8Array(0), end - start)
  },
  (random, bytes) => {
    const [from, to] = [lineRange(random, bytes), lineRange(random, bytes)]
    return put(bytes, to.start, bytes.subarray(from.start, from.end), 0)
  },
]

/** Something that opens, again and again, and is never closed. */
function deepen(random: Random, bytes: Uint8Array, structure: Structure): Uint8Array {
  const opening = random.pick(['[', '{"a":', '{a: ', '- ', '(', '> ', '${'])
  const times = random.pick(structure === 'json' ? [10, 1000, 20_000] : [10, 300, 3000])
  return put(bytes, random.int(bytes.length + 1), utf8(opening.repeat(times)), 0)
}

/** How a format is built, which decides what is done to it. */
export type Structure = 'bytes' | 'text' | 'json'

/** A changed copy of `seed`; `other` is another valid input, to take parts from. */
export function mutate(
  random: Random,
  structure: Structure,
  { seed, other }: { readonly seed: Uint8Array; readonly other: Uint8Array },
): Uint8Array {
  let bytes = seed
  const times = 1 + random.int(4)
  for (let i = 0; i < times; i++) {
    const kind = structure === 'bytes' ? 0 : random.int(structure === 'json' ? 6 : 3)
    if (kind >= 3) bytes = mutateJson(random, bytes)
    else if (kind > 0 && random.chance(12)) bytes = deepen(random, bytes, structure)
    else bytes = random.pick(kind === 0 ? inBytes : inText)(random, bytes, other)
    if (bytes.length > MAX_BYTES) bytes = bytes.slice(0, MAX_BYTES)
  }
  return bytes
}
