import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Answer, bearer, type Call, type Caller, type TestEdge } from '../../edge_fixture.ts'
import { ids, member, type World, world } from '../../world_fixture.ts'
import { addMember, type Person, person, run, session } from '../devices/people_fixture.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

function make(edge: TestEdge, caller: Caller, body: object, call: Call = {}): Promise<Answer> {
  return edge.call(caller, 'POST /v1/tokens', { ...call, body: { name: 'ci', ...body } })
}

async function made(edge: TestEdge, caller: Caller, body: object = {}) {
  const { status, json } = await make(edge, caller, body)
  assert.equal(status, 201, JSON.stringify(json))
  return { ...json, caller: bearer(json.token) }
}

const whoami = (edge: TestEdge, caller: Caller, call: Call = {}) => edge.call(caller, 'GET /v1/whoami', call)
const rotate = (edge: TestEdge, caller: Caller, id: string, body: object = {}) =>
  edge.call(caller, `POST /v1/tokens/${id}/rotate`, { body })

const wrong = ({ json }: Answer) => json.errors?.map(({ at }: { at: string }) => at)

describe('a token', () => {
  test('in a URL is nobody’s, and is refused beside one that counts', async () => {
    await using edge = await world()
    const { token } = await made(edge, edge.admin)
    for (const name of ['access_token', 'token']) {
      const alone = await edge.call({ kind: 'nobody' }, 'GET /v1/whoami', { query: { [name]: token } })
      assert.equal(alone.status, 401)
      const beside = await edge.call(edge.admin, 'GET /v1/whoami', { query: { [name]: token } })
      assert.equal(beside.status, 400)
      assert.ok(!JSON.stringify([alone.json, beside.json]).includes(token))
    }
    assert.ok(!JSON.stringify(edge.logged).includes(token))
  })

  test('of a session takes a confirmation of the last five minutes', async () => {
    await using edge = await world()
    const stale = await person(edge, ids.tenant, { fresh: false })
    assert.equal((await make(edge, stale.caller, {})).json.code, 'fresh_sign_in_required')
    const { account, caller } = await person(edge, ids.tenant)
    const { id } = (await make(edge, caller, {})).json
    const later = await session(edge, { account, tenant: ids.tenant, fresh: false })
    assert.equal((await rotate(edge, later, id)).json.code, 'fresh_sign_in_required')
    assert.equal((await rotate(edge, caller, id)).status, 201)
  })

  test('is ended by nobody who holds less than its holder, but by owners whosever it is', async () => {
    await using edge = await world()
    const [owner, admin, editor] = await Promise.all(
      (['owner', 'admin', 'editor'] as const).map((role) => person(edge, ids.tenant, { role })),
    ) as [Person, Person, Person]
    const service = await addMember(edge, ids.tenant, { account: null, kind: 'service', role: 'owner' })
    const theirs = await made(edge, owner.caller)
    const operators = await made(edge, edge.admin)
    const services = await made(edge, owner.caller, { member: service, scopes: ['runs.read'] })
    const end = (caller: Caller, id: string) => edge.call(caller, `DELETE /v1/tokens/${id}`)
    for (const { id, caller } of [theirs, operators, services]) {
      const refused = await end(admin.caller, id)
      assert.deepEqual([refused.status, refused.json.code], [403, 'forbidden'])
      assert.equal((await whoami(edge, caller)).status, 200)
    }
    assert.equal((await rotate(edge, admin.caller, services.id)).json.code, 'forbidden')
    assert.equal((await end(admin.caller, (await made(edge, editor.caller)).id)).status, 200)
    assert.equal((await end(admin.caller, (await made(edge, admin.caller)).id)).status, 200)
    for (const { id } of [theirs, operators, services]) {
      assert.equal((await end(owner.caller, id)).status, 200)
    }
  })

  test('counts in its place alone, for what a place can hold', async () => {
    await using edge = await world()
    const place = { level: 'project', id: ids.project }
    const { caller, permissions } = await placed(edge, place)
    assert.deepEqual(permissions.toSorted(), ['pipelines.read', 'projects.read', 'trust.read'])
    const all = await edge.call(edge.admin, 'GET /v1/workspaces')
    const other = await edge.call(edge.admin, 'POST /v1/projects', {
      body: { workspace: all.json.data[0].id, name: 'other' },
    })
    assert.equal((await edge.call(caller, `GET /v1/projects/${ids.project}`)).status, 200)
    assert.equal((await edge.call(caller, `GET /v1/projects/${other.json.id}`)).status, 404)
    const list = await edge.call(caller, 'GET /v1/projects')
    assert.deepEqual(list.json.data.map(({ id }: { id: string }) => id), [ids.project])
    const workspace = await placed(edge, { level: 'workspace', id: all.json.data[0].id })
    assert.equal((await edge.call(workspace.caller, `GET /v1/projects/${other.json.id}`)).status, 200)
    assert.equal((await edge.call(workspace.caller, 'GET /v1/members')).status, 403)
  })

  async function placed(edge: TestEdge & { readonly admin: Caller }, place: object) {
    const scopes = ['trust.read', 'pipelines.read', 'projects.read']
    const { caller } = await made(edge, edge.admin, { scopes, place })
    return { caller, permissions: (await whoami(edge, caller)).json.permissions as string[] }
  }

  test('takes no place that is another tenant’s, and no scope that no place has', async () => {
    await using edge = await world()
    const theirs = await edge.call(edge.stranger, 'GET /v1/projects')
    const place = { level: 'project', id: theirs.json.data[0].id }
    const foreign = await make(edge, edge.admin, { place, scopes: ['runs.read'] })
    assert.deepEqual(wrong(foreign), ['place/id'])
    const here = { level: 'project', id: ids.project }
    const wide = await make(edge, edge.admin, { place: here, scopes: ['runs.read', 'members.write'] })
    assert.deepEqual(wrong(wide), ['scopes/1'])
  })
})

