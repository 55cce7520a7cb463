import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Receiver, withVariables } from '../shared/telemetry/receiver_fixture.ts'
import { openTelemetry } from '../shared/telemetry/telemetry.ts'
import { hashSecret } from './auth/secret.ts'
import { PUBLIC_URL } from './edge_fixture.ts'
import { Estate, TestEdge } from './estate_fixture.ts'
import { HOUR_MS, hourly } from './schedules/schedule_fixture.ts'
import type { Edge } from './wiring.ts'

/** A pipeline that anybody may start and that has a schedule, and an agent. */
async function scene() {
  const edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish({ triggers: { api: { per_day: 100 }, schedule: hourly } })
  const agent = await estate.enrol()
  return { edge, estate, pipeline, agent, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

type Scene = Awaited<ReturnType<typeof scene>>

interface Told extends AsyncDisposable {
  readonly receiver: Receiver
  /** Another instance of the scene's edge, which tells what it does. */
  readonly edge: Edge
  /** Sends what it has to say. */
  close(): Promise<void>
}

async function telling(s: Scene, { byPool = false } = {}): Promise<Told> {
  const receiver = await Receiver.start()
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }
  const warn = (message: string) => assert.fail(message)
  const telemetry = await withVariables(
    variables,
    (get) => openTelemetry({ get, service: 'sallyport-edge', warn }),
  )
  assert.ok(telemetry)
  const edge = s.edge.instance(telemetry, byPool ? hashSecret('a token of the installation') : null)
  return {
    receiver,
    edge,
    close: () => telemetry.close(),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}

/** A run is started, claimed and ended, with a secret and a stranger's trace among what is sent. */
async function story(s: Scene, { edge }: Told) {
  const token = s.estate.token
  const made = await s.edge.call('POST', '/v1/runs', { token, edge, body: { pipeline_id: s.pipeline } })
  const { job } = (await s.agent.poll({ edge })).body
  const body = { fence: job.lease.fence, status: 'succeeded', retry: false, streams: [] }
  await s.agent.call('POST', `/v1/agent/runs/${job.run.id}/complete`, body, { edge })
  await s.edge.call('GET', `/v1/runs/${crypto.randomUUID()}`, { token, edge })
  return { run: made.body.id as string, token }
}

describe('traces of the edge', () => {
  test('have a span of each request by its operation, and below it the commit of its plan', async () => {
    await using s = await scene()
    await using told = await telling(s)
    await story(s, told)
    await told.close()
    const { spans } = told.receiver
    const named = (name: string) => spans.find((span) => span.name === name)
    for (
      const [operation, path, action] of [
        ['createRun', '/v1/runs', 'run.created'],
        ['pollForWork', '/v1/agent/poll', 'run.claimed'],
        ['completeRun', '/v1/agent/runs/{id}/complete', 'run.completed'],
      ] as const
    ) {
      const request = named(operation)
      assert.equal(request?.kind, 2, operation)
      assert.equal(request?.attributes['http.route'], path)
      assert.equal(request?.attributes['http.request.method'], 'POST')
      assert.ok(Number(request?.attributes['http.response.status_code']) < 300)
      const commit = named(`commit ${action}`)
      assert.equal(commit?.parentSpanId, request?.spanId, action)
      assert.equal(commit?.traceId, request?.traceId)
      assert.equal(commit?.attributes['sallyport.action'], action)
    }
    const refused = named('getRun')
    assert.equal(refused?.attributes['http.response.status_code'], 404)
    assert.equal(refused?.attributes['error.type'], 'not_found')
    assert.equal(refused?.status, 0, 'what a caller does wrong is no error of the edge')
  })

  test('link the trace that a caller names, and say nothing of anybody', async () => {
    await using s = await scene()
    await using told = await telling(s)
    const { run, token } = await story(s, told)
    const traceId = 'ab'.repeat(16)
    const headers = { traceparent: `00-${traceId}-${'cd'.repeat(8)}-01` }
    await s.edge.call('GET', '/v1/whoami?secret=value', { token, headers, edge: told.edge })
    await told.close()
    const linked = told.receiver.spans.filter(({ links }) => links.length > 0)
    assert.deepEqual(linked.map(({ links }) => links[0]?.traceId), [traceId])
    assert.notEqual(linked[0]?.traceId, traceId)
    const words = [
      token,
      run,
      s.pipeline,
      s.estate.tenant,
      s.estate.project,
      s.agent.id,
      'Acme',
      'Ada',
      'secret',
    ]
    for (const word of words) assert.ok(!told.receiver.text.includes(word), word)
  })
})

describe('metrics of the edge', () => {
  test('have times by operation, how much waits and since when, how late schedules are, and ends by state', async () => {
    await using s = await scene()
    await using told = await telling(s)
    const { token } = await story(s, told)
    const body = { pipeline_id: s.pipeline }
    for (let n = 0; n < 2; n++) await s.edge.call('POST', '/v1/runs', { token, edge: told.edge, body })
    await told.edge.tick()
    s.edge.now += HOUR_MS + 5_000
    await told.close()
    const { points } = told.receiver
    const point = (name: string, attributes: object = {}) =>
      points.find((one) =>
        one.name === name &&
        Object.entries(attributes).every(([key, value]) => one.attributes[key] === value)
      )
    const answered = { 'sallyport.operation': 'createRun', 'http.response.status_code': 201 }
    const duration = point('http.server.request.duration', answered)
    assert.deepEqual([duration?.kind, duration?.unit, duration?.value], ['histogram', 's', 3])
    assert.equal(point('sallyport.queue.depth')?.value, 2)
    assert.equal(point('sallyport.queue.oldest_age')?.value, HOUR_MS / 1000 + 5)
    assert.equal(point('sallyport.schedules.lag')?.value, 5)
    assert.equal(point('sallyport.runs_ended', { state: 'succeeded' })?.value, 1)
    assert.equal(point('sallyport.runs_ended', { state: 'failed' })?.value, 0)
    assert.ok((point('sallyport.storage_commits')?.value ?? 0) > 0)
    assert.equal(point('sallyport.security_events', { kind: 'webhook.signature_failed' })?.value, 0)
  })

  test('name tenants and pools where the installation has a metrics token, and not elsewhere', async () => {
    await using s = await scene()
    for (const byPool of [true, false]) {
      await using told = await telling(s, { byPool })
      const body = { pipeline_id: s.pipeline }
      await s.edge.call('POST', '/v1/runs', { token: s.estate.token, edge: told.edge, body })
      s.edge.now += 5_000
      await told.close()
      const points = told.receiver.points.filter(({ name }) => name === 'sallyport.pool.queue.depth')
      const own = { 'sallyport.tenant': s.estate.tenant, 'sallyport.pool': 'default' }
      const others = { 'sallyport.tenant': 'other', 'sallyport.pool': 'other' }
      const wanted = [{ attributes: own, value: 1 }, { attributes: others, value: 0 }]
      assert.deepEqual(points.map(({ attributes, value }) => ({ attributes, value })), byPool ? wanted : [])
      assert.equal(told.receiver.text.includes(s.estate.tenant), byPool)
    }
  })

  test('count ends at /metrics as well', async () => {
    await using s = await scene()
    await using told = await telling(s)
    await story(s, told)
    const answer = await told.edge.app(new Request(`${PUBLIC_URL}/metrics`), { remote: '192.0.2.1' })
    assert.match(await answer.text(), /^sallyport_runs_ended_total\{state="succeeded"\} 1$/m)
    await told.close()
  })
})
