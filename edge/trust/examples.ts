/** What the reference shows: one small tenant, the same in every operation. Signed for real, by keys that sign nothing. */
import { toBase64 } from '../../shared/bytes.ts'
import type { Connection } from '../../shared/schemas/connection.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Index } from '../../shared/schemas/index.ts'
import type { Catalogue, Inspection } from '../../shared/schemas/inspection.ts'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import type { Enrolment, Receipt, RunLog } from '../../shared/schemas/receipt.ts'
import type { Request } from '../../shared/schemas/request.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { native } from '../primitives.ts'

const seed = (n: number) => new Uint8Array(32).fill(n)
const signerKey = toBase64(native.ed25519.publicKey(seed(2)))
const poolKey = toBase64(native.ed25519.publicKey(seed(3)))
const logKey = toBase64(native.ed25519.publicKey(seed(4)))
const sealingKey = native.x25519.publicKey(seed(5))
export const sealingKid = keyId(native, sealingKey)
const readerKey = native.x25519.publicKey(seed(8))

const commitment = 'c0'.repeat(32)
const at = '2026-11-22T09:00:00.000Z'

export const ids = {
  tenant: '0193509f-6e00-7000-8000-000000000001',
  project: '0193509f-6e00-7000-8000-000000000002',
  source: '0193509f-6e00-7000-8000-000000000003',
  destination: '0193509f-6e00-7000-8000-000000000004',
  pipeline: '0193509f-6e00-7000-8000-000000000005',
  agent: '0193509f-6e00-7000-8000-000000000006',
  run: '0193509f-6e00-8000-8000-000000000007',
  rewrap: '0193509f-6e00-7000-8000-000000000008',
  batch: '0193509f-6e00-7000-8000-000000000009',
  inspection: '0193509f-6e00-8000-8000-00000000000a',
} as const

const trust: TrustDocument = {
  type: 'trust',
  tenant: ids.tenant,
  version: 1,
  previous: null,
  issued: at,
  expires: '2027-11-22T09:00:00.000Z',
  roots: { keys: [toBase64(native.ed25519.publicKey(seed(1)))], threshold: 1 },
  pools: [{ name: 'default', key: poolKey, enrolment: 'pool_key' }],
  sealing_keys: [{
    kid: sealingKid,
    suite: 1,
    pool: 'default',
    public: toBase64(sealingKey),
    state: 'active',
  }],
  signers: [{
    key: signerKey,
    owner: 'Ada',
    may: ['connections', 'pipelines', 'publish', 'runs'],
    projects: ['*'],
  }],
  readers: [{
    kid: keyId(native, readerKey),
    suite: 1,
    public: toBase64(readerKey),
    owner: 'Grace',
    projects: [ids.project],
  }],
  log_key: logKey,
  recovery: null,
  releases: [],
  policy: null,
}

const connection: Connection = {
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
  commitment,
}

const pipeline: Pipeline = {
  type: 'pipeline',
  tenant: ids.tenant,
  project: ids.project,
  id: ids.pipeline,
  version: 1,
  name: 'orders',
  connections: { source: ids.source, destination: ids.destination },
  pool: 'default',
  triggers: {
    api: { per_day: 24 },
    schedule: { cron: '0 6 * * *', timezone: 'Europe/Berlin', overlap: 'skip', catch_up: 'last' },
    webhook: { per_day: 100 },
  },
  parameters: {},
  limits: { retries: 3 },
  commitment,
}

const signed = <T extends Parameters<typeof signDocument>[1]['type']>(
  given: Parameters<typeof signDocument<T>>[1],
): { readonly dsse: Dsse; readonly hash: string } => signDocument(native, given)

export const signedTrust = signed({ type: 'trust', document: trust, seeds: [seed(1)] })
export const signedConnection = signed({ type: 'connection', document: connection, seeds: [seed(2)] })
export const signedDestination = signed({
  type: 'connection',
  document: { ...connection, id: ids.destination, name: 'warehouse' },
  seeds: [seed(2)],
})
export const signedPipeline = signed({ type: 'pipeline', document: pipeline, seeds: [seed(2)] })

