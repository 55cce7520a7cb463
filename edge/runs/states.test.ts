import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CompleteStatus } from '../../shared/schemas/job.ts'
import { RunState } from '../../shared/schemas/run.ts'
import { backoffMs, isFinal, isHeld, next, redriveOf, type RunEvent, type Standing } from './states.ts'

const completes: fc.Arbitrary<RunEvent> = fc.record({
  kind: fc.constant('complete' as const),
  status: fc.constantFrom(...CompleteStatus.options),
  retry: fc.boolean(),
})
const event: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.constantFrom<RunEvent>(
    { kind: 'claim' },
    { kind: 'start' },
    { kind: 'cancel' },
    { kind: 'expire' },
    { kind: 'overrun' },
    { kind: 'withdraw' },
    { kind: 'redrive', signed: true },
    { kind: 'redrive', signed: false },
  ),
  completes,
)
const fresh = (retries: number): Standing => ({
  state: 'queued',
  failures: 0,
  retries,
  lost: 0,
  begun: 0,
  cancel: false,
})

function checkStep(run: Standing, after: Standing, one: RunEvent): void {
  assert.ok(!isFinal(run.state), `${run.state} is not the end`)
  assert.ok(RunState.options.includes(after.state))
  assert.equal(after.retries, run.retries)
  assert.ok(after.failures <= run.retries + 1 && after.failures >= run.failures)
  assert.ok(after.lost <= 3 && after.lost >= run.lost)
  assert.ok(after.begun >= 0 && after.begun <= run.retries + 1)
  // Only an agent that holds a run says how it ended, and only a claim makes a holder.
  if (one.kind === 'complete' || one.kind === 'start') assert.ok(isHeld(run.state))
  if (isHeld(after.state) && !isHeld(run.state)) assert.equal(one.kind, 'claim')
  // What was asked to stop is never handed out again, and the wish is not forgotten.
  if (run.cancel) assert.ok(after.cancel && after.state !== 'queued')
}

function checkRedrive(run: Standing, after: Standing, { signed }: RunEvent & { kind: 'redrive' }): void {
  assert.ok(['partial', 'failed', 'refused', 'dead'].includes(run.state))
  assert.equal(after.state, 'queued')
  assert.ok(!after.cancel && after.lost === 0 && after.failures === after.begun)
  assert.equal(after.begun, signed ? 0 : run.begun)
  assert.ok(after.failures <= run.retries, 'there is an attempt left')
  if (!signed) assert.equal(run.state, 'dead')
}

const events: readonly RunEvent[] = [
  ...['claim', 'start', 'cancel', 'expire', 'overrun', 'withdraw'].map((kind) => ({ kind }) as RunEvent),
  ...[true, false].map((signed): RunEvent => ({ kind: 'redrive', signed })),
  ...CompleteStatus.options.flatMap((status) =>
    [true, false].map((retry): RunEvent => ({ kind: 'complete', status, retry }))
  ),
]

/** Every step that leads on from where a run can get, from its beginning on. */
function reachable(): Set<string> {
  const steps = new Set<string>()
  const seen = new Set<string>()
  const left = [fresh(0), fresh(1)]
  for (let run = left.pop(); run !== undefined; run = left.pop()) {
    for (const one of events) {
      const after = next(run, one)
      if (after === null) continue
      steps.add(`${one.kind}: ${run.state} → ${after.state}`)
      const key = JSON.stringify(after)
      if (!seen.has(key)) left.push(after)
      seen.add(key)
    }
  }
  return steps
}

