import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hashSecret } from '../auth/secret.ts'
import { reader } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import { kinds, testStorage } from '../db/storage_fixture.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import type { Edge } from '../wiring.ts'
import { tenant, Yard } from './lanes_fixture.ts'
import { countPools, keptNames } from './pool_figures.ts'
import { countQueue } from './queue_figures.ts'

const token = 'a-metrics-token-of-26-characters'

async function asked(edge: Edge, given: string | null): Promise<{ status: number; text: string }> {
  const headers = new Headers(given === null ? {} : { authorization: `Bearer ${given}` })
  const response = await edge.app(new Request(`${PUBLIC_URL}/metrics`, { headers }), { remote: '192.0.2.1' })
  return { status: response.status, text: await response.text() }
}

/** The figures by pool, without their common prefix. */
function byPool(text: string): Record<string, number> {
  const found = text.matchAll(/^sallyport_pool_queue_(\w+\{[^}]*\}) (\S+)$/gm)
  return Object.fromEntries([...found].map(([, name, value]) => [name, Number(value)]))
}

async function twoTenants() {
  const edge = await TestEdge.start()
  const first = await Estate.found(edge)
  const second = await Estate.found(edge, first)
  for (const [estate, runs] of [[first, 3], [second, 1]] as const) {
    const { pipeline } = await estate.furnish()
    if (runs > 1) await estate.made('PUT', `/v1/limits/pipeline:${pipeline}`, { runs: 1 })
    for (let i = 0; i < runs; i++) {
      await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
      edge.now += 2000
    }
  }
  return { edge, first, second, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

describe('the queue by tenant and pool at /metrics', () => {
  test('is for whoever sends the metrics token, and another one is refused', async () => {
    await using s = await twoTenants()
    const edge = s.edge.instance(null, hashSecret(token))
    const agent = await s.first.enrol()
    await agent.poll()
    await agent.poll()
    const { status, text } = await asked(edge, token)
    assert.equal(status, 200)
    const of = (estate: Estate) => `{tenant="${estate.tenant}",pool="default"}`
    assert.deepEqual(byPool(text), {
      [`runs${of(s.first)}`]: 2,
      [`runs${of(s.second)}`]: 1,
      [`oldest_seconds${of(s.first)}`]: 6,
      [`oldest_seconds${of(s.second)}`]: 2,
      [`held_back${of(s.first)}`]: 2,
      [`held_back${of(s.second)}`]: 0,
      [`later${of(s.first)}`]: 0,
      [`later${of(s.second)}`]: 0,
    })
    assert.match(text, /^sallyport_queue_runs 3$/m)
    for (const wrong of [`${token}x`, 'x', s.first.token]) {
      assert.equal((await asked(edge, wrong)).status, 401)
    }
  })

  test('is not there for anybody else, nor where no token is set, whatever is sent', async () => {
    await using s = await twoTenants()
    const open = await asked(s.edge.instance(null, hashSecret(token)), null)
    const without = await asked(s.edge.edge, token)
    for (const { status, text } of [open, without]) {
      assert.equal(status, 200)
      assert.match(text, /^sallyport_queue_runs 4$/m)
      assert.deepEqual(byPool(text), {})
      for (const { tenant } of [s.first, s.second]) assert.ok(!text.includes(tenant))
    }
  })

  test('costs the database one question in five seconds, and none for who has no token', async () => {
    await using edge = await TestEdge.start()
    let count = 0
    let down = false
    const read = edge.storage.read.bind(edge.storage)
    Object.assign(edge.storage, {
      read: (statement: Parameters<Storage['read']>[0]) => {
        if (!statement.sql.includes('row_number()')) return read(statement)
        count++
        return down ? Promise.reject(new Error('gone')) : read(statement)
      },
    })
    const instance = edge.instance(null, hashSecret(token))
    await asked(instance, null)
    assert.equal(count, 0)
    await Promise.all([asked(instance, token), asked(instance, token)])
    await asked(instance, token)
    assert.equal(count, 1)
    edge.now += 5000
    down = true
    const { status, text } = await asked(instance, token)
    assert.deepEqual([status, byPool(text), count], [200, {}, 2])
  })
})

for (const kind of kinds) {
  describe(`pools that are counted, on the ${kind} storage`, () => {
    test('are those with the most that waits, and the rest in one, so that sums stay true', async () => {
      await using fixture = await testStorage(kind)
      const yard = new Yard(fixture.storage)
      const sizes = [4, 1, 3, 2, 1, 5]
      for (const [i, size] of sizes.entries()) {
        await yard.fill(size, (n) => ({ pool: `pool-${i}`, pipeline: `p-${i}-${n % 2}`, in: n - 10 }))
        await yard.fill(2, () => ({ pool: `pool-${i}`, pipeline: `later-${i}`, in: 60_000 }))
      }
      const db = reader(fixture.storage)
      const pools = await countPools(db, { now: yard.now, most: 3 })
      const own = (pool: string, waiting: number) => ({
        ...{ tenant, pool, waiting, held_back: 0, later: 2, oldest: yard.now - 10 },
      })
      assert.deepEqual(pools, [
        own('pool-5', 5),
        own('pool-0', 4),
        own('pool-2', 3),
        { tenant: null, pool: null, waiting: 4, held_back: 0, later: 6, oldest: yard.now - 10 },
      ])
      const whole = await countQueue(db, yard.now)
      for (const  of of['waiting', 'held_back', 'later'] as const) {
        assert.equal(pools.reduce((sum, one) => sum + one[of], 0), whole[of], of)
      }
      assert.deepEqual(await countPools(db, { now: yard.now, most: 6 }).then((all) => all.length), 6)
    })

    test('are counted by indexes', async () => {
      await using fixture = await testStorage(kind)
      const plan: string[] = []
      const explaining: Storage = {
        ...fixture.storage,
        read: async (statement) => {
          const rows = await fixture.storage.read({
            ...statement,
            sql: `EXPLAIN QUERY PLAN ${statement.sql}`,
          })
          plan.push(...rows.map(({ detail }) => String(detail)))
          return await fixture.storage.read(statement)
        },
      }
      assert.deepEqual(await countPools(reader(explaining), { now: 1 }), [])
      const text = plan.join('; ')
      for (const index of ['run_line_next', 'run_line_parked', 'run_later', 'run_under_way']) {
        assert.ok(text.includes(index), text)
      }
      for (const step of plan) assert.ok(!/SCAN (l|r|run|run_line)$/.test(step), text)
    })
  })
}

test('names that were told are told again with nothing, and those beyond the most are summed up', () => {
  const keep = keptNames(2)
  const of = (pool: string, waiting: number, oldest: number | null = 1) => ({
    ...{ tenant: 't', pool, waiting, held_back: 0, later: 0, oldest },
  })
  const others = (waiting: number, oldest: number | null) => ({ ...of('', waiting, oldest), ...nobody })
  const nobody = { tenant: null, pool: null }
  assert.deepEqual(keep([of('a', 3), of('b', 2)]), [of('a', 3), of('b', 2), others(0, null)])
  assert.deepEqual(keep([of('c', 5, 7), of('b', 1), others(4, 9)]), [
    of('a', 0, null),
    of('b', 1),
    others(9, 7),
  ])
})
