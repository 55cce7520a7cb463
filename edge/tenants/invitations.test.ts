import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newSecret } from '../auth/secret.ts'
import {
  bearer,
  type Caller,
  nobody,
  PUBLIC_URL,
  rowCounts,
  type TestEdge,
  testEdge,
} from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { ids, member, type World, world } from '../world_fixture.ts'
import { first, linked, person, signIn } from './account_fixture.ts'

const DAY_MS = 86_400_000
const password = 'gravel-otter-sundial'

async function invite(edge: World, body: Record<string, unknown>, as: Caller = edge.admin) {
  return await edge.call(as, 'POST /v1/members', { body })
}

const join = (edge: TestEdge, caller: Caller, invitation: string) =>
  edge.call(caller, 'POST /v1/invitations/join', { body: { invitation } })

const who = async (edge: TestEdge, caller: Caller) => (await edge.call(caller, 'GET /v1/whoami')).json

/** The secret of the newest mail, which stands in its link's fragment. */
async function mailed(edge: TestEdge, to: string): Promise<string> {
  await edge.edge.housekeep()
  const mail = edge.mails.findLast((one) => one.to === to)
  const link = /https?:\S+/.exec(mail?.text ?? '')?.[0] ?? ''
  const { pathname, search, hash } = new URL(link, PUBLIC_URL)
  assert.deepEqual([pathname, search], ['/console/invitation', ''])
  assert.match(hash, /^#sp_inv_/)
  return hash.slice(1)
}

describe('an invitation by mail', () => {
  test('goes to its address alone, in the fragment of a link, and is shown to nobody else', async () => {
    await using edge = await world()
    const made = await invite(edge, { name: 'Grace', role: 'editor', email: 'Grace@example.com' })
    assert.equal(made.status, 201)
    assert.equal(made.json.invitation, undefined)
    const secret = await mailed(edge, 'Grace@example.com')
    const seen = await edge.call(nobody, 'POST /v1/invitations/look', { body: { invitation: secret } })
    assert.deepEqual([seen.json.tenant_name, seen.json.name, seen.json.inviter, seen.json.email], [
      'Acme',
      'Grace',
      'Ada',
      'Grace@example.com',
    ])
  })

  test('is accepted by an account with that verified address, and by no other', async () => {
    await using edge = await world()
    const { json } = await invite(edge, { name: 'Grace', role: 'editor', email: 'Grace@example.com' })
    const secret = await mailed(edge, 'Grace@example.com')
    const other = await person(edge, 'eve@example.com')
    const unproven = await person(edge, 'grace@EXAMPLE.com', { verified: false })
    const counts = await rowCounts(edge.storage)
    for (const { caller } of [other, unproven]) {
      const refused = await join(edge, caller, secret)
      assert.deepEqual([refused.status, refused.json.code], [403, 'forbidden'])
    }
    assert.equal((await edge.call(bearer(secret), 'POST /v1/invitations/accept')).status, 401, 'by no token')
    assert.deepEqual(await rowCounts(edge.storage), counts)
    await edge.storage.write({
      id: '',
      steps: [{ sql: 'UPDATE account SET email_verified = 1', parameters: [], reads: false }],
      leaf: null,
      repeatable: false,
    })
    const joined = await join(edge, unproven.caller, secret)
    assert.deepEqual([joined.status, joined.json.id, joined.json.state], [201, json.member.id, 'active'])
    const session = await signIn(edge, unproven.account, { tenant: ids.tenant })
    assert.equal((await who(edge, session)).member, json.member.id)
    const left = await first(edge, 'SELECT email, email_key FROM invitation WHERE member = ?', json.member.id)
    assert.deepEqual(left, { email: null, email_key: null })
  })

  test('makes a new account with a proven address, signed in to that tenant', async () => {
    await using edge = await world()
    const { json } = await invite(edge, { name: 'Grace', role: 'editor', email: 'grace@example.com' })
    const invitation = await mailed(edge, 'grace@example.com')
    const body = { invitation, name: 'Grace Hopper', password }
    const elsewhere = await edge.call(nobody, 'POST /v1/invitations/register', {
      body: { ...body, email: 'eve@example.com' },
    })
    assert.deepEqual([elsewhere.status, elsewhere.json.errors[0].at], [400, 'email'])
    const weak = await edge.call(nobody, 'POST /v1/invitations/register', {
      body: { ...body, password: 'password1234' },
    })
    assert.equal(weak.json.code, 'password_refused')
    const made = await edge.call(nobody, 'POST /v1/invitations/register', { body })
    assert.equal(made.status, 201)
    const cookie = /__Host-session=([^;]+)/.exec(made.headers.get('set-cookie') ?? '')?.[1] as string
    const session: Caller = { kind: 'session', cookie }
    assert.equal((await who(edge, session)).member, json.member.id)
    const account = (await edge.call(session, 'GET /v1/account')).json
    assert.deepEqual([account.email, account.email_verified], ['grace@example.com', true])
    assert.equal(
      (await edge.call(nobody, 'POST /v1/invitations/register', { body })).json.code,
      'link_invalid',
    )
  })

  test('is asked for only where mail is sent', async () => {
    await using edge = await testEdge({ mail: null })
    const made = await edge.call(bearer(edge.setupToken), 'POST /v1/setup', {
      body: { tenant: { id: ids.tenant, name: 'Acme' }, person: { name: 'Ada' } },
    })
    const refused = await edge.call(bearer(made.json.token), 'POST /v1/members', {
      body: { name: 'Grace', role: 'viewer', email: 'grace@example.com' },
    })
    assert.equal(refused.json.code, 'mail_off')
  })

  test('says what its names say, and nothing that they could make of it', async () => {
    await using edge = await world()
    await invite(edge, { name: '<b>"Grace"</b>', role: 'viewer', email: 'grace@example.com' })
    await mailed(edge, 'grace@example.com')
    const mail = edge.mails.at(-1)
    assert.ok(!mail?.html.includes('<b>'))
    const newline = await invite(edge, { name: 'a\r\nBcc: x@example.com', role: 'viewer' })
    assert.equal(newline.status, 400)
  })
})

describe('an invitation that is handed over', () => {
  test('is accepted by the account that is signed in, once', async () => {
    await using edge = await world()
    const { json } = await invite(edge, { name: 'Grace', role: 'editor' })
    const grace = await person(edge, 'grace@example.com')
    assert.equal((await join(edge, grace.caller, json.invitation)).status, 201)
    const eve = await person(edge, 'eve@example.com')
    const counts = await rowCounts(edge.storage)
    for (const { caller } of [grace, eve]) {
      const again = await join(edge, caller, json.invitation)
      assert.deepEqual([again.status, again.json.code], [410, 'link_invalid'])
    }
    assert.equal((await edge.call(bearer(json.invitation), 'POST /v1/invitations/accept')).status, 401)
    assert.deepEqual(await rowCounts(edge.storage), counts)
    const own = (await edge.call(grace.caller, 'GET /v1/account/tenants')).json.data
    assert.deepEqual(
      own.map((one: Record<string, unknown>) => [one['member'], one['roles'], one['chosen']]),
      [
        [json.member.id, ['editor'], false],
      ],
    )
  })

  test('by two accounts at once makes one member', async () => {
    await using edge = await world()
    const { json } = await invite(edge, { name: 'Grace', role: 'editor' })
    const people = [await person(edge, 'a@example.com'), await person(edge, 'b@example.com')]
    const answers = await Promise.all(people.map(({ caller }) => join(edge, caller, json.invitation)))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 410])
  })

  test('makes an account only where no address can be proven', async () => {
    await using edge = await world()
    const { json } = await invite(edge, { name: 'Grace', role: 'editor' })
    const body = { invitation: json.invitation, name: 'Grace', email: 'grace@example.com', password }
    assert.equal((await edge.call(nobody, 'POST /v1/invitations/register', { body })).json.code, 'conflict')
    await using silent = await testEdge({ mail: null })
    const made = await silent.call(bearer(silent.setupToken), 'POST /v1/setup', {
      body: { tenant: { id: ids.tenant, name: 'Acme' }, person: { name: 'Ada' } },
    })
    const owner = bearer(made.json.token)
    const link = await silent.call(owner, `POST /v1/members/${made.json.member.id}/invitation`, { body: {} })
    const registered = await silent.call(nobody, 'POST /v1/invitations/register', {
      body: { ...body, invitation: link.json.invitation, email: 'ada@example.com' },
    })
    assert.equal(registered.status, 201, JSON.stringify(registered.json))
    const cookie = /__Host-session=([^;]+)/.exec(registered.headers.get('set-cookie') ?? '')?.[1] as string
    assert.equal((await who(silent, { kind: 'session', cookie })).role, 'owner')
    assert.equal((await who(silent, owner)).role, 'owner', 'the token of before goes on')
  })

  test('for a machine is accepted for a token, and by no account', async () => {
    await using edge = await world()
    const { json } = await invite(edge, { name: 'deploy', kind: 'service', role: 'editor' })
    const grace = await person(edge, 'grace@example.com')
    assert.equal((await join(edge, grace.caller, json.invitation)).json.code, 'conflict')
    const accepted = await edge.call(bearer(json.invitation), 'POST /v1/invitations/accept')
    assert.equal(accepted.json.member.kind, 'service')
    const mailedOne = await invite(edge, {
      name: 'x',
      kind: 'service',
      role: 'editor',
      email: 'x@example.com',
    })
    assert.equal(mailedOne.status, 400)
  })

  test('is worth nothing once it is expired, taken back, replaced, or its member is gone', async () => {
    await using edge = await world()
    const grace = await person(edge, 'grace@example.com')
    const refused = async (invitation: string, why: string) => {
      const answer = await join(edge, grace.caller, invitation)
      assert.deepEqual([answer.status, answer.json.code], [410, 'link_invalid'], why)
      const look = await edge.call(nobody, 'POST /v1/invitations/look', { body: { invitation } })
      assert.equal(look.json.code, 'link_invalid', why)
    }
    await refused(newSecret('inv', native.randomBytes), 'unknown')
    const one = (await invite(edge, { name: 'One', role: 'viewer' })).json
    const again = await edge.call(edge.admin, `POST /v1/members/${one.member.id}/invitation`, { body: {} })
    assert.equal(again.json.kind, 'join')
    await refused(one.invitation, 'replaced')
    await edge.call(edge.admin, `DELETE /v1/members/${one.member.id}/invitation`)
    await refused(again.json.invitation, 'taken back')
    const two = (await invite(edge, { name: 'Two', role: 'viewer' })).json
    await edge.call(edge.admin, `DELETE /v1/members/${two.member.id}`)
    await refused(two.invitation, 'the member is gone')
    const three = (await invite(edge, { name: 'Three', role: 'viewer' })).json
    edge.clock.now += 7 * DAY_MS
    const later = await signIn(edge, grace.account, { tenant: null })
    assert.equal((await join(edge, later, three.invitation)).json.code, 'link_invalid', 'expired')
  })

  test('lists what is open, and addresses to who may change members', async () => {
    await using edge = await world()
    await invite(edge, { name: 'Grace', role: 'editor', email: 'grace@example.com' })
    const full = (await edge.call(edge.admin, 'GET /v1/invitations')).json.data
    assert.deepEqual(full.map(({ name, email }: Record<string, string>) => [name, email]), [
      ['Grace', 'grace@example.com'],
    ])
    const partly = (await edge.call(edge.viewer, 'GET /v1/invitations')).json.data
    assert.deepEqual(partly.map(({ email }: Record<string, string>) => email), [undefined])
    assert.deepEqual((await edge.call(edge.stranger, 'GET /v1/invitations')).json.data, [])
    assert.ok(!JSON.stringify(full).includes('sp_inv_'))
  })
})

