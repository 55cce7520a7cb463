/** One simulation: everything that happens follows from its seed. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROTOCOL_VERSION } from '../../shared/protocol.ts'
import { Acts } from './acts.ts'
import { AgentNode } from './agent_node.ts'
import { type Base, base, dicedBytes, type Tenancy, type TrustOf } from './base.ts'
import { callers } from './callers.ts'
import type { Storage } from '../db/storage.ts'
import { type Client, Connection, Database } from './database.ts'
import { deeds, LABEL } from './deeds.ts'
import { Destination } from './destination.ts'
import { EdgeNode } from './edge_node.ts'
import { checkEnd } from './ending.ts'
import { Bounds, drawLimits, setLimits } from './bounds.ts'
import { Invariants } from './invariants.ts'
import { Judge } from './judge.ts'
import { LogWatch } from './log_watch.ts'
import { Network } from './network.ts'
import { Overlaps } from './overlaps.ts'
import { People } from './people.ts'
import { Random } from './random.ts'
import { Rules } from './rules.ts'
import { SqlServer } from './sql_server.ts'
import { Trace } from './trace.ts'
import { VirtualTime } from './virtual_time.ts'
import { Violation } from './violation.ts'
import { storm } from './weather.ts'

/** Virtual time that every run has to be over in, once nothing goes wrong any more. */
const CALM_MS = 15 * 60_000
/** What people set right once the storm is over has to show. */
const AFTER_MS = 70_000
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
    /** Runs that waited for one which was told to make room. */
    readonly replacing: number
    /** Runs that an edge ended as they were over their time. */
    readonly overrun: number
    /** Jobs that agents have judged. */
    readonly judged: number
    /** Checkpoints of the audit log that agents have verified. */
    readonly checkpoints: number
  }
  /** How many acts were planned from outside. */
  readonly acts: number
}

export interface Told {
  /** Told every line of what happens. */
  readonly show?: (line: string) => void
  /** The acts from outside that happen; all of them unless said. */
  readonly kept?: ReadonlySet<number>
}

