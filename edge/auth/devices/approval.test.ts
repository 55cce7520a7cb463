import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEVICE_GRANT } from '../../../shared/schemas/device.ts'
import { bearer, type Caller, nobody, type TestEdge } from '../../edge_fixture.ts'
import { ids, world } from '../../world_fixture.ts'
import { defaultRules } from '../../../shared/schemas/tenant_rules.ts'
import { putRules } from '../rules/store.ts'
import { addMember, type Person, person, run, session } from './people_fixture.ts'

const client_id = 'sallyport'

async function authorize(edge: TestEdge) {
  return (await edge.call(nobody, 'POST /v1/device/authorize', { body: { client_id } })).json
}

function approve(edge: TestEdge, caller: Caller, user_code: string, tenant: string = ids.tenant) {
  return edge.call(caller, 'POST /v1/device/requests/approve', { body: { user_code, tenant } })
}

async function poll(edge: TestEdge, device_code: string) {
  const body = { grant_type: DEVICE_GRANT, device_code, client_id }
  return await edge.call(nobody, 'POST /v1/device/token', { body })
}

async function signIn(edge: TestEdge, { caller }: Person): Promise<string> {
  const { device_code, user_code } = await authorize(edge)
  await approve(edge, caller, user_code)
  return (await poll(edge, device_code)).json.access_token
}

describe('the token of a device', () => {
  test('counts while the tenant’s rules take the sign-in that approved it, asked with every use', async () => {
    await using edge = await world()
    const { account } = await person(edge, ids.tenant)
    const token = async (method: 'password' | 'passkey') => {
      const caller = await session(edge, { account, tenant: ids.tenant, method })
      return bearer(await signIn(edge, { caller } as Person))
    }
    const [byPassword, byPasskey] = [await token('password'), await token('passkey')]
    const who = async (caller: Caller) => {
      const { status, json } = await edge.call(caller, 'GET /v1/whoami')
      return status === 200 ? 'in' : [json.code, json.missing]
    }
    const rules = (change: object) =>
      run(edge, putRules(ids.tenant, { ...defaultRules, ...change }, edge.clock.now))
    assert.deepEqual([await who(byPassword), await who(byPasskey)], ['in', 'in'])
    await rules({ passwords: 'off' })
    assert.deepEqual([await who(byPassword), await who(byPasskey)], [
      ['sign_in_not_enough', ['password_refused']],
      'in',
    ])
    await rules({ mfa: 'required' })
    assert.deepEqual([await who(byPassword), await who(byPasskey)], [
      ['sign_in_not_enough', ['second_factor']],
      'in',
    ])
    await rules({})
    assert.deepEqual([await who(byPassword), await who(byPasskey)], ['in', 'in'])
  })
})

