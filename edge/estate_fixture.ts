/** A tenant with everything that a run needs – keys, trust, connections, a pipeline, an agent – on a real edge. */
import assert from 'node:assert/strict'
import { toBase64, utf8 } from '../shared/bytes.ts'
import { newId } from '../shared/ids.ts'
import type { Dsse } from '../shared/schemas/dsse.ts'
import type { Pipeline } from '../shared/schemas/pipeline.ts'
import type { Request as SignedRequest } from '../shared/schemas/request.ts'
import type { TrustDocument } from '../shared/schemas/trust_document.ts'
import type { Telemetry } from '../shared/telemetry/telemetry.ts'
import { type RecordType, schemas } from '../shared/seal/context.ts'
import { seal } from '../shared/seal/envelope.ts'
import { keyId } from '../shared/seal/key_id.ts'
import { commit } from '../shared/seal/record.ts'
import { type DocumentType, signDocument } from '../shared/sign/documents.ts'
import { TestAgent } from './agent_fixture.ts'
import { hashSecret } from './auth/secret.ts'
import type { MasterKeys } from './db/master_keys.ts'
import type { Storage } from './db/storage.ts'
import type { Kind } from './db/storage_fixture.ts'
import type { HranaServer } from './db/faulty_fixture.ts'
import { PUBLIC_URL, type TestEdge as Inner, testEdge } from './edge_fixture.ts'
import { native } from './primitives.ts'
import { type Edge, wire } from './wiring.ts'

// deno-lint-ignore no-explicit-any -- a test asserts what it reads
type Json = any

export interface Answer {
  readonly status: number
  readonly body: Json
}

/** A test edge for stories: with further instances over its database, and its rows and leaves at hand. */
export class TestEdge implements AsyncDisposable {
  readonly #inner: Inner

  private constructor(inner: Inner) {
    this.#inner = inner
  }

  static async start(kind: Kind = 'embedded'): Promise<TestEdge> {
    return new TestEdge(await testEdge({ kind }))
  }

  get edge(): Edge {
    return this.#inner.edge
  }

  get storage(): Storage {
    return this.#inner.storage
  }

  /** What stands in front of a remote database; null for an embedded one. */
  get server(): HranaServer | null {
    return this.#inner.fixture.server
  }

  /** What went out by mail. */
  get mails(): Inner['mails'] {
    return this.#inner.mails
  }

  get setupToken(): string {
    return this.#inner.setupToken
  }

  get master(): MasterKeys {
    return this.#inner.master
  }

  /** Aborted, the edge stops. */
  get closing(): AbortController {
    return this.#inner.close
  }

  get now(): number {
    return this.#inner.clock.now
  }

  set now(ms: number) {
    this.#inner.clock.now = ms
  }

  /** Another edge over the same database. */
  instance(telemetry: Telemetry | null = null, metricsTokenHash: string | null = null): Edge {
    const { storage, setupToken, master, clock, close } = this.#inner
    return wire({
      storage,
      publicUrl: PUBLIC_URL,
      setupTokenHash: hashSecret(setupToken),
      master,
      primitives: native,
      clock: () => clock.now,
      log: () => {},
      closing: close.signal,
      telemetry,
      metricsTokenHash,
    })
  }

  async call(
    method: string,
    path: string,
    options: {
      readonly token?: string
      readonly body?: unknown
      readonly headers?: Record<string, string>
      readonly edge?: Edge
      readonly signal?: AbortSignal
    } = {},
  ): Promise<Answer> {
    const { token, body, signal = null } = options
    const headers = new Headers(options.headers)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    if (body !== undefined) headers.set('content-type', 'application/json')
    const text = body === undefined ? null : JSON.stringify(body)
    const request = new Request(PUBLIC_URL + path, { method, headers, body: text, signal })
    const response = await (options.edge ?? this.edge).app(request, { remote: '192.0.2.1' })
    return { status: response.status, body: await response.json() }
  }

  async rows(sql: string, parameters: unknown[] = []): Promise<Json[]> {
    return [...await this.storage.read({ sql, parameters, reads: true })]
  }

  async leaves(tenant: string): Promise<Json[]> {
    const rows = await this.rows('SELECT bytes FROM audit_leaf WHERE tenant = ? ORDER BY seq', [tenant])
    return rows.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort()
    await this.#inner[Symbol.asyncDispose]()
  }
}

