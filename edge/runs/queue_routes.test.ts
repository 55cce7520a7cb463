import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Estate, TestEdge } from '../estate_fixture.ts'

async function scene() {
  const edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish()
  return {
    edge,
    estate,
    pipeline,
    agent: await estate.enrol(),
    start: async (body: object = {}) =>
      (await estate.made('POST', '/v1/runs', { pipeline_id: pipeline, ...body })).id as string,
    [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
  }
}

describe('a limit', () => {
  test('holds runs back at the poll, and the end of one lets the next go to whoever waits', async () => {
    await using s = await scene()
    const put = await s.estate.made('PUT', `/v1/limits/pipeline:${s.pipeline}`, { runs: 1 })
    assert.deepEqual([put.runs, put.held], [1, 0])
    await s.start()
    const second = await s.start()
    const { body } = await s.agent.poll()
    const other = await s.estate.enrol()
    const waiting = other.poll({ wait: 25 })
    assert.equal((await s.agent.poll()).body.job, null)
    assert.equal((await s.estate.made('GET', '/v1/limits')).data[0].held, 1)
    const { run: { id }, lease: { fence } } = body.job
    const end = { fence, status: 'succeeded', retry: false, streams: [] }
    assert.equal((await s.agent.call('POST', `/v1/agent/runs/${id}/complete`, end)).status, 200)
    assert.equal((await waiting).body.job.run.id, second)
  })

  test('that is raised or taken away lets runs go to who waits already', async () => {
    for (const how of ['raised', 'taken away']) {
      await using s = await scene()
      await s.estate.made('PUT', '/v1/limits/tenant', { runs: 1 })
      await s.start()
      const second = await s.start()
      assert.ok((await s.agent.poll()).body.job)
      const waiting = s.agent.poll({ wait: 25 })
      assert.equal((await s.agent.poll()).body.job, null)
      if (how === 'raised') await s.estate.made('PUT', '/v1/limits/tenant', { runs: 2 })
      else await s.estate.made('DELETE', '/v1/limits/tenant')
      assert.equal((await waiting).body.job.run.id, second)
    }
  })

  test('is of something that is there', async () => {
    await using s = await scene()
    const put = async (scope: string) => {
      const { status, body } = await s.estate.call('PUT', `/v1/limits/${scope}`, { runs: 1 })
      return [status, body.code]
    }
    const nowhere = '0193509f-6e00-7000-8000-0000000000ff'
    assert.deepEqual(await put('pool:other'), [400, 'pool_unknown'])
    assert.deepEqual(await put(`pipeline:${nowhere}`), [404, 'not_found'])
    assert.deepEqual(await put(`connection:${nowhere}`), [404, 'not_found'])
    assert.deepEqual(await put('everything'), [400, 'invalid_request'])
  })
})

test('the limits of a pipeline and of a connection go with them, and no others', async () => {
  await using s = await scene()
  const [{ source }] = await s.edge.rows('SELECT source FROM pipeline')
  for (const scope of ['tenant', `pipeline:${s.pipeline}`, `connection:${source}`]) {
    await s.estate.made('PUT', `/v1/limits/${scope}`, { runs: 1 })
  }
  const left = async () =>
    (await s.estate.made('GET', '/v1/limits')).data.map(({ scope }: { scope: string }) => scope)
  await s.estate.made('DELETE', `/v1/pipelines/${s.pipeline}`)
  assert.deepEqual(await left(), [`connection:${source}`, 'tenant'])
  await s.estate.made('DELETE', `/v1/connections/${source}`)
  assert.deepEqual(await left(), ['tenant'])
})

test('the limit of a connection counts the connections that the newest index lists', async () => {
  await using s = await scene()
  const [{ source, destination }] = await s.edge.rows('SELECT source, destination FROM pipeline')
  await s.start()
  await s.start()
  const elsewhere = await s.estate.addConnection()
  const second = s.estate.pipeline({ source: elsewhere, destination }, { id: s.pipeline, version: 2 })
  await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/versions`, second.body)
  await s.estate.publishIndex()
  await s.estate.made('PUT', `/v1/limits/connection:${elsewhere}`, { runs: 1 })
  await s.estate.made('PUT', `/v1/limits/connection:${source}`, { runs: 1 })
  assert.ok((await s.agent.poll()).body.job)
  assert.equal((await s.agent.poll()).body.job, null)
  const held = (await s.estate.made('GET', '/v1/limits')).data
  assert.deepEqual(
    held.map((one: { scope: string; held: number }) => [one.scope, one.held]).sort(),
    [[`connection:${elsewhere}`, 1], [`connection:${source}`, 0]].sort(),
  )
})

test('the priority of a run is its pipeline’s, unless it says another, and the higher one is handed out first', async () => {
  await using s = await scene()
  await s.estate.made('PUT', `/v1/pipelines/${s.pipeline}/queueing`, { priority: 2 })
  const low = await s.start()
  const high = await s.start({ priority: 8 })
  const read = async (id: string) => (await s.estate.made('GET', `/v1/runs/${id}`)).priority
  assert.deepEqual([await read(low), await read(high)], [2, 8])
  assert.deepEqual([(await s.agent.poll()).body.job.run.id, (await s.agent.poll()).body.job.run.id], [
    high,
    low,
  ])
})

test('the queue shows what waits by pool and project, what a limit holds back, and since when', async () => {
  await using s = await scene()
  assert.deepEqual((await s.estate.made('GET', '/v1/queue')).pools, [])
  await s.estate.made('PUT', `/v1/limits/pipeline:${s.pipeline}`, { runs: 1 })
  const since = new Date(s.edge.now + 1000).toISOString()
  for (let i = 0; i < 3; i++) {
    await s.start()
    s.edge.now += 1000
  }
  const { body } = await s.agent.poll()
  await s.agent.poll()
  const waits = { waiting: 2, held_back: 2, later: 0, oldest: since }
  assert.deepEqual((await s.estate.made('GET', '/v1/queue')).pools, [
    { pool: 'default', ...waits, projects: [{ project: s.estate.project, ...waits }] },
  ])
  const { run: { id }, lease: { fence } } = body.job
  const failed = { fence, status: 'failed', code: 'connection_lost', retry: true, streams: [] }
  await s.agent.call('POST', `/v1/agent/runs/${id}/complete`, failed)
  const [pool] = (await s.estate.made('GET', '/v1/queue')).pools
  assert.equal(pool.waiting + pool.later, 3)
})

test('the queue shows somebody of a project what waits in that project alone', async () => {
  await using s = await scene()
  await s.start()
  const [{ workspace }] = (await s.estate.made('GET', '/v1/projects')).data
  const { id: project } = await s.estate.made('POST', '/v1/projects', { workspace, name: 'other' })
  const { tenant } = s.estate
  const shown = async (place: string) => {
    const made = await s.estate.made('POST', '/v1/members', { name: 'Grace', role: 'viewer' })
    const accepted = await s.edge.call('POST', '/v1/invitations/accept', { token: made.invitation })
    await s.edge.storage.write({
      ...{ id: '', leaf: null, repeatable: false },
      steps: [{
        sql: "UPDATE binding SET level = 'project', place = ? WHERE tenant = ? AND member = ?",
        parameters: [place, tenant, made.member.id],
        reads: false,
      }],
    })
    const { body } = await s.edge.call('GET', '/v1/queue', { token: accepted.body.token })
    return body.pools.map((one: { waiting: number }) => one.waiting)
  }
  assert.deepEqual([await shown(s.estate.project), await shown(project)], [[1], []])
})
