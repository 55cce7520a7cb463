import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEVICE_GRANT } from '../../../shared/schemas/device.ts'
import { step, writes } from '../../db/database.ts'
import { type Answer, bearer, type Caller, nobody, type TestEdge } from '../../edge_fixture.ts'
import { ids, type World, world } from '../../world_fixture.ts'
import { person, run, session } from './people_fixture.ts'

const client_id = 'sallyport'
const DAY_MS = 86_400_000

interface Codes {
  readonly device_code: string
  readonly user_code: string
}

async function authorize(edge: TestEdge, body: object = {}): Promise<Codes> {
  const { status, json } = await edge.call(nobody, 'POST /v1/device/authorize', {
    body: { client_id, ...body },
  })
  assert.equal(status, 200, JSON.stringify(json))
  return json
}

function poll(
  edge: TestEdge,
  { device_code }: Pick<Codes, 'device_code'>,
  change: object = {},
): Promise<Answer> {
  const body = { grant_type: DEVICE_GRANT, device_code, client_id, ...change }
  return edge.call(nobody, 'POST /v1/device/token', { body })
}

function decide(
  edge: TestEdge,
  caller: Caller,
  { user_code }: Codes,
  tenant: string = ids.tenant,
): Promise<Answer> {
  return edge.call(caller, 'POST /v1/device/requests/approve', { body: { user_code, tenant } })
}

function form(edge: TestEdge, path: string, text: string): Promise<Answer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return edge.call(nobody, `POST ${path}`, { raw: text, headers })
}

/** RFC 8628 section 3.5: 400 with the RFC's code in `error`, and ours beside it. */
function refused({ status, json, headers }: Answer, error: string, code: string): void {
  assert.deepEqual([status, json.error, json.code], [400, error, code], JSON.stringify(json))
  assert.equal(headers.get('cache-control'), 'private, no-store')
}

async function signedIn(edge: World, caller: Caller, body: object = {}): Promise<string> {
  const codes = await authorize(edge, body)
  assert.equal((await decide(edge, caller, codes)).status, 200)
  const { json } = await poll(edge, codes)
  return json.access_token
}

const whoami = (edge: TestEdge, token: string) => edge.call(bearer(token), 'GET /v1/whoami')

