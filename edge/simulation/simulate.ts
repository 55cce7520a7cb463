/** One simulation: everything that happens follows from its seed. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROTOCOL_VERSION } from '../../shared/protocol.ts'
import { AgentNode } from './agent_node.ts'
import { type Base, base, dicedBytes } from './base.ts'
import type { Storage } from '../db/storage.ts'
import { type Client, Connection, Database } from './database.ts'
import { Destination } from './destination.ts'
import { EdgeNode } from './edge_node.ts'
import { checkEnd } from './ending.ts'
import { Bounds, drawLimits, setLimits } from './bounds.ts'
import { Invariants } from './invariants.ts'
import { Network } from './network.ts'
import { People } from './people.ts'
import { Random } from './random.ts'
import { SqlServer } from './sql_server.ts'
import { Trace } from './trace.ts'
import { VirtualTime } from './virtual_time.ts'
import { Violation } from './violation.ts'
import { storm } from './weather.ts'

/** Virtual time that every run has to be over in, once nothing goes wrong any more. */
const CALM_MS = 15 * 60_000
/** The share of seeds in which the edge's remote storage speaks to a libSQL server. */
const SERVED = 0.25
/** Runs by which one project may be ahead of another while both have some. */
const UNFAIRNESS = 4
/** The share of seeds in which many want a run at once. */
const BURSTS = 0.4
/** That storage waits for a turn of the event loop before each batch. */
const TURNS = 4

export interface Result {
  readonly seed: number
  /** What never may happen and did; null when all was well. */
  readonly violation: string | null
  readonly digest: string
  readonly figures: {
    readonly runs: number
    readonly commits: number
    readonly events: number
    readonly seconds: number
    /** Runs that one project was ahead of another. */
    readonly ahead: number
  }
}

export async function simulate(
  seed: number,
  show: ((line: string) => void) | null = null,
): Promise<Result> {
  const from = await base()
  const folder = await mkdtemp(join(await memoryFolder(), 'sallyport-simulation-'))
  const path = join(folder, 'edge.db')
  await writeFile(path, from.file)
  const time = new VirtualTime(from.made + 30_000)
  const random = new Random(seed)
  using _time = time.install(random.fork())
  using _dice = dicedBytes(random.fork())
  const trace = new Trace(time, show)
  const database = new Database({ path, time, random: random.fork(), trace })
  const server = random.chance(SERVED) ? new SqlServer(database) : null
  if (server !== null) time.turns = TURNS
  try {
    return await play({ seed, base: from, time, random, trace, database, server })
  } finally {
    server?.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Stage {
  readonly seed: number
  readonly base: Base
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
  readonly database: Database
  readonly server: SqlServer | null
}

async function play(stage: Stage): Promise<Result> {
  const { seed, time, trace, database } = stage
  const start = time.now
  const { invariants, bounds, destination, calmAt } = await setUp(stage)
  let events = 0
  let violation: string | null = null
  try {
    let old: readonly string[] | null = null
    while (await time.step()) {
      events++
      if (time.now <= calmAt) continue
      // Those that come after the storm, by schedules, are none of our patience.
      old ??= invariants.open().map(({ id }) => id)
      const open = new Set(invariants.open().map(({ id }) => id))
      if (!old.some((id) => open.has(id)) && time.now > calmAt + 60_000) break
      if (time.now > calmAt + CALM_MS) {
        const stuck = invariants.open().find(({ id }) => old?.includes(id))
        throw new Violation(
          `run ${stuck?.id} is still ${stuck?.state} when nothing went wrong for 15 minutes`,
        )
      }
    }
    await invariants.lookAtAll()
    checkEnd({ base: stage.base, invariants, destination, now: time.now })
  } catch (error) {
    violation = error instanceof Error ? error.message : String(error)
    trace.say(`violated: ${violation}`)
    if (!(error instanceof Violation)) trace.say((error as Error).stack ?? '')
  }
  const seconds = Math.round((time.now - start) / 1000)
  const figures = {
    runs: invariants.runs.size,
    commits: database.commits,
    events,
    seconds,
    ahead: bounds.ahead,
  }
  return { seed, violation, digest: trace.digest(), figures }
}

/** Puts everybody in place, and plans what is going to happen to them. */
async function setUp({ base, time, random, trace, database, server }: Stage) {
  const limits = drawLimits(base, random.fork())
  for (const { scope, most } of limits) trace.say(`at most ${most} runs of ${scope}`)
  await setLimits(database, base.tenant, limits)
  const bounds = new Bounds(database, { base, limits, unfairness: UNFAIRNESS })
  const invariants = new Invariants(database, { tenant: base.tenant, trace, bounds })
  await invariants.look()
  database.committed = () => invariants.look()
  const destination = new Destination()
  const network = new Network(time, random.fork(), { loss: 0, twice: 0, late: 0 })
  const instances = random.between(1, 3)
  const open = (client: Client): Storage =>
    server?.open(client) ?? new Connection(database, client, instances === 1 ? 'embedded' : 'remote')
  const edges = Array.from({ length: instances }, (_, at) => {
    const around = { base, time, random: random.fork(), trace, database }
    return new EdgeNode(`edge ${at + 1}`, around, open)
  })
  const agents = base.agents.slice(0, random.between(2, base.agents.length)).map((key, at) => {
    const around = {
      time,
      random: random.fork(),
      trace,
      network,
      edges,
      destination,
      acknowledged: invariants,
    }
    const speaks = { slots: random.between(1, 2), protocol: PROTOCOL_VERSION - random.between(0, 1) }
    return new AgentNode(`agent ${at + 1}`, { key, ...speaks }, around)
  })
  const stormMs = random.between(60, 180) * 1000
  storm({ time, random: random.fork(), trace, network, edges, agents }, stormMs)
  const people = new People({
    time,
    random: random.fork(),
    trace,
    network,
    edges,
    acknowledged: invariants,
    token: base.token,
  })
  wish({ base, random: random.fork(), people }, stormMs)
  for (const node of [...edges, ...agents]) node.start()
  return { invariants, bounds, destination, calmAt: time.now + stormMs }
}

/** Runs that people ask for: here and there, and in some seeds many of one project at once, and then some of the other. */
function wish(
  { base, random, people }: { readonly base: Base; readonly random: Random; readonly people: People },
  withinMs: number,
): void {
  const want = (project: readonly string[], inMs: number) => {
    const cancelAfterMs = random.chance(0.15) ? random.between(0, 30_000) : null
    people.wantRun(random.pick(project), { inMs, cancelAfterMs })
  }
  const scattered = random.between(5, 20)
  for (let count = 0; count < scattered; count++) want(random.pick(base.asked), random.between(0, withinMs))
  if (!random.chance(BURSTS)) return
  const at = random.between(0, withinMs)
  base.asked.forEach((project, turn) => {
    const many = turn === 0 ? random.between(12, 25) : random.between(4, 8)
    for (let count = 0; count < many; count++) want(project, at + turn * 3_000 + random.between(0, 1_000))
  })
}

/** A folder in memory where the machine has one: what a commit waits for is no part of this. */
async function memoryFolder(): Promise<string> {
  const found = await stat('/dev/shm').catch(() => null)
  return found?.isDirectory() ? '/dev/shm' : tmpdir()
}
