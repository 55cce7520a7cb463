/** Claims whose answers get lost: whoever polls is handed what was claimed, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Estate, TestEdge } from '../estate_fixture.ts'

async function scene() {
  const edge = await TestEdge.start('remote')
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish()
  const agent = await estate.enrol()
  const start = async (): Promise<string> =>
    (await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })).id
  const leased = () => edge.rows("SELECT id, agent, fence FROM run WHERE state = 'leased'")
  return { edge, agent, start, leased, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

async function waits(edge: TestEdge): Promise<void> {
  for (;;) {
    const response = await edge.edge.app(new Request('http://edge.test/metrics'), { remote: '192.0.2.1' })
    if ((await response.text()).includes('\nsallyport_polls_waiting 1\n')) return
    await new Promise((resolve) => setTimeout(resolve))
  }
}

test('a poll whose claim the server did not confirm is handed what it claimed, however long it had waited', async () => {
  await using s = await scene()
  const { server, storage } = s.edge
  assert.ok(server)
  const write = storage.write.bind(storage)
  let lost = 0
  storage.write = (plan) => {
    if (plan.leaf?.action === 'run.claimed' && lost++ === 0) server.faults.dropResponses = 1
    return write(plan)
  }
  const polled = s.agent.poll({ wait: 2 })
  await waits(s.edge)
  // The claim happens at another time than the request came.
  s.edge.now += 1_000
  const runs = [await s.start(), await s.start()]
  const { body } = await polled
  assert.equal(lost, 1)
  const [held, ...others] = await s.leased()
  assert.deepEqual(others, [])
  assert.equal(body.job?.run.id, held.id)
  assert.ok(runs.includes(held.id))
  assert.equal(held.agent, s.agent.id)
})

test('a poll that comes again under its key is not handed a run that it has not claimed', async () => {
  await using s = await scene()
  await s.start()
  await s.start()
  const body = { slots: 1, wait_seconds: 0, log_size: 0 }
  const keyed = () => {
    const headers = { ...s.agent.fields('POST', '/v1/agent/poll', body), 'idempotency-key': 'once' }
    return s.edge.call('POST', '/v1/agent/poll', { headers, body })
  }
  const first = await keyed()
  s.edge.now += 1_000
  const again = await keyed()
  assert.equal(first.status, 200)
  assert.equal(again.body.job, null)
  assert.deepEqual((await s.leased()).map(({ id }) => id), [first.body.job.run.id])
})
