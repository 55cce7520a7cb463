/**
 * One installation that is attacked: a real edge behind a proxy, a tenant, a person, an agent, a target and the
 * attacker's own places. Between two attacks all of it is put back as it was when it had been set up.
 */
import { SQL } from 'bun'
import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ended, Started } from '../e2e/binary.ts'
import type { Json, TamperingProxy } from '../e2e/tampering_proxy.ts'
import { startTamperingProxy } from '../e2e/tampering_proxy.ts'
import { root } from '../suites.ts'
import { startWorld, type World } from '../e2e/world.ts'

/** What only the agents' pool may ever read. */
export const secret = 'hush-2c5d90e7b1f4'

export interface Scene extends AsyncDisposable {
  readonly world: World
  readonly proxy: TamperingProxy
  readonly folder: string
  /** The folder that the connection `here` reads: people.csv with three rows. */
  readonly files: string
  /** The target database, as its owner sees it. */
  readonly sql: SQL
  /** A database of the attacker on the same server. */
  readonly loot: SQL
  readonly target: URL
  readonly lootUrl: URL
  /** The running agent; starts one where none runs. */
  agent(args?: readonly string[]): Promise<Started>
  /** Starts the agent and waits until it asks for work, or has ended: then how. */
  agentOrEnd(): Promise<Ended | null>
  stopAgent(): Promise<void>
  /** What the agent that runs has said. */
  said(): string
  /** The code of edges: this checkout's, unless a proof takes a check out of it. */
  readonly edgeCode: string
  /** Everything as it was, with this binary in everybody's hands, and edges of this code. */
  reset(binary: string, edgeCode: string): Promise<void>
}

/** Sallyport's own tables, what runs have made, and what attacks have left. */
const clean = `drop schema if exists sallyport cascade; drop schema if exists private cascade;
  drop schema public cascade; create schema public; create schema private`

const kept = ['person', 'agent', 'edge', 'in', 'out'] as const

/** `server` is a PostgreSQL to make databases on; `name` tells scenes that stand beside each other apart. */
export async function startScene(server: string, name: string): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-attack-'))
  const files = join(folder, 'in')
  for (const path of [files, join(folder, 'out')]) mkdirSync(path)
  writeFileSync(join(files, 'people.csv'), 'id,name\n1,Ada\n2,Grace\n3,Edsger\n')
  const admin = new SQL({ url: server, max: 1 })
  const database = async (which: string) => {
    await admin.unsafe(`create database ${which}`)
    const url = new URL(server)
    url.pathname = `/${which}`
    return { which, url, sql: new SQL({ url: url.href, max: 1 }) }
  }
  const target = await database(`attack_${name}_${process.pid}`)
  const loot = await database(`loot_${name}_${process.pid}`)
  const { world, proxy } = await install({ folder, files, target: target.url })
  return new Stage({ world, proxy, folder, files, admin, databases: [target, loot] })
}

interface Place {
  readonly folder: string
  readonly files: string
  readonly target: URL
}

interface Database {
  readonly which: string
  readonly url: URL
  readonly sql: SQL
}

async function install({ folder, files, target }: Place) {
  let made: TamperingProxy | null = null
  const { hostname, host, port, username, pathname } = target
  const world = await startWorld({
    folder,
    front: async (edgePort) => (made = await startTamperingProxy({ edgePort })).url,
    allow: [
      `{ direction: read, connector: files, path: "${files}" }`,
      `{ direction: write, connector: postgres, endpoint: ${hostname}, port: ${port}, account: ${username}, ` +
      `database: ${pathname.slice(1)}, schema: public, prefix: "*" }`,
      `{ direction: read, connector: files, path: "${folder}/out" }`,
      `{ direction: write, connector: files, path: "${folder}/out" }`,
      `{ direction: read, connector: postgres, endpoint: ${hostname}, port: ${port}, account: ${username}, ` +
      `database: ${pathname.slice(1)}, schema: public, prefix: people }`,
      `{ direction: read, connector: https, endpoint: ${hostname}, port: "*", path: /in }`,
      // A name that is the customer's today, and that somebody makes resolve to this machine tomorrow.
      '{ direction: write, connector: postgres, endpoint: localhost, port: "*", account: "*", database: "*", ' +
      'schema: public, prefix: "*" }\nrelay: { logs: true, catalogue: true }',
    ],
    local: `files: ["${folder}"]\nplain: ["${host}"]\naddresses: ["${hostname}"]\n`,
  })
  if (made === null) throw new Error('nothing tampers')
  await world.addConnection('here', `{ type: files, path: "${files}" }`)
  await world.addConnection('there', `{ type: postgres, url: "${target.href}" }`)
  const vault = new URL(target)
  vault.password = secret
  await world.addConnection('vault', `{ type: postgres, url: "${vault.href}" }`)
  await world.applyPipeline(pipelineText('base'))
  await world.applyPipeline(pipelineText('tick', { mode: 'append', unsigned: true }))
  return { world, proxy: made as TamperingProxy }
}

