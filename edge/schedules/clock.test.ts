import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runId } from '../../shared/ids.ts'
import type { Schedule } from '../../shared/schemas/pipeline.ts'
import { kinds } from '../db/storage_fixture.ts'
import { native } from '../primitives.ts'
import { entries, HOUR_MS, hourly, runs, scene, serve, until } from './schedule_fixture.ts'

for (const kind of kinds) {
  test(`a scheduled run starts at its time, once whoever looks, on the ${kind} storage`, async () => {
    await using s = await scene({}, kind)
    assert.equal(await s.edge.edge.tick(), 1_000)
    await until(s, '09:59')
    assert.deepEqual(await runs(s), [])
    s.edge.now = Date.parse('2026-11-22T10:00:00.000Z')
    const edges = [s.edge.edge, s.edge.instance(), s.edge.instance()]
    await Promise.all(edges.map((edge) => edge.tick()))
    await Promise.all(edges.map((edge) => edge.tick()))
    assert.deepEqual(await runs(s), ['10:00 queued'])
    const { job } = (await s.agent.poll()).body
    const fire = '2026-11-22T10:00:00.000Z'
    assert.deepEqual(job.run.trigger, { kind: 'schedule', fire })
    const trigger = { kind: 'schedule', fire } as const
    const id = runId(native, { tenant: s.estate.tenant, pipeline: s.pipeline, trigger })
    assert.equal(job.run.id, id)
    const [leaf, ...more] = await entries(s, 'run.created')
    assert.deepEqual(more, [])
    assert.deepEqual([leaf.actor, leaf.target, leaf.facts], [{ kind: 'edge' }, id, {
      pipeline: s.pipeline,
      trigger: 'schedule',
      fire,
    }])
    const record = await s.estate.made('GET', `/v1/runs/${id}`)
    assert.deepEqual([record.trigger, record.action, record.fire], ['schedule', 'run', fire])
  })

  test(`runs that wait have their turn one after the other, on the ${kind} storage`, async () => {
    await using s = await scene({ overlap: 'queue' }, kind)
    await s.edge.edge.tick()
    for (const time of ['10:00', '11:00', '12:00']) await until(s, time)
    assert.deepEqual(await runs(s), ['10:00 queued', '11:00 queued', '12:00 queued'])
    const waiting = (await s.estate.made('GET', '/v1/runs')).data
    assert.ok(waiting.every((run: { next_attempt?: string }) => run.next_attempt === undefined))
    assert.equal(await serve(s), '10:00')
    assert.equal(await serve(s), null, 'nobody has said yet that the run before is over')
    await s.edge.edge.tick()
    assert.equal((await s.agent.poll()).body.job.run.trigger.fire.slice(11, 16), '11:00')
    await s.edge.edge.tick()
    assert.equal(await serve(s), null)
  })
}

