/**
 * Durable job cycles over HTTP: a run is created by a member, claimed, started and completed by an agent whose every
 * request is signed, each step with its entry in the audit log; against the same rows in bare group commits.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEdge, withoutRates } from '../e2e/edge_process.ts'
import type { CyclesOrder, CyclesReport } from './cycles_load.ts'
import { benchProgram, edgeProgram } from './program.ts'
import { median, type Row } from './row.ts'
import { furnishEdge } from '../instances/estate.ts'

const AGENTS = 64
const ROUNDS = 5
const WARM_UP_MS = 500
const MEASURE_MS = 2000
const AIM = 10_000

interface Floor {
  readonly cycles: number
  readonly seconds: number
}

/** In turns, so that the machine's moods meet both. */
export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cycles-'))
  try {
    await using edge = await startEdge({ folder, env: withoutRates })
    const order = {
      ...await furnishEdge(edge, { pipelines: AGENTS, agents: AGENTS }),
      warmUpMs: WARM_UP_MS,
      measureMs: MEASURE_MS,
    } satisfies CyclesOrder
    const file = join(folder, 'load.json')
    writeFileSync(file, JSON.stringify(order), { mode: 0o600 })
    const pairs: { readonly floor: Floor; readonly value: CyclesReport }[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      const database = join(folder, `floor-${round}.db`)
      const floor = [database, String(AGENTS), String(MEASURE_MS)]
      const pair = {
        floor: await edgeProgram<Floor>('bench_cycles_floor.ts', floor),
        value: await benchProgram<CyclesReport>('cycles_load.ts', [file]),
      }
      // The first pair warms the edge up.
      if (round > 0) pairs.push(pair)
    }
    return rows(pairs)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function rows(pairs: readonly { readonly floor: Floor; readonly value: CyclesReport }[]): Row[] {
  const rate = ({ cycles, seconds }: Floor) => cycles / seconds
  const values = pairs.map(({ value }) => rate(value))
  const ratio = median(pairs.map(({ value, floor }) => rate(value) / rate(floor)))
  const p99 = median(pairs.map(({ value }) => value.p99Ms))
  return [{
    name: `durable job cycles over HTTP, ${AGENTS} agents, signatures checked (a request's p99 ${
      p99.toFixed(1)
    } ms)`,
    value: Math.round(median(values)),
    unit: 'cycles/s',
    runs: pairs.length,
    min: Math.round(Math.min(...values)),
    max: Math.round(Math.max(...values)),
    against: 'the same four rows and entries in group commits of the same storage, ' +
      `${Math.round(median(pairs.map(({ floor }) => rate(floor))))}/s`,
    ratio: Math.round(ratio * 1000) / 1000,
    aim: '≥ 10,000',
    met: median(values) >= AIM,
  }]
}
