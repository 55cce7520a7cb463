/** Every disturbance of `npm run kills`, at random moments: after the retry the target holds what it should. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { disturb } from '../kills/campaign.ts'
import { lineOf, type Outcome } from '../kills/report.ts'

/** `npm run kills` takes 20. */
const moments = 8
const timeout = 2_400_000

describe('a load that is disturbed', () => {
  let outcomes: Outcome[] = []
  const skipped: string[] = []

  test(
    'holds what it should after the retry, with nothing doubled and nothing left',
    { timeout },
    async () => {
      const seed = Date.now() % 1_000_000
      console.log(`kills: seed ${seed}`)
      outcomes = await disturb({
        moments,
        seed,
        only: '',
        onOutcome: (one) => console.log(lineOf(one)),
        onSkipped: (what, why) => skipped.push(`${what}: ${why}`),
      })
      const wrong = outcomes.filter((one) => one.wrong.length > 0)
      assert.deepEqual(wrong.map(lineOf), [])
      assert.ok(outcomes.length > 30, `only ${outcomes.length} kinds`)
    },
  )

  test('was met under way by every kind of disturbance', () => {
    const unmet = outcomes.filter((one) => one.times >= 5 && one.met === 0)
    assert.deepEqual(unmet.map(lineOf), [])
  })

  test('was disturbed on every destination that this machine has', () => {
    assert.deepEqual(skipped, [])
  })
})
