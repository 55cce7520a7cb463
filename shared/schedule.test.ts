import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { firesBetween, isFire, nextFire, validSchedule } from './schedule.ts'

const at = (text: string) => Date.parse(text)
const from = (cron: string, timezone: string, after: string, most: number) =>
  firesBetween({ cron, timezone }, { after: at(after), until: Infinity, most }).map((ms) =>
    new Date(ms).toISOString().slice(0, 16)
  )

describe('fire times', () => {
  test('are those of the named time zone', () => {
    assert.deepEqual(from('0 6 * * 1-5', 'Europe/Berlin', '2026-11-20T05:00:00Z', 2), [
      '2026-11-23T05:00',
      '2026-11-24T05:00',
    ])
    assert.deepEqual(from('@daily', 'UTC', '2026-11-22T00:00:00Z', 1), ['2026-11-23T00:00'])
    assert.deepEqual(from('0 0 29 2 *', 'UTC', '2026-11-22T00:00:00Z', 1), ['2028-02-29T00:00'])
  })

  test('that a clock skips come at the first moment after the gap', () => {
    assert.deepEqual(from('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2), [
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ])
    assert.deepEqual(from('30 2,14 * * *', 'Europe/Berlin', '2026-03-28T14:00:00Z', 2), [
      '2026-03-29T01:00',
      '2026-03-29T12:30',
    ])
    assert.deepEqual(from('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 1), [
      '2026-10-03T15:30',
    ])
  })

  test('that a clock shows twice come once', () => {
    assert.deepEqual(from('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2), [
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ])
    assert.deepEqual(from('30 1 * * *', 'America/New_York', '2026-11-01T00:00:00Z', 2), [
      '2026-11-01T05:30',
      '2026-11-02T06:30',
    ])
  })

  test('of an interval neither double at a gap nor pause in an hour that comes twice', () => {
    assert.deepEqual(from('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 3), [
      '2026-03-29T00:30',
      '2026-03-29T01:00',
      '2026-03-29T01:30',
    ])
    assert.deepEqual(from('0 * * * *', 'Europe/Berlin', '2026-10-24T23:00:00Z', 4), [
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
      '2026-10-25T03:00',
    ])
  })

  test('are exact to the millisecond, and each comes after the one before', () => {
    const fires = { cron: '30 2 * * *', timezone: 'Europe/Berlin' }
    const fire = at('2026-10-25T00:30:00Z')
    assert.equal(isFire(fires, fire), true)
    assert.equal(isFire(fires, fire + 3_600_000), false, 'the second 02:30 of that night')
    for (const off of [-60_000, -1, 1, 1000]) assert.equal(isFire(fires, fire + off), false, String(off))
    assert.equal(nextFire(fires, fire - 1), fire)
    assert.equal(nextFire(fires, fire), at('2026-10-26T01:30:00Z'))
  })

  test('between two times are those after the first up to the second, and no more than asked for', () => {
    const fires = { cron: '*/15 * * * *', timezone: 'UTC' }
    const hour = { after: at('2026-11-22T10:00:00Z'), until: at('2026-11-22T11:00:00Z') }
    assert.equal(firesBetween(fires, { ...hour, most: 100 }).length, 4)
    assert.equal(firesBetween(fires, { ...hour, most: 2 }).length, 2)
    assert.deepEqual(firesBetween(fires, { ...hour, until: hour.after, most: 9 }), [])
  })
})

describe('a schedule', () => {
  const good = [
    '0 6 * * 1-5',
    '*/5 0-6,22 1,15 JAN-MAR MON',
    '@hourly',
    '@midnight',
    '0 12 L * *',
    '0 12 * * MON#2',
  ]
  for (const cron of good) {
    test(`may be ${cron}`, () => validSchedule({ cron, timezone: 'Europe/Berlin' }))
  }

  const bad = [
    '',
    'often',
    '* * * *',
    '* * * * * *',
    '0  6 * * *',
    ' 0 6 * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '? * * * *',
    '*/0 * * * *',
    '5/5 * * * *',
    '9-3 * * * *',
    '@reboot',
    '@HOURLY!',
    '2026-11-22T00:00:00',
    '0 0 30 2 *',
    `${'1,'.repeat(200)}1 * * * *`,
  ]
  for (const cron of bad) {
    test(`is not ${JSON.stringify(cron).slice(0, 40)}`, () => {
      const invalid = { code: 'pipeline_invalid', message: /^triggers\.schedule\.cron: / }
      assert.throws(() => validSchedule({ cron, timezone: 'UTC' }), invalid)
    })
  }

  for (const timezone of ['', 'Mars/Olympus', '+02:00', 'UTC\n', 'Europe/../Berlin', 'x'.repeat(65)]) {
    test(`has a time zone that exists, and not ${JSON.stringify(timezone).slice(0, 20)}`, () => {
      const invalid = { code: 'pipeline_invalid', message: /^triggers\.schedule\.timezone: / }
      assert.throws(() => validSchedule({ cron: '@daily', timezone }), invalid)
    })
  }
})
