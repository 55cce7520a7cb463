/** How soon a started run is in an agent's hand while a thousand wait, and what a waiting agent costs the edge. */
import { spawn } from 'node:child_process'
import * as crypto from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { newId } from '../../shared/ids.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { native as nativeOn } from '../../shared/seal/native.ts'
import { nobleChaCha20Poly1305 } from '../../shared/seal/noble.ts'
import { commit } from '../../shared/seal/record.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { type EdgeProcess, startEdge } from '../e2e/edge_process.ts'
import { root } from '../suites.ts'
import type { LoadOrder, Pickup } from './pickup_load.ts'
import { median, type Row } from './row.ts'

const AGENTS = 1000
const RUNS = 300
const ROUNDS = 5

const p = nativeOn(crypto, { chacha20Poly1305: nobleChaCha20Poly1305 })

// deno-lint-ignore no-explicit-any -- the edge's own answers
type Json = any
type Call = (method: string, path: string, body?: unknown, token?: string) => Promise<Json>

function caller(url: string, owner: { token: string }): Call {
  return async (method, path, body, token = owner.token) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const reply = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(reply)}`)
    return reply
  }
}

/** A tenant with one pipeline that may run unsigned, and agents that are approved. */
async function furnish(edge: EdgeProcess): Promise<LoadOrder> {
  const owner = { token: readFileSync(edge.setupTokenFile, 'utf8').trim() }
  const call = caller(edge.url, owner)
  const tenant = newId(Date.now(), p.randomBytes)
  const made = await call('POST', '/v1/setup', {
    tenant: { id: tenant, name: 'Bench' },
    person: { name: 'Bench' },
  })
  owner.token = made.token
  const project = (await call('GET', '/v1/projects')).data[0].id
  const keys = {
    root: p.randomBytes(32),
    signer: p.randomBytes(32),
    sealing: p.x25519.publicKey(p.randomBytes(32)),
  }
  const trust = trustDocument(tenant, { ...keys, logKey: made.tenant.log_key })
  await call('POST', '/v1/trust', {
    document: signDocument(p, { type: 'trust', document: trust, seeds: [keys.root] }).dsse,
  })
  const pipeline = await publish(call, { tenant, project, ...keys })
  const agents: LoadOrder['agents'][number][] = []
  for (let i = 0; i < AGENTS; i += 20) {
    agents.push(...await Promise.all(Array.from({ length: 20 }, () => enrol(call))))
  }
  return { url: edge.url, token: owner.token, pipeline, agents, runs: RUNS }
}

function trustDocument(
  tenant: string,
  keys: { root: Uint8Array; signer: Uint8Array; sealing: Uint8Array; logKey: string },
) {
  const publicKey = (seed: Uint8Array) => toBase64(p.ed25519.publicKey(seed))
  return {
    type: 'trust' as const,
    tenant,
    version: 1,
    previous: null,
    issued: new Date().toISOString(),
    expires: new Date(Date.now() + 86_400_000).toISOString(),
    roots: { keys: [publicKey(keys.root)], threshold: 1 },
    pools: [{ name: 'default', key: publicKey(p.randomBytes(32)), enrolment: 'approval' as const }],
    sealing_keys: [{
      kid: keyId(p, keys.sealing),
      suite: 1 as const,
      pool: 'default',
      public: toBase64(keys.sealing),
      state: 'active' as const,
    }],
    signers: [{
      key: publicKey(keys.signer),
      owner: 'bench',
      may: ['connections' as const, 'pipelines' as const, 'publish' as const],
      projects: ['*'] as ['*'],
    }],
    readers: [],
    log_key: keys.logKey,
    recovery: null,
    releases: [],
    policy: null,
  }
}

interface Author {
  readonly tenant: string
  readonly project: string
  readonly signer: Uint8Array
  readonly sealing: Uint8Array
}

/** A connection and a pipeline over it, listed by the first index. */
async function publish(call: Call, { tenant, project, signer, sealing }: Author): Promise<string> {
  const entries: Record<
    string,
    { kind: 'connection' | 'pipeline'; name: string; version: number; hash: string }
  > = {}
  const put = async (type: 'connection' | 'pipeline', document: (id: string, commitment: string) => Json) => {
    const id = newId(Date.now(), p.randomBytes)
    const { plaintext, commitment } = commit(p, utf8('{}'))
    const signed = signDocument(p, { type, document: document(id, commitment), seeds: [signer] })
    const context = { tenant, project, type, id, version: 1, schema: schemas[type] }
    const recipients = [{ suite: 1 as const, publicKey: sealing }]
    const sealed = toBase64(seal(p, { context, plaintext, recipients }))
    await call('POST', `/v1/${type}s`, { document: signed.dsse, sealed })
    entries[id] = { kind: type, name: type, version: 1, hash: signed.hash }
    return id
  }
  const head = { tenant, project, version: 1 }
  const connection = await put('connection', (id, commitment) => ({
    type: 'connection',
    ...head,
    id,
    name: 'connection',
    kind: 'files',
    pools: ['default'],
    owner: null,
    account: null,
    commitment,
  }))
  const pipeline = await put('pipeline', (id, commitment) => ({
    type: 'pipeline',
    ...head,
    id,
    name: 'pipeline',
    connections: { source: connection, destination: connection },
    pool: 'default',
    triggers: { api: { per_day: 10_000 } },
    parameters: {},
    limits: { retries: 0 },
    commitment,
  }))
  const issued = new Date().toISOString()
  const first = {
    type: 'index' as const,
    tenant,
    project,
    project_name: 'default',
    number: 1,
    previous: null,
  }
  const index = { ...first, issued, entries }
  const { dsse } = signDocument(p, { type: 'index', document: index, seeds: [signer] })
  await call('POST', `/v1/projects/${project}/index`, { document: dsse })
  return pipeline
}

async function enrol(call: Call): Promise<LoadOrder['agents'][number]> {
  const seed = p.randomBytes(32)
  const { token } = await call('POST', '/v1/enrolment-tokens', { pool: 'default' })
  const card = {
    public_key: toBase64(p.ed25519.publicKey(seed)),
    pool: 'default',
    name: 'bench',
    version: '0',
  }
  const { id, fingerprint } = await call('POST', '/v1/agents/enrol', card, token)
  await call('POST', `/v1/agents/${id}/approve`, { fingerprint })
  return { id, seed: toBase64(seed) }
}

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
    await using edge = await startEdge({ folder })
    const file = join(folder, 'load.json')
    writeFileSync(file, JSON.stringify(await furnish(edge)), { mode: 0o600 })
    const rounds: Measured[] = []
    for (let i = 0; i < ROUNDS; i++) rounds.push(await load(edge, file))
    const of = (kind: keyof Pickup, share: number) =>
      rounds.map(({ pickups }) => percentile(pickups.map((pickup) => pickup[kind]), share))
    const name = `run pickup with ${AGENTS} waiting agents`
    return [
      row({ name: `${name}, p50`, values: of('accepted', 0.5), unit: 'ms', aim: '≤ 5', most: 5 }),
      row({ name: `${name}, p99`, values: of('accepted', 0.99), unit: 'ms', aim: '≤ 20', most: 20 }),
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
        aim: '≤ 64',
        most: 64,
      }),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
