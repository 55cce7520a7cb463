/**
 * Whether a value's text arrives exactly in a type whose own reader would round, cut or shift it without a word. A
 * check sees bytes and answers yes or no; what is malformed is left to the reader, which refuses it.
 */
import type { Type } from './types.ts'

/** `bytes[start, end)` is one value, unquoted. */
export type Check = (bytes: Buffer, start: number, end: number) => boolean

const textOf = (bytes: Buffer, start: number, end: number) => bytes.toString('latin1', start, end)

/** The check that values of this type need when they come as text of another one. Null when its reader is exact. */
export function checkFor(type: Type): Check | null {
  switch (type.kind) {
    case 'decimal':
      return type.scale === null ? null : decimalCheck(type.scale)
    case 'text':
      return type.length === null ? null : lengthCheck(type.length)
    case 'date':
      return (bytes, start, end) => datePattern.test(textOf(bytes, start, end))
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return momentCheck(type.kind, type.digits)
    case 'float32':
    case 'float64':
      return floatCheck(type.kind)
    case 'bytes':
      return isHex
    case 'jsonb':
      return (bytes, start, end) => !repeatsKey(bytes.subarray(start, end))
    default:
      return null
  }
}

const ZERO = 48
const FIVE = 53
const NINE = 57
const DOT = 46

/** At most `scale` digits after the point, not counting zeros at the end. */
function decimalCheck(scale: number): Check {
  return (bytes, start, end) => {
    let point = -1
    let last = -1
    let exponent = end
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      if (byte > ZERO && byte <= NINE) last = at
      else if (byte === DOT) point = at
      else if (byte === 0x45 || byte === 0x65) {
        exponent = at
        break
      }
    }
    if (last < 0) return true
    const shift = exponent === end ? 0 : Number(textOf(bytes, exponent + 1, end))
    // The place of the last digit that counts, in powers of ten below the point.
    const decimals = point < 0 || last < point ? last - (point < 0 ? exponent - 1 : point - 1) : last - point
    return !(decimals - shift > scale)
  }
}

/** At most `length` characters (code points): the reader would cut spaces beyond it without a word. */
function lengthCheck(length: number): Check {
  return (bytes, start, end) => {
    if (end - start <= length) return true
    let count = 0
    for (let at = start; at < end; at++) if (((bytes[at] as number) & 0xc0) !== 0x80) count++
    return count <= length
  }
}

/** `\x` and pairs of hex digits: in any other spelling backslashes would be read as something else. */
function isHex(bytes: Buffer, start: number, end: number): boolean {
  return start === end || (end - start) % 2 === 0 && /^\\x[0-9a-fA-F]*$/.test(textOf(bytes, start, end))
}