const index: Index = {
  type: 'index',
  tenant: ids.tenant,
  project: ids.project,
  project_name: 'default',
  number: 1,
  previous: null,
  issued: at,
  entries: {
    [ids.source]: { kind: 'connection', name: 'shop', version: 1, hash: signedConnection.hash },
    [ids.destination]: { kind: 'connection', name: 'warehouse', version: 1, hash: signedDestination.hash },
    [ids.pipeline]: { kind: 'pipeline', name: 'orders', version: 1, hash: signedPipeline.hash },
  },
}
export const signedIndex = signed({ type: 'index', document: index, seeds: [seed(2)] })

const request: Request = {
  type: 'request',
  tenant: ids.tenant,
  project: ids.project,
  action: 'run',
  parameters: {},
  pool: 'default',
  index: 1,
  pipeline: { id: ids.pipeline, hash: signedPipeline.hash },
  nonce: '00'.repeat(16),
  issued: at,
  expires: '2026-11-22T09:10:00.000Z',
}
export const signedRequest = signed({ type: 'request', document: request, seeds: [seed(2)] })
/** Lets the run of that request be attempted again. */
export const signedRedrive = (run: string = ids.run) =>
  signed({ type: 'request', document: { ...request, nonce: 'e'.repeat(32), redrive: run }, seeds: [seed(2)] })

/** The pool vouches for an agent of this key. */
export const joiningKey = toBase64(native.ed25519.publicKey(seed(7)))
const enrolment: Enrolment = {
  type: 'enrolment',
  tenant: ids.tenant,
  pool: 'default',
  agent_key: joiningKey,
  edge: 'https://edge.example',
  challenge: `v1.${toBase64(new Uint8Array(56).fill(8))}`,
  expires: '2026-11-22T09:05:00.000Z',
}
export const signedEnrolment = {
  ...signed({ type: 'enrolment', document: enrolment, seeds: [seed(3)] }),
  challenge: enrolment.challenge,
}

const log: RunLog = {
  type: 'log',
  tenant: ids.tenant,
  project: ids.project,
  pool: 'default',
  run: ids.run,
  pipeline: ids.pipeline,
  agent: ids.agent,
  fence: 1,
  commitment,
}
export const signedLog = signed({ type: 'log', document: log, seeds: [seed(3)] })

const receipt: Receipt = {
  type: 'receipt',
  tenant: ids.tenant,
  pool: 'default',
  agent: ids.agent,
  trust: { version: 1, hash: signedTrust.hash },
  index: { [ids.project]: { number: 1, hash: signedIndex.hash } },
  kids: [sealingKid],
  log: null,
  issued: at,
}
export const signedReceipt = signed({ type: 'receipt', document: receipt, seeds: [seed(3)] })

const inspection: Inspection = {
  type: 'inspection',
  tenant: ids.tenant,
  project: ids.project,
  action: 'discover',
  direction: 'read',
  pool: 'default',
  index: 1,
  connection: { id: ids.source, version: 1, hash: signedConnection.hash },
  nonce: '00'.repeat(16),
  issued: at,
  expires: '2026-11-22T09:10:00.000Z',
  commitment,
}
export const signedInspection = signed({ type: 'inspection', document: inspection, seeds: [seed(2)] })

const catalogue: Catalogue = {
  type: 'catalogue',
  tenant: ids.tenant,
  project: ids.project,
  pool: 'default',
  action: 'discover',
  connection: { id: ids.source, version: 1, hash: signedConnection.hash },
  inspection: ids.inspection,
  agent: ids.agent,
  issued: at,
  commitment,
}
export const signedCatalogue = signed({ type: 'catalogue', document: catalogue, seeds: [seed(3)] })

const sealedTo = (...keys: readonly Uint8Array[]) =>
  toBase64(seal({ ...native, randomBytes: (n) => new Uint8Array(n).fill(6) }, {
    context: {
      tenant: ids.tenant,
      project: ids.project,
      type: 'connection',
      id: ids.source,
      version: 1,
      schema: schemas.connection,
    },
    plaintext: new Uint8Array(64),
    recipients: keys.map((publicKey) => ({ suite: 1, publicKey })),
  }))

/** An envelope to the key of the pool. */
export const sealed = sealedTo(sealingKey)
/** To the reader too. */
export const sealedToBoth = sealedTo(sealingKey, readerKey)
/** To the reader alone. */
export const sealedToReader = sealedTo(readerKey)

export { at, logKey, poolKey }
