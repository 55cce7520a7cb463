import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { placePermissions } from '../../shared/permissions.ts'
import { bearer, type Caller, rowCounts, type TestEdge } from '../edge_fixture.ts'
import { ids, member, type World, world } from '../world_fixture.ts'

async function memberId(edge: TestEdge, caller: Caller): Promise<string> {
  return (await edge.call(caller, 'GET /v1/whoami')).json.member
}

/** A member with no role at the tenant, but this one at a place. */
async function boundAt(
  edge: World,
  binding: { readonly role: string; readonly level: string; readonly place?: string },
): Promise<Caller> {
  const caller = await member(edge, edge.admin, 'viewer')
  const id = await memberId(edge, caller)
  const made = await edge.call(edge.admin, 'POST /v1/bindings', { body: { member: id, ...binding } })
  assert.equal(made.status, 201, JSON.stringify(made.json))
  const { json } = await edge.call(edge.admin, 'GET /v1/bindings', { query: { member: id } })
  const tenantWide = json.data.find((one: { level: string }) => one.level === 'tenant')
  await edge.call(edge.admin, `DELETE /v1/bindings/${tenantWide.id}`)
  return caller
}

/** A second project in a workspace of its own. */
async function elsewhere(edge: World): Promise<{ workspace: string; project: string }> {
  const workspace = (await edge.call(edge.admin, 'POST /v1/workspaces', { body: { name: 'other' } })).json.id
  const body = { workspace, name: 'far' }
  const project = (await edge.call(edge.admin, 'POST /v1/projects', { body })).json.id
  return { workspace, project }
}

test('nobody gives the making of tokens at a place without holding it', async () => {
  await using edge = await world()
  const caller = await member(edge, edge.admin, 'viewer')
  const all = [
    ...placePermissions,
    'members.read',
    'roles.read',
    'roles.write',
    'tokens.read',
    'agents.read',
    'keys.read',
  ]
  for (const [permissions, status] of [[all, 403], [[...all, 'tokens.write'], 201]] as const) {
    const name = `gives ${status}`
    const role = (await edge.call(edge.admin, 'POST /v1/roles', { body: { name, permissions } })).json.id
    await edge.call(edge.admin, `PATCH /v1/members/${await memberId(edge, caller)}`, { body: { role } })
    const other = await memberId(edge, await member(edge, edge.admin, 'viewer'))
    const body = { member: other, role: 'editor', level: 'project', place: ids.project }
    const { status: got, json } = await edge.call(caller, 'POST /v1/bindings', { body })
    assert.equal(got, status, JSON.stringify(json))
  }
})

describe('names', () => {
  test('stand beside the ids of roles, places and groups, in whoami and in an explanation', async () => {
    await using edge = await world()
    const caller = await member(edge, edge.admin, 'viewer')
    const { member: id } = (await edge.call(caller, 'GET /v1/whoami')).json
    const role = (await edge.call(edge.admin, 'POST /v1/roles', {
      body: { name: 'Runner', permissions: ['runs.read', 'runs.write'] },
    })).json
    const place = { level: 'project', place: ids.project }
    const body = { member: id, role: role.id, ...place }
    assert.equal((await edge.call(edge.admin, 'POST /v1/bindings', { body })).status, 201)
    const who = (await edge.call(caller, 'GET /v1/whoami')).json
    assert.equal(who.tenant_name, (await edge.call(caller, 'GET /v1/tenant')).json.name)
    const { name } = (await edge.call(caller, `GET /v1/projects/${ids.project}`)).json
    const held = { role: role.id, role_name: 'Runner', ...place, place_name: name }
    // Ids of one moment are in no order.
    const found = who.roles.find((one: { readonly role: string }) => one.role === role.id)
    assert.deepEqual(found, held)
    const query = { member: id, permission: 'runs.write', project: ids.project }
    const explained = await edge.call(edge.admin, 'GET /v1/access/explain', { query })
    assert.deepEqual(explained.json.because, [{ by: 'role', ...held }])
  })

  test('of places are left out for who may not see them', async () => {
    await using edge = await world()
    const { id: reads } = (await edge.call(edge.admin, 'POST /v1/roles', {
      body: { name: 'Reads roles', permissions: ['roles.read'] },
    })).json
    const caller = await member(edge, edge.admin, 'viewer')
    const { member: id } = (await edge.call(caller, 'GET /v1/whoami')).json
    await edge.call(edge.admin, `PATCH /v1/members/${id}`, { body: { role: reads } })
    const other = (await edge.call(edge.editor, 'GET /v1/whoami')).json.member
    const body = { member: other, role: 'viewer', level: 'project', place: ids.project }
    assert.equal((await edge.call(edge.admin, 'POST /v1/bindings', { body })).status, 201)
    const query = { member: other, permission: 'runs.read', project: ids.project }
    const { because } = (await edge.call(caller, 'GET /v1/access/explain', { query })).json
    const there = because.find(({ level }: { level: string }) => level === 'project')
    assert.deepEqual(there, { by: 'role', role: 'viewer', level: 'project', place: ids.project })
  })
})

