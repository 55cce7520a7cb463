/** What polls tell besides a job. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64 } from '../../shared/bytes.ts'
import { logOrigin, openCheckpoint } from '../../shared/log/checkpoint.ts'
import { verifyConsistency } from '../../shared/log/proof.ts'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

async function scene(kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  await estate.furnish()
  const agent = await estate.enrol()
  return { edge, estate, agent, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

describe('a publication', () => {
  for (const kind of kinds) {
    test(`of a trust document or an index wakes every waiting poll of the tenant, on the ${kind} storage`, async () => {
      await using s = await scene(kind)
      const agents = [s.agent, await s.estate.enrol(), await s.estate.enrol()]
      for (const act of [() => s.estate.publishTrust(), () => s.estate.publishIndex()]) {
        const polls = agents.map((agent) => agent.poll({ wait: 25 }))
        await s.agent.poll()
        await act()
        const trust = s.estate.trust?.document.version
        const newest = { trust, indexes: { [s.estate.project]: s.estate.index?.number } }
        for (const poll of polls) {
          const { body } = await poll
          assert.deepEqual([body.job, body.newest], [null, newest])
        }
      }
    })
  }

  test('between two polls is told to the next one at once', async () => {
    await using s = await scene()
    assert.equal((await s.agent.poll()).body.newest.trust, 1)
    await s.estate.publishTrust()
    assert.equal((await s.agent.poll({ wait: 25 })).body.newest.trust, 2)
    const waits = s.agent.poll({ wait: 25 })
    await s.agent.poll()
    await s.estate.publishIndex()
    assert.deepEqual((await waits).body.newest, { trust: 2, indexes: { [s.estate.project]: 2 } })
  })

  test('at another instance is told at the next look', async () => {
    await using s = await scene()
    const edge = s.edge.instance()
    await s.agent.poll({ edge })
    const waits = s.agent.poll({ wait: 25, edge })
    await s.estate.publishTrust()
    assert.equal((await waits).body.newest.trust, 2)
  })

  test('of another tenant is none of its business', async () => {
    await using s = await scene()
    const other = await Estate.found(s.edge, s.estate)
    const waits = s.agent.poll({ wait: 25 })
    await s.agent.poll()
    await other.publishTrust()
    await s.estate.publishIndex()
    assert.deepEqual((await waits).body.newest, { trust: 1, indexes: { [s.estate.project]: 2 } })
  })
})

test('polls that find nothing new ask the database for nothing but runs', async () => {
  await using s = await scene()
  await s.agent.poll()
  const asked: string[] = []
  const read = s.edge.storage.read.bind(s.edge.storage)
  s.edge.storage.read = (statement) => {
    asked.push(/from "?(\w+)/i.exec(statement.sql)?.[1] ?? statement.sql)
    return read(statement)
  }
  await s.agent.poll()
  assert.deepEqual(asked, ['agent', 'run'])
})

describe('the audit log', () => {
  const opened = (estate: Estate, checkpoint: string) => {
    const log = { name: logOrigin(estate.tenant), publicKey: fromBase64(estate.logKey) }
    return openCheckpoint(native, checkpoint, log)
  }

  test('comes with an agent’s first poll, and then once a minute when it has grown, with a proof', async () => {
    await using s = await scene()
    const first = (await s.agent.poll()).body.log
    const from = opened(s.estate, first.checkpoint)
    assert.deepEqual([from.size, first.consistency], [first.size, []])
    await s.estate.publishTrust()
    const logSize = first.size
    s.edge.now += 59_000
    assert.equal((await s.agent.poll({ logSize })).body.log, null)
    s.edge.now += 1_000
    const second = (await s.agent.poll({ logSize })).body.log
    const to = opened(s.estate, second.checkpoint)
    assert.equal(to.size, first.size + 1)
    assert.ok(verifyConsistency(native, { from, to, proof: second.consistency.map(fromBase64) }))
    s.edge.now += 60_000
    assert.equal((await s.agent.poll({ logSize: to.size })).body.log, null)
  })

  test('that is shorter than the agent has seen it is shown all the same', async () => {
    await using s = await scene()
    const { log } = (await s.agent.poll({ logSize: 1000 })).body
    assert.ok(opened(s.estate, log.checkpoint).size < 1000)
    assert.deepEqual(log.consistency, [])
  })

  test('keeps no run waiting', async () => {
    await using s = await scene()
    const [pipeline] = Object.entries(s.estate.listed).find(([, { kind }]) => kind === 'pipeline') ?? []
    await s.estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
    const other = await s.estate.enrol()
    await s.agent.poll({ wait: 0 })
    s.edge.now += 61_000
    await s.estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
    const { body } = await s.agent.poll()
    assert.deepEqual([body.job.kind, body.log], ['run', null])
    assert.ok((await other.poll()).body.log)
  })
})
