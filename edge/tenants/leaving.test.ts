import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { person as personWith } from '../auth/devices/people_fixture.ts'
import { bearer, type Caller, nobody, rowCounts } from '../edge_fixture.ts'
import { ids, member, type World, world } from '../world_fixture.ts'
import { first, linked, person, signIn } from './account_fixture.ts'

const memberOf = async (edge: World, caller: Caller) =>
  (await edge.call(caller, 'GET /v1/whoami')).json.member as string

/** Grace, an editor with an account, a session, a token, a second role and a place in a group. */
async function grace(edge: World) {
  const token = await member(edge, edge.admin, 'editor')
  const id = await memberOf(edge, token)
  const account = await person(edge, 'grace@example.com')
  const session = await linked(edge, account, { tenant: ids.tenant, member: id })
  const group = (await edge.call(edge.admin, 'POST /v1/groups', { body: { name: 'builders' } })).json.id
  const joined = await edge.call(edge.admin, `PUT /v1/groups/${group}/members/${id}`)
  assert.ok(joined.status < 300, JSON.stringify(joined.json))
  const binding = { member: id, role: 'editor', level: 'project', place: ids.project }
  const bound = await edge.call(edge.admin, 'POST /v1/bindings', { body: binding })
  assert.equal(bound.status, 201, JSON.stringify(bound.json))
  // Roles that changed ended the session.
  return {
    id,
    account,
    token,
    session: await signIn(edge, account.account, { tenant: ids.tenant }),
    before: session,
  }
}

/** What is left of somebody who was given something. */
async function left(edge: World, id: string): Promise<Record<string, unknown>> {
  const row = await first(
    edge,
    'SELECT (SELECT count(*) FROM binding WHERE member = m.id) AS bindings, ' +
      '(SELECT count(*) FROM group_member WHERE member = m.id) AS groups, ' +
      '(SELECT count(*) FROM invitation WHERE member = m.id) AS invitations, ' +
      '(SELECT count(*) FROM token WHERE member = m.id AND revoked IS NULL) AS tokens, ' +
      'm.account, m.state FROM member m WHERE m.id = ?',
    id,
  )
  return { ...row }
}

const nothing = { bindings: 0, groups: 0, invitations: 0, tokens: 0, account: null, state: 'removed' }

