/** Cursors: which columns can be one, and how far back a lag reaches, in exact text and never in floating point. */
import type { Column } from '../connectors/connector.ts'
import { Fault } from '../../shared/faults.ts'
import type { Type } from './types.ts'

const moments: readonly string[] = ['date', 'timestamp', 'timestamptz']
const numbers: readonly string[] = ['int16', 'int32', 'int64', 'decimal']
/** They have an order, and nothing can be subtracted from them. */
const orderedOnly: readonly string[] = ['text', 'uuid']

/** Throws `cursor_refused` for a column that has no order to go by, or for a lag that it cannot go back by. */
export function checkCursor(column: Column, lag: string | null): void {
  const { kind } = column.type
  const named = `cursor "${column.name}" (${column.native})`
  const untyped = column.vocabulary === 'csv'
  if (untyped || ![...moments, ...numbers, ...orderedOnly].includes(kind)) {
    throw new Fault(
      'cursor_refused',
      `${named}: a cursor is a whole or decimal number, a date, a timestamp, a text or a uuid.`,
    )
  }
  if (lag !== null) lagOf(lag, column)
}

const duration = /^(\d{1,9})([smhd])$/
const microseconds: Readonly<Record<string, bigint>> = {
  s: 1_000_000n,
  m: 60_000_000n,
  h: 3_600_000_000n,
  d: 86_400_000_000n,
}

/** In microseconds for dates and timestamps, in whole units for numbers. */
function lagOf(lag: string, { name, native, type: { kind } }: Column): bigint {
  if (moments.includes(kind)) {
    const match = duration.exec(lag)
    if (match) return BigInt(match[1] as string) * (microseconds[match[2] as string] as bigint)
    throw new Fault(
      'cursor_refused',
      `cursor "${name}" (${native}): a lag is written as 90s, 5m, 2h or 1d there.`,
    )
  }
  if (numbers.includes(kind)) {
    if (/^\d{1,18}$/.test(lag)) return BigInt(lag)
    throw new Fault('cursor_refused', `cursor "${name}" (${native}): a lag is a whole number there.`)
  }
  throw new Fault('cursor_refused', `cursor "${name}" (${native}): it can have no lag.`)
}

/**
 * The value that lies `lag` before `value`, spelled like it, at full precision. A date goes back by whole days, rounded
 * up. Where the type ends, it stays at the type's first value. Throws `cursor_refused`.
 */
export function before(value: string, lag: string, column: Column): string {
  const by = lagOf(lag, column)
  const { type } = column
  if (numbers.includes(type.kind)) return numberBefore(value, by, column)
  // Nothing lies before it, or a while before it: it stays what it is.
  if (value === 'infinity' || value === '-infinity') return value
  return momentBefore(value, by, column)
}

/** The later of two values of a cursor. Of texts, whose order only their database knows, the second. */
export function later(a: string, b: string, column: Column): string {
  const [first, second] = [rankOf(a, column), rankOf(b, column)]
  return first === null || second === null || first <= second ? b : a
}

/** Whole numbers that are ordered like the values; null where nothing is known of the order. */
function rankOf(value: string, column: Column): bigint | number | null {
  if (/^-inf/i.test(value)) return -Infinity
  if (/^(?:NaN|inf)/i.test(value)) return Infinity
  if (moments.includes(column.type.kind)) return momentText.test(value) ? microsecondsOf(value, column) : null
  const match = numbers.includes(column.type.kind) ? /^(-?\d+)(?:\.(\d+))?$/.exec(value) : null
  // More digits behind the point than any database keeps.
  return match ? BigInt((match[1] as string) + (match[2] ?? '').padEnd(16_400, '0')) : null
}

const leasts: Readonly<Record<string, bigint>> = {
  int16: -(2n ** 15n),
  int32: -(2n ** 31n),
  int64: -(2n ** 63n),
}

function numberBefore(value: string, by: bigint, column: Column): string {
  if (/^(?:NaN|-?Infinity)$/.test(value)) return value
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value)
  if (!match) throw unreadable(column)
  const [, sign, whole, fraction = ''] = match
  const scale = 10n ** BigInt(fraction.length)
  const units = BigInt(`${sign}${whole}${fraction}`) - by * scale
  const least = leasts[column.type.kind]
  if (least !== undefined && units < least) return least.toString()
  return decimalText(units, fraction.length)
}

