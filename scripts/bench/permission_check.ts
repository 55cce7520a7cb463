/**
 * What asking who may costs a durable request: the edge against an edge that asks nobody, in CPU time of the process for
 * each request. That counts everything but the disk, and is steadier than rates are.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EdgeProcess, startEdge, withoutRates } from '../e2e/edge_process.ts'
import { load, type LoadOptions } from './load.ts'
import { type Call, callerOf, setUp } from './people_calls.ts'
import { median, type Row } from './row.ts'

const RUNS = 9
const CONNECTIONS = 64
const WARM_UP_MS = 100
const MEASURE_MS = 700
const WORKSPACES = 16
const PROJECTS = 4
const MOST = 1.05
/** Clock ticks a second in /proc, on every Linux that Deno runs on. */
const TICKS = 100

type Work = Pick<LoadOptions, 'method' | 'paths' | 'token' | 'connections'>

interface Subject {
  readonly edge: EdgeProcess
  /** A POST by the owner of the tenant. */
  readonly owner: Work
  /** A change of a workspace by somebody whose rights come through 20 groups. */
  readonly grouped: Work
}

/** User and system time of the process so far, in seconds. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** A member of 20 groups, each bound at a workspace or a project. */
async function group(call: Call, owner: string): Promise<Work> {
  const as = (method: string, path: string, body?: unknown) => call(method, path, body, owner)
  const bindings = []
  const workspaces: string[] = []
  for (let i = 0; i < WORKSPACES; i++) {
    const { id } = await as('POST', '/v1/workspaces', { name: `workspace-${i}` })
    workspaces.push(id)
    bindings.push({ level: 'workspace', place: id })
  }
  for (let i = 0; i < PROJECTS; i++) {
    const { id } = await as('POST', '/v1/projects', { workspace: workspaces[i], name: `project-${i}` })
    bindings.push({ level: 'project', place: id })
  }
  const invited = { name: 'Grace', bindings: [{ role: 'viewer', ...bindings[0] }] }
  const { invitation, member } = await as('POST', '/v1/members', invited)
  const { token } = await call('POST', '/v1/invitations/accept', undefined, invitation)
  for (const [i, binding] of bindings.entries()) {
    const { id } = await as('POST', '/v1/groups', { name: `group ${i}` })
    await as('PUT', `/v1/groups/${id}/members/${member.id}`)
    await as('POST', '/v1/bindings', { group: id, role: 'admin', ...binding })
  }
  const paths = workspaces.map((id) => `/v1/workspaces/${id}`)
  // One connection for each, so that no two change the same.
  return { method: 'PATCH', paths, token, connections: WORKSPACES }
}

async function furnish(edge: EdgeProcess): Promise<Subject> {
  const call = callerOf(edge.url)
  const { token } = await setUp(call, readFileSync(edge.setupTokenFile, 'utf8').trim())
  const owner = { paths: ['/v1/workspaces'], token, connections: CONNECTIONS }
  return { edge, owner, grouped: await group(call, token) }
}

/** Microseconds of CPU for each request. */
async function cost({ edge }: Subject, work: Work, prefix: string): Promise<number> {
  const before = cpuSeconds(edge.pid)
  const { port } = edge
  const { answered } = await load({ ...work, port, prefix, warmUpMs: WARM_UP_MS, measureMs: MEASURE_MS })
  return (cpuSeconds(edge.pid) - before) * 1e6 / answered
}

interface Pair {
  readonly checked: number
  readonly unchecked: number
}

/** Both are loaded in turns, and each is the first of a pair as often as the second. */
async function compare(guarded: Subject, open: Subject, what: 'owner' | 'grouped'): Promise<Pair[]> {
  const pairs: Pair[] = []
  const measure = (one: Subject, run: number) => cost(one, one[what], `${what}-${run}`)
  for (let run = 0; run <= RUNS; run++) {
    let unchecked = run % 2 === 0 ? await measure(open, run) : 0
    const checked = await measure(guarded, run)
    if (run % 2 === 1) unchecked = await measure(open, run)
    // The first pair warms both up.
    if (run > 0) pairs.push({ checked, unchecked })
  }
  return pairs
}

function row(name: string, pairs: readonly Pair[]): Row {
  const ratio = median(pairs.map(({ checked, unchecked }) => checked / unchecked))
  const values = pairs.map(({ checked }) => checked)
  const floor = Math.round(median(pairs.map(({ unchecked }) => unchecked)))
  return {
    name,
    value: Math.round(median(values)),
    unit: 'µs of CPU for each request',
    runs: pairs.length,
    min: Math.round(Math.min(...values)),
    max: Math.round(Math.max(...values)),
    against: `the edge without bindings, places and a handle that keeps to the tenant, ${floor} µs`,
    ratio: Math.round(ratio * 1000) / 1000,
    aim: '≤ 1.05',
    met: ratio <= MOST,
  }
}

/** By /proc, so on Linux alone. */
export async function permissionCheck(): Promise<Row[]> {
  if (process.platform !== 'linux') return []
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  try {
    await using checked = await startEdge({ folder: join(folder, 'checked'), env: withoutRates })
    const program = join('edge', 'bench_unguarded.ts')
    await using unchecked = await startEdge({ folder: join(folder, 'unchecked'), program, env: withoutRates })
    const [guarded, open] = [await furnish(checked), await furnish(unchecked)]
    const groups = WORKSPACES + PROJECTS
    return [
      row('permission check, durable POST by an owner', await compare(guarded, open, 'owner')),
      row(
        `permission check, durable change of a workspace by a member of ${groups} groups`,
        await compare(guarded, open, 'grouped'),
      ),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