let seeds = 0
/** A key that no other test has. */
export function nextSeed(): Uint8Array {
  seeds += 1
  return native.sha256(utf8(`seed ${seeds}`))
}

const publicKey = (seed: Uint8Array) => toBase64(native.ed25519.publicKey(seed))
const iso = (ms: number) => new Date(ms).toISOString()

/** One tenant on an edge. */
export class Estate {
  readonly edge: TestEdge
  readonly tenant: string
  readonly token: string
  readonly project: string
  readonly logKey: string
  readonly root = nextSeed()
  readonly signer = nextSeed()
  readonly sealingSeed = nextSeed()
  readonly sealingKey = native.x25519.publicKey(this.sealingSeed)
  /** The last trust document, and its hash. */
  trust: { document: TrustDocument; hash: string; dsse: Dsse } | null = null
  /** Number and hash of the last index. */
  index: { number: number; hash: string } | null = null
  readonly listed: Record<
    string,
    { kind: 'connection' | 'pipeline'; name: string; version: number; hash: string }
  > = {}
  readonly poolSeed = nextSeed()

  constructor(edge: TestEdge, made: { tenant: string; token: string; project: string; logKey: string }) {
    this.edge = edge
    this.tenant = made.tenant
    this.token = made.token
    this.project = made.project
    this.logKey = made.logKey
  }

  /** The first tenant of an edge, or with `operator` another one. */
  static async found(edge: TestEdge, operator?: Estate): Promise<Estate> {
    const id = newId(edge.now, native.randomBytes)
    const made = await edge.call('POST', operator ? '/v1/tenants' : '/v1/setup', {
      token: operator?.token ?? edge.setupToken,
      body: { tenant: { id, name: 'Acme' }, person: { name: 'Ada' } },
    })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const token: string = made.body.token
    const projects = await edge.call('GET', '/v1/projects', { token })
    const project: string = projects.body.data[0].id
    return new Estate(edge, { tenant: id, token, project, logKey: made.body.tenant.log_key })
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.edge.call(method, path, {
      token: this.token,
      headers,
      ...(body === undefined ? {} : { body }),
    })
  }

