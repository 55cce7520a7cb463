import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { Storage } from '../db/storage.ts'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import { TestAgent } from '../agent_fixture.ts'
import { type Answer, Estate, nextSeed, TestEdge } from '../estate_fixture.ts'

interface Scene extends AsyncDisposable {
  readonly edge: TestEdge
  readonly estate: Estate
  readonly agent: TestAgent
  readonly pipeline: string
  readonly hash: string
  /** Starts an unsigned run. */
  start(): Promise<string>
}

async function scene(retries = 1, kind: Kind = 'embedded'): Promise<Scene> {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const { pipeline, hash } = await estate.furnish({ limits: { retries } })
  const agent = await estate.enrol()
  return {
    edge,
    estate,
    agent,
    pipeline,
    hash,
    start: async () => (await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })).id,
    [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
  }
}

const say = (agent: TestAgent, run: string, word: string, body: object) =>
  agent.call('POST', `/v1/agent/runs/${run}/${word}`, body)
const failed = (fence: number, retry = true) => ({
  fence,
  status: 'failed',
  code: 'agent_lost',
  retry,
  streams: [],
})

async function claimed(agent: TestAgent): Promise<{ run: string; fence: number; attempt: number }> {
  const { body } = await agent.poll()
  assert.ok(body.job, 'there is a run to claim')
  return { run: body.job.run.id, fence: body.job.lease.fence, attempt: body.job.run.attempt }
}

/** Resolves when so many have. */
function firstOf(promises: readonly Promise<unknown>[], count: number): Promise<void> {
  let resolved = 0
  return new Promise((resolve, reject) => {
    for (const one of promises) one.then(() => ++resolved === count && resolve(), reject)
  })
}

const row = async (edge: TestEdge, run: string) =>
  (await edge.rows('SELECT * FROM run WHERE id = ?', [run]))[0]
const isLost = ({ status, body }: Answer) => status === 409 && body.code === 'lease_lost'

describe('a claim', () => {
  for (const kind of kinds) {
    test(`of one run by many agents at once is won by one, on the ${kind} storage`, async () => {
      await using s = await scene(1, kind)
      const agents = await Promise.all(Array.from({ length: 5 }, () => s.estate.enrol()))
      const run = await s.start()
      const answers = await Promise.all([s.agent, ...agents].map((agent) => agent.poll()))
      assert.ok(answers.every(({ status }) => status === 200))
      const jobs = answers.flatMap(({ body }) => body.job ? [body.job.run.id] : [])
      assert.deepEqual(jobs, [run])
    })
  }

  for (const kind of kinds) {
    test(`of as many runs as there are agents gives each its own, on the ${kind} storage`, async () => {
      await using s = await scene(1, kind)
      const agents = await Promise.all(Array.from({ length: 20 }, () => s.estate.enrol()))
      const runs = await Promise.all(agents.map(() => s.start()))
      const answers = await Promise.all(agents.map((agent) => agent.poll()))
      assert.deepEqual(answers.map(({ body }) => body.job.run.id).sort(), runs.sort())
    })
  }

  test('that is sent again by somebody who recorded it claims nothing twice', async () => {
    await using s = await scene()
    await s.start()
    const path = '/v1/agent/poll'
    const body = { slots: 1, wait_seconds: 0, log_size: 0 }
    const headers = s.agent.fields('POST', path, body)
    const first = await s.edge.call('POST', path, { headers, body })
    assert.ok(first.body.job)
    const second = await s.edge.call('POST', path, { headers, body })
    assert.deepEqual([second.status, second.body.job], [200, null])
  })

  test('that finds nothing writes nothing', async () => {
    await using s = await scene()
    const before = s.edge.storage.counts()
    assert.equal((await s.agent.poll()).body.job, null)
    assert.deepEqual(s.edge.storage.counts(), before)
  })

  test('hands out only what is for the pool of the agent, in the order in which it came', async () => {
    await using s = await scene()
    const runs: string[] = []
    for (let i = 0; i < 3; i++) {
      runs.push(await s.start())
      s.edge.now += 1000
    }
    const got = [await claimed(s.agent), await claimed(s.agent), await claimed(s.agent)]
    assert.deepEqual(got.map(({ run }) => run), runs)
    const [{ pool }] = await s.edge.rows('SELECT pool FROM agent')
    assert.equal(pool, 'default')
  })
})

