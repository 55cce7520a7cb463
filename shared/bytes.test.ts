import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  concat,
  equal,
  fromBase64,
  fromHex,
  fromUtf8,
  lengthPrefixed,
  toBase64,
  toHex,
  u32,
  utf8,
} from './bytes.ts'

test('hex, base64 and UTF-8 come back as they went', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    assert.deepEqual(fromHex(toHex(bytes)), bytes)
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes)
  }))
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(fromUtf8(utf8(text)), text)))
})

test('base64 has one spelling, of RFC 4648 section 10', () => {
  for (
    const [text, spelled] of [['', ''], ['f', 'Zg=='], ['fo', 'Zm8='], ['foo', 'Zm9v'], ['foob', 'Zm9vYg==']]
  ) {
    assert.equal(toBase64(utf8(text as string)), spelled)
  }
  for (
    const wrong of [
      'Z',
      'Zg',
      'Zg=',
      'Zh==',
      'Zm9=',
      'Zm8',
      'Zg==Zg==',
      ' Zg==',
      'Zg==\n',
      'Zm9\n',
      'Zm-_',
      '=',
      '====',
      'Zm9v=',
    ]
  ) assert.throws(() => fromBase64(wrong), TypeError, wrong)
})

test('base64 of many megabytes is read', () => {
  const bytes = new Uint8Array(20_000_000).fill(0xab)
  assert.equal(fromBase64(toBase64(bytes)).length, bytes.length)
})

test('hex is lowercase and even, text is UTF-8', () => {
  for (const wrong of ['0', 'AB', '0g', ' 00', '0x']) assert.throws(() => fromHex(wrong), TypeError, wrong)
  for (const wrong of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
    assert.throws(() => fromUtf8(Uint8Array.from(wrong)), TypeError)
  }
  assert.equal(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa')
})

test('numbers are big-endian, and only those that fit', () => {
  assert.equal(toHex(u32(0x01020304)), '01020304')
  assert.equal(toHex(u32(0xfffffffe)), 'fffffffe')
  for (const wrong of [-1, 2 ** 32, 1.5, Number.NaN]) assert.throws(() => u32(wrong), RangeError)
})

test('no two lists share a length-prefixed encoding', () => {
  assert.equal(
    toHex(lengthPrefixed(utf8('a'), utf8(''), utf8('bc'))),
    '0000000161' + '00000000' + '000000026263',
  )
  const list = fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 4 })
  fc.assert(fc.property(list, list, (one, other) => {
    const same = one.length === other.length && one.every((part, i) => equal(part, other[i] as Uint8Array))
    assert.equal(equal(lengthPrefixed(...one), lengthPrefixed(...other)), same)
  }))
})

test('equal looks at every byte and at the length', () => {
  const bytes = concat(utf8('abc'), utf8('def'))
  assert.equal(equal(bytes, utf8('abcdef')), true)
  for (const other of ['', 'abcde', 'abcdefg', 'bbcdef', 'abcdee']) {
    assert.equal(equal(bytes, utf8(other)), false)
  }
})