describe('a token that makes tokens', () => {
  test('makes none for longer than itself', async () => {
    await using edge = await world()
    const short = await made(edge, edge.admin, { expires_in_days: 2 })
    assert.deepEqual(wrong(await make(edge, short.caller, { expires_in_days: 3 })), ['expires_in_days'])
    assert.equal((await made(edge, short.caller)).expires, short.expires)
  })

  test('makes none that counts in more places, or from more networks', async () => {
    await using edge = await world()
    const here = '192.0.2.0/24'
    const narrow = await made(edge, edge.admin, { networks: [here] })
    assert.deepEqual((await made(edge, narrow.caller)).networks, [here])
    const wide = await make(edge, narrow.caller, { networks: ['192.0.0.0/16'] })
    assert.deepEqual(wrong(wide), ['networks'])
    assert.equal((await make(edge, narrow.caller, { networks: ['192.0.2.128/25'] })).status, 201)
  })

  test('makes none where it counts in one place alone', async () => {
    await using edge = await world()
    const place = { level: 'project', id: ids.project }
    const placed = await made(edge, edge.admin, { place })
    assert.equal((await make(edge, placed.caller, {})).status, 403)
    assert.equal((await rotate(edge, placed.caller, placed.id)).status, 403)
    assert.equal((await edge.call(placed.caller, 'GET /v1/tokens')).status, 403)
  })

  test('is no way to another member, and to a service for who may change members alone', async () => {
    await using edge = await world()
    const service = await addMember(edge, ids.tenant, { account: null, kind: 'service', role: 'owner' })
    const { member: human } = (await whoami(edge, edge.viewer)).json
    assert.deepEqual(wrong(await make(edge, edge.admin, { member: human })), ['member'])
    assert.equal((await make(edge, edge.editor, { member: service })).status, 403)
    const theirs = await addMember(edge, edge.otherTenant, { account: null, kind: 'service', role: 'viewer' })
    assert.deepEqual(wrong(await make(edge, edge.admin, { member: theirs })), ['member'])
  })

  test('makes none for a service before it has accepted, and says so', async () => {
    await using edge = await world()
    const invited = await edge.call(edge.admin, 'POST /v1/members', {
      body: { name: 'deploy', kind: 'service', role: 'editor' },
    })
    const early = await make(edge, edge.admin, { member: invited.json.member.id, scopes: ['runs.read'] })
    assert.match(early.json.errors[0].message, /has not accepted its invitation yet/)
  })

  test('gives a service what its maker holds, whatever the service’s roles are', async () => {
    await using edge = await world()
    const service = await addMember(edge, ids.tenant, { account: null, kind: 'service', role: 'owner' })
    const { caller } = await person(edge, ids.tenant, { role: 'admin' })
    const beyond = await make(edge, caller, { member: service, scopes: ['runs.read', 'keys.write'] })
    assert.deepEqual(wrong(beyond), ['scopes/1'])
    const all = await made(edge, caller, { member: service })
    assert.deepEqual([all.sort, all.token.slice(0, 7)], ['service', 'sp_svc_'])
    assert.ok(all.scopes.includes('runs.write') && !all.scopes.includes('keys.write'))
    const weak = await addMember(edge, ids.tenant, { account: null, kind: 'service', role: 'viewer' })
    const cut = await made(edge, edge.admin, { member: weak, scopes: ['runs.read', 'runs.write'] })
    assert.deepEqual((await whoami(edge, cut.caller)).json.permissions, ['runs.read'])
  })
})

