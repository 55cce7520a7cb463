import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Alarms } from './alarms.ts'

/** Resolves with the names of those that were called, once `last` is among them. */
function calling(alarms: Alarms, waits: Readonly<Record<string, number>>, last: string): Promise<string[]> {
  const called: string[] = []
  return new Promise((resolve) => {
    for (const [name, ms] of Object.entries(waits)) {
      alarms.set(ms, () => {
        called.push(name)
        if (name === last) resolve(called)
      })
    }
  })
}

describe('alarms', () => {
  test('call everybody in the order of their times, not earlier than they asked for', async () => {
    const since = performance.now()
    assert.deepEqual(await calling(new Alarms(), { third: 260, first: 1, second: 130 }, 'third'), [
      'first',
      'second',
      'third',
    ])
    assert.ok(performance.now() - since >= 260)
  })

  test('call nobody who has taken theirs back, and those beside them all the same', async () => {
    const alarms = new Alarms()
    const never = () => assert.fail('called')
    const moments = [1, 70, 150].map((ms) => alarms.set(ms, never))
    const called = calling(alarms, { beside: 70, after: 200 }, 'after')
    for (const moment of moments) alarms.unset(moment, never)
    assert.deepEqual(await called, ['beside', 'after'])
  })

  test('may be set again by who is called', async () => {
    const alarms = new Alarms()
    await new Promise<void>((resolve) => alarms.set(1, () => alarms.set(1, resolve)))
  })
})
