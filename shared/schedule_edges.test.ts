/** Where clocks change: nights with a gap, nights that come twice, days that a zone has left out. */
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { type Fires, firesBetween, isFire, nextFire, startOf, validSchedule } from './schedule.ts'

const at = (text: string) => Date.parse(text)
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16)
const from = (fires: Fires, after: string, most: number) =>
  firesBetween(fires, { after: at(after), until: Infinity, most }).map(iso)
const cron = (text: string, timezone: string): Fires => ({ cron: text, timezone })

describe('a time of day that a gap leaves out comes at the first moment after it', () => {
  const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', ['2026-03-08T07:00', '2026-03-09T06:30']],
    ['0 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:00']],
    ['59 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:59']],
    // Half an hour: 02:00 becomes 02:30.
    ['0 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', ['2026-10-03T15:30', '2026-10-04T15:00']],
    ['30 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', ['2026-10-03T15:30', '2026-10-04T15:30']],
    // Midnight itself: 00:00 becomes 01:00.
    ['0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00Z', ['2026-04-23T22:00', '2026-04-24T21:00']],
  ]
  for (const [text, zone, after, wanted] of cases) {
    test(`${text} in ${zone}`, () => assert.deepEqual(from(cron(text, zone), after, 2), wanted))
  }
})

describe('a time of day in a gap that goes on until midnight is left out, as agents of any version have it', () => {
  // 23:00 becomes 00:00 of the next day, 29 March.
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['30 23 * * *', ['2026-03-28T01:30', '2026-03-30T00:30', '2026-03-31T00:30']],
    ['0 23 * * *', ['2026-03-28T01:00', '2026-03-30T00:00', '2026-03-31T00:00']],
    ['59 22 * * *', ['2026-03-28T00:59', '2026-03-29T00:59', '2026-03-29T23:59']],
    // The moment after the gap is a fire time of its own, and comes once.
    ['0 0,23 * * *', ['2026-03-28T01:00', '2026-03-28T02:00', '2026-03-29T01:00', '2026-03-30T00:00']],
  ]
  for (const zone of ['America/Nuuk', 'America/Scoresbysund']) {
    for (const [text, wanted] of cases) {
      test(`${text} in ${zone}`, () => {
        assert.deepEqual(from(cron(text, zone), '2026-03-27T12:00Z', wanted.length), wanted)
      })
    }
  }
})

describe('a time of day that comes twice counts the first time', () => {
  const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['0 1 * * *', 'America/New_York', '2026-10-31T12:00Z', ['2026-11-01T05:00', '2026-11-02T06:00']],
    ['59 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:59', '2026-10-26T01:59']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00Z', ['2026-04-04T14:45', '2026-04-05T15:15']],
    ['0 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:00', '2026-10-26T01:00']],
  ]
  for (const [text, zone, after, wanted] of cases) {
    test(`${text} in ${zone}`, () => assert.deepEqual(from(cron(text, zone), after, 2), wanted))
  }
})

describe('an interval in cron goes on evenly', () => {
  test('through half an hour that comes twice', () => {
    assert.deepEqual(from(cron('*/15 * * * *', 'Australia/Lord_Howe'), '2026-04-04T14:30Z', 5), [
      '2026-04-04T14:45',
      '2026-04-04T15:00',
      '2026-04-04T15:15',
      '2026-04-04T15:30',
      '2026-04-04T15:45',
    ])
  })

  test('through a gap', () => {
    assert.deepEqual(from(cron('0 * * * *', 'America/New_York'), '2026-03-08T05:30Z', 3), [
      '2026-03-08T06:00',
      '2026-03-08T07:00',
      '2026-03-08T08:00',
    ])
  })
})

describe('a zone that skips a day', () => {
  test('has no run of it: Samoa had no 30 December 2011', () => {
    assert.deepEqual(from(cron('0 12 * * *', 'Pacific/Apia'), '2011-12-28T23:00Z', 3), [
      '2011-12-29T22:00',
      '2011-12-30T22:00',
      '2011-12-31T22:00',
    ])
  })
})