describe('a device', () => {
  test('is signed in once a person has approved it, as that person', async () => {
    await using edge = await world()
    const { caller, member } = await person(edge, ids.tenant)
    const codes = await edge.call(nobody, 'POST /v1/device/authorize', {
      body: { client_id, device: 'laptop' },
    })
    const { json } = codes
    assert.deepEqual([json.expires_in, json.interval], [600, 5])
    assert.match(json.device_code, /^sp_dvc_/)
    assert.match(json.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    assert.ok(!new URL(json.verification_uri_complete).search.includes(json.user_code))
    assert.equal(new URL(json.verification_uri_complete).hash, `#${json.user_code}`)
    refused(await poll(edge, json), 'authorization_pending', 'authorization_pending')
    const shown = await edge.call(caller, 'POST /v1/device/requests/look', {
      body: { user_code: json.user_code.toLowerCase() },
    })
    assert.deepEqual(
      [shown.json.device, shown.json.network, shown.json.renews],
      ['laptop', '192.0.2.1', false],
    )
    assert.equal((await decide(edge, caller, json)).json.state, 'approved')
    edge.clock.now += 5000
    const given = await poll(edge, json)
    assert.equal(given.status, 200)
    assert.deepEqual([given.json.token_type, given.json.expires_in], ['Bearer', 30 * 86_400])
    assert.match(given.json.access_token, /^sp_dev_/)
    const who = await whoami(edge, given.json.access_token)
    assert.deepEqual([who.json.member, who.json.sort], [member, 'device'])
  })

  test('may send forms, as the RFC has it, and unknown parameters are ignored there', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant)
    const asked = await form(
      edge,
      '/v1/device/authorize',
      'client_id=sallyport&scope=runs.read+trust.read&x=1&device=',
    )
    assert.equal(asked.status, 200)
    const text = new URLSearchParams({
      grant_type: DEVICE_GRANT,
      client_id,
      device_code: asked.json.device_code,
    })
    refused(await form(edge, '/v1/device/token', `${text}`), 'authorization_pending', 'authorization_pending')
    await decide(edge, caller, asked.json)
    edge.clock.now += 5000
    const given = await form(edge, '/v1/device/token', `${text}`)
    assert.equal(given.json.scope, 'trust.read runs.read')
    const who = await whoami(edge, given.json.access_token)
    assert.deepEqual(who.json.permissions.toSorted(), ['runs.read', 'trust.read'])
  })

  test('is told what is wrong with a form by the name that the RFC has for it', async () => {
    await using edge = await world()
    const twice = await form(edge, '/v1/device/authorize', 'client_id=sallyport&client_id=other')
    refused(twice, 'invalid_request', 'invalid_request')
    refused(await form(edge, '/v1/device/authorize', ''), 'invalid_request', 'invalid_request')
    refused(await form(edge, '/v1/device/token', 'client_id=sallyport'), 'invalid_request', 'invalid_request')
    const plain = await edge.call(nobody, 'POST /v1/tokens', {
      raw: 'name=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    assert.equal(plain.json.error, undefined)
  })
})

describe('asking for the token', () => {
  test('is refused for another grant, another client and codes that nobody gave out', async () => {
    await using edge = await world()
    const codes = await authorize(edge)
    refused(
      await poll(edge, codes, { grant_type: 'password' }),
      'unsupported_grant_type',
      'grant_unsupported',
    )
    refused(await poll(edge, codes, { client_id: 'other' }), 'invalid_client', 'client_unknown')
    refused(await poll(edge, { device_code: 'nonsense' }), 'invalid_grant', 'grant_invalid')
    const unknown = codes.device_code.replace('dvc', 'dev')
    refused(await poll(edge, { device_code: unknown }), 'invalid_grant', 'grant_invalid')
    const scope = await edge.call(nobody, 'POST /v1/device/authorize', { body: { client_id, scope: 'all' } })
    refused(scope, 'invalid_scope', 'scope_invalid')
  })

  test('too soon is told to slow down, and has to wait five seconds longer from then on', async () => {
    await using edge = await world()
    const codes = await authorize(edge)
    refused(await poll(edge, codes), 'authorization_pending', 'authorization_pending')
    edge.clock.now += 4999
    refused(await poll(edge, codes), 'slow_down', 'slow_down')
    edge.clock.now += 9999
    refused(await poll(edge, codes), 'slow_down', 'slow_down')
    edge.clock.now += 15_000
    refused(await poll(edge, codes), 'authorization_pending', 'authorization_pending')
  })

  test('is over when the person refuses', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant)
    const codes = await authorize(edge)
    const denied = await edge.call(caller, 'POST /v1/device/requests/deny', {
      body: { user_code: codes.user_code },
    })
    assert.equal(denied.json.state, 'denied')
    refused(await poll(edge, codes), 'access_denied', 'access_denied')
    assert.equal((await decide(edge, caller, codes)).status, 404, 'decided is decided')
  })

  test('is over after ten minutes, also where a person has approved', async () => {
    await using edge = await world()
    const { account, caller } = await person(edge, ids.tenant)
    const [late, approved] = [await authorize(edge), await authorize(edge)]
    await decide(edge, caller, approved)
    edge.clock.now += 600_000
    refused(await poll(edge, late), 'expired_token', 'expired_token')
    refused(await poll(edge, approved), 'expired_token', 'expired_token')
    const again = await session(edge, { account, tenant: ids.tenant })
    assert.equal((await decide(edge, again, late)).status, 404)
  })

  test('gives one token: the code is worth nothing the second time, also of many at once', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant)
    const codes = await authorize(edge)
    await decide(edge, caller, codes)
    const answers = await Promise.all([1, 2, 3, 4].map(() => poll(edge, codes)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400])
    refused(await poll(edge, codes), 'invalid_grant', 'grant_invalid')
  })

  test('keeps codes and tokens as hashes only', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant)
    const codes = await authorize(edge)
    await decide(edge, caller, codes)
    const { json } = await poll(edge, codes)
    for (const table of ['device_request', 'token', 'audit_leaf']) {
      const rows = await edge.storage.read({ sql: `SELECT * FROM ${table}`, parameters: [], reads: true })
      const text = rows.map((row) =>
        Object.values(row).map((value) =>
          value instanceof Uint8Array ? new TextDecoder().decode(value) : value
        ).join()
      ).join()
      assert.ok(!text.includes(codes.device_code) && !text.includes(json.access_token), table)
    }
  })

  test('is no business of too many devices of one network at once', async () => {
    await using edge = await world()
    for (let i = 0; i < 50; i++) await authorize(edge)
    const more = await edge.call(nobody, 'POST /v1/device/authorize', { body: { client_id } })
    assert.equal(more.status, 429)
    const elsewhere = { body: { client_id }, remote: '198.51.100.7' }
    assert.equal((await edge.call(nobody, 'POST /v1/device/authorize', elsewhere)).status, 200)
    edge.clock.now += 600_001
    await authorize(edge)
  })

  test('counts all addresses of one network of IPv6 together', async () => {
    await using edge = await world()
    const from = async (remote: string) => {
      const call = { body: { client_id }, remote }
      return (await edge.call(nobody, 'POST /v1/device/authorize', call)).status
    }
    for (let i = 1; i <= 200; i++) assert.equal(await from(`2001:db8::${i.toString(16)}`), 200)
    assert.equal(await from('2001:db8::ffff'), 429)
    assert.equal(await from('2001:db8:0:1::1'), 200)
  })
})

