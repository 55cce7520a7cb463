/** The agent as a daemon: everything that `sallyport agent` is made of, wired together. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import type { Config } from '../config.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import { edgeForAgent } from '../edge_client/edge_client.ts'
import { httpAgentEdge } from '../edge_client/http_agent_edge.ts'
import { holdLock, makePrivateFolder } from '../files.ts'
import { keystoreAt } from '../keystore/keystore.ts'
import { type Log, trimRunLogs } from '../logs/log.ts'
import { keepRefusal } from '../runs/refusal.ts'
import type { AgentReport } from '../../shared/schemas/agent.ts'
import type { Job } from '../../shared/schemas/job.ts'
import type { RewrapJob } from '../../shared/schemas/rewrap.ts'
import type { Telemetry } from '../../shared/telemetry/telemetry.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import type { Working } from './run_job.ts'
import type { Enrolled } from '../trust/agent_identity.ts'
import { anchorAt } from '../trust/anchor.ts'
import { remembered, seenFolder } from '../trust/anchor_memory.ts'
import { floorAt } from '../trust/floor.ts'
import { type Footing, Footings } from '../trust/footing.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import { loadRing } from '../trust/ring.ts'
import { settled } from '../trust/settled.ts'
import type { Store } from '../trust/store.ts'
import { Denial } from './denial.ts'
import { HeldRuns } from './held_runs.ts'
import { LogWatcher } from './log_watcher.ts'
import { ownPlaces } from './own_places.ts'
import { machineOf, slotsOf } from './machine.ts'
import { Receipts } from './receipts.ts'
import { Readiness } from './readiness.ts'
import { untilThere } from './until_there.ts'
import { version } from '../version.ts'
import { RunTelemetry } from './run_telemetry.ts'
import { work, type WorkerOptions } from './worker.ts'

export interface DaemonOptions {
  readonly config: Config
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly identity: Enrolled
  readonly log: Log
  /** Where spans and figures go; null: nowhere. */
  readonly telemetry: Telemetry | null
  /** Told when history was rewritten: the loudest thing that an agent can say. */
  readonly alarm: (fault: Fault) => void
  /** Told once, before the first poll. */
  readonly onReady: (footing: Footing) => void
}

export interface Signals {
  /** Stop taking runs, finish what is held. */
  readonly drain: AbortSignal
  /** Hand back what is held. */
  readonly handBack: AbortSignal
}

/** Runs until drained. Throws the Fault for which it may not start, or has to stop. */
export async function daemon(options: DaemonOptions, signals: Signals): Promise<void> {
  const { config, log } = options
  makePrivateFolder(config.state)
  using lock = holdLock(join(config.state, 'agent.lock'))
  if (lock === null) throw new Fault('already_running', `Another process works with ${config.state}.`)
  const stand = standOf(options)
  const footing = await firstFooting(options, stand, signals.drain)
  if (footing === null) return
  const of = { tenant: footing.ring.tenant, pool: footing.ring.pool }
  const localPolicy = () => loadLocalPolicy(config.localPolicy, ownPlaces(options))
  localPolicy()
  const scratch = join(config.state, 'runs')
  rmSync(scratch, { recursive: true, force: true })
  trimRunLogs(config.logs)
  options.onReady(footing)
  const watch = new LogWatcher({ ...stand, of, log, alarm: options.alarm, now: Date.now })
  using denial = new Denial({ ...stand, of, agentId: options.identity.id, log, now: Date.now })
  const handBack = AbortSignal.any([signals.handBack, denial.signal])
  const drain = AbortSignal.any([signals.drain, denial.signal])
  const working = new Map<string, Working>()
  const had = new Map<string, number>()
  const heldRuns = new HeldRuns()
  const receipts = receiptsOf(options, { ...stand, of }, drain)
  let { ring } = footing
  const saw = (footing: Footing) => {
    ring = footing.ring
    receipts.saw(footing)
  }
  const readiness = new Readiness({ ...stand, of, log, alarm: options.alarm, saw })
  const standing = { ...jobsOf(options, scratch), ...stand, of, localPolicy }
  const execute = async (job: Job) => {
    if (job.kind === 'rewrap') return await rewrap(job, options, { ...stand, of }, handBack)
    if (job.kind === 'inspect') {
      const { inspectJob } = await import('./inspect_job.ts')
      return await inspectJob(job, { ...standing, had, handBack })
    }
    using run = heldRuns.add({ run: job.run.id, fence: job.lease.fence })
    const { told } = run
    // Loaded by the first run, connectors and engine with it: an idle agent is small.
    const { runJob } = await import('./run_job.ts')
    const { moveRun } = await import('../runs/move.ts')
    await runJob(job, { ...standing, move: moveRun, holdMemory: config.holdMemory, working, handBack, told })
    await watch.lookAgain()
  }
  const ready = (signal: AbortSignal) => readiness.look(signal)
  const slots = config.slots ?? slotsOf(machineOf(), config.holdMemory)
  const about: WorkerOptions['about'] = (at) => reportOf(options, { ...at, ring, slots })
  let drained = false
  const heard: WorkerOptions['heard'] = ({ newest, log: shown, drain: wanted = false }, asked) => {
    receipts.heard(newest)
    if (wanted !== drained) {
      log.write(
        'info',
        wanted ? 'the edge hands out no more work to this agent' : 'the edge hands out work again',
      )
    }
    drained = wanted
    if (shown !== null) void watch.look({ ...shown, from: asked.logSize }).then(() => receipts.send())
  }
  const logSize = () => watch.size()
  void watch.look().then(() => receipts.send())
  await work({ edge: stand.edge, slots, heldRuns, about, ready, logSize, heard, log, execute }, drain)
  if (denial.signal.aborted) throw denial.signal.reason
}