describe('who invites', () => {
  test('gives no more than they hold', async () => {
    await using edge = await world()
    const admin = await member(edge, edge.admin, 'admin')
    const { id: custom } = (await edge.call(edge.admin, 'POST /v1/roles', {
      body: { name: 'keeper', permissions: ['trust.write'] },
    })).json
    const [workspace] = (await edge.call(edge.admin, 'GET /v1/workspaces')).json.data
    const counts = await rowCounts(edge.storage)
    const beyond = [
      { role: 'owner' },
      { role: 'security_officer' },
      { role: custom },
      {
        bindings: [{ role: 'viewer', level: 'workspace', place: workspace.id }, {
          role: 'owner',
          level: 'tenant',
        }],
      },
    ]
    for (const given of beyond) {
      const refused = await invite(edge, { name: 'More', ...given }, admin)
      assert.deepEqual([refused.status, refused.json.code], [403, 'forbidden'], JSON.stringify(given))
    }
    assert.deepEqual(await rowCounts(edge.storage), counts)
    assert.equal((await invite(edge, { name: 'Less', role: 'editor' }, admin)).status, 201)
    const scopes = ['members.write', 'members.read', 'runs.read']
    const { json } = await edge.call(edge.admin, 'POST /v1/tokens', { body: { name: 'few', scopes } })
    assert.equal((await invite(edge, { name: 'More', role: 'viewer' }, bearer(json.token))).status, 403)
  })

  test('may be gone or demoted by the time: then their invitations are worth nothing', async () => {
    await using edge = await world()
    const grace = await person(edge, 'grace@example.com')
    const inviters = [await member(edge, edge.admin, 'owner'), await member(edge, edge.admin, 'owner')]
    const secrets = await Promise.all(
      inviters.map(async (as) => (await invite(edge, { name: 'New', role: 'admin' }, as)).json.invitation),
    )
    const [removed, demoted] = await Promise.all(inviters.map(async (as) => (await who(edge, as)).member))
    await edge.call(edge.admin, `DELETE /v1/members/${removed}`)
    await edge.call(edge.admin, `PATCH /v1/members/${demoted}`, { body: { role: 'editor' } })
    for (const secret of secrets) {
      assert.equal((await join(edge, grace.caller, secret)).json.code, 'link_invalid')
      assert.equal((await edge.call(bearer(secret), 'POST /v1/invitations/accept')).status, 401)
    }
  })

  test('says nothing that is not asked for: no state, account, operator or tenant of their choice', async () => {
    await using edge = await world()
    const mass = {
      state: 'active',
      account: 'x',
      operator: 1,
      tenant: edge.otherTenant,
      id: ids.tenant,
      created: 0,
    }
    for (const [field, value] of Object.entries(mass)) {
      const refused = await invite(edge, { name: 'M', role: 'viewer', [field]: value })
      assert.deepEqual([refused.status, refused.json.code], [400, 'invalid_request'], field)
    }
    const { json } = await invite(edge, { name: 'M', role: 'viewer' })
    for (
      const body of [{ role: 'viewer', state: 'active' }, { role: 'viewer', operator: 1 }, { account: 'x' }]
    ) {
      const refused = await edge.call(edge.admin, `PATCH /v1/members/${json.member.id}`, { body })
      assert.equal(refused.status, 400)
    }
    const places = [{ role: 'viewer', level: 'project', place: ids.tenant }, {
      role: 'viewer',
      level: 'tenant',
      place: ids.project,
    }]
    for (const one of places) {
      assert.equal((await invite(edge, { name: 'M', bindings: [one] })).status, 400)
    }
    const theirs = (await edge.call(edge.stranger, 'GET /v1/workspaces')).json.data[0].id
    const elsewhere = await invite(edge, {
      name: 'M',
      bindings: [{ role: 'viewer', level: 'workspace', place: theirs }],
    })
    assert.equal(elsewhere.status, 400, 'a place of another tenant')
  })

  test('cannot flood: two hundred wait at most, and a member gets a mail a minute', async () => {
    await using edge = await world()
    const { json } = await invite(edge, { name: 'Grace', role: 'viewer', email: 'grace@example.com' })
    const again = () =>
      edge.call(edge.admin, `POST /v1/members/${json.member.id}/invitation`, {
        body: { email: 'grace@example.com' },
      })
    assert.equal((await again()).json.code, 'limit_reached')
    edge.clock.now += 60_000
    assert.equal((await again()).status, 201)
    for (let i = 1; i < 200; i++) {
      assert.equal((await invite(edge, { name: `g${i}`, role: 'viewer' })).status, 201)
    }
    assert.equal((await invite(edge, { name: 'late', role: 'viewer' })).json.code, 'limit_reached')
  })
})