describe('tokens of one’s own', () => {
  /** Somebody with a role at one project and a token without limits of its own. */
  async function bound(edge: World, role: 'editor' | 'viewer') {
    const caller = await member(edge, edge.admin, role)
    const { json } = await whoami(edge, caller)
    const sql = "UPDATE binding SET level = 'project', place = ? WHERE tenant = ? AND member = ?"
    await run(edge, [{ sql, parameters: [ids.project, ids.tenant, json.member], reads: false }])
    return { member: json.member as string, caller }
  }

  test('are made, listed, rotated and revoked by who holds a role at a project only', async () => {
    await using edge = await world()
    const { caller } = await bound(edge, 'editor')
    const own = await made(edge, caller)
    assert.deepEqual((await whoami(edge, own.caller)).json.permissions.includes('members.read'), false)
    const all = (await edge.call(caller, 'GET /v1/tokens')).json.data
    assert.ok(all.length > 0 && all.every(({ member }: { member: string }) => member === own.member))
    const wide = await make(edge, caller, { scopes: ['runs.read', 'members.write'] })
    assert.deepEqual(wrong(wide), ['scopes/1'], 'more than they hold')
    assert.equal((await rotate(edge, caller, own.id)).status, 201)
    assert.equal((await edge.call(caller, `DELETE /v1/tokens/${own.id}`)).status, 200)
  })

  test('are seen and revoked whatever the roles are, and made by who may alone', async () => {
    await using edge = await world()
    const { caller } = await bound(edge, 'viewer')
    const [own] = (await edge.call(caller, 'GET /v1/tokens')).json.data
    assert.equal((await make(edge, caller, {})).status, 403)
    const { id } = await made(edge, edge.admin)
    assert.equal((await edge.call(caller, `DELETE /v1/tokens/${id}`)).status, 404)
    assert.equal((await edge.call(caller, `DELETE /v1/tokens/${own.id}`)).status, 200)
    assert.equal((await whoami(edge, caller)).status, 401)
  })

  test('are safe from a token that was cut down to something else', async () => {
    await using edge = await world()
    const wide = await made(edge, edge.admin)
    const narrow = await made(edge, edge.admin, { scopes: ['runs.read', 'members.write'] })
    assert.equal((await edge.call(narrow.caller, `DELETE /v1/tokens/${wide.id}`)).status, 403)
    assert.equal((await rotate(edge, narrow.caller, narrow.id)).status, 403)
    assert.equal((await edge.call(narrow.caller, 'GET /v1/tokens')).status, 403)
    const theirs = await made(edge, edge.editor)
    assert.equal((await edge.call(narrow.caller, `DELETE /v1/tokens/${theirs.id}`)).status, 403)
  })
})