describe('a waiting poll', () => {
  test('wakes when a run is started, not when its time is over', async () => {
    await using s = await scene()
    const poll = s.agent.poll({ wait: 25 })
    const run = await s.start()
    assert.equal((await poll).body.job.run.id, run)
  })

  test('is one of many: each run wakes one, and the others wait on', async () => {
    await using s = await scene()
    const agents = await Promise.all(Array.from({ length: 10 }, () => s.estate.enrol()))
    const polls = agents.map((agent) => agent.poll({ wait: 25 }))
    const runs = [await s.start(), await s.start(), await s.start()]
    await firstOf(polls, 3)
    s.edge.closing.abort()
    const answers = await Promise.all(polls)
    assert.deepEqual(answers.flatMap(({ body }) => body.job ? [body.job.run.id] : []).sort(), runs.sort())
    assert.ok(answers.every(({ status }) => status === 200))
  })

  test('is answered at once when the edge stops', async () => {
    await using s = await scene()
    const polls = [s.agent.poll({ wait: 25 }), s.agent.poll({ wait: 25 })]
    await s.agent.poll()
    s.edge.closing.abort()
    for (const poll of polls) assert.equal((await poll).body.job, null)
  })

  test('whose caller has gone away claims nothing, and its turn goes to the next', async () => {
    await using s = await scene()
    const other = await s.estate.enrol()
    const gone = new AbortController()
    const first = s.agent.poll({ wait: 25, signal: gone.signal })
    await s.agent.poll()
    const second = other.poll({ wait: 25 })
    await other.poll()
    const starting = s.start()
    gone.abort()
    const run = await starting
    const winner = await Promise.race([second, first.catch(() => second)])
    assert.equal(winner.body.job?.run.id ?? (await second).body.job.run.id, run)
    assert.equal((await row(s.edge, run)).agent, other.id)
  })

  for (const why of ['whose caller goes away', 'that fails']) {
    test(`${why} between a look and the claim keeps the run from nobody`, async () => {
      await using s = await scene()
      const run = await s.start()
      const gone = new AbortController()
      const { storage } = s.edge
      const read = storage.read.bind(storage)
      let looks = 0
      const interrupted: Storage['read'] = async (statement) => {
        if (!/from "run" where/i.test(statement.sql) || looks++ > 0) return await read(statement)
        gone.abort()
        if (why === 'that fails') throw new Fault('unavailable')
        return await read(statement)
      }
      Object.assign(storage, { read: interrupted })
      await s.agent.poll({ signal: gone.signal }).catch(() => null)
      assert.equal(looks, 1)
      assert.equal((await s.agent.poll()).body.job.run.id, run)
    })
  }

  test('of an agent that was revoked meanwhile gets nothing', async () => {
    await using s = await scene()
    const poll = s.agent.poll({ wait: 25 })
    await s.estate.made('POST', `/v1/agents/${s.agent.id}/revoke`)
    const run = await s.start()
    const { status, body } = await poll
    assert.deepEqual([status, body.code], [403, 'agent_revoked'])
    assert.equal((await row(s.edge, run)).state, 'queued')
  })

  test('finds what another instance of the edge has started at its next look', async () => {
    await using s = await scene()
    const elsewhere = s.edge.instance()
    const poll = s.agent.poll({ wait: 25, edge: elsewhere })
    const run = await s.start()
    assert.equal((await poll).body.job.run.id, run)
  })
})

