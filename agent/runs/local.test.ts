import { test } from 'node:test'
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { beginLocalRun } from './local.ts'

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-local-'))
  const path = join(folder, 'orders.yaml')
  writeFileSync(path, 'one')
  return { folder, path, text: 'one', appends: true, fresh: false, now: 1_700_000_000_000 }
}

test('an unfinished run is gone on with under the same id and a higher fence', () => {
  const options = place()
  const first = beginLocalRun(options)
  const second = beginLocalRun(options)
  assert.equal(first.adopted, null)
  assert.equal(second.runId, first.runId)
  assert.equal(second.attempt, first.attempt + 1)
  assert.equal(second.adopted, '2023-11-14T22:13:20.000Z')
})

test('a finished run is followed by a new one', () => {
  const options = place()
  const first = beginLocalRun(options)
  first.finish()
  const second = beginLocalRun(options)
  assert.notEqual(second.runId, first.runId)
  assert.equal(second.adopted, null)
})

test('--new leaves an unfinished run behind', () => {
  const options = place()
  const first = beginLocalRun(options)
  assert.notEqual(beginLocalRun({ ...options, fresh: true }).runId, first.runId)
})

test('an unfinished append of another version of the file is a question for a person', () => {
  const options = place()
  beginLocalRun(options)
  assert.throws(
    () => beginLocalRun({ ...options, text: 'two' }),
    (error) => error instanceof Fault && error.code === 'run_unfinished' && /--new/.test(error.message),
  )
})

test('an unfinished replace of another version of the file is simply done again', () => {
  const options = { ...place(), appends: false }
  const first = beginLocalRun(options)
  const second = beginLocalRun({ ...options, text: 'two' })
  assert.notEqual(second.runId, first.runId)
})
