/**
 * What a claim and the lists of runs take over HTTP as the table of runs grows, one call at a time: 10 k, 100 k and 1 M
 * rows; `npm run bench -- rows 10m` goes on to 10 M, which takes minutes and 10 GB of disk.
 */
import * as crypto from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromBase64, toHex, utf8 } from '../../shared/bytes.ts'
import { native as nativeOn } from '../../shared/seal/native.ts'
import { signRequest } from '../../shared/sign/http_signature.ts'
import { type EdgeProcess, startEdge, withoutRates } from '../e2e/edge_process.ts'
import { edgeProgram } from './program.ts'
import type { Row } from './row.ts'
import { type BareAgent, type Estate, furnishEdge } from '../instances/estate.ts'

const LEVELS = [10_000, 100_000, 1_000_000, ...(process.argv.includes('10m') ? [10_000_000] : [])]
const PIPELINES = 100
const CALLS = 200
const WARM_UP = 100
/** How much longer a call may take at the last level than at the first. */
const MOST_RATIO = 2

const p = nativeOn(crypto)

const kinds = {
  claim: 'a claim',
  list: 'the newest 50 runs',
  state: 'the list of a state that no run is in',
  pipeline: 'the newest 50 runs of a pipeline',
  deep: 'a page of 50 runs far down the list',
} as const
type Kind = keyof typeof kinds
/** What nine of ten calls take at least, in ms: what else the machine does meanwhile is in the slower ones. */
type Times = Readonly<Record<Kind, number>>

const undisturbed = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)] ?? 0

async function post(url: string, agent: BareAgent, path: string, sent: unknown) {
  const target = new URL(path, url)
  const body = JSON.stringify(sent)
  const parameters = {
    created: Math.floor(Date.now() / 1000),
    nonce: toHex(p.randomBytes(16)),
    keyid: agent.id,
  }
  const seed = fromBase64(agent.seed)
  const headers = signRequest(p, { method: 'POST', url: target, body: utf8(body), seed, parameters })
  return await fetch(target, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
  })
}

async function claims({ url, agents: [agent] }: Estate): Promise<number> {
  const times: number[] = []
  while (times.length < CALLS + WARM_UP) {
    const since = performance.now()
    const response = await post(url, agent as BareAgent, '/v1/agent/poll', {
      slots: 1,
      wait_seconds: 0,
      log_size: 0,
    })
    const reply = await response.json()
    times.push(performance.now() - since)
    if (!response.ok || reply.job === null) throw new Error(`no job: ${JSON.stringify(reply)}`)
    const end = { fence: reply.job.lease.fence, status: 'succeeded', retry: false, streams: [] }
    await (await post(url, agent as BareAgent, `/v1/agent/runs/${reply.job.run.id}/complete`, end)).json()
  }
  return undisturbed(times.slice(WARM_UP))
}

async function list({ url, token }: Estate, query: string, found = 50): Promise<number> {
  const times: number[] = []
  while (times.length < CALLS + WARM_UP) {
    const since = performance.now()
    const response = await fetch(`${url}/v1/runs?limit=50${query}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { data } = await response.json() as { data?: unknown[] }
    times.push(performance.now() - since)
    if (data?.length !== found) throw new Error(`${query}: ${response.status}`)
  }
  return undisturbed(times.slice(WARM_UP))
}

/** A cursor that far down the list: pages are walked once, and not timed. */
async function farDown({ url, token }: Estate): Promise<string> {
  let cursor = ''
  for (let page = 0; page < 40; page++) {
    const response = await fetch(`${url}/v1/runs?limit=200${cursor}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { next_cursor } = await response.json() as { next_cursor: string }
    cursor = `&cursor=${next_cursor}`
  }
  return cursor
}

async function measure(tenant: Estate): Promise<Times> {
  return {
    claim: await claims(tenant),
    list: await list(tenant, ''),
    state: await list(tenant, '&state=failed', 0),
    pipeline: await list(tenant, `&pipeline=${tenant.pipelines[0]}`),
    deep: await list(tenant, await farDown(tenant)),
  }
}

async function grow(edge: EdgeProcess, from: number, to: number): Promise<void> {
  await edge.stop()
  await edgeProgram('bench_fill.ts', [edge.database, String(from), String(to)])
  await edge.start()
}

export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rows-'))
  try {
    await using edge = await startEdge({ folder, env: withoutRates })
    const tenant = await furnishEdge(edge, { pipelines: PIPELINES, agents: 1 })
    const levels: Times[] = []
    let made = 0
    for (const level of LEVELS) {
      await grow(edge, made, level)
      made = level
      levels.push(await measure(tenant))
      console.error(`  ${level} rows: ${JSON.stringify(levels.at(-1))}`)
    }
    return (Object.keys(kinds) as Kind[]).map((kind) => row(kind, levels.map((times) => times[kind])))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function row(kind: Kind, times: readonly number[]): Row {
  const round = (value: number) => Math.round(value * 100) / 100
  const [first = 0] = times
  const last = times.at(-1) ?? 0
  return {
    name: `${kinds[kind]} over HTTP with ${LEVELS.at(-1)} run rows (lowest tenth of the calls)`,
    value: round(last),
    unit: 'ms',
    runs: CALLS,
    min: round(Math.min(...times)),
    max: round(Math.max(...times)),
    against: `the same with ${
      LEVELS.map((level, i) => `${level} rows: ${round(times[i] as number)} ms`).join(', ')
    }`,
    ratio: round(last / first),
    aim: `≤ ${MOST_RATIO} times that of ${LEVELS[0]}`,
    met: last / first <= MOST_RATIO,
  }
}