describe('the states of a run', () => {
  test('no sequence of events leads out of a final state but a redrive, or past the attempts', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.array(event, { maxLength: 80 }), (retries, events) => {
        let run = fresh(retries)
        let claims = 0
        let allowed = retries + 1 + 3
        for (const one of events) {
          const after = next(run, one)
          if (after === null) continue
          if (one.kind === 'redrive') checkRedrive(run, after, one)
          else checkStep(run, after, one)
          if (one.kind === 'claim') claims++
          // What may be handed out once more: a release, all attempts by a signed redrive, lost leases by any.
          if (one.kind === 'complete' && one.status === 'released') allowed++
          if (one.kind === 'redrive') allowed += one.signed ? retries + 1 + 3 : retries + 1 - run.begun + 3
          run = after
        }
        assert.ok(claims <= allowed, `${claims} claims`)
      }),
      { numRuns: 3000 },
    )
  })

  test('what agents have begun is never more than what was signed, however often it is redriven', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.array(event, { maxLength: 80 }), (retries, events) => {
        let run = fresh(retries)
        let begun = 0
        let signed = 1
        for (const one of events) {
          const after = next(run, one)
          if (after === null) continue
          if (one.kind === 'start') begun++
          if (one.kind === 'complete' && one.status === 'released' && run.state === 'running') begun--
          if (one.kind === 'redrive' && one.signed) signed++
          run = after
        }
        assert.ok(begun <= signed * (retries + 1), `${begun} of ${signed} times ${retries + 1}`)
      }),
      { numRuns: 3000 },
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
      running: ['cancel', 'expire', 'overrun', 'complete'],
      partial: ['redrive'],
      failed: ['redrive'],
      refused: ['redrive'],
      dead: ['redrive'],
    }
    const events: RunEvent[] = [
      { kind: 'claim' },
      { kind: 'start' },
      { kind: 'cancel' },
      { kind: 'expire' },
      { kind: 'withdraw' },
      { kind: 'overrun' },
      { kind: 'redrive', signed: true },
      { kind: 'complete', status: 'failed', retry: false },
    ]
    for (const state of RunState.options) {
      const possible = events.filter((one) => next({ ...fresh(1), state }, one) !== null).map(({ kind }) =>
        kind
      )
      assert.deepEqual(possible.sort(), [...arrows[state] ?? []].sort(), state)
    }
  })

  test('the table of README names every step that there is, and no other', async () => {
    const text = await readFile(new URL('README.md', import.meta.url), 'utf8')
    const [, after = ''] = text.split('<!-- transitions -->')
    const rows = after.split('\n## ')[0]?.matchAll(/^\| (\w+) *\| ([\w, ]+?) *\| ([\w, ]+?) *\|$/gm) ?? []
    const named = [...rows].slice(1).flatMap(([, event, from = '', to = '']) =>
      from.split(', ').flatMap((one) => to.split(', ').map((other) => `${event}: ${one} → ${other}`))
    )
    assert.deepEqual(named.sort(), [...reachable()].sort())
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
    const released = next({ ...fresh(0), state: 'running', begun: 1 }, {
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

  test('who asked for less is left alone for longer: up to fifteen minutes', () => {
    assert.deepEqual([1, 2, 20].map((n) => backoffMs(n, 0.9999999, 'throttled')), [29_999, 59_999, 899_999])
    assert.equal(backoffMs(1, 0.9999999, 'connection_lost'), 3_999)
  })

  test('a run beyond its time fails, and is cancelled where somebody had asked for that', () => {
    const run: Standing = { ...fresh(3), state: 'running', begun: 1 }
    assert.equal(next(run, { kind: 'overrun' })?.state, 'failed')
    assert.equal(next({ ...run, cancel: true }, { kind: 'overrun' })?.state, 'cancelled')
  })

  test('a dead run goes on with attempts that never began, and else takes a signed redrive', () => {
    const dead: Standing = { ...fresh(1), state: 'dead', failures: 2, lost: 3, begun: 1 }
    const free: RunEvent = { kind: 'redrive', signed: false }
    assert.equal(redriveOf(dead), 'free')
    assert.deepEqual(next(dead, free), { ...fresh(1), begun: 1, failures: 1 })
    const used: Standing = { ...dead, begun: 2 }
    assert.deepEqual([redriveOf(used), next(used, free)], ['signed', null])
    assert.deepEqual(next(used, { kind: 'redrive', signed: true }), fresh(1))
    assert.equal(redriveOf({ ...dead, state: 'cancelled' }), null)
  })
})