describe('a schedule', () => {
  test('tells when it fires next, of the version that the index lists', async () => {
    await using s = await scene({ cron: '30 2 * * *', timezone: 'Europe/Berlin' })
    const found = await s.estate.made('GET', `/v1/pipelines/${s.pipeline}/schedule`)
    const { next, ...rest } = found
    const said = { ...hourly, cron: '30 2 * * *', timezone: 'Europe/Berlin' }
    assert.deepEqual(rest, { pipeline_id: s.pipeline, ...said })
    assert.deepEqual(next.slice(0, 2), ['2026-11-23T01:30:00.000Z', '2026-11-24T01:30:00.000Z'])
    assert.equal(next.length, 5)
    const { pipeline } = await s.estate.furnish()
    const none = await s.estate.call('GET', `/v1/pipelines/${pipeline}/schedule`)
    assert.deepEqual([none.status, none.body.code], [404, 'not_found'])
  })

  test('shares its commits with what else is due, so that many hold nobody up', async () => {
    await using s = await scene()
    const source = await s.estate.addConnection()
    const destination = await s.estate.addConnection()
    for (let i = 0; i < 29; i++) {
      const made = s.estate.pipeline({ source, destination }, { triggers: { schedule: hourly } })
      await s.estate.made('POST', '/v1/pipelines', made.body)
    }
    await s.estate.publishIndex()
    await until(s, '09:30')
    const before = s.edge.storage.counts()
    await until(s, '10:00')
    const after = s.edge.storage.counts()
    assert.equal((await runs(s)).length, 30)
    assert.equal(after.plans - before.plans, 30)
    // On a server each has reads of its own to wait for.
    const most = s.edge.server === null ? 5 : 30
    assert.ok(after.commits - before.commits <= most, `${after.commits - before.commits} commits`)
  })

  test('asks to be looked at again when it fires, a second later at most', async () => {
    await using s = await scene()
    await s.edge.edge.tick()
    s.edge.now = Date.parse('2026-11-22T09:59:59.700Z')
    assert.equal(await s.edge.edge.tick(), 300)
    s.edge.now -= 10_000
    assert.equal(await s.edge.edge.tick(), 1_000)
  })

  test('begins with the index that lists it, and ends with the one that does not', async () => {
    await using s = await scene()
    const source = await s.estate.addConnection()
    const unlisted = s.estate.pipeline({ source, destination: source }, { triggers: { schedule: hourly } })
    await s.estate.made('POST', '/v1/pipelines', unlisted.body)
    delete s.estate.listed[unlisted.id]
    await until(s, '10:00')
    await s.edge.edge.tick()
    assert.deepEqual(await runs(s), ['10:00 queued'])
    delete s.estate.listed[s.pipeline]
    await s.estate.publishIndex()
    await serve(s)
    await until(s, '11:00')
    assert.equal((await runs(s)).length, 1)
    assert.deepEqual(await s.edge.rows('SELECT * FROM schedule'), [])
    assert.deepEqual(await s.edge.rows('SELECT * FROM index_news'), [])
  })

  test('counts from the time at which its index says that it was made', async () => {
    await using s = await scene()
    const document = s.estate.indexDocument()
    const issued = new Date(s.edge.now + 2 * HOUR_MS).toISOString()
    const { dsse } = s.estate.sign('index', { ...document, issued })
    await s.edge.storage.write({
      id: '',
      steps: [{ sql: 'DELETE FROM schedule', parameters: [], reads: false }],
      leaf: null,
      repeatable: false,
    })
    await s.estate.made('POST', `/v1/projects/${s.estate.project}/index`, { document: dsse })
    await s.edge.edge.tick()
    const [row] = await s.edge.rows('SELECT next_at FROM schedule')
    assert.equal(new Date(row.next_at).toISOString(), '2026-11-22T12:00:00.000Z')
  })

  test('goes on by a new version from its publication on', async () => {
    await using s = await scene()
    await until(s, '09:30')
    const [ends] = await s.edge.rows('SELECT source, destination FROM pipeline')
    const triggers = { schedule: { ...hourly, cron: '*/10 * * * *', overlap: 'queue' as const } }
    const { body } = s.estate.pipeline(ends, { id: s.pipeline, version: 2, triggers })
    await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/versions`, body)
    await until(s, '09:40')
    assert.deepEqual(await runs(s), [])
    await s.estate.publishIndex()
    await until(s, '09:49')
    assert.deepEqual(await runs(s), [])
    await until(s, '09:50')
    assert.deepEqual(await runs(s), ['09:50 queued'])
  })

  test('keeps its next time where only overlap or catch-up changes', async () => {
    await using s = await scene({ catch_up: 'last' })
    await s.edge.edge.tick()
    const [ends] = await s.edge.rows('SELECT source, destination FROM pipeline')
    const triggers = { schedule: { ...hourly, catch_up: 'last' as const, overlap: 'queue' as const } }
    const { body } = s.estate.pipeline(ends, { id: s.pipeline, version: 2, triggers })
    await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/versions`, body)
    s.edge.now = Date.parse('2026-11-22T10:30:00.000Z')
    await s.estate.publishIndex()
    await s.edge.edge.tick()
    assert.deepEqual(await runs(s), ['10:00 queued'])
  })

  test('begins when its version comes, where the index was there before', async () => {
    await using s = await scene()
    const source = await s.estate.addConnection()
    const late = s.estate.pipeline({ source, destination: source }, { triggers: { schedule: hourly } })
    await s.estate.publishIndex()
    await s.edge.edge.tick()
    await s.estate.made('POST', '/v1/pipelines', late.body)
    await until(s, '09:30')
    await until(s, '10:00')
    assert.deepEqual(await runs(s), ['10:00 queued', '10:00 queued'])
  })

  test('of a pipeline that was deleted fires no more', async () => {
    await using s = await scene()
    await s.edge.edge.tick()
    await s.estate.made('DELETE', `/v1/pipelines/${s.pipeline}`)
    await until(s, '10:00')
    assert.deepEqual(await runs(s), [])
    await s.estate.publishIndex()
    await until(s, '11:00')
    assert.deepEqual(await runs(s), [])
  })

  test('that nobody can read is refused with its pipeline', async () => {
    await using s = await scene()
    const source = await s.estate.addConnection()
    const bad = [{ cron: '0 24 * * *' }, { cron: '0 * * * * *' }, { timezone: 'Mars/Olympus' }]
    for (const change of bad) {
      const triggers = { schedule: { ...hourly, ...change } }
      const { body } = s.estate.pipeline({ source, destination: source }, { triggers })
      const refused = await s.estate.call('POST', '/v1/pipelines', body)
      assert.deepEqual([refused.status, refused.body.code], [422, 'pipeline_invalid'])
    }
  })
})

