import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64 } from '../../shared/bytes.ts'
import { kinds } from '../db/storage_fixture.ts'
import { Estate, nextSeed, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

async function scene(quotas: Record<string, number>, kind: 'embedded' | 'remote' = 'embedded') {
  const edge = await TestEdge.start(kind)
  const operator = await Estate.found(edge)
  const estate = await Estate.found(edge, operator)
  const allow = (next: Record<string, number>) =>
    operator.made('PUT', '/v1/tenants/quotas', { tenant: estate.tenant, quotas: next })
  await estate.publishTrust()
  await allow(quotas)
  return { edge, operator, estate, allow, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

const invite = (estate: Estate, name: string) => estate.call('POST', '/v1/members', { name, role: 'viewer' })

const refusal = (
  { status, body }: { status: number; body: { code: string; detail: string } },
) => [status, body.code, /lets the tenant have (\d+ \w+)/.exec(body.detail)?.[1]]

describe('a quota of the operator’s', () => {
  for (const kind of kinds) {
    test(`counts members, those who are invited too, on the ${kind} storage`, async () => {
      await using s = await scene({ members: 3 }, kind)
      const all = await Promise.all(['a', 'b', 'c', 'd'].map((name) => invite(s.estate, name)))
      assert.equal(all.filter(({ status }) => status === 201).length, 2, 'their owner is one')
      for (const one of all.filter(({ status }) => status !== 201)) {
        assert.deepEqual(refusal(one), [403, 'quota_reached', '3 members'])
      }
      const made = all.find(({ status }) => status === 201)
      await s.estate.made('DELETE', `/v1/members/${made?.body.member.id}`)
      assert.equal((await invite(s.estate, 'e')).status, 201, 'a place is free')
      assert.equal((await invite(s.operator, 'f')).status, 201, 'nobody else is meant')
    })
  }

  test('counts agents, connections and pipelines', async () => {
    await using s = await scene({ agents: 1, connections: 2, pipelines: 1 })
    const { token } = await s.estate.made('POST', '/v1/enrolment-tokens', { pool: 'default' })
    await s.estate.furnish()
    await s.estate.enrol()
    const body = {
      public_key: toBase64(native.ed25519.publicKey(nextSeed())),
      pool: 'default',
      name: 'late',
      version: '0.1.0',
    }
    const late = await s.edge.call('POST', '/v1/agents/enrol', { token, body })
    assert.deepEqual(refusal(late), [403, 'quota_reached', '1 agents'])
    const third = await s.estate.call('POST', '/v1/connections', s.estate.connection().body)
    assert.deepEqual(refusal(third), [403, 'quota_reached', '2 connections'])
    await s.allow({ connections: 4, pipelines: 1 })
    const source = await s.estate.addConnection()
    const { body: second } = s.estate.pipeline({ source, destination: source })
    assert.deepEqual(refusal(await s.estate.call('POST', '/v1/pipelines', second)), [
      403,
      'quota_reached',
      '1 pipelines',
    ])
    const enrolled = await s.edge.call('POST', '/v1/agents/enrol', { token, body })
    assert.equal(enrolled.status, 201, 'what is not named has no limit')
  })

  test('takes nothing away: what is beyond it stays, and one more is refused', async () => {
    await using s = await scene({})
    for (const name of ['a', 'b']) assert.equal((await invite(s.estate, name)).status, 201)
    const { quotas, usage } = await s.allow({ members: 1 })
    assert.deepEqual([quotas, usage.members], [{ members: 1 }, 3])
    assert.deepEqual(refusal(await invite(s.estate, 'c')), [403, 'quota_reached', '1 members'])
    assert.equal((await s.estate.made('GET', '/v1/members')).data.length, 3)
    const { data } = await s.operator.made('GET', `/v1/tenants?tenant=${s.estate.tenant}`)
    assert.deepEqual(data[0].quotas, { members: 1 })
  })

  test('is an entry in the log of the tenant that it is for, and wants the operator', async () => {
    await using s = await scene({ members: 3 })
    const last = (await s.edge.leaves(s.estate.tenant)).findLast(({ action }) => /quotas/.test(action))
    assert.deepEqual([last.action, last.target, last.facts], ['tenant.quotas_changed', s.estate.tenant, {
      members: 3,
      agents: null,
      connections: null,
      pipelines: null,
      runs_per_day: null,
      runs_waiting: null,
      log_bytes_per_day: null,
    }])
    const own = { tenant: s.estate.tenant, quotas: {} }
    assert.equal((await s.estate.call('PUT', '/v1/tenants/quotas', own)).status, 403)
    const nowhere = { tenant: s.estate.project, quotas: {} }
    assert.equal((await s.operator.call('PUT', '/v1/tenants/quotas', nowhere)).status, 404)
  })
})
