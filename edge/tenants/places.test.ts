import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bearer, type Caller } from '../edge_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { ids, type World, world } from '../world_fixture.ts'

async function workspaceOf(edge: World, name: string, environment?: string): Promise<string> {
  const body = { name, ...(environment === undefined ? {} : { environment }) }
  return (await edge.call(edge.admin, 'POST /v1/workspaces', { body })).json.id
}

/** A member with a role in one workspace and no other. */
async function boundTo(edge: World, place: string, role: string): Promise<Caller> {
  const { json } = await edge.call(edge.admin, 'POST /v1/members', {
    body: { name: 'here', bindings: [{ role, level: 'workspace', place }] },
  })
  return bearer((await edge.call(bearer(json.invitation), 'POST /v1/invitations/accept')).json.token)
}

describe('a workspace', () => {
  test('is an environment, and production is marked wherever it is answered', async () => {
    await using edge = await world()
    const id = await workspaceOf(edge, 'live', 'production')
    const project = await edge.call(edge.admin, 'POST /v1/projects', {
      body: { workspace: id, name: 'shop' },
    })
    assert.deepEqual([project.json.environment, project.json.production], ['production', true])
    const { json } = await edge.call(edge.viewer, `GET /v1/workspaces/${id}`)
    assert.deepEqual([json.environment, json.production], ['production', true])
    const other = await workspaceOf(edge, 'trial')
    assert.equal((await edge.call(edge.viewer, `GET /v1/workspaces/${other}`)).json.environment, 'other')
    const listed = (await edge.call(edge.viewer, 'GET /v1/projects', { query: { workspace: id } })).json.data
    assert.deepEqual(listed.map((one: { production: boolean }) => one.production), [true])
    const wrong = await edge.call(edge.admin, 'POST /v1/workspaces', {
      body: { name: 'x', environment: 'prod' },
    })
    assert.equal(wrong.status, 400)
  })

  test('is renamed and becomes another environment, and its projects follow', async () => {
    await using edge = await world()
    const id = await workspaceOf(edge, 'trial', 'staging')
    const { json: project } = await edge.call(edge.admin, 'POST /v1/projects', {
      body: { workspace: id, name: 'p' },
    })
    const path = `PATCH /v1/workspaces/${id}`
    const changed = await edge.call(edge.admin, path, { body: { name: 'live', environment: 'production' } })
    assert.deepEqual([changed.json.name, changed.json.production], ['live', true])
    const { json: after } = await edge.call(edge.admin, `GET /v1/projects/${project.id}`)
    assert.deepEqual([after.name, after.production], ['p', true])
    assert.equal(
      (await edge.call(edge.admin, path, { body: { name: 'default' } })).json.code,
      'already_exists',
    )
    assert.equal((await edge.call(edge.admin, path, { body: {} })).status, 400)
    for (const field of ['tenant', 'id', 'created', 'production']) {
      assert.equal(
        (await edge.call(edge.admin, path, { body: { name: 'y', [field]: 'x' } })).status,
        400,
        field,
      )
    }
    assert.equal((await edge.call(edge.viewer, path, { body: { name: 'x' } })).status, 403)
    assert.equal((await edge.call(edge.stranger, path, { body: { name: 'x' } })).status, 404)
  })

  test('is changed by who holds it there, and hidden from who holds another', async () => {
    await using edge = await world()
    const [mine, other] = [await workspaceOf(edge, 'mine'), await workspaceOf(edge, 'other')]
    const here = await boundTo(edge, mine, 'admin')
    const reader = await boundTo(edge, mine, 'viewer')
    const patch = (caller: Caller, id: string, name: string) =>
      edge.call(caller, `PATCH /v1/workspaces/${id}`, { body: { name } })
    assert.equal((await patch(here, mine, 'ours')).status, 200)
    assert.equal((await patch(reader, mine, 'theirs')).status, 403)
    assert.equal((await patch(here, other, 'ours-too')).status, 404)
    assert.equal((await edge.call(here, `DELETE /v1/workspaces/${other}`)).status, 404)
  })

  test('goes when nothing is in it, with the roles that were bound to it', async () => {
    await using edge = await world()
    const id = await workspaceOf(edge, 'trial')
    const here = await boundTo(edge, id, 'editor')
    const { json: project } = await edge.call(edge.admin, 'POST /v1/projects', {
      body: { workspace: id, name: 'p' },
    })
    const remove = () => edge.call(edge.admin, `DELETE /v1/workspaces/${id}`)
    assert.equal((await remove()).json.code, 'conflict')
    assert.equal((await edge.call(edge.stranger, `DELETE /v1/workspaces/${id}`)).status, 404)
    assert.equal((await edge.call(edge.admin, `DELETE /v1/projects/${project.id}`)).status, 200)
    assert.equal((await remove()).status, 200)
    assert.equal((await edge.call(here, 'GET /v1/workspaces')).status, 403)
    const { json } = await edge.call(here, 'GET /v1/whoami')
    assert.deepEqual(json.roles, [])
  })

  test('and a project that begins in it at the same moment do not both win', async () => {
    await using edge = await world()
    const id = await workspaceOf(edge, 'trial')
    const [removed, begun] = await Promise.all([
      edge.call(edge.admin, `DELETE /v1/workspaces/${id}`),
      edge.call(edge.admin, 'POST /v1/projects', { body: { workspace: id, name: 'p' } }),
    ])
    assert.equal([removed.status, begun.status].filter((status) => status < 300).length, 1)
  })
})

describe('a project', () => {
  test('keeps its name for good, since what is signed says it', async () => {
    await using edge = await world()
    const renamed = await edge.call(edge.admin, `PATCH /v1/projects/${ids.project}`, { body: { name: 'x' } })
    assert.ok(renamed.status === 404 || renamed.status === 405)
  })

  test('stays while a connection is in it', async () => {
    await using edge = await TestEdge.start()
    const estate = await Estate.found(edge)
    await estate.publishTrust()
    const connection = await estate.addConnection()
    const remove = () => estate.call('DELETE', `/v1/projects/${estate.project}`)
    assert.equal((await remove()).body.code, 'conflict')
    const other = await Estate.found(edge, estate)
    assert.equal((await other.call('DELETE', `/v1/projects/${estate.project}`)).status, 404)
    await estate.made('DELETE', `/v1/connections/${connection}`)
    assert.equal((await remove()).status, 200)
    assert.equal((await estate.call('GET', `/v1/projects/${estate.project}`)).status, 404)
  })

  test('and a connection that begins in it at the same moment do not both win', async () => {
    await using edge = await TestEdge.start()
    const estate = await Estate.found(edge)
    await estate.publishTrust()
    const { body } = estate.connection()
    const [removed, begun] = await Promise.all([
      estate.call('DELETE', `/v1/projects/${estate.project}`),
      estate.call('POST', '/v1/connections', body),
    ])
    assert.equal([removed.status, begun.status].filter((status) => status < 300).length, 1)
  })
})
