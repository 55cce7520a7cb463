/** Every attack of `npm run attack`, as a test each; `--prove` shows what each of them rests on. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { attacks } from '../attack/all.ts'
import { carryOut } from '../attack/campaign.ts'
import type { Judged } from '../attack/judge.ts'

const ends = attacks.map(() => Promise.withResolvers<Judged>())

before(() => {
  const done = carryOut(attacks, { prove: false, onJudged: (one, at) => ends[at]?.resolve(one) })
  done.catch((error) =>
    ends.forEach(({ promise, reject }) => (promise.catch(() => undefined), reject(error)))
  )
})

describe('an edge that was taken over', () => {
  attacks.forEach(({ name, tried }, at) => {
    test(`${name} is refused: ${tried}`, async () => {
      const { ok, wrong } = await (ends[at] as (typeof ends)[number]).promise
      assert.ok(ok, wrong ?? '')
    })
  })
})