describe('approving a device', () => {
  test('takes a confirmation of the last five minutes', async () => {
    await using edge = await world()
    const stale = await person(edge, ids.tenant, { fresh: false })
    const { user_code } = await authorize(edge)
    const answer = await approve(edge, stale.caller, user_code)
    assert.deepEqual([answer.status, answer.json.code], [403, 'fresh_sign_in_required'])
  })

  test('takes a person’s session: no token, and no page of another site, approves', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant)
    const { user_code } = await authorize(edge)
    assert.equal((await approve(edge, edge.admin, user_code)).status, 403)
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const forged = await edge.call(caller, 'POST /v1/device/requests/approve', {
      body: { user_code, tenant: ids.tenant },
      headers,
    })
    assert.equal(forged.json.code, 'origin_refused')
  })

  test('is for the tenant that the session has chosen, of which the person is a member', async () => {
    await using edge = await world()
    const stranger = await person(edge, edge.otherTenant)
    const { device_code, user_code } = await authorize(edge)
    assert.equal((await approve(edge, stranger.caller, user_code)).status, 403)
    // Chosen by a row that no route writes: membership is looked up all the same.
    const forged = await session(edge, { account: stranger.account, tenant: ids.tenant })
    assert.equal((await approve(edge, forged, user_code)).status, 403)
    const undecided = await session(edge, { account: stranger.account, tenant: null })
    assert.equal((await approve(edge, undecided, user_code, edge.otherTenant)).status, 403)
    const both = await person(edge, edge.otherTenant)
    await addMember(edge, ids.tenant, { account: both.account, role: 'owner' })
    assert.equal((await approve(edge, both.caller, user_code)).status, 403, 'chosen is the other one')
    assert.equal((await poll(edge, device_code)).json.error, 'authorization_pending')
  })

  test('takes a sign-in that the tenant’s rules still let in', async () => {
    await using edge = await world()
    const { account } = await person(edge, ids.tenant)
    const signedIn = await session(edge, { account, tenant: ids.tenant, method: 'password' })
    const { user_code } = await authorize(edge)
    await run(edge, [putRules(ids.tenant, { ...defaultRules, mfa: 'required' }, edge.clock.now)].flat())
    const refused = await approve(edge, signedIn, user_code)
    assert.deepEqual([refused.status, refused.json.code], [403, 'sign_in_not_enough'])
    const stronger = await session(edge, { account, tenant: ids.tenant })
    assert.equal((await approve(edge, stronger, user_code)).status, 200)
  })

  test('gives a token of the approver’s tenant, and of no other', async () => {
    await using edge = await world()
    const stranger = await person(edge, edge.otherTenant)
    const { device_code, user_code } = await authorize(edge)
    assert.equal((await approve(edge, stranger.caller, user_code, edge.otherTenant)).status, 200)
    const { json } = await poll(edge, device_code)
    const who = await edge.call(bearer(json.access_token), 'GET /v1/whoami')
    assert.equal(who.json.tenant, edge.otherTenant)
  })

  test('is worth nothing for a member who was removed meanwhile', async () => {
    await using edge = await world()
    const { caller, member } = await person(edge, ids.tenant)
    const { device_code, user_code } = await authorize(edge)
    await approve(edge, caller, user_code)
    assert.equal((await edge.call(edge.admin, `DELETE /v1/members/${member}`)).status, 200)
    assert.equal((await poll(edge, device_code)).json.error, 'invalid_grant')
  })

  test('anew is for the person whose device it is, in the tenant that it is of', async () => {
    await using edge = await world()
    const owner = await person(edge, ids.tenant)
    const other = await person(edge, ids.tenant)
    const token = await signIn(edge, owner)
    const begun = await edge.call(bearer(token), 'POST /v1/device/fresh', { body: {} })
    const { user_code, device_code } = begun.json
    assert.equal(
      (await edge.call(other.caller, 'POST /v1/device/requests/look', { body: { user_code } })).status,
      404,
    )
    assert.equal((await approve(edge, other.caller, user_code)).status, 404)
    assert.equal(
      (await edge.call(other.caller, 'POST /v1/device/requests/deny', { body: { user_code } })).status,
      404,
    )
    const shown = await edge.call(owner.caller, 'POST /v1/device/requests/look', { body: { user_code } })
    assert.equal(shown.json.renews, true)
    assert.equal((await approve(edge, owner.caller, user_code)).status, 200)
    assert.equal((await poll(edge, device_code)).status, 200)
  })

  test('anew is asked for by a device, and by no other token', async () => {
    await using edge = await world()
    assert.equal((await edge.call(edge.admin, 'POST /v1/device/fresh', { body: {} })).status, 403)
  })

  test('is found in the log, with who approved and who asked', async () => {
    await using edge = await world()
    const { caller, account, member } = await person(edge, ids.tenant)
    const { device_code, user_code } = await authorize(edge)
    await approve(edge, caller, user_code)
    await poll(edge, device_code)
    const sql = "SELECT bytes FROM audit_leaf WHERE action LIKE 'device.%' AND tenant = ? ORDER BY seq"
    const rows = await edge.storage.read({ sql, parameters: [ids.tenant], reads: true })
    const [approved, issued] = rows.map(({ bytes }) =>
      JSON.parse(new TextDecoder().decode(bytes as Uint8Array))
    )
    assert.deepEqual(approved.actor, { kind: 'account', id: account })
    assert.deepEqual([issued.action, issued.actor.id], ['device.signed_in', member])
    assert.equal(issued.facts.request, approved.target)
    assert.ok(!JSON.stringify([approved, issued]).includes('192.0.2.1'))
  })
})

describe('codes of devices', () => {
  const looking = 'POST /v1/device/requests/look'
  const wrong = { body: { user_code: 'BBBB-BBBB' } }

  test('cannot be tried out: ten wrong ones and then a person waits', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant)
    const { user_code } = await authorize(edge)
    for (let i = 0; i < 10; i++) assert.equal((await edge.call(caller, looking, wrong)).status, 404)
    const slowed = await edge.call(caller, 'POST /v1/device/requests/look', { body: { user_code } })
    assert.equal(slowed.status, 429)
    assert.ok(Number(slowed.headers.get('retry-after')) >= 1)
    assert.equal((await approve(edge, caller, user_code)).status, 429, 'approving is no way around')
    edge.clock.now += 10_000
    assert.equal((await edge.call(caller, looking, wrong)).status, 404)
    assert.equal((await edge.call(caller, looking, wrong)).status, 429)
  })

  test('cannot be tried out by many accounts of one network either', async () => {
    await using edge = await world()
    const statuses = new Set<number>()
    for (let i = 0; i < 7; i++) {
      const { caller } = await person(edge, ids.tenant)
      for (let n = 0; n < 9; n++) statuses.add((await edge.call(caller, looking, wrong)).status)
    }
    assert.deepEqual([...statuses].sort(), [404, 429])
    const { caller } = await person(edge, ids.tenant)
    assert.equal((await edge.call(caller, looking, { ...wrong, remote: '198.51.100.9' })).status, 404)
  })

  test('that are right cost nothing, however often somebody looks', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant)
    const { user_code } = await authorize(edge)
    for (let i = 0; i < 30; i++) {
      assert.equal(
        (await edge.call(caller, 'POST /v1/device/requests/look', { body: { user_code } })).status,
        200,
      )
    }
  })
})
