/**
 * What a canonical value becomes in a column of MySQL. The server's own reading rounds, cuts and guesses (`1.5` in an
 * integer, `2` as the second member of an enum, two digits as a year): what it would not keep as it is, is refused
 * before it gets there. What it would warn of is left to its warnings.
 */
import { repeatsKey } from '../../engine/checks.ts'
import { booleanWords } from '../../engine/values.ts'
import type { Column } from '../connector.ts'
import type { MysqlColumn } from './catalog.ts'

/** The end of what is taken as it is, something in its place, or null when it is refused. */
export type Take = (bytes: Buffer, start: number, end: number) => number | string | null

/** `raw` needs no escapes; `hex` and `bits` are written as digits and made what they are by the server. */
export interface Writing {
  readonly form: 'raw' | 'number' | 'text' | 'hex' | 'bits'
  /** Null: everything is taken as it is. */
  readonly take: Take | null
  /** The column takes no NULL: some columns would make a value up instead of refusing. */
  readonly required: boolean
}

const ZERO = 48
const FIVE = 53
const NINE = 57
const COLON = 58
const SPACE = 32
const MINUS = 45
const DOT = 46

const ascii = (bytes: Buffer, start: number, end: number) => bytes.toString('latin1', start, end)

/** `from` as the source has the column, `to` as the target has it. */
export function writingOf(from: Column, to: MysqlColumn): Writing {
  const { base, native, digits } = to.catalog
  const required = !to.nullable
  const takesBoolean = from.type.kind === 'boolean' || to.type.kind === 'boolean'
  const of = (form: Writing['form'], take: Take | null): Writing => ({ form, take, required })
  switch (base) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
      return of('number', takesBoolean ? takeBoolean : takeInteger)
    case 'float':
    case 'double':
      return of('number', takesBoolean ? takeBoolean : takeFloat(base === 'float'))
    case 'decimal':
      return of('number', takesBoolean ? takeBoolean : takeNumber)
    case 'year':
      return of('raw', takeYear)
    case 'bit':
      return of('bits', takeBits(to.catalog.precision ?? 1))
    case 'date':
      return of('raw', takeDate(from.vocabulary === 'mysql'))
    case 'datetime':
    case 'timestamp':
      return of('raw', takeMoment(digits ?? 0, to.type.kind === 'timestamptz', from.vocabulary === 'mysql'))
    case 'time':
      return of('raw', takeTime(digits ?? 0))
    case 'enum':
      return of('text', takeMembers(native, true))
    case 'set':
      return of('text', takeMembers(native, false))
    case 'uuid':
      return of('raw', takeUuid)
    case 'json':
      return of('text', from.vocabulary === 'mysql' || to.catalog.json ? null : takeJson)
    case 'char':
      return of('text', isPadded(from) ? null : takeUnpadded)
  }
  if (to.type.kind === 'bytes') {
    const fixed = base === 'binary' ? to.catalog.length : null
    return of('hex', takeHex(fixed))
  }
  return of('text', null)
}

const isPadded = ({ type }: Column) => type.kind === 'text' && type.padded === true

const takeBoolean: Take = (bytes, start, end) => {
  if (end === start + 1) {
    const byte = bytes[start]
    if (byte === 0x74 || byte === 0x31) return '1'
    if (byte === 0x66 || byte === 0x30) return '0'
  }
  const is = end - start < 6 ? booleanWords.get(ascii(bytes, start, end).toLowerCase()) : undefined
  return is === undefined ? null : is ? '1' : '0'
}

const takeInteger: Take = (bytes, start, end) => {
  let at = bytes[start] === MINUS ? start + 1 : start
  if (at === end) return null
  for (; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < ZERO || byte > NINE) return null
  }
  return end
}

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

