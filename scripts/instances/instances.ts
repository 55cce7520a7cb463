/** Several edges on one libSQL server, each a process of its own, and agents in processes of their own. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EdgeProcess, startEdge, withoutRates } from '../e2e/edge_process.ts'
import { freePort } from '../postgres.ts'
import { root } from '../suites.ts'
import type { Database } from './database.ts'
import type { BareAgent } from './estate.ts'
import type { Entry, SwarmOrder } from './swarm.ts'

export interface Instances extends AsyncDisposable {
  /** What agents sign, whatever instance they ask. */
  readonly publicUrl: string
  readonly setupToken: string
  readonly edges: readonly EdgeProcess[]
}

/** So many edges, all started at once on an empty database: one of them makes the tables. */
export async function startInstances(
  { folder, count, database }: {
    readonly folder: string
    readonly count: number
    readonly database: Database
  },
): Promise<Instances> {
  const publicUrl = `http://127.0.0.1:${await freePort()}`
  const setupToken = randomBytes(24).toString('hex')
  const env = {
    SALLYPORT_DATABASE_URL: database.url,
    SALLYPORT_DATABASE_TOKEN: database.token,
    SALLYPORT_MASTER_KEYS: `v1:${randomBytes(32).toString('base64')}`,
    SALLYPORT_SETUP_TOKEN: setupToken,
    ...withoutRates,
  }
  const reach = [new URL(database.url).host]
  const edges = await Promise.all(
    Array.from(
      { length: count },
      (_, at) => startEdge({ folder: join(folder, `edge-${at + 1}`), publicUrl, env, reach }),
    ),
  )
  return {
    publicUrl,
    setupToken,
    edges,
    async [Symbol.asyncDispose]() {
      await Promise.all(edges.map((edge) => edge[Symbol.asyncDispose]()))
    },
  }
}

export interface Swarm extends AsyncDisposable {
  readonly pid: number
  /** kill -9, and others in their place with the same keys. */
  killAndReplace(): Promise<void>
  /** What it said that happened, in order; a line that a kill cut off is left out. */
  journal(): Entry[]
}

export function startSwarm(
  { folder, name, instances, agents }: {
    readonly folder: string
    readonly name: string
    readonly instances: Instances
    readonly agents: readonly BareAgent[]
  },
): Swarm {
  const journal = join(folder, `${name}.journal`)
  const file = join(folder, `${name}.json`)
  const urls = instances.edges.map(({ url }) => url)
  const order: SwarmOrder = { publicUrl: instances.publicUrl, instances: urls, agents, journal }
  writeFileSync(file, JSON.stringify(order), { mode: 0o600 })
  const start = () =>
    spawn(process.execPath, [join(root, 'scripts', 'instances', 'swarm.ts'), file], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: '1024' },
    })
  let child = start()
  const orphan = () => child.kill('SIGKILL')
  process.once('exit', orphan)
  const kill = async () => {
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await gone
  }
  return {
    get pid() {
      return child.pid ?? 0
    },
    async killAndReplace() {
      await kill()
      child = start()
    },
    journal() {
      const text = existsSync(journal) ? readFileSync(journal, 'utf8') : ''
      return text.split('\n').flatMap((line) => entryOf(line))
    },
    async [Symbol.asyncDispose]() {
      await kill()
      process.off('exit', orphan)
    },
  }
}

function entryOf(line: string): Entry[] {
  try {
    return [JSON.parse(line) as Entry]
  } catch {
    return []
  }
}
