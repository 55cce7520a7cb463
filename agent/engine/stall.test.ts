import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { mayPass, waitMs } from './retry.ts'
import { patienceOf, Watchdog } from './stall.ts'

const patience = { quietMs: 1, answerMs: 1, againMs: 1, failures: 3 }

/** The next call of `probe` answers as `answer` says. */
function probed(answer: (call: number) => Promise<void>) {
  const calls: PromiseWithResolvers<void>[] = []
  let count = 0
  const seen = (call: number) => (calls[call] ??= Promise.withResolvers<void>()).promise
  const probe = () => {
    const call = count++
    void seen(call)
    calls[call]?.resolve()
    return answer(call)
  }
  return { probe, seen, count: () => count }
}

const stalled = (watchdog: Watchdog) =>
  new Promise<Fault>((resolve) => {
    watchdog.signal.addEventListener('abort', () => resolve(watchdog.signal.reason as Fault))
  })

describe('a watchdog', () => {
  test('gives up what is silent and whose server does not answer three times in a row', async () => {
    const dead = probed(() => Promise.reject(new Fault('connection_refused')))
    using watchdog = new Watchdog([{ side: 'destination', probe: dead.probe }], patience)
    const fault = await stalled(watchdog)
    assert.equal(fault.code, 'stalled')
    assert.match(fault.message, /destination/)
    assert.equal(dead.count(), 3)
  })

  test('takes a probe that never ends for no answer', async () => {
    const hanging = probed(() => new Promise(() => undefined))
    using watchdog = new Watchdog([{ side: 'source', probe: hanging.probe }], patience)
    assert.equal((await stalled(watchdog)).code, 'stalled')
  })

  test('leaves a slow server alone that answers, or answers again', async () => {
    const slow = probed((call) => call % 3 === 2 ? Promise.resolve() : Promise.reject(new Error('busy')))
    using watchdog = new Watchdog([{ side: 'source', probe: slow.probe }], patience)
    await slow.seen(11)
    assert.equal(watchdog.signal.aborted, false)
  })

  test('asks nobody while bytes move, and nothing is asked once it is over', async () => {
    const never = probed(() => Promise.reject(new Error('gone')))
    const other = probed(() => Promise.resolve())
    using moving = new Watchdog([{ side: 'source', probe: never.probe }], { ...patience, quietMs: 60_000 })
    moving.moved()
    using waiting = new Watchdog([{ side: 'source', probe: other.probe }], patience)
    await other.seen(5)
    assert.equal(never.count(), 0)
    assert.equal(waiting.signal.aborted, false)
  })

  test('has nothing to watch where no end can be asked', () => {
    using watchdog = new Watchdog([{ side: 'source' }], patience)
    assert.equal(watchdog.signal.aborted, false)
  })

  test('is as patient as the environment says', () => {
    assert.equal(patienceOf({}).quietMs, 30_000)
    assert.equal(patienceOf({ SALLYPORT_STALL_MS: 'x' }).quietMs, 30_000)
    assert.deepEqual(patienceOf({ SALLYPORT_STALL_MS: '300' }), {
      quietMs: 300,
      answerMs: 1000,
      againMs: 20,
      failures: 3,
    })
  })
})

describe('a wait before a further try', () => {
  const fault = new Fault('connection_lost')

  test('is anything up to what doubles each time, and never more than a minute', () => {
    const most = (tries: number) => waitMs(tries, fault, () => 1)
    assert.deepEqual([1, 2, 3, 7, 40].map(most), [1000, 2000, 4000, 60_000, 60_000])
    assert.equal(waitMs(9, fault, () => 0), 0)
    assert.equal(waitMs(2, fault, () => 0.5), 1000)
  })

  test('is as long as the other side has asked for', () => {
    const asked = Object.assign(new Fault('throttled'), { retryAfterMs: 7000 })
    assert.equal(waitMs(1, asked, () => 0), 7000)
    assert.equal(waitMs(1, Object.assign(asked, { retryAfterMs: 1e9 }), () => 0), 60_000)
  })

  test('is for what may pass alone', () => {
    for (const code of ['connection_lost', 'throttled', 'stalled', 'target_busy', 'disk_full'] as const) {
      assert.ok(mayPass(new Fault(code)), code)
    }
    for (const code of ['value_refused', 'cancelled', 'login_failed', 'run_superseded'] as const) {
      assert.ok(!mayPass(new Fault(code)), code)
    }
    assert.ok(!mayPass(new Error('anything')))
  })
})