describe('a role bound at a project', () => {
  test('counts there: what is elsewhere is not there, and lists leave it out', async () => {
    await using edge = await world()
    const far = await elsewhere(edge)
    const caller = await boundAt(edge, { role: 'editor', level: 'project', place: ids.project })
    assert.equal((await edge.call(caller, `GET /v1/projects/${ids.project}`)).status, 200)
    const hidden = await edge.call(caller, `GET /v1/projects/${far.project}`)
    assert.deepEqual([hidden.status, hidden.json.code], [404, 'not_found'])
    const { json } = await edge.call(caller, 'GET /v1/projects')
    assert.deepEqual(json.data.map(({ id }: { id: string }) => id), [ids.project])
    assert.deepEqual((await edge.call(caller, 'GET /v1/workspaces')).json.code, undefined)
    assert.deepEqual((await edge.call(caller, 'GET /v1/workspaces')).json.data, [])
    assert.equal((await edge.call(caller, 'GET /v1/members')).status, 403)
    assert.equal((await edge.call(caller, 'GET /v1/trust')).status, 200)
  })

  test('lets see and not do where it only reads', async () => {
    await using edge = await world()
    const caller = await boundAt(edge, { role: 'viewer', level: 'project', place: ids.project })
    const run = { pipeline_id: ids.pipeline }
    const refused = (await edge.call(caller, 'POST /v1/runs', { body: run })).json
    assert.equal(refused.code, 'forbidden')
    assert.match(refused.detail, /it needs runs\.write\.$/, 'what is missing is said')
    assert.match((await edge.call(caller, 'GET /v1/members')).json.detail, /it needs members\.read\.$/)
    const workspace = (await edge.call(edge.admin, `GET /v1/projects/${ids.project}`)).json.workspace
    const editor = await boundAt(edge, { role: 'admin', level: 'project', place: ids.project })
    const made = await edge.call(editor, 'POST /v1/projects', { body: { workspace, name: 'more' } })
    assert.equal(made.json.code, 'not_found', 'its workspace may not even be seen')
  })
})

describe('a role bound at a workspace', () => {
  test('counts in its projects, also in those that come later', async () => {
    await using edge = await world()
    const far = await elsewhere(edge)
    const caller = await boundAt(edge, { role: 'admin', level: 'workspace', place: far.workspace })
    const body = { workspace: far.workspace, name: 'newer' }
    const made = await edge.call(caller, 'POST /v1/projects', { body })
    assert.equal(made.status, 201, JSON.stringify(made.json))
    const { json } = await edge.call(caller, 'GET /v1/projects')
    assert.deepEqual(json.data.map(({ name }: { name: string }) => name).toSorted(), ['far', 'newer'])
    assert.equal((await edge.call(caller, `GET /v1/projects/${ids.project}`)).status, 404)
    assert.equal((await edge.call(caller, 'POST /v1/workspaces', { body: { name: 'no' } })).status, 403)
  })
})

