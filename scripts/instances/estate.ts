/** A tenant with pipelines that may run unsigned or by a schedule, and approved agents, made over HTTP by bare keys. */
import * as crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { newId } from '../../shared/ids.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { native as nativeOn } from '../../shared/seal/native.ts'
import { nobleChaCha20Poly1305 } from '../../shared/seal/noble.ts'
import { commit } from '../../shared/seal/record.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import type { EdgeProcess } from '../e2e/edge_process.ts'

const p = nativeOn(crypto, { chacha20Poly1305: nobleChaCha20Poly1305 })

// deno-lint-ignore no-explicit-any -- the edge's own answers
type Json = any
type Call = (method: string, path: string, body?: unknown, token?: string) => Promise<Json>

export interface BareAgent {
  readonly id: string
  /** Of its key, base64. */
  readonly seed: string
}

export interface Estate {
  readonly url: string
  readonly tenant: string
  /** Of the tenant's owner. */
  readonly token: string
  /** Base64. */
  readonly logKey: string
  /** Pipelines that may be started 10,000 times a day by the owner's word alone. */
  readonly pipelines: readonly string[]
  /** Pipelines that fire every minute, and make up for every fire that was missed. */
  readonly scheduled: readonly string[]
  readonly agents: readonly BareAgent[]
}

export interface Wanted {
  readonly url: string
  readonly setupToken: string
  readonly pipelines: number
  readonly scheduled?: number
  readonly agents: number
  /** Attempts after the first, of every pipeline. */
  readonly retries?: number
}

/** Agents that enrol side by side. */
const AT_ONCE = 20

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

/** The tenant that a new edge is set up with. */
export async function furnish(
  { url, setupToken, pipelines, scheduled = 0, agents, retries = 5 }: Wanted,
): Promise<Estate> {
  const owner = { token: setupToken }
  const call = caller(url, owner)
  const tenant = newId(Date.now(), p.randomBytes)
  const made = await call('POST', '/v1/setup', {
    tenant: { id: tenant, name: 'Many' },
    person: { name: 'Grace' },
  })
  owner.token = made.token
  const logKey = made.tenant.log_key as string
  const project = (await call('GET', '/v1/projects')).data[0].id
  const keys = {
    root: p.randomBytes(32),
    signer: p.randomBytes(32),
    sealing: p.x25519.publicKey(p.randomBytes(32)),
  }
  const trust = trustDocument(tenant, { ...keys, logKey })
  const signed = signDocument(p, { type: 'trust', document: trust, seeds: [keys.root] })
  await call('POST', '/v1/trust', { document: signed.dsse })
  const listed = await publish(call, { tenant, project, ...keys }, { pipelines, scheduled, retries })
  const enrolled: BareAgent[] = []
  while (enrolled.length < agents) {
    const length = Math.min(AT_ONCE, agents - enrolled.length)
    enrolled.push(...await Promise.all(Array.from({ length }, () => enrol(call))))
  }
  return { url, tenant, token: owner.token, logKey, ...listed, agents: enrolled }
}

/** The same at an edge that was started here; a run that fails is not tried again. */
export async function furnishEdge(
  { url, setupTokenFile }: EdgeProcess,
  want: Pick<Wanted, 'pipelines' | 'agents'>,
): Promise<Estate> {
  const setupToken = readFileSync(setupTokenFile, 'utf8').trim()
  return await furnish({ url, setupToken, retries: 0, ...want })
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
      owner: 'grace',
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

const everyMinute = { cron: '* * * * *', timezone: 'UTC', overlap: 'queue', catch_up: 'all' } as const

/** A connection and pipelines over it, listed by the first index. */
async function publish(
  call: Call,
  { tenant, project, signer, sealing }: Author,
  { pipelines, scheduled, retries }: Required<Pick<Wanted, 'pipelines' | 'scheduled' | 'retries'>>,
): Promise<Pick<Estate, 'pipelines' | 'scheduled'>> {
  const entries: Record<string, Json> = {}
  const put = async (
    type: 'connection' | 'pipeline',
    name: string,
    document: (id: string, commitment: string) => Json,
  ) => {
    const id = newId(Date.now(), p.randomBytes)
    const { plaintext, commitment } = commit(p, utf8('{}'))
    const signed = signDocument(p, { type, document: document(id, commitment), seeds: [signer] })
    const context = { tenant, project, type, id, version: 1, schema: schemas[type] }
    const sealed = seal(p, { context, plaintext, recipients: [{ suite: 1 as const, publicKey: sealing }] })
    await call('POST', `/v1/${type}s`, { document: signed.dsse, sealed: toBase64(sealed) })
    entries[id] = { kind: type, name, version: 1, hash: signed.hash }
    return id
  }
  const head = { tenant, project, version: 1 }
  const connection = await put('connection', 'files', (id, commitment) => ({
    type: 'connection',
    ...head,
    id,
    name: 'files',
    kind: 'files',
    pools: ['default'],
    owner: null,
    account: null,
    commitment,
  }))
  const pipeline = (name: string, triggers: Json) =>
    put('pipeline', name, (id, commitment) => ({
      type: 'pipeline',
      ...head,
      id,
      name,
      connections: { source: connection, destination: connection },
      pool: 'default',
      triggers,
      parameters: {},
      limits: { retries },
      commitment,
    }))
  const several = (count: number, name: string, triggers: Json) =>
    Promise.all(Array.from({ length: count }, (_, i) => pipeline(`${name}-${i}`, triggers)))
  const listed = {
    pipelines: await several(pipelines, 'asked', { api: { per_day: 10_000 } }),
    scheduled: await several(scheduled, 'scheduled', { schedule: everyMinute }),
  }
  const index = {
    type: 'index' as const,
    tenant,
    project,
    project_name: 'default',
    number: 1,
    previous: null,
    issued: new Date().toISOString(),
    entries,
  }
  const { dsse } = signDocument(p, { type: 'index', document: index, seeds: [signer] })
  await call('POST', `/v1/projects/${project}/index`, { document: dsse })
  return listed
}

async function enrol(call: Call): Promise<BareAgent> {
  const seed = p.randomBytes(32)
  const { token } = await call('POST', '/v1/enrolment-tokens', { pool: 'default' })
  const card = {
    public_key: toBase64(p.ed25519.publicKey(seed)),
    pool: 'default',
    name: 'bare',
    version: '0',
  }
  const { id, fingerprint } = await call('POST', '/v1/agents/enrol', card, token)
  await call('POST', `/v1/agents/${id}/approve`, { fingerprint })
  return { id, seed: toBase64(seed) }
}
