import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { attacks } from './all.ts'
import { mutate, mutatedSource } from './without.ts'

const one = { check: 'a check', file: 'agent/none.ts', find: 'if (bad) throw', put: 'if (false) throw' }

describe('the switch that takes a check out', () => {
  test('replaces a snippet that is there once, and refuses any other number', () => {
    assert.equal(mutate('a\nif (bad) throw x\n', one), 'a\nif (false) throw x\n')
    assert.throws(() => mutate('nothing of it', one), /holds 0 times/)
    assert.throws(() => mutate('if (bad) throw x\nif (bad) throw y', one), /holds 2 times/)
  })

  test('puts text in that no replacement pattern reads', () => {
    assert.equal(mutate('if (bad) throw', { ...one, put: "$& $' $$" }), "$& $' $$")
  })
})

describe('the attacks', () => {
  test('each have a name of their own, a code, and a check that stops them', () => {
    assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length)
    for (const { name, codes, without } of attacks) {
      assert.ok(codes.length > 0, name)
      assert.ok(without.length > 0, name)
    }
  })

  for (const { name, without } of attacks) {
    test(`${name}: what stops it stands in the source as the proof takes it out`, () => {
      for (const file of new Set(without.map((mutation) => mutation.file))) {
        assert.doesNotThrow(() => mutatedSource(file, without))
      }
    })
  }
})
