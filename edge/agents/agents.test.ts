import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import { openCheckpoint } from '../../shared/log/checkpoint.ts'
import { verifyConsistency } from '../../shared/log/proof.ts'
import { Estate, nextSeed, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

async function scene() {
  const edge = await TestEdge.start()
  const estate = await Estate.found(edge)
  await estate.publishTrust()
  return { edge, estate, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

const key = () => toBase64(native.ed25519.publicKey(nextSeed()))
const card = (public_key = key()) => ({ public_key, pool: 'default', name: 'vm-1', version: '0.1.0' })

describe('enrolment', () => {
  test('takes a token once; the same key that asks again, because an answer got lost, is answered again', async () => {
    await using s = await scene()
    const { token } = await s.estate.made('POST', '/v1/enrolment-tokens', { pool: 'default' })
    const body = card()
    const first = await s.edge.call('POST', '/v1/agents/enrol', { token, body })
    assert.equal(first.status, 201)
    const again = await s.edge.call('POST', '/v1/agents/enrol', { token, body })
    assert.equal(again.body.id, first.body.id)
    const other = await s.edge.call('POST', '/v1/agents/enrol', { token, body: card() })
    assert.equal(other.status, 401)
    assert.deepEqual(await s.edge.rows('SELECT count(*) AS n FROM agent'), [{ n: 1 }])
  })

  test('is over after 15 minutes', async () => {
    await using s = await scene()
    const { token, expires } = await s.estate.made('POST', '/v1/enrolment-tokens', { pool: 'default' })
    assert.equal(Date.parse(expires), s.edge.now + 15 * 60_000)
    s.edge.now += 15 * 60_000
    assert.equal((await s.edge.call('POST', '/v1/agents/enrol', { token, body: card() })).status, 401)
  })

  test('is for the pool of the token, and for pools of the trust document', async () => {
    await using s = await scene()
    const unknown = await s.estate.call('POST', '/v1/enrolment-tokens', { pool: 'other' })
    assert.deepEqual([unknown.status, unknown.body.code], [400, 'pool_unknown'])
    const { token } = await s.estate.made('POST', '/v1/enrolment-tokens', { pool: 'default' })
    const body = { ...card(), pool: 'other' }
    assert.equal((await s.edge.call('POST', '/v1/agents/enrol', { token, body })).status, 401)
  })

  test('of a key that is enrolled already is refused', async () => {
    await using s = await scene()
    const body = card()
    for (const status of [201, 409]) {
      const { token } = await s.estate.made('POST', '/v1/enrolment-tokens', { pool: 'default' })
      assert.equal((await s.edge.call('POST', '/v1/agents/enrol', { token, body })).status, status)
    }
  })

  test('keeps no token that could be used: only its hash', async () => {
    await using s = await scene()
    const { token } = await s.estate.made('POST', '/v1/enrolment-tokens', { pool: 'default' })
    const rows = JSON.stringify(await s.edge.rows('SELECT * FROM enrolment_token'))
    assert.ok(!rows.includes(token) && rows.includes('hash'))
  })
})

describe('approval', () => {
  test('names the fingerprint, and another one changes nothing', async () => {
    await using s = await scene()
    const agent = await s.estate.enrol({ approve: false })
    const path = `/v1/agents/${agent.id}/approve`
    const wrong = await s.estate.call('POST', path, { fingerprint: '0'.repeat(32) })
    assert.deepEqual([wrong.status, wrong.body.code], [409, 'fingerprint_mismatch'])
    assert.equal((await agent.call('GET', '/v1/agent/self')).body.state, 'pending')
    const { fingerprint } = await s.estate.made('GET', `/v1/agents/${agent.id}`)
    assert.equal((await s.estate.made('POST', path, { fingerprint })).state, 'approved')
    assert.equal((await s.estate.made('POST', path, { fingerprint })).state, 'approved')
    assert.equal((await agent.call('GET', '/v1/agent/self')).body.state, 'approved')
  })

  test('is counted in the pools, and undone by revoking, for good', async () => {
    await using s = await scene()
    const agent = await s.estate.enrol()
    await s.estate.enrol({ approve: false })
    const pools = await s.estate.made('GET', '/v1/pools')
    assert.deepEqual(pools.data, [{ name: 'default', agents: { pending: 1, approved: 1 } }])
    const revoked = await s.estate.made('POST', `/v1/agents/${agent.id}/revoke`)
    assert.equal(revoked.state, 'revoked')
    assert.equal((await agent.call('GET', '/v1/agent/self')).body.state, 'revoked')
    assert.equal((await agent.call('GET', '/v1/agent/trust')).body.code, 'agent_revoked')
    const { fingerprint } = revoked
    const again = await s.estate.call('POST', `/v1/agents/${agent.id}/approve`, { fingerprint })
    assert.equal(again.body.code, 'agent_revoked')
  })
})

describe('an agent that asks', () => {
  test('is shown with the moment in which it was last heard of', async () => {
    await using s = await scene()
    const agent = await s.estate.enrol()
    const path = `/v1/agents/${agent.id}`
    assert.equal((await s.estate.made('GET', path)).last_seen, undefined)
    s.edge.now += 90_000
    await agent.call('GET', '/v1/agent/self')
    await s.edge.edge.flush()
    assert.equal((await s.estate.made('GET', path)).last_seen, '2026-11-22T09:01:30.000Z')
  })
})

describe('a signed request', () => {
  test('with another clock, body, path, query, host or key is refused', async () => {
    await using s = await scene()
    const agent = await s.estate.enrol()
    const path = '/v1/agent/poll'
    const body = { slots: 1, wait_seconds: 0, log_size: 0 }
    const good = () => agent.fields('POST', path, body)
    const refusal = async (
      headers: Record<string, string>,
      change: { path?: string; body?: object } = {},
    ) => {
      const answer = await s.edge.call('POST', change.path ?? path, { headers, body: change.body ?? body })
      return [answer.status, answer.body.code]
    }
    assert.equal((await s.edge.call('POST', path, { headers: good(), body })).status, 200)
    const invalid = [401, 'request_signature_invalid']
    assert.deepEqual(await refusal(good(), { body: { ...body, slots: 2 } }), invalid)
    assert.deepEqual(await refusal(good(), { path: `/v1/agent/runs/${s.estate.project}/started` }), invalid)
    assert.deepEqual(await refusal(good(), { path: `${path}?x=1` }), invalid)
    assert.deepEqual(await refusal({ ...good(), 'content-digest': 'sha-256=:AAAA:' }), invalid)
    const other = await s.estate.enrol()
    const swapped = good()['signature-input']?.replace(agent.id, other.id) ?? ''
    assert.deepEqual(await refusal({ ...good(), 'signature-input': swapped }), invalid)
    const old = good()
    s.edge.now += 61_000
    assert.deepEqual(await refusal(old), [401, 'clock_skew'])
    s.edge.now -= 122_000
    assert.deepEqual(await refusal(old), [401, 'clock_skew'])
    assert.deepEqual(await refusal({}), [401, 'unauthenticated'])
    assert.deepEqual(await refusal({ authorization: `Bearer ${s.estate.token}` }), [401, 'unauthenticated'])
  })

  test('counts for the address that agents know, whatever host it came through', async () => {
    await using s = await scene()
    const agent = await s.estate.enrol()
    const headers = agent.fields('GET', '/v1/agent/self')
    const response = await s.edge.edge.app(new Request('http://10.0.0.7:8080/v1/agent/self', { headers }), {
      remote: '192.0.2.1',
    })
    assert.equal(response.status, 200)
    assert.equal((await response.json()).id, agent.id)
  })

  test("reads its own tenant's trust and indexes and no other's", async () => {
    await using s = await scene()
    await s.estate.publishTrust()
    await s.estate.publishIndex()
    const agent = await s.estate.enrol()
    const trust = await agent.call('GET', '/v1/agent/trust?after=1')
    assert.deepEqual(trust.body.data.map(({ version }: { version: number }) => version), [2])
    const index = await agent.call('GET', `/v1/agent/projects/${s.estate.project}/index?after=0`)
    assert.equal(index.body.data.length, 1)
    const stranger = await Estate.found(s.edge, s.estate)
    await stranger.publishTrust()
    const foreign = await stranger.enrol()
    assert.equal((await foreign.call('GET', `/v1/agent/projects/${s.estate.project}/index`)).status, 404)
    const theirs = await foreign.call('GET', '/v1/agent/trust')
    assert.deepEqual(theirs.body.data.map(({ document }: { document: unknown }) => document), [
      stranger.trust?.dsse,
    ])
  })

  test('gets checkpoints that continue one another, under the log key of the trust document', async () => {
    await using s = await scene()
    const agent = await s.estate.enrol()
    const log = { name: `sallyport/${s.estate.tenant}`, publicKey: fromBase64(s.estate.logKey) }
    const ask = async (from: number) => {
      const { body } = await agent.call('GET', `/v1/agent/checkpoint?from=${from}`)
      return { head: openCheckpoint(native, body.checkpoint, log), proof: body.consistency.map(fromBase64) }
    }
    const first = await ask(0)
    for (let i = 0; i < 5; i++) await s.estate.publishIndex()
    const second = await ask(first.head.size)
    assert.equal(second.head.size, first.head.size + 5)
    assert.ok(verifyConsistency(native, { from: first.head, to: second.head, proof: second.proof }))
    const beyond = await agent.call('GET', `/v1/agent/checkpoint?from=${second.head.size + 1}`)
    assert.equal(beyond.status, 404)
  })
})
