/** The libSQL server of tests, in a process of its own, for edges that are processes of their own. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { deno } from '../e2e/edge_process.ts'
import { root } from '../suites.ts'

/** As `Faults` of edge/db/hrana_fixture.ts. */
export type DatabaseFaults = Partial<
  Record<
    'delayMs' | 'dropResponses' | 'expireStreams' | 'refuse' | 'busy' | 'dropEvery' | 'expireEvery',
    number
  >
>

export interface DatabaseProcess extends AsyncDisposable {
  readonly url: string
  readonly token: string
  /** The file behind it. */
  readonly path: string
  /** What goes wrong from now on; returns how many requests have come so far. */
  faults(change: DatabaseFaults): Promise<number>
}

export async function startDatabase(folder: string): Promise<DatabaseProcess> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'remote.db')
  const token = 'token-of-tests'
  const program = join('edge', 'db', 'hrana_main_fixture.ts')
  const child = spawn(deno(), [
    'run',
    '--no-prompt',
    '--no-check',
    '--cached-only',
    '-A',
    program,
    path,
    token,
  ], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const orphan = () => child.kill('SIGKILL')
  process.once('exit', orphan)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the database ended')
    return JSON.parse(value) as { url: string; pipelines: number }
  }
  const { url } = await next()
  return {
    url,
    token,
    path,
    async faults(change) {
      child.stdin.write(`${JSON.stringify(change)}\n`)
      return (await next()).pipelines
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      child.kill('SIGKILL')
      await ended
      process.off('exit', orphan)
    },
  }
}
