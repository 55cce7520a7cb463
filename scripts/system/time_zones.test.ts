/**
 * Fire times of 2026 and 2027 in every time zone that the runtime knows, against a clock that is read minute by minute:
 * what the wall shows at an instant says the runtime's `Intl`, and when a schedule is to fire follows from that alone.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firesBetween } from '../../shared/schedule.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const from = Date.UTC(2026, 0, 1)
const until = Date.UTC(2028, 0, 1)

interface Change {
  /** The first instant with the new offset. */
  readonly at: number
  readonly before: number
  readonly after: number
}

/** How far the wall clock is ahead of UTC, in ms. */
function wallOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    },
  })
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - at
  }
}

/** No zone changes twice within a day. */
function changesOf(offset: (at: number) => number): Change[] {
  const changes: Change[] = []
  for (let day = from - 2 * dayMs; day < until + 2 * dayMs; day += dayMs) {
    const [before, after] = [offset(day), offset(day + dayMs)]
    if (before === after) continue
    let [low, high] = [day, day + dayMs]
    while (high - low > minuteMs) {
      const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs
      if (offset(middle) === before) low = middle
      else high = middle
    }
    changes.push({ at: high, before, after })
  }
  return changes
}

/** As `offset`, from what changes. */
function offsetBy(changes: readonly Change[], otherwise: number): (at: number) => number {
  return (at) => changes.findLast((one) => one.at <= at)?.after ?? changes[0]?.before ?? otherwise
}

interface Zone {
  readonly name: string
  readonly offset: (at: number) => number
  readonly changes: readonly Change[]
}

function zoneOf(name: string): Zone {
  const wall = wallOf(name)
  const changes = changesOf(wall)
  return { name, changes, offset: offsetBy(changes, wall(from)) }
}

/**
 * Of each day in (after, end] of the wall clock: the first instant that shows `time`, else the first after the gap, and
 * none where the gap goes on until the next day, as it does in Greenland.
 */
function daily({ offset, changes }: Zone, time: number, [after, end]: readonly [number, number]): number[] {
  const offsets = [...new Set([offset(after), ...changes.flatMap((one) => [one.before, one.after])])]
  const fires: number[] = []
  for (let day = Math.floor(after / dayMs) * dayMs - 2 * dayMs; day < end + 2 * dayMs; day += dayMs) {
    const shown = offsets.map((one) => day + time - one).filter((at) => at + offset(at) === day + time)
    const skipped = changes.find(({ at, before, after: then }) =>
      day + time >= at + before && day + time < at + then
    )
    if (skipped !== undefined && skipped.at + skipped.after >= day + dayMs) continue
    const at = shown.length > 0 ? Math.min(...shown) : skipped?.at
    assert.ok(at !== undefined, new Date(day + time).toISOString())
    if (at > after && at <= end) fires.push(at)
  }
  return fires
}

/** Every minute in (after, end] whose wall clock fits. */
function minutes(
  { offset }: Zone,
  fits: (minute: number, hour: number) => boolean,
  [after, end]: readonly [number, number],
): number[] {
  const fires: number[] = []
  for (let at = Math.floor(after / minuteMs + 1) * minuteMs; at <= end; at += minuteMs) {
    const wall = at + offset(at)
    if (wall % minuteMs !== 0) continue
    if (fits(Math.floor(wall / minuteMs) % 60, Math.floor(wall / hourMs) % 24)) fires.push(at)
  }
  return fires
}

const spelled = (all: readonly number[]) => all.map((at) => new Date(at).toISOString())

function same(zone: Zone, cron: string, [after, end]: readonly [number, number], wanted: readonly number[]) {
  const found = firesBetween({ cron, timezone: zone.name }, { after, until: end, most: 100_000 })
  assert.deepEqual(spelled(found), spelled(wanted), `${cron} in ${zone.name}`)
}

const cronOf = (time: number) => `${(time / minuteMs) % 60} ${Math.floor(time / hourMs)} * * *`

/** Times of day at both ends of a change, in it and beside it. */
function timesAround({ at, before, after }: Change): number[] {
  const walls = [at + before, at + after]
  const near = walls.flatMap((wall) => [wall - minuteMs, wall, wall + minuteMs])
  const middle = (at + before + at + after) / 2
  return [
    ...new Set(
      [...near, Math.floor(middle / minuteMs) * minuteMs].map((wall) => ((wall % dayMs) + dayMs) % dayMs),
    ),
  ]
}

const names = [...Intl.supportedValuesOf('timeZone'), 'UTC']
const zones = names.map(zoneOf)

test('every zone fires once on each day of two years, at the time of day that its clock shows', {
  timeout: 600_000,
}, () => {
  assert.ok(zones.length > 400, `${zones.length} zones`)
  for (const [index, zone] of zones.entries()) {
    const time = ((index * 37) % 1440) * minuteMs
    same(zone, cronOf(time), [from, until], daily(zone, time, [from, until]))
  }
})

test('around every change of a clock a time of day fires once, and an interval goes on evenly', {
  timeout: 600_000,
}, () => {
  const half = zones.find(({ name }) => name === 'Australia/Lord_Howe')
  assert.ok(half?.changes.some(({ before, after }) => Math.abs(after - before) === hourMs / 2))
  let changes = 0
  for (const zone of zones) {
    for (const change of zone.changes) {
      if (change.at < from || change.at >= until) continue
      changes++
      const around = [change.at - 30 * hourMs, change.at + 30 * hourMs] as const
      for (const time of timesAround(change)) same(zone, cronOf(time), around, daily(zone, time, around))
      const near = [change.at - 4 * hourMs, change.at + 4 * hourMs] as const
      same(zone, '*/20 * * * *', near, minutes(zone, (minute) => minute % 20 === 0, near))
      same(zone, '15 * * * *', near, minutes(zone, (minute) => minute === 15, near))
      same(zone, '30 */2 * * *', near, minutes(zone, (minute, hour) => minute === 30 && hour % 2 === 0, near))
      same(zone, '* 1-3 * * *', near, minutes(zone, (_, hour) => hour >= 1 && hour <= 3, near))
    }
  }
  assert.ok(changes > 400, `${changes} changes`)
})