describe('somebody', () => {
  for (const way of ['themselves', 'by their account', 'by an owner', 'by being erased']) {
    test(`who goes ${way} is out at once, with sessions, tokens, roles and groups`, async () => {
      await using edge = await world()
      const { id, account, token, session } = await grace(edge)
      assert.equal((await edge.call(session, 'GET /v1/tenant')).status, 200)
      const gone = way === 'themselves'
        ? await edge.call(token, 'DELETE /v1/members/me')
        : way === 'by their account'
        ? await edge.call(session, `DELETE /v1/account/tenants/${ids.tenant}`)
        : way === 'by an owner'
        ? await edge.call(edge.admin, `DELETE /v1/members/${id}`)
        : await edge.call(edge.admin, `POST /v1/members/${id}/erase`)
      assert.equal(gone.status, 200, JSON.stringify(gone.json))
      assert.deepEqual(await left(edge, id), nothing)
      assert.equal((await edge.call(token, 'GET /v1/whoami')).status, 401)
      assert.equal((await edge.call(session, 'GET /v1/tenant')).status, 401)
      const again = await signIn(edge, account.account, { tenant: null })
      assert.deepEqual((await edge.call(again, 'GET /v1/account/tenants')).json.data, [])
      const chosen = await edge.call(again, 'POST /v1/sessions/tenant', { body: { tenant: ids.tenant } })
      assert.ok(chosen.status >= 400, 'the tenant is not theirs to choose')
      assert.ok(await first(edge, 'SELECT id FROM account WHERE id = ?', account.account))
    })
  }

  test('who left may be invited again, as somebody new', async () => {
    await using edge = await world()
    const { id, account, session } = await grace(edge)
    await edge.call(session, `DELETE /v1/account/tenants/${ids.tenant}`)
    const { json } = await edge.call(edge.admin, 'POST /v1/members', {
      body: { name: 'Grace', role: 'viewer' },
    })
    const back = await signIn(edge, account.account, { tenant: null })
    const joined = await edge.call(back, 'POST /v1/invitations/join', {
      body: { invitation: json.invitation },
    })
    assert.equal(joined.status, 201)
    assert.notEqual(joined.json.id, id)
    assert.equal(joined.json.role, 'viewer')
  })

  test('who is the last owner stays, and may hand over and leave then', async () => {
    await using edge = await world()
    const counts = await rowCounts(edge.storage)
    assert.equal((await edge.call(edge.admin, 'DELETE /v1/members/me')).json.code, 'last_owner')
    assert.deepEqual(await rowCounts(edge.storage), counts)
    const heir = await memberOf(edge, await member(edge, edge.admin, 'editor'))
    await edge.call(edge.admin, 'POST /v1/tenant/owner', { body: { member: heir } })
    assert.equal((await edge.call(edge.admin, 'DELETE /v1/members/me')).status, 200)
  })

  test('of two owners who leave at once one stays', async () => {
    await using edge = await world()
    const other = await member(edge, edge.admin, 'owner')
    const answers = await Promise.all(
      [edge.admin, other].map((one) => edge.call(one, 'DELETE /v1/members/me')),
    )
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409])
  })

  test('does not leave for good by a token that is cut down', async () => {
    await using edge = await world()
    const { json } = await edge.call(edge.editor, 'POST /v1/tokens', {
      body: { name: 'few', scopes: ['runs.read'] },
    })
    assert.equal((await edge.call(bearer(json.token), 'DELETE /v1/members/me')).status, 403)
  })

  test('is told of their own tenants alone, and leaves no other', async () => {
    await using edge = await world()
    const { session } = await grace(edge)
    const { data } = (await edge.call(session, 'GET /v1/account/tenants')).json
    assert.deepEqual(
      data.map((one: { tenant: { id: string }; chosen: boolean }) => [one.tenant.id, one.chosen]),
      [
        [ids.tenant, true],
      ],
    )
    const other = await edge.call(session, `DELETE /v1/account/tenants/${edge.otherTenant}`)
    assert.equal(other.status, 404)
    assert.equal(
      (await edge.call(edge.admin, 'GET /v1/account/tenants')).status,
      403,
      'a token is no account',
    )
  })

  test('who is in several tenants leaves one of them', async () => {
    await using edge = await world()
    const { account, session } = await grace(edge)
    const there = await memberOf(edge, await member(edge, edge.stranger, 'viewer'))
    const second = await linked(edge, account, { tenant: edge.otherTenant, member: there })
    await edge.call(session, `DELETE /v1/account/tenants/${ids.tenant}`)
    assert.equal((await edge.call(second, 'GET /v1/tenant')).json.id, edge.otherTenant)
  })
})

test('an invitation is taken back by nobody who holds less than it gives, but by owners whosever it is', async () => {
  await using edge = await world()
  const admin = await personWith(edge, ids.tenant, { role: 'admin' })
  const owner = await personWith(edge, ids.tenant, { role: 'owner' })
  const invite = async (role: string) => {
    const { json } = await edge.call(edge.admin, 'POST /v1/members', { body: { name: 'Grace', role } })
    return { id: json.member.id as string, secret: json.invitation as string }
  }
  const takeBack = (caller: Caller, id: string) => edge.call(caller, `DELETE /v1/members/${id}/invitation`)
  const [above, below] = [await invite('owner'), await invite('editor')]
  const refused = await takeBack(admin.caller, above.id)
  assert.deepEqual([refused.status, refused.json.code], [403, 'forbidden'])
  const look = (invitation: string) =>
    edge.call(nobody, 'POST /v1/invitations/look', { body: { invitation } })
  assert.equal((await look(above.secret)).status, 200)
  assert.equal((await takeBack(admin.caller, below.id)).status, 200)
  assert.equal((await takeBack(owner.caller, above.id)).status, 200)
  assert.equal((await look(above.secret)).json.code, 'link_invalid')
})
