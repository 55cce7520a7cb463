import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { kinds } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'

async function scene(kind: (typeof kinds)[number] = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const furnished = await estate.furnish({ limits: { retries: 1 } })
  const agent = await estate.enrol()
  return { edge, estate, agent, ...furnished, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}
type Scene = Awaited<ReturnType<typeof scene>>

/** Each a little later than the one before, and handed out after it. */
const make = async (s: Scene, pipeline = s.pipeline) => {
  s.edge.now += 1
  return (await s.estate.made('POST', '/v1/runs', { pipeline_id: pipeline })).id as string
}

/** The agent takes a run and begins it; how it ends is for the caller. */
async function take(s: Scene) {
  s.edge.now += 1_000_000
  const { job } = (await s.agent.poll()).body
  const { fence } = job.lease
  const path = `/v1/agent/runs/${job.run.id}`
  s.edge.now += 1000
  await s.agent.call('POST', `${path}/started`, { fence })
  s.edge.now += 1000
  return async (end: object) => {
    const body = { fence, status: 'failed', retry: false, streams: [], ...end }
    assert.equal((await s.agent.call('POST', `${path}/complete`, body)).status, 200)
  }
}

const stream = (index: number, change: object = {}) => ({
  ...{
    index,
    route: 'direct',
    status: 'succeeded',
    rows_read: 7,
    rows: 7,
    bytes: 70,
    rejected: 0,
    seconds: 1,
  },
  ...change,
})
const kindsOf = (events: { kind: string }[]) => events.map(({ kind }) => kind)

for (const kind of kinds) {
  test(`a run tells everything that happened to it, in its order, on the ${kind} storage`, async () => {
    await using s = await scene(kind)
    const id = await make(s)
    await (await take(s))({ code: 'connection_lost', retry: true })
    await take(s)
    s.edge.now += 50_000
    await s.edge.edge.reap()
    const look = () => s.estate.made('GET', `/v1/runs/${id}/timeline`)
    const dead = await look()
    const attempts = ['created', 'claimed', 'started', 'failed', 'claimed', 'started', 'expired']
    assert.deepEqual([dead.state, kindsOf(dead.events)], ['dead', [...attempts, 'ended']])
    assert.deepEqual(dead.events[3], {
      at: dead.events[3].at,
      kind: 'failed',
      agent_id: s.agent.id,
      fence: 1,
      code: 'connection_lost',
    })
    assert.equal(dead.events[6].code, 'agent_lost')
    s.edge.now += 1000
    const request = s.estate.request(s, { redrive: id })
    await s.estate.made('POST', `/v1/runs/${id}/redrive`, { request })
    const end = await take(s)
    assert.deepEqual(kindsOf((await look()).events), [...attempts, 'redriven', 'claimed', 'started'])
    await end({ status: 'succeeded' })
    const { events } = await look()
    assert.deepEqual(kindsOf(events), [...attempts, 'redriven', 'claimed', 'started', 'succeeded'])
    const times = events.map(({ at }: { at: string }) => at)
    assert.deepEqual(times, [...times].sort())
    const elsewhere = await s.estate.call('GET', `/v1/runs/${s.pipeline}/timeline`)
    assert.equal(elsewhere.status, 404)
  })

  test(`runs are grouped by what they died of, on the ${kind} storage`, async () => {
    await using s = await scene(kind)
    const refused = { code: 'login_failed', streams: [stream(0, { status: 'failed', code: 'login_failed' })] }
    const ids = [await make(s), await make(s), await make(s)]
    await (await take(s))(refused)
    await (await take(s))(refused)
    await (await take(s))({
      status: 'partial',
      code: 'login_failed',
      streams: [stream(0), stream(1, { status: 'failed', code: 'login_failed' })],
    })
    const list = () => s.estate.made('GET', '/v1/dead-letters')
    const { data, complete } = await list()
    assert.equal(complete, true)
    const told = data.map((
      { state, code, runs, version, pipeline_id, last_run }: Record<string, unknown>,
    ) => ({
      ...{ state, code, runs, version, pipeline_id, last_run },
    }))
    const same = { code: 'login_failed', version: 1, pipeline_id: s.pipeline }
    assert.deepEqual(told, [
      { ...same, state: 'partial', runs: 1, last_run: ids[2] },
      { ...same, state: 'failed', runs: 2, last_run: ids[1] },
    ])
    const [, failed] = data
    const found = await s.estate.made('GET', `/v1/runs?reason=${failed.reason}`)
    assert.deepEqual(found.data.map(({ id }: { id: string }) => id).sort(), ids.slice(0, 2).sort())
    const request = s.estate.request(s, { redrive: ids[0] as string })
    await s.estate.made('POST', `/v1/runs/${ids[0]}/redrive`, { request })
    assert.equal(
      (await list()).data.find(({ reason }: { reason: string }) => reason === failed.reason).runs,
      1,
    )
    s.edge.now += 8 * 86_400_000
    assert.deepEqual((await s.estate.made('GET', '/v1/dead-letters?days=7')).data, [])
  })
}

describe('what runs have died of', () => {
  test('is told apart by pipeline and version, and is nothing of runs that went well', async () => {
    await using s = await scene()
    const { pipeline } = await s.estate.furnish()
    for (const one of [s.pipeline, pipeline]) {
      await make(s, one)
      await (await take(s))({ code: 'login_failed' })
    }
    await make(s)
    await (await take(s))({ status: 'succeeded' })
    const { data } = await s.estate.made('GET', '/v1/dead-letters')
    assert.deepEqual(data.map(({ runs }: { runs: number }) => runs), [1, 1])
    const of = await s.estate.made('GET', `/v1/dead-letters?pipeline=${pipeline}`)
    assert.deepEqual(of.data.map((one: { pipeline_id: string }) => one.pipeline_id), [pipeline])
  })

  test('is looked up by what the database keeps of such runs alone', async () => {
    await using s = await scene()
    const [plan] = await s.edge.rows(
      `EXPLAIN QUERY PLAN SELECT id FROM run WHERE tenant = 't' AND reason IS NOT NULL AND finished >= 1
       ORDER BY finished DESC LIMIT 10`,
    )
    assert.match(plan.detail, /run_dead/)
  })
})

test('a run says which of its streams an attempt before had committed', async () => {
  await using s = await scene()
  const id = await make(s)
  await (await take(s))({
    status: 'partial',
    retry: true,
    code: 'connection_lost',
    streams: [stream(0), stream(1, { status: 'failed', code: 'connection_lost' })],
  })
  await (await take(s))({ status: 'succeeded', streams: [stream(0, { taken: true }), stream(1)] })
  const { state, streams } = await s.estate.made('GET', `/v1/runs/${id}`)
  assert.deepEqual([state, streams], ['succeeded', [stream(0, { taken: true }), stream(1)]])
})

test('runs are listed by when they were made', async () => {
  await using s = await scene()
  const ids = [await make(s)]
  s.edge.now += 60_000
  const between = new Date(s.edge.now).toISOString()
  ids.push(await make(s))
  const list = async (query: string) =>
    (await s.estate.made('GET', `/v1/runs?${query}`)).data.map(({ id }: { id: string }) => id)
  assert.deepEqual(await list(`since=${between}`), [ids[1]])
  assert.deepEqual(await list(`until=${between}`), [ids[0]])
})
