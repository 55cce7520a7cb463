/**
 * `npm test [-- WORD …]`: every test, or those whose path contains a word. Needs the package registry alone: the
 * PostgreSQL that tests use comes from there. shared/ runs on both runtimes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from './postgres.ts'
import { add, close, inLanes, root, type Suite, testFiles } from './suites.ts'

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const onBun = testFiles(['agent', 'shared', 'scripts'], words).filter((file) =>
  !file.startsWith('scripts/system/') && !file.endsWith('.system.test.ts')
)
const onDeno = testFiles(['edge', 'shared'], words)
const bun = (files: string[]): Suite => ({ runtime: 'bun', files })
const deno = (files: string[]): Suite => ({ runtime: 'deno', files })
const edge = onDeno.filter((file) => !file.startsWith('shared/'))
// What takes longest begins first; the edge's files in two, neither of which has all the long ones.
const suites = [
  bun(onBun.filter((file) => file.startsWith('scripts/'))),
  deno(edge.filter((_, index) => index % 2 === 0)),
  deno(edge.filter((_, index) => index % 2 === 1)),
  bun(onBun.filter((file) => file.startsWith('agent/'))),
  deno(onDeno.filter((file) => file.startsWith('shared/'))),
  bun(onBun.filter((file) => file.startsWith('shared/'))),
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
