/**
 * `npm run remote [-- WORD …] [-- --url URL [--token TOKEN]] [-- --server PROGRAM] [-- --fixture]`: the edge's tests on a
 * libSQL server that is not of the tests' making.
 *
 * With `--url` those of the storage, of migrations and of every operation, in the one database at that address, which is
 * emptied before each: one that holds anything but what tests left is refused. Otherwise every test of the edge that
 * has a database – those whose path holds a WORD – gets a server of its own: PROGRAM, or libSQL's own from the package
 * registry. `--fixture` is `--url` with the tests' server in place of a real one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startDatabase } from './instances/database.ts'
import { libsqlServer } from './libsql.ts'
import { add, close, runSuite, testFiles } from './suites.ts'

/** One database after the other: two at once could not be had at one address. */
const onOne = ['edge/db/storage.test', 'edge/db/remote.test', 'edge/db/migrate.test', 'edge/remote_edge.test']
/** Processes of tests on servers of their own: each waits for its server half of the time. */
const SIDE_BY_SIDE = 2
/** Of the embedded engine alone: its file, its disk, its threads. */
const embedded = /edge\/(db\/(erased|full_disk)|config|bench|simulation\/)/

const text = { type: 'string' } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: text, token: text, server: text, fixture: { type: 'boolean', default: false } },
})

async function at(url: string, token: string | null): Promise<number> {
  const files = testFiles(['edge'], onOne)
  const env = {
    SALLYPORT_TEST_LIBSQL_URL: url,
    ...(token === null ? {} : { SALLYPORT_TEST_LIBSQL_TOKEN: token }),
  }
  return close(await runSuite({ runtime: 'deno', files }, env))
}

async function atFixture(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-remote-'))
  try {
    await using database = await startDatabase(folder)
    return await at(database.url, database.token)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function on(program: string | null): Promise<number> {
  if (program === null) {
    console.error('There is no libSQL server for this machine: name one with --server or --url.')
    return 2
  }
  const files = testFiles(['edge'], positionals).filter((file) => !embedded.test(file))
  const env = { SALLYPORT_TEST_STORAGE: 'remote', SALLYPORT_TEST_LIBSQL_SERVER: program }
  const shares = Array.from(
    { length: SIDE_BY_SIDE },
    (_, share) => files.filter((_, at) => at % SIDE_BY_SIDE === share),
  )
  return close(
    add(await Promise.all(shares.map((share) => runSuite({ runtime: 'deno', files: share }, env)))),
  )
}

process.exitCode = values.fixture
  ? await atFixture()
  : values.url !== undefined
  ? await at(values.url, values.token ?? null)
  : await on(values.server ?? await libsqlServer())
