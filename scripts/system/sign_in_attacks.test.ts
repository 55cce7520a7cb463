/** `npm run attack -- --people --prove`: each attack on how people get in succeeds where its checks are taken out. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Judged } from '../attack/judge.ts'
import { carryOutSignIns, signInAttacks } from '../attack/sign_ins.ts'

const attacks = await signInAttacks()
const ends = attacks.map(() => Promise.withResolvers<Judged>())

before(() => {
  const done = carryOutSignIns(attacks, { prove: true, onJudged: (one, at) => ends[at]?.resolve(one) })
  done.catch((error) =>
    ends.forEach(({ promise, reject }) => (promise.catch(() => undefined), reject(error)))
  )
})

describe('an edge without a check', () => {
  attacks.forEach(({ name, without }, at) => {
    test(`${name} succeeds without: ${without.map(({ check }) => check).join('; ')}`, async () => {
      const { ok, wrong } = await (ends[at] as (typeof ends)[number]).promise
      assert.ok(ok, wrong ?? '')
    })
  })
})
