import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CompleteStatus } from '../../shared/schemas/job.ts'
import { RunState } from '../../shared/schemas/run.ts'
import { backoffMs, isFinal, isHeld, next, type RunEvent, type Standing } from './states.ts'

const event: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.constantFrom<RunEvent>(
    { kind: 'claim' },
    { kind: 'start' },
    { kind: 'cancel' },
    { kind: 'expire' },
    { kind: 'withdraw' },
  ),
  fc.record({
    kind: fc.constant('complete' as const),
    status: fc.constantFrom(...CompleteStatus.options),
    retry: fc.boolean(),
  }),
)
const fresh = (retries: number): Standing => ({
  state: 'queued',
  failures: 0,
  retries,
  lost: 0,
  cancel: false,
})

describe('the states of a run', () => {
  test('no sequence of events leads out of a final state, or past the attempts', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.array(event, { maxLength: 60 }), (retries, events) => {
        let run = fresh(retries)
        let claims = 0
        let released = 0
        for (const one of events) {
          const after = next(run, one)
          if (after === null) continue
          assert.ok(!isFinal(run.state), `${run.state} is not the end`)
          assert.ok(RunState.options.includes(after.state))
          if (one.kind === 'claim') claims++
          if (one.kind === 'complete' && one.status === 'released') released++
          assert.equal(after.retries, retries)
          assert.ok(after.failures <= retries + 1 && after.failures >= run.failures)
          assert.ok(after.lost <= 3 && after.lost >= run.lost)
          // Only an agent that holds a run says how it ended, and only a claim makes a holder.
          if (one.kind === 'complete' || one.kind === 'start') assert.ok(isHeld(run.state))
          if (isHeld(after.state) && !isHeld(run.state)) assert.equal(one.kind, 'claim')
          // What was asked to stop is never handed out again, and the wish is not forgotten.
          if (run.cancel) assert.ok(after.cancel && after.state !== 'queued')
          run = after
        }
        assert.ok(claims <= retries + 1 + released + 3, `${claims} claims`)
      }),
      { numRuns: 2000 },
    )
  })

  test('every state can still come to an end', () => {
    for (const state of RunState.options) {
      if (isFinal(state)) continue
      const run = { ...fresh(2), state }
      const ends = isHeld(state)
        ? next(run, { kind: 'complete', status: 'succeeded', retry: false })
        : next(run, { kind: 'cancel' })
      assert.ok(ends && isFinal(ends.state))
    }
  })

  test('each event happens exactly where the drawing has an arrow for it', () => {
    const arrows: Record<string, readonly string[]> = {
      queued: ['claim', 'cancel', 'withdraw'],
      leased: ['start', 'cancel', 'expire', 'complete'],
      running: ['cancel', 'expire', 'complete'],
    }
    const events: RunEvent[] = [
      { kind: 'claim' },
      { kind: 'start' },
      { kind: 'cancel' },
      { kind: 'expire' },
      { kind: 'withdraw' },
      { kind: 'complete', status: 'failed', retry: false },
    ]
    for (const state of RunState.options) {
      const possible = events.filter((one) => next({ ...fresh(1), state }, one) !== null).map(({ kind }) =>
        kind
      )
      assert.deepEqual(possible.sort(), [...arrows[state] ?? []].sort(), state)
    }
  })

  test('a failed attempt is followed by another while there are any, then the run is dead', () => {
    const failed: RunEvent = { kind: 'complete', status: 'failed', retry: true }
    let run: Standing = { ...fresh(2), state: 'running' }
    for (const [failures, state] of [[1, 'queued'], [2, 'queued'], [3, 'dead']] as const) {
      const after = next({ ...run, state: 'running' }, failed)
      assert.deepEqual([after?.failures, after?.state], [failures, state])
      run = after as Standing
    }
    assert.equal(next({ ...fresh(2), state: 'running' }, { ...failed, retry: false })?.state, 'failed')
    assert.equal(next({ ...fresh(0), state: 'running' }, { ...failed, status: 'partial' })?.state, 'partial')
  })

  test('a release costs no attempt, and a lease lost before the start costs none three times', () => {
    const released = next({ ...fresh(0), state: 'running' }, {
      kind: 'complete',
      status: 'released',
      retry: false,
    })
    assert.deepEqual(released, fresh(0))
    let run: Standing = fresh(0)
    for (const state of ['queued', 'queued', 'queued', 'dead'] as const) {
      run = next({ ...run, state: 'leased' }, { kind: 'expire' }) as Standing
      assert.equal(run.state, state)
    }
    assert.equal(next({ ...fresh(0), state: 'running' }, { kind: 'expire' })?.state, 'dead')
  })

  test('the wait between attempts grows to five minutes and is spread over all of it', () => {
    assert.deepEqual([1, 2, 3, 20, 1000].map((n) => backoffMs(n, 0.9999999)), [
      3_999,
      7_999,
      15_999,
      299_999,
      299_999,
    ])
    assert.equal(backoffMs(5, 0), 0)
  })
})
