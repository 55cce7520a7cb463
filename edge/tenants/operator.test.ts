import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bearer, type Caller, nobody } from '../edge_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { ids, member, type World, world } from '../world_fixture.ts'
import { linked, person } from './account_fixture.ts'

const code = async (edge: World, caller: Caller, target: string, body?: unknown) =>
  (await edge.call(caller, target, body === undefined ? {} : { body })).json.code

const act = async (edge: World, what: 'suspend' | 'resume', tenant = edge.otherTenant) =>
  await edge.call(edge.admin, `POST /v1/tenants/${what}`, { body: { tenant } })

describe('the operator of the installation', () => {
  test('sees of each tenant how much it has, and nothing of what', async () => {
    await using edge = await world()
    const { data } = (await edge.call(edge.admin, 'GET /v1/tenants')).json
    assert.deepEqual(data.map(({ id }: { id: string }) => id).sort(), [ids.tenant, edge.otherTenant].sort())
    const other = data.find(({ id }: { id: string }) => id === edge.otherTenant)
    assert.deepEqual(other, {
      id: edge.otherTenant,
      name: 'Other',
      created: new Date(edge.clock.now).toISOString(),
      usage: { members: 1, agents: 1, connections: 0, pipelines: 0, runs_today: 0, runs_waiting: 0 },
      quotas: {},
    })
    await edge.call(edge.stranger, 'POST /v1/members', { body: { name: 'Trudy', role: 'viewer' } })
    const again = await edge.call(edge.admin, 'GET /v1/tenants', { query: { tenant: edge.otherTenant } })
    assert.deepEqual(again.json.data.map((one: { usage: { members: number } }) => one.usage.members), [2])
    const page = (await edge.call(edge.admin, 'GET /v1/tenants', { query: { limit: '1' } })).json
    assert.equal(page.data.length, 1)
    const rest = await edge.call(edge.admin, 'GET /v1/tenants', { query: { cursor: page.next_cursor } })
    assert.equal(rest.json.data.length, 1)
  })

  test('is nobody’s role: an owner is none, and no role gives it', async () => {
    await using edge = await world()
    const heir = await member(edge, edge.admin, 'owner')
    for (const caller of [heir, edge.stranger, edge.editor]) {
      assert.equal(await code(edge, caller, 'GET /v1/tenants'), 'forbidden')
      assert.equal(
        await code(edge, caller, 'POST /v1/tenants/suspend', { tenant: edge.otherTenant }),
        'forbidden',
      )
    }
    const role = { name: 'like one', permissions: ['tenants.operate'] }
    assert.equal(await code(edge, edge.admin, 'POST /v1/roles', role), 'invalid_request')
  })

  test('keeps members and agents of a tenant out, and lets them in again', async () => {
    await using edge = await world()
    const eve = await person(edge, 'eve@example.com')
    const viewer = await member(edge, edge.stranger, 'viewer')
    const { member: id } = (await edge.call(viewer, 'GET /v1/whoami')).json
    const session = await linked(edge, eve, { tenant: edge.otherTenant, member: id })
    const late = await edge.call(edge.stranger, 'POST /v1/members', {
      body: { name: 'Late', role: 'viewer' },
    })

    const done = await act(edge, 'suspend')
    assert.equal(done.json.suspended, new Date(edge.clock.now).toISOString(), JSON.stringify(done.json))
    for (const caller of [edge.stranger, viewer, session]) {
      const refused = await edge.call(caller, 'GET /v1/tenant')
      assert.deepEqual([refused.status, refused.json.code], [403, 'tenant_suspended'])
    }
    assert.equal(await code(edge, edge.strangeAgent, 'GET /v1/agent/self'), 'tenant_suspended')
    assert.equal(
      await code(edge, bearer(late.json.invitation), 'POST /v1/invitations/accept'),
      'tenant_suspended',
    )
    const own = (await edge.call(eve.caller, 'GET /v1/account/tenants')).json
    assert.equal(own.data[0].tenant.suspended, done.json.suspended, 'the person learns why')
    assert.equal((await edge.call(edge.viewer, 'GET /v1/tenant')).status, 200, 'nobody else is meant')

    assert.equal((await act(edge, 'suspend')).json.code, 'conflict')
    assert.equal((await act(edge, 'resume')).json.suspended, undefined)
    assert.equal((await act(edge, 'resume')).json.code, 'conflict')
    for (const caller of [edge.stranger, viewer, session]) {
      assert.equal((await edge.call(caller, 'GET /v1/tenant')).status, 200)
    }
    assert.equal((await edge.call(edge.strangeAgent, 'GET /v1/agent/self')).status, 200)
  })

  test('leaves an entry of every act in the log of that tenant', async () => {
    await using edge = await world()
    await act(edge, 'suspend')
    await act(edge, 'resume')
    const { member: operator } = (await edge.call(edge.admin, 'GET /v1/whoami')).json
    for (const caller of [edge.stranger, edge.admin]) {
      const { data } = (await edge.call(caller, 'GET /v1/audit', { query: { limit: '200' } })).json
      const leaves = data.map(({ leaf }: { leaf: string }) => JSON.parse(leaf))
        .filter(({ action }: { action: string }) => /^tenant\.(suspended|resumed)$/.test(action))
      assert.deepEqual(
        leaves.map(({ action, target }: { action: string; target: string }) => [action, target]),
        [['tenant.suspended', edge.otherTenant], ['tenant.resumed', edge.otherTenant]],
      )
      assert.ok(leaves.every(({ actor }: { actor: { id: string } }) => actor.id === operator))
    }
  })

  test('does not suspend the tenant that the installation was set up with, nor one of nowhere', async () => {
    await using edge = await world()
    assert.equal((await act(edge, 'suspend', ids.tenant)).json.code, 'conflict')
    assert.equal((await act(edge, 'suspend', ids.agent)).status, 404)
    assert.equal((await act(edge, 'resume', ids.agent)).status, 404)
    assert.equal((await edge.call(nobody, 'GET /v1/tenants')).status, 401)
    assert.equal((await edge.call(edge.viewer, 'GET /v1/tenant')).status, 200)
  })
})

