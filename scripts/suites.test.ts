import { test } from 'node:test'
import assert from 'node:assert/strict'
import { add, readReport } from './suites.ts'

const suite = { runtime: 'bun', files: ['a.test.ts'] } as const

test('a report is counted by what each case says of itself', () => {
  const xml = `<testsuites><testsuite name="a">
    <testcase name="one" classname="a" time="0.1" />
    <testcase name="two" classname="a"><failure message="no">trace</failure></testcase>
    <testcase name="three: no vectors" classname="a"><skipped /></testcase>
  </testsuite></testsuites>`
  assert.deepEqual(readReport(xml, suite), { passed: 1, failed: 1, skipped: ['a: three: no vectors'] })
})

test('a runner that left no report, or an empty one, is a failure', () => {
  assert.equal(readReport(null, suite).failed, 1)
  assert.equal(readReport('<testsuites></testsuites>', suite).failed, 1)
})

test('tallies add up', () => {
  const one = { passed: 2, failed: 0, skipped: ['x'] }
  assert.deepEqual(add([one, one]), { passed: 4, failed: 0, skipped: ['x', 'x'] })
})
