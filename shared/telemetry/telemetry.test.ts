import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Receiver, withVariables } from './receiver_fixture.ts'
import { openTelemetry, signalsOf, type Telemetry } from './telemetry.ts'

const endpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT'

async function opened(variables: Readonly<Record<string, string>>): Promise<{
  readonly telemetry: Telemetry | null
  readonly warned: string[]
}> {
  const warned: string[] = []
  const warn = (message: string) => warned.push(message)
  const telemetry = await withVariables(
    variables,
    (get) => openTelemetry({ get, service: 'program', version: '1.2.3', warn }),
  )
  return { telemetry, warned }
}

describe('the standard variables', () => {
  const signals = (variables: Readonly<Record<string, string>>) => signalsOf((name) => variables[name])

  test('switch nothing on when there are none', () => {
    assert.deepEqual(signals({}), { traces: false, metrics: false })
  })

  test('switch both on by an address, and one alone by its own', () => {
    assert.deepEqual(signals({ [endpoint]: 'http://c:4318' }), { traces: true, metrics: true })
    const own = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://c/v1/metrics' }
    assert.deepEqual(signals(own), { traces: false, metrics: true })
    assert.deepEqual(signals({ OTEL_TRACES_EXPORTER: 'otlp' }), { traces: true, metrics: false })
  })

  test('switch one or all of it off', () => {
    const on = { [endpoint]: 'http://c:4318' }
    assert.deepEqual(signals({ ...on, OTEL_TRACES_EXPORTER: 'none' }), { traces: false, metrics: true })
    assert.deepEqual(signals({ ...on, OTEL_SDK_DISABLED: 'TRUE' }), { traces: false, metrics: false })
  })

  test('that cannot be meant are told by name without their value, and nothing is sent', async () => {
    for (
      const [name, value] of [
        [endpoint, 'collector secret'],
        ['OTEL_TRACES_EXPORTER', 'zipkin'],
        ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
      ] as const
    ) {
      const { telemetry, warned } = await opened({ [endpoint]: 'http://127.0.0.1:1', [name]: value })
      assert.equal(telemetry, null)
      assert.equal(warned.length, 1)
      assert.ok(warned[0]?.includes(name), name)
      assert.ok(!warned[0]?.includes('secret') && !warned[0]?.includes('zipkin'))
    }
  })
})

describe('what is sent', () => {
  test('goes on, with one warning, where the library cannot mean a variable', async () => {
    await using receiver = await Receiver.start()
    const { telemetry, warned } = await opened({
      [endpoint]: receiver.url,
      OTEL_TRACES_SAMPLER: 'a-secret-sampler',
    })
    await telemetry?.span('work', {}, () => Promise.resolve())
    await telemetry?.close()
    assert.deepEqual(receiver.spans.map(({ name }) => name), ['work'])
    assert.equal(warned.length, 1)
    assert.ok(!warned[0]?.includes('secret'))
  })

  test('arrives at the address with the headers, and names the service', async () => {
    await using receiver = await Receiver.start()
    const { telemetry, warned } = await opened({
      [endpoint]: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b',
      OTEL_SERVICE_NAME: 'mine',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    })
    await telemetry?.span('outer', { attributes: { 'a.count': 2 } }, async () => undefined)
    telemetry?.counter({ name: 'things', unit: '1', description: 'Things.' })(3, { kind: 'x' })
    await telemetry?.close()
    assert.deepEqual(receiver.requests.map(({ path }) => path).sort(), ['/v1/metrics', '/v1/traces'])
    for (const { type, headers } of receiver.requests) {
      assert.match(type, /^application\/json/)
      assert.equal(headers['x-key'], 'a b')
    }
    const [resource] = receiver.resources
    assert.equal(resource?.['service.name'], 'mine')
    assert.equal(resource?.['service.version'], '1.2.3')
    assert.equal(resource?.['deployment.environment.name'], 'test')
    assert.deepEqual(receiver.spans.map(({ name, attributes }) => [name, attributes]), [
      ['outer', { 'a.count': 2 }],
    ])
    assert.deepEqual(receiver.points, [
      { name: 'things', unit: '1', kind: 'sum', attributes: { kind: 'x' }, value: 3 },
    ])
    assert.deepEqual(warned, [])
  })

  test('has spans below the one that was open, also when they are awaited side by side', async () => {
    await using receiver = await Receiver.start()
    const { telemetry } = await opened({ [endpoint]: receiver.url, OTEL_METRICS_EXPORTER: 'none' })
    assert.ok(telemetry)
    const one = (n: number) =>
      telemetry.span(`outer ${n}`, {}, async () => {
        await Promise.resolve()
        await telemetry.span(`inner ${n}`, {}, async () => await Promise.resolve())
      })
    await Promise.all([one(1), one(2)])
    assert.equal(telemetry.traceparent(), null)
    await telemetry.close()
    const named = (name: string) => receiver.spans.find((span) => span.name === name)
    for (const n of [1, 2]) {
      assert.equal(named(`inner ${n}`)?.parentSpanId, named(`outer ${n}`)?.spanId)
      assert.equal(named(`inner ${n}`)?.traceId, named(`outer ${n}`)?.traceId)
    }
    assert.notEqual(named('outer 1')?.traceId, named('outer 2')?.traceId)
    assert.deepEqual(receiver.requests.map(({ path }) => path), ['/v1/traces'])
  })

  test('links the trace of a stranger and does not go on with it', async () => {
    await using receiver = await Receiver.start()
    const { telemetry } = await opened({ [endpoint]: receiver.url })
    const traceId = 'ab'.repeat(16)
    const spanId = 'cd'.repeat(8)
    const bad = [`00-${'0'.repeat(32)}-${spanId}-01`, `00-${traceId}-${spanId}-01 `, `01-${traceId}`, 'x']
    for (const from of [`00-${traceId}-${spanId}-01`, ...bad]) {
      await telemetry?.span('asked', { kind: 'server', from }, async (span) => {
        span.fail('internal')
        assert.match(telemetry.traceparent() ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
        await Promise.resolve()
      })
    }
    await telemetry?.close()
    const [good, ...others] = receiver.spans
    assert.deepEqual(good?.links.map((link) => [link.traceId, link.spanId]), [[traceId, spanId]])
    assert.notEqual(good?.traceId, traceId)
    assert.equal(good?.status, 2)
    assert.equal(good?.attributes['error.type'], 'internal')
    assert.ok(others.length === bad.length && others.every(({ links }) => links.length === 0))
  })

  test('is dropped with one warning and no delay of the work where nobody listens', async () => {
    const { telemetry, warned } = await opened({
      [endpoint]: 'http://127.0.0.1:1/secret-path',
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
    })
    assert.equal(await telemetry?.span('work', {}, () => Promise.resolve('done')), 'done')
    await telemetry?.close()
    assert.equal(warned.length, 1)
    assert.ok(!warned[0]?.includes('secret-path'))
  })
})