  /** As `call`, where anything but success is a bug of the test. */
  async made(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.call(method, path, body)
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  sign<T extends DocumentType>(
    type: T,
    document: Parameters<typeof signDocument<T>>[1]['document'],
    seed = this.signer,
  ) {
    return signDocument(native, { type, document, seeds: [seed] })
  }

  trustDocument(change: Partial<TrustDocument> = {}): TrustDocument {
    return {
      type: 'trust',
      tenant: this.tenant,
      version: (this.trust?.document.version ?? 0) + 1,
      previous: this.trust?.hash ?? null,
      issued: iso(this.edge.now),
      expires: iso(this.edge.now + 300 * 86_400_000),
      roots: { keys: [publicKey(this.root)], threshold: 1 },
      pools: [{ name: 'default', key: publicKey(this.poolSeed), enrolment: 'approval' }],
      sealing_keys: [{
        kid: keyId(native, this.sealingKey),
        suite: 1,
        pool: 'default',
        public: toBase64(this.sealingKey),
        state: 'active',
      }],
      signers: [{
        key: publicKey(this.signer),
        owner: 'Ada',
        may: ['connections', 'pipelines', 'publish', 'runs'],
        projects: ['*'],
      }],
      readers: [],
      log_key: this.logKey,
      recovery: null,
      releases: [],
      policy: null,
      ...change,
    }
  }

  async publishTrust(change: Partial<TrustDocument> = {}, policy?: { version: number; envelope: string }) {
    const document = this.trustDocument(change)
    const { dsse, hash } = this.sign('trust', document, this.root)
    await this.made('POST', '/v1/trust', { document: dsse, ...(policy === undefined ? {} : { policy }) })
    this.trust = { document, hash, dsse }
  }

  /** An envelope to the tenant's key, and the commitment to what is in it. */
  sealed(
    place: { type: RecordType; id: string; version: number; project?: string | null },
    body: unknown = {},
  ) {
    const { plaintext, commitment } = commit(native, utf8(JSON.stringify(body)))
    const { type, id, version, project = this.project } = place
    const envelope = seal(native, {
      context: { tenant: this.tenant, project, type, id, version, schema: schemas[type] },
      plaintext,
      recipients: [{ suite: 1, publicKey: this.sealingKey }],
    })
    return { sealed: toBase64(envelope), commitment }
  }

  connection(change: { id?: string; name?: string; version?: number; kind?: 'postgres' | 'files' } = {}) {
    const { id = newId(this.edge.now, native.randomBytes), version = 1, kind = 'files' } = change
    const name = change.name ?? `c-${id.slice(-8)}`
    const { sealed, commitment } = this.sealed({ type: 'connection', id, version })
    const signed = this.sign('connection', {
      type: 'connection',
      tenant: this.tenant,
      project: this.project,
      id,
      version,
      name,
      kind,
      pools: ['default'],
      owner: null,
      account: null,
      commitment,
    })
    this.listed[id] = { kind: 'connection', name, version, hash: signed.hash }
    return { id, hash: signed.hash, body: { document: signed.dsse, sealed } }
  }

  async addConnection(name?: string): Promise<string> {
    const { id, body } = this.connection(name === undefined ? {} : { name })
    await this.made('POST', '/v1/connections', body)
    return id
  }

  pipeline(connections: { source: string; destination: string }, change: Partial<Pipeline> = {}) {
    const id = change.id ?? newId(this.edge.now, native.randomBytes)
    const version = change.version ?? 1
    const { sealed, commitment } = this.sealed({ type: 'pipeline', id, version })
    const document: Pipeline = {
      type: 'pipeline',
      tenant: this.tenant,
      project: this.project,
      id,
      version,
      name: `p-${id.slice(-8)}`,
      connections,
      pool: 'default',
      triggers: { api: { per_day: 100 } },
      parameters: {},
      limits: { retries: 1 },
      commitment,
      ...change,
    }
    const signed = this.sign('pipeline', document)
    this.listed[id] = { kind: 'pipeline', name: document.name, version, hash: signed.hash }
    return { id, hash: signed.hash, body: { document: signed.dsse, sealed } }
  }

  indexDocument() {
    return {
      type: 'index' as const,
      tenant: this.tenant,
      project: this.project,
      project_name: 'default',
      number: (this.index?.number ?? 0) + 1,
      previous: this.index?.hash ?? null,
      issued: iso(this.edge.now),
      entries: this.listed,
    }
  }

  async publishIndex(): Promise<void> {
    const document = this.indexDocument()
    const { dsse, hash } = this.sign('index', document)
    await this.made('POST', `/v1/projects/${this.project}/index`, { document: dsse })
    this.index = { number: document.number, hash }
  }

  /** Trust, two connections, a pipeline and the index that lists them. */
  async furnish(change: Partial<Pipeline> = {}): Promise<{ pipeline: string; hash: string }> {
    if (this.trust === null) await this.publishTrust()
    const source = await this.addConnection()
    const destination = await this.addConnection()
    const { id, hash, body } = this.pipeline({ source, destination }, change)
    await this.made('POST', '/v1/pipelines', body)
    await this.publishIndex()
    return { pipeline: id, hash }
  }

  request(of: { pipeline: string; hash: string }, change: Partial<SignedRequest> = {}): Dsse {
    const document: SignedRequest = {
      type: 'request',
      tenant: this.tenant,
      project: this.project,
      action: 'run',
      parameters: {},
      pool: 'default',
      index: this.index?.number ?? 1,
      pipeline: { id: of.pipeline, hash: of.hash },
      nonce: Buffer.from(native.randomBytes(16)).toString('hex'),
      issued: iso(this.edge.now),
      expires: iso(this.edge.now + 600_000),
      ...change,
    }
    return this.sign('request', document).dsse
  }

  async enrol(options: { approve?: boolean; pool?: string } = {}): Promise<TestAgent> {
    const { pool = 'default' } = options
    const { token } = await this.made('POST', '/v1/enrolment-tokens', { pool })
    const seed = nextSeed()
    const body = { public_key: publicKey(seed), pool, name: 'vm-1', version: '0.1.0' }
    const { status, body: agent } = await this.edge.call('POST', '/v1/agents/enrol', { token, body })
    assert.equal(status, 201, JSON.stringify(agent))
    if (options.approve !== false) {
      await this.made('POST', `/v1/agents/${agent.id}/approve`, { fingerprint: agent.fingerprint })
    }
    return new TestAgent(this.edge, { id: agent.id, seed })
  }
}
