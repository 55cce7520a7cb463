import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { colleague } from '../colleague_fixture.ts'
import { bearer, type Caller } from '../edge_fixture.ts'
import { ids, member, type World, world } from '../world_fixture.ts'
import { linked, person, signIn } from './account_fixture.ts'

const DAY_MS = 86_400_000

/** The other tenant, which does not run the installation. */
async function closing(edge: World) {
  return await edge.call(edge.stranger, 'DELETE /v1/tenant', { body: { name: 'Other' } })
}

const code = async (edge: World, caller: Caller, target: string, body?: unknown) =>
  (await edge.call(caller, target, body === undefined ? {} : { body })).json.code

describe('a tenant', () => {
  test('gets another name from who may, and its log says so', async () => {
    await using edge = await world()
    const renamed = await edge.call(edge.admin, 'PATCH /v1/tenant', { body: { name: 'Acme Ltd' } })
    assert.equal(renamed.json.name, 'Acme Ltd')
    assert.equal((await edge.call(edge.viewer, 'GET /v1/tenant')).json.name, 'Acme Ltd')
    assert.equal(await code(edge, edge.editor, 'PATCH /v1/tenant', { name: 'Mine' }), 'forbidden')
    for (const field of ['id', 'closing', 'erase_at', 'log_key']) {
      assert.equal(
        await code(edge, edge.admin, 'PATCH /v1/tenant', { name: 'A', [field]: ids.tenant }),
        'invalid_request',
      )
    }
    assert.equal((await edge.call(edge.stranger, 'GET /v1/tenant')).json.name, 'Other')
  })

  test('is handed over to a person of it, both named, and one owner is left', async () => {
    await using edge = await world()
    const heir = await member(edge, edge.admin, 'viewer')
    const { member: to } = (await edge.call(heir, 'GET /v1/whoami')).json
    const { member: from } = (await edge.call(edge.admin, 'GET /v1/whoami')).json
    const path = 'POST /v1/tenant/owner'
    assert.equal(await code(edge, edge.editor, path, { member: to }), 'forbidden')
    assert.equal(await code(edge, edge.admin, path, { member: from }), 'conflict')
    const { member: theirs } = (await edge.call(edge.stranger, 'GET /v1/whoami')).json
    assert.equal(await code(edge, edge.admin, path, { member: theirs }), 'not_found')
    const done = await edge.call(edge.admin, path, { body: { member: to } })
    assert.deepEqual(done.json, { from, to })
    const roles = await Promise.all(
      [edge.admin, heir].map(async (one) => (await edge.call(one, 'GET /v1/whoami')).json.role),
    )
    assert.deepEqual(roles, ['admin', 'owner'])
    assert.equal(await code(edge, edge.admin, path, { member: to }), 'forbidden', 'they gave it away')
    const { data } = (await edge.call(heir, 'GET /v1/audit', { query: { limit: '200' } })).json
    const entry = data.findLast(({ leaf }: { leaf: string }) => leaf.includes('tenant.owner_changed'))
    assert.deepEqual(JSON.parse(entry.leaf).facts, { from, to })
    assert.deepEqual([entry.names.from.value, entry.names.to.value], ['Ada', 'a viewer'])
  })

  test('is not handed over to a machine', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.admin, 'POST /v1/members', {
      body: { name: 'deploy', kind: 'service', role: 'editor' },
    })
    await edge.call(bearer(json.invitation), 'POST /v1/invitations/accept')
    assert.equal(
      await code(edge, edge.admin, 'POST /v1/tenant/owner', { member: json.member.id }),
      'conflict',
    )
  })
})

