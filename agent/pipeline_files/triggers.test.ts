import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { readPipelineFile } from './pipeline.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-triggers-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const good = `sallyport: 1
name: orders
source: shop
destination: warehouse
defaults: { mode: replace }
streams:
  - from: public.orders
    to: raw.orders
    where: "region = \${region} and day >= \${since}"
triggers:
  api: { per_day: 24 }
parameters:
  region: { enum: [eu, us, 1] }
  since: { type: date, min: 2026-01-01 }
  count: { type: integer, min: 0, max: 10 }
  note: { type: text, max_length: 20 }
`

const scheduled = good
  .replace('  api: { per_day: 24 }\n', '  schedule: { cron: "0 6 * * 1-5", timezone: Europe/Berlin }\n')
  .replace(/ {4}where: .*\n/, '    where: "status <> \'draft\'"\n')

function read(text: string) {
  const path = join(folder, 'orders.yaml')
  writeFileSync(path, text)
  return readPipelineFile(path).file
}

describe('a pipeline file', () => {
  test('says which values its parameters may have, and where they are used', () => {
    const { parameters, body } = read(good)
    assert.deepEqual(parameters, {
      region: { enum: ['eu', 'us', '1'] },
      since: { type: 'date', min: '2026-01-01' },
      count: { type: 'integer', min: '0', max: '10' },
      note: { type: 'text', max_length: 20 },
    })
    assert.equal(body.streams[0]?.where, 'region = ${region} and day >= ${since}')
  })

  test('says when the pipeline runs, skips while it runs, and makes up for the last one missed', () => {
    assert.deepEqual(read(scheduled).triggers, {
      schedule: { cron: '0 6 * * 1-5', timezone: 'Europe/Berlin', overlap: 'skip', catch_up: 'last' },
    })
  })

  test('lets a scheduled run use a parameter that has a default', () => {
    const text = scheduled.replace("status <> 'draft'", 'region = ${region}').replace(
      '[eu, us, 1]',
      '[eu], default: eu',
    )
    assert.deepEqual(read(text).parameters['region'], { enum: ['eu'], default: 'eu' })
  })

  const bad: readonly [string, string, string, string, RegExp][] = [
    [
      'a cron that is none',
      scheduled,
      '0 6 * * 1-5',
      '0 25 * * *',
      /:11: triggers\.schedule\.cron: .*Wanted/,
    ],
    ['a zone that is none', scheduled, 'Europe/Berlin', 'Berlin', /:11: triggers\.schedule\.timezone: /],
    [
      'an overlap that is none',
      scheduled,
      'timezone',
      'overlap: kill, timezone',
      /:11: triggers\.schedule\.overlap/,
    ],
    ['a condition with an end', good, 'and day', '; day', /:9: streams\.0\.where: .*an end in it/],
    ['a condition with a query', good, 'and day', 'in (select 1) and day', /:9: streams\.0\.where: .*SELECT/],
    ['a parameter in quotes', good, '${region}', "'${region}'", /:9: streams\.0\.where: .*in quotes/],
    [
      'a parameter that is not declared',
      good,
      '${region}',
      '${land}',
      /:9: streams\.0\.where: the parameter land/,
    ],
    [
      'a bound that is no value',
      good,
      '2026-01-01',
      '2026-02-30',
      /:14: parameters\.since\.min: "2026-02-30" is no date/,
    ],
    ['an unknown type', good, 'type: date', 'type: money', /:14: parameters\.since\.type/],
    ['an enumeration with a range', good, '[eu, us, 1]', '[eu], min: 1', /:13: parameters\.region: it is /],
    ['a name that is none', good, '  note:', '  Note:', /parameters/],
    [
      'a default that the parameter refuses',
      good,
      '[eu, us, 1]',
      '[eu], default: us',
      /:13: parameters\.region\.default: it has none of the values/,
    ],
    [
      'a scheduled run without a value',
      scheduled,
      "status <> 'draft'",
      'region = ${region}',
      /:9: streams\.0\.where: it needs the parameter region, which has no default/,
    ],
  ]
  for (const [what, file, from, to, message] of bad) {
    test(`with ${what} is refused by line`, () => {
      assert.ok(file.includes(from))
      assert.throws(() => read(file.replace(from, to)), { code: 'pipeline_invalid', message })
    })
  }
})

describe('triggers of a pipeline file', () => {
  const triggersOf = (text: string) =>
    read(scheduled.replace(/triggers:\n.*\n/, `triggers: ${text}\n`)).triggers
  const refused = (text: string, message: RegExp) => assert.throws(() => triggersOf(text), { message })

  test('may be an interval with jitter, which has no time zone', () => {
    assert.deepEqual(triggersOf('{ schedule: { every: 15m, jitter: 2m } }'), {
      schedule: { every: '15m', jitter: 120, overlap: 'skip', catch_up: 'last' },
    })
    refused('{ schedule: { every: 15m, timezone: UTC } }', /every: .*either/)
    refused('{ schedule: { every: 15m, jitter: 15m } }', /jitter: .*less than the interval/)
    refused('{ schedule: { every: 15s } }', /every: /)
    refused('{ schedule: { cron: "@daily", jitter: 61m } }', /jitter: .*at most an hour/)
    refused('{ schedule: { timezone: UTC } }', /cron: /)
  })

  test('may cancel what is under way for a newer run, and then makes up for the last one missed at most', () => {
    assert.deepEqual(triggersOf('{ schedule: { every: 15m, overlap: cancel_running } }'), {
      schedule: { every: '15m', overlap: 'cancel_running', catch_up: 'last' },
    })
    refused('{ schedule: { every: 15m, overlap: cancel_running, catch_up: all } }', /catch_up: .*cancel/)
  })

  test('may be another pipeline by name, by default when it has succeeded', () => {
    assert.deepEqual(triggersOf('{ after: { pipeline: customers, per_day: 5 } }'), {
      after: { pipeline: 'customers', on: ['succeeded'], per_day: 5 },
    })
    refused('{ after: { pipeline: orders, per_day: 5 } }', /cannot follow itself/)
    refused('{ after: { pipeline: customers } }', /per_day/)
    refused('{ after: { pipeline: customers, on: [failed, failed], per_day: 5 } }', /twice/)
    refused('{ after: { pipeline: customers, on: [dead], per_day: 5 } }', /on/)
  })

  test('may be a webhook, and each that comes without parameters needs their defaults', () => {
    assert.deepEqual(triggersOf('{ webhook: { per_day: 5 } }'), { webhook: { per_day: 5 } })
    const text = scheduled.replace("status <> 'draft'", 'region = ${region}')
    for (const trigger of ['webhook: { per_day: 5 }', 'after: { pipeline: customers, per_day: 5 }']) {
      const asking = text.replace(/triggers:\n.*\n/, `triggers: { ${trigger} }\n`)
      assert.throws(() => read(asking), { message: /needs the parameter region/ }, trigger)
    }
  })
})
