/** A campaign of attacks as tests, one each, which end as the campaign goes on. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Judged } from '../attack/judge.ts'

export function eachAttack<Of>(
  title: string,
  attacks: readonly Of[],
  { named, carryOut }: {
    readonly named: (attack: Of) => string
    readonly carryOut: (onJudged: (one: Judged, at: number) => void) => Promise<unknown>
  },
): void {
  const ends = attacks.map(() => Promise.withResolvers<Judged>())
  before(() => {
    carryOut((one, at) => ends[at]?.resolve(one)).catch((error) =>
      ends.forEach(({ promise, reject }) => (promise.catch(() => undefined), reject(error)))
    )
  })
  describe(title, () => {
    attacks.forEach((attack, at) => {
      test(named(attack), async () => {
        const { ok, wrong } = await (ends[at] as (typeof ends)[number]).promise
        assert.ok(ok, wrong ?? '')
      })
    })
  })
}
