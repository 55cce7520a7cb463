import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TestAgent } from '../agent_fixture.ts'
import { kinds } from '../db/storage_fixture.ts'
import { type Answer, Estate, TestEdge } from '../estate_fixture.ts'
import type { Edge } from '../wiring.ts'

interface Held {
  readonly run: string
  readonly fence: number
}

async function scene(kind: 'embedded' | 'remote' = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish({ limits: { retries: 1 } })
  const agent = await estate.enrol()
  return {
    edge,
    agent,
    /** A run in the hands of the agent. */
    async hold(): Promise<Held> {
      await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
      const { body } = await agent.poll()
      return { run: body.job.run.id, fence: body.job.lease.fence }
    },
    cancel: (run: string, at?: Edge) =>
      edge.call('POST', `/v1/runs/${run}/cancel`, {
        token: estate.token,
        ...(at === undefined ? {} : { edge: at }),
      }),
    [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
  }
}

/** A poll of an agent whose slots are taken. */
function listen(agent: TestAgent, held: readonly Held[], edge?: Edge): Promise<Answer> {
  return agent.poll({ slots: 0, wait: 25, held, ...(edge === undefined ? {} : { edge }) })
}

describe('a poll that names the runs that its agent holds', () => {
  for (const kind of kinds) {
    test(`is answered when one of them is cancelled here, on the ${kind} storage`, async () => {
      await using s = await scene(kind)
      const held = [await s.hold(), await s.hold()]
      const poll = listen(s.agent, held)
      const [, second] = held as [Held, Held]
      await s.cancel(second.run)
      const { status, body } = await poll
      assert.deepEqual([status, body.job, body.stop], [200, null, [{ run: second.run, why: 'cancelled' }]])
    })

    test(`is answered when one of them is cancelled by another instance, on the ${kind} storage`, async () => {
      await using s = await scene(kind)
      const held = await s.hold()
      const poll = listen(s.agent, [held], s.edge.instance())
      await s.cancel(held.run)
      assert.deepEqual((await poll).body.stop, [{ run: held.run, why: 'cancelled' }])
    })
  }

  test('is answered at once where one was cancelled before', async () => {
    await using s = await scene()
    const held = await s.hold()
    await s.cancel(held.run)
    assert.deepEqual((await listen(s.agent, [held])).body.stop, [{ run: held.run, why: 'cancelled' }])
  })

  test('hears that the lease of one is another’s now', async () => {
    await using s = await scene()
    const held = await s.hold()
    s.edge.now += 46_000
    await s.edge.edge.reap()
    assert.deepEqual((await listen(s.agent, [held])).body.stop, [{ run: held.run, why: 'lease_lost' }])
  })

  test('is given no run where it has no slot, and hears of no run that it does not hold', async () => {
    await using s = await scene()
    const held = await s.hold()
    const other = await s.hold()
    const poll = listen(s.agent, [held])
    await s.cancel(other.run)
    s.edge.closing.abort()
    const { body } = await poll
    assert.deepEqual([body.job, body.stop], [null, undefined])
  })
})

test('an agent that speaks version 1 of the protocol has neither slots 0 nor held', async () => {
  await using s = await scene()
  const held = await s.hold()
  const old = s.agent.speaking(null)
  for (const poll of [{ slots: 0 }, { held: [held] }]) {
    const { status, body } = await old.poll(poll)
    assert.deepEqual([status, body.code], [400, 'invalid_request'])
  }
  await s.cancel(held.run)
  const { body } = await old.poll()
  assert.deepEqual(Object.keys(body).sort(), ['job', 'log', 'newest'])
  const beat = await old.call('POST', `/v1/agent/runs/${held.run}/heartbeat`, { fence: held.fence })
  assert.equal(beat.body.cancel, true)
})

test('an agent that speaks a version which is none of ours is told which are', async () => {
  await using s = await scene()
  for (const version of ['0', '3', '2.5', 'two']) {
    const { status, body } = await s.agent.speaking(version).poll()
    assert.deepEqual([status, body.code], [400, 'protocol_unsupported'])
    assert.match(body.detail, /1 and 2/)
  }
})
