/**
 * A whole installation for tests and the demo: an edge behind a proxy, a tenant made by `init`, a person who seals and
 * signs, and an agent in a folder of its own. Everything goes through the binary and the API.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../postgres.ts'
import type { Binary, Ended, Started } from './binary.ts'
import { binaryAt, placeBinary } from './binary.ts'
import type { EdgeOptions, EdgeProcess } from './edge_process.ts'
import { startEdge } from './edge_process.ts'
import type { Json } from './tampering_proxy.ts'
import { until } from './until.ts'

export interface WorldOptions {
  /** Everything is below it. */
  readonly folder: string
  /** Puts a proxy in front of the edge's port and returns the address that everybody else knows. */
  readonly front?: (edgePort: number) => Promise<string>
  /** Lines of the policy's `allow`, YAML flow mappings. */
  readonly allow: readonly string[]
  /** The agent's local policy, without its first line. */
  readonly local: string
  readonly tenant?: string
  /** Further variables of the edge's environment, and what it may reach. */
  readonly edge?: Pick<EdgeOptions, 'env' | 'reach'>
  /** Where ring, floor and anchor go, and the environment that leads there. The person's files unless given. */
  readonly places?: {
    readonly keystore: string
    readonly floor: string
    readonly anchor: string
    readonly env: Readonly<Record<string, string>>
  }
}

export interface PipelineText {
  readonly name: string
  readonly source: string
  readonly destination: string
  /** YAML flow mappings. */
  readonly streams: readonly string[]
  /** Further lines. */
  readonly more?: string
}

export interface World extends AsyncDisposable {
  readonly folder: string
  readonly edge: EdgeProcess
  /** What everybody knows as the edge's address. */
  readonly url: string
  /** Who made the tenant: keys and token are in this home. */
  readonly person: Binary
  /** The machine of the agent. */
  readonly machine: Binary
  readonly tenant: string
  /** What `init` printed. */
  readonly made: Json
  readonly project: string
  readonly agentId: string
  /** Starts the agent and waits until it asks for work. `env` is what its secret references find. */
  startAgent(
    options?: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Started>
  /** A call of the person that has to succeed; returns what it printed. */
  does(...args: string[]): Promise<Json>
  /** The person's API, past the command line. */
  api(method: string, path: string, body?: Json): Promise<{ readonly status: number; readonly body: Json }>
  addConnection(name: string, settings: string): Promise<Json>
  applyPipeline(text: PipelineText): Promise<Json>
  /** Starts a run by a signed request; returns it at once. */
  startRun(pipeline: string): Promise<Json>
  /** Waits for the end of a run. */
  endOf(run: string): Promise<Json>
  run(pipeline: string): Promise<Json>
}

/** Throws with everything that it said. */
export function mustSucceed(ended: Ended, what: string): Ended {
  if (ended.exit !== 0) throw new Error(`${what} ended with ${ended.exit}\n${ended.stderr}${ended.stdout}`)
  return ended
}

const finalStates = ['succeeded', 'partial', 'failed', 'refused', 'cancelled', 'dead']

export async function startWorld(options: WorldOptions): Promise<World> {
  const { folder } = options
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const url = options.front === undefined ? `http://127.0.0.1:${port}` : await options.front(port)
  const edge = await startEdge({ ...options.edge, folder: join(folder, 'edge'), port, publicUrl: url })
  const path = placeBinary(join(folder, 'bin'))
  const person = binaryAt(path, join(folder, 'person'), options.places?.env)
  const machine = binaryAt(path, join(folder, 'agent'), options.places?.env)
  const does = async (...args: string[]) =>
    mustSucceed(await person.call([...args, '--json']), `sallyport ${args.slice(0, 2).join(' ')}`).value
  const made = await makeTenant(options, { edge, url, does })
  const { tenant } = made
  const agentId = await enrolAgent(options, { machine, does, url })
  const { project } = JSON.parse(readFileSync(join(person.home, 'profile.json'), 'utf8')) as Json
  const agents = new Set<Started>()
  const api = apiOf(url, person.home)
  const endOf = (run: string) =>
    until(
      async () => {
        const { body } = await api('GET', `/v1/runs/${run}`)
        return finalStates.includes(body.state) ? body : null
      },
      `the end of run ${run}`,
      180,
    )
  const startRun = (pipeline: string) => does('runs', 'start', pipeline)
  return {
    folder,
    edge,
    url,
    person,
    machine,
    tenant,
    made,
    project: project.id,
    agentId,
    does,
    api,
    startRun,
    endOf,
    run: async (pipeline) => endOf((await startRun(pipeline)).id),
    async startAgent({ args = [], env = {} } = {}) {
      const agent = machine.start(['agent', ...args], { env })
      agents.add(agent)
      void agent.ended.finally(() => agents.delete(agent)).catch(() => undefined)
      await agent.says(/Asking http/)
      return agent
    },
    async addConnection(name, settings) {
      const file = join(folder, `connection-${name}.yaml`)
      writeFileSync(file, `sallyport: 1\nconnections:\n  ${name}: ${settings}\n`, { mode: 0o600 })
      return await does('connection', 'add', name, '--from', file, '--yes')
    },
    async applyPipeline({ name, source, destination, streams, more = '' }) {
      const file = join(folder, `pipeline-${name}.yaml`)
      const lines = streams.map((stream) => `  - ${stream}\n`).join('')
      const head = `sallyport: 1\nname: ${name}\nsource: ${source}\ndestination: ${destination}\n`
      writeFileSync(file, `${head}streams:\n${lines}${more}`)
      return await does('pipeline', 'apply', file, '--yes')
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...agents].map((agent) => (agent.child.kill('SIGKILL'), agent.ended)))
      await edge[Symbol.asyncDispose]()
    },
  }
}

