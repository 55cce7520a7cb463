import { test } from 'node:test'
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { beginLocalRun, type LocalRun } from './local.ts'

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-local-'))
  const path = join(folder, 'orders.yaml')
  writeFileSync(path, 'one')
  return {
    folder,
    path,
    text: 'one',
    connections: 'a b',
    appends: true,
    fresh: false,
    now: 1_700_000_000_000,
  }
}

/** As when its process has gone. */
function ended(run: LocalRun): LocalRun {
  run[Symbol.dispose]()
  return run
}

test('a file is run by one process at a time', () => {
  const options = place()
  const first = beginLocalRun(options)
  for (const fresh of [false, true]) {
    assert.throws(() => beginLocalRun({ ...options, fresh }), { code: 'already_running' })
  }
  ended(first)
  assert.equal(ended(beginLocalRun(options)).runId, first.runId)
})

test('an unfinished run is gone on with under the same id and a higher fence', () => {
  const options = place()
  const first = ended(beginLocalRun(options))
  const second = ended(beginLocalRun(options))
  assert.equal(first.adopted, null)
  assert.equal(second.runId, first.runId)
  assert.equal(second.attempt, first.attempt + 1)
  assert.equal(second.adopted, '2023-11-14T22:13:20.000Z')
})

test('a finished run is followed by a new one', () => {
  const options = place()
  const first = ended(beginLocalRun(options))
  first.finish()
  const second = ended(beginLocalRun(options))
  assert.notEqual(second.runId, first.runId)
  assert.equal(second.adopted, null)
})

test('--new leaves an unfinished run behind', () => {
  const options = place()
  const first = ended(beginLocalRun(options))
  assert.notEqual(beginLocalRun({ ...options, fresh: true }).runId, first.runId)
})

test('an unfinished append of another version of the file, or through other connections, is a question for a person', () => {
  const options = place()
  ended(beginLocalRun(options))
  for (const change of [{ text: 'two' }, { connections: 'a c' }]) {
    assert.throws(
      () => beginLocalRun({ ...options, ...change }),
      (error) => error instanceof Fault && error.code === 'run_unfinished' && /--new/.test(error.message),
    )
  }
})

test('an unfinished replace of another version of the file is simply done again', () => {
  const options = { ...place(), appends: false }
  const first = ended(beginLocalRun(options))
  const second = beginLocalRun({ ...options, text: 'two' })
  assert.notEqual(second.runId, first.runId)
})

test('a reset goes on with nothing, and only once it is done an unfinished append is forgotten', () => {
  const options = place()
  const first = ended(beginLocalRun(options))
  const failed = ended(beginLocalRun({ ...options, resets: true, text: 'two' }))
  assert.notEqual(failed.runId, first.runId)
  assert.deepEqual([failed.attempt, failed.adopted], [1, null])
  assert.equal(ended(beginLocalRun(options)).runId, first.runId)
  const reset = ended(beginLocalRun({ ...options, resets: true }))
  reset.finish()
  assert.notEqual(ended(beginLocalRun(options)).runId, first.runId)
})
