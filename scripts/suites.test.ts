import { test } from 'node:test'
import assert from 'node:assert/strict'
import { add, dealt, readReport } from './suites.ts'

const suite = { runtime: 'bun', files: ['a.test.ts'] } as const

test('a report is counted by what each case says of itself', () => {
  const xml = `<testsuites><testsuite name="a">
    <testcase name="one" classname="a" time="0.1" />
    <testcase name="two" classname="a"><failure message="no">trace</failure></testcase>
    <testcase name="three: no vectors" classname="a"><skipped /></testcase>
  </testsuite></testsuites>`
  assert.deepEqual(readReport(xml, suite), {
    passed: 1,
    failed: ['a: two'],
    skipped: ['a: three: no vectors'],
  })
})

test('a runner that left no report, or an empty one, is a failure', () => {
  assert.equal(readReport(null, suite).failed.length, 1)
  assert.equal(readReport('<testsuites></testsuites>', suite).failed.length, 1)
})

test('tallies add up', () => {
  const one = { passed: 2, failed: ['y'], skipped: ['x'] }
  assert.deepEqual(add([one, one]), { passed: 4, failed: ['y', 'y'], skipped: ['x', 'x'] })
})

test('a suite that is dealt out keeps each file once', () => {
  const files = ['a', 'b', 'c', 'd', 'e']
  assert.deepEqual(dealt({ runtime: 'deno', files }, 2), [
    { runtime: 'deno', files: ['a', 'c', 'e'] },
    { runtime: 'deno', files: ['b', 'd'] },
  ])
})