describe('deleting a tenant', () => {
  test('wants its name, an owner who has just shown a passkey or a code, and not the installation', async () => {
    await using edge = await world()
    assert.equal(await code(edge, edge.admin, 'DELETE /v1/tenant', { name: 'Acme' }), 'conflict')
    assert.equal(await code(edge, edge.stranger, 'DELETE /v1/tenant', { name: 'other' }), 'invalid_request')
    const admin = await member(edge, edge.stranger, 'admin')
    assert.equal(await code(edge, admin, 'DELETE /v1/tenant', { name: 'Other' }), 'forbidden')
    const eve = await person(edge, 'eve@example.com')
    const { member: id } = (await edge.call(edge.stranger, 'GET /v1/whoami')).json
    await linked(edge, eve, { tenant: edge.otherTenant, member: id })
    const stale = await signIn(edge, eve.account, { tenant: edge.otherTenant, fresh: false })
    assert.equal(await code(edge, stale, 'DELETE /v1/tenant', { name: 'Other' }), 'fresh_sign_in_required')
    assert.equal((await edge.call(edge.stranger, 'GET /v1/tenant')).json.closing, undefined)
  })

  test('wants a second person where the rules say so', async () => {
    await using edge = await world()
    const rules = (await edge.call(edge.stranger, 'GET /v1/rules')).json
    const approvals = { keys: false, deletion: true }
    const put = await edge.call(edge.stranger, 'PUT /v1/rules', { body: { ...rules, approvals } })
    assert.equal(put.status, 200, JSON.stringify(put.json))
    const asked = await closing(edge)
    assert.deepEqual([asked.status, asked.json.code], [403, 'approval_required'])
    const { caller: other } = await colleague(edge, 'owner', edge.otherTenant)
    const approve = `POST /v1/approvals/${asked.json.approval}/approve`
    assert.notEqual((await edge.call(edge.stranger, approve)).status, 200, 'not by who asked')
    assert.equal((await edge.call(other, approve)).status, 200)
    const done = await edge.call(edge.stranger, 'DELETE /v1/tenant', {
      body: { name: 'Other' },
      headers: { approval: asked.json.approval },
    })
    assert.equal(done.status, 200, JSON.stringify(done.json))
  })

  test('that the installation was set up with says that it stays, before anybody approves', async () => {
    await using edge = await world()
    const rules = (await edge.call(edge.admin, 'GET /v1/rules')).json
    const approvals = { keys: false, deletion: true }
    assert.equal(
      (await edge.call(edge.admin, 'PUT /v1/rules', { body: { ...rules, approvals } })).status,
      200,
    )
    const { name, stays } = (await edge.call(edge.admin, 'GET /v1/tenant')).json
    assert.equal(stays, true)
    assert.equal((await edge.call(edge.stranger, 'GET /v1/tenant')).json.stays, undefined)
    assert.equal(await code(edge, edge.admin, 'DELETE /v1/tenant', { name }), 'conflict')
    assert.deepEqual((await edge.call(edge.admin, 'GET /v1/approvals')).json.data, [])
    assert.equal(await code(edge, edge.stranger, 'DELETE /v1/tenant', { name: 'Othr' }), 'invalid_request')
  })

  test('lets nobody but owners in, and them to look and to restore', async () => {
    await using edge = await world()
    const viewer = await member(edge, edge.stranger, 'viewer')
    const eve = await person(edge, 'eve@example.com')
    const { member: id } = (await edge.call(viewer, 'GET /v1/whoami')).json
    const session = await linked(edge, eve, { tenant: edge.otherTenant, member: id })
    const late =
      (await edge.call(edge.stranger, 'POST /v1/members', { body: { name: 'Late', role: 'viewer' } })).json
    const done = await closing(edge)
    assert.deepEqual([done.json.closing, done.json.erase_at], [
      new Date(edge.clock.now).toISOString(),
      new Date(edge.clock.now + 30 * DAY_MS).toISOString(),
    ])
    for (const caller of [viewer, session]) {
      assert.equal(await code(edge, caller, 'GET /v1/tenant'), 'tenant_closing')
    }
    assert.equal((await edge.call(edge.stranger, 'GET /v1/tenant')).json.closing, done.json.closing)
    assert.equal((await edge.call(edge.stranger, 'GET /v1/tenant/export')).status, 200)
    assert.equal(await code(edge, edge.stranger, 'POST /v1/workspaces', { name: 'w' }), 'tenant_closing')
    assert.equal(await code(edge, edge.stranger, 'DELETE /v1/tenant', { name: 'Other' }), 'tenant_closing')
    const { data } = (await edge.call(eve.caller, 'GET /v1/account/tenants')).json
    assert.equal(data[0].tenant.closing, done.json.closing)
    assert.equal(await code(edge, bearer(late.invitation), 'POST /v1/invitations/accept'), 'tenant_closing')
    assert.equal((await edge.call(edge.viewer, 'GET /v1/tenant')).status, 200, 'the other tenant goes on')

    assert.equal((await edge.call(edge.stranger, 'POST /v1/tenant/restore')).json.closing, undefined)
    assert.equal((await edge.call(viewer, 'GET /v1/tenant')).status, 200)
    edge.clock.now += 31 * DAY_MS
    assert.equal(await edge.edge.eraseTenants(), 0)
    assert.equal((await edge.call(bearer(late.invitation), 'POST /v1/invitations/accept')).status, 401)
  })

  test('stops what runs, and schedules begin anew when it is restored', async () => {
    await using edge = await TestEdge.start()
    const operator = await Estate.found(edge)
    const estate = await Estate.found(edge, operator)
    const schedule = { cron: '0 * * * *', timezone: 'UTC', overlap: 'queue', catch_up: 'none' } as const
    await estate.furnish({ triggers: { schedule } })
    const agent = await estate.enrol()
    const at = async (time: string) => {
      edge.now = Date.parse(`2026-11-22T${time}:00.000Z`)
      return await edge.edge.tick()
    }
    await edge.edge.tick()
    await at('10:00')
    assert.equal((await agent.poll()).body.job.kind, 'run')
    await at('11:00')
    assert.deepEqual(await runs(edge, estate), ['leased 0', 'queued 0'])
    await estate.made('POST', '/v1/enrolment-tokens', { pool: 'default' })

    const deleted = await estate.call('DELETE', '/v1/tenant', { name: 'Acme' })
    assert.equal(deleted.status, 200, JSON.stringify(deleted.body))
    assert.deepEqual(await runs(edge, estate), ['leased 1', 'cancelled 1'])
    const open = await edge.rows('SELECT id FROM enrolment_token WHERE agent IS NULL')
    assert.deepEqual(open, [])
    assert.equal((await agent.poll()).body.job, null)
    assert.ok(await at('12:00') > 0, 'nothing is due')
    assert.equal((await runs(edge, estate)).length, 2)

    await estate.made('POST', '/v1/tenant/restore')
    await at('12:30')
    assert.equal((await runs(edge, estate)).length, 2, 'what was missed stays so')
    await at('13:00')
    assert.equal((await runs(edge, estate)).length, 3)
  })
})

async function runs(edge: TestEdge, { tenant }: Estate): Promise<string[]> {
  const rows = await edge.rows('SELECT state, cancel FROM run WHERE tenant = ? ORDER BY fire', [tenant])
  return rows.map(({ state, cancel }) => `${state} ${cancel}`)
}
