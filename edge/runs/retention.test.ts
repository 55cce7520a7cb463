import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kinds } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'

const DAY_MS = 86_400_000

for (const kind of kinds) {
  test(`runs go as many days after their end as their tenant says, and the log keeps them, on the ${kind} storage`, async () => {
    await using edge = await TestEdge.start(kind)
    const estate = await Estate.found(edge)
    const other = await Estate.found(edge, estate)
    const begin = async (owner: Estate) => {
      const { pipeline } = await owner.furnish()
      return (await owner.made('POST', '/v1/runs', { pipeline_id: pipeline })).id as string
    }
    const ended = await begin(estate)
    const agent = await estate.enrol()
    const { job } = (await agent.poll()).body
    assert.equal(job.run.id, ended)
    const streams = [{
      ...{ index: 0, route: 'direct', status: 'failed', rows_read: 0, rows: 0, bytes: 0, rejected: 0 },
      ...{ seconds: 1, code: 'login_failed' },
    }]
    const end = { fence: 1, status: 'failed', code: 'login_failed', retry: false, streams }
    await agent.call('POST', `/v1/agent/runs/${ended}/complete`, end)
    const [waiting, elsewhere] = [await begin(estate), await begin(other)]
    await other.made('POST', `/v1/runs/${elsewhere}/cancel`)
    assert.deepEqual(await estate.made('GET', '/v1/retention'), { run_days: null })
    edge.now += 30 * DAY_MS
    assert.equal(await edge.edge.forgetRuns(), 0)
    await estate.made('PUT', '/v1/retention', { run_days: 31 })
    assert.equal(await edge.edge.forgetRuns(), 0)
    edge.now += DAY_MS + 1
    const counts = await Promise.all([edge.edge.forgetRuns(), edge.instance().forgetRuns()])
    assert.deepEqual(counts.sort(), [0, 1])
    const left = await edge.rows('SELECT id FROM run ORDER BY created')
    assert.deepEqual(left.map(({ id }) => id).sort(), [waiting, elsewhere].sort())
    for (const table of ['run_stream', 'run_attempt', 'run_log']) {
      assert.deepEqual(await edge.rows(`SELECT * FROM ${table} WHERE run = ?`, [ended]), [])
    }
    assert.equal((await estate.call('GET', `/v1/runs/${ended}`)).status, 404)
    const leaves = (await edge.leaves(estate.tenant)).filter(({ action }) => /^run\./.test(action))
    assert.deepEqual(leaves.map(({ action }) => action), [
      'run.created',
      'run.claimed',
      'run.completed',
      'run.created',
      'run.forgotten',
    ])
    assert.equal(leaves.at(-1).facts.runs, 1)
    await estate.made('PUT', '/v1/retention', { run_days: null })
    assert.deepEqual(await estate.made('GET', '/v1/retention'), { run_days: null })
    assert.equal((await estate.call('PUT', '/v1/retention', { run_days: 6 })).status, 400)
  })
}
