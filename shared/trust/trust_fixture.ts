/** A tenant made up for tests: its keys, and documents that check, for tests to change one thing in. */
import { toBase64 } from '../bytes.ts'
import { newId } from '../ids.ts'
import type { Connection } from '../schemas/connection.ts'
import type { Index } from '../schemas/index.ts'
import type { Inspection } from '../schemas/inspection.ts'
import type { Pipeline } from '../schemas/pipeline.ts'
import type { Request } from '../schemas/request.ts'
import type { Duty, TrustDocument } from '../schemas/trust_document.ts'
import { keyId } from '../seal/key_id.ts'
import { native as p } from '../seal/primitives_fixture.ts'
import { signDocument } from '../sign/documents.ts'

export const DAY = 86_400_000
export const NOW = Date.parse('2026-11-22T12:00:00.000Z')
const at = (ms: number) => new Date(ms).toISOString()
const id = () => newId(NOW, p.randomBytes)

export interface SigningPair {
  readonly seed: Uint8Array
  readonly key: string
  readonly keyid: string
}
export function signingPair(): SigningPair {
  const seed = p.randomBytes(32)
  const publicKey = p.ed25519.publicKey(seed)
  return { seed, key: toBase64(publicKey), keyid: keyId(p, publicKey) }
}

export function sealingPair() {
  const privateKey = p.randomBytes(32)
  const publicKey = p.x25519.publicKey(privateKey)
  return { privateKey, public: toBase64(publicKey), kid: keyId(p, publicKey), suite: 1 as const }
}

const allDuties: Duty[] = ['connections', 'pipelines', 'publish', 'runs']

/** Two roots, threshold 2; pools `default` and `other`; one signer for everything in one project. */
export function tenant() {
  const ids = { tenant: id(), project: id(), source: id(), destination: id(), pipeline: id() }
  const roots = [signingPair(), signingPair()]
  const [signer, pool, logKey] = [signingPair(), signingPair(), signingPair()]
  const [sealing, otherSealing, reader] = [sealingPair(), sealingPair(), sealingPair()]
  const sealingKey = (
    pair: typeof sealing,
    pool: string,
    state: 'active' | 'retiring' | 'retired' = 'active',
  ) => {
    const { privateKey: _, ...key } = pair
    return { ...key, pool, state }
  }
  const { privateKey: _, ...readerKey } = reader
  const trust: TrustDocument = {
    type: 'trust',
    tenant: ids.tenant,
    version: 1,
    previous: null,
    issued: at(NOW - DAY),
    expires: at(NOW + 100 * DAY),
    roots: { keys: roots.map(({ key }) => key), threshold: 2 },
    pools: [
      { name: 'default', key: pool.key, enrolment: 'approval' },
      { name: 'other', key: signingPair().key, enrolment: 'approval' },
    ],
    sealing_keys: [sealingKey(sealing, 'default'), sealingKey(otherSealing, 'other')],
    signers: [{ key: signer.key, owner: 'Ada', may: allDuties, projects: [ids.project] }],
    readers: [{ ...readerKey, owner: 'Grace', projects: [ids.project] }],
    log_key: logKey.key,
    recovery: null,
    releases: [],
    policy: null,
  }
  return { ids, roots, signer, sealing, otherSealing, reader, sealingKey, trust }
}
export type Tenant = ReturnType<typeof tenant>

/** Signs with the given pairs; a test that wants a broken document signs what the schema still takes. */
export function signTrust(document: TrustDocument, pairs: readonly SigningPair[]) {
  return signDocument(p, { type: 'trust', document, seeds: pairs.map(({ seed }) => seed) })
}

export function nextTrust(
  last: TrustDocument,
  hash: string,
  change: Partial<TrustDocument> = {},
): TrustDocument {
  return { ...last, version: last.version + 1, previous: hash, ...change }
}

export function pipelineOf({ ids }: Tenant, change: Partial<Pipeline> = {}): Pipeline {
  return {
    type: 'pipeline',
    tenant: ids.tenant,
    project: ids.project,
    id: ids.pipeline,
    version: 1,
    name: 'orders',
    connections: { source: ids.source, destination: ids.destination },
    pool: 'default',
    triggers: { api: { per_day: 24 } },
    parameters: {},
    limits: { retries: 3 },
    commitment: 'a'.repeat(64),
    ...change,
  }
}

export function connectionOf({ ids }: Tenant, change: Partial<Connection> = {}): Connection {
  return {
    type: 'connection',
    tenant: ids.tenant,
    project: ids.project,
    id: ids.source,
    version: 1,
    name: 'shop',
    kind: 'postgres',
    pools: ['default'],
    owner: null,
    account: null,
    commitment: 'b'.repeat(64),
    ...change,
  }
}

export function indexOf({ ids }: Tenant, change: Partial<Index> = {}): Index {
  return {
    type: 'index',
    tenant: ids.tenant,
    project: ids.project,
    project_name: 'default',
    number: 1,
    previous: null,
    issued: at(NOW),
    entries: { [ids.pipeline]: { kind: 'pipeline', name: 'orders', version: 1, hash: 'c'.repeat(64) } },
    ...change,
  }
}

export function inspectionOf({ ids }: Tenant, change: Partial<Inspection> = {}): Inspection {
  return {
    type: 'inspection',
    tenant: ids.tenant,
    project: ids.project,
    action: 'test',
    direction: 'read',
    pool: 'default',
    index: 1,
    connection: { id: ids.source, version: 1, hash: 'c'.repeat(64) },
    nonce: '00112233445566778899aabbccddeeff',
    issued: at(NOW),
    expires: at(NOW + 600_000),
    commitment: 'd'.repeat(64),
    ...change,
  }
}

export function requestOf({ ids }: Tenant, change: Partial<Request> = {}): Request {
  return {
    type: 'request',
    tenant: ids.tenant,
    project: ids.project,
    action: 'run',
    parameters: {},
    pool: 'default',
    index: 1,
    pipeline: { id: ids.pipeline, hash: 'c'.repeat(64) },
    nonce: '00112233445566778899aabbccddeeff',
    issued: at(NOW),
    expires: at(NOW + 600_000),
    ...change,
  }
}
