/** A signed schedule, on the clock of the wall: the edge starts its runs, and the agent takes them. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Json } from './tampering_proxy.ts'
import { until } from './until.ts'
import { startWorld } from './world.ts'

test(
  'a pipeline runs at the minutes that its signed schedule names, and at no other',
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-schedule-'))
    const input = join(folder, 'in')
    const output = join(folder, 'out')
    for (const path of [input, output]) mkdirSync(path)
    writeFileSync(join(input, 'people.csv'), 'id,name\n1,Ada\n2,Grace\n')
    const world = await startWorld({
      folder,
      allow: [
        `{ direction: read, connector: files, path: ${input} }`,
        `{ direction: write, connector: files, path: ${output} }`,
      ],
      local: `files: ["${input}", "${output}"]\n`,
    })
    await world.addConnection('inbox', `{ type: files, path: ${input}, format: csv }`)
    await world.addConnection('outbox', `{ type: files, path: ${output}, format: csv }`)
    const { id } = await world.applyPipeline({
      name: 'people',
      source: 'inbox',
      destination: 'outbox',
      streams: ['{ from: people.csv, to: people.csv, mode: replace }'],
      more:
        'triggers:\n  schedule: { cron: "* * * * *", timezone: Europe/Berlin, overlap: skip, catch_up: none }\n',
    })
    await world.startAgent()
    const { body: schedule } = await world.api('GET', `/v1/pipelines/${id}/schedule`)
    const runs = async (): Promise<Json[]> => (await world.api('GET', '/v1/runs')).body.data
    const made = await until(async () => (await runs())[0], 'the first fire time', 90)
    assert.equal(made.trigger, 'schedule')
    assert.ok(schedule.next.includes(made.fire), `${made.fire} is one of ${schedule.next}`)
    const late = Date.parse(made.created) - Date.parse(made.fire)
    assert.ok(late >= 0, 'not before its time')
    const ended = await world.endOf(made.id)
    assert.deepEqual([ended.state, ended.code], ['succeeded', undefined])
    assert.ok(existsSync(join(output, 'people.csv')))
    assert.equal(readFileSync(join(output, 'people.csv'), 'utf8').trim().split('\n').length, 3)
    await world[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  },
)
