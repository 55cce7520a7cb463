/** A small customer with everything that it takes to run one pipeline, and an edge that shows what it is told to. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBase64, toHex, utf8 } from '../../shared/bytes.ts'
import { Fault } from '../../shared/faults.ts'
import { newId, runId } from '../../shared/ids.ts'
import type { AnchoredRun } from '../../shared/schemas/anchor.ts'
import type { Connection } from '../../shared/schemas/connection.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Floor } from '../../shared/schemas/floor.ts'
import type { Index } from '../../shared/schemas/index.ts'
import type { RunJob } from '../../shared/schemas/job.ts'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import type { Policy } from '../../shared/schemas/policy.ts'
import type { Request } from '../../shared/schemas/request.ts'
import type { Ring } from '../../shared/schemas/ring.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { commit } from '../../shared/seal/record.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import type { TrustVersion } from '../edge_client/agent_edge.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { native as p } from '../primitives.ts'
import { anchorAt, makeAnchor } from '../trust/anchor.ts'
import { floorAt } from '../trust/floor.ts'
import { Footings } from '../trust/footing.ts'
import { readPipelineAnchor } from '../trust/pipeline_anchor.ts'

export const seedOf = (n: number) => new Uint8Array(32).fill(n)
export const publicOf = (n: number) => toBase64(p.ed25519.publicKey(seedOf(n)))
const kidOf = (publicKey: Uint8Array) => keyId(p, publicKey)

export const keys = { root: 1, secondRoot: 2, signer: 3, otherSigner: 4, pool: 5, log: 6, stranger: 9 }
export const start = Date.parse('2026-11-22T10:00:00.000Z')
export const time = (ms: number) => new Date(ms).toISOString()
const id = (n: number) => newId(start - 86_400_000 + n, () => new Uint8Array(10).fill(n))
export const ids = {
  tenant: id(1),
  project: id(2),
  source: id(3),
  destination: id(4),
  pipeline: id(5),
  agent: id(6),
  otherTenant: id(7),
}

/** Everything that a test may change before the world is made of it. */
export interface Draft {
  trust: TrustDocument
  policy: Policy
  source: Connection
  destination: Connection
  pipeline: Pipeline
  index: Index
  request: Request
  /** A connection's is sealed together with its pools. */
  bodies: { source: object; destination: object; pipeline: object }
  /** Seeds that sign, by number. */
  signedBy: {
    trust: number[]
    source: number
    destination: number
    pipeline: number
    index: number
    request: number
  }
  /** Whose sealing key connections are sealed to. */
  sealedTo: Uint8Array
}

const sealing = seedOf(21)
export const sealingPublic = p.x25519.publicKey(sealing)

function sealed(
  context: {
    project: string | null
    type: 'connection' | 'pipeline' | 'policy'
    id: string
    version: number
  },
  body: unknown,
  to: Uint8Array,
) {
  const { plaintext, commitment } = commit(p, utf8(JSON.stringify(body)))
  const envelope = seal(p, {
    context: { tenant: ids.tenant, schema: schemas[context.type], ...context },
    plaintext,
    recipients: [{ suite: 1, publicKey: to }],
  })
  return { commitment, envelope: toBase64(envelope) }
}

const none = '0'.repeat(64)

