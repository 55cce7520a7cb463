import assert from 'node:assert/strict'
import { test } from 'node:test'
import { native } from '../../primitives.ts'
import { newUserCode, readUserCode } from './user_code.ts'

test('a user code is eight of twenty consonants, each as likely as the next', () => {
  assert.match(newUserCode(native.randomBytes), /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  const seen = new Map<string, number>()
  for (let start = 0; start < 240; start += 8) {
    const code = newUserCode((length) => new Uint8Array(length).map((_, i) => start + i))
    for (const letter of code.replace('-', '')) seen.set(letter, (seen.get(letter) ?? 0) + 1)
  }
  assert.equal(seen.size, 20)
  assert.ok([...seen.values()].every((count) => count === 12))
  const skewed = newUserCode((length) => new Uint8Array(length).map((_, i) => i % 2 === 0 ? 250 : 1))
  assert.equal(skewed, 'CCCC-CCCC')
})

test('a user code is read however it is typed', () => {
  for (const typed of ['WDJB-MJHT', 'wdjbmjht', ' wdjb mjht ', 'W-D-J-B-M-J-H-T']) {
    assert.equal(readUserCode(typed), 'WDJB-MJHT')
  }
  for (const typed of ['', 'WDJB-MJH', 'WDJB-MJHTT', 'WDJB-MJHA', 'WDJB-MJH1', 'ＷDJB-MJHT']) {
    assert.equal(readUserCode(typed), null)
  }
})
