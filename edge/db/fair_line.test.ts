import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FairLine } from './fair_line.ts'

const MOST = 8

function add(line: FairLine<string>, lane: string, count: number, cost = 1): void {
  for (let i = 0; i < count; i++) line.add(`${lane}${i}`, { lane, cost })
}

function takeAll(line: FairLine<string>): string[] {
  const all: string[] = []
  while (line.length > 0) all.push(...line.take(MOST))
  return all
}

describe('a fair line', () => {
  test('keeps the order of arrival while everything fits', () => {
    const line = new FairLine<string>()
    add(line, 'a', 4)
    add(line, 'b', 4)
    assert.deepEqual(line.take(MOST), ['a0', 'a1', 'a2', 'a3', 'b0', 'b1', 'b2', 'b3'])
  })

  test('gives every lane its turn when more waits, and each lane in its own order', () => {
    const line = new FairLine<string>()
    add(line, 'a', 20)
    add(line, 'b', 3)
    add(line, 'c', 1)
    const all = takeAll(line)
    assert.equal(all.length, 24)
    assert.deepEqual(all.slice(0, 8), ['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'b2', 'a3'])
    assert.deepEqual(all.filter((one) => one.startsWith('a')), Array.from({ length: 20 }, (_, i) => `a${i}`))
  })

  test('whoever comes later with an empty lane waits for one turn of each other lane at most', () => {
    const lanes = Array.from({ length: 50 }, (_, i) => `lane-${i}-`)
    const line = new FairLine<string>()
    add(line, 'heavy-', 5_000)
    for (const lane of lanes) add(line, lane, 20)
    for (let round = 0; round < 30; round++) {
      line.take(MOST)
      add(line, 'heavy-', 100)
      add(line, `late-${round}-`, 1)
      let before = 0
      for (let found = false; !found; before += found ? 0 : MOST) {
        found = line.take(MOST).includes(`late-${round}-0`)
      }
      assert.ok(before <= lanes.length + 1, `round ${round}: ${before} went before it`)
    }
  })

  test('counts what an entry costs: dear ones get fewer turns', () => {
    const line = new FairLine<string>()
    add(line, 'dear', 100, 10)
    add(line, 'cheap', 100, 1)
    const first = Array.from({ length: 11 }, () => line.take(1)[0] as string)
    assert.equal(first.filter((one) => one.startsWith('dear')).length, 1)
  })

  test('a lane that was served owes nothing once the line has been empty', () => {
    const line = new FairLine<string>()
    add(line, 'a', 20)
    takeAll(line)
    add(line, 'a', 9)
    add(line, 'b', 9)
    assert.deepEqual(line.take(MOST), ['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
  })
})
