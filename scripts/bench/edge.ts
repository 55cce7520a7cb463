/** A durable POST through all layers of the edge, against the same body and rows through OpenAPIHono and zod alone. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEdge, withoutRates } from '../e2e/edge_process.ts'
import { root } from '../suites.ts'
import { load, type LoadReport } from './load.ts'
import { median, type Row } from './row.ts'

const RUNS = 7
const CONNECTIONS = 64
const WARM_UP_MS = 500
const MEASURE_MS = 1500
const AIM = 0.5

const posts = (target: { readonly port: number; readonly token: string }, run: number) =>
  load({
    ...target,
    paths: ['/v1/workspaces'],
    connections: CONNECTIONS,
    warmUpMs: WARM_UP_MS,
    measureMs: MEASURE_MS,
    prefix: `run${run}`,
  })

async function startFloor(folder: string): Promise<{ port: number; stop: () => void }> {
  const deno = join(root, 'node_modules', 'deno', 'deno')
  const child = spawn(deno, [
    'run',
    '--allow-all',
    join('edge', 'bench_floor.ts'),
    join(folder, 'floor.db'),
  ], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (piece) => resolve(String(piece)))
    child.once('exit', (code) => reject(new Error(`the floor ended with ${code}`)))
  })
  return { port: (JSON.parse(line) as { port: number }).port, stop: () => void child.kill() }
}

async function setUp(url: string, setupToken: string): Promise<string> {
  const body = {
    tenant: { id: '019a9f3e-7c00-7000-8000-000000000000', name: 'Acme' },
    person: { name: 'Ada' },
  }
  const response = await fetch(`${url}/v1/setup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${setupToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return ((await response.json()) as { token: string }).token
}

/** Both servers live at once and are loaded in turns, so that the machine's moods meet both. */
export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  await using edge = await startEdge({ folder, env: withoutRates })
  const floor = await startFloor(folder)
  try {
    const token = await setUp(edge.url, readFileSync(edge.setupTokenFile, 'utf8').trim())
    const pairs: { floor: LoadReport; value: LoadReport }[] = []
    for (let run = 0; run <= RUNS; run++) {
      const pair = {
        floor: await posts({ port: floor.port, token: '' }, run),
        value: await posts({ port: edge.port, token }, run),
      }
      // The first pair warms both up.
      if (run > 0) pairs.push(pair)
    }
    return rows(pairs)
  } finally {
    floor.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function rows(pairs: readonly { floor: LoadReport; value: LoadReport }[]): Row[] {
  const rate = ({ requests, seconds }: LoadReport) => requests / seconds
  const values = pairs.map(({ value }) => rate(value))
  const ratio = median(pairs.map(({ value, floor }) => rate(value) / rate(floor)))
  const p99 = median(pairs.map(({ value }) => value.p99Ms))
  return [{
    name: `durable POST through all layers, ${CONNECTIONS} connections (p99 ${p99.toFixed(1)} ms)`,
    value: Math.round(median(values)),
    unit: 'requests/s',
    runs: pairs.length,
    min: Math.round(Math.min(...values)),
    max: Math.round(Math.max(...values)),
    against: 'the same body and rows in a group commit through OpenAPIHono and zod alone, ' +
      `${Math.round(median(pairs.map(({ floor }) => rate(floor))))}/s`,
    ratio: Math.round(ratio * 1000) / 1000,
    aim: '≥ 0.5 of it',
    met: ratio >= AIM,
  }]
}
