/** A run carried out against an edge that answers whatever a test wants: what it is told is kept. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentEdge, Completion } from '../edge_client/agent_edge.ts'
import type { Order, RunResult } from '../runs/move.ts'
import { draft, ids, start, World } from '../runs/world_fixture.ts'
import { readAnchor } from '../trust/anchor.ts'
import { loadLocalPolicy } from '../trust/local_policy.ts'
import type { RunTelemetry } from './run_telemetry.ts'
import { runJob, type Working } from './run_job.ts'

const log = { write: () => undefined, hide: () => undefined }

/** A world whose connections lead into its own folder, and whose source keeps its path in a secret. */
export async function worldWithFolders(): Promise<World> {
  const from = draft()
  const world = new World(from)
  for (const name of ['in', 'out']) mkdirSync(join(world.folder, name))
  from.policy.allow = [
    { direction: 'read', connector: 'files', path: `${world.folder}/in` },
    { direction: 'write', connector: 'files', path: `${world.folder}/out` },
  ]
  from.bodies.source = { config: { path: '${env:SOURCE_PATH}', format: 'csv' } }
  from.bodies.destination = { config: { path: `${world.folder}/out`, format: 'csv' } }
  const made = new World(from)
  Object.assign(made, { now: start })
  // The first world only lent its folder.
  Object.assign(made, { lender: world })
  writeFileSync(
    join(made.folder, 'local.yaml'),
    `sallyport: 1\nreferences: ["\${env:SOURCE_PATH}"]\nfiles: ["${world.folder}/in", "${world.folder}/out"]\n`,
    { mode: 0o600 },
  )
  await made.settle()
  return made
}

interface Told {
  started: number
  completed: Completion[]
}

function edgeOf(world: World, told: Told, change: Partial<AgentEdge> = {}): AgentEdge {
  return {
    ...world.edge,
    self: async () => ({ id: ids.agent, state: 'approved', pool: 'default' }),
    poll: async () => ({ job: null, newest: { trust: null, indexes: {} }, log: null }),
    challenges: async () => [],
    prove: async () => undefined,
    handIn: async () => undefined,
    completeRewrap: async () => undefined,
    completeInspection: async () => undefined,
    started: async () => void told.started++,
    heartbeat: async () => ({ cancel: false }),
    progress: async () => undefined,
    putLog: async () => undefined,
    complete: async (_held, end) => void told.completed.push(end),
    checkpoint: async () => ({ checkpoint: '', size: 0, consistency: [] }),
    ...change,
  }
}

/** What a move of it answers. */
export function moved(order: Order, change: Partial<RunResult['streams'][0]> = {}): RunResult {
  const stream = order.streams[0]!
  return {
    run_id: order.runId,
    status: change.status === undefined || change.status === 'succeeded' ? 'succeeded' : change.status,
    streams: [{
      stream: stream.from,
      target: stream.to,
      mode: stream.mode,
      route: 'direct',
      status: 'succeeded',
      rows_read: 3,
      rows: 3,
      bytes: 30,
      rejected: 0,
      seconds: 0.1,
      code: null,
      ...change,
    }],
    seconds: 0.1,
    peak_rss_bytes: 1,
  }
}

interface Setup {
  readonly world: World
  readonly move?: (order: Order) => Promise<RunResult>
  readonly edge?: Partial<AgentEdge>
  readonly handBack?: AbortSignal
  readonly telemetry?: RunTelemetry
  /** By another process of the pool. */
  readonly other?: boolean
}

const working = new Map<string, Working>()

export async function run(
  { world, move = async (order) => moved(order), edge = {}, handBack, telemetry, other = false }: Setup,
) {
  const told: Told = { started: 0, completed: [] }
  const orders: Order[] = []
  const lender = (world as unknown as { lender: World }).lender
  await runJob(world.job, {
    footings: world.footings(),
    anchor: world.anchor,
    edge: edgeOf(world, told, edge),
    agentId: ids.agent,
    now: () => world.now,
    move: (order) => {
      orders.push(order)
      return move(order)
    },
    of: world.ring,
    localPolicy: () => loadLocalPolicy(join(world.folder, 'local.yaml'), []),
    env: { SOURCE_PATH: `${lender.folder}/in` },
    base: world.folder,
    scratch: join(world.folder, other ? 'other' : 'scratch'),
    logs: { folder: join(world.folder, 'logs'), level: 'debug' },
    holdMemory: 256,
    beatMs: 2,
    ...(telemetry === undefined ? {} : { telemetry }),
    log,
    working: other ? new Map() : working,
    handBack: handBack ?? new AbortController().signal,
  })
  const anchor = { ...await readAnchor(world.anchor, world.ring), runs: await world.runs() }
  const path = join(world.folder, 'logs', 'runs', `${world.job.run.id}.log`)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return { told, orders, anchor, text, secret: `${lender.folder}/in` }
}

/** Moves until it is told to stop. */
export const untilStopped = async (order: Order): Promise<RunResult> => {
  if (!order.signal.aborted) await new Promise((resolve) => order.signal.addEventListener('abort', resolve))
  return moved(order, { status: 'cancelled', code: 'cancelled', rows: 0 })
}
