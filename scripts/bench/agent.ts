/**
 * The agent at rest: from its start to the first poll that reaches the edge, and what it holds while it waits, against
 * a compiled binary that does nothing.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { currentBinary } from '../build_agent.ts'
import { type Binary, binaryAt, placeBinary } from '../e2e/binary.ts'
import { startEdge, withoutRates } from '../e2e/edge_process.ts'
import { freePort } from '../postgres.ts'
import { root } from '../suites.ts'
import { median, type Row } from './row.ts'

const RUNS = 7
const START_MS = 150
const RSS_BYTES = 80e6

interface Front extends AsyncDisposable {
  readonly url: string
  /** Resolves with the time at which the next poll arrives. */
  nextPoll(): Promise<number>
}

/** In front of the edge: passes everything on, and says when a poll came by. */
function startFront(port: number, edge: string): Front {
  let waiting: ((at: number) => void)[] = []
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    async fetch(request) {
      const url = new URL(request.url)
      if (url.pathname === '/v1/agent/poll') {
        const at = performance.now()
        for (const resolve of waiting) resolve(at)
        waiting = []
      }
      const { method, headers, signal } = request
      const body = method === 'GET' ? undefined : await request.arrayBuffer()
      return await fetch(new URL(url.pathname + url.search, edge), { method, headers, signal, body })
    },
  })
  return {
    url: `http://localhost:${port}`,
    nextPoll: () => new Promise((resolve) => waiting.push(resolve)),
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

/** A tenant and an approved agent, both in `home`, by the commands that people type. */
async function settle(person: Binary, url: string, setupTokenFile: string): Promise<void> {
  const done = async (words: readonly string[]) => {
    const ended = await person.call([...words, '--json'])
    if (ended.exit !== 0) throw new Error(`${words[0]}: ${ended.stderr}`)
    return ended.value
  }
  await done([
    'init',
    '--url',
    url,
    '--setup-token-file',
    setupTokenFile,
    '--tenant',
    'Bench',
    '--person',
    'Bench',
  ])
  const { fingerprint } = await done(['enroll', '--name', 'bench', '--no-wait'])
  await done(['agents', 'approve', 'bench', '--fingerprint', fingerprint])
}

/** What a compiled binary takes that prints a word and waits. */
function bareBinary(folder: string): string {
  const script = join(folder, 'bare.ts')
  writeFileSync(script, `console.error('up')\nsetInterval(() => undefined, 1e6)\n`)
  const out = join(folder, 'bare')
  const built = spawnSync(process.execPath, ['build', '--compile', script, '--outfile', out], { cwd: root })
  if (built.status !== 0) throw new Error(String(built.stderr))
  return out
}

/** Resident bytes now: Linux says so in /proc, others by ps. */
function rssOf(pid: number): number {
  if (process.platform === 'linux') {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  }
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)]).stdout.toString()) * 1024
}

interface Start {
  readonly ms: number
  readonly rss: number
}

/** Settled means: a second after the moment, when what the start left behind has been collected. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 1000))

async function startBare(path: string): Promise<Start> {
  const began = performance.now()
  const child = spawn(path, { stdio: ['ignore', 'ignore', 'pipe'] })
  await new Promise((resolve) => child.stderr.once('data', resolve))
  const ms = performance.now() - began
  await settled()
  const rss = rssOf(child.pid ?? 0)
  child.kill('SIGKILL')
  return { ms, rss }
}

async function startAgent(person: Binary, front: Front): Promise<Start> {
  const poll = front.nextPoll()
  const began = performance.now()
  const agent = person.start(['agent'])
  const ms = await poll - began
  await settled()
  const rss = rssOf(agent.pid)
  agent.child.kill('SIGTERM')
  await agent.ended
  return { ms, rss }
}

function row(
  name: string,
  given: { values: number[]; bare: number[]; unit: string; aim: number; text: string },
): Row {
  const { values, bare, unit, aim, text } = given
  const value = median(values)
  return {
    name,
    value,
    unit,
    runs: values.length,
    min: Math.min(...values),
    max: Math.max(...values),
    against: `a bare compiled binary: ${median(bare).toFixed(1)} ${unit}`,
    ratio: value / median(bare),
    aim: text,
    met: value <= aim,
  }
}

export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-agent-'))
  try {
    const port = await freePort()
    await using edge = await startEdge({
      folder: join(folder, 'edge'),
      publicUrl: `http://localhost:${port}`,
      env: withoutRates,
    })
    await using front = startFront(port, edge.url)
    const person = binaryAt(placeBinary(join(folder, 'bin'), await currentBinary()), join(folder, 'home'))
    await settle(person, front.url, edge.setupTokenFile)
    const bare = bareBinary(folder)
    // The first start of each fills the page cache and counts for nothing.
    await startAgent(person, front)
    await startBare(bare)
    const agents: Start[] = []
    const bares: Start[] = []
    for (let run = 0; run < RUNS; run++) {
      agents.push(await startAgent(person, front))
      bares.push(await startBare(bare))
    }
    const ms = { values: agents.map((one) => one.ms), bare: bares.map((one) => one.ms) }
    const mb = { values: agents.map((one) => one.rss / 1e6), bare: bares.map((one) => one.rss / 1e6) }
    return [
      row('agent: start to first poll', { ...ms, unit: 'ms', aim: START_MS, text: `≤ ${START_MS} ms` }),
      row('agent: idle RSS', { ...mb, unit: 'MB', aim: RSS_BYTES / 1e6, text: `≤ ${RSS_BYTES / 1e6} MB` }),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