export function draft(): Draft {
  const named = { tenant: ids.tenant, project: ids.project, version: 1 }
  const connection = {
    type: 'connection',
    ...named,
    pools: ['default'],
    owner: null,
    account: null,
    commitment: none,
  }
  return {
    trust: {
      type: 'trust',
      tenant: ids.tenant,
      version: 1,
      previous: null,
      issued: time(start - 86_400_000),
      expires: time(start + 30 * 86_400_000),
      roots: { keys: [publicOf(keys.root), publicOf(keys.secondRoot)], threshold: 1 },
      pools: [{ name: 'default', key: publicOf(keys.pool), enrolment: 'approval' }],
      sealing_keys: [{
        kid: kidOf(sealingPublic),
        suite: 1,
        pool: 'default',
        public: toBase64(sealingPublic),
        state: 'active',
      }],
      signers: [{
        key: publicOf(keys.signer),
        owner: 'Ada',
        may: ['connections', 'pipelines', 'publish', 'runs'],
        projects: ['*'],
      }],
      readers: [],
      log_key: publicOf(keys.log),
      recovery: null,
      releases: [],
      policy: { version: 1, commitment: none },
    },
    policy: {
      allow: [
        { direction: 'read', connector: 'files', path: '/data/in' },
        { direction: 'write', connector: 'files', path: '/data/out' },
      ],
    },
    source: { ...connection, id: ids.source, name: 'in', kind: 'files' } as Connection,
    destination: { ...connection, id: ids.destination, name: 'out', kind: 'files' } as Connection,
    pipeline: {
      type: 'pipeline',
      ...named,
      id: ids.pipeline,
      name: 'orders',
      connections: { source: ids.source, destination: ids.destination },
      pool: 'default',
      triggers: { api: { per_day: 2 } },
      parameters: {},
      limits: { retries: 1 },
      commitment: none,
    },
    index: {
      type: 'index',
      tenant: ids.tenant,
      project: ids.project,
      project_name: 'default',
      number: 1,
      previous: null,
      issued: time(start),
      entries: {},
    },
    request: {
      type: 'request',
      tenant: ids.tenant,
      project: ids.project,
      action: 'run',
      parameters: {},
      pool: 'default',
      index: 1,
      pipeline: { id: ids.pipeline, hash: none },
      nonce: toHex(seedOf(7).slice(16)),
      issued: time(start),
      expires: time(start + 900_000),
    },
    bodies: {
      source: { config: { path: '/data/in', format: 'csv' } },
      destination: { config: { path: '/data/out', format: 'csv' } },
      pipeline: { streams: [{ from: 'a.csv', to: 'a', mode: 'replace' }] },
    },
    signedBy: {
      trust: [keys.root],
      source: keys.signer,
      destination: keys.signer,
      pipeline: keys.signer,
      index: keys.signer,
      request: keys.signer,
    },
    sealedTo: sealingPublic,
  }
}

/** Signed and sealed, with every hash in its place. */
export function makeDocuments(from: Draft) {
  const { signedBy, bodies, sealedTo } = from
  const by = (n: number) => [seedOf(n)]
  const policy = sealed({ project: null, type: 'policy', id: ids.tenant, version: 1 }, from.policy, sealedTo)
  const trustDocument = {
    ...from.trust,
    policy: from.trust.policy && { ...from.trust.policy, commitment: policy.commitment },
  }
  const trust = signDocument(p, { type: 'trust', document: trustDocument, seeds: signedBy.trust.map(seedOf) })
  const record = (name: 'source' | 'destination' | 'pipeline') => {
    const type = name === 'pipeline' ? 'pipeline' : 'connection'
    const { project, id, version } = from[name]
    const pools = name === 'pipeline' ? {} : { pools: from[name].pools }
    const made = sealed({ project, type, id, version }, { ...bodies[name], ...pools }, sealedTo)
    const document = { ...from[name], commitment: made.commitment }
    const { dsse, hash } = signDocument(p, { type, document: document as never, seeds: by(signedBy[name]) })
    return {
      document: dsse,
      hash,
      sealed: made.envelope,
      entry: { kind: type, name: document.name, version, hash },
    }
  }
  const source = record('source')
  const destination = record('destination')
  const pipeline = record('pipeline')
  const entries = {
    [from.source.id]: source.entry,
    [from.destination.id]: destination.entry,
    [from.pipeline.id]: pipeline.entry,
    ...from.index.entries,
  } as Index['entries']
  const index = signDocument(p, {
    type: 'index',
    document: { ...from.index, entries },
    seeds: by(signedBy.index),
  })
  const wanted = from.request.pipeline
  const request = signDocument(p, {
    type: 'request',
    document: {
      ...from.request,
      pipeline: wanted.hash === none ? { ...wanted, hash: pipeline.hash } : wanted,
    },
    seeds: by(signedBy.request),
  })
  return { trust, policy, source, destination, pipeline, index, request }
}

export type Documents = ReturnType<typeof makeDocuments>

