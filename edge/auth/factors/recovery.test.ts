import assert from 'node:assert/strict'
import { test } from 'node:test'
import { native } from '../../primitives.ts'
import { CODES, hashRecoveryCode, newRecoveryCodes } from './recovery.ts'

test('ten codes of 120 bits are made, all different, in six groups of four', () => {
  const codes = newRecoveryCodes(native.randomBytes)
  assert.equal(codes.length, CODES)
  assert.equal(new Set(codes).size, 10)
  for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/)
  const all = newRecoveryCodes((length) => Uint8Array.from({ length }, (_, i) => i + 8)).join('').replaceAll(
    '-',
    '',
  )
  assert.equal(new Set(all).size, 24, 'each byte makes a character of its own')
})

test('a code is the same however it is typed', () => {
  const expected = hashRecoveryCode('a', '0O1I-LABC-DEFG-HJKM-NPQR-STVW')
  assert.match(expected ?? '', /^[0-9a-f]{64}$/)
  for (
    const typed of [
      '0011-1abc-defg-hjkm-npqr-stvw',
      ' oo1il abc DEFG hjkm npqr stvw\n',
      '00111ABCDEFGHJKMNPQRSTVW',
    ]
  ) {
    assert.equal(hashRecoveryCode('a', typed), expected)
  }
  assert.notEqual(
    hashRecoveryCode('b', '00111ABCDEFGHJKMNPQRSTVW'),
    expected,
    'each account has hashes of its own',
  )
})

test('what is no code has no hash', () => {
  for (
    const text of [
      '',
      '0011-1abc-defg-hjkm-npqr-stv',
      '00111ABCDEFGHJKMNPQRSTVWX',
      '0011-1abc-defg-hjkm-npqr-stvu',
    ]
  ) {
    assert.equal(hashRecoveryCode('a', text), null)
  }
})
