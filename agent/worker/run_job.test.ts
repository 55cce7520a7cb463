import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { AgentEdge, Completion } from '../edge_client/agent_edge.ts'
import type { Order, RunResult } from '../runs/move.ts'
import { draft, ids, start, World } from '../runs/world_fixture.ts'
import { readAnchor } from '../trust/anchor.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import { runJob } from './run_job.ts'

const log = { write: () => undefined, hide: () => undefined }

/** A world whose connections lead into its own folder, and whose source keeps its path in a secret. */
async function worldWithFolders(): Promise<World> {
  const from = draft()
  const world = new World(from)
  for (const name of ['in', 'out']) mkdirSync(join(world.folder, name))
  from.policy.allow = [
    { direction: 'read', connector: 'files', path: `${world.folder}/in` },
    { direction: 'write', connector: 'files', path: `${world.folder}/out` },
  ]
  from.bodies.source = { config: { path: '${env:SOURCE_PATH}', format: 'csv' } }
  from.bodies.destination = { config: { path: `${world.folder}/out`, format: 'csv' } }
  const made = new World(from)
  Object.assign(made, { now: start })
  // The first world only lent its folder.
  Object.assign(made, { lender: world })
  writeFileSync(
    join(made.folder, 'local.yaml'),
    `sallyport: 1\nreferences: ["\${env:SOURCE_PATH}"]\nfiles: ["${world.folder}/in", "${world.folder}/out"]\n`,
    { mode: 0o600 },
  )
  await made.settle()
  return made
}

interface Told {
  started: number
  completed: Completion[]
}

function edgeOf(world: World, told: Told, change: Partial<AgentEdge> = {}): AgentEdge {
  return {
    ...world.edge,
    self: async () => ({ id: ids.agent, state: 'approved', pool: 'default' }),
    poll: async () => ({ job: null, newest: { trust: null, indexes: {} }, log: null }),
    challenges: async () => [],
    prove: async () => undefined,
    handIn: async () => undefined,
    completeRewrap: async () => undefined,
    completeInspection: async () => undefined,
    started: async () => void told.started++,
    heartbeat: async () => ({ cancel: false }),
    progress: async () => undefined,
    putLog: async () => undefined,
    complete: async (_held, end) => void told.completed.push(end),
    checkpoint: async () => ({ checkpoint: '', size: 0, consistency: [] }),
    ...change,
  }
}

function moved(order: Order, change: Partial<RunResult['streams'][0]> = {}): RunResult {
  const stream = order.streams[0]!
  return {
    run_id: order.runId,
    status: change.status === undefined || change.status === 'succeeded' ? 'succeeded' : change.status,
    streams: [{
      stream: stream.from,
      target: stream.to,
      mode: stream.mode,
      route: 'direct',
      status: 'succeeded',
      rows_read: 3,
      rows: 3,
      bytes: 30,
      rejected: 0,
      seconds: 0.1,
      code: null,
      ...change,
    }],
    seconds: 0.1,
    peak_rss_bytes: 1,
  }
}

interface Setup {
  readonly world: World
  readonly move?: (order: Order) => Promise<RunResult>
  readonly edge?: Partial<AgentEdge>
  readonly handBack?: AbortSignal
  /** By another process of the pool. */
  readonly other?: boolean
}

const working = new Set<string>()

async function run(
  { world, move = async (order) => moved(order), edge = {}, handBack, other = false }: Setup,
) {
  const told: Told = { started: 0, completed: [] }
  const orders: Order[] = []
  const lender = (world as unknown as { lender: World }).lender
  await runJob(world.job, {
    footings: world.footings(),
    anchor: world.anchor,
    edge: edgeOf(world, told, edge),
    agentId: ids.agent,
    now: () => world.now,
    move: (order) => {
      orders.push(order)
      return move(order)
    },
    of: world.ring,
    localPolicy: () => loadLocalPolicy(join(world.folder, 'local.yaml'), []),
    env: { SOURCE_PATH: `${lender.folder}/in` },
    base: world.folder,
    scratch: join(world.folder, other ? 'other' : 'scratch'),
    logs: { folder: join(world.folder, 'logs'), level: 'debug' },
    holdMemory: 256,
    beatMs: 2,
    log,
    working: other ? new Set() : working,
    handBack: handBack ?? new AbortController().signal,
  })
  const anchor = { ...await readAnchor(world.anchor, world.ring), runs: await world.runs() }
  const path = join(world.folder, 'logs', 'runs', `${world.job.run.id}.log`)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return { told, orders, anchor, text, secret: `${lender.folder}/in` }
}