interface TextOptions {
  readonly source?: string
  readonly destination?: string
  readonly to?: string
  readonly mode?: 'replace' | 'append'
  /** Takes two runs a day that nobody has signed. */
  readonly unsigned?: boolean
}

/** people.csv into a table of the pipeline's name, without a second attempt. */
export function pipelineText(name: string, options: TextOptions = {}) {
  const { source = 'here', destination = 'there', mode = 'replace', unsigned = false } = options
  const { to = `public.${name.replaceAll('-', '_')}` } = options
  const more = `limits: { retries: 0 }\n${unsigned ? 'triggers: { api: { per_day: 2 } }\n' : ''}`
  return { name, source, destination, streams: [`{ from: people.csv, to: "${to}", mode: ${mode} }`], more }
}

interface Parts extends Omit<Place, 'target'> {
  readonly world: World
  readonly proxy: TamperingProxy
  readonly admin: SQL
  readonly databases: readonly [Database, Database]
}

class Stage implements Scene {
  readonly world: World
  readonly proxy: TamperingProxy
  readonly folder: string
  readonly files: string
  readonly sql: SQL
  readonly loot: SQL
  readonly target: URL
  readonly lootUrl: URL
  readonly #parts: Parts
  edgeCode = root
  #agent: Started | null = null
  #kept = false

  constructor(parts: Parts) {
    const [target, loot] = parts.databases
    this.#parts = parts
    this.world = parts.world
    this.proxy = parts.proxy
    this.folder = parts.folder
    this.files = parts.files
    this.sql = target.sql
    this.loot = loot.sql
    this.target = target.url
    this.lootUrl = loot.url
  }

  async agent(args: readonly string[] = []): Promise<Started> {
    return this.#agent ??= await this.world.startAgent({ args })
  }

  async agentOrEnd(): Promise<Ended | null> {
    await this.stopAgent()
    const agent = this.world.machine.start(['agent'])
    const asking = agent.says(/Asking http/).then(() => null, () => null)
    await Promise.race([asking, agent.ended])
    if (!/Asking http/.test(agent.said())) return await agent.ended
    this.#agent = agent
    return null
  }

  said(): string {
    return this.#agent?.said() ?? ''
  }

  async stopAgent(): Promise<void> {
    this.#agent?.child.kill('SIGKILL')
    await this.#agent?.ended
    this.#agent = null
  }

  async reset(binary: string, edgeCode: string): Promise<void> {
    this.edgeCode = edgeCode
    const { world, proxy, folder } = this
    proxy.alter(null)
    proxy.answer(null)
    await this.stopAgent()
    await world.edge.kill()
    for (const name of kept) {
      const [from, to] = [join(folder, 'kept', name), join(folder, name)]
      if (this.#kept) {
        rmSync(to, { recursive: true, force: true })
        copy(from, to)
      } else {
        mkdirSync(join(folder, 'kept'), { recursive: true })
        copy(to, from)
      }
    }
    this.#kept = true
    rmSync(join(folder, 'bin', 'sallyport'), { force: true })
    linkSync(binary, join(folder, 'bin', 'sallyport'))
    for (const one of [this.sql, this.loot]) await one.unsafe(clean)
    await world.edge.start(edgeCode)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { admin, databases } = this.#parts
    await this.stopAgent()
    await this.world[Symbol.asyncDispose]()
    await this.proxy[Symbol.asyncDispose]()
    for (const { sql, which } of databases) {
      await sql.close()
      await admin.unsafe(`drop database ${which} with (force)`)
    }
    await admin.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function copy(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

/** A file of the person's home, as it lies there. */
export const homeFile = ({ world }: Scene, name: string): string => join(world.person.home, name)

export const readHome = (scene: Scene, name: string): Json =>
  JSON.parse(readFileSync(homeFile(scene, name), 'utf8'))