function decimalText(units: bigint, scale: number): string {
  if (scale === 0) return units.toString()
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const split = digits.length - scale
  return `${units < 0n ? '-' : ''}${digits.slice(0, split)}.${digits.slice(split)}`
}

const momentText =
  /^(\d{4,})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:([+-])(\d\d)(?::(\d\d)(?::(\d\d))?)?)?( BC)?$/

const dayMicroseconds = 86_400_000_000n

function momentBefore(value: string, by: bigint, column: Column): string {
  const at = microsecondsOf(value, column) - by
  return at < firstMoment ? '-infinity' : momentOf(at, column.type)
}

/** Since 1970-01-01 00:00 UTC. */
function microsecondsOf(value: string, column: Column): bigint {
  const match = momentText.exec(value)
  if (!match) throw unreadable(column)
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', sign] = match
  const [zoneHours = '0', zoneMinutes = '0', zoneSeconds = '0', bc] = match.slice(9)
  const offset = secondsOf(zoneHours, zoneMinutes, zoneSeconds) * (sign === '-' ? -1n : 1n)
  const wholeYear = bc === undefined ? BigInt(year as string) : 1n - BigInt(year as string)
  const days = dayNumber(wholeYear, BigInt(month as string), BigInt(day as string))
  const clock = (secondsOf(hour, minute, second) - offset) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
  return days * dayMicroseconds + clock
}

const secondsOf = (hours: string, minutes: string, seconds: string) =>
  BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)

function momentOf(at: bigint, type: Type): string {
  const days = floorDivide(at, dayMicroseconds)
  const { year, month, day } = dateOf(days)
  const bc = year <= 0n ? ' BC' : ''
  const shown = (year <= 0n ? 1n - year : year).toString().padStart(4, '0')
  const date = `${shown}-${two(month)}-${two(day)}`
  // A day's part of a lag rounds down to the day before: more is read then, never less.
  if (type.kind === 'date') return date + bc
  const clock = at - days * dayMicroseconds
  const seconds = clock / 1_000_000n
  const fraction = (clock % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '')
  const time = `${two(seconds / 3600n)}:${two(seconds / 60n % 60n)}:${two(seconds % 60n)}`
  return `${date} ${time}${fraction === '' ? '' : `.${fraction}`}${
    type.kind === 'timestamptz' ? '+00' : ''
  }${bc}`
}

const two = (part: bigint) => part.toString().padStart(2, '0')

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

/** Days since 1970-01-01 in the calendar that databases extend into the past; year 0 is 1 BC. */
function dayNumber(year: bigint, month: bigint, day: bigint): bigint {
  // Years that begin in March have their odd day at the end.
  const shifted = month <= 2n ? year - 1n : year
  const era = floorDivide(shifted, 400n)
  const yearOfEra = shifted - era * 400n
  const dayOfYear = (153n * (month + (month > 2n ? -3n : 9n)) + 2n) / 5n + day - 1n
  const dayOfEra = yearOfEra * 365n + yearOfEra / 4n - yearOfEra / 100n + dayOfYear
  return era * 146_097n + dayOfEra - 719_468n
}

function dateOf(days: bigint): { year: bigint; month: bigint; day: bigint } {
  const shifted = days + 719_468n
  const era = floorDivide(shifted, 146_097n)
  const dayOfEra = shifted - era * 146_097n
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36_524n - dayOfEra / 146_096n) / 365n
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n)
  const part = (5n * dayOfYear + 2n) / 153n
  const month = part < 10n ? part + 3n : part - 9n
  return {
    year: yearOfEra + era * 400n + (month <= 2n ? 1n : 0n),
    month,
    day: dayOfYear - (153n * part + 2n) / 5n + 1n,
  }
}

/** 4714-11-24 BC, the first day that PostgreSQL knows. */
const firstMoment = dayNumber(-4713n, 11n, 24n) * dayMicroseconds

function unreadable({ name, native }: Column): Fault {
  return new Fault('cursor_refused', `cursor "${name}" (${native}): its last value is not spelled as one.`)
}