describe('a suspended tenant', () => {
  test('starts nothing, keeps what waits, and goes on from when it is resumed', async () => {
    await using edge = await TestEdge.start()
    const operator = await Estate.found(edge)
    const estate = await Estate.found(edge, operator)
    const schedule = { cron: '0 * * * *', timezone: 'UTC', overlap: 'queue', catch_up: 'all' } as const
    await estate.furnish({ triggers: { schedule } })
    const agent = await estate.enrol()
    const at = async (time: string) => {
      edge.now = Date.parse(`2026-11-22T${time}:00.000Z`)
      return await edge.edge.tick()
    }
    const states = async () => {
      const sql = 'SELECT state FROM run WHERE tenant = ? ORDER BY fire'
      return (await edge.rows(sql, [estate.tenant])).map(({ state }) => state)
    }
    await edge.edge.tick()
    await at('10:00')
    assert.deepEqual(await states(), ['queued'])

    const { token } = await estate.made('POST', '/v1/enrolment-tokens', { pool: 'default' })
    await operator.made('POST', '/v1/tenants/suspend', { tenant: estate.tenant })
    const body = { public_key: estate.logKey, pool: 'default', name: 'late', version: '0.1.0' }
    const enrolling = await edge.call('POST', '/v1/agents/enrol', { token, body })
    assert.equal(enrolling.body.code, 'tenant_suspended')
    assert.equal((await agent.poll()).body.code, 'tenant_suspended')
    await at('11:00')
    assert.ok(await at('12:00') > 0, 'nothing is due')
    assert.deepEqual(await states(), ['queued'], 'it stays, and nothing comes to it')

    await operator.made('POST', '/v1/tenants/resume', { tenant: estate.tenant })
    await at('12:30')
    assert.deepEqual(await states(), ['queued'], 'what was missed is not made up for')
    assert.equal((await agent.poll()).body.job.kind, 'run')
    await at('13:00')
    assert.equal((await states()).length, 2)
  })

  test('has what was under way given up: its agent is refused, and it is handed out anew when it is resumed', async () => {
    await using edge = await TestEdge.start()
    const operator = await Estate.found(edge)
    const estate = await Estate.found(edge, operator)
    const { pipeline } = await estate.furnish({ triggers: { api: { per_day: 5 } } })
    const agent = await estate.enrol()
    const { id } = await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
    const { lease: { fence } } = (await agent.poll()).body.job
    const state = async () => (await edge.rows('SELECT state FROM run WHERE id = ?', [id]))[0].state
    const say = async (what: string, body: object = {}) =>
      (await agent.call('POST', `/v1/agent/runs/${id}/${what}`, { fence, ...body })).body.code

    await operator.made('POST', '/v1/tenants/suspend', { tenant: estate.tenant })
    assert.equal(await say('started'), 'tenant_suspended')
    assert.equal(await say('heartbeat'), 'tenant_suspended')
    const end = { status: 'succeeded', retry: false, streams: [] }
    assert.equal(await say('complete', end), 'tenant_suspended')
    edge.now += 10 * 60_000
    await edge.edge.reap()
    assert.equal(await state(), 'queued', 'nobody has it')
    assert.equal((await agent.poll()).body.code, 'tenant_suspended')

    await operator.made('POST', '/v1/tenants/resume', { tenant: estate.tenant })
    edge.now += 10 * 60_000
    const { body: { job } } = await agent.poll()
    assert.deepEqual([job.run.id, job.lease.fence > fence], [id, true])
    assert.equal(await say('complete', end), 'lease_lost', 'the old one is fenced')
  })
})
