import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64, utf8 } from '../../shared/bytes.ts'
import { newId } from '../../shared/ids.ts'
import type { Catalogue, Inspection } from '../../shared/schemas/inspection.ts'
import { schemas } from '../../shared/seal/context.ts'
import { seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { commit } from '../../shared/seal/record.ts'
import type { TestAgent } from '../agent_fixture.ts'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import { Estate, nextSeed, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

const path = '/v1/inspections'

/** A connection in a project with one reader, and an agent of its pool. */
async function scene(kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const publicKey = native.x25519.publicKey(nextSeed())
  const reader = {
    kid: keyId(native, publicKey),
    suite: 1 as const,
    public: toBase64(publicKey),
    owner: 'Grace',
    projects: ['*'] as ['*'],
  }
  await estate.publishTrust({ readers: [reader] })
  const { id, hash, body } = estate.connection({ name: 'shop' })
  await estate.made('POST', '/v1/connections', body)
  await estate.publishIndex()
  const agent = await estate.enrol()
  const connection = { id, version: 1, hash }
  return {
    edge,
    estate,
    reader,
    publicKey,
    connection,
    agent,
    [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
  }
}

type Scene = Awaited<ReturnType<typeof scene>>

function order(s: Scene, change: Partial<Inspection> = {}, seed = s.estate.signer) {
  const { sealed, commitment } = s.estate.sealed({ type: 'inspection', id: s.connection.id, version: 1 })
  const { dsse } = s.estate.sign('inspection', {
    type: 'inspection',
    tenant: s.estate.tenant,
    project: s.estate.project,
    action: 'discover',
    direction: 'read',
    pool: 'default',
    index: 1,
    connection: s.connection,
    nonce: Buffer.from(native.randomBytes(16)).toString('hex'),
    issued: new Date(s.edge.now).toISOString(),
    expires: new Date(s.edge.now + 600_000).toISOString(),
    commitment,
    ...change,
  }, seed)
  return { document: dsse, sealed }
}

interface Making {
  readonly to?: readonly Uint8Array[]
  readonly document?: Partial<Catalogue>
  readonly signer?: Uint8Array
}

function found(s: Scene, id: string, { to = [s.publicKey], document = {}, signer }: Making = {}) {
  const { plaintext, commitment } = commit(native, utf8('{}'))
  const { tenant, project } = s.estate
  const envelope = seal(native, {
    context: { tenant, project, type: 'catalogue', id, version: 1, schema: schemas.catalogue },
    plaintext,
    recipients: to.map((publicKey) => ({ suite: 1, publicKey })),
  })
  const { dsse } = s.estate.sign('catalogue', {
    type: 'catalogue',
    tenant,
    project,
    pool: 'default',
    action: 'discover',
    connection: s.connection,
    inspection: id,
    agent: s.agent.id,
    issued: new Date(s.edge.now).toISOString(),
    commitment,
    ...document,
  }, signer ?? s.estate.poolSeed)
  return { document: dsse, sealed: toBase64(envelope) }
}

const job = async (agent: TestAgent) => (await agent.poll()).body.job
const complete = (s: Scene, id: string, end: object, agent = s.agent) =>
  agent.call('POST', `/v1/agent/inspections/${id}/complete`, { fence: 1, count: 0, ...end })
const state = async (s: Scene, id: string) => await s.estate.made('GET', `${path}/${id}`)

for (const kind of kinds) {
  test(`an order passes to an agent, and what it found to readers, on the ${kind} storage`, async () => {
    await using s = await scene(kind)
    const made = await s.estate.made('POST', path, order(s))
    assert.deepEqual([made.state, made.action, made.pool], ['queued', 'discover', 'default'])
    const given = await job(s.agent)
    assert.deepEqual([given.kind, given.inspection, given.lease.fence], ['inspect', made.id, 1])
    assert.equal((await state(s, made.id)).state, 'leased')
    assert.equal(await job(s.agent), null)
    const handed = found(s, made.id)
    const ended = await complete(s, made.id, { status: 'succeeded', count: 12, found: handed })
    assert.deepEqual([ended.status, ended.body], [200, { state: 'succeeded' }])
    const after = await state(s, made.id)
    assert.deepEqual([after.state, after.streams, after.agent_id], ['succeeded', 12, s.agent.id])
    const kept = await s.estate.made('GET', `/v1/connections/${s.connection.id}/catalogue`)
    assert.deepEqual([kept.document, kept.sealed], [handed.document, handed.sealed])
    const again = await complete(s, made.id, { status: 'succeeded', count: 12, found: handed })
    assert.equal(again.status, 200)
  })
}

describe('an order', () => {
  test('posted again is the same one, and is handed out once', async () => {
    await using s = await scene()
    const body = order(s)
    const first = await s.estate.made('POST', path, body)
    assert.equal((await s.estate.made('POST', path, body)).id, first.id)
    assert.equal((await job(s.agent)).inspection, first.id)
    assert.equal(await job(s.agent), null)
  })

  test('wakes a poll that waits', async () => {
    await using s = await scene()
    // The first poll of an agent hears of what was published; the second one waits.
    await s.agent.poll()
    const waiting = s.agent.poll({ wait: 20 })
    const made = await s.estate.made('POST', path, order(s))
    assert.equal((await waiting).body.job.inspection, made.id)
  })

  test('is found by an instance that did not take it, when it looks again', async () => {
    await using s = await scene()
    const other = s.edge.instance()
    await s.agent.poll({ edge: other })
    const waiting = s.agent.poll({ wait: 20, edge: other })
    const made = await s.estate.made('POST', path, order(s))
    assert.equal((await waiting).body.job.inspection, made.id)
  })

  test('is refused that nobody could read the answer of, that is late, signed by a stranger or for another version', async () => {
    await using s = await scene()
    const answers: [string, object][] = [
      [
        'request_expired',
        order(s, {
          issued: new Date(s.edge.now - 600_000).toISOString(),
          expires: new Date(s.edge.now).toISOString(),
        }),
      ],
      ['signature_invalid', order(s, {}, nextSeed())],
      ['not_at_index', order(s, { connection: { ...s.connection, hash: '00'.repeat(32) } })],
      ['not_found', order(s, { connection: { ...s.connection, id: newId(s.edge.now, native.randomBytes) } })],
      ['pool_unknown', order(s, { pool: 'other' })],
    ]
    for (const [code, body] of answers) {
      assert.equal((await s.estate.call('POST', path, body)).body.code, code)
    }
    await s.estate.publishTrust({ readers: [] })
    assert.equal((await s.estate.call('POST', path, order(s))).body.code, 'readers_missing')
    assert.deepEqual(await s.edge.rows('SELECT id FROM inspection'), [])
  })

  test('comes again when its agent falls silent, three times, and ends then', async () => {
    await using s = await scene()
    const { id } = await s.estate.made('POST', path, order(s))
    for (const fence of [1, 2, 3]) {
      const given = await pollUntilThere(s)
      assert.equal(given.lease.fence, fence)
      s.edge.now += 121_000
    }
    assert.equal((await complete(s, id, { status: 'failed', code: 'source_failed' })).body.code, 'lease_lost')
    const after = await state(s, id)
    assert.deepEqual([after.state, after.code], ['failed', 'agent_lost'])
  })

  test('expires where nobody takes it', async () => {
    await using s = await scene()
    const { id } = await s.estate.made('POST', path, order(s))
    s.edge.now += 600_000
    assert.equal(await job(s.agent), null)
    assert.equal((await state(s, id)).state, 'expired')
  })

  test('that is handed back is taken by another agent', async () => {
    await using s = await scene()
    const { id } = await s.estate.made('POST', path, order(s))
    await job(s.agent)
    assert.deepEqual((await complete(s, id, { status: 'released' })).body, { state: 'queued' })
    const second = await s.estate.enrol()
    const given = await job(second)
    assert.deepEqual([given.inspection, given.lease.fence], [id, 2])
    assert.equal((await complete(s, id, { status: 'failed', code: 'source_failed' })).body.code, 'lease_lost')
  })

  test('of another tenant or pool is none', async () => {
    await using s = await scene()
    const { id } = await s.estate.made('POST', path, order(s))
    const stranger = await Estate.found(s.edge, s.estate)
    await stranger.publishTrust()
    assert.equal((await stranger.call('GET', `${path}/${id}`)).status, 404)
    const theirs = await stranger.enrol()
    assert.equal(await job(theirs), null)
    assert.equal((await complete(s, id, { status: 'failed' }, theirs)).status, 404)
  })
})

/** Re-checks of the queue run by the real clock: a poll that waits is woken by one. */
async function pollUntilThere(s: Scene) {
  return await job(s.agent) ?? (await s.agent.poll({ wait: 20 })).body.job
}

describe('what was found', () => {
  const wrong: Record<string, [string, (s: Scene) => Making]> = {
    'signed by somebody else': ['signature_invalid', () => ({ signer: nextSeed() })],
    'of another order': ['invalid_request', (s) => ({ document: { inspection: s.connection.id } })],
    'of another connection': ['invalid_request', (s) => ({
      document: { connection: { ...s.connection, id: newId(s.edge.now, native.randomBytes) } },
    })],
    'of another kind': ['invalid_request', () => ({ document: { action: 'test' } })],
    'said to be of another agent': ['invalid_request', (s) => ({ document: { agent: s.connection.id } })],
    'sealed to somebody else': ['invalid_request', () => ({ to: [native.x25519.publicKey(nextSeed())] })],
    'sealed to the pool too': ['invalid_request', (s) => ({ to: [s.publicKey, s.estate.sealingKey] })],
  }
  for (const [what, [code, making]] of Object.entries(wrong)) {
    test(`is not kept where it is ${what}`, async () => {
      await using s = await scene()
      const { id } = await s.estate.made('POST', path, order(s))
      await job(s.agent)
      const answer = await complete(s, id, { status: 'succeeded', found: found(s, id, making(s)) })
      assert.equal(answer.body.code, code)
      assert.deepEqual(await s.edge.rows('SELECT inspection FROM catalogue'), [])
    })
  }

  async function kept(s: Scene) {
    const { id } = await s.estate.made('POST', path, order(s))
    await job(s.agent)
    await complete(s, id, { status: 'succeeded', found: found(s, id) })
    return id
  }

  test('takes the place of what was found before', async () => {
    await using s = await scene()
    await kept(s)
    const second = await kept(s)
    assert.deepEqual(await s.edge.rows('SELECT inspection FROM catalogue'), [{ inspection: second }])
  })

  test('goes with other readers or keys, stays with another policy, and goes with its connection', async () => {
    await using s = await scene()
    await kept(s)
    await s.estate.publishTrust({ readers: [s.reader] })
    assert.equal((await s.edge.rows('SELECT inspection FROM catalogue')).length, 1)
    const other = native.x25519.publicKey(nextSeed())
    const more = { ...s.reader, kid: keyId(native, other), public: toBase64(other), owner: 'Ada' }
    await s.estate.publishTrust({ readers: [s.reader, more] })
    assert.deepEqual(await s.edge.rows('SELECT inspection FROM catalogue'), [])
    await s.estate.publishTrust({ readers: [s.reader] })
    await kept(s)
    await s.estate.made('DELETE', `/v1/connections/${s.connection.id}`)
    assert.deepEqual(await s.edge.rows('SELECT inspection FROM catalogue'), [])
  })
})