interface Making {
  readonly edge: EdgeProcess
  readonly url: string
  readonly does: (...args: string[]) => Promise<Json>
}

async function makeTenant(
  { folder, allow, tenant = 'Acme', places }: WorldOptions,
  { edge, url, does }: Making,
) {
  const policy = join(folder, 'policy.yaml')
  writeFileSync(policy, `sallyport: 1\nallow:\n${allow.map((line) => `  - ${line}\n`).join('')}`)
  const args = [
    '--url',
    url,
    '--setup-token-file',
    edge.setupTokenFile,
    '--tenant',
    tenant,
    '--person',
    'Grace',
    ...(places === undefined
      ? []
      : ['--keystore', places.keystore, '--floor', places.floor, '--anchor', places.anchor]),
  ]
  return await does('init', ...args, '--policy', policy)
}

interface Enrolling {
  readonly machine: Binary
  readonly url: string
  readonly does: (...args: string[]) => Promise<Json>
}

/** The ring and the floor are given to the machine; it makes its own key, and a person compares its fingerprint. */
async function enrolAgent(
  { folder, local, places }: WorldOptions,
  { machine, does, url }: Enrolling,
): Promise<string> {
  const kept = join(folder, 'person')
  const config = places === undefined
    ? ['ring', 'floor', 'anchor'].map((name) => {
      const key = name === 'ring' ? 'keystore' : name
      return `${key}: file:${join(kept, `${name}.json`)}\n`
    })
    : [readFileSync(join(kept, 'agent.yaml'), 'utf8')]
  writeFileSync(join(machine.home, 'agent.yaml'), `url: ${url}\n${config.join('')}`)
  writeFileSync(join(machine.home, 'local-policy.yaml'), `sallyport: 1\n${local}`, { mode: 0o600 })
  const token = join(folder, 'enrolment-token')
  await does('agents', 'token', '--out', token)
  const enrolling = ['enroll', '--token-file', token, '--name', 'vm-1', '--no-wait', '--json']
  const { id, fingerprint } = mustSucceed(await machine.call(enrolling), 'enroll').value
  await does('agents', 'approve', 'vm-1', '--fingerprint', fingerprint)
  return id
}

/** Waits where it is told to slow down, as the command line does. */
function apiOf(url: string, home: string): World['api'] {
  const token = readFileSync(join(home, 'token'), 'utf8').trim()
  const api: World['api'] = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const seconds = Number(answer.headers.get('retry-after'))
    if (answer.status === 429 && seconds <= 5) {
      await delay(seconds * 1000)
      return await api(method, path, body)
    }
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
  }
  return api
}