const takeNumber: Take = (bytes, start, end) => {
  let at = bytes[start] === MINUS ? start + 1 : start
  let points = 0
  const first = at
  for (; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === DOT) points++
    else if (byte < ZERO || byte > NINE) break
  }
  if (at === end && points < 2 && end - first > points) return end
  return numberPattern.test(ascii(bytes, start, end)) ? end : null
}

const greatestFloat = 3.4028234663852886e38

/**
 * The server keeps no minus before a zero. And the shortest text of the greatest float is a little more than it, which
 * it takes for too much.
 */
function takeFloat(single: boolean): Take {
  return (bytes, start, end) => {
    const taken = takeNumber(bytes, start, end)
    if (taken === null) return null
    if (bytes[start] === MINUS && Object.is(Number(ascii(bytes, start, end)), -0)) return null
    if (!single || end - start < 9) return taken
    const number = Number(ascii(bytes, start, end))
    return Math.abs(number) > greatestFloat && Math.abs(Math.fround(number)) === greatestFloat
      ? String(Math.fround(number))
      : taken
  }
}

/** As text `0` would be the year 2000, and two digits a year of this century or the last. */
const takeYear: Take = (bytes, start, end) => {
  const text = ascii(bytes, start, end)
  if (!/^0{1,4}$|^\d{4}$/.test(text)) return null
  const year = Number(text)
  return year === 0 ? '0000' : year >= 1901 && year <= 2155 ? end : null
}

function takeBits(most: number): Take {
  return (bytes, start, end) => {
    const text = ascii(bytes, start, end)
    return /^[01]+$/.test(text) && text.length <= most ? end : null
  }
}

const datePattern = /^(\d{4})-(\d\d)-(\d\d)$/

/** A day that is in the calendar; one with zeros in it only from another MySQL, which can have them. */
function isDay(text: string, zeros: boolean): boolean {
  const match = datePattern.exec(text)
  if (!match) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (month === 0 || day === 0 || year === 0) return zeros && month <= 12 && day <= 31
  if (month > 12) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= (month === 2 ? leap ? 29 : 28 : [4, 6, 9, 11].includes(month) ? 30 : 31)
}

function takeDate(zeros: boolean): Take {
  return (bytes, start, end) => end - start === 10 && isDay(ascii(bytes, start, end), zeros) ? end : null
}

