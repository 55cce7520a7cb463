import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { kinds } from '../db/storage_fixture.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import type { Edge } from '../wiring.ts'

async function scene(kind: 'embedded' | 'remote' = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  await estate.furnish()
  const agent = await estate.enrol()
  return {
    edge,
    estate,
    agent,
    shown: () => estate.made('GET', `/v1/agents/${agent.id}`),
    actions: async () => {
      const leaves = await edge.leaves(estate.tenant)
      return leaves.map(({ action }) => action as string).filter((action) => action.startsWith('agent.'))
    },
    /** Time passes, and each instance looks as it does every few seconds. */
    async pass(seconds: number, instances: readonly Edge[] = [edge.edge]): Promise<number> {
      let lost = 0
      for (let left = seconds; left > 0; left -= 5) {
        edge.now += Math.min(5, left) * 1000
        for (const one of instances) lost += await one.watchAgents()
      }
      return lost
    },
    [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
  }
}

const about = (more: object = {}) => ({
  version: '9.9.9',
  clock: '2026-11-22T09:00:02.500Z',
  ring_created: '2026-01-01T00:00:00.000Z',
  slots: 4,
  slots_used: 1,
  labels: ['region=eu', 'gpu'],
  stopping: false,
  ...more,
})

describe('an agent', () => {
  for (const kind of kinds) {
    test(`that falls silent is noticed within 45 s, once, and so is its return, on the ${kind} storage`, async () => {
      await using s = await scene(kind)
      await s.pass(60)
      await s.agent.poll()
      assert.equal(await s.pass(35), 0)
      assert.equal((await s.shown()).lost, undefined)
      assert.equal(await s.pass(10), 1)
      assert.ok((await s.shown()).lost)
      assert.equal(await s.pass(60), 0)
      const metrics = await s.edge.edge.app(new Request(`${PUBLIC_URL}/metrics`), { remote: '192.0.2.1' })
      assert.match(await metrics.text(), /^sallyport_agents_lost_total 1$/m)
      await s.agent.poll()
      await s.pass(5)
      const shown = await s.shown()
      assert.deepEqual([shown.lost, shown.last_seen], [undefined, '2026-11-22T09:02:45.000Z'])
      const { estate, edge, agent } = s
      assert.deepEqual((await s.actions()).slice(-2), ['agent.lost', 'agent.returned'])
      const [leaf] = (await edge.leaves(estate.tenant)).filter(({ action }) => action === 'agent.lost')
      assert.deepEqual([leaf.actor, leaf.target], [{ kind: 'edge' }, agent.id])
    })
  }

  test('that another instance hears of is not lost, and one that none hears of is lost once', async () => {
    await using s = await scene()
    const other = s.edge.instance()
    await s.pass(60, [s.edge.edge, other])
    await s.agent.poll()
    await s.pass(30, [s.edge.edge, other])
    await s.agent.poll({ edge: other })
    assert.equal(await s.pass(30, [s.edge.edge, other]), 0)
    assert.equal(await s.pass(60, [s.edge.edge, other]), 1)
    assert.deepEqual((await s.actions()).filter((action) => action === 'agent.lost').length, 1)
  })

  test('is not taken for lost by an edge that has only begun to listen', async () => {
    await using s = await scene()
    await s.agent.poll()
    await s.edge.edge.watchAgents()
    s.edge.now += 3_600_000
    const fresh = s.edge.instance()
    assert.equal(await s.pass(40, [fresh]), 0)
    assert.equal(await s.pass(10, [fresh]), 1)
  })

  test('that says that it stops, holding nothing, is not lost afterwards', async () => {
    await using s = await scene()
    await s.pass(60)
    await s.agent.poll({ slots: 0, about: about({ stopping: true, slots_used: 1 }) })
    await s.pass(5)
    assert.equal((await s.shown()).stopped, undefined)
    await s.agent.poll({ slots: 0, about: about({ stopping: true, slots_used: 0 }) })
    assert.equal(await s.pass(120), 0)
    assert.equal((await s.shown()).stopped, '2026-11-22T09:01:05.000Z')
    await s.agent.poll()
    await s.pass(5)
    assert.equal((await s.shown()).stopped, undefined)
  })

  test('that nobody has ever heard of is not lost', async () => {
    await using s = await scene()
    assert.equal(await s.pass(300), 0)
  })

  test('is shown as it says that it is: clock, ring, version, slots, labels', async () => {
    await using s = await scene()
    await s.agent.poll({ about: about() })
    await s.pass(5)
    const health = {
      protocol: 2,
      version: '9.9.9',
      clock_skew_ms: 2_500,
      ring_created: '2026-01-01T00:00:00.000Z',
      slots: 4,
      slots_used: 1,
      labels: ['region=eu', 'gpu'],
      stopping: false,
      reported: '2026-11-22T09:00:00.000Z',
    }
    assert.deepEqual((await s.shown()).health, health)
    const { data } = await s.estate.made('GET', '/v1/agents')
    assert.deepEqual(data[0].health, health)
  })

  test('that says the same again and again writes it once a minute, and what is new at once', async () => {
    await using s = await scene()
    const told = async (more: object) => {
      const clock = new Date(s.edge.now).toISOString()
      await s.agent.poll({ about: about({ clock, ...more }) })
      await s.pass(5)
      return (await s.shown()).health.reported
    }
    assert.equal(await told({}), '2026-11-22T09:00:00.000Z')
    assert.equal(await told({}), '2026-11-22T09:00:00.000Z')
    assert.equal(await told({ slots_used: 2 }), '2026-11-22T09:00:10.000Z')
    await s.pass(50)
    assert.equal(await told({ slots_used: 2 }), '2026-11-22T09:00:10.000Z')
    assert.equal(await told({ slots_used: 2 }), '2026-11-22T09:01:10.000Z')
  })

  test('that is silent and that nobody asks about costs the edge no write', async () => {
    await using s = await scene()
    await s.agent.poll()
    await s.pass(60)
    const before = s.edge.storage.counts()
    await s.pass(60)
    assert.deepEqual(s.edge.storage.counts(), before)
  })
})

describe('an agent that a person drains', () => {
  test('is handed nothing, by any instance, until it is resumed', async () => {
    await using s = await scene()
    const { pipeline } = await s.estate.furnish({})
    const drained = await s.estate.made('POST', `/v1/agents/${s.agent.id}/drain`)
    assert.equal(drained.draining, '2026-11-22T09:00:00.000Z')
    await s.estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
    const other = s.edge.instance()
    assert.deepEqual([(await s.agent.poll()).body.job, (await s.agent.poll({ edge: other })).body.job], [
      null,
      null,
    ])
    assert.equal((await s.agent.poll()).body.drain, true)
    assert.equal((await s.agent.speaking(null).poll()).body.drain, undefined)
    const waiting = s.agent.poll({ wait: 25 })
    await s.estate.made('POST', `/v1/agents/${s.agent.id}/resume`)
    assert.equal((await waiting).body.job, null, 'it is told to ask anew')
    assert.ok((await s.agent.poll()).body.job)
    assert.deepEqual((await s.actions()).slice(-2), ['agent.drained', 'agent.resumed'])
  })

  test('while it waits with an open poll is handed nothing either: the run goes to the next in line', async () => {
    await using s = await scene()
    const { pipeline } = await s.estate.furnish({})
    const second = await s.estate.enrol()
    const other = s.edge.instance()
    const first = s.agent.poll({ wait: 25, edge: other })
    // It waits once the other instance has nothing for it.
    await s.agent.poll({ edge: other })
    await s.estate.made('POST', `/v1/agents/${s.agent.id}/drain`)
    const waits = second.poll({ wait: 25, edge: other })
    await s.estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
    assert.ok((await waits).body.job)
    s.edge.closing.abort()
    assert.equal((await first).body.job, null)
  })
})
