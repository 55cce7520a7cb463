/** OpenTelemetry of the binary as an agent and of the edge as a process: what a collector gets, and what it never gets. */
import { Database } from 'bun:sqlite'
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Receiver } from '../../shared/telemetry/receiver_fixture.ts'
import { startWorld, type World } from '../e2e/world.ts'

const standard = 'OTEL_EXPORTER_OTLP_ENDPOINT'
/** Names and values that nobody but the agent and the databases may learn of. */
const canaries = {
  table: 'canary_orders_table',
  target: 'canary_target_table',
  column: 'canary_salary_column',
  value: 'canary-value-of-a-row',
  pipeline: 'canary-pipeline',
  source: 'canary-source',
  password: 'canary-secret-of-an-environment',
}

interface Scene extends AsyncDisposable {
  readonly world: World
  readonly agentTold: Receiver
  readonly edgeTold: Receiver
  /** Ends both: what they have to say is sent then. */
  stop(): Promise<void>
}

async function scene({ on }: { readonly on: boolean }): Promise<Scene> {
  const [agentTold, edgeTold] = await Promise.all([Receiver.start(), Receiver.start()])
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-telemetry-'))
  const data = join(folder, 'canary-folder')
  mkdirSync(data)
  const [from, into] = ['in', 'out'].map((name) => join(data, `${name}.db`)) as [string, string]
  using database = new Database(from, { create: true })
  database.run(`create table ${canaries.table} (id integer, ${canaries.column} text)`)
  database.run(`insert into ${canaries.table} values (1, '${canaries.value}'), (2, null)`)
  new Database(into, { create: true }).close()
  const address = new URL(edgeTold.url).host
  const world = await startWorld({
    folder,
    edge: on ? { env: { [standard]: edgeTold.url }, reach: [address] } : { reach: [address] },
    tenant: 'Canary Incorporated',
    allow: [
      `{ direction: read, connector: sqlite, path: "${from}" }`,
      `{ direction: write, connector: sqlite, path: "${into}" }`,
    ],
    local: `files: ["${data}"]\n`,
  })
  await world.addConnection(canaries.source, `{ type: sqlite, path: "${from}" }`)
  await world.addConnection('into', `{ type: sqlite, path: "${into}" }`)
  await world.applyPipeline({
    name: canaries.pipeline,
    source: canaries.source,
    destination: 'into',
    streams: [`{ from: ${canaries.table}, to: ${canaries.target}, mode: replace }`],
  })
  const agent = await world.startAgent({
    env: { CANARY_SECRET: canaries.password, ...(on ? { [standard]: agentTold.url } : {}) },
  })
  return {
    world,
    agentTold,
    edgeTold,
    async stop() {
      agent.child.kill('SIGTERM')
      await agent.ended
      await world.edge.stop()
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await Promise.all([agentTold, edgeTold].map((one) => one[Symbol.asyncDispose]()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

describe('the binary as an agent and the edge as a process, with an address of a collector', () => {
  let s: Scene
  let run: string
  before(async () => {
    s = await scene({ on: true })
    const ended = await s.world.run(canaries.pipeline)
    assert.equal(ended.state, 'succeeded')
    run = ended.id
    await s.stop()
  }, { timeout: 180_000 })
  after(async () => await s?.[Symbol.asyncDispose]())

  test('send a run with its streams and their commits, and a span of each request', () => {
    const { spans } = s.agentTold
    const [whole, stream, commit] = ['run', 'stream', 'commit'].map((name) =>
      spans.find((span) => span.name === name)
    )
    assert.equal(whole?.attributes['sallyport.run_id'], run)
    assert.equal(stream?.parentSpanId, whole?.spanId)
    assert.deepEqual([stream?.attributes['sallyport.rows'], stream?.attributes['sallyport.status']], [
      2,
      'succeeded',
    ])
    assert.equal(commit?.parentSpanId, stream?.spanId)
    assert.equal(commit?.traceId, whole?.traceId)
    const requests = s.edgeTold.spans.map(({ name }) => name)
    for (const name of ['pollForWork', 'completeRun', 'commit run.claimed', 'commit run.completed']) {
      assert.ok(requests.includes(name), `${name} among ${[...new Set(requests)].join()}`)
    }
    const services = [s.agentTold, s.edgeTold].map(({ resources: [one] }) => one?.['service.name'])
    assert.deepEqual(services, ['sallyport-agent', 'sallyport-edge'])
  })

  test('tell of one run together: the requests within it are linked with its trace', () => {
    const whole = s.agentTold.spans.find(({ name }) => name === 'run')
    const completed = s.edgeTold.spans.find(({ name }) => name === 'completeRun')
    assert.deepEqual(completed?.links.map(({ traceId }) => traceId), [whole?.traceId])
    // Anybody can write a traceparent: the edge's trace is its own.
    assert.notEqual(completed?.traceId, whole?.traceId)
  })

  test('send figures of the run and of the queue', () => {
    const of = (receiver: Receiver, name: string) => receiver.points.find((point) => point.name === name)
    assert.equal(of(s.agentTold, 'sallyport.rows')?.value, 2)
    assert.deepEqual(of(s.agentTold, 'sallyport.run.duration')?.attributes, { status: 'succeeded' })
    assert.equal(of(s.edgeTold, 'sallyport.queue.depth')?.value, 0)
    assert.ok((of(s.edgeTold, 'http.server.request.duration')?.value ?? 0) > 0)
  })

  test('name nothing of what is sealed, nobody, and no secret', () => {
    const { world } = s
    const person = readFileSync(join(world.person.home, 'token'), 'utf8').trim()
    const ring = JSON.parse(readFileSync(join(world.person.home, 'ring.json'), 'utf8'))
    const keys = JSON.stringify(ring).match(/[A-Za-z0-9_+/-]{40,}={0,2}/g) ?? []
    assert.ok(keys.length > 0)
    const words = [
      ...Object.values(canaries),
      'canary',
      'Canary',
      'Grace',
      'vm-1',
      world.folder,
      world.tenant,
      world.project,
      person,
      ...keys,
    ]
    for (const { text } of [s.agentTold, s.edgeTold]) {
      assert.ok(text.length > 1000)
      for (const word of words) assert.ok(!text.includes(word), word)
    }
    assert.ok(!s.edgeTold.text.includes(run), 'the edge names no run')
  })
})

test('without a variable neither the binary nor the edge sends anything', { timeout: 180_000 }, async () => {
  await using s = await scene({ on: false })
  assert.equal((await s.world.run(canaries.pipeline)).state, 'succeeded')
  await s.stop()
  assert.deepEqual([s.agentTold.requests.length, s.edgeTold.requests.length], [0, 0])
})