describe('rotating a token', () => {
  test('gives a new secret with the same limits, and the old one ends with the overlap', async () => {
    await using edge = await world()
    const limits = { scopes: ['runs.read', 'tokens.write'], networks: ['192.0.2.0/24'], expires_in_days: 30 }
    const old = await made(edge, edge.admin, limits)
    edge.clock.now += 20 * DAY_MS
    const { status, json } = await rotate(edge, edge.admin, old.id, { overlap_minutes: 60 })
    assert.equal(status, 201)
    assert.deepEqual([json.scopes.toSorted(), json.networks], [limits.scopes, limits.networks])
    assert.equal(Date.parse(json.expires), edge.clock.now + 30 * DAY_MS)
    edge.clock.now += 60 * MINUTE_MS - 1
    assert.equal((await whoami(edge, old.caller)).status, 200)
    edge.clock.now += 1
    assert.equal((await whoami(edge, old.caller)).status, 401)
    assert.equal((await whoami(edge, bearer(json.token))).status, 200)
  })

  test('happens once, also of many at once, and the old one ends at once unless said otherwise', async () => {
    await using edge = await world()
    const old = await made(edge, edge.admin)
    const overlap = { overlap_minutes: 5 }
    const answers = await Promise.all([1, 2, 3].map(() => rotate(edge, edge.admin, old.id, overlap)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409])
    const other = await made(edge, edge.admin)
    await rotate(edge, edge.admin, other.id)
    assert.equal((await whoami(edge, other.caller)).status, 401)
    const list = await edge.call(edge.admin, 'GET /v1/tokens')
    const row = list.json.data.find(({ id }: { id: string }) => id === old.id)
    assert.equal(row.successor, answers.find(({ status }) => status === 201)?.json.id)
  })

  test('never prolongs the old one', async () => {
    await using edge = await world()
    const old = await made(edge, edge.admin, { expires_in_days: 1 })
    edge.clock.now += DAY_MS - MINUTE_MS
    await rotate(edge, edge.admin, old.id, { overlap_minutes: 10_080 })
    edge.clock.now += MINUTE_MS
    assert.equal((await whoami(edge, old.caller)).status, 401)
  })

  test('is no way to more: not by a narrower token, and not of another person', async () => {
    await using edge = await world()
    const wide = await made(edge, edge.admin)
    const named = await made(edge, edge.admin, { scopes: ['runs.write', 'tokens.write'] })
    const narrow = await made(edge, edge.admin, { scopes: ['runs.read', 'tokens.write'] })
    const elsewhere = await made(edge, edge.admin, { networks: ['192.0.2.0/24'] })
    for (
      const [caller, id] of [[narrow, wide], [narrow, named], [elsewhere, wide], [elsewhere, named]] as const
    ) {
      assert.equal((await rotate(edge, caller.caller, id.id)).status, 403)
    }
    assert.equal((await rotate(edge, narrow.caller, narrow.id)).status, 201)
    const theirs = await made(edge, edge.editor, { scopes: ['runs.read'] })
    assert.equal((await rotate(edge, edge.admin, theirs.id)).status, 403, 'it would act as the editor')
    assert.equal((await rotate(edge, edge.editor, wide.id)).status, 404)
    assert.equal((await rotate(edge, edge.stranger, wide.id)).status, 404)
  })

  test('of what has ended is refused', async () => {
    await using edge = await world()
    const gone = await made(edge, edge.admin)
    await edge.call(edge.admin, `DELETE /v1/tokens/${gone.id}`)
    assert.equal((await rotate(edge, edge.admin, gone.id)).status, 409)
    const short = await made(edge, edge.admin, { expires_in_days: 1 })
    edge.clock.now += DAY_MS
    assert.equal((await rotate(edge, edge.admin, short.id)).status, 409)
  })

  test('repeated under its Idempotency-Key is the same one, without its secret', async () => {
    await using edge = await world()
    const old = await made(edge, edge.admin)
    const call = { body: { overlap_minutes: 5 }, headers: { 'idempotency-key': 'once' } }
    const first = await edge.call(edge.admin, `POST /v1/tokens/${old.id}/rotate`, call)
    edge.clock.now += 5000
    const second = await edge.call(edge.admin, `POST /v1/tokens/${old.id}/rotate`, call)
    const { token: _, ...rest } = first.json
    assert.deepEqual([second.status, second.json], [201, rest])
  })
})
