import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kinds } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'

const result = {
  index: 0,
  route: 'direct',
  status: 'succeeded',
  rows_read: 10,
  rows: 10,
  bytes: 1000,
  rejected: 0,
  seconds: 0.5,
} as const

for (const kind of kinds) {
  test(`on the ${kind} storage a run lives from a signed request to its counts, each step in the audit log`, async () => {
    await using edge = await TestEdge.start(kind)
    const estate = await Estate.found(edge)
    const furnished = await estate.furnish()
    const agent = await estate.enrol()
    const request = estate.request(furnished)
    const created = await estate.made('POST', '/v1/runs', { pipeline_id: furnished.pipeline, request })
    assert.equal(created.state, 'queued')
    assert.equal(created.trigger, 'request')

    const { status, body: { job } } = await agent.poll()
    assert.equal(status, 200)
    assert.equal(job.run.id, created.id)
    assert.equal(job.run.index, 1)
    assert.deepEqual(job.run.trigger, { kind: 'request', request })
    assert.equal(job.run.attempt, 1)
    assert.equal(job.connections.length, 2)
    const { fence } = job.lease
    const path = `/v1/agent/runs/${job.run.id}`

    assert.equal((await agent.call('POST', `${path}/started`, { fence })).body.state, 'running')
    edge.now += 10_000
    const beat = await agent.call('POST', `${path}/heartbeat`, { fence })
    assert.deepEqual(beat.body, { until: new Date(edge.now + 45_000).toISOString(), cancel: false })
    const streams = [{ index: 0, rows: 5, bytes: 500 }]
    assert.equal((await agent.call('POST', `${path}/progress`, { fence, streams })).status, 200)
    const running = await estate.made('GET', `/v1/runs/${job.run.id}`)
    assert.equal(running.state, 'running')
    assert.deepEqual(running.streams, [{ index: 0, rows: 5, bytes: 500 }])

    const end = { fence, status: 'succeeded', retry: false, streams: [result] }
    assert.deepEqual((await agent.call('POST', `${path}/complete`, end)).body, { state: 'succeeded' })
    const done = await estate.made('GET', `/v1/runs/${job.run.id}`)
    assert.equal(done.state, 'succeeded')
    assert.equal(done.agent_id, agent.id)
    assert.equal(done.finished, new Date(edge.now).toISOString())
    assert.deepEqual(done.streams, [result])

    const actions = (await edge.leaves(estate.tenant)).filter(({ target }) => target === job.run.id)
    assert.deepEqual(actions.map(({ action, actor }) => [action, actor.kind]), [
      ['run.created', 'member'],
      ['run.claimed', 'agent'],
      ['run.started', 'agent'],
      ['run.completed', 'agent'],
    ])
  })
}
