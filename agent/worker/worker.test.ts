import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { Job, RunJob } from '../../shared/schemas/job.ts'
import type { AgentEdge, Held, Polled } from '../edge_client/agent_edge.ts'
import { AskAgain } from '../edge_client/problem.ts'
import { verdictOf } from './failures.ts'
import { HeldRuns } from './held_runs.ts'
import { Lease } from './lease.ts'
import { work } from './worker.ts'

const log = { write: () => undefined }
const noSleep = () => new Promise<void>((resolve) => setImmediate(resolve))
const newest = { trust: 1, indexes: {} }
const job = (id: string) => ({ kind: 'run', run: { id }, lease: { fence: 1 } }) as RunJob

type Asked = Parameters<AgentEdge['poll']>[0]
const about = ({ used, stopping }: { used: number; stopping: boolean }) => ({
  version: '0.1.0',
  clock: '2026-11-22T09:00:00.000Z',
  ring_created: '2026-11-22T09:00:00.000Z',
  slots: 2,
  slots_used: used,
  labels: [],
  stopping,
})

/** Hands out what it is given; then polls stay open until the worker is drained. */
function edgeWith(answers: (RunJob | null | Fault)[]) {
  const asked: number[] = []
  const waiting = Promise.withResolvers<void>()
  return {
    asked,
    /** Resolves when everything was handed out and a poll is open. */
    idle: waiting.promise,
    async poll({ slots, about }: Asked, signal: AbortSignal): Promise<Polled> {
      if (about.stopping && slots === 0) return { job: null, newest, log: null }
      asked.push(slots)
      const answer = answers.shift()
      if (answer instanceof Fault) throw answer
      if (answer !== undefined) return { job: answer, newest, log: null }
      waiting.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw signal.reason
    },
  }
}

