/**
 * `npm test [-- WORD …]`: every test, or those whose path contains a word. Needs the package registry alone: the
 * PostgreSQL that tests use comes from there. shared/ runs on both runtimes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from './postgres.ts'
import { add, close, dealt, inLanes, root, type Suite, testFiles } from './suites.ts'

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const onBun = testFiles(['agent', 'shared', 'scripts'], words).filter((file) =>
  !file.startsWith('scripts/system/') && !file.endsWith('.system.test.ts')
)
const onDeno = testFiles(['edge', 'shared'], words)
const suite = (runtime: Suite['runtime'], folder: string): Suite => ({
  runtime,
  files: (runtime === 'bun' ? onBun : onDeno).filter((file) => file.startsWith(`${folder}/`)),
})
// What takes longest begins first; in pieces, so that no lane is left with much when the others are done.
const suites = [
  ...dealt(suite('bun', 'scripts'), 2),
  ...dealt(suite('deno', 'edge'), 4),
  ...dealt(suite('bun', 'agent'), 2),
  suite('deno', 'shared'),
  suite('bun', 'shared'),
]
const needsBinary = onBun.some((file) => !file.startsWith('shared/'))

if (needsBinary && existsSync(join(root, 'scripts', 'build_agent.ts'))) {
  const built = spawnSync('bun', [join('scripts', 'build_agent.ts')], { cwd: root, stdio: 'inherit' })
  if (built.status !== 0) process.exit(built.status ?? 1)
}

await using postgres = needsBinary ? await startPostgres({ settings: ['fsync=off'] }) : null
const env: Record<string, string> = postgres
  ? { SALLYPORT_TEST_POSTGRES_URL: postgres.url(), SALLYPORT_TEST_POSTGRES_FOLDER: postgres.folder }
  : {}
process.exitCode = close(add(await inLanes(suites, env)))
