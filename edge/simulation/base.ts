/** The installation that every simulation begins with: made once a process, by the edge's own routes, and copied. */
import { readFile } from 'node:fs/promises'
import { fromBase64, fromUtf8 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { After, Pipeline } from '../../shared/schemas/pipeline.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import type { MasterKeys } from '../db/master_keys.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'
import { isoTime } from '../trust/store.ts'
import { Random } from './random.ts'

const AGENTS = 5
const GUEST_AGENTS = 2
const JITTER_SECONDS = 20
/** Two to four minutes before midnight: what counts by the day counts anew while it storms. */
const BEGINNING = Date.parse('2026-11-22T23:56:40.000Z')
const MANY = 1_000
const FEW = 3
/** Connections that are signed and not yet added. */
const SPARE = 6
const REDRIVE_MS = 3_600_000

export interface AgentKey {
  readonly id: string
  readonly seed: Uint8Array
}

export interface Hook {
  readonly id: string
  readonly pipeline: string
  readonly secret: string
}

/** Who follows which pipeline, on which ends. */
export interface Following {
  readonly pipeline: string
  readonly after: string
  readonly on: readonly string[]
  readonly perDay: number
}

/** A tenant as the simulation finds it. */
export interface Tenancy {
  readonly tenant: string
  /** Of its owner. */
  readonly token: string
  readonly agents: readonly AgentKey[]
  /** Pipelines that run when somebody asks, of each project. */
  readonly asked: readonly (readonly string[])[]
  /** Pipelines that run every minute: whatever happens, where the run before is over, and a little later by chance. */
  readonly everyMinute: readonly string[]
  /** Bodies of connections that anybody may add. */
  readonly spare: readonly unknown[]
}

export interface Base extends Tenancy {
  /** The database file. */
  readonly file: Uint8Array
  readonly master: MasterKeys
  readonly setupToken: string
  /** Another tenant of the installation, which its operator may suspend. */
  readonly guest: Tenancy
  /** Pipelines whose schedule has a run cancelled for the next one; they run for about as long as it takes to come. */
  readonly cancelling: readonly string[]
  readonly hooks: readonly Hook[]
  readonly followings: readonly Following[]
  /** Of each pipeline: source and destination. */
  readonly connections: ReadonlyMap<string, readonly string[]>
  /** The pipelines as they were signed, by id. */
  readonly signed: ReadonlyMap<string, Signed>
  /** What agents trust, for those who judge as agents do. */
  readonly trust: readonly TrustOf[]
  /** Leave to attempt a run of the pipeline again, signed at `issued`. */
  readonly redrive: (
    of: { readonly run: string; readonly pipeline: string; readonly issued: number; readonly nonce: string },
  ) => Dsse
  /** When it was made, in ms since 1970. */
  readonly made: number
}

export interface Signed {
  readonly document: Pipeline
  readonly hash: string
}

export interface TrustOf {
  readonly tenant: string
  readonly document: TrustDocument
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

/** What `furnish` has signed, by pipeline. */
type Furnished = Map<string, Signed & { readonly by: Estate }>

async function furnish(signed: Furnished, by: Estate, change: Partial<Pipeline>): Promise<string> {
  const { pipeline, hash } = await by.furnish(change)
  const [{ document }] = await by.edge.rows('SELECT document FROM pipeline_version WHERE id = ?', [
    pipeline,
  ])
  signed.set(pipeline, { document: JSON.parse(fromUtf8(fromBase64(JSON.parse(document).payload))), hash, by })
  return pipeline
}

const minutely = { cron: '* * * * *', timezone: 'UTC', catch_up: 'all' } as const
const retried = { limits: { retries: 2 } }

async function tenancy(signed: Furnished, estates: readonly [Estate, ...Estate[]]): Promise<Tenancy> {
  const [estate, ...others] = estates
  const asked: string[][] = []
  for (const one of estates) {
    const triggers = { api: { per_day: MANY } }
    const limited = { limits: { ...retried.limits, minutes: 1 } }
    asked.push([
      await furnish(signed, one, { triggers, ...retried }),
      await furnish(signed, one, { triggers, ...limited }),
    ])
  }
  const everyMinute: string[] = []
  const schedules = [
    { ...minutely, overlap: 'queue' },
    { ...minutely, overlap: 'skip' },
    { every: '1m', jitter: JITTER_SECONDS, catch_up: 'all', overlap: 'queue' },
  ] as const
  // Of the other tenant one is enough.
  for (const schedule of schedules.slice(others.length === 0 ? 2 : 0)) {
    everyMinute.push(await furnish(signed, estate, { triggers: { schedule } }))
  }
  const { tenant, token } = estate
  return { tenant, token, agents: [], asked, everyMinute, spare: [] }
}

/** One that makes up for the last time that was missed, as `all` goes with no `cancel_running`. */
async function cancelling(signed: Furnished, estate: Estate): Promise<string> {
  const schedule = { ...minutely, catch_up: 'last', overlap: 'cancel_running' } as const
  return await furnish(signed, estate, { triggers: { schedule }, limits: { ...retried.limits, minutes: 2 } })
}

/** Follows the first two that are asked for, and one of those that follow. */
async function followings(signed: Furnished, estate: Estate, asked: readonly string[]): Promise<Following[]> {
  const [one = '', two = ''] = asked
  const made: Following[] = []
  const add = async (after: string, on: After['on'], perDay: number) => {
    const pipeline = await furnish(signed, estate, {
      triggers: { after: { pipeline: after, pool: 'default', on, per_day: perDay } },
      ...retried,
    })
    made.push({ pipeline, after, on, perDay })
    return pipeline
  }
  const first = await add(one, ['succeeded'], MANY)
  await add(one, ['failed', 'partial'], MANY)
  await add(two, ['succeeded', 'failed'], FEW)
  await add(first, ['succeeded'], MANY)
  return made
}

async function hooks(signed: Furnished, estate: Estate): Promise<Hook[]> {
  const made: Hook[] = []
  for (const perDay of [MANY, FEW]) {
    const pipeline = await furnish(signed, estate, { triggers: { webhook: { per_day: perDay } }, ...retried })
    const { id, secret } = await estate.made('POST', `/v1/pipelines/${pipeline}/webhook`)
    made.push({ id, pipeline, secret })
  }
  return made
}

async function agentsOf(estate: Estate, count: number): Promise<AgentKey[]> {
  const agents: AgentKey[] = []
  while (agents.length < count) {
    const { id, seed } = await estate.enrol()
    agents.push({ id, seed })
  }
  return agents
}

async function build(): Promise<Base> {
  using _ = dicedBytes(new Random(0))
  await using edge = await TestEdge.start()
  edge.now = BEGINNING
  const estate = await Estate.found(edge)
  const invited = await Estate.found(edge, estate)
  const signed: Furnished = new Map()
  const main = await tenancy(signed, [estate, await anotherProject(estate)])
  const replaced = await cancelling(signed, estate)
  const follow = await followings(signed, estate, main.asked[0] ?? [])
  const called = await hooks(signed, estate)
  const guest = await tenancy(signed, [invited])
  const agents = await agentsOf(estate, AGENTS)
  const guests = await agentsOf(invited, GUEST_AGENTS)
  const spare = (of: Estate) => Array.from({ length: SPARE }, () => of.connection().body)
  const pipelines = await edge.rows('SELECT id, source, destination FROM pipeline')
  const [{ file }] = await edge.rows('PRAGMA database_list')
  await edge.edge.flush()
  await edge.storage.close()
  return {
    ...main,
    everyMinute: [...main.everyMinute, replaced],
    cancelling: [replaced],
    agents,
    spare: spare(estate),
    guest: { ...guest, agents: guests, spare: spare(invited) },
    file: await readFile(file),
    master: edge.master,
    setupToken: edge.setupToken,
    hooks: called,
    followings: follow,
    connections: new Map(pipelines.map(({ id, source, destination }) => [id, [source, destination]])),
    signed,
    trust: [estate, invited].map(({ tenant, trust }) => {
      if (trust === null) throw new Error('nothing was published')
      return { tenant, document: trust.document }
    }),
    redrive({ run, pipeline, issued, nonce }) {
      const of = signed.get(pipeline)
      if (of === undefined) throw new Error('no such pipeline')
      const times = { issued: isoTime(issued), expires: isoTime(issued + REDRIVE_MS) }
      return of.by.request({ pipeline, hash: of.hash }, { redrive: run, nonce, ...times })
    },
    made: edge.now,
  }
}
