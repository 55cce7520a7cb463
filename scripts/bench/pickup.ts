/** How soon a started run is in an agent's hand while 5,000 agents wait, and what a waiting agent costs the edge. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type EdgeProcess, startEdge, withoutRates } from '../e2e/edge_process.ts'
import { root } from '../suites.ts'
import type { LoadOrder, Pickup } from './pickup_load.ts'
import { median, type Row } from './row.ts'
import { furnishEdge } from '../instances/estate.ts'

const AGENTS = 5000
const RUNS = 300
const ROUNDS = 5

interface Measured {
  readonly pickups: readonly Pickup[]
  readonly waiterBytes: number
}

/** Resident bytes of a process, on Linux. */
function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}

async function load(edge: EdgeProcess, file: string): Promise<Measured> {
  const before = residentBytes(edge.pid)
  const child = spawn(process.execPath, [join(root, 'scripts', 'bench', 'pickup_load.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: String(2 * AGENTS) },
  })
  let waiterBytes = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line)
    if ('waiting' in said) waiterBytes = (residentBytes(edge.pid) - before) / AGENTS
    else return { pickups: said.pickups, waiterBytes }
  }
  throw new Error('the load ended without a word')
}

const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] as number

function row(
  given: { name: string; values: readonly number[]; unit: string; aim: string; most: number },
): Row {
  const { name, values, unit, aim, most } = given
  const round = (value: number) => Math.round(value * 100) / 100
  const value = median(values)
  return {
    name,
    value: round(value),
    unit,
    runs: values.length,
    min: round(Math.min(...values)),
    max: round(Math.max(...values)),
    against: null,
    ratio: null,
    aim,
    met: value <= most,
  }
}

export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pickup-'))
  try {
    await using edge = await startEdge({ folder, env: withoutRates })
    const file = join(folder, 'load.json')
    const { pipelines, ...tenant } = await furnishEdge(edge, { pipelines: 1, agents: AGENTS })
    const order = { ...tenant, pipeline: pipelines[0] as string, runs: RUNS } satisfies LoadOrder
    writeFileSync(file, JSON.stringify(order), { mode: 0o600 })
    // What furnishing has left behind in memory is no waiter's.
    await edge.stop()
    await edge.start()
    const rounds: Measured[] = []
    for (let i = 0; i < ROUNDS; i++) rounds.push(await load(edge, file))
    const of = (kind: keyof Pickup, share: number) =>
      rounds.map(({ pickups }) => percentile(pickups.map((pickup) => pickup[kind]), share))
    const name = `run pickup with ${AGENTS} waiting agents`
    return [
      row({ name: `${name}, p50`, values: of('accepted', 0.5), unit: 'ms', aim: '≤ 3', most: 3 }),
      row({ name: `${name}, p99`, values: of('accepted', 0.99), unit: 'ms', aim: '≤ 10', most: 10 }),
      row({
        name: `${name}, from the first byte of the POST, p50`,
        values: of('sent', 0.5),
        unit: 'ms',
        aim: '≤ 10',
        most: 10,
      }),
      // Later rounds find memory that earlier ones left behind: only the first tells what a waiter adds.
      row({
        name: 'resident memory of the edge per waiting agent',
        values: rounds.slice(0, 1).map(({ waiterBytes }) => waiterBytes / 1024),
        unit: 'KiB',
        aim: '≤ 35',
        most: 35,
      }),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
