import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mutatedSource } from '../attack/without.ts'
import { bugs } from './bugs.ts'

describe('the bugs that the simulation has to find', () => {
  test('are at least five, each with a name of its own', () => {
    assert.ok(bugs.length >= 5)
    assert.equal(new Set(bugs.map(({ name }) => name)).size, bugs.length)
  })

  for (const { name, mutations } of bugs) {
    test(`${name}: what it replaces stands in the source`, () => {
      for (const file of new Set(mutations.map((one) => one.file))) {
        assert.doesNotThrow(() => mutatedSource(file, mutations))
      }
    })
  }
})
