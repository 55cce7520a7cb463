import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fuzzSide } from './fuzz/watch.ts'

/** Short, of one seed, and the same every time; `npm run fuzz` goes on for longer, with another one each time. */
const given = { seed: 1, seconds: Infinity, cases: 60, only: null, case: null }

describe('what the other side can send', () => {
  for (const side of ['agent', 'edge'] as const) {
    test(`never crashes, hangs or deceives a parser of the ${side}`, { timeout: 300_000 }, async () => {
      const results = await fuzzSide(side, given)
      assert.ok(results.length >= 30)
      assert.deepEqual(results.filter(({ failure }) => failure !== null), [])
      for (const { target, cases } of results) assert.ok(cases > given.cases, target)
    })
  }

  test('is noticed when a parser never ends: the process is killed, and the input named', async () => {
    const results = await fuzzSide('agent', { ...given, only: 'endless', hangMs: 2000 })
    assert.equal(results.length, 1)
    assert.match(
      results[0]?.failure ?? '',
      /never ends\n {2}npm run fuzz -- --only endless --seed 1 --case 0/,
    )
  })
})
