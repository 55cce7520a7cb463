import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startOf } from '../../shared/schedule.ts'
import { kinds } from '../db/storage_fixture.ts'
import { native } from '../primitives.ts'
import { entries, HOUR_MS, hourly, runs, scene, until } from './schedule_fixture.ts'

for (const kind of kinds) {
  test(`a pipeline that is paused starts nothing until it is resumed, on the ${kind} storage`, async () => {
    await using s = await scene({ catch_up: 'all' }, kind)
    await s.edge.edge.tick()
    const paused = await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/pause`)
    assert.deepEqual(paused, { pipeline_id: s.pipeline, paused: '2026-11-22T09:00:00.000Z' })
    for (const time of ['10:00', '11:00', '12:30']) await until(s, time)
    assert.deepEqual(await runs(s), [])
    assert.deepEqual(await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/resume`), {
      pipeline_id: s.pipeline,
    })
    await until(s, '12:59')
    assert.deepEqual(await runs(s), [], 'what came meanwhile is not made up for')
    await until(s, '13:00')
    assert.deepEqual(await runs(s), ['13:00 queued'])
    const [pausing, ...more] = await entries(s, 'schedule.paused')
    assert.deepEqual([pausing.target, more], [s.pipeline, []])
    assert.equal((await entries(s, 'schedule.resumed')).length, 1)
    assert.deepEqual(await entries(s, 'schedule.missed'), [])
  })
}

describe('a pause', () => {
  test('is one however often it is asked for, and so is its end', async () => {
    await using s = await scene()
    await s.edge.edge.tick()
    const first = await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/pause`)
    s.edge.now += HOUR_MS
    assert.deepEqual(await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/pause`), first)
    for (let i = 0; i < 2; i++) await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/resume`)
    assert.equal((await entries(s, 'schedule.paused')).length, 1)
    assert.equal((await entries(s, 'schedule.resumed')).length, 1)
  })

  test('holds over edges that were away and over new versions', async () => {
    await using s = await scene({ catch_up: 'all' })
    await s.edge.edge.tick()
    await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/pause`)
    await until(s, '11:30', s.edge.instance())
    const [ends] = await s.edge.rows('SELECT source, destination FROM pipeline')
    const triggers = { schedule: { ...hourly, cron: '*/10 * * * *' } }
    const { body } = s.estate.pipeline(ends, { id: s.pipeline, version: 2, triggers })
    await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/versions`, body)
    await s.estate.publishIndex()
    for (const time of ['11:40', '11:50']) await until(s, time)
    assert.deepEqual(await runs(s), [])
    await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/resume`)
    await until(s, '12:00')
    assert.deepEqual(await runs(s), ['12:00 queued'])
  })

  test('that comes while an edge is about to start a run wins', async () => {
    await using s = await scene()
    await s.edge.edge.tick()
    s.edge.now = Date.parse('2026-11-22T10:00:00.000Z')
    await Promise.all([
      s.estate.made('POST', `/v1/pipelines/${s.pipeline}/pause`),
      s.edge.edge.tick(),
      s.edge.instance().tick(),
    ])
    const [leaf] = await entries(s, 'schedule.paused')
    const created = await entries(s, 'run.created')
    assert.ok(created.every(({ seq }) => seq < leaf.seq))
    await until(s, '11:00')
    assert.equal((await entries(s, 'run.created')).length, created.length)
  })

  test('leaves runs alone that somebody asks for', async () => {
    await using s = await scene()
    const { pipeline } = await s.estate.furnish({ triggers: { schedule: hourly, api: { per_day: 2 } } })
    await s.estate.made('POST', `/v1/pipelines/${pipeline}/pause`)
    const run = await s.estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
    assert.equal((await s.agent.poll()).body.job.run.id, run.id)
  })

  test('is of a pipeline that is there', async () => {
    await using s = await scene()
    await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/pause`)
    await s.estate.made('DELETE', `/v1/pipelines/${s.pipeline}`)
    for (const what of ['pause', 'resume']) {
      const refused = await s.estate.call('POST', `/v1/pipelines/${s.pipeline}/${what}`)
      assert.deepEqual([refused.status, refused.body.code], [404, 'not_found'])
    }
    assert.deepEqual(await s.edge.rows('SELECT * FROM pause'), [])
  })
})

describe('the list of schedules', () => {
  test('says when each starts next, and which one is paused', async () => {
    await using s = await scene()
    const { pipeline } = await s.estate.furnish({
      triggers: { schedule: { every: '15m', overlap: 'queue', catch_up: 'last' } },
    })
    await s.edge.edge.tick()
    await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/pause`)
    const { data } = await s.estate.made('GET', '/v1/schedules')
    const found = Object.fromEntries(
      data.map((
        { pipeline_id, name: _, project: __, ...rest }: Record<string, unknown>,
      ) => [pipeline_id, rest]),
    )
    assert.deepEqual(found[s.pipeline], { ...hourly, paused: '2026-11-22T09:00:00.000Z' })
    assert.deepEqual(found[pipeline], {
      every: '15m',
      overlap: 'queue',
      catch_up: 'last',
      next: '2026-11-22T09:15:00.000Z',
    })
    const shown = await s.estate.made('GET', `/v1/pipelines/${s.pipeline}/schedule`)
    assert.deepEqual([shown.paused, shown.next], ['2026-11-22T09:00:00.000Z', []])
    const more = await s.estate.made('GET', `/v1/pipelines/${pipeline}/schedule?count=7`)
    assert.deepEqual([more.next.length, more.next[6]], [7, '2026-11-22T10:45:00.000Z'])
  })
})

describe('jitter', () => {
  test('puts each start off by what follows from pipeline and fire time', async () => {
    await using s = await scene({ jitter: 1800, overlap: 'queue' })
    await s.edge.edge.tick()
    const starts: number[] = []
    for (const hour of ['10', '11', '12']) {
      const fire = Date.parse(`2026-11-22T${hour}:00:00.000Z`)
      const start = startOf(native, { jitter: 1800 }, { pipeline: s.pipeline, fire })
      starts.push(start - fire)
      const shown = await s.estate.made('GET', `/v1/pipelines/${s.pipeline}/schedule`)
      assert.equal(shown.next[0], new Date(start).toISOString())
      const before = (await runs(s)).length
      s.edge.now = start - 1
      assert.equal(await s.edge.edge.tick(), 1)
      assert.equal((await runs(s)).length, before)
      s.edge.now = start
      await s.edge.edge.tick()
      assert.ok((await runs(s)).includes(`${hour}:00 queued`))
    }
    assert.equal(new Set(starts).size, 3, 'as if by chance')
    assert.ok(starts.every((off) => off >= 0 && off <= 1_800_000))
  })
})