describe('a run', () => {
  test('that is in order is moved, reported in counts and remembered as done', async () => {
    await using world = await worldWithFolders()
    const { told, orders, anchor, text, secret } = await run({ world })
    assert.equal(told.started, 1)
    assert.deepEqual(
      told.completed.map(({ status, retry, streams }) => ({ status, retry, rows: streams[0]?.rows })),
      [
        { status: 'succeeded', retry: false, rows: 3 },
      ],
    )
    assert.equal(orders[0]?.runId, world.job.run.id)
    assert.equal(orders[0]?.fence, 1)
    assert.notEqual(anchor.runs[0]?.ended, null)
    assert.equal(anchor.refusals.length, 0)
    assert.ok(!text.includes(secret), 'what a reference stands for is in the log')
  })

  test('that is refused opens and moves nothing: a code at the edge, the refusal in the anchor', async () => {
    await using world = await worldWithFolders()
    world.ring = { ...world.ring, pin: { ...world.ring.pin, hash: 'f'.repeat(64) } }
    const { told, orders, anchor } = await run({ world })
    assert.equal(orders.length, 0)
    assert.equal(told.started, 0)
    assert.deepEqual(told.completed, [{ status: 'refused', code: 'pin_mismatch', retry: false, streams: [] }])
    assert.deepEqual(anchor.refusals.map(({ code, run }) => ({ code, run })), [
      { code: 'pin_mismatch', run: world.job.run.id },
    ])
    assert.equal(anchor.runs.length, 0)
  })

  test('that is refused when it connects is kept among the refusals, too', async () => {
    await using world = await worldWithFolders()
    const move = async (order: Order) => moved(order, { status: 'refused', code: 'address_refused', rows: 0 })
    const { told, anchor } = await run({ world, move })
    assert.equal(told.completed[0]?.status, 'refused')
    assert.equal(anchor.refusals[0]?.code, 'address_refused')
    assert.notEqual(anchor.runs[0]?.ended, null)
  })

  test('that fails for what may pass may be tried again', async () => {
    await using world = await worldWithFolders()
    const move = async (order: Order) => moved(order, { status: 'failed', code: 'connection_lost', rows: 0 })
    const { told, anchor } = await run({ world, move })
    assert.deepEqual(told.completed.map(({ status, code, retry }) => ({ status, code, retry })), [
      { status: 'failed', code: 'connection_lost', retry: true },
    ])
    assert.equal(anchor.runs[0]?.ended, null)
  })

  test('has a folder of its own in each attempt', async () => {
    await using world = await worldWithFolders()
    const move = async (order: Order) => moved(order, { status: 'failed', code: 'connection_lost', rows: 0 })
    const first = await run({ world, move })
    world.job = { ...world.job, lease: { ...world.job.lease, fence: 2 } }
    const second = await run({ world })
    assert.notEqual(second.orders[0]?.folder, first.orders[0]?.folder)
  })

  /** Moves until it is told to stop. */
  const untilStopped = async (order: Order): Promise<RunResult> => {
    if (!order.signal.aborted) await new Promise((resolve) => order.signal.addEventListener('abort', resolve))
    return moved(order, { status: 'cancelled', code: 'cancelled', rows: 0 })
  }

  test('whose lease is lost is stopped and reports nothing', async () => {
    await using world = await worldWithFolders()
    const edge = { heartbeat: async () => Promise.reject(new Fault('lease_lost')) }
    let reason: unknown
    const move = async (order: Order) => {
      const result = await untilStopped(order)
      reason = order.signal.reason
      return result
    }
    const { told, anchor } = await run({ world, move, edge })
    assert.equal((reason as Fault).code, 'lease_lost')
    assert.deepEqual(told.completed, [])
    assert.equal(anchor.runs[0]?.ended, null)
  })

  test('that somebody cancels is stopped and reported as cancelled', async () => {
    await using world = await worldWithFolders()
    const { told, anchor } = await run({
      world,
      move: untilStopped,
      edge: { heartbeat: async () => ({ cancel: true }) },
    })
    assert.equal(told.completed[0]?.status, 'cancelled')
    assert.notEqual(anchor.runs[0]?.ended, null)
  })

  test('that is handed back costs no attempt', async () => {
    await using world = await worldWithFolders()
    const handBack = new AbortController()
    const move = (order: Order) => {
      const moving = untilStopped(order)
      handBack.abort()
      return moving
    }
    const { told, anchor } = await run({ world, move, handBack: handBack.signal })
    assert.deepEqual(told.completed, [{ status: 'released', retry: true, streams: [] }])
    assert.deepEqual(anchor.runs.map(({ attempts, ended }) => ({ attempts, ended })), [
      { attempts: 0, ended: null },
    ])
    const again = await run({ world })
    assert.equal(again.told.completed[0]?.status, 'succeeded')
  })

  test('that had ended when it was to be handed back is reported as it ended', async () => {
    await using world = await worldWithFolders()
    const handBack = new AbortController()
    const move = async (order: Order) => {
      handBack.abort()
      return moved(order)
    }
    const { told } = await run({ world, move, handBack: handBack.signal })
    assert.equal(told.completed[0]?.status, 'succeeded')
  })

  test('is reported again until the edge has taken it', async () => {
    await using world = await worldWithFolders()
    const ends: Completion[] = []
    let calls = 0
    const complete: AgentEdge['complete'] = async (_held, end) => {
      if (++calls === 1) throw new Fault('edge_unreachable')
      ends.push(end)
    }
    const { anchor } = await run({ world, edge: { complete } })
    assert.equal(ends[0]?.status, 'succeeded')
    assert.notEqual(anchor.runs[0]?.ended, null)
  })

  test('is remembered as done, whatever the edge answers to its end', async () => {
    for (const code of ['invalid_request', 'lease_lost'] as const) {
      await using world = await worldWithFolders()
      const complete = () => Promise.reject(new Fault(code))
      const first = await run({ world, edge: { complete } })
      assert.deepEqual(first.anchor.runs[0]?.ended, { status: 'succeeded', code: null }, code)
      const { orders, told, anchor } = await run({ world })
      assert.equal(orders.length, 0, 'it was moved again')
      assert.deepEqual(told.completed, [{ status: 'succeeded', retry: false, streams: [] }])
      assert.deepEqual(anchor.refusals.map((one) => one.code), ['trigger_used'])
    }
  })

  test('that has moved everything is done, also when its lease was lost at the end', async () => {
    await using world = await worldWithFolders()
    const move = async (order: Order) => {
      if (!order.signal.aborted) {
        await new Promise((resolve) => order.signal.addEventListener('abort', resolve))
      }
      return moved(order)
    }
    const edge = { heartbeat: async () => Promise.reject(new Fault('lease_lost')) }
    const { told, anchor } = await run({ world, move, edge })
    assert.deepEqual(told.completed, [])
    assert.equal(anchor.runs[0]?.ended?.status, 'succeeded')
  })

  test('that is handed out twice at once is carried out once, and the second changes nothing', async () => {
    await using world = await worldWithFolders()
    const begun = Promise.withResolvers<Order>()
    const gate = Promise.withResolvers<void>()
    const move = async (order: Order) => {
      begun.resolve(order)
      await gate.promise
      return moved(order)
    }
    const first = run({ world, move })
    const { folder } = await begun.promise
    world.job = { ...world.job, lease: { ...world.job.lease, fence: 2 } }
    const second = await run({ world })
    assert.equal(second.orders.length, 0)
    assert.deepEqual(second.told.completed, [])
    assert.deepEqual(second.anchor.runs.map(({ attempts, ended }) => ({ attempts, ended })), [
      { attempts: 1, ended: null },
    ])
    assert.ok(existsSync(folder), 'the folder of the first is gone')
    gate.resolve()
    assert.equal((await first).told.completed[0]?.status, 'succeeded')
  })

  test('that another process of the pool is handed, too, leaves the first one’s trigger alone', async () => {
    await using world = await worldWithFolders()
    const begun = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const move = async (order: Order) => {
      begun.resolve()
      await gate.promise
      return moved(order, { status: 'failed', code: 'connection_lost', rows: 0 })
    }
    const first = run({ world, move })
    await begun.promise
    // The one attempt more that the pipeline allows is used up elsewhere.
    await run({
      world,
      move: async (order) => moved(order, { status: 'failed', code: 'connection_lost' }),
      other: true,
    })
    const refused = await run({ world, other: true })
    assert.deepEqual(refused.told.completed.map(({ status, code }) => [status, code]), [[
      'refused',
      'limit_reached',
    ]])
    assert.equal(refused.anchor.runs[0]?.ended, null)
    gate.resolve()
    assert.equal((await first).anchor.runs[0]?.ended, null)
  })

  test('leaves no scratch behind', async () => {
    await using world = await worldWithFolders()
    const { orders } = await run({ world })
    assert.throws(() => readFileSync(orders[0]!.folder), { code: 'ENOENT' })
  })
})