describe('the worker', () => {
  const quiet = { logSize: async () => 0, heard: () => undefined, heldRuns: new HeldRuns(), about }
  const base = { ...quiet, ready: async () => true, log, random: () => 0 }

  test('asks for as many runs as it has free slots, and for none when all are taken', async () => {
    const drain = new AbortController()
    const edge = edgeWith([job('a'), job('b')])
    const gates = new Map(['a', 'b'].map((id) => [id, Promise.withResolvers<void>()]))
    const begun = Promise.withResolvers<void>()
    const execute = (given: Job) => {
      const { run } = given as RunJob
      if (run.id === 'b') begun.resolve()
      return gates.get(run.id)!.promise
    }
    const working = work({ ...base, edge, slots: 2, execute }, drain.signal)
    await begun.promise
    assert.deepEqual(edge.asked, [2, 1])
    gates.get('a')!.resolve()
    await edge.idle
    assert.deepEqual(edge.asked, [2, 1, 1])
    gates.get('b')!.resolve()
    drain.abort()
    await working
  })

  test('drained, takes nothing more and waits for what it holds', async () => {
    const drain = new AbortController()
    const edge = edgeWith([job('a')])
    const gate = Promise.withResolvers<void>()
    let ended = false
    const execute = () => gate.promise.then(() => void (ended = true))
    const working = work({ ...base, edge, slots: 2, execute }, drain.signal)
    await edge.idle
    drain.abort()
    gate.resolve()
    await working
    assert.equal(ended, true)
    assert.equal(edge.asked.length, 2)
  })

  test('tries again after what may pass, and ends with what will not', async () => {
    const edge = edgeWith([
      new Fault('edge_unreachable'),
      new Fault('agent_not_approved'),
      null,
      new Fault('agent_revoked'),
    ])
    const working = work(
      { ...base, edge, slots: 1, execute: async () => undefined },
      new AbortController().signal,
    )
    await assert.rejects(working, { code: 'agent_revoked' })
    assert.equal(edge.asked.length, 4)
  })

  test('passes on what every poll says beside its job, and says how much of the log is known', async () => {
    const drain = new AbortController()
    const edge = edgeWith([job('a'), null])
    const heard: unknown[] = []
    const sizes: number[] = []
    const poll: typeof edge.poll = (asked, signal) => {
      sizes.push((asked as unknown as { logSize: number }).logSize)
      return edge.poll(asked, signal)
    }
    const options = { ...base, logSize: async () => 7, heard: (news: unknown) => void heard.push(news) }
    const working = work(
      { ...options, edge: { poll }, slots: 2, execute: async () => undefined },
      drain.signal,
    )
    await edge.idle
    drain.abort()
    await working
    assert.deepEqual(heard.slice(0, 2), [{ newest, log: null }, { newest, log: null }])
    assert.deepEqual(sizes.slice(0, 3), [7, 7, 7])
  })

  test('with all slots taken hears what is to stop, and asks for the next run the moment that one ends', async () => {
    const drain = new AbortController()
    const heldRuns = new HeldRuns()
    const asked: { slots: number; held: readonly Held[] }[] = []
    const told = Promise.withResolvers<void>()
    const stop = { run: 'a', why: 'cancelled' } as const
    const again = Promise.withResolvers<void>()
    const poll = async (given: Asked, signal: AbortSignal): Promise<Polled> => {
      if (given.about.stopping) return { job: null, newest, log: null }
      asked.push({ slots: given.slots, held: given.held })
      if (asked.length === 1) return { job: job('a'), newest, log: null }
      if (asked.length === 2) return { job: null, newest, log: null, stop: [stop] }
      if (given.slots === 1) again.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw signal.reason
    }
    const execute = async () => {
      using run = heldRuns.add({ run: 'a', fence: 1 })
      run.told.addEventListener('abort', () => told.resolve())
      await told.promise
      assert.equal(run.told.reason, 'cancelled')
    }
    const working = work(
      { ...base, edge: { poll }, heldRuns, slots: 1, execute, sleep: noSleep },
      drain.signal,
    )
    await again.promise
    drain.abort()
    await working
    const held = [{ run: 'a', fence: 1 }]
    assert.deepEqual(asked.slice(0, 2), [{ slots: 1, held: [] }, { slots: 0, held }])
    assert.deepEqual(asked.at(-1), { slots: 1, held: [] })
  })

  test('drained with a run in its hands still hears that the run is to stop, and then says that it is gone', async () => {
    const drain = new AbortController()
    const heldRuns = new HeldRuns()
    const states: { used: number; stopping: boolean }[] = []
    const poll = async ({ slots, about }: Asked): Promise<Polled> => {
      states.push({ used: about.slots_used, stopping: about.stopping })
      if (slots > 0) return { job: job('a'), newest, log: null }
      if (about.slots_used === 0) return { job: null, newest, log: null }
      return { job: null, newest, log: null, stop: [{ run: 'a', why: 'cancelled' }] }
    }
    const execute = async () => {
      using run = heldRuns.add({ run: 'a', fence: 1 })
      drain.abort()
      await new Promise((resolve) => run.told.addEventListener('abort', resolve))
    }
    await work({ ...base, edge: { poll }, heldRuns, slots: 2, execute, sleep: noSleep }, drain.signal)
    assert.deepEqual(states[0], { used: 0, stopping: false })
    assert.deepEqual(states[1], { used: 1, stopping: true })
    assert.deepEqual(states.at(-1), { used: 0, stopping: true }, 'in the end it says that it is gone')
  })

  test('does not ask an edge that stops as fast as it answers, and at once when it was news', async () => {
    const drain = new AbortController()
    const pauses: number[] = []
    const pause = async (ms: number) => {
      pauses.push(ms)
      if (pauses.length === 3) drain.abort()
    }
    let asked = 0
    const poll = async (): Promise<Polled> => {
      asked++
      return { job: null, newest, log: null }
    }
    const execute = async () => undefined
    await work({ ...base, edge: { poll }, slots: 1, execute, sleep: pause }, drain.signal)
    assert.deepEqual([pauses.length, asked], [3, 5], 'one was free, and the last says that it is gone')
    assert.ok(pauses.every((ms) => ms > 0 && ms <= 500))
  })

  test('comes again no sooner than the edge wants it to', async () => {
    const pauses: number[] = []
    const pause = async (ms: number) => void pauses.push(ms)
    const edge = edgeWith([new AskAgain(7_000), new Fault('agent_revoked')])
    const execute = async () => undefined
    const working = work({ ...base, edge, slots: 1, execute, sleep: pause }, new AbortController().signal)
    await assert.rejects(working, { code: 'agent_revoked' })
    assert.deepEqual(pauses, [7_000])
  })

  test('asks for nothing while nothing may be opened', async () => {
    const drain = new AbortController()
    const edge = edgeWith([])
    const looked = Promise.withResolvers<void>()
    const ready = async () => {
      looked.resolve()
      return false
    }
    const working = work({ ...base, ready, edge, slots: 1, execute: async () => undefined }, drain.signal)
    await looked.promise
    drain.abort()
    await working
    assert.equal(edge.asked.length, 0)
  })
})