describe('what is given', () => {
  test('counts from the next request on, and is gone from the next one on', async () => {
    await using edge = await world()
    const id = await memberId(edge, edge.viewer)
    const asked = { body: { name: 'new' } }
    assert.equal((await edge.call(edge.viewer, 'POST /v1/workspaces', asked)).status, 403)
    const given = await edge.call(edge.admin, 'POST /v1/bindings', {
      body: { member: id, role: 'admin', level: 'tenant' },
    })
    assert.equal((await edge.call(edge.viewer, 'POST /v1/workspaces', asked)).status, 201)
    await edge.call(edge.admin, `DELETE /v1/bindings/${given.json.id}`)
    assert.equal((await edge.call(edge.viewer, 'POST /v1/workspaces', asked)).status, 403)
  })

  test('to a group is what everybody in it has, until they leave or it goes', async () => {
    await using edge = await world()
    const id = await memberId(edge, edge.viewer)
    const group = (await edge.call(edge.admin, 'POST /v1/groups', { body: { name: 'g' } })).json.id
    await edge.call(edge.admin, 'POST /v1/bindings', { body: { group, role: 'auditor', level: 'tenant' } })
    assert.equal((await edge.call(edge.viewer, 'GET /v1/audit')).status, 403)
    await edge.call(edge.admin, `PUT /v1/groups/${group}/members/${id}`)
    assert.equal((await edge.call(edge.viewer, 'GET /v1/audit')).status, 200)
    await edge.call(edge.admin, `DELETE /v1/groups/${group}/members/${id}`)
    assert.equal((await edge.call(edge.viewer, 'GET /v1/audit')).status, 403)
    await edge.call(edge.admin, `PUT /v1/groups/${group}/members/${id}`)
    await edge.call(edge.admin, `DELETE /v1/groups/${group}`)
    assert.equal((await edge.call(edge.viewer, 'GET /v1/audit')).status, 403)
  })

  test('is never more than the giver holds, nor is more taken', async () => {
    await using edge = await world()
    const admin = await member(edge, edge.admin, 'admin')
    const [owner, viewer] = [await memberId(edge, edge.admin), await memberId(edge, edge.viewer)]
    const group = (await edge.call(edge.admin, 'POST /v1/groups', { body: { name: 'officers' } })).json.id
    const body = { group, role: 'security_officer', level: 'tenant' }
    await edge.call(edge.admin, 'POST /v1/bindings', { body })
    const role = { name: 'keys', permissions: ['keys.write'] }
    const own = (await edge.call(edge.admin, 'POST /v1/roles', { body: role })).json.id
    const owners = await edge.call(edge.admin, 'GET /v1/bindings', { query: { member: owner } })
    const counts = await rowCounts(edge.storage)
    const bind = (role: string) =>
      edge.call(admin, 'POST /v1/bindings', { body: { member: viewer, role, level: 'tenant' } })
    for (const more of ['owner', 'security_officer', own]) {
      assert.equal((await bind(more)).json.code, 'forbidden', more)
    }
    const attempts = [
      edge.call(admin, `PUT /v1/groups/${group}/members/${viewer}`),
      edge.call(admin, `DELETE /v1/groups/${group}`),
      edge.call(admin, `DELETE /v1/bindings/${owners.json.data[0].id}`),
      edge.call(admin, `PATCH /v1/roles/${own}`, { body: { permissions: ['runs.read'] } }),
    ]
    for (const answer of await Promise.all(attempts)) assert.equal(answer.json.code, 'forbidden')
    const wider = await edge.call(admin, 'POST /v1/roles', {
      body: { name: 'mine', permissions: ['runs.read', 'trust.write'] },
    })
    assert.deepEqual(wider.json.errors, [{
      at: 'permissions/1',
      message: 'more than you hold at the tenant',
    }])
    assert.deepEqual(await rowCounts(edge.storage), counts)
    assert.equal((await bind('editor')).status, 201)
  })

  test('by a token with scopes is never more than its scopes', async () => {
    await using edge = await world()
    const scopes = ['roles.write', 'roles.read', 'runs.read']
    const made = await edge.call(edge.admin, 'POST /v1/tokens', { body: { name: 'narrow', scopes } })
    const narrow = bearer(made.json.token)
    const viewer = await memberId(edge, edge.viewer)
    const body = { member: viewer, role: 'editor', level: 'tenant' }
    assert.equal((await edge.call(narrow, 'POST /v1/bindings', { body })).json.code, 'forbidden')
  })

  test('stays with one owner at least, who is a person of their own', async () => {
    await using edge = await world()
    const owner = await memberId(edge, edge.admin)
    const { json } = await edge.call(edge.admin, 'GET /v1/bindings', { query: { member: owner } })
    const last = await edge.call(edge.admin, `DELETE /v1/bindings/${json.data[0].id}`)
    assert.equal(last.json.code, 'last_owner')
    const group = (await edge.call(edge.admin, 'POST /v1/groups', { body: { name: 'g' } })).json.id
    const toGroup = await edge.call(edge.admin, 'POST /v1/bindings', {
      body: { group, role: 'owner', level: 'tenant' },
    })
    assert.equal(toGroup.status, 400)
    const second = await member(edge, edge.admin, 'owner')
    const two = await edge.call(edge.admin, 'GET /v1/bindings', { query: { role: 'owner' } })
    const answers = await Promise.all(
      two.json.data.map(({ id }: { id: string }, i: number) =>
        edge.call(i === 0 ? second : edge.admin, `DELETE /v1/bindings/${id}`)
      ),
    )
    assert.deepEqual(answers.map(({ json }) => json.code ?? 'gone').toSorted(), ['gone', 'last_owner'])
  })

  test('is of the tenant: members, groups, roles and places of others are not there', async () => {
    await using edge = await world()
    const theirs = await memberId(edge, edge.stranger)
    const [their] = (await edge.call(edge.stranger, 'GET /v1/projects')).json.data
    const own = await memberId(edge, edge.viewer)
    const group = (await edge.call(edge.stranger, 'POST /v1/groups', { body: { name: 'g' } })).json.id
    const role = await edge.call(edge.stranger, 'POST /v1/roles', {
      body: { name: 'r', permissions: ['runs.read'] },
    })
    const bodies = [
      { member: theirs, role: 'viewer', level: 'tenant' },
      { group, role: 'viewer', level: 'tenant' },
      { member: own, role: role.json.id, level: 'tenant' },
      { member: own, role: 'viewer', level: 'project', place: their.id },
      { member: own, role: 'viewer', level: 'workspace', place: their.workspace },
      { member: own, role: 'viewer', level: 'workspace', place: ids.project },
    ]
    for (const body of bodies) {
      const answer = await edge.call(edge.admin, 'POST /v1/bindings', { body })
      assert.equal(answer.json.code, 'not_found', JSON.stringify(body))
    }
  })
})