const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.(\d+))?)?`
const zone = String.raw`(Z|[+-]\d\d(?::?\d\d)?)`
const momentPattern = new RegExp(`^(\\d{4}-\\d\\d-\\d\\d)(?:[ T](${clock}))?$`)
const zonedPattern = new RegExp(`^(\\d{4}-\\d\\d-\\d\\d)[ T](${clock}) ?${zone}$`)

/** Digits of a fraction that count. */
const digitsOf = (fraction: string | undefined) => (fraction ?? '').replace(/0+$/, '').length

/** The day before these signs was a good one; months of rows share it. */
function takeMoment(digits: number, zoned: boolean, zeros: boolean): Take {
  let knownDay = ''
  const goodDay = (day: string) => {
    if (day === knownDay) return true
    if (!isDay(day, zeros)) return false
    knownDay = day
    return true
  }
  return (bytes, start, end) => {
    const utc = zoned && bytes[end - 3] === 0x2b && bytes[end - 2] === ZERO && bytes[end - 1] === ZERO
    const without = utc ? end - 3 : end
    if (without - start === 19 && (!zoned || utc) && isMomentOf(knownDay, bytes, start)) return without
    const text = ascii(bytes, start, without)
    if (!zoned || utc) {
      const match = momentPattern.exec(text)
      return match && goodDay(match[1] as string) && digitsOf(match[3]) <= digits ? without : null
    }
    const match = zonedPattern.exec(text)
    if (!match || !goodDay(match[1] as string) || digitsOf(match[3]) > digits) return null
    return inUtc(match[1] as string, match[2] as string, match[4] as string)
  }
}

/** True for `day hh:mm:ss`; false means that it has to be looked at more closely. */
function isMomentOf(day: string, bytes: Buffer, start: number): boolean {
  if (day === '') return false
  for (let at = 0; at < 10; at++) if (bytes[start + at] !== day.charCodeAt(at)) return false
  for (let at = 11; at < 19; at++) {
    const byte = bytes[start + at] as number
    if (at === 13 || at === 16 ? byte !== COLON : byte < ZERO || byte > NINE) return false
  }
  if (bytes[start + 14] as number > FIVE || bytes[start + 17] as number > FIVE) return false
  if (bytes[start + 10] !== SPACE) return false
  return 10 * ((bytes[start + 11] as number) - ZERO) + (bytes[start + 12] as number) - ZERO < 24
}

function inUtc(day: string, time: string, offset: string): string | null {
  const [clockText = '', fraction] = time.split('.')
  const full = clockText.length === 5 ? `${clockText}:00` : clockText
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? []
  const minutesEast = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0))
  const moment = new Date(Date.parse(`${day}T${full}Z`) - minutesEast * 60_000)
  const text = moment.toISOString()
  if (!/^\d{4}-/.test(text) || text.startsWith('0000')) return null
  return `${text.slice(0, 19).replace('T', ' ')}${fraction === undefined ? '' : `.${fraction}`}`
}

function takeTime(digits: number): Take {
  return (bytes, start, end) => {
    const match = /^-?\d{2,3}:[0-5]\d:[0-5]\d(?:\.(\d+))?$/.exec(ascii(bytes, start, end))
    return match && digitsOf(match[1]) <= digits ? end : null
  }
}

const takeUuid: Take = (bytes, start, end) =>
  end - start === 36 && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(ascii(bytes, start, end))
    ? end
    : null

/** `\x` and pairs of digits; the digits are what is written. A fixed length would be filled up with zeros. */
function takeHex(fixed: number | null): Take {
  return (bytes, start, end) => {
    const length = end - start
    if (length < 2 || length % 2 !== 0 || bytes[start] !== 92 || bytes[start + 1] !== 120) return null
    if (fixed !== null && length !== 2 + 2 * fixed) return null
    for (let at = start + 2; at < end; at++) {
      const byte = bytes[at] as number
      const low = byte | 0x20
      if ((byte < ZERO || byte > NINE) && (low < 0x61 || low > 0x66)) return null
    }
    return end
  }
}

/** `char` loses the spaces at its end. */
const takeUnpadded: Take = (bytes, _start, end) => bytes[end - 1] === 32 ? null : end

/** Members as they are declared, letter by letter: otherwise a number is a position, and letters lose their case. */
function takeMembers(native: string, one: boolean): Take {
  const members = [...native.matchAll(/'((?:[^']|'')*)'/g)].map(([, member = '']) =>
    member.replaceAll("''", "'")
  )
  const order = new Map(members.map((member, at) => [member, at]))
  return (bytes, start, end) => {
    const text = bytes.toString('utf8', start, end)
    if (one) return order.has(text) ? end : null
    if (text === '') return end
    let last = -1
    for (const member of text.split(',')) {
      const at = order.get(member)
      if (at === undefined || at <= last) return null
      last = at
    }
    return end
  }
}

/** MySQL's JSON keeps numbers as integers of 64 bits or doubles, and the last of two equal names. */
const takeJson: Take = (bytes, start, end) => {
  const json = bytes.subarray(start, end)
  if (repeatsKey(json)) return null
  const outside = json.toString('latin1').replace(/"(?:[^"\\]|\\.)*"/g, '""')
  for (const [number] of outside.matchAll(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    if (/^-?\d{1,18}$/.test(number)) continue
    const mantissa = number.replace(/[eE].*$/, '').replace(/[-.]/g, '').replace(/^0+/, '')
    if (mantissa.length > 15 || !Number.isFinite(Number(number))) return null
  }
  return end
}
