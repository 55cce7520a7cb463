import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, duration, printer, size } from './print.ts'

test('steps are numbered, and each says how long it took', () => {
  let clock = 0
  let said = ''
  const print = printer({ write: (text) => (said += text) }, () => clock)
  print.step('First')
  print.doing('not for a file')
  print.done('this')
  print.note('there')
  clock = 1500
  print.step('Second')
  print.table([['name', 'rows'], ['a', '10'], ['long', '7']], [1])
  clock = 1600
  print.end()
  assert.deepEqual(said.split('\n'), [
    '',
    ' 1 First',
    '   ✓ this',
    '     there',
    '   1.5 s',
    '',
    ' 2 Second',
    '     name  rows',
    '     a       10',
    '     long     7',
    '   0.10 s',
    '',
  ])
})

test('numbers read well', () => {
  assert.deepEqual([size(0), size(999), size(1000), size(13_493_022), size(999_960_000)], [
    '0 B',
    '999 B',
    '1.0 kB',
    '13.5 MB',
    '1.0 GB',
  ])
  assert.equal(count(3_000_000), '3,000,000')
  assert.deepEqual([duration(40), duration(949), duration(2_345)], ['0.04 s', '0.95 s', '2.3 s'])
})
