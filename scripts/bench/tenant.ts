/** A tenant for a benchmark: pipelines that may run unsigned, and agents that are approved. */
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
import { type Call, callerOf } from './people_calls.ts'

const p = nativeOn(crypto, { chacha20Poly1305: nobleChaCha20Poly1305 })

export interface BenchAgent {
  readonly id: string
  /** Base64. */
  readonly seed: string
}

export interface BenchTenant {
  readonly url: string
  /** The owner's. */
  readonly token: string
  /** Each may run 10,000 times a day. */
  readonly pipelines: readonly string[]
  readonly agents: readonly BenchAgent[]
}

// deno-lint-ignore no-explicit-any -- the edge's own answers
type Json = any

/** The tenant that a new edge is set up with. */
export async function furnish(
  edge: EdgeProcess,
  want: { readonly pipelines: number; readonly agents: number },
): Promise<BenchTenant> {
  let owner = readFileSync(edge.setupTokenFile, 'utf8').trim()
  const any = callerOf(edge.url)
  const call: Call = (method, path, body, token = owner) => any(method, path, body, token)
  const tenant = newId(Date.now(), p.randomBytes)
  const made = await call('POST', '/v1/setup', {
    tenant: { id: tenant, name: 'Bench' },
    person: { name: 'Bench' },
  })
  owner = made.token
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
  const pipelines = await publish(call, { tenant, project, ...keys }, want.pipelines)
  const agents: BenchAgent[] = []
  while (agents.length < want.agents) {
    const length = Math.min(20, want.agents - agents.length)
    agents.push(...await Promise.all(Array.from({ length }, () => enrol(call))))
  }
  return { url: edge.url, token: owner, pipelines, agents }
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

/** A connection and pipelines over it, listed by the first index. */
async function publish(
  call: Call,
  { tenant, project, signer, sealing }: Author,
  count: number,
): Promise<string[]> {
  const entries: Record<
    string,
    { kind: 'connection' | 'pipeline'; name: string; version: number; hash: string }
  > = {}
  const put = async (
    { type, name }: { readonly type: 'connection' | 'pipeline'; readonly name: string },
    document: (id: string, commitment: string) => Json,
  ) => {
    const id = newId(Date.now(), p.randomBytes)
    const { plaintext, commitment } = commit(p, utf8('{}'))
    const signed = signDocument(p, { type, document: document(id, commitment), seeds: [signer] })
    const context = { tenant, project, type, id, version: 1, schema: schemas[type] }
    const recipients = [{ suite: 1 as const, publicKey: sealing }]
    const sealed = toBase64(seal(p, { context, plaintext, recipients }))
    await call('POST', `/v1/${type}s`, { document: signed.dsse, sealed })
    entries[id] = { kind: type, name, version: 1, hash: signed.hash }
    return id
  }
  const head = { tenant, project, version: 1 }
  const connection = await put({ type: 'connection', name: 'connection' }, (id, commitment) => ({
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
  const pipelines: string[] = []
  for (let i = 1; i <= count; i++) {
    const name = `pipeline-${i}`
    pipelines.push(
      await put({ type: 'pipeline', name }, (id, commitment) => ({
        type: 'pipeline',
        ...head,
        id,
        name,
        connections: { source: connection, destination: connection },
        pool: 'default',
        triggers: { api: { per_day: 10_000 } },
        parameters: {},
        limits: { retries: 0 },
        commitment,
      })),
    )
  }
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
  return pipelines
}

async function enrol(call: Call): Promise<BenchAgent> {
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
