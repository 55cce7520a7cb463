import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Estate, TestEdge } from '../estate_fixture.ts'

async function scene() {
  const edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  const furnished = await estate.furnish({ name: 'orders' })
  const [connections] = await edge.rows('SELECT source, destination FROM pipeline')
  return { edge, estate, ...furnished, connections, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

const path = '/v1/pipelines'

describe('a pipeline', () => {
  test('shows what is in the clear, and comes back as it was signed and sealed', async () => {
    await using s = await scene()
    const read = await s.estate.made('GET', `${path}/${s.pipeline}`)
    assert.deepEqual([read.name, read.pool, read.version, read.hash], ['orders', 'default', 1, s.hash])
    assert.deepEqual([read.source, read.destination], [s.connections.source, s.connections.destination])
    assert.equal(read.api_runs_per_day, 100)
    assert.ok(read.document.signatures.length === 1 && read.sealed.length > 0)
    const list = await s.estate.made('GET', `${path}?project=${s.estate.project}`)
    assert.deepEqual(list.data.map(({ id }: { id: string }) => id), [s.pipeline])
    assert.deepEqual((await s.estate.made('GET', `${path}?project=${s.pipeline}`)).data, [])
  })

  test('goes from version to version by one', async () => {
    await using s = await scene()
    const put = (change: object) => {
      const next = s.estate.pipeline(s.connections, { id: s.pipeline, version: 2, ...change })
      return s.estate.call('POST', `${path}/${s.pipeline}/versions`, next.body)
    }
    assert.equal((await put({ version: 3 })).body.code, 'conflict')
    const second = await put({ triggers: {} })
    assert.deepEqual([second.status, second.body.version, second.body.api_runs_per_day], [201, 2, undefined])
    assert.equal((await put({})).body.code, 'conflict')
  })

  test('names connections of its project and a pool of the trust document, or is refused', async () => {
    await using s = await scene()
    const stranger = await Estate.found(s.edge, s.estate)
    await stranger.publishTrust()
    const foreign = await stranger.addConnection()
    const post = async (connections: object, change: object = {}) => {
      const { body } = s.estate.pipeline({ ...s.connections, ...connections }, change)
      return (await s.estate.call('POST', path, body)).body.code
    }
    assert.equal(await post({ source: foreign }), 'connection_unknown')
    assert.equal(await post({ destination: s.pipeline }), 'connection_unknown')
    assert.equal(await post({}, { pool: 'other' }), 'pool_unknown')
    assert.equal(await post({}, { project: stranger.project }), 'not_found')
    assert.equal(await post({}, { name: 'ORDERS' }), 'already_exists')
    assert.deepEqual(await s.edge.rows('SELECT count(*) AS n FROM pipeline_version'), [{ n: 1 }])
  })

  test('may read and write by one connection', async () => {
    await using s = await scene()
    const { source } = s.connections
    await s.estate.made('POST', path, s.estate.pipeline({ source, destination: source }).body)
  })

  test('that is deleted takes its waiting runs along, and leaves those that an agent has', async () => {
    await using s = await scene()
    const agent = await s.estate.enrol()
    for (let i = 0; i < 2; i++) await s.estate.made('POST', '/v1/runs', { pipeline_id: s.pipeline })
    const { body: { job } } = await agent.poll()
    await s.estate.made('DELETE', `${path}/${s.pipeline}`)
    const states = await s.edge.rows('SELECT id, state FROM run')
    assert.deepEqual(states.map(({ id, state }) => [id === job.run.id, state]).sort(), [
      [false, 'cancelled'],
      [true, 'leased'],
    ])
    assert.equal((await agent.poll()).body.job, null)
    const path2 = `/v1/agent/runs/${job.run.id}/heartbeat`
    assert.equal((await agent.call('POST', path2, { fence: job.lease.fence })).status, 200)
  })
})