test('an address gets few invitations, also where each is taken back', async () => {
  await using edge = await world()
  const email = 'grace@example.com'
  const said: number[] = []
  for (let i = 0; i < 6; i++) {
    const { status, json } = await invite(edge, { name: 'Grace', role: 'viewer', email })
    said.push(status)
    if (status === 201) await edge.call(edge.admin, `DELETE /v1/members/${json.member.id}/invitation`)
  }
  assert.deepEqual(said, [201, 201, 201, 201, 201, 429])
})

describe('a member with a token only', () => {
  test('becomes an account by a link of their own', async () => {
    await using edge = await world()
    const { member: id } = await who(edge, edge.admin)
    const link = await edge.call(edge.admin, `POST /v1/members/${id}/invitation`, { body: {} })
    assert.deepEqual([link.status, link.json.kind], [201, 'link'])
    const ada = await person(edge, 'ada@example.com')
    assert.equal((await join(edge, ada.caller, link.json.invitation)).json.role, 'owner')
    const session = await signIn(edge, ada.account, { tenant: ids.tenant })
    assert.equal((await who(edge, session)).member, id)
    const second = await edge.call(edge.admin, `POST /v1/members/${id}/invitation`, { body: {} })
    assert.equal(second.json.code, 'already_exists')
  })

  test('is not taken over by who holds less, nor through a token that is cut down', async () => {
    await using edge = await world()
    const { member: owner } = await who(edge, edge.admin)
    const admin = await member(edge, edge.admin, 'admin')
    const path = `POST /v1/members/${owner}/invitation`
    assert.equal((await edge.call(admin, path, { body: {} })).status, 403)
    assert.equal((await edge.call(edge.viewer, path, { body: {} })).status, 403)
    assert.equal((await edge.call(edge.stranger, path, { body: {} })).status, 404)
    const { json } = await edge.call(edge.admin, 'POST /v1/tokens', {
      body: { name: 'few', scopes: ['members.read'] },
    })
    assert.equal((await edge.call(bearer(json.token), path, { body: {} })).status, 403)
    const here = { name: 'here', networks: ['192.0.2.0/24'] }
    const kept = await edge.call(edge.admin, 'POST /v1/tokens', { body: here })
    assert.equal((await edge.call(bearer(kept.json.token), path, { body: {} })).status, 403)
    for (const call of [{ method: 'PATCH', body: { role: 'viewer' } }, { method: 'DELETE' }]) {
      const { method, ...rest } = call
      assert.equal((await edge.call(admin, `${method} /v1/members/${owner}`, rest)).status, 403)
    }
    assert.equal((await edge.call(admin, `POST /v1/members/${owner}/erase`)).status, 403)
  })

  test('and an account is in a tenant once', async () => {
    await using edge = await world()
    const grace = await person(edge, 'grace@example.com')
    const { member: id } = await who(edge, edge.editor)
    await linked(edge, grace, { tenant: ids.tenant, member: id })
    const { json } = await invite(edge, { name: 'Grace again', role: 'admin' })
    const refused = await join(edge, grace.caller, json.invitation)
    assert.deepEqual([refused.status, refused.json.code], [409, 'already_exists'])
    assert.equal((await who(edge, await signIn(edge, grace.account, { tenant: ids.tenant }))).role, 'editor')
  })
})
