import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { kinds } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'

/** A pipeline that gives a run `retries + 1` attempts, one run of it, and an agent. */
async function scene({ retries = 1, kind = 'embedded' as (typeof kinds)[number], minutes = 0 } = {}) {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const limits = { retries, ...(minutes === 0 ? {} : { minutes }) }
  const furnished = await estate.furnish({ limits })
  const agent = await estate.enrol()
  const { id } = await estate.made('POST', '/v1/runs', { pipeline_id: furnished.pipeline })
  return { edge, estate, agent, id, ...furnished, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}
type Scene = Awaited<ReturnType<typeof scene>>

const look = (s: Scene) => s.estate.made('GET', `/v1/runs/${s.id}`)
const redrive = (s: Scene, body: object = {}) => s.estate.call('POST', `/v1/runs/${s.id}/redrive`, body)
const leave = (s: Scene, change: object = {}) => ({
  request: s.estate.request(s, { redrive: s.id, ...change }),
})

/** The agent takes the run once it is due, begins it and says how it ended; the job that it was handed. */
async function attempt(s: Scene, end: object = {}) {
  s.edge.now += 1_000_000
  const { job } = (await s.agent.poll()).body
  assert.equal(job?.run.id, s.id)
  const { fence } = job.lease
  await s.agent.call('POST', `/v1/agent/runs/${s.id}/started`, { fence })
  const said = { status: 'failed', code: 'connection_lost', retry: true, streams: [], ...end }
  const { status, body } = await s.agent.call('POST', `/v1/agent/runs/${s.id}/complete`, { fence, ...said })
  assert.equal(status, 200, JSON.stringify(body))
  return job
}

for (const kind of kinds) {
  test(`a dead run is the same run after a signed redrive, with all its attempts, on the ${kind} storage`, async () => {
    await using s = await scene({ kind })
    await attempt(s)
    await attempt(s)
    const dead = await look(s)
    assert.deepEqual([dead.state, dead.redrive, dead.code], ['dead', 'signed', 'connection_lost'])
    const refused = await redrive(s)
    assert.deepEqual([refused.status, refused.body.code], [409, 'attempts_used'])
    const body = leave(s)
    const again = await redrive(s, body)
    assert.equal(again.status, 200, JSON.stringify(again.body))
    const { state, redriven, redrive: takes, finished, code, reason } = again.body
    assert.deepEqual([state, redriven, takes, finished, code, reason], [
      'queued',
      1,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    assert.deepEqual((await redrive(s, body)).body, again.body, 'the same request again')
    const job = await attempt(s)
    assert.deepEqual(job.run.redrive, body.request)
    assert.equal((await look(s)).state, 'queued')
    await attempt(s, { status: 'succeeded', code: undefined, retry: false })
    assert.equal((await look(s)).state, 'succeeded')
    const repeated = await redrive(s, body)
    assert.deepEqual([repeated.status, repeated.body.state], [200, 'succeeded'], 'it starts nothing again')
    const late = await redrive(s, leave(s))
    assert.deepEqual([late.status, late.body.code], [409, 'run_not_ended'])
  })
}

describe('a redrive', () => {
  test('goes on with the attempts that are left where agents fell silent before they began', async () => {
    await using s = await scene({ retries: 0 })
    for (let i = 0; i < 4; i++) {
      s.edge.now += 1_000_000
      assert.equal((await s.agent.poll()).body.job?.run.id, s.id)
      s.edge.now += 46_000
      await s.edge.edge.reap()
    }
    const dead = await look(s)
    assert.deepEqual([dead.state, dead.code, dead.redrive], ['dead', 'agent_lost', 'free'])
    assert.equal((await redrive(s)).body.state, 'queued')
    const job = await attempt(s)
    assert.equal(job.run.redrive, undefined)
    assert.deepEqual([(await look(s)).state, (await look(s)).redrive], ['dead', 'signed'])
  })

  test('of a run that failed, was refused or came to a part takes a signed request', async () => {
    for (const status of ['failed', 'refused', 'partial']) {
      await using s = await scene()
      await attempt(s, { status, code: 'login_failed', retry: false })
      assert.deepEqual([(await look(s)).state, (await look(s)).redrive], [status, 'signed'])
      assert.equal((await redrive(s)).body.code, 'attempts_used')
      assert.equal((await redrive(s, leave(s))).body.state, 'queued')
    }
  })

  test('is not to be had of a run that goes on, has succeeded or was cancelled', async () => {
    await using s = await scene()
    const none = async () => {
      const { status, body } = await redrive(s, leave(s))
      assert.deepEqual([status, body.code], [409, 'run_not_ended'])
    }
    await none()
    await attempt(s)
    await none()
    await s.estate.made('POST', `/v1/runs/${s.id}/cancel`)
    await none()
    const elsewhere = await s.estate.call('POST', `/v1/runs/${s.pipeline}/redrive`, {})
    assert.equal(elsewhere.status, 404)
  })

  test('takes a request for exactly this run, pipeline, version and time', async () => {
    await using s = await scene()
    await attempt(s, { retry: false })
    const other = '0193509f-6e00-8000-8000-00000000abcd'
    const cases = [
      [{ redrive: other }, 'request_mismatch'],
      [{ redrive: undefined }, 'request_mismatch'],
      [{ pool: 'else' }, 'request_mismatch'],
      [{ pipeline: { id: other, hash: s.hash } }, 'request_mismatch'],
      [{ pipeline: { id: s.pipeline, hash: '0'.repeat(64) } }, 'not_at_index'],
      [
        { expires: new Date(s.edge.now).toISOString(), issued: new Date(s.edge.now - 1000).toISOString() },
        'request_expired',
      ],
    ] as const
    for (const [change, code] of cases) {
      const { body } = await redrive(s, leave(s, change))
      assert.equal(body.code, code, JSON.stringify(change))
    }
    assert.equal((await look(s)).state, 'failed')
  })

  test('starts nothing anew: its request is none for a run', async () => {
    await using s = await scene()
    const { request } = leave(s)
    const { body } = await s.estate.call('POST', '/v1/runs', { pipeline_id: s.pipeline, request })
    assert.equal(body.code, 'request_mismatch')
  })
})

describe('a run with a time limit', () => {
  test('is ended by the edge two minutes after that, and its agent has lost it', async () => {
    await using s = await scene({ minutes: 10 })
    const { job } = (await s.agent.poll()).body
    const { fence } = job.lease
    await s.agent.call('POST', `/v1/agent/runs/${s.id}/started`, { fence })
    const began = s.edge.now
    const beat = () => s.agent.call('POST', `/v1/agent/runs/${s.id}/heartbeat`, { fence })
    for (let i = 1; i <= 24; i++) {
      s.edge.now = began + i * 30_000
      assert.equal((await beat()).status, 200)
      assert.equal(await s.edge.edge.reap(), 0)
    }
    s.edge.now += 1
    assert.equal(await s.edge.edge.reap(), 1)
    const run = await look(s)
    assert.deepEqual([run.state, run.code, run.redrive], ['failed', 'time_over_limit', 'signed'])
    assert.equal((await beat()).body.code, 'lease_lost')
  })
})
