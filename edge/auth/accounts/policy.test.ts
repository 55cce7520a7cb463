import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../../shared/faults.ts'
import { checkPassword } from './policy.ts'

const person = { name: 'Ada Lovelace', email: 'ada.lovelace@engines.example' }

function refusal(password: string): string | null {
  try {
    checkPassword(password, person)
    return null
  } catch (error) {
    assert.ok(error instanceof Fault && error.code === 'password_refused')
    return error.message
  }
}

describe('a password', () => {
  for (
    const password of [
      'password1234',
      'Password2026!',
      'P@ssw0rd!!!!!',
      'passwordpassword',
      'iloveyou2026',
      '123football123',
      'qwertyuiop12',
      '!!!letmein!!!',
    ]
  ) {
    test(`that is common is refused: ${password}`, () => assert.match(refusal(password) ?? '', /common/))
  }
  for (const password of ['aaaaaaaaaaaa', 'abcabcabcabc', '123456789012', 'abcdefghijklm', 'zyxwvutsrqpo']) {
    test(`that is a pattern is refused: ${password}`, () =>
      assert.match(refusal(password) ?? '', /pattern|common/))
  }
  for (const password of ['AdaLovelace1843', 'lovelace.engines', 'sallyport-1234', 'ada.lovelace@engines']) {
    test(`that is made of names is refused: ${password}`, () => assert.match(refusal(password) ?? '', /name/))
  }
  for (
    const password of [
      'tr0ub4dor and three',
      'gravel-otter-sundial',
      'ada has seven grey umbrellas',
      'ÄÖÜ çok güzel bir gün',
      '絶対に推測できない長い合言葉',
      '8462 9173 0285 6641',
    ]
  ) {
    test(`of any composition is taken: ${password}`, () => assert.equal(refusal(password), null))
  }
})
