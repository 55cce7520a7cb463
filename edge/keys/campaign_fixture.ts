/** A tenant whose sealing key gives way to another one, and an agent that does what it is handed. */
import assert from 'node:assert/strict'
import { fromBase64, toBase64, toHex } from '../../shared/bytes.ts'
import type { CompleteRewrap, RewrapJob, RewrapRecord } from '../../shared/schemas/rewrap.ts'
import type { SealingKey, TrustDocument } from '../../shared/schemas/trust_document.ts'
import { type Context, schemas } from '../../shared/seal/context.ts'
import { open, type Recipient, rewrap } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import type { Kind } from '../db/storage_fixture.ts'
import type { TestAgent } from '../agent_fixture.ts'
import { Estate, nextSeed, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

export interface Pair {
  readonly kid: string
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
  /** 1 unless said. */
  readonly suite?: 1 | 2
}

export function pairOf(seed = nextSeed()): Pair {
  const publicKey = native.x25519.publicKey(seed)
  return { kid: keyId(native, publicKey), seed, publicKey }
}

export function sealingKey(pair: Pair, state: SealingKey['state'], pool = 'default'): SealingKey {
  return { kid: pair.kid, suite: 1, pool, public: toBase64(pair.publicKey), state }
}

/** A tenant with a furnished project and an agent, and the keys that it is about. */
export class Scene implements AsyncDisposable {
  readonly edge: TestEdge
  readonly estate: Estate
  readonly agent: TestAgent
  readonly pipeline: string
  /** The key that everything is sealed to at first. */
  readonly old: Pair
  readonly next = pairOf()

  private constructor(made: { edge: TestEdge; estate: Estate; agent: TestAgent; pipeline: string }) {
    this.edge = made.edge
    this.estate = made.estate
    this.agent = made.agent
    this.pipeline = made.pipeline
    this.old = pairOf(made.estate.sealingSeed)
  }

  static async start(kind: Kind = 'embedded'): Promise<Scene> {
    const edge = await TestEdge.start(kind)
    const estate = await Estate.found(edge)
    const { pipeline } = await estate.furnish()
    return new Scene({ edge, estate, agent: await estate.enrol(), pipeline })
  }

  /** The second key becomes active, and the first one what is said. */
  async turnOver(
    state: SealingKey['state'] = 'retiring',
    change: Partial<TrustDocument> = {},
  ): Promise<void> {
    const sealing_keys = [sealingKey(this.old, state), sealingKey(this.next, 'active')]
    await this.estate.publishTrust({ sealing_keys, ...change })
  }

  // deno-lint-ignore no-explicit-any -- a test asserts what it reads
  async campaign(id: string): Promise<any> {
    return await this.estate.made('GET', `/v1/rewraps/${id}`)
  }

  // deno-lint-ignore no-explicit-any -- a test asserts what it reads
  async startCampaign(): Promise<any> {
    return await this.estate.made('POST', '/v1/rewraps', {})
  }

  /** The agent answers what it is asked of these keys; what it is asked of others it leaves out. */
  async prove(agent = this.agent, pairs: readonly Pair[] = [this.old, this.next]): Promise<void> {
    const { body: { challenges } } = await agent.call('GET', '/v1/agent/possession')
    const place = { tenant: this.estate.tenant, project: null, type: 'possession', id: agent.id } as const
    const context = { ...place, version: 1, schema: schemas.possession }
    const answers = (challenges as { kid: string; sealed: string }[]).flatMap(({ kid, sealed }) => {
      const pair = pairs.find((one) => one.kid === kid)
      if (pair === undefined) return []
      const keys = [{ suite: pair.suite ?? 1, privateKey: pair.seed }]
      return [{ kid, answer: toBase64(open(native, { context, envelope: fromBase64(sealed), keys })) }]
    })
    if (answers.length === 0) return
    const { status, body } = await agent.call('POST', '/v1/agent/possession', { answers })
    assert.equal(status, 200, JSON.stringify(body))
  }

  /** The next batch for an agent that has proven its keys, if there is one. */
  async batch(agent = this.agent): Promise<RewrapJob | null> {
    await this.prove(agent)
    const { status, body } = await agent.poll()
    assert.equal(status, 200, JSON.stringify(body))
    assert.notEqual(body.job?.kind, 'run')
    return body.job
  }

  /** What an honest agent answers, sealed to `recipients`: the new key unless said. */
  answer(job: RewrapJob, recipients: readonly Recipient[] = [recipientOf(this.next)]): CompleteRewrap {
    const records = job.records.map((record) => ({
      type: record.type,
      id: record.id,
      version: record.version,
      was: hashOf(record.sealed),
      sealed: this.rewrapped(record, recipients),
    }))
    return { fence: job.lease.fence, records, refused: [] }
  }

  rewrapped(
    record: RewrapRecord,
    recipients: readonly Recipient[] = [recipientOf(this.next)],
    how = rewrap,
  ): string {
    const context = this.contextOf(record)
    const keys = [this.old, this.next].map(({ seed }) => ({ suite: 1, privateKey: seed }) as const)
    return toBase64(how(native, { context, envelope: fromBase64(record.sealed), keys, recipients }))
  }

  contextOf({ type, id, version, project }: Omit<RewrapRecord, 'sealed' | 'document'>): Context {
    return { tenant: this.estate.tenant, project, type, id, version, schema: schemas[type] }
  }

  /** True when the pair opens it. */
  opens(record: RewrapRecord, { seed }: Pair): boolean {
    const keys = [{ suite: 1, privateKey: seed }] as const
    try {
      open(native, { context: this.contextOf(record), envelope: fromBase64(record.sealed), keys })
      return true
    } catch {
      return false
    }
  }

  complete(job: RewrapJob, body: CompleteRewrap = this.answer(job), agent = this.agent) {
    return agent.call('POST', `/v1/agent/rewraps/${job.batch}/complete`, body)
  }

  /** Does all there is; returns the sizes of the batches. */
  async work(agent = this.agent): Promise<number[]> {
    const sizes: number[] = []
    for (let job = await this.batch(agent); job !== null; job = await this.batch(agent)) {
      const { status, body } = await this.complete(job, this.answer(job), agent)
      assert.deepEqual([status, body], [200, { done: job.records.length, refused: 0, left: 0 }])
      sizes.push(job.records.length)
    }
    return sizes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.edge[Symbol.asyncDispose]()
  }
}

export const recipientOf = ({ publicKey }: Pair): Recipient => ({ suite: 1, publicKey })

export function hashOf(sealed: string): string {
  return toHex(native.sha256(fromBase64(sealed)))
}
