/**
 * Fire times of a schedule: five-field cron in a named time zone, or the multiples of an interval. Edge and agent reckon
 * them with this one file, so that a time which the edge names is one that the signed pipeline means.
 *
 * Where clocks change it does what cron has always done. A time of day that is skipped fires at the first moment
 * after the gap, and not at all where the gap goes on until midnight; one that comes twice fires the first time. A
 * schedule with a `*` or a step in minute or hour counts intervals instead: nothing extra after a gap, and both passes
 * of an hour that comes twice.
 *
 * None of it may change: agents of the version before would refuse a fire time that only a newer edge knows of.
 */
import { Cron } from 'croner'
import { lengthPrefixed, utf8 } from './bytes.ts'
import { Fault } from './faults.ts'

/** Either cron and time zone, or an interval. */
export interface Fires {
  /** `minute hour day-of-month month day-of-week`, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. */
  readonly cron?: string | undefined
  /** A name of the IANA time zone database, `Europe/Berlin` or `UTC`. */
  readonly timezone?: string | undefined
  /** `15m`, `6h`, `1d`: fires at each multiple of it since 1970 UTC, whatever clocks do. */
  readonly every?: string | undefined
}

/** Fire times, and how far a start may be put off from one. */
interface Starts extends Fires {
  /** Seconds. */
  readonly jitter?: number | undefined
}

/** With what becomes of the fire times that nobody could serve in time. */
interface Served extends Starts {
  readonly overlap?: string | undefined
  readonly catch_up?: string | undefined
}

/** The first fire time later than `after`, in ms since 1970; null when there is none. */
type Next = (after: number) => number | null

const macros = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually']
/** Neither `?` nor `+`: the first means the minute in which it is read, which is another one for each reader. */
const field = /^[0-9A-Za-z*,/#-]{1,200}$/
const zone = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/

function cronOf({ cron = '', timezone = '' }: Fires): Cron {
  const fields = cron.split(' ')
  if (!macros.includes(cron) && (fields.length !== 5 || !fields.every((text) => field.test(text)))) {
    throw invalid(
      'cron',
      'five fields with one space between them, like "0 6 * * 1-5", or a macro like @daily',
    )
  }
  if (!known(timezone)) throw invalid('timezone', 'a name like Europe/Berlin or UTC')
  try {
    return new Cron(cron, { paused: true, mode: '5-part', fixedTimeRule: 'no-wildcard', timezone })
  } catch (cause) {
    throw invalid(
      'cron',
      'minute 0-59, hour 0-23, day 1-31, month 1-12 or JAN-DEC, weekday 0-7 or SUN-SAT',
      cause,
    )
  }
}

function known(timezone: string): boolean {
  if (timezone.length > 64 || !zone.test(timezone)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }) !== null
  } catch {
    return false
  }
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const interval = /^([1-9]\d{0,4})([mhd])$/
const mostMs = 366 * unitMs.d

function msOf(every: string): number {
  const [, count, unit] = interval.exec(every) ?? []
  const ms = Number(count) * (unitMs[unit as keyof typeof unitMs] ?? NaN)
  if (!(ms <= mostMs)) throw invalid('every', 'a whole number with m, h or d, at most a year: 15m')
  return ms
}

function nextOf(fires: Fires): Next {
  const { cron, timezone, every } = fires
  if (every === undefined) {
    const reckoned = cronOf(fires)
    return (after) => reckoned.nextRun(new Date(after))?.getTime() ?? null
  }
  if (cron !== undefined || timezone !== undefined) {
    throw invalid('every', 'either this, or cron with its timezone')
  }
  const ms = msOf(every)
  return (after) => (Math.floor(after / ms) + 1) * ms
}

function invalid(place: keyof Served, wanted: string, cause?: unknown): Fault {
  return new Fault('pipeline_invalid', `triggers.schedule.${place}: this is not one. Wanted: ${wanted}.`, {
    cause,
  })
}

/** Throws `pipeline_invalid`, naming what is wrong, for one that nobody can read, never fires or contradicts itself. */
export function validSchedule(fires: Served): void {
  if (nextOf(fires)(Date.UTC(2000, 0, 1)) === null) {
    throw new Fault('pipeline_invalid', 'triggers.schedule.cron: there is no such day in any year.')
  }
  const { every, jitter = 0 } = fires
  if (every !== undefined && jitter * 1000 >= msOf(every)) throw invalid('jitter', 'less than the interval')
  if (fires.overlap === 'cancel_running' && fires.catch_up === 'all') {
    throw invalid(
      'catch_up',
      'none or last: with overlap cancel_running each run would cancel the one before',
    )
  }
}

/** The first fire time later than `after`, both in ms since 1970; null when there is none. Throws `pipeline_invalid`. */
export function nextFire(fires: Fires, after: number): number | null {
  return nextOf(fires)(after)
}

/** Whether the schedule fires at exactly `at`, in ms since 1970. Throws `pipeline_invalid`. */
export function isFire(fires: Fires, at: number): boolean {
  return nextFire(fires, at - 1) === at
}

/** Fire times in (after, until], oldest first, at most `most` of them. Throws `pipeline_invalid`. */
export function firesBetween(
  fires: Fires,
  { after, until, most }: { readonly after: number; readonly until: number; readonly most: number },
): number[] {
  const nextFire = nextOf(fires)
  const found: number[] = []
  for (let at = after; found.length < most;) {
    const next = nextFire(at) ?? Infinity
    if (next > until) break
    found.push(next)
    at = next
  }
  return found
}

/**
 * When the run of a fire time starts, both in ms since 1970: up to `jitter` seconds later, by SHA-256 over pipeline and
 * fire time. Nobody chooses it, so agents refuse an earlier start.
 */
export function startOf(
  p: { readonly sha256: (data: Uint8Array) => Uint8Array },
  { jitter = 0 }: Starts,
  of: { readonly pipeline: string; readonly fire: number },
): number {
  if (jitter === 0) return of.fire
  const words = ['sallyport jitter v1', of.pipeline, new Date(of.fire).toISOString()]
  const digest = p.sha256(lengthPrefixed(...words.map(utf8)))
  const number = digest.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0)
  return of.fire + number % (jitter * 1000 + 1)
}