export async function simulate(seed: number, { show, kept }: Told = {}): Promise<Result> {
  const from = await base()
  const folder = await mkdtemp(join(await memoryFolder(), 'sallyport-simulation-'))
  const path = join(folder, 'edge.db')
  await writeFile(path, from.file)
  const time = new VirtualTime(from.made + 30_000)
  const random = new Random(seed)
  using _time = time.install(random.fork())
  using _dice = dicedBytes(random.fork())
  const trace = new Trace(time, show ?? null)
  const database = new Database({ path, time, random: random.fork(), trace })
  const server = random.chance(SERVED) ? new SqlServer(database) : null
  if (server !== null) time.turns = TURNS
  try {
    return await play({ seed, base: from, time, random, trace, database, server, kept: kept ?? null })
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
  readonly kept: ReadonlySet<number> | null
}

async function play(stage: Stage): Promise<Result> {
  const { seed, time, trace, database } = stage
  const start = time.now
  const { invariants, bounds, destination, calmAt, judge, logs, acts } = await setUp(stage)
  let events = 0
  let violation: string | null = null
  try {
    await invariants.look()
    let old: readonly string[] | null = null
    while (await time.step()) {
      events++
      if (time.now <= calmAt) continue
      // Those that come after the storm, by schedules, are none of our patience.
      old ??= invariants.open().map(({ id }) => id)
      const open = new Set(invariants.open().map(({ id }) => id))
      if (!old.some((id) => open.has(id)) && time.now > calmAt + AFTER_MS) break
      if (time.now > calmAt + CALM_MS) {
        const stuck = invariants.open().find(({ id }) => old?.includes(id))
        throw new Violation(
          `run ${stuck?.id} is still ${stuck?.state} when nothing went wrong for 15 minutes`,
        )
      }
    }
    await invariants.lookAtAll()
    for (const log of logs) await log.check(database)
    checkEnd({ base: stage.base, invariants, destination, judge, now: time.now })
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
    replacing: invariants.overlaps.replacing.size,
    overrun: invariants.entries.filter(({ action }) => action === 'run.overrun').length,
    judged: judge.count,
    checkpoints: logs.reduce((sum, { count }) => sum + count, 0),
  }
  return { seed, acts: acts.count, violation, digest: trace.digest(), figures }
}

/** Puts everybody in place, and plans what is going to happen to them. */
async function setUp(stage: Stage) {
  const { base, time, random, trace, database, server } = stage
  const labels = new Map(base.agents.map(({ id }) => [id, random.chance(0.6) ? [LABEL] : []]))
  const rules = new Rules(labels)
  const limits = drawLimits(base, random.fork())
  for (const { scope, most } of limits) {
    trace.say(`at most ${most} runs of ${scope}`)
    rules.limit(scope, most)
  }
  await setLimits(database, base.tenant, limits)
  const bounds = new Bounds(database, { base, unfairness: UNFAIRNESS })
  const tenants = [base.tenant, base.guest.tenant]
  const overlaps = new Overlaps(base, time)
  const invariants = new Invariants(database, { tenants, trace, bounds, rules, overlaps })
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
  const judge = new Judge(base)
  const logs = base.trust.map((one: TrustOf) => new LogWatch(one))
  const around = { base, time, trace, network, edges, destination, acknowledged: invariants, judge }
  const agents = [base, base.guest].flatMap((of: Tenancy, at) => {
    const log = logs[at] as LogWatch
    const count = random.between(of === base ? 2 : 1, of.agents.length)
    return of.agents.slice(0, count).map((key) => {
      const protocol = PROTOCOL_VERSION - random.between(0, 1)
      const has = { slots: random.between(1, 2), protocol, labels: labels.get(key.id) ?? [] }
      return { key, ...has, log }
    })
  }).map(({ log, ...of }, at) =>
    new AgentNode(`agent ${at + 1}`, of, { ...around, random: random.fork(), log })
  )
  const stormMs = random.between(50, 150) * 1000
  overlaps.calmAt = time.now + stormMs
  const acts = new Acts(time, random.fork(), stage.kept)
  storm({ time, acts, random: random.fork(), trace, network, edges, agents }, stormMs)
  const people = new People({ ...around, random: random.fork() })
  wish({ base, random: random.fork(), acts, people }, stormMs)
  const doing = { base, time, trace, acts, people, invariants }
  deeds({ ...doing, random: random.fork() }, stormMs)
  callers({ ...doing, random: random.fork() }, stormMs)
  for (const node of [...edges, ...agents]) node.start()
  return { invariants, bounds, destination, calmAt: time.now + stormMs, judge, logs, acts }
}

interface Wishing {
  readonly base: Base
  readonly random: Random
  readonly acts: Acts
  readonly people: People
}

/** Runs that people ask for: here and there, and in some seeds many of one project at once, and then some of the other. */
function wish({ base, random, acts, people }: Wishing, withinMs: number): void {
  const want = (of: Tenancy, project: readonly string[], inMs: number) => {
    const cancelAfterMs = random.chance(0.15) ? random.between(0, 30_000) : null
    const pipeline = random.pick(project)
    acts.plan(inMs, people.owner, () => {
      people.inOrder(`run ${wishes++}`, () => people.run(pipeline, { token: of.token, cancelAfterMs }))
    })
  }
  let wishes = 0
  const scattered = random.between(5, 20)
  for (let count = 0; count < scattered; count++) {
    const of = random.chance(0.15) ? base.guest : base
    want(of, random.pick(of.asked), random.between(0, withinMs))
  }
  if (!random.chance(BURSTS)) return
  const at = random.between(0, withinMs)
  base.asked.forEach((project, turn) => {
    const many = turn === 0 ? random.between(12, 25) : random.between(4, 8)
    for (let count = 0; count < many; count++) {
      want(base, project, at + turn * 3_000 + random.between(0, 1_000))
    }
  })
}

/** A folder in memory where the machine has one: what a commit waits for is no part of this. */
async function memoryFolder(): Promise<string> {
  const found = await stat('/dev/shm').catch(() => null)
  return found?.isDirectory() ? '/dev/shm' : tmpdir()
}
