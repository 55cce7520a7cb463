/** Polls over real connections: what a caller's leaving does cannot be seen without them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Estate, TestEdge } from '../estate_fixture.ts'

test('a poll whose connection breaks gives its place up, and costs no run', async () => {
  await using edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish()
  const agent = await estate.enrol()
  const server = Deno.serve(
    { port: 0, hostname: '127.0.0.1', onListen() {} },
    (request) => edge.edge.app(request, { remote: '192.0.2.1' }),
  )
  const { port } = server.addr
  const path = '/v1/agent/poll'
  const body = { slots: 1, wait_seconds: 25, log_size: 0 }
  const leave = new AbortController()
  const poll = fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { ...agent.fields('POST', path, body), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: leave.signal,
  })
  await waiting(edge, 1)
  leave.abort()
  await assert.rejects(poll, { name: 'AbortError' })
  await waiting(edge, 0)
  const { id } = await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
  assert.equal((await estate.made('GET', `/v1/runs/${id}`)).state, 'queued')
  assert.equal((await agent.poll()).body.job.run.id, id)
  await server.shutdown()
})

/** Until so many polls wait, as `/metrics` says. */
async function waiting(edge: TestEdge, count: number): Promise<void> {
  for (;;) {
    const response = await edge.edge.app(new Request('http://edge.test/metrics'), { remote: '192.0.2.1' })
    if ((await response.text()).includes(`\nsallyport_polls_waiting ${count}\n`)) return
    await new Promise((resolve) => setTimeout(resolve))
  }
}
