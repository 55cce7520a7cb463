import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64 } from '../../shared/bytes.ts'
import type { Enrolment } from '../../shared/schemas/receipt.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { TestAgent } from '../agent_fixture.ts'
import { Estate, nextSeed, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

const publicKey = (seed: Uint8Array) => toBase64(native.ed25519.publicKey(seed))
const iso = (ms: number) => new Date(ms).toISOString()
const DAY_MS = 86_400_000

/** A tenant whose pool `default` vouches for its agents. */
async function scene(kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  await estate.publishTrust({ pools: pools(estate, 'pool_key') })
  return { edge, estate, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

function pools(estate: Estate, enrolment: 'pool_key' | 'approval'): TrustDocument['pools'] {
  return [{ name: 'default', key: publicKey(estate.poolSeed), enrolment }]
}

async function challengeOf({ tenant, edge }: Estate, pool = 'default'): Promise<string> {
  const { status, body } = await edge.call('POST', '/v1/agents/challenge', { body: { tenant, pool } })
  assert.equal(status, 200)
  assert.equal(body.expires, iso(edge.now + 300_000))
  return body.challenge
}

interface Change {
  readonly statement?: Partial<Enrolment>
  readonly signer?: Uint8Array
  readonly publicKey?: string
}

/** Joins with a key, by a statement that is right but for the change. */
async function join(estate: Estate, key: Uint8Array, change: Change = {}) {
  const statement: Enrolment = {
    type: 'enrolment',
    tenant: estate.tenant,
    pool: 'default',
    agent_key: publicKey(key),
    edge: PUBLIC_URL,
    challenge: change.statement?.challenge ?? await challengeOf(estate),
    expires: iso(estate.edge.now + 300_000),
    ...change.statement,
  }
  const { dsse } = estate.sign('enrolment', statement, change.signer ?? estate.poolSeed)
  return await estate.edge.call('POST', '/v1/agents/join', {
    body: {
      statement: dsse,
      public_key: change.publicKey ?? publicKey(key),
      name: 'task-1',
      version: '0.1.0',
    },
  })
}

async function code(answer: Promise<{ status: number; body: { code: string } }>): Promise<string> {
  const { status, body } = await answer
  assert.ok(status >= 400, JSON.stringify(body))
  return body.code
}

const count = async (edge: TestEdge) => (await edge.rows('SELECT count(*) AS n FROM agent'))[0].n

for (const kind of kinds) {
  test(`an agent joins by its pool's key, is approved at once and works, on the ${kind} storage`, async () => {
    await using s = await scene(kind)
    const key = nextSeed()
    const joined = await join(s.estate, key)
    assert.equal(joined.status, 201, JSON.stringify(joined.body))
    const { id, state, ephemeral, fingerprint } = joined.body
    assert.deepEqual([state, ephemeral], ['approved', true])
    const agent = new TestAgent(s.edge, { id, seed: key })
    assert.equal((await agent.poll()).status, 200)
    const leaf = (await s.edge.leaves(s.estate.tenant)).find(({ action }) => action === 'agent.joined')
    assert.deepEqual(leaf.actor, {
      kind: 'pool',
      pool: 'default',
      key: keyId(native, native.ed25519.publicKey(s.estate.poolSeed)),
    })
    assert.deepEqual([leaf.target, leaf.facts], [id, { pool: 'default', fingerprint }])
  })
}

describe('joining', () => {
  test('by the same key again, also at once, is the same agent and one entry', async () => {
    await using s = await scene()
    const key = nextSeed()
    const answers = await Promise.all([1, 2, 3].map(() => join(s.estate, key)))
    assert.deepEqual(answers.map(({ status }) => status), [201, 201, 201])
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
    s.edge.now += 60_000
    assert.deepEqual((await join(s.estate, key)).body, answers[0]?.body)
    const leaves = await s.edge.leaves(s.estate.tenant)
    assert.equal(leaves.filter(({ action }) => action === 'agent.joined').length, 1)
    assert.equal(await count(s.edge), 1)
  })

  test('is refused where the rule is approval, where there is no such pool, and before any trust document', async () => {
    await using s = await scene()
    await s.estate.publishTrust({ pools: pools(s.estate, 'approval') })
    assert.equal(await code(join(s.estate, nextSeed())), 'enrolment_not_allowed')
    const other = { statement: { pool: 'other', challenge: await challengeOf(s.estate, 'other') } }
    assert.equal(await code(join(s.estate, nextSeed(), other)), 'enrolment_not_allowed')
    const fresh = await Estate.found(s.edge, s.estate)
    assert.equal(await code(join(fresh, nextSeed())), 'enrolment_not_allowed')
    assert.equal(await count(s.edge), 0)
  })

  test('is refused while the tenant is suspended', async () => {
    await using s = await scene()
    const other = await Estate.found(s.edge, s.estate)
    await other.publishTrust({ pools: pools(other, 'pool_key') })
    await s.estate.made('POST', '/v1/tenants/suspend', { tenant: other.tenant })
    assert.equal(await code(join(other, nextSeed())), 'tenant_suspended')
    assert.equal(
      await code(join(other, nextSeed(), { signer: nextSeed() })),
      'signature_invalid',
      'a stranger',
    )
    await s.estate.made('POST', '/v1/tenants/resume', { tenant: other.tenant })
    assert.equal((await join(other, nextSeed())).status, 201)
  })

  test('is refused where the tenant has as many agents as its installation lets it', async () => {
    await using s = await scene()
    const ask = { tenant: s.estate.tenant, quotas: { agents: 1 } }
    await s.estate.made('PUT', '/v1/tenants/quotas', ask)
    const [key, other] = [nextSeed(), nextSeed()]
    assert.equal((await join(s.estate, key)).status, 201)
    assert.equal(await code(join(s.estate, other)), 'quota_reached')
    assert.equal((await join(s.estate, key)).status, 201, 'it is there already')
    s.edge.now += 2 * 86_400_000
    assert.equal(await s.edge.edge.removeSilent(), 1)
    assert.equal((await join(s.estate, other)).status, 201)
    assert.equal(await code(join(s.estate, key)), 'quota_reached')
  })

  test('goes by the current trust document: a pool key that it has replaced vouches for nobody', async () => {
    await using s = await scene()
    const [pool] = pools(s.estate, 'pool_key')
    await s.estate.publishTrust({ pools: [{ ...pool!, key: publicKey(nextSeed()) }] })
    assert.equal(await code(join(s.estate, nextSeed())), 'signature_invalid')
  })

  test('by another key than the pool’s is refused, also by a root’s, a signer’s or the agent’s own', async () => {
    await using s = await scene()
    const key = nextSeed()
    for (const signer of [s.estate.root, s.estate.signer, key, nextSeed()]) {
      assert.equal(await code(join(s.estate, key, { signer })), 'signature_invalid')
    }
    assert.equal(await count(s.edge), 0)
  })

  test('takes a statement for this edge, this key and this moment alone', async () => {
    await using s = await scene()
    const key = nextSeed()
    const changes: Change[] = [
      { statement: { edge: 'https://elsewhere.test' } },
      { statement: { edge: `${PUBLIC_URL}/` } },
      { statement: { agent_key: publicKey(nextSeed()) } },
      { publicKey: publicKey(nextSeed()) },
      { statement: { expires: iso(s.edge.now) } },
      { statement: { expires: iso(s.edge.now + 11 * 60_000 + 1) } },
    ]
    for (const change of changes) {
      assert.equal(await code(join(s.estate, key, change)), 'challenge_invalid', JSON.stringify(change))
    }
    assert.equal(
      (await join(s.estate, key, { statement: { expires: iso(s.edge.now + 600_000) } })).status,
      201,
    )
  })

  test('takes a challenge of this edge, for this tenant and pool, for five minutes', async () => {
    await using s = await scene()
    const stranger = await Estate.found(s.edge, s.estate)
    const good = await challengeOf(s.estate)
    const altered = `${good.slice(0, 20)}${good[20] === 'A' ? 'B' : 'A'}${good.slice(21)}`
    const wrong = [
      await challengeOf(stranger),
      await challengeOf(s.estate, 'other'),
      altered,
      good.replace('v1.', 'v2.'),
      good.slice(0, -4),
      `v1.${toBase64(new Uint8Array(56))}`,
      'v1.',
      'x',
    ]
    for (const challenge of wrong) {
      assert.equal(await code(join(s.estate, nextSeed(), { statement: { challenge } })), 'challenge_invalid')
    }
    s.edge.now += 299_999
    assert.equal((await join(s.estate, nextSeed(), { statement: { challenge: good } })).status, 201)
    s.edge.now += 1
    const late = join(s.estate, nextSeed(), { statement: { challenge: good } })
    assert.equal(await code(late), 'challenge_invalid')
  })

  test('of a second pool by a key that is in one already is refused', async () => {
    await using s = await scene()
    const key = nextSeed()
    await join(s.estate, key)
    const second = nextSeed()
    const other = { name: 'other', key: publicKey(second), enrolment: 'pool_key' as const }
    const sealing = s.estate.trust!.document.sealing_keys
    await s.estate.publishTrust({ pools: [...pools(s.estate, 'pool_key'), other], sealing_keys: sealing })
    const challenge = await challengeOf(s.estate, 'other')
    const moved = join(s.estate, key, { statement: { pool: 'other', challenge }, signer: second })
    assert.equal(await code(moved), 'already_exists')
  })

  test('ends with the trust document', async () => {
    await using s = await scene()
    s.edge.now += 300 * DAY_MS
    assert.equal(await code(join(s.estate, nextSeed())), 'trust_expired')
  })

  test('is not for a key that a person has to approve, nor for one that a person has revoked', async () => {
    await using s = await scene()
    const enrolled = await s.estate.enrol({ approve: false })
    assert.equal(await code(join(s.estate, enrolled.seed)), 'already_exists')
    const key = nextSeed()
    const { body } = await join(s.estate, key)
    await s.estate.made('POST', `/v1/agents/${body.id}/revoke`)
    assert.equal(await code(join(s.estate, key)), 'agent_revoked')
    s.edge.now += 2 * DAY_MS
    await s.edge.edge.removeSilent()
    assert.equal(await code(join(s.estate, key)), 'agent_revoked')
  })
})

describe('an agent that came by the pool key', () => {
  test('is removed after a day of silence, by the edge, and may join again', async () => {
    await using s = await scene()
    const key = nextSeed()
    const { body: { id } } = await join(s.estate, key)
    const agent = new TestAgent(s.edge, { id, seed: key })
    s.edge.now += DAY_MS - 60_000
    assert.equal((await agent.call('GET', '/v1/agent/self')).status, 200)
    await s.edge.edge.flush()
    s.edge.now += DAY_MS
    assert.equal(await s.edge.edge.removeSilent(), 0)
    s.edge.now += 60_001
    assert.equal(await s.edge.edge.removeSilent(), 1)
    assert.equal(await s.edge.edge.removeSilent(), 0)
    assert.equal((await agent.call('GET', '/v1/agent/trust')).body.code, 'agent_revoked')
    const leaf = (await s.edge.leaves(s.estate.tenant)).at(-1)
    assert.deepEqual([leaf.action, leaf.actor, leaf.target], ['agent.removed', { kind: 'edge' }, id])
    const back = await join(s.estate, key)
    assert.deepEqual([back.status, back.body.id, back.body.state], [201, id, 'approved'])
    assert.equal((await agent.call('GET', '/v1/agent/trust')).status, 200)
    assert.equal(await s.edge.edge.removeSilent(), 0)
  })

  test('and one that a person has approved, who may be silent for as long as they like', async () => {
    await using s = await scene()
    await s.estate.enrol()
    await join(s.estate, nextSeed())
    s.edge.now += 3 * DAY_MS
    assert.equal(await s.edge.edge.removeSilent(), 1)
    const states = await s.edge.rows('SELECT ephemeral, state FROM agent ORDER BY ephemeral')
    assert.deepEqual(states, [{ ephemeral: 0, state: 'approved' }, { ephemeral: 1, state: 'revoked' }])
  })

  test('is revoked for good where a person says so after silence has removed it', async () => {
    await using s = await scene()
    const key = nextSeed()
    const { body: { id } } = await join(s.estate, key)
    s.edge.now += 2 * DAY_MS
    assert.equal(await s.edge.edge.removeSilent(), 1)
    const revoked = await s.estate.made('POST', `/v1/agents/${id}/revoke`)
    assert.deepEqual([revoked.state, Date.parse(revoked.revoked)], ['revoked', s.edge.now])
    assert.equal(await code(join(s.estate, key)), 'agent_revoked')
    await s.estate.made('POST', `/v1/agents/${id}/revoke`)
    const leaves = await s.edge.leaves(s.estate.tenant)
    assert.equal(leaves.filter(({ action }) => action === 'agent.revoked').length, 1)
  })

  test('leaves none of its proofs and receipts behind, whether silence or a person ends it', async () => {
    await using s = await scene()
    const { tenant } = s.estate
    const [silent, revoked] = [await join(s.estate, nextSeed()), await s.estate.enrol()]
    const stays = await s.estate.enrol()
    const ids = [silent.body.id, revoked.id, stays.id]
    const { kid } = s.estate.trust!.document.sealing_keys[0]!
    const steps = ids.flatMap((id) => [
      { sql: 'INSERT INTO possession VALUES (?, ?, ?, 1)', parameters: [tenant, kid, id], reads: false },
      {
        sql: "INSERT INTO receipt VALUES (?, ?, 'default', '{}', 1, '', 1, 1)",
        parameters: [tenant, id],
        reads: false,
      },
    ])
    await s.edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
    s.edge.now += 2 * DAY_MS
    assert.equal(await s.edge.edge.removeSilent(), 1)
    await s.estate.made('POST', `/v1/agents/${revoked.id}/revoke`)
    const left = await s.edge.rows('SELECT agent FROM possession UNION ALL SELECT agent FROM receipt')
    assert.deepEqual(left.map(({ agent }) => agent), [stays.id, stays.id])
  })

  test('is removed once by two edges that look at once', async () => {
    await using s = await scene()
    for (let i = 0; i < 5; i++) await join(s.estate, nextSeed())
    s.edge.now += 2 * DAY_MS
    const removed = await Promise.all([s.edge.edge, s.edge.instance()].map((edge) => edge.removeSilent()))
    assert.equal(removed[0]! + removed[1]!, 5)
    const leaves = await s.edge.leaves(s.estate.tenant)
    assert.equal(leaves.filter(({ action }) => action === 'agent.removed').length, 5)
  })
})