describe('a run that is not over', () => {
  test('keeps the next one out where the schedule skips, and the log says so', async () => {
    await using s = await scene()
    await s.edge.edge.tick()
    await until(s, '10:00')
    await until(s, '11:00')
    assert.deepEqual(await runs(s), ['10:00 queued'])
    const [leaf] = await entries(s, 'schedule.skipped')
    assert.deepEqual([leaf.actor, leaf.target, leaf.facts], [{ kind: 'edge' }, s.pipeline, {
      fire: '2026-11-22T11:00:00.000Z',
    }])
    await serve(s)
    await until(s, '12:00')
    assert.deepEqual(await runs(s), ['10:00 succeeded', '12:00 queued'])
  })

  test('counts whatever made it, and a waiting one can be cancelled', async () => {
    await using s = await scene({ overlap: 'queue' })
    const { pipeline, hash } = await s.estate.furnish({
      triggers: { schedule: { ...hourly, overlap: 'queue' } },
    })
    await s.edge.edge.tick()
    const request = s.estate.request({ pipeline, hash })
    const manual = await s.estate.made('POST', '/v1/runs', { pipeline_id: pipeline, request })
    await until(s, '10:00')
    const list = async () =>
      (await s.estate.made('GET', `/v1/runs?pipeline=${pipeline}`)).data as { id: string; fire?: string }[]
    const waiting = (await list()).find(({ fire }) => fire !== undefined)
    assert.deepEqual(
      await s.edge.rows('SELECT due FROM run WHERE id = ?', [waiting?.id]),
      [{ due: 8_640_000_000_000_000 }],
    )
    const cancelled = await s.estate.made('POST', `/v1/runs/${waiting?.id}/cancel`)
    assert.equal(cancelled.state, 'cancelled')
    await s.estate.made('POST', `/v1/runs/${manual.id}/cancel`)
    await until(s, '11:00')
    const next = (await list()).find(({ fire }) => fire?.includes('T11:00'))
    assert.deepEqual(await s.edge.rows('SELECT due FROM run WHERE id = ?', [next?.id]), [{ due: s.edge.now }])
  })
})

describe('an edge that was away', () => {
  const away = async (schedule: Partial<Schedule>) => {
    const s = await scene(schedule)
    await s.edge.edge.tick()
    // A new one over the same database: what counts is there.
    await until(s, '13:30', s.edge.instance())
    return s
  }

  test('makes up for nothing where the schedule says so, and the log names what was missed', async () => {
    await using s = await away({ catch_up: 'none' })
    assert.deepEqual(await runs(s), [])
    const [leaf] = await entries(s, 'schedule.missed')
    assert.deepEqual(leaf.facts, { fire: '2026-11-22T10:00:00.000Z', until: '2026-11-22T14:00:00.000Z' })
    await until(s, '14:00')
    assert.deepEqual(await runs(s), ['14:00 queued'])
  })

  test('makes up for the last one', async () => {
    await using s = await away({ catch_up: 'last' })
    assert.deepEqual(await runs(s), ['13:00 queued'])
    const [leaf] = await entries(s, 'schedule.missed')
    assert.deepEqual(leaf.facts, { fire: '2026-11-22T10:00:00.000Z', until: '2026-11-22T13:00:00.000Z' })
  })

  test('makes up for all of them, one after the other', async () => {
    await using s = await away({ catch_up: 'all' })
    assert.equal((await runs(s)).length, 4)
    const served: (string | null)[] = []
    for (let i = 0; i < 5; i++) {
      served.push(await serve(s))
      await s.edge.edge.tick()
    }
    assert.deepEqual(served, ['10:00', '11:00', '12:00', '13:00', null])
    assert.deepEqual(await entries(s, 'schedule.missed'), [])
  })

  test('starts nothing twice when its clock is set back', async () => {
    await using s = await scene({ catch_up: 'all' })
    await s.edge.edge.tick()
    await until(s, '10:00')
    await until(s, '09:00')
    await s.edge.storage.write({
      id: '',
      steps: [{
        sql: 'UPDATE schedule SET next_at = ?1, fire = ?1',
        parameters: [s.edge.now + HOUR_MS],
        reads: false,
      }],
      leaf: null,
      repeatable: false,
    })
    await until(s, '10:00')
    assert.equal((await entries(s, 'run.created')).length, 1)
    const [row] = await s.edge.rows('SELECT next_at FROM schedule')
    assert.equal(row.next_at, s.edge.now + HOUR_MS)
  })
})
