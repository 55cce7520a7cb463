import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '../edge_fixture.ts'
import { linked, person, signIn } from './account_fixture.ts'
import { ids, member, type World, world } from '../world_fixture.ts'

async function withSession(edge: World, role: 'viewer' | 'owner', email: string) {
  const token = await member(edge, edge.admin, role)
  const id = (await edge.call(token, 'GET /v1/whoami')).json.member as string
  const who = await person(edge, email)
  const caller = await linked(edge, who, { tenant: ids.tenant, member: id })
  return { id, account: who.account, caller, elsewhere: who.caller }
}

const status = async (edge: World, caller: Caller) => (await edge.call(caller, 'GET /v1/whoami')).status

test('a session ends with what its member may: by a role, by a group, and by what a role holds', async () => {
  await using edge = await world()
  const grace = await withSession(edge, 'viewer', 'grace@example.com')
  const role = await edge.call(edge.admin, 'POST /v1/roles', {
    body: { name: 'r', permissions: ['runs.read'] },
  })
  const group = (await edge.call(edge.admin, 'POST /v1/groups', { body: { name: 'g' } })).json.id
  const changes = [
    ['POST /v1/bindings', { member: grace.id, role: 'editor', level: 'tenant' }],
    [`PUT /v1/groups/${group}/members/${grace.id}`, undefined],
    ['POST /v1/bindings', { group, role: role.json.id, level: 'tenant' }],
    [`PATCH /v1/roles/${role.json.id}`, { permissions: ['runs.read', 'runs.write'] }],
    [`DELETE /v1/groups/${group}/members/${grace.id}`, undefined],
  ] as const
  let { caller } = grace
  for (const [target, body] of changes) {
    assert.equal(await status(edge, caller), 200, target)
    const changed = await edge.call(edge.admin, target, body === undefined ? {} : { body })
    assert.ok(changed.status < 300, JSON.stringify(changed.json))
    assert.equal(await status(edge, caller), 401, target)
    caller = await signIn(edge, grace.account, { tenant: ids.tenant })
  }
  assert.equal((await edge.call(grace.elsewhere, 'GET /v1/account')).status, 200, 'one of no tenant goes on')
})

test('roles are changed by who showed a passkey or a code within five minutes', async () => {
  await using edge = await world()
  const ada = await withSession(edge, 'owner', 'ada@example.com')
  const body = { member: ada.id, role: 'auditor', level: 'tenant' }
  edge.clock.now += 5 * 60_000 + 1
  const stale = await edge.call(ada.caller, 'POST /v1/bindings', { body })
  assert.equal(stale.json.code, 'fresh_sign_in_required')
  const fresh = await signIn(edge, ada.account, { tenant: ids.tenant })
  assert.equal((await edge.call(fresh, 'POST /v1/bindings', { body })).status, 201)
  assert.equal(await status(edge, fresh), 200, 'who changes roles goes on')
})
