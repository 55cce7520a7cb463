import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { AgentEdge, Completion } from '../edge_client/agent_edge.ts'
import type { Order } from '../runs/move.ts'
import { moved, run, untilStopped, worldWithFolders } from './run_job_fixture.ts'

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
