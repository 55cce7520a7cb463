import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { Order } from '../runs/move.ts'
import { HeldRuns } from './held_runs.ts'
import { moved, run, untilStopped, worldWithFolders } from './run_job_fixture.ts'

describe('a run that is worked on already', () => {
  /** Its first attempt is under way here, and it comes once more under this fence. */
  async function twice(
    fence: number,
    more: { readonly handBack?: AbortSignal; readonly beat?: () => void } = {},
  ) {
    const world = await worldWithFolders()
    const begun = Promise.withResolvers<Order>()
    const gate = Promise.withResolvers<void>()
    const beaten = Promise.withResolvers<void>()
    const move = async (order: Order) => {
      begun.resolve(order)
      await gate.promise
      return moved(order)
    }
    const first = run({ world, move })
    const { folder } = await begun.promise
    world.job = { ...world.job, lease: { ...world.job.lease, fence } }
    const heartbeat = async () => {
      beaten.resolve()
      more.beat?.()
      return { cancel: false }
    }
    const { handBack } = more
    const second = run({ world, edge: { heartbeat }, ...(handBack === undefined ? {} : { handBack }) })
    const dispose = async () => {
      gate.resolve()
      await Promise.all([first, second])
      await world[Symbol.asyncDispose]()
    }
    return { first, second, beaten: beaten.promise, gate, folder, [Symbol.asyncDispose]: dispose }
  }

  test('keeps a newer lease until then, and is not moved again once it is done', async () => {
    await using t = await twice(2)
    await t.beaten
    assert.ok(existsSync(t.folder), 'the folder of the first is gone')
    t.gate.resolve()
    assert.equal((await t.first).told.completed[0]?.status, 'succeeded')
    const { orders, told } = await t.second
    assert.equal(orders.length, 0, 'it was moved again')
    assert.deepEqual(told.completed, [{ status: 'succeeded', retry: false, streams: [] }])
  })

  test('and comes once more under the same lease or an older one changes nothing', async () => {
    for (const fence of [1, 0]) {
      await using t = await twice(fence)
      const { orders, told, anchor } = await t.second
      assert.deepEqual([orders, told.completed], [[], []])
      assert.deepEqual(anchor.runs.map(({ attempts, ended }) => ({ attempts, ended })), [
        { attempts: 1, ended: null },
      ])
    }
  })

  test('and has lost its lease here, and comes under a newer one begins as soon as the first has stopped', async () => {
    await using world = await worldWithFolders()
    const begun = Promise.withResolvers<void>()
    const lost = Promise.withResolvers<void>()
    const move = (order: Order) => {
      begun.resolve()
      return untilStopped(order)
    }
    const first = run({
      world,
      move,
      edge: { heartbeat: () => lost.promise.then(() => Promise.reject(new Fault('lease_lost'))) },
    })
    await begun.promise
    world.job = { ...world.job, lease: { ...world.job.lease, fence: 2 } }
    const beaten = async () => {
      lost.resolve()
      return { cancel: false }
    }
    const second = await run({ world, edge: { heartbeat: beaten } })
    assert.deepEqual((await first).told.completed, [])
    assert.deepEqual(second.orders.map(({ fence }) => fence), [2])
    assert.equal(second.told.completed[0]?.status, 'succeeded')
  })

  test('and waits for the attempt before, is handed back at once when the agent has to go', async () => {
    const handBack = new AbortController()
    await using t = await twice(2, { handBack: handBack.signal, beat: () => handBack.abort() })
    const { orders, told } = await t.second
    assert.deepEqual(orders, [])
    assert.deepEqual(told.completed, [{ status: 'released', retry: true, streams: [] }])
  })

  test('and loses its lease while it waits for the attempt before reports nothing', async () => {
    await using t = await twice(2, {
      beat: () => {
        throw new Fault('lease_lost')
      },
    })
    const { orders, told } = await t.second
    assert.deepEqual([orders, told.completed], [[], []])
  })
})

test('a lease that is handed out twice still hears what the poll says when the second has gone', () => {
  const heldRuns = new HeldRuns()
  const held = { run: 'a', fence: 1 }
  using first = heldRuns.add(held)
  heldRuns.add(held)[Symbol.dispose]()
  assert.deepEqual(heldRuns.open, [held])
  heldRuns.stop([{ run: 'a', why: 'cancelled' }], [held])
  assert.equal(first.told.reason, 'cancelled')
})
