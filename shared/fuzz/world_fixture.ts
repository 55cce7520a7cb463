/** A tenant whose keys and documents are the same in every process. */
import { fromBase64, toBase64, utf8 } from '../bytes.ts'
import { newId } from '../ids.ts'
import type { Connection } from '../schemas/connection.ts'
import type { Index } from '../schemas/index.ts'
import type { Catalogue, Inspection } from '../schemas/inspection.ts'
import type { Pipeline } from '../schemas/pipeline.ts'
import type { Enrolment, Receipt, RunLog } from '../schemas/receipt.ts'
import type { Request } from '../schemas/request.ts'
import type { TrustDocument } from '../schemas/trust_document.ts'
import { keyId } from '../seal/key_id.ts'
import type { Primitives } from '../seal/primitives.ts'
import { native } from '../seal/primitives_fixture.ts'
import { publicKeyOf, type Suite } from '../seal/suites.ts'
import { type DocumentOf, type DocumentType, signDocument } from '../sign/documents.ts'
import { randomFrom } from './random_fixture.ts'

const random = randomFrom('the world that is fuzzed')
export const p: Primitives = { ...native, randomBytes: random.bytes }

const NOW = Date.parse('2026-11-22T12:00:00.000Z')
const at = (ms: number) => new Date(ms).toISOString()
const id = () => newId(NOW, p.randomBytes)
export const ids = {
  tenant: id(),
  project: id(),
  source: id(),
  destination: id(),
  pipeline: id(),
  agent: id(),
  run: id(),
}
const hashes = { a: 'a'.repeat(64), b: 'b'.repeat(64) }

function signing() {
  const seed = p.randomBytes(32)
  return { seed, key: toBase64(p.ed25519.publicKey(seed)) }
}
function sealing(suite: Suite) {
  const privateKey = p.randomBytes(32)
  const publicKey = publicKeyOf(p, suite, privateKey)
  return {
    opening: { suite, privateKey },
    recipient: { suite, publicKey },
    entry: { kid: keyId(p, publicKey), suite, public: toBase64(publicKey) },
  }
}
export const keys = {
  root: signing(),
  signer: signing(),
  pool: signing(),
  log: signing(),
  agent: signing(),
  classic: sealing(1),
  reader: sealing(1),
  recovery: sealing(1),
  hybrid: sealing(2),
}