describe('a lease', () => {
  test('that ran out is lost: the agent is told so by every word, and nothing changes', async () => {
    await using s = await scene()
    await s.start()
    const { run, fence } = await claimed(s.agent)
    await say(s.agent, run, 'started', { fence })
    s.edge.now += 46_000
    assert.equal(await s.edge.edge.reap(), 1)
    const before = [await row(s.edge, run), await s.edge.rows('SELECT * FROM run_stream')]
    const streams = [{ index: 0, rows: 1, bytes: 1 }]
    assert.ok(isLost(await say(s.agent, run, 'started', { fence })))
    assert.ok(isLost(await say(s.agent, run, 'heartbeat', { fence })))
    assert.ok(isLost(await say(s.agent, run, 'progress', { fence, streams })))
    assert.ok(isLost(await say(s.agent, run, 'complete', failed(fence))))
    assert.deepEqual([await row(s.edge, run), await s.edge.rows('SELECT * FROM run_stream')], before)
    assert.equal(before[0].state, 'queued')
    assert.equal(before[0].code, 'agent_lost')
  })

  test('that passed to another agent is kept by that one alone', async () => {
    await using s = await scene()
    const other = await s.estate.enrol()
    await s.start()
    const first = await claimed(s.agent)
    s.edge.now += 46_000
    await s.edge.edge.reap()
    s.edge.now += 300_000
    const second = await claimed(other)
    assert.equal(second.run, first.run)
    assert.ok(second.fence > first.fence)
    assert.ok(isLost(await say(s.agent, first.run, 'heartbeat', { fence: first.fence })))
    // The number alone is nothing: it has to be the agent's own.
    assert.ok(isLost(await say(s.agent, first.run, 'complete', failed(second.fence))))
    assert.equal((await say(other, second.run, 'heartbeat', { fence: second.fence })).status, 200)
  })

  test('that is renewed in time is not taken away', async () => {
    await using s = await scene()
    await s.start()
    const { run, fence } = await claimed(s.agent)
    for (let i = 0; i < 5; i++) {
      s.edge.now += 30_000
      assert.equal((await say(s.agent, run, 'heartbeat', { fence })).status, 200)
      assert.equal(await s.edge.edge.reap(), 0)
    }
  })

  test('taken back by two instances at once is taken back once', async () => {
    await using s = await scene()
    await s.start()
    const { run, fence } = await claimed(s.agent)
    await say(s.agent, run, 'started', { fence })
    s.edge.now += 46_000
    const counts = await Promise.all([s.edge.edge.reap(), s.edge.instance().reap()])
    assert.equal(counts[0] as number + (counts[1] as number), 1)
    assert.equal((await row(s.edge, run)).failures, 1)
    const expired = (await s.edge.leaves(s.estate.tenant)).filter(({ action }) =>
      action === 'run.lease_expired'
    )
    assert.deepEqual(expired.map(({ actor, target }) => [actor, target]), [[{ kind: 'edge' }, run]])
  })
})

describe('an attempt', () => {
  test('that fails is followed by another after a wait, until there are none', async () => {
    await using s = await scene(1)
    await s.start()
    const first = await claimed(s.agent)
    assert.deepEqual((await say(s.agent, first.run, 'complete', failed(first.fence))).body, {
      state: 'queued',
    })
    const waiting = await s.estate.made('GET', `/v1/runs/${first.run}`)
    assert.equal(waiting.attempt, 2)
    assert.equal(waiting.code, 'agent_lost')
    s.edge.now += 300_000
    const second = await claimed(s.agent)
    assert.deepEqual([second.run, second.attempt], [first.run, 2])
    assert.deepEqual((await say(s.agent, second.run, 'complete', failed(second.fence))).body, {
      state: 'dead',
    })
    assert.equal((await s.agent.poll()).body.job, null)
    assert.equal((await s.estate.made('GET', `/v1/runs?state=dead`)).data.length, 1)
  })

  test('whose end is said twice is answered twice and counted once', async () => {
    await using s = await scene()
    await s.start()
    const { run, fence } = await claimed(s.agent)
    const first = await say(s.agent, run, 'complete', failed(fence))
    const leaves = (await s.edge.leaves(s.estate.tenant)).length
    const second = await say(s.agent, run, 'complete', failed(fence))
    assert.deepEqual([second.status, second.body], [first.status, first.body])
    assert.equal((await row(s.edge, run)).failures, 1)
    assert.equal((await s.edge.leaves(s.estate.tenant)).length, leaves)
  })

  test('that is handed back by an agent that stops costs nothing and is there at once', async () => {
    await using s = await scene(0)
    await s.start()
    const first = await claimed(s.agent)
    const released = { fence: first.fence, status: 'released', retry: false, streams: [] }
    assert.deepEqual((await say(s.agent, first.run, 'complete', released)).body, { state: 'queued' })
    const second = await claimed(s.agent)
    assert.deepEqual([second.run, second.attempt], [first.run, 1])
    assert.ok(second.fence > first.fence)
  })

  test('does not show the counts of the attempt before', async () => {
    await using s = await scene()
    await s.start()
    const { run, fence } = await claimed(s.agent)
    await say(s.agent, run, 'progress', { fence, streams: [{ index: 0, rows: 7, bytes: 70 }] })
    await say(s.agent, run, 'complete', { fence, status: 'released', retry: false, streams: [] })
    await claimed(s.agent)
    assert.deepEqual((await s.estate.made('GET', `/v1/runs/${run}`)).streams, [])
  })
})