/** The world: stores in a folder of its own, an edge that shows `shown`, and the job that it hands out. */
export class World implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'sallyport-world-'))
  readonly documents: Documents
  readonly anchor = anchorAt(`file:${this.folder}/anchor.json`)
  readonly floorStore = floorAt(`file:${this.folder}/floor.json`)
  now = start
  /** What no clock on the wall changes. */
  monotonic = 0
  ring: Ring
  floor: Floor
  shown: { trust: TrustVersion[]; indexes: Dsse[] }
  job: RunJob
  reachable = true
  keystore: Keystore = { place: 'the test', swap: null, read: async () => JSON.stringify(this.ring) }

  constructor(from: Draft) {
    const documents = this.documents = makeDocuments(from)
    const { trust, index } = documents
    this.ring = {
      type: 'ring',
      tenant: ids.tenant,
      pool: 'default',
      pin: { tenant: ids.tenant, version: 1, hash: trust.hash },
      sealing: [{
        kid: kidOf(sealingPublic),
        suite: 1,
        private: toBase64(sealing),
        state: 'active',
        created: time(start),
      }],
      pool_key: toBase64(seedOf(keys.pool)),
      state_key: toBase64(seedOf(31)),
      mask_key: toBase64(seedOf(32)),
    }
    this.floor = {
      type: 'floor',
      tenant: ids.tenant,
      trust: { version: 1, hash: trust.hash },
      index: { [ids.project]: { number: from.index.number, hash: index.hash } },
      deny: [],
    }
    this.shown = {
      trust: [{ version: 1, document: trust.dsse, policy: documents.policy.envelope }],
      indexes: [index.dsse],
    }
    const { nonce, issued } = from.request
    this.job = {
      kind: 'run',
      run: {
        id: runId(p, {
          tenant: ids.tenant,
          pipeline: ids.pipeline,
          trigger: { kind: 'request', issued, nonce },
        }),
        project: ids.project,
        pipeline_id: ids.pipeline,
        index: from.index.number,
        trigger: { kind: 'request', request: documents.request.dsse },
        attempt: 1,
      },
      lease: { fence: 1, until: time(start + 45_000) },
      pipeline: { document: documents.pipeline.document, sealed: documents.pipeline.sealed },
      connections: [documents.source, documents.destination].map(({ document, sealed }) => ({
        document,
        sealed,
      })),
    }
  }

  /** Writes the floor, and the anchor unless told not to. */
  async settle({ anchor = true, floor = true } = {}): Promise<void> {
    if (anchor) await makeAnchor(this.anchor, this.ring)
    if (floor) {
      await this.floorStore?.swap((await this.floorStore.read())?.tag ?? null, JSON.stringify(this.floor))
    }
  }

  /** The runs that the anchor remembers of the pipeline. */
  async runs(): Promise<AnchoredRun[]> {
    return (await readPipelineAnchor(this.anchor, this.of))?.runs ?? []
  }

  get of() {
    return { tenant: ids.tenant, pool: 'default', pipeline: ids.pipeline }
  }

  /** The job by slot `slot` of `day` instead of the request. */
  bySlot(slot: number, day = time(this.now).slice(0, 10)): void {
    const trigger = { kind: 'api', day, slot } as const
    const id = runId(p, { tenant: ids.tenant, pipeline: ids.pipeline, trigger })
    this.job = { ...this.job, run: { ...this.job.run, id, trigger } }
  }

  /** The job by the schedule's fire time `fire` instead. */
  byFire(fire: string): void {
    const trigger = { kind: 'schedule', fire } as const
    const id = runId(p, { tenant: ids.tenant, pipeline: ids.pipeline, trigger })
    this.job = { ...this.job, run: { ...this.job.run, id, trigger } }
  }

  readonly edge = {
    trustAfter: async (version: number) => {
      this.#reach()
      return this.shown.trust.filter((one) => one.version > version)
    },
    indexAfter: async (_project: string, number: number) => {
      this.#reach()
      return this.shown.indexes.filter((dsse) => JSON.parse(atob(dsse.payload)).number > number)
    },
  }

  #reach(): void {
    if (!this.reachable) throw new Fault('edge_unreachable')
  }

  footings(typedPin: string | null = null, edge: Pick<World['edge'], 'trustAfter'> = this.edge): Footings {
    return new Footings({
      keystore: this.keystore,
      typedPin,
      floor: this.floorStore,
      anchor: this.anchor,
      edge,
      cache: join(this.folder, 'trust.json'),
      now: () => this.now,
      monotonic: () => this.monotonic,
      onOutOfReach: () => undefined,
    })
  }

  async [Symbol.asyncDispose]() {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
