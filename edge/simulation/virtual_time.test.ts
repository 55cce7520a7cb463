import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Random } from './random.ts'
import { Owner, VirtualTime } from './virtual_time.ts'

async function all(time: VirtualTime): Promise<void> {
  while (await time.step());
}

describe('virtual time', () => {
  test('runs events in the order of their moments, and of one moment in the order they were made', async () => {
    const time = new VirtualTime(1_000)
    const seen: string[] = []
    const say = (what: string) => () => void seen.push(`${what} ${time.now}`)
    for (const [ms, what] of [[30, 'c'], [10, 'a'], [30, 'd'], [20, 'b']] as const) time.after(ms, say(what))
    await all(time)
    assert.deepEqual(seen, ['a 1010', 'b 1020', 'c 1030', 'd 1030'])
  })

  test('brings an event to its end before the next begins', async () => {
    const time = new VirtualTime(0)
    const seen: string[] = []
    time.after(1, () => {
      void (async () => {
        for (let count = 0; count < 50; count++) await Promise.resolve()
        seen.push('first')
      })()
    })
    time.after(1, () => void seen.push('second'))
    await all(time)
    assert.deepEqual(seen, ['first', 'second'])
  })

  test('forgets what a dead owner had in mind, and tells who listens', async () => {
    const time = new VirtualTime(0)
    const owner = new Owner('one')
    const seen: string[] = []
    time.after(5, () => void seen.push('never'), owner)
    time.after(5, () => void seen.push('nor its part'), new Owner('a part', owner))
    owner.onEnd(() => seen.push('ended'))
    owner.onEnd(() => seen.push('taken back'))()
    owner.die()
    await all(time)
    assert.deepEqual(seen, ['ended'])
  })

  test('lets a frozen owner catch up later, in its order', async () => {
    const time = new VirtualTime(0)
    const owner = new Owner('one')
    const seen: string[] = []
    owner.freezeUntil(100)
    time.after(5, () => void seen.push(`a ${time.now}`), owner)
    time.after(6, () => void seen.push(`b ${time.now}`), new Owner('a part', owner))
    time.after(50, () => void seen.push(`c ${time.now}`))
    await all(time)
    assert.deepEqual(seen, ['c 50', 'a 100', 'b 100'])
  })

  test('takes the place of timers, and what is told to fail ends it', async () => {
    const time = new VirtualTime(0)
    using _ = time.install(new Random(1))
    const seen: number[] = []
    setTimeout(() => seen.push(Date.now()), 7)
    clearTimeout(setTimeout(() => seen.push(-1), 3))
    const { signal } = { signal: AbortSignal.timeout(9) }
    await all(time)
    assert.deepEqual(seen, [7])
    assert.ok(signal.aborted)
    setTimeout(() => time.fail(new Error('never')), 1)
    await assert.rejects(all(time), /never/)
  })
})

describe('dice', () => {
  test('are the same for the same seed, and fair enough', () => {
    const throws = (seed: number) => {
      const random = new Random(seed)
      return Array.from({ length: 6_000 }, () => random.between(1, 6))
    }
    assert.deepEqual(throws(3), throws(3))
    assert.notDeepEqual(throws(3), throws(4))
    for (const side of [1, 2, 3, 4, 5, 6]) {
      const count = throws(3).filter((one) => one === side).length
      assert.ok(count > 800 && count < 1_200, `${side}: ${count}`)
    }
  })
})
