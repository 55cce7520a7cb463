/**
 * Fire times of a schedule: five-field cron in a named time zone. Edge and agent reckon them with this one file, so
 * that a time which the edge names is one that the signed pipeline means.
 *
 * Where clocks change it does what cron has always done. A time of day that is skipped fires at the first moment
 * after the gap; one that comes twice fires the first time. A schedule with a `*` or a step in minute or hour
 * counts intervals instead: nothing extra after a gap, and both passes of an hour that comes twice.
 */
import { Cron } from 'croner'
import { Fault } from './faults.ts'

export interface Fires {
  /** `minute hour day-of-month month day-of-week`, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. */
  readonly cron: string
  /** A name of the IANA time zone database, `Europe/Berlin` or `UTC`. */
  readonly timezone: string
}

const macros = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually']
/** Neither `?` nor `+`: the first means the minute in which it is read, which is another one for each reader. */
const field = /^[0-9A-Za-z*,/#-]{1,200}$/
const zone = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/

function cronOf({ cron, timezone }: Fires): Cron {
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

function invalid(place: keyof Fires, wanted: string, cause?: unknown): Fault {
  return new Fault('pipeline_invalid', `triggers.schedule.${place}: this is not one. Wanted: ${wanted}.`, {
    cause,
  })
}

/** Throws `pipeline_invalid`, naming cron or timezone, for one that nobody can read or that never fires. */
export function validSchedule(fires: Fires): void {
  if (cronOf(fires).nextRun(new Date(Date.UTC(2000, 0, 1))) === null) {
    throw new Fault('pipeline_invalid', 'triggers.schedule.cron: there is no such day in any year.')
  }
}

/** The first fire time later than `after`, both in ms since 1970; null when there is none. Throws `pipeline_invalid`. */
export function nextFire(fires: Fires, after: number): number | null {
  return cronOf(fires).nextRun(new Date(after))?.getTime() ?? null
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
  const cron = cronOf(fires)
  const found: number[] = []
  for (let at = after; found.length < most;) {
    const next = cron.nextRun(new Date(at))?.getTime() ?? Infinity
    if (next > until) break
    found.push(next)
    at = next
  }
  return found
}