/** What every job with a connection in it is carried out by. */
function jobsOf({ config, identity, env, log, telemetry }: DaemonOptions, scratch: string) {
  return {
    agentId: identity.id,
    now: Date.now,
    env,
    base: config.data,
    scratch,
    logs: { folder: config.logs, level: config.logLevel },
    network: config.network,
    log,
    ...(telemetry === null ? {} : { telemetry: new RunTelemetry(telemetry) }),
  }
}

/** How this agent is, for people to see: the edge hears how old the newest key of the ring is, and nothing else of it. */
function reportOf(
  { config }: DaemonOptions,
  at: { readonly used: number; readonly stopping: boolean; readonly ring: Ring; readonly slots: number },
): AgentReport {
  return {
    version,
    clock: new Date().toISOString(),
    ring_created: at.ring.sealing.map(({ created }) => created).sort().at(-1) as string,
    slots: at.slots,
    slots_used: Math.min(at.used, at.slots),
    labels: [...config.labels],
    stopping: at.stopping,
  }
}

function receiptsOf({ identity, log }: DaemonOptions, stand: Stand & Of, signal: AbortSignal): Receipts {
  return new Receipts({ ...stand, agentId: identity.id, now: Date.now, log, signal })
}

async function rewrap(
  job: RewrapJob,
  { identity, log }: DaemonOptions,
  stand: Stand & Of,
  handBack: AbortSignal,
): Promise<void> {
  const { rewrapJob } = await import('./rewrap_job.ts')
  await rewrapJob(job, { ...stand, agentId: identity.id, now: Date.now, log, handBack })
}

/** What everything that the agent decides rests on. */
interface Stand {
  readonly edge: AgentEdge
  readonly anchor: Store
  readonly footings: Footings
}

function standOf({ config, identity, env, log, telemetry }: DaemonOptions): Stand {
  const url = config.edge ?? new URL(identity.url)
  const edge = httpAgentEdge(
    edgeForAgent(url, { id: identity.id, seed: identity.private }, {
      now: Date.now,
      network: config.network,
      traceparent: () => telemetry?.traceparent() ?? null,
    }),
  )
  const anchor = remembered(anchorAt(config.anchor), { folder: join(config.state, seenFolder), keep: true })
  const footings = new Footings({
    keystore: keystoreAt(config.keystore, env),
    typedPin: config.pin,
    floor: floorAt(config.floor),
    anchor,
    edge,
    cache: join(config.state, 'trust.json'),
    now: Date.now,
    onOutOfReach: (what, forMs, error) =>
      log.write('warn', `the ${what} is out of reach`, { for_ms: Math.round(forMs), error }),
  })
  return { edge, anchor, footings }
}

/** Waits for an edge that is not there yet, and for the approval of this agent. Null when drained before. */
async function firstFooting(
  { config, env, log, identity }: DaemonOptions,
  { footings, anchor }: Stand,
  signal: AbortSignal,
): Promise<Footing | null> {
  try {
    const footing = await untilThere(() => settled(() => footings.read(signal), { signal }), { log, signal })
    if (footing?.floor?.deny.includes(identity.id)) {
      throw new Fault('denied', `The floor denies this agent, ${identity.id}.`)
    }
    return footing
  } catch (error) {
    if (error instanceof Fault && error.class === 'refused') {
      const ring = await loadRing(keystoreAt(config.keystore, env))
      await keepRefusal(anchor, ring, { fault: error, run: null, now: Date.now() })
    }
    throw error
  }
}

interface Of {
  readonly of: { readonly tenant: string; readonly pool: string }
}