test('a run is told to stop under the lease that was asked about alone', () => {
  const runs = new HeldRuns()
  using old = runs.add({ run: 'a', fence: 1 })
  using now = runs.add({ run: 'a', fence: 2 })
  runs.stop([{ run: 'a', why: 'lease_lost' }, { run: 'b', why: 'cancelled' }], [{ run: 'a', fence: 1 }])
  assert.deepEqual([old.told.aborted, old.told.reason, now.told.aborted], [true, 'lease_lost', false])
  assert.deepEqual(runs.open, [{ run: 'a', fence: 2 }])
})

describe('a lease', () => {
  const held = { run: 'a', fence: 1 }

  test('counts from when its renewal was asked for, however late the answer comes', async () => {
    let now = 0
    const lost = Promise.withResolvers<number>()
    const beats: number[] = []
    const edge = {
      heartbeat: async () => {
        beats.push(now)
        if (beats.length > 1) throw new Fault('edge_unreachable')
        now += 20_000
        return { cancel: false }
      },
    }
    const pause = async (ms: number, signal: AbortSignal) => {
      if (!signal.aborted) now += Math.max(0, ms)
    }
    const onLost = () => lost.resolve(now)
    await using _lease = new Lease({
      edge,
      held,
      onLost,
      onCancel: () => undefined,
      monotonic: () => now,
      sleep: pause,
    })
    // Renewed at 2 s by the edge's reckoning at the earliest: it may hand the run on at 47 s.
    assert.equal(await lost.promise, 2_000 + 0.9 * 45_000)
    assert.deepEqual(beats, [2_000, 37_000])
  })

  /** Answers as scripted, the last answer again and again. */
  function beats(answers: ({ cancel: boolean } | Fault)[]) {
    return {
      heartbeat: async () => {
        const answer = answers.length > 1 ? answers.shift() : answers[0]
        if (answer instanceof Fault) throw answer
        return answer as { cancel: boolean }
      },
    }
  }

  test('that passed to another is lost at once', async () => {
    const lost = Promise.withResolvers<void>()
    const edge = beats([{ cancel: false }, new Fault('lease_lost')])
    await using _lease = new Lease({
      edge,
      held,
      onLost: lost.resolve,
      onCancel: () => undefined,
      everyMs: 1,
      lifeMs: 60_000,
    })
    await lost.promise
  })

  test('that nobody confirms any more is lost when it has run out', async () => {
    const lost = Promise.withResolvers<void>()
    const edge = beats([{ cancel: false }, new Fault('edge_unreachable')])
    await using _lease = new Lease({
      edge,
      held,
      onLost: lost.resolve,
      onCancel: () => undefined,
      everyMs: 3,
      lifeMs: 30,
    })
    await lost.promise
  })

  test('outlives an edge that is away for a moment', async () => {
    const cancelled = Promise.withResolvers<void>()
    let lost = false
    const edge = beats([new Fault('edge_unreachable'), new Fault('unavailable'), { cancel: true }])
    const onLost = () => void (lost = true)
    await using _lease = new Lease({
      edge,
      held,
      onLost,
      onCancel: cancelled.resolve,
      everyMs: 1,
      lifeMs: 60_000,
    })
    await cancelled.promise
    assert.equal(lost, false)
  })

  test('stops beating when it is disposed', async () => {
    let count = 0
    const edge = { heartbeat: async () => ({ cancel: ++count < 0 }) }
    const lease = new Lease({
      edge,
      held,
      onLost: () => undefined,
      onCancel: () => undefined,
      everyMs: 1,
      lifeMs: 60_000,
    })
    await lease[Symbol.asyncDispose]()
    const after = count
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(count, after)
  })
})

test('which failures are final is a table', () => {
  const expected = {
    again: [
      'edge_unreachable',
      'unavailable',
      'internal',
      'too_many_requests',
      'agent_not_approved',
      'clock_skew',
    ],
    lost: ['lease_lost', 'not_found'],
    final: [
      'agent_revoked',
      'unauthenticated',
      'forbidden',
      'invalid_request',
      'pin_mismatch',
      'request_signature_invalid',
    ],
  } as const
  for (const [verdict, codes] of Object.entries(expected)) {
    for (const code of codes) assert.equal(verdictOf(new Fault(code)), verdict, code)
  }
  assert.equal(verdictOf(new TypeError('a mistake of ours')), 'final')
})
