/**
 * `sallyport audit verify` over a million events, offline, against what the agents' anchor remembers: seconds, and the
 * most memory that it holds. The floor is one SHA-256 over the same file.
 */
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { newId } from '../../shared/ids.ts'
import { logOrigin, signCheckpoint } from '../../shared/log/checkpoint.ts'
import { checkpointLine, leafLine } from '../../shared/log/export.ts'
import { Frontier } from '../../shared/log/tree.ts'
import type { Anchor } from '../../shared/schemas/anchor.ts'
import { currentBinary } from '../build_agent.ts'
import { placeBinary } from '../e2e/binary.ts'
import { primitives as p } from '../e2e/forge.ts'
import { median, type Row } from './row.ts'

const EVENTS = 1_000_000
const RUNS = 3
const MOST_BYTES = 150e6

interface Export {
  readonly file: string
  readonly anchor: string
  /** Public half, base64. */
  readonly logKey: string
}

/** Events as the edge writes them, and an anchor that has seen the first half. */
async function makeExport(folder: string): Promise<Export> {
  const tenant = newId(Date.now(), p.randomBytes)
  const seed = p.randomBytes(32)
  const origin = logOrigin(tenant)
  const tree = new Frontier(p)
  const file = join(folder, 'audit.jsonl')
  const out = Bun.file(file).writer({ highWaterMark: 1 << 20 })
  const note = () => signCheckpoint(p, { origin, head: { size: tree.size, root: tree.root() }, seed })
  let seen = ''
  for (let i = 0; i < EVENTS; i++) {
    const ids = { plan: newId(Date.now(), p.randomBytes), target: newId(Date.now(), p.randomBytes) }
    const actor = { kind: 'agent', id: tenant }
    const leaf = JSON.stringify({ v: 1, time: Date.now(), ...ids, actor, action: 'run.completed' })
    tree.append(utf8(leaf))
    out.write(leafLine(leaf))
    if (i === EVENTS / 2) seen = note()
    if (i % 10_000 === 0) await out.flush()
  }
  out.write(checkpointLine(note()))
  await out.end()
  const anchor = join(folder, 'anchor.json')
  writeFileSync(anchor, JSON.stringify(anchorOf(tenant, seen)), { mode: 0o600 })
  return { file, anchor, logKey: toBase64(p.ed25519.publicKey(seed)) }
}

function anchorOf(tenant: string, checkpoint: string): Anchor {
  return {
    type: 'anchor',
    tenant,
    pool: 'default',
    generation: 1,
    lost: null,
    clock: null,
    trust: null,
    index: {},
    pipelines: {},
    state: {},
    checkpoint,
    refused: {},
    refusals: [],
  }
}

async function floorSeconds(file: string): Promise<number> {
  const began = performance.now()
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Uint8Array)
  }
  hash.digest()
  return (performance.now() - began) / 1000
}

/** The most that the process has held so far; 0 when it has ended, or where there is no /proc. */
function peakOf(pid: number): number {
  try {
    const [, kib = '0'] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kib) * 1024
  } catch {
    return 0
  }
}

async function verify(
  binary: string,
  { file, anchor, logKey }: Export,
  home: string,
): Promise<{ readonly seconds: number; readonly bytes: number }> {
  const began = performance.now()
  const child = Bun.spawn(
    [binary, 'audit', 'verify', file, '--anchor', anchor, '--log-key', logKey, '--json'],
    { env: { ...process.env, SALLYPORT_HOME: home }, stdout: 'pipe', stderr: 'pipe' },
  )
  let bytes = 0
  // What the system says of an ended child counts the parent that it was forked from.
  const look = setInterval(() => (bytes = Math.max(bytes, peakOf(child.pid))), 20)
  const [said, exit] = [await new Response(child.stderr).text(), await child.exited]
  clearInterval(look)
  if (exit !== 0) throw new Error(`audit verify ended with ${exit}: ${said}`)
  return { seconds: (performance.now() - began) / 1000, bytes }
}

export async function bench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-audit-'))
  try {
    await currentBinary()
    const binary = placeBinary(join(folder, 'bin'))
    const made = await makeExport(folder)
    const pairs: { seconds: number; bytes: number; floor: number }[] = []
    for (let run = 0; run < RUNS; run++) {
      const floor = await floorSeconds(made.file)
      pairs.push({ ...await verify(binary, made, join(folder, 'home')), floor })
    }
    const seconds = pairs.map((one) => one.seconds)
    const bytes = pairs.map((one) => one.bytes / 1e6)
    const megabytes = (statSync(made.file).size / 1e6).toFixed(0)
    const of = (values: readonly number[]) => ({
      value: Number(median(values).toFixed(2)),
      runs: RUNS,
      min: Number(Math.min(...values).toFixed(2)),
      max: Number(Math.max(...values).toFixed(2)),
    })
    const floor = median(pairs.map((one) => one.floor))
    return [
      {
        name: `audit verify, ${EVENTS} events (${megabytes} MB)`,
        ...of(seconds),
        unit: 's',
        against: `one SHA-256 over the file, ${floor.toFixed(2)} s`,
        ratio: Number(median(pairs.map((one) => one.seconds / one.floor)).toFixed(1)),
        aim: '≤ 15 s',
        met: median(seconds) <= 15,
      },
      {
        name: 'audit verify, most memory',
        ...of(bytes),
        unit: 'MB',
        against: null,
        ratio: null,
        aim: '≤ 150',
        met: median(bytes) * 1e6 <= MOST_BYTES,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