/** Each night of a change between 2024 and 2030 in these zones, schedule by schedule. */
describe('around every change of six years', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe']
  const daily = ['30 2 * * *', '0 0 * * *', '15 1 * * *', '45 1 * * *', '59 23 * * *']

  for (const timezone of zones) {
    test(`a daily run comes once on each day of ${timezone}`, () => {
      const dayOf = new Intl.DateTimeFormat('en-CA', { timeZone: timezone })
      for (const text of daily) {
        const fires = cron(text, timezone)
        const all = firesBetween(fires, {
          after: at('2024-01-01T12:00Z'),
          until: at('2030-01-01T12:00Z'),
          most: 9999,
        })
        const days = all.map((ms) => dayOf.format(ms))
        assert.equal(new Set(days).size, days.length, `${text}: twice on a day`)
        assert.equal(all.length, 2192, text)
        assert.ok(all.every((ms, i) => i === 0 || ms - (all[i - 1] as number) <= 25 * 3_600_000), text)
      }
    })

    test(`what fires between two times is what fires next, one after the other, in ${timezone}`, () => {
      for (const text of ['30 2 * * *', '*/20 1-3 * * *', '0 */2 * * *']) {
        const fires = cron(text, timezone)
        for (
          const day of ['2026-03-08', '2026-03-29', '2026-04-04', '2026-10-03', '2026-10-25', '2026-11-01']
        ) {
          const after = at(`${day}T00:00Z`) - 86_400_000
          const found = firesBetween(fires, { after, until: after + 3 * 86_400_000, most: 99 })
          for (const [i, ms] of found.entries()) {
            assert.equal(nextFire(fires, found[i - 1] ?? after), ms, `${text}, ${day}`)
            assert.ok(isFire(fires, ms), `${text}, ${iso(ms)}`)
          }
        }
      }
    })
  }
})

describe('an interval of its own', () => {
  test('fires at its multiples since 1970, whatever clocks do', () => {
    assert.deepEqual(from({ every: '6h' }, '2026-03-29T00:00Z', 3), [
      '2026-03-29T06:00',
      '2026-03-29T12:00',
      '2026-03-29T18:00',
    ])
    assert.deepEqual(from({ every: '25m' }, '1970-01-01T00:00Z', 3), [
      '1970-01-01T00:25',
      '1970-01-01T00:50',
      '1970-01-01T01:15',
    ])
    assert.equal(isFire({ every: '1d' }, at('2026-11-22T00:00Z')), true)
    assert.equal(isFire({ every: '1d' }, at('2026-11-22T00:00:00.001Z')), false)
  })

  test('is a whole number of minutes, hours or days, up to a year, and stands alone', () => {
    for (const every of ['1m', '90m', '24h', '366d']) validSchedule({ every })
    for (const every of ['', '0m', '1s', '15', 'm', '1.5h', '-1h', '367d', '8785h', ' 1h', '1H']) {
      const invalid = { code: 'pipeline_invalid', message: /^triggers\.schedule\.every: / }
      assert.throws(() => validSchedule({ every }), invalid, every)
    }
    for (const more of [{ cron: '@daily' }, { timezone: 'UTC' }, { cron: '@daily', timezone: 'UTC' }]) {
      assert.throws(() => validSchedule({ every: '1h', ...more }), { code: 'pipeline_invalid' })
    }
    assert.throws(() => validSchedule({}), { code: 'pipeline_invalid' })
  })
})

describe('jitter', () => {
  const p = { sha256: (data: Uint8Array) => data.slice(-32) }

  test('is less than the interval', () => {
    validSchedule({ every: '5m', jitter: 299 })
    const invalid = { code: 'pipeline_invalid', message: /^triggers\.schedule\.jitter: / }
    assert.throws(() => validSchedule({ every: '5m', jitter: 300 }), invalid)
  })

  test('is none where none was signed, and the same for everybody who reckons it', () => {
    const fire = at('2026-11-22T10:00Z')
    assert.equal(startOf(p, {}, { pipeline: 'p', fire }), fire)
    const start = startOf(p, { jitter: 60 }, { pipeline: 'p', fire })
    assert.equal(startOf(p, { jitter: 60 }, { pipeline: 'p', fire }), start)
    assert.ok(start >= fire && start <= fire + 60_000)
  })
})
