/** Every disturbance of `npm run kills`, at random moments: after the retry the target holds what it should. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { disturb } from '../kills/campaign.ts'
import { lineOf, type Outcome } from '../kills/report.ts'

const moments = 20

describe('a load that is disturbed', () => {
  let outcomes: Outcome[] = []
  const skipped: string[] = []
  before(async () => {
    const seed = Date.now() % 1_000_000
    console.log(`kills: seed ${seed}`)
    outcomes = await disturb({
      moments,
      seed,
      only: '',
      onOutcome: (one) => console.log(lineOf(one)),
      onSkipped: (what, why) => skipped.push(`${what}: ${why}`),
    })
  }, { timeout: 1_500_000 })

  test('holds what it should after the retry, with nothing doubled and nothing left', () => {
    const wrong = outcomes.filter((one) => one.wrong.length > 0)
    assert.deepEqual(wrong.map(lineOf), [])
  })

  test('was met under way by every kind of disturbance', () => {
    const unmet = outcomes.filter((one) => one.times >= 5 && one.met === 0)
    assert.deepEqual(unmet.map(lineOf), [])
    assert.ok(outcomes.length > 30, `only ${outcomes.length} kinds`)
  })

  test('was disturbed on every destination that this machine has', () => {
    assert.deepEqual(skipped, [])
  })
})
