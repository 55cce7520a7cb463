/** What `npm run remote` does, on libSQL's own server and at an address. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDatabase } from '../instances/database.ts'
import { libsqlServer } from '../libsql.ts'
import { runSuite, testFiles } from '../suites.ts'

const timeout = 280_000
const program = await libsqlServer()
const skip = program === null ? 'there is no libSQL server for this machine' : false

test('storage, operations, claims and schedules work on libSQL’s own server, whose answers get lost', {
  timeout,
  skip,
}, async () => {
  const words = [
    'edge/db/storage.',
    'edge/db/remote.',
    'edge/db/migrate.',
    'edge/remote_edge',
    'edge/runs/lost_answers',
    'edge/schedules/clock',
  ]
  const env = { SALLYPORT_TEST_STORAGE: 'remote', SALLYPORT_TEST_LIBSQL_SERVER: program ?? '' }
  const { passed, failed, skipped } = await runSuite(
    { runtime: 'deno', files: testFiles(['edge'], words) },
    env,
  )
  assert.deepEqual([failed, skipped], [[], []])
  assert.ok(passed > 40)
})

test('the storage works in the one database at an address', { timeout }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-remote-'))
  await using database = await startDatabase(folder)
  const env = { SALLYPORT_TEST_LIBSQL_URL: database.url, SALLYPORT_TEST_LIBSQL_TOKEN: database.token }
  const files = testFiles(['edge'], ['edge/db/storage.', 'edge/db/remote.', 'edge/db/migrate.'])
  const { passed, failed } = await runSuite({ runtime: 'deno', files }, env)
  assert.deepEqual(failed, [])
  assert.ok(passed > 30)
  rmSync(folder, { recursive: true, force: true })
})
