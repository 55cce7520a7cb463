/** One installation with an edge that can be made to lie, and the frame that every refusal is shown in. */
import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { meaningOf } from '../../shared/faults.ts'
import type { FaultCode } from '../../shared/faults.ts'
import type { Started } from './binary.ts'
import { edgeRows } from './edge_rows.ts'
import { everyTable } from './tables.ts'
import type { TamperingProxy } from './tampering_proxy.ts'
import { startTamperingProxy } from './tampering_proxy.ts'
import type { Json } from './tampering_proxy.ts'
import { startWorld } from './world.ts'
import type { World } from './world.ts'

export interface Refusing extends AsyncDisposable {
  readonly world: World
  readonly proxy: TamperingProxy
  readonly sql: SQL
  readonly folder: string
  /** Where the files connection `here` reads. */
  readonly files: string
  /** The target database's URL, as the agent uses it. */
  readonly target: string
  agent: Started
  restartAgent(args?: readonly string[]): Promise<void>
  /** Runs the pipeline and asserts that it does what it is there for. */
  succeeds(pipeline: string): Promise<Json>
  /**
   * Runs the pipeline (or what `start` starts) and asserts that it is refused with exactly this code: kept in the anchor, told with a message,
   * and neither the target nor any row of the edge but the run's own has changed.
   */
  refuses(pipeline: string, code: FaultCode, start?: () => Promise<string>): Promise<Json>
  /** Everything that a refusal must leave as it is. */
  snapshot(): Promise<unknown>
}

const agentEnv = { NAMED: 'postgres', UNNAMED: 'postgres' }

export interface More {
  /** Further lines of the signed policy, given the installation's folder. */
  readonly allow?: (folder: string) => readonly string[]
  /** Further targets of plain connections in the local policy. */
  readonly plain?: readonly string[]
}

interface Place {
  readonly folder: string
  readonly files: string
  readonly url: URL
}

/** The edge behind the proxy, a tenant, two connections and the pipeline `base`. */
async function install({ folder, files, url }: Place, { allow, plain = [] }: More) {
  let proxy: TamperingProxy | null = null
  const { hostname, host, port, username, pathname } = url
  const world = await startWorld({
    folder,
    front: async (edgePort) => (proxy = await startTamperingProxy({ edgePort })).url,
    allow: [
      `{ direction: read, connector: files, path: "${files}" }`,
      `{ direction: write, connector: postgres, endpoint: ${hostname}, port: ${port}, account: ${username}, ` +
      `database: ${pathname.slice(1)}, schema: public, prefix: "*" }`,
      ...allow?.(folder) ?? [],
    ],
    local: [
      `files: ["${folder}"]`,
      `plain: ${JSON.stringify([host, ...plain])}`,
      `addresses: ["${hostname}"]`,
      'references: ["${env:NAMED}"]\n',
    ].join('\n'),
  })
  if (proxy === null) throw new Error('nothing tampers')
  await world.addConnection('here', `{ type: files, path: "${files}" }`)
  await world.addConnection('there', `{ type: postgres, url: "${url.href}" }`)
  await world.applyPipeline(pipelineText('base'))
  return { world, proxy: proxy as TamperingProxy }
}

/** What says how a run went, and whose turn is next: a refused one is there, too. */
const ofRuns = ['run', 'run_stream', 'run_attempt', 'run_lane', 'run_line']

export async function startRefusing(server: string, name: string, more: More = {}): Promise<Refusing> {
  const folder = mkdtempSync(join(tmpdir(), `sallyport-${name}-`))
  const files = join(folder, 'in')
  mkdirSync(files)
  writeFileSync(join(files, 'people.csv'), 'id,name\n1,Ada\n2,Grace\n3,Edsger\n')
  const database = `${name}_${process.pid}`
  const admin = new SQL({ url: server, max: 1 })
  await admin.unsafe(`create database ${database}`)
  const url = new URL(server)
  url.pathname = `/${database}`
  const sql = new SQL({ url: url.href, max: 1 })
  const { world, proxy } = await install({ folder, files, url }, more)
  const start = (args: readonly string[] = []) => world.startAgent({ args, env: agentEnv })
  const refusing: Refusing = {
    world,
    proxy,
    sql,
    folder,
    files,
    target: url.href,
    agent: await start(),
    async restartAgent(args) {
      this.agent.child.kill('SIGTERM')
      await this.agent.ended
      this.agent = await start(args)
    },
    async succeeds(pipeline) {
      const run = await world.run(pipeline)
      assert.equal(run.state, 'succeeded', JSON.stringify(run) + this.agent.said())
      return run
    },
    async snapshot() {
      return { target: await everyTable(sql), edge: edgeRows(world.edge.database, ofRuns) }
    },
    async refuses(pipeline, code, start = async () => (await world.startRun(pipeline)).id) {
      const was = await this.snapshot()
      const runs = edgeRows(world.edge.database)['run'] ?? []
      const run = await world.endOf(await start())
      assert.deepEqual([run.state, run.code], ['refused', code], this.agent.said().slice(-500))
      assert.deepEqual(await this.snapshot(), was)
      const after = edgeRows(world.edge.database)['run'] ?? []
      assert.equal(after.length, runs.length + 1)
      assert.deepEqual(runs.filter((row) => !after.includes(row)), [])
      await showsWhy(world, run.id, code)
      return run
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
      await sql.close()
      await admin.unsafe(`drop database ${database} with (force)`)
      await admin.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return refusing
}

/** The anchor keeps it, and whoever watches reads what it means. */
async function showsWhy(world: World, run: string, code: FaultCode): Promise<void> {
  const anchor = JSON.parse(readFileSync(join(world.person.home, 'anchor.json'), 'utf8')) as Json
  const kept = anchor.refusals.filter((one: Json) => one.run === run)
  assert.deepEqual(kept.map((one: Json) => one.code), [code])
  const watched = await world.person.call(['runs', 'watch', run])
  assert.equal(watched.exit, 4, watched.stderr)
  assert.ok(watched.stderr.includes(`${code}: ${meaningOf(code).help}`), watched.stderr)
}

/** CSV to PostgreSQL, unless said otherwise. */
export function pipelineText(
  name: string,
  more: { readonly source?: string; readonly destination?: string } = {},
) {
  return {
    name,
    source: more.source ?? 'here',
    destination: more.destination ?? 'there',
    streams: [`{ from: people.csv, to: public.${name.replaceAll('-', '_')}, mode: replace }`],
  }
}