export const trust: TrustDocument = {
  type: 'trust',
  tenant: ids.tenant,
  version: 1,
  previous: null,
  issued: at(NOW),
  expires: at(NOW + 86_400_000),
  roots: { keys: [keys.root.key], threshold: 1 },
  pools: [{ name: 'default', key: keys.pool.key, enrolment: 'pool_key' }],
  sealing_keys: [
    { ...keys.classic.entry, pool: 'default', state: 'active' },
    { ...keys.hybrid.entry, pool: 'default', state: 'retiring' },
  ],
  signers: [{
    key: keys.signer.key,
    owner: 'Ada',
    may: ['connections', 'pipelines', 'publish', 'runs'],
    projects: ['*'],
  }],
  readers: [{ ...keys.reader.entry, owner: 'Grace', projects: [ids.project] }],
  recovery: { ...keys.recovery.entry, shares: 3, threshold: 2 },
  log_key: keys.log.key,
  releases: [hashes.a],
  policy: { version: 1, commitment: hashes.b },
}
const connection: Connection = {
  type: 'connection',
  tenant: ids.tenant,
  project: ids.project,
  id: ids.source,
  version: 3,
  name: 'shop',
  kind: 'postgres',
  pools: ['default'],
  owner: null,
  account: null,
  commitment: hashes.a,
}
const pipeline: Pipeline = {
  type: 'pipeline',
  tenant: ids.tenant,
  project: ids.project,
  id: ids.pipeline,
  version: 2,
  name: 'orders',
  connections: { source: ids.source, destination: ids.destination },
  pool: 'default',
  triggers: {
    api: { per_day: 24 },
    schedule: { cron: '0 6 * * 1-5', timezone: 'Europe/Berlin', overlap: 'skip', catch_up: 'last' },
  },
  parameters: {
    region: { enum: ['eu', 'us'] },
    since: { type: 'date', min: '2020-01-01' },
    note: { type: 'text', max_length: 100 },
  },
  limits: { retries: 3, rows: 1000 },
  commitment: hashes.b,
}
const index: Index = {
  type: 'index',
  tenant: ids.tenant,
  project: ids.project,
  project_name: 'default',
  number: 1,
  previous: null,
  issued: at(NOW),
  entries: {
    [ids.pipeline]: { kind: 'pipeline', name: 'orders', version: 2, hash: hashes.a },
    [ids.source]: { kind: 'connection', name: 'shop', version: 3, hash: hashes.b },
  },
}
const request: Request = {
  type: 'request',
  tenant: ids.tenant,
  project: ids.project,
  action: 'backfill',
  parameters: { region: 'eu', since: '2026-01-01', note: 'x' },
  pool: 'default',
  index: 1,
  pipeline: { id: ids.pipeline, hash: hashes.a },
  nonce: '00112233445566778899aabbccddeeff',
  issued: at(NOW),
  expires: at(NOW + 600_000),
}
const receipt: Receipt = {
  type: 'receipt',
  tenant: ids.tenant,
  pool: 'default',
  agent: ids.agent,
  trust: { version: 1, hash: hashes.a },
  index: { [ids.project]: { number: 1, hash: hashes.b } },
  kids: [keys.classic.entry.kid],
  log: { size: 9, root: keys.log.key },
  issued: at(NOW),
}
const enrolment: Enrolment = {
  type: 'enrolment',
  tenant: ids.tenant,
  pool: 'default',
  agent_key: keys.agent.key,
  edge: 'https://edge.example',
  challenge: 'c2FsbHlwb3J0',
  expires: at(NOW + 600_000),
}
const log: RunLog = {
  type: 'log',
  tenant: ids.tenant,
  project: ids.project,
  pool: 'default',
  run: ids.run,
  pipeline: ids.pipeline,
  agent: ids.agent,
  fence: 7,
  commitment: hashes.a,
}

const inspection: Inspection = {
  type: 'inspection',
  tenant: ids.tenant,
  project: ids.project,
  action: 'test',
  direction: 'write',
  pool: 'default',
  index: 1,
  connection: { id: ids.source, version: 3, hash: hashes.b },
  nonce: '00112233445566778899aabbccddeeff',
  issued: at(NOW),
  expires: at(NOW + 600_000),
  commitment: hashes.a,
}
const catalogue: Catalogue = {
  type: 'catalogue',
  tenant: ids.tenant,
  project: ids.project,
  pool: 'default',
  action: 'test',
  connection: { id: ids.source, version: 3, hash: hashes.b },
  inspection: ids.run,
  agent: ids.agent,
  issued: at(NOW),
  commitment: hashes.a,
}

export const documents = {
  trust,
  connection,
  pipeline,
  index,
  request,
  inspection,
  receipt,
  enrolment,
  log,
  catalogue,
} as const

const seedOf = (type: DocumentType) => {
  if (type === 'trust') return keys.root.seed
  const pooled: readonly DocumentType[] = ['receipt', 'enrolment', 'log', 'catalogue']
  return pooled.includes(type) ? keys.pool.seed : keys.signer.seed
}

/** The document under the signature of who may sign it. */
export function signed<T extends DocumentType>(type: T, document: DocumentOf<T>) {
  return signDocument(p, { type, document, seeds: [seedOf(type)] })
}

export const authorKey = (type: DocumentType) => p.ed25519.publicKey(seedOf(type))
export const authorSeed = seedOf

/** The trust document and the one after it. */
export function chain() {
  const first = signed('trust', trust)
  const second = signed('trust', { ...trust, version: 2, previous: first.hash, issued: at(NOW + 1) })
  return { pin: { tenant: ids.tenant, version: 1, hash: first.hash }, first: first.dsse, second: second.dsse }
}

/** The index and the one after it. */
export function indexes() {
  const first = signed('index', index)
  return [first.dsse, signed('index', { ...index, number: 2, previous: first.hash }).dsse] as const
}

export const logKey = { name: `sallyport/${ids.tenant}`, publicKey: fromBase64(keys.log.key) }
export const json = (value: unknown) => utf8(JSON.stringify(value))
