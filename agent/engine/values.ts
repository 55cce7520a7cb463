/**
 * Whether a value's text is one of a type, whole and exactly: for targets that would take it for something else, and
 * for telling bad rows from good ones before a database sees them. `checks.ts` looks at less: what a reader that
 * refuses malformed text would still change.
 */
import { isUtf8 } from 'node:buffer'
import type { Column } from '../connectors/connector.ts'
import { type Check, checkFor } from './checks.ts'
import { isJson } from './json_text.ts'
import type { Type } from './types.ts'

/** What the types of a vocabulary hold beside what every database's do. */
interface Reach {
  /** U+0000 in a text. */
  readonly nul: boolean
  /** Days that are infinite. */
  readonly infinite: boolean
  /** NaN and infinite numbers. */
  readonly unreal: boolean
  /** First and last year; 0 is 1 BC. */
  readonly years: readonly [first: number, last: number]
}

/** Spellings of true and false that every target takes, in letters of either size: those of PostgreSQL. */
export const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ...['t', 'true', 'y', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['f', 'false', 'n', 'no', 'off', '0'].map((word) => [word, false] as const),
])

const everything: Reach = {
  nul: true,
  infinite: true,
  unreal: true,
  years: [-4713, 294_276],
}

const reaches: Readonly<Partial<Record<Column['vocabulary'], Reach>>> = {
  postgres: { ...everything, nul: false },
  mysql: { nul: true, infinite: false, unreal: false, years: [1, 9999] },
  sqlite: everything,
}

export function reachOf({ vocabulary }: Pick<Column, 'vocabulary'>): Reach {
  return reaches[vocabulary] ?? everything
}

/** Null where any text will do, or nobody but the target knows. UTF-8 and U+0000 are looked at elsewhere. */
export function valueCheck(target: Pick<Column, 'type' | 'vocabulary'>): Check | null {
  const { type } = target
  const reach = reachOf(target)
  switch (type.kind) {
    case 'boolean':
      return (bytes, start, end) =>
        (end - start === 1 && (bytes[start] === 0x74 || bytes[start] === 0x66)) ||
        end - start < 6 && booleanWords.has(bytes.toString('latin1', start, end).toLowerCase())
    case 'int16':
    case 'int32':
    case 'int64':
      return integerCheck(type.kind)
    case 'decimal':
      return decimalCheck(type, bounded(target) ? { ...reach, unreal: false } : reach)
    case 'float32':
    case 'float64': {
      const check = floatCheck(type, reach)
      return unsigned.includes(target.vocabulary) ? withoutSigns(check) : check
    }
    case 'uuid':
      return patternCheck(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 36)
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return dayCheck(type, reach)
    case 'bytes':
      return checkFor(type)
    case 'time':
      return checkFor(type)
    case 'json':
      return (bytes, start, end) => isJson(bytes, { start, end }, { values: false })
    case 'jsonb':
      return jsonbCheck(type)
    case 'text':
      return checkFor(type)
    case 'other':
      return null
  }
}

function patternCheck(pattern: RegExp, longest: number): Check {
  return (bytes, start, end) => end - start <= longest && pattern.test(bytes.toString('latin1', start, end))
}

const largest = { int16: 32_767n, int32: 2_147_483_647n, int64: 9_223_372_036_854_775_807n } as const

function integerCheck(kind: keyof typeof largest): Check {
  const most = largest[kind]
  // So many digits always fit.
  const safe = most.toString().length - 1
  return (bytes, start, end) => {
    const first = bytes[start]
    let at = first === 0x2d || first === 0x2b ? start + 1 : start
    if (at === end) return false
    for (let digit = at; digit < end; digit++) if (!isDigit(bytes[digit] as number)) return false
    while (at < end - 1 && bytes[at] === 0x30) at++
    if (end - at <= safe) return true
    if (end - at > safe + 1) return false
    const value = BigInt(bytes.toString('latin1', at, end))
    return first === 0x2d ? value <= most + 1n : value <= most
  }
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39

/** Digits with at most one point among them and a sign before them, as most numbers are: where the point is. */
function plainPoint(bytes: Buffer, start: number, end: number): number | null {
  const first = bytes[start]
  let at = first === 0x2d || first === 0x2b ? start + 1 : start
  let point = end
  const begin = at
  for (; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === 0x2e && point === end) point = at
    else if (!isDigit(byte)) return null
  }
  return end - begin > (point === end ? 0 : 1) ? point : null
}

const numberPattern = /^[+-]?(?:(\d+)\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d{1,6}))?$/

