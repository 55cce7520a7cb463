import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groups, wordsOf } from './fingerprint.ts'

test('every byte has a word of its own', () => {
  const all = Array.from({ length: 256 }, (_, byte) => {
    return wordsOf(byte.toString(16).padStart(2, '0').repeat(12)).split(' ')[0]
  })
  assert.equal(new Set(all).size, 256)
  assert.ok(all.every((word) => /^[a-z]{3,8}$/.test(word ?? '')))
})

test('a fingerprint is read as twelve words and as groups of four digits', () => {
  const hex = '00ff'.repeat(8)
  assert.equal(wordsOf(hex), 'acorn zebra '.repeat(6).trim())
  assert.equal(groups('a1b2c3d4e5'), 'a1b2 c3d4 e5')
  assert.throws(() => wordsOf('00'), RangeError)
})