describe('an explanation', () => {
  const explain = (edge: World, query: Record<string, string>) =>
    edge.call(edge.admin, 'GET /v1/access/explain', { query })

  test('names each role that gives it and where, and says what a signature needs besides', async () => {
    await using edge = await world()
    const id = await memberId(edge, edge.editor)
    const group = (await edge.call(edge.admin, 'POST /v1/groups', { body: { name: 'g' } })).json.id
    await edge.call(edge.admin, `PUT /v1/groups/${group}/members/${id}`)
    edge.clock.now += 1
    const bound = { role: 'admin', level: 'project', place: ids.project }
    await edge.call(edge.admin, 'POST /v1/bindings', { body: { group, ...bound } })
    const { json } = await explain(edge, { member: id, permission: 'runs.write', project: ids.project })
    assert.equal(json.allowed, true)
    assert.deepEqual(json.because, [
      { by: 'role', role: 'editor', level: 'tenant' },
      { by: 'role', ...bound, group, place_name: 'default', group_name: 'g' },
    ])
    assert.match(json.signing, /trust document/)
    assert.equal((await explain(edge, { member: id, permission: 'runs.read' })).json.signing, undefined)
  })

  test('says what is missing, and agrees with what the edge then answers', async () => {
    await using edge = await world()
    const far = await elsewhere(edge)
    const caller = await boundAt(edge, { role: 'editor', level: 'project', place: ids.project })
    const id = await memberId(edge, caller)
    const no = await explain(edge, { member: id, permission: 'projects.read', project: far.project })
    assert.equal(no.json.allowed, false)
    assert.deepEqual(no.json.missing.levels, ['tenant', 'workspace', 'project'])
    assert.ok(no.json.missing.roles.includes('viewer') && !no.json.missing.roles.includes('agent_operator'))
    assert.equal((await edge.call(caller, `GET /v1/projects/${far.project}`)).status, 404)
    const everybody = await explain(edge, { member: id, permission: 'trust.read' })
    assert.deepEqual(everybody.json.because, [{ by: 'membership', level: 'tenant' }])
    await edge.call(edge.admin, `DELETE /v1/members/${id}`)
    const gone = await explain(edge, { member: id, permission: 'trust.read' })
    assert.deepEqual([gone.json.allowed, gone.json.missing.active], [false, true])
  })

  test('is of the own tenant alone', async () => {
    await using edge = await world()
    const theirs = await memberId(edge, edge.stranger)
    const [their] = (await edge.call(edge.stranger, 'GET /v1/projects')).json.data
    const own = await memberId(edge, edge.admin)
    assert.equal((await explain(edge, { member: theirs, permission: 'runs.read' })).status, 404)
    const place = { member: own, permission: 'runs.read', project: their.id }
    assert.equal((await explain(edge, place)).status, 404)
  })
})