describe('a device’s token', () => {
  test('is fresh for five minutes from its approval, and then has to be approved anew', async () => {
    await using edge = await world()
    const { account, caller } = await person(edge, ids.tenant)
    const token = await signedIn(edge, caller)
    const make = (secret: string) => edge.call(bearer(secret), 'POST /v1/tokens', { body: { name: 'ci' } })
    edge.clock.now += 300_000
    assert.equal((await make(token)).status, 201)
    edge.clock.now += 1
    assert.equal((await make(token)).json.code, 'fresh_sign_in_required')
    const begun = await edge.call(bearer(token), 'POST /v1/device/fresh', { body: {} })
    const again = await session(edge, { account, tenant: ids.tenant })
    assert.equal((await decide(edge, again, begun.json)).status, 200)
    const renewed = await poll(edge, begun.json)
    assert.equal((await make(renewed.json.access_token)).status, 201)
    assert.equal((await whoami(edge, token)).status, 401, 'the one before has ended')
  })

  test('lives thirty days at most, and seven without being used', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant)
    const [used, left] = [await signedIn(edge, caller), await signedIn(edge, caller)]
    for (const days of [6, 6, 6, 6]) {
      edge.clock.now += days * DAY_MS
      assert.equal((await whoami(edge, used)).status, 200)
      await edge.edge.flush()
    }
    edge.clock.now += 6 * DAY_MS - 1
    assert.equal((await whoami(edge, used)).status, 200)
    assert.equal((await whoami(edge, left)).status, 401)
    edge.clock.now += 1
    assert.equal((await whoami(edge, used)).status, 401)
  })

  test('ends with every other sign-in when the password is changed, and API tokens stay', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant)
    const token = await signedIn(edge, caller)
    const api = await edge.call(bearer(token), 'POST /v1/tokens', { body: { name: 'ci' } })
    const body = { password: 'seven grey herons over the weir' }
    assert.equal((await edge.call(caller, 'PUT /v1/account/password', { body })).status, 200)
    assert.equal((await whoami(edge, token)).status, 401)
    assert.equal((await whoami(edge, api.json.token)).status, 200)
  })

  test('and every other token stops when the account is locked', async () => {
    await using edge = await world()
    const { account, caller } = await person(edge, ids.tenant)
    const token = await signedIn(edge, caller)
    const api = await edge.call(bearer(token), 'POST /v1/tokens', { body: { name: 'ci' } })
    await run(edge, [step(writes.updateTable('account').set({ state: 'locked' }).where('id', '=', account))])
    for (const secret of [token, api.json.token]) assert.equal((await whoami(edge, secret)).status, 401)
  })

  test('cannot be rotated, and revokes itself when its person signs out', async () => {
    await using edge = await world()
    const { caller } = await person(edge, ids.tenant, { role: 'auditor' })
    const token = await signedIn(edge, caller)
    const { json } = await whoami(edge, token)
    const rotated = await edge.call(edge.admin, `POST /v1/tokens/${json.token}/rotate`, { body: {} })
    assert.equal(rotated.status, 403)
    assert.equal((await edge.call(bearer(token), 'DELETE /v1/tokens/current')).status, 200)
    assert.equal((await whoami(edge, token)).status, 401)
  })
})
