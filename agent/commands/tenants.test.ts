import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ids } from '../runs/world_fixture.ts'
import { currentDraft, HostileEdge } from './hostile_edge_fixture.ts'
import { exits } from './shell.ts'

const usage = { members: 12, agents: 3, connections: 8, pipelines: 20, runs_today: 480, runs_waiting: 2 }
const tenant = { id: ids.tenant, name: 'Acme', created: '2026-11-22T09:00:00.000Z', usage, quotas: {} }

describe('tenants', () => {
  test('list shows every tenant, its state and how much it has', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    const suspended = { ...tenant, id: ids.agent, name: 'Other', suspended: tenant.created }
    edge.replies.set('/v1/tenants', { data: [tenant, suspended], next_cursor: null })
    const { stdout, stderr } = await edge.run('tenants', 'list')
    assert.match(stdout, /Acme +active +12 +3 +8 +20 +480 +2/, stderr)
    assert.match(stdout, /Other +suspended/)
    assert.deepEqual(JSON.parse((await edge.run('tenants', 'list', '--json')).stdout), [tenant, suspended])
  })

  test('suspend asks, and both say what they did', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    edge.replies.set('/v1/tenants', { data: [tenant] })
    edge.done.set('POST /v1/tenants/suspend', { ...tenant, suspended: tenant.created })
    edge.done.set('POST /v1/tenants/resume', tenant)
    assert.equal((await edge.run('tenants', 'suspend', ids.tenant)).exit, exits.usage)
    assert.deepEqual(edge.sent, [])
    const done = await edge.run('tenants', 'suspend', ids.tenant, '--yes')
    assert.match(done.stdout, /Acme is suspended/, done.stderr)
    assert.match((await edge.run('tenants', 'resume', ids.tenant)).stdout, /Acme goes on/)
    assert.deepEqual(edge.sent.map(({ method, path, body }) => [method, path, body]), [
      ['POST', '/v1/tenants/suspend', { tenant: ids.tenant }],
      ['POST', '/v1/tenants/resume', { tenant: ids.tenant }],
    ])
  })

  test('quotas sets all of them at once', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    edge.done.set('PUT /v1/tenants/quotas', tenant)
    const some = await edge.run('tenants', 'quotas', ids.tenant, '--members', '20', '--pipelines', '0')
    assert.match(some.stdout, /Acme may have: 20 members, 0 pipelines/, some.stderr)
    assert.match((await edge.run('tenants', 'quotas', ids.tenant)).stdout, /as much as it likes/)
    assert.equal((await edge.run('tenants', 'quotas', ids.tenant, '--agents', 'many')).exit, exits.usage)
    assert.deepEqual(edge.sent.map(({ body }) => body), [
      { tenant: ids.tenant, quotas: { members: 20, pipelines: 0 } },
      { tenant: ids.tenant, quotas: {} },
    ])
  })

  test('say why, where the tenant that one is in is suspended', async () => {
    await using edge = new HostileEdge(currentDraft(), { project: null })
    edge.done.set(
      'PATCH /v1/tenant',
      Response.json({ code: 'tenant_suspended', detail: 'Ask them.' }, { status: 403 }),
    )
    const { exit, stderr } = await edge.run('tenant', 'rename', 'Acme Ltd')
    assert.equal(exit, exits.notAllowed)
    assert.match(stderr, /tenant_suspended/)
  })
})
