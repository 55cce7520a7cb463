import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { kinds } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'

async function scene(kind: 'embedded' | 'remote' = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish({})
  const agent = await estate.enrol()
  const other = await estate.enrol()
  return {
    edge,
    estate,
    agent,
    other,
    pipeline,
    want: (labels: readonly string[]) => estate.made('PUT', `/v1/pipelines/${pipeline}/labels`, { labels }),
    start: async (of = pipeline): Promise<string> =>
      (await estate.made('POST', '/v1/runs', { pipeline_id: of })).id,
    [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
  }
}

const about = (labels: readonly string[]) => ({
  version: '0.1.0',
  clock: '2026-11-22T09:00:00.000Z',
  ring_created: '2026-11-22T09:00:00.000Z',
  slots: 1,
  slots_used: 0,
  labels,
  stopping: false,
})

describe('a pipeline that wants labels', () => {
  for (const kind of kinds) {
    test(`goes to agents that have all of them alone, on the ${kind} storage`, async () => {
      await using s = await scene(kind)
      await s.want(['region=eu', 'gpu', 'gpu'])
      const run = await s.start()
      for (const labels of [[], ['gpu'], ['region=us', 'gpu', 'x']]) {
        assert.equal((await s.agent.poll({ about: about(labels) })).body.job, null, labels.join())
      }
      assert.equal((await s.agent.speaking(null).poll()).body.job, null, 'one that has none to say')
      const { body } = await s.agent.poll({ about: about(['x', 'gpu', 'region=eu']) })
      assert.equal(body.job.run.id, run)
    })
  }

  test('leaves the runs of others to everybody, also where its own come first', async () => {
    await using s = await scene()
    const { pipeline } = await s.estate.furnish({})
    await s.want(['gpu'])
    for (let i = 0; i < 3; i++) await s.start()
    s.edge.now += 1000
    const run = await s.start(pipeline)
    assert.equal((await s.other.poll()).body.job.run.id, run)
    assert.equal((await s.other.poll()).body.job, null)
    assert.ok((await s.agent.poll({ about: about(['gpu']) })).body.job)
  })

  test('wakes the one that has them, whoever has waited for longer', async () => {
    await using s = await scene()
    await s.want(['gpu'])
    const longer = s.other.poll({ wait: 25 })
    const other = s.other.poll({ wait: 25, about: about(['cpu']) })
    const poll = s.agent.poll({ wait: 25, about: about(['cpu', 'gpu']) })
    const run = await s.start()
    assert.equal((await poll).body.job.run.id, run)
    s.edge.closing.abort()
    for (const { body } of await Promise.all([longer, other])) assert.equal(body.job, null)
  })

  test('says so, and when it wants none any more whoever waits is woken', async () => {
    await using s = await scene()
    assert.deepEqual(await s.want(['b', 'a', 'b']), { pipeline_id: s.pipeline, labels: ['a', 'b'] })
    const path = `/v1/pipelines/${s.pipeline}/labels`
    assert.deepEqual((await s.estate.made('GET', path)).labels, ['a', 'b'])
    const run = await s.start()
    const poll = s.agent.poll({ wait: 25 })
    assert.deepEqual((await s.want([])).labels, [])
    assert.equal((await poll).body.job.run.id, run)
    const leaves = (await s.edge.leaves(s.estate.tenant)).filter(({ action }) =>
      action === 'pipeline.labelled'
    )
    assert.deepEqual(leaves.map(({ facts }) => facts.labels), ['a,b', ''])
  })

  test('in more projects than a look takes at once keeps nobody from the run behind them', async () => {
    await using s = await scene()
    await s.want(['gpu'])
    await s.start()
    const [row] = await s.edge.rows('SELECT * FROM run_lane')
    // Other projects with nothing but runs for others, whose turn it is first.
    for (let i = 0; i < 20; i++) {
      const { tenant, pool } = row
      const write = (sql: string, parameters: unknown[]) =>
        s.edge.storage.write({
          id: '',
          steps: [{ sql, parameters, reads: false }],
          leaf: null,
          repeatable: false,
        })
      await write('INSERT INTO run_lane (tenant, pool, project, vtime, ready) VALUES (?, ?, ?, -1, 1)', [
        tenant,
        pool,
        `p${i}`,
      ])
    }
    const { body } = await s.agent.poll({ about: about(['gpu']) })
    assert.ok(body.job)
  })
})