const date = String.raw`\d{4,}-\d\d-\d\d`
/** Second 60 and hour 24 are left out: readers carry them into the next minute and day. */
const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?`
const zone = String.raw`(?:[+-]\d\d(?::?\d\d(?::?\d\d)?)?|Z)`

/** ISO only: other spellings mean different days in different places, and a time of day would be dropped. */
const datePattern = new RegExp(`^(?:${date}(?: BC)?|-?infinity)$`)

const momentPatterns = {
  time: new RegExp(String.raw`^(?:${clock}|24:00(?::00(?:\.0+)?)?)$`),
  timestamp: new RegExp(`^(?:${date}(?:[ T]${clock})?(?: BC)?|-?infinity)$`),
  /** A zone must be there: without one, the session's would be taken. */
  timestamptz: new RegExp(`^(?:${date}[ T]${clock} ?${zone}(?: BC)?|-?infinity)$`),
}

/** `dddd-dd-dd dd:dd:dd` with nothing, or a zone of two digits, behind it: what databases write most. */
function isCommonMoment(bytes: Buffer, start: number, end: number): boolean {
  for (let at = 0; at < 19; at++) {
    const byte = bytes[start + at] as number
    const want = commonLayout[at] as number
    if (want === ZERO ? byte < ZERO || byte > NINE : byte !== want) return false
  }
  const hour = ((bytes[start + 11] as number) - ZERO) * 10 + (bytes[start + 12] as number) - ZERO
  if (hour > 23 || (bytes[start + 14] as number) > FIVE || (bytes[start + 17] as number) > FIVE) return false
  if (end - start === 19) return true
  const sign = bytes[start + 19] as number
  const tens = bytes[start + 20] as number
  const ones = bytes[start + 21] as number
  return (sign === 0x2b || sign === 0x2d) && tens >= ZERO && tens <= NINE && ones >= ZERO && ones <= NINE
}

const commonLayout = Buffer.from('0000-00-00 00:00:00')
const commonLength = { time: -1, timestamp: 19, timestamptz: 22 }

function momentCheck(kind: keyof typeof momentPatterns, digits: number): Check {
  const pattern = momentPatterns[kind]
  const common = commonLength[kind]
  return (bytes, start, end) => {
    if (end - start === common && isCommonMoment(bytes, start, end)) return true
    const value = textOf(bytes, start, end)
    if (!pattern.test(value)) return false
    const fraction = /\.(\d*?)0*(?:\D|$)/.exec(value)
    return !fraction || (fraction[1] as string).length <= digits
  }
}

const numberPattern = /^\s*[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?\s*$/

/** Digits and exponent, so that two spellings of one number are equal. */
function normalized(value: string): string | null {
  const match = numberPattern.exec(value)
  if (!match) return null
  const [, whole = '', fraction = '', power = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  if (kept === '') return '0'
  return `${kept}e${Number(power) - fraction.length + digits.length - kept.length}`
}

/** The shortest spelling that reads back as the same float. */
function shortest32(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const spelled = value.toPrecision(digits)
    if (Math.fround(Number(spelled)) === value) return spelled
  }
  return value.toPrecision(9)
}

function floatCheck(kind: 'float32' | 'float64'): Check {
  // So many digits always survive (FLT_DIG, DBL_DIG).
  const safe = kind === 'float32' ? 6 : 15
  return (bytes, start, end) => {
    if (end - start <= safe) return true
    const value = textOf(bytes, start, end)
    const number = kind === 'float32' ? Math.fround(Number(value)) : Number(value)
    if (kind === 'float64' && String(number) === value) return true
    const given = normalized(value)
    if (given === null || given.indexOf('e') <= safe || !Number.isFinite(number)) return true
    return normalized(kind === 'float32' ? shortest32(number) : String(number)) === given
  }
}

/** True when an object of this JSON text has a name twice: jsonb would keep the last value only. */
export function repeatsKey(json: Uint8Array): boolean {
  const open: (Set<string> | null)[] = []
  let name = false
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === 0x7b) {
      open.push(new Set())
      name = true
    } else if (byte === 0x5b) open.push(null)
    else if (byte === 0x7d || byte === 0x5d) open.pop()
    else if (byte === 0x2c) name = open.at(-1) instanceof Set
    else if (byte === 0x22) {
      const end = stringEnd(json, at)
      if (name) {
        const names = open.at(-1)
        const spelled = nameOf(json.subarray(at, end + 1))
        if (names?.has(spelled)) return true
        names?.add(spelled)
        name = false
      }
      at = end
    }
  }
  return false
}

function stringEnd(json: Uint8Array, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === 0x5c) at++
    else if (json[at] === 0x22) return at
  }
  return json.length
}

const utf8 = new TextDecoder()

/** Two names may be spelled differently (`a`, `\u0061`) and be the same. */
function nameOf(quoted: Uint8Array): string {
  const spelled = utf8.decode(quoted)
  if (!spelled.includes('\\')) return spelled.slice(1, -1)
  try {
    return JSON.parse(spelled) as string
  } catch {
    return spelled
  }
}
