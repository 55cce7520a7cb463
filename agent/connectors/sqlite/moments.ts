/** Dates and times as text: one canonical spelling each, or none. */
import type { Type } from '../../engine/types.ts'

export type MomentKind = 'date' | 'time' | 'timestamp' | 'timestamptz'

const clock = String.raw`(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,}))?)?`
const zone = String.raw`(Z|[+-]\d\d(?::?\d\d)?)`

const timePattern = new RegExp(`^${clock}$`)
const datePattern = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/
const timestampPattern = new RegExp(`^(\\d{4,7})-(\\d\\d)-(\\d\\d)(?:[ T]${clock})?( BC)?$`)
const zonedPattern = new RegExp(`^(\\d{4,7})-(\\d\\d)-(\\d\\d)[ T]${clock} ?${zone}( BC)?$`)

/**
 * The value as `csv` spells it: a blank between date and time, seconds, UTC as `+00`, ` BC`. Null for what is no such
 * value: a day that its month does not have, second 60, more than microseconds, a zone or none where it must not be.
 */
export function moment(kind: MomentKind, text: string): string | null {
  if (isCommon(kind, text)) return text
  if (kind === 'time') return timeOf(text)
  if (text === 'infinity' || text === '-infinity') return text
  if (kind === 'date') {
    const match = datePattern.exec(text)
    return match && isDay(match[1], match[2], match[3], match[4]) ? text : null
  }
  const match = (kind === 'timestamp' ? timestampPattern : zonedPattern).exec(text)
  if (!match || !isDay(match[1], match[2], match[3], match.at(-1))) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction] = match
  if (!isClock(hour, minute, second, fraction)) return null
  const bc = match.at(-1) ?? ''
  const rest = fraction === undefined ? '' : `.${fraction}`
  if (kind === 'timestamp') return `${year}-${month}-${day} ${hour}:${minute}:${second}${rest}${bc}`
  const offset = minutesOf(match[8] as string)
  if (offset === 0) return `${year}-${month}-${day} ${hour}:${minute}:${second}${rest}+00${bc}`
  if (offset === null || bc !== '' || (year as string).length > 4) return null
  return inUtc(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`, offset, rest)
}

const commonPattern = /^\d\d\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/
const commonClock = /^ (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/

/** What is written most, at the least cost. Year 0 is none. */
function isCommon(kind: MomentKind, text: string): boolean {
  if (kind === 'time' || !commonPattern.test(text.slice(0, 10)) || text.startsWith('0000')) return false
  if (kind === 'date') return text.length === 10
  if (kind === 'timestamp') return commonClock.test(text.slice(10))
  return text.endsWith('+00') && commonClock.test(text.slice(10, -3))
}

function timeOf(text: string): string | null {
  const match = timePattern.exec(text)
  if (!match) return null
  const [, hour = '', minute = '', second = '00', fraction] = match
  const last = hour === '24' && minute === '00' && second === '00' && !/[1-9]/.test(fraction ?? '')
  if (!last && !isClock(hour, minute, second, fraction)) return null
  return `${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}`
}

function isClock(hour: string, minute: string, second: string, fraction: string | undefined): boolean {
  return hour < '24' && minute < '60' && second < '60' && (fraction ?? '').length <= 6
}

const longMonths = new Set([1, 3, 5, 7, 8, 10, 12])

function isDay(year = '', month = '', day = '', bc: string | undefined): boolean {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  if (y < 1 || m < 1 || m > 12 || d < 1) return false
  // 1 BC is the year 0, which is a leap year.
  const counted = bc === undefined ? y : 1 - y
  const leap = counted % 4 === 0 && (counted % 100 !== 0 || counted % 400 === 0)
  return d <= (m === 2 ? (leap ? 29 : 28) : longMonths.has(m) ? 31 : 30)
}

function minutesOf(zone: string): number | null {
  if (zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || '0')]
  if (hours > 15 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

function inUtc(local: string, offset: number, rest: string): string | null {
  const at = new Date(Date.parse(local) - offset * 60_000)
  const text = at.toISOString()
  // Years beyond four digits are written another way.
  if (!/^\d{4}-/.test(text) || text.startsWith('0000')) return null
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${rest}+00`
}

export function isMoment(type: Type): type is Type & { kind: MomentKind } {
  return ['date', 'time', 'timestamp', 'timestamptz'].includes(type.kind)
}
