import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Attack, Outcome } from './attack.ts'
import { judge, lineOf } from './judge.ts'
import type { Scene } from './scene.ts'

const scene = { reset: async () => undefined, said: () => 'the agent said so' } as unknown as Scene

const attackEnding = (outcome: Outcome | Error): Attack => ({
  name: 'an attack',
  tried: 'something',
  codes: ['policy_denied', 'denied'],
  without: [],
  attempt: () => outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome),
})

const judged = (outcome: Outcome | Error) =>
  judge(scene, attackEnding(outcome), { prove: false, mutants: '' })
const refused: Outcome = { code: 'denied', seen: ['run status'], gained: null }

describe('an attack in earnest', () => {
  test('is good when it was refused as it should be, somewhere that people look', async () => {
    const one = await judged(refused)
    assert.equal(one.ok, true)
    assert.match(lineOf(one), /^ok +an attack \| something \| denied: run status \| /)
  })

  for (
    const [what, outcome, why] of [
      ['gains something', { ...refused, gained: 'three rows' }, /SUCCEEDED: three rows/],
      ['is refused by another check', { ...refused, code: 'kid_missing' }, /by policy_denied or denied/],
      ['is refused by nothing', { ...refused, code: null }, /by policy_denied or denied/],
      ['is seen nowhere', { ...refused, seen: [] }, /nowhere/],
      ['cannot be carried out', new Error('no such table'), /no such table/],
    ] as const
  ) {
    test(`is not when it ${what}`, async () => {
      const one = await judged(outcome)
      assert.equal(one.ok, false)
      assert.match(one.wrong ?? '', why)
      assert.match(lineOf(one), /^FAIL/)
    })
  }
})
