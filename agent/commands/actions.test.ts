import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionOf, questionOf } from './actions.ts'

test('an action is one of three, or a run', () => {
  assert.equal(actionOf({}), 'run')
  for (const action of ['reset', 'resync', 'backfill'] as const) {
    assert.equal(actionOf({ [action]: true }), action)
  }
  assert.throws(() => actionOf({ reset: true, backfill: true }), /--reset or --backfill, not both/)
})

test('is asked about where something would be lost or doubled, or nobody knows', () => {
  const question = (action: 'run' | 'reset' | 'resync' | 'backfill', modes: string[] | null) =>
    questionOf(action, { name: 'orders', modes })
  assert.match(question('reset', ['merge']) ?? '', /What is in the targets goes/)
  assert.equal(question('resync', ['merge', 'replace']), null)
  assert.match(question('resync', ['merge', 'append']) ?? '', /Streams of mode append add all of them/)
  assert.match(question('resync', null) ?? '', /if it has any/)
  assert.equal(question('run', ['append']), null)
  assert.equal(question('backfill', ['append']), null)
})