describe('cancelling', () => {
  test('ends a run that waits, and nobody gets it any more', async () => {
    await using s = await scene()
    const run = await s.start()
    assert.equal((await s.estate.made('POST', `/v1/runs/${run}/cancel`)).state, 'cancelled')
    assert.equal((await s.agent.poll()).body.job, null)
  })

  test('tells the agent by its heartbeat, and a run that was to stop has no other attempt', async () => {
    await using s = await scene(5)
    await s.start()
    const { run, fence } = await claimed(s.agent)
    await say(s.agent, run, 'started', { fence })
    const asked = await s.estate.made('POST', `/v1/runs/${run}/cancel`)
    assert.deepEqual([asked.state, asked.cancel], ['running', true])
    assert.equal((await say(s.agent, run, 'heartbeat', { fence })).body.cancel, true)
    assert.deepEqual((await say(s.agent, run, 'complete', failed(fence))).body, { state: 'cancelled' })
    const again = await s.estate.made('POST', `/v1/runs/${run}/cancel`)
    assert.equal(again.state, 'cancelled')
  })
})

describe('an agent', () => {
  test('that nobody has approved gets no work, and hears why', async () => {
    await using s = await scene()
    const pending = await s.estate.enrol({ approve: false })
    const { status, body } = await pending.poll()
    assert.deepEqual([status, body.code], [403, 'agent_not_approved'])
    assert.equal((await pending.call('GET', '/v1/agent/self')).body.state, 'pending')
  })

  test('of another tenant sees no run, whatever it says', async () => {
    await using s = await scene()
    const stranger = await Estate.found(s.edge, s.estate)
    await stranger.furnish()
    const foreign = await stranger.enrol()
    await s.start()
    assert.equal((await foreign.poll()).body.job, null)
    const { run, fence } = await claimed(s.agent)
    for (const word of ['started', 'heartbeat']) {
      assert.equal((await say(foreign, run, word, { fence })).status, 404)
    }
    assert.equal((await say(foreign, run, 'complete', failed(fence))).status, 404)
  })

  test('may report codes and counts only: a word of its own is refused', async () => {
    await using s = await scene()
    await s.start()
    const { run, fence } = await claimed(s.agent)
    for (
      const body of [{ ...failed(fence), code: 'duplicate key (id)=(7)' }, { ...failed(fence), message: 'x' }]
    ) {
      const answer = await say(s.agent, run, 'complete', body)
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request'])
      assert.ok(!JSON.stringify(answer.body).includes('duplicate key'))
    }
    assert.equal((await row(s.edge, run)).state, 'leased')
  })

  test('with a key that nobody enrolled is nobody', async () => {
    await using s = await scene()
    const forged = new TestAgent(s.edge, { id: s.agent.id, seed: nextSeed() })
    const { status, body } = await forged.poll()
    assert.deepEqual([status, body.code], [401, 'request_signature_invalid'])
  })
})
