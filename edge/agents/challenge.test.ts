import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import type { MasterKeys } from '../db/master_keys.ts'
import { native } from '../primitives.ts'
import { checkChallenge, newChallenge } from './challenge.ts'

const key = (n: number) => new Uint8Array(32).fill(n)
const old: MasterKeys = { newest: 1, keys: new Map([[1, key(1)]]) }
const both: MasterKeys = { newest: 2, keys: new Map([[2, key(2)], [1, key(1)]]) }
const asker = { tenant: 'a', pool: 'b', now: Date.parse('2026-11-22T09:00:00.000Z') }

const refused = (error: unknown) => error instanceof Fault && error.code === 'challenge_invalid'
const check = (master: MasterKeys, challenge: string, change: Partial<typeof asker> = {}) =>
  checkChallenge({ primitives: native, master }, { ...asker, ...change, challenge })

test('a challenge outlives a change of the master key, for as long as the old one is known', () => {
  const challenge = newChallenge({ primitives: native, master: old }, asker)
  check(both, challenge)
  assert.throws(() => check({ newest: 2, keys: new Map([[2, key(2)]]) }, challenge), refused)
  assert.throws(() => check({ newest: 1, keys: new Map([[1, key(9)]]) }, challenge), refused)
})

test('no two are alike', () => {
  const made = () => newChallenge({ primitives: native, master: old }, asker)
  assert.notEqual(made(), made())
})

test('one from an instance whose clock is a little ahead counts, from further in the future it does not', () => {
  const challenge = newChallenge({ primitives: native, master: old }, asker)
  check(old, challenge, { now: asker.now - 60_000 })
  assert.throws(() => check(old, challenge, { now: asker.now - 60_001 }), refused)
})

test('no other text is one, whatever it is and wherever a byte of a good one was changed', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.throws(() => check(old, text), refused)))
  const bytes = fc.uint8Array({ minLength: 54, maxLength: 58 })
  fc.assert(fc.property(bytes, fc.nat(3), (made, version) => {
    assert.throws(() => check(both, `v${version}.${toBase64(made)}`), refused)
  }))
  const good = newChallenge({ primitives: native, master: old }, asker)
  const genuine = fromBase64(good.slice(3))
  for (let at = 0; at < genuine.length; at++) {
    const altered = genuine.slice()
    altered[at] = (altered[at] as number) ^ 1
    assert.throws(() => check(old, `v1.${toBase64(altered)}`), refused)
  }
  // Tenant and pool are told apart: the end of one is not the beginning of the other.
  assert.throws(() => check(old, good, { tenant: 'ab', pool: '' }), refused)
})
