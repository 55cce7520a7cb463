import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reader } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import { kinds, testStorage } from '../db/storage_fixture.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { countQueue } from './queue_figures.ts'

/** The figures that this room adds, without their common prefix. */
async function figures({ edge }: TestEdge): Promise<Record<string, number>> {
  const response = await edge.app(new Request(`${PUBLIC_URL}/metrics`), { remote: '192.0.2.1' })
  const found = (await response.text()).matchAll(/^sallyport_((?:queue|runs_in|schedule)_\w+) (\S+)$/gm)
  return Object.fromEntries([...found].map(([, name, value]) => [name, Number(value)]))
}

const nothing = {
  queue_runs: 0,
  queue_oldest_seconds: 0,
  queue_held_back: 0,
  queue_later: 0,
  runs_in_hand: 0,
  schedule_lag_seconds: 0,
}

test('metrics count what waits, since when, what is held back and what is in hand', async () => {
  await using edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish()
  const agent = await estate.enrol()
  assert.deepEqual(await figures(edge), nothing)
  await estate.made('PUT', `/v1/limits/pipeline:${pipeline}`, { runs: 1 })
  for (let i = 0; i < 3; i++) {
    await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
    edge.now += 2000
  }
  assert.deepEqual(await figures(edge), { ...nothing, queue_runs: 3, queue_oldest_seconds: 6 })
  const { run: { id }, lease: { fence } } = (await agent.poll()).body.job
  await agent.poll()
  edge.now += 6000
  assert.deepEqual(await figures(edge), {
    ...nothing,
    queue_runs: 2,
    queue_oldest_seconds: 10,
    queue_held_back: 2,
    runs_in_hand: 1,
  })
  const failed = { fence, status: 'failed', code: 'connection_lost', retry: true, streams: [] }
  await agent.call('POST', `/v1/agent/runs/${id}/complete`, failed)
  edge.now += 6000
  const { queue_runs = 0, queue_later = 0, runs_in_hand } = await figures(edge)
  assert.deepEqual([queue_runs + queue_later, runs_in_hand], [3, 0])
  edge.now += 600_000
  const { queue_oldest_seconds = 0, ...due } = await figures(edge)
  assert.deepEqual(
    [due.queue_runs, due.queue_later],
    [3, 0],
    'what became due and is in no line yet is left out',
  )
  assert.ok(queue_oldest_seconds > 600)
})

test('metrics say how late the most overdue schedule is', async () => {
  await using edge = await TestEdge.start()
  const put = (pipeline: string, next_at: number | null) =>
    edge.storage.write({
      ...{ id: '', leaf: null, repeatable: false },
      steps: [{
        sql:
          "INSERT INTO schedule (tenant, pipeline, project, schedule, next_at) VALUES ('t', ?, 'p', '{}', ?)",
        parameters: [pipeline, next_at],
        reads: false,
      }],
    })
  await put('never', null)
  await put('next', edge.now + 5000)
  assert.equal((await figures(edge)).schedule_lag_seconds, 0)
  await put('late', edge.now)
  edge.now += 30_000
  assert.equal((await figures(edge)).schedule_lag_seconds, 30)
})

test('metrics ask the database once in five seconds, however often they are asked for, and live without it', async () => {
  await using edge = await TestEdge.start()
  const { storage } = edge
  let asked = 0
  let down = false
  const read = storage.read.bind(storage)
  Object.assign(storage, {
    read: (statement: Parameters<Storage['read']>[0]) => {
      if (!statement.sql.includes('run_later')) return read(statement)
      asked++
      return down ? Promise.reject(new Error('gone')) : read(statement)
    },
  })
  await Promise.all([figures(edge), figures(edge), figures(edge)])
  await figures(edge)
  assert.equal(asked, 1)
  edge.now += 5000
  down = true
  assert.deepEqual(await figures(edge), {})
  assert.equal(asked, 2)
})

for (const kind of kinds) {
  test(`the queue is counted by its indexes, on the ${kind} storage`, async () => {
    await using fixture = await testStorage(kind)
    const plan: string[] = []
    const explaining: Storage = {
      ...fixture.storage,
      read: async (statement) => {
        const rows = await fixture.storage.read({ ...statement, sql: `EXPLAIN QUERY PLAN ${statement.sql}` })
        plan.push(...rows.map(({ detail }) => String(detail)))
        return await fixture.storage.read(statement)
      },
    }
    const { oldest, next_fire } = await countQueue(reader(explaining), 1)
    assert.deepEqual([oldest, next_fire], [null, null])
    const text = plan.join('; ')
    for (const index of ['run_line_next', 'run_line_parked', 'run_later', 'run_under_way']) {
      assert.ok(text.includes(index), text)
    }
    assert.match(text, /INDEX run_lease \(lease_until>\?\)/)
    assert.match(text, /schedule_due/)
  })
}
