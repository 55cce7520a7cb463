import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'

const MINUTE_MS = 60_000

/** A tenant with a published pipeline, and the operator who says what it may have. */
async function scene(triggers: Pipeline['triggers'] = {}, kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  edge.now = Date.parse('2026-11-22T09:30:00.000Z')
  const operator = await Estate.found(edge)
  const estate = await Estate.found(edge, operator)
  const { pipeline } = await estate.furnish({ triggers })
  const allow = (quotas: Record<string, number>) =>
    operator.made('PUT', '/v1/tenants/quotas', { tenant: estate.tenant, quotas })
  const start = async () => {
    const { status, body } = await estate.call('POST', '/v1/runs', { pipeline_id: pipeline })
    return status === 201 ? 'made' : `${status} ${body.code}: ${/have (.*), and/.exec(body.detail)?.[1]}`
  }
  const runs = async () => (await estate.made('GET', '/v1/runs')).data
  const entries = async (action: string) =>
    (await edge.leaves(estate.tenant)).filter((leaf) => leaf.action === action)
  const close = () => edge[Symbol.asyncDispose]()
  return { edge, operator, estate, pipeline, allow, start, runs, entries, [Symbol.asyncDispose]: close }
}

const api = { api: { per_day: 100 } } as const

describe('a quota of the runs of a day', () => {
  for (const kind of kinds) {
    test(`is not passed by many at once, and is new at midnight, on the ${kind} storage`, async () => {
      await using s = await scene(api, kind)
      await s.allow({ runs_per_day: 2 })
      const said = await Promise.all([1, 2, 3, 4].map(() => s.start()))
      assert.deepEqual(said.filter((one) => one !== 'made'), [
        '403 quota_reached: 2 runs a day',
        '403 quota_reached: 2 runs a day',
      ])
      assert.equal((await s.runs()).length, 2)
      s.edge.now += 15 * 60 * MINUTE_MS
      assert.equal(await s.start(), 'made')
    })
  }

  test('is not new because it is said again, nor because a clock is set back', async () => {
    await using s = await scene(api)
    await s.allow({ runs_per_day: 1 })
    assert.equal(await s.start(), 'made')
    await s.allow({ runs_per_day: 1, members: 5 })
    assert.match(await s.start(), /quota_reached/)
    s.edge.now -= 10 * 60 * MINUTE_MS
    assert.match(await s.start(), /quota_reached/)
    await s.allow({})
    assert.equal(await s.start(), 'made')
  })

  test('counts what a schedule starts: a fire time without room passes, and the log says so', async () => {
    await using s = await scene({
      ...api,
      schedule: { cron: '0 * * * *', timezone: 'UTC', overlap: 'queue', catch_up: 'last' },
    })
    await s.edge.edge.tick()
    await s.allow({ runs_per_day: 1 })
    for (let hour = 1; hour <= 3; hour++) {
      s.edge.now += 60 * MINUTE_MS
      assert.ok(await s.edge.edge.tick() > 0, 'nothing is left to do')
    }
    assert.equal((await s.runs()).length, 1)
    const skipped = (await s.entries('schedule.skipped')).map(({ facts }) => facts)
    assert.deepEqual(skipped, [
      { fire: '2026-11-22T11:00:00.000Z', code: 'quota_reached' },
      { fire: '2026-11-22T12:00:00.000Z', code: 'quota_reached' },
    ])
  })

  test('that cannot be read lets no fire time pass', async () => {
    await using s = await scene({
      ...api,
      schedule: { cron: '0 * * * *', timezone: 'UTC', overlap: 'queue', catch_up: 'last' },
    })
    await s.edge.edge.tick()
    const { storage } = s.edge
    const read = storage.read.bind(storage)
    let down = true
    const failing: typeof read = (statement) =>
      down && statement.sql.includes('from "quota"')
        ? Promise.reject(new Fault('unavailable'))
        : read(statement)
    Object.assign(storage, { read: failing })
    s.edge.now += 60 * MINUTE_MS
    await s.edge.edge.tick()
    assert.deepEqual(await s.entries('schedule.skipped'), [])
    down = false
    await s.edge.edge.tick()
    assert.equal((await s.runs()).length, 1)
  })

  test('counts what a webhook starts', async () => {
    await using s = await scene({ webhook: { per_day: 10 } })
    const { id, secret } = await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/webhook`)
    const call = async (body: string) => {
      const stamp = String(Math.floor(s.edge.now / 1000))
      const hmac = createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')
      const headers = { 'sallyport-timestamp': stamp, 'sallyport-signature': `v1=${hmac}` }
      const request = new Request(`${PUBLIC_URL}/v1/hooks/${id}`, { method: 'POST', headers, body })
      const answer = await s.edge.edge.app(request, { remote: '192.0.2.1' })
      return (await answer.json()).code ?? answer.status
    }
    await s.allow({ runs_per_day: 1 })
    assert.deepEqual([await call('a'), await call('b'), await call('a')], [201, 'quota_reached', 201])
    assert.equal((await s.runs()).length, 1)
  })
})

describe('a quota of runs that wait', () => {
  for (const kind of kinds) {
    test(`is not passed by many at once, and has room when one is handed out, on the ${kind} storage`, async () => {
      await using s = await scene(api, kind)
      const agent = await s.estate.enrol()
      await s.allow({ runs_waiting: 2 })
      const said = await Promise.all([1, 2, 3, 4].map(() => s.start()))
      assert.deepEqual(said.filter((one) => one !== 'made'), [
        '403 quota_reached: 2 runs that wait',
        '403 quota_reached: 2 runs that wait',
      ])
      assert.equal((await agent.poll()).body.job.kind, 'run')
      assert.equal(await s.start(), 'made')
      assert.match(await s.start(), /quota_reached/)
      await s.allow({ runs_waiting: 0 })
      assert.match(await s.start(), /quota_reached: 0 runs/)
    })
  }
})