function decimalCheck({ precision, scale }: Type & { kind: 'decimal' }, reach: Reach): Check {
  const [mostBefore, mostBehind] = precision === null
    ? [131_072, 16_383]
    : [precision - (scale ?? 0), scale ?? 0]
  return (bytes, start, end) => {
    const point = plainPoint(bytes, start, end)
    if (point !== null && point - start <= mostBefore && end - point - 1 <= mostBehind) return true
    const text = bytes.toString('latin1', start, end)
    const match = numberPattern.exec(text)
    if (!match) {
      if (!reach.unreal) return false
      return /^nan$/i.test(text) || (precision === null && /^[+-]?inf(?:inity)?$/i.test(text))
    }
    const [, whole = '', behind = '', bare = '', power = '0'] = match
    const fraction = behind + bare
    const digits = (whole + fraction).replace(/0+$/, '')
    const significant = digits.replace(/^0+/, '')
    if (significant === '') return true
    // Places before and behind the point that something other than zero stands in.
    const before = whole.length + Number(power) - (digits.length - significant.length)
    const behindPoint = digits.length - whole.length - Number(power)
    return before <= mostBefore && behindPoint <= mostBehind
  }
}

/** A decimal of so many digits in SQLite is text that they stand in, and NaN is none of them. */
function bounded({ type, vocabulary }: Pick<Column, 'type' | 'vocabulary'>): boolean {
  return vocabulary === 'sqlite' && type.kind === 'decimal' && type.precision !== null
}

/** Neither a file of SQLite nor a server of MySQL has NaN or the sign of a zero. */
const unsigned: readonly Column['vocabulary'][] = ['sqlite', 'mysql']

function withoutSigns(check: Check): Check {
  return (bytes, start, end) => {
    const first = bytes[start]
    // A minus, or the letter that NaN begins with.
    const odd = first === 0x2d || first === 0x6e || first === 0x4e
    const lost = odd && /^(?:nan|-[0.]*(?:e.*)?)$/i.test(bytes.toString('latin1', start, end))
    return !lost && check(bytes, start, end)
  }
}

function floatCheck(type: Type, reach: Reach): Check {
  const exact = checkFor(type) as Check
  return (bytes, start, end) => {
    const text = bytes.toString('latin1', start, end)
    if (type.kind === 'float64') {
      // Its own shortest spelling, so nothing of it is lost.
      const number = Number(text)
      if (Number.isFinite(number) && String(number) === text) return true
    }
    if (!numberPattern.test(text)) return reach.unreal && /^(?:nan|[+-]?inf(?:inity)?)$/i.test(text)
    const value = type.kind === 'float32' ? Math.fround(Number(text)) : Number(text)
    if (!Number.isFinite(value) || (value === 0 && /^[^eE]*[1-9]/.test(text))) return false
    return exact(bytes, start, end)
  }
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const dayPattern = /^(\d{4,7})-(\d\d)-(\d\d)/

/** Days that exist, spelled as `checks.ts` wants them. */
function dayCheck(type: Type, reach: Reach): Check {
  const spelled = checkFor(type) as Check
  const [first, last] = reach.years
  const lastYear = type.kind === 'date' && last > 9999 ? 5_874_897 : last
  return (bytes, start, end) => {
    if (!spelled(bytes, start, end)) return false
    // Four digits of a year that is no other era's: the rest has been seen to be digits where they belong.
    if (bytes[start + 4] === 0x2d && bytes[end - 1] !== 0x43) {
      const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2)
      return year > 0 && year >= first &&
        isDay(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8))
    }
    const text = bytes.toString('latin1', start, end)
    const match = dayPattern.exec(text)
    if (!match) return reach.infinite
    const [, year, month, day] = match.map(Number) as [number, number, number, number]
    const real = text.endsWith(' BC') ? 1 - year : year
    return year !== 0 && real >= first && real <= lastYear && isDay(real, month, day)
  }
}

const twoDigits = (bytes: Buffer, at: number) =>
  10 * ((bytes[at] as number) - 0x30) + (bytes[at + 1] as number) - 0x30

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > (monthDays[month - 1] as number)) return false
  return month !== 2 || day < 29 || isLeap(year)
}

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

function jsonbCheck(type: Type): Check {
  const keepsAll = checkFor(type) as Check
  return (bytes, start, end) => isJson(bytes, { start, end }, { values: true }) && keepsAll(bytes, start, end)
}

/** Whether `bytes` is text, and text that a target of this reach can hold. */
export function isText(bytes: Buffer, { nul }: Pick<Reach, 'nul'>): boolean {
  return isUtf8(bytes) && (nul || bytes.indexOf(0) < 0)
}
