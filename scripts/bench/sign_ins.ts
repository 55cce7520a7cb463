/** Many people who sign in with their passwords at once, and how long everybody else waits for the edge meanwhile. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEdge, withoutRates } from '../e2e/edge_process.ts'
import { type Call, callerOf, setUp } from './people_calls.ts'
import { startProbe } from './probe.ts'
import { median, type Row } from './row.ts'

const PEOPLE = 64
const ROUNDS = 5
const QUIET_MS = 2000
const MOST_STALL_MS = 25
const PASSWORD = 'gravel-otter-sundial'

interface Round {
  /** The longest wait of a cheap request, nobody signing in. */
  readonly quiet: number
  /** The same while everybody does. */
  readonly busy: number
  readonly perSecond: number
  readonly p99: number
}

const addressOf = (index: number) => `person-${index}@example.com`

/** Accounts by invitations that are handed over. */
async function invite(call: Call, token: string): Promise<void> {
  for (let i = 0; i < PEOPLE; i++) {
    const { invitation } = await call('POST', '/v1/members', { name: `Person ${i}`, role: 'viewer' }, token)
    const who = { email: addressOf(i), name: `Person ${i}`, password: PASSWORD }
    await call('POST', '/v1/invitations/register', { invitation, ...who })
  }
}

async function signIn(call: Call, index: number): Promise<number> {
  const began = performance.now()
  await call('POST', '/v1/sessions', { email: addressOf(index), password: PASSWORD })
  return performance.now() - began
}

async function everybody(call: Call): Promise<{ readonly perSecond: number; readonly p99: number }> {
  const began = performance.now()
  const times = await Promise.all(Array.from({ length: PEOPLE }, (_, i) => signIn(call, i)))
  const perSecond = PEOPLE * 1000 / (performance.now() - began)
  const sorted = times.sort((a, b) => a - b)
  return { perSecond, p99: sorted[Math.ceil(PEOPLE * 0.99) - 1] as number }
}

async function measure(call: Call, port: number): Promise<Round> {
  const calm = await startProbe(port)
  await Bun.sleep(QUIET_MS)
  const quiet = Math.max(...await calm.stop())
  const probe = await startProbe(port)
  const signed = await everybody(call)
  return { quiet, busy: Math.max(...await probe.stop()), ...signed }
}

/** What a cheap request waits at most while they all sign in, against the same stream of requests without. */
export async function signIns(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  try {
    await using edge = await startEdge({ folder, env: withoutRates })
    const call = callerOf(edge.url)
    const { token } = await setUp(call, readFileSync(edge.setupTokenFile, 'utf8').trim())
    await invite(call, token)
    const rounds: Round[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      const measured = await measure(call, edge.port)
      // The first round warms up.
      if (round > 0) rounds.push(measured)
    }
    return rows(rounds)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function rows(rounds: readonly Round[]): Row[] {
  const row = (name: string, unit: string, of: (round: Round) => number, aim: Partial<Row>): Row => {
    const values = rounds.map(of)
    const tenth = (value: number) => Math.round(value * 10) / 10
    return {
      name: `${PEOPLE} sign-ins at once, ${name}`,
      value: tenth(median(values)),
      unit,
      runs: values.length,
      min: tenth(Math.min(...values)),
      max: tenth(Math.max(...values)),
      against: null,
      ratio: null,
      aim: '–',
      met: true,
      ...aim,
    }
  }
  const above = median(rounds.map(({ busy, quiet }) => busy - quiet))
  const quiet = median(rounds.map((round) => round.quiet)).toFixed(1)
  return [
    row('longest wait of a cheap request', 'ms', ({ busy }) => busy, {
      against: `the same requests with no sign-in, ${quiet} ms: ${above.toFixed(1)} ms above`,
      aim: `≤ ${MOST_STALL_MS} ms above`,
      met: above <= MOST_STALL_MS,
    }),
    row('all of them', 'sign-ins/s', ({ perSecond }) => perSecond, {}),
    row('p99 of one', 'ms', ({ p99 }) => p99, {}),
  ]
}
