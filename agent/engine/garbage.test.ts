import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Garbage } from './garbage.ts'

test('room is made once for every so many bytes, however they come', () => {
  const garbage = new Garbage()
  const made = (pieces: number, bytes: number) =>
    Array.from({ length: pieces }, () => garbage.after(bytes)).filter((is) => is).length
  assert.equal(made(63, 1 << 20), 7)
  assert.equal(made(1, 1 << 20), 1)
  assert.equal(made(1, 100 << 20), 1)
  assert.equal(made(1023, 1 << 13), 0)
  assert.equal(made(1, 1 << 13), 1)
})

test('what nobody holds any more is gone afterwards', () => {
  const before = process.memoryUsage().heapUsed
  const rows = Array.from({ length: 200_000 }, (_, at) => `row ${at}`)
  assert.equal(rows.length, 200_000)
  rows.length = 0
  assert.equal(new Garbage().after(8 << 20), true)
  assert.ok(process.memoryUsage().heapUsed < before + (4 << 20))
})
