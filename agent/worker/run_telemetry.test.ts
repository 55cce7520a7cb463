import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { Receiver, withVariables } from '../../shared/telemetry/receiver_fixture.ts'
import { openTelemetry } from '../../shared/telemetry/telemetry.ts'
import { edgeForAgent } from '../edge_client/edge_client.ts'
import { directNetwork } from '../network.ts'
import { moveRun } from '../runs/move.ts'
import { run, worldWithFolders } from './run_job_fixture.ts'
import { RunTelemetry } from './run_telemetry.ts'

async function telling(receiver: Receiver) {
  const warn = (message: string) => assert.fail(message)
  const telemetry = await withVariables(
    { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    (get) => openTelemetry({ get, service: 'sallyport-agent', warn }),
  )
  assert.ok(telemetry)
  return telemetry
}

describe('telemetry of a run', () => {
  test('has a span of it, of its streams and of their commits, and counts what was committed', async () => {
    await using receiver = await Receiver.start()
    await using world = await worldWithFolders()
    const telemetry = await telling(receiver)
    const { told, secret, orders } = await run({
      world,
      telemetry: new RunTelemetry(telemetry),
      move: (order) => {
        const { from } = order.streams[0]!
        writeFileSync(join(secretOf(order), from), 'id,name\n1,Grace\n2,Alan\n')
        return moveRun(order)
      },
    })
    await telemetry.close()
    assert.equal(told.completed[0]?.status, 'succeeded', JSON.stringify(told.completed))
    const { spans, points } = receiver
    const [whole, stream, commit] = ['run', 'stream', 'commit'].map((name) =>
      spans.find((span) => span.name === name)
    )
    assert.equal(whole?.attributes['sallyport.run_id'], world.job.run.id)
    assert.equal(whole?.attributes['sallyport.status'], 'succeeded')
    assert.equal(stream?.parentSpanId, whole?.spanId)
    assert.equal(stream?.attributes['sallyport.rows'], 2)
    assert.equal(commit?.parentSpanId, stream?.spanId)
    const value = (name: string) => points.find((point) => point.name === name)?.value
    assert.equal(value('sallyport.rows'), 2)
    assert.ok((value('sallyport.bytes') ?? 0) > 0)
    const duration = points.find(({ name }) => name === 'sallyport.run.duration')
    assert.deepEqual([duration?.attributes, duration?.value], [{ status: 'succeeded' }, 1])
    const { from, to } = orders[0]!.streams[0]!
    for (const name of [from, to]) assert.ok(!receiver.text.includes(JSON.stringify(name)), name)
    for (const word of [secret, 'Grace', world.folder, world.ring.tenant]) {
      assert.ok(!receiver.text.includes(word), word)
    }
  })

  test('says by its code why it failed, and counts nothing', async () => {
    await using receiver = await Receiver.start()
    await using world = await worldWithFolders()
    const telemetry = await telling(receiver)
    world.ring = { ...world.ring, pin: { ...world.ring.pin, hash: 'f'.repeat(64) } }
    await run({ world, telemetry: new RunTelemetry(telemetry) })
    await telemetry.close()
    assert.deepEqual(
      receiver.spans.map(({ name, status, attributes }) => [name, status, attributes['error.type']]),
      [['run', 2, 'pin_mismatch']],
    )
    assert.ok(receiver.points.every(({ name }) => name !== 'sallyport.rows'))
  })
})

describe('an agent that asks the edge', () => {
  test('names the span that it asks in, and none outside of one', async () => {
    await using receiver = await Receiver.start()
    const telemetry = await telling(receiver)
    const edge = edgeForAgent(new URL(receiver.url), { id: 'one', seed: new Uint8Array(32).fill(1) }, {
      now: Date.now,
      network: directNetwork,
      traceparent: () => telemetry.traceparent(),
    })
    const ask = () => edge.GET('/v1/agent/self').catch((error) => assert.ok(error instanceof Fault))
    await telemetry.span('asking', {}, async () => void await ask())
    await ask()
    await telemetry.close()
    const asked = receiver.requests.filter(({ path }) => path === '/v1/agent/self')
    const [span] = receiver.spans
    const expected = `00-${span?.traceId}-${span?.spanId}-01`
    assert.deepEqual(asked.map(({ headers }) => headers['traceparent']), [expected, undefined])
  })
})

function secretOf({ source }: { readonly source: { readonly config: unknown } }): string {
  return (source.config as { readonly path: string }).path
}
