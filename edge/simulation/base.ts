/** The installation that every simulation begins with: made once a process, by the edge's own routes, and copied. */
import { readFile } from 'node:fs/promises'
import type { MasterKeys } from '../db/master_keys.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'
import { Random } from './random.ts'

const AGENTS = 5
const JITTER_SECONDS = 20

export interface AgentKey {
  readonly id: string
  readonly seed: Uint8Array
}

export interface Base {
  /** The database file. */
  readonly file: Uint8Array
  readonly master: MasterKeys
  readonly setupToken: string
  readonly tenant: string
  /** Of the owner. */
  readonly token: string
  readonly agents: readonly AgentKey[]
  /** Pipelines that run when somebody asks: two of each project. */
  readonly asked: readonly (readonly string[])[]
  /** Pipelines that run every minute: whatever happens, where the run before is over, and a little later by chance. */
  readonly everyMinute: readonly string[]
  /** Of each pipeline: source and destination. */
  readonly connections: ReadonlyMap<string, readonly string[]>
  /** When it was made, in ms since 1970. */
  readonly made: number
}

/** Every random byte of the edge's own, from dice: ids and keys are the same in every process. */
export function dicedBytes(random: Random): Disposable {
  const real = native.randomBytes
  Object.assign(native, { randomBytes: random.bytes })
  return { [Symbol.dispose]: () => void Object.assign(native, { randomBytes: real }) }
}

/** The same people and keys, in a project beside the first. */
async function anotherProject(estate: Estate): Promise<Estate> {
  await estate.publishTrust()
  const { data: [{ workspace }] } = await estate.made('GET', '/v1/projects')
  const { id } = await estate.made('POST', '/v1/projects', { workspace, name: 'other' })
  const other: Estate = Object.assign(Object.create(Estate.prototype), estate, {
    project: id,
    index: null,
    listed: {},
    indexDocument: () => ({ ...Estate.prototype.indexDocument.call(other), project_name: 'other' }),
  })
  return other
}

let made: Promise<Base> | null = null

export function base(): Promise<Base> {
  return made ??= build()
}

async function build(): Promise<Base> {
  using _ = dicedBytes(new Random(0))
  await using edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  const asked: string[][] = []
  for (const one of [estate, await anotherProject(estate)]) {
    const triggers = { api: { per_day: 1_000 } }
    const first = await one.furnish({ triggers, limits: { retries: 2 } })
    asked.push([first.pipeline, (await one.furnish({ triggers, limits: { retries: 2 } })).pipeline])
  }
  const everyMinute: string[] = []
  const minutely = { cron: '* * * * *', timezone: 'UTC', catch_up: 'all' } as const
  for (
    const schedule of [
      { ...minutely, overlap: 'queue' },
      { ...minutely, overlap: 'skip' },
      { every: '1m', jitter: JITTER_SECONDS, catch_up: 'all', overlap: 'queue' },
      { ...minutely, overlap: 'cancel_running', catch_up: 'last' },
    ] as const
  ) {
    everyMinute.push((await estate.furnish({ triggers: { schedule } })).pipeline)
  }
  const agents: AgentKey[] = []
  for (let count = 0; count < AGENTS; count++) {
    const { id, seed } = await estate.enrol()
    agents.push({ id, seed })
  }
  const pipelines = await edge.rows('SELECT id, source, destination FROM pipeline')
  const [{ file }] = await edge.rows('PRAGMA database_list')
  await edge.edge.flush()
  await edge.storage.close()
  return {
    file: await readFile(file),
    master: edge.master,
    setupToken: edge.setupToken,
    tenant: estate.tenant,
    token: estate.token,
    agents,
    asked,
    everyMinute,
    connections: new Map(pipelines.map(({ id, source, destination }) => [id, [source, destination]])),
    made: edge.now,
  }
}
