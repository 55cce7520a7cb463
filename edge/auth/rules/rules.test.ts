import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultRules, type TenantRules } from '../../../shared/schemas/tenant_rules.ts'
import { step, writes } from '../../db/database.ts'
import type { Answer, Caller, TestEdge } from '../../edge_fixture.ts'
import { person } from '../devices/people_fixture.ts'
import { Browser, type Scene, scene, signIn, TENANT } from '../providers/browser_fixture.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../providers/liar_fixture.ts'

const put = (edge: TestEdge, as: Caller, change: Partial<TenantRules>): Promise<Answer> =>
  edge.call(as, 'PUT /v1/rules', { body: { ...defaultRules, ...change } })

async function run({ edge }: Pick<Scene, 'edge'>, ...steps: Parameters<typeof step>[0][]): Promise<void> {
  await edge.storage.write({ id: '', steps: steps.map((one) => step(one)), leaf: null, repeatable: false })
}

/** The tenant's only owner from now on, who has no API token: a person with an account and a session. */
async function onlyOwner(on: Scene) {
  const owner = await person(on.edge, TENANT, { role: 'owner' })
  await run(on, writes.updateTable('token').set({ revoked: 1 }))
  const browser = new Browser(on.edge)
  if (owner.caller.kind === 'session') browser.cookies.set('__Host-session', owner.caller.cookie)
  return { ...owner, browser }
}

const methods = (on: Scene, account: string, said: readonly object[]) =>
  run(on, writes.updateTable('session').set({ methods: JSON.stringify(said) }).where('account', '=', account))

async function houseProvider(on: Scene): Promise<string> {
  const body = {
    name: 'Acme',
    issuer: on.issuer.issuer,
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    claim_rules: [{ claim: 'groups', value: 'staff', role: 'editor' }],
  }
  return (await on.edge.call(on.owner, 'POST /v1/providers', { body })).json.id
}

describe('rules of sign-in', () => {
  test('are usual ones until a tenant says otherwise, and then those, in the log too', async () => {
    await using on = await scene()
    assert.deepEqual((await on.edge.call(on.owner, 'GET /v1/rules')).json, defaultRules)
    const rules = { passwords: 'off', session: { idle_minutes: 15, absolute_hours: 8 } } as const
    assert.equal((await put(on.edge, on.owner, rules)).status, 200)
    assert.deepEqual((await on.edge.call(on.owner, 'GET /v1/rules')).json, { ...defaultRules, ...rules })
  })

  test('count from the next request of sessions that exist', async () => {
    await using on = await scene()
    const { caller, account } = await person(on.edge, TENANT, { role: 'editor' })
    const whoami = async () => {
      const { status, json } = await on.edge.call(caller, 'GET /v1/whoami')
      return status === 200 ? 200 : json.code
    }
    await methods(on, account, [{ method: 'password', at: 1 }])
    assert.equal(await whoami(), 200)
    await put(on.edge, on.owner, { passwords: 'off' })
    assert.equal(await whoami(), 'sign_in_not_enough')
    await put(on.edge, on.owner, { mfa: 'required' })
    assert.equal(await whoami(), 'sign_in_not_enough')
    await methods(on, account, [{ method: 'password', at: 1 }, { method: 'totp', at: 1 }])
    assert.equal(await whoami(), 200)
    await put(on.edge, on.owner, {})
    on.edge.clock.now += 30 * 60_000
    assert.equal(await whoami(), 200)
    await put(on.edge, on.owner, { session: { idle_minutes: 5, absolute_hours: 1 } })
    on.edge.clock.now += 6 * 60_000
    assert.equal(await whoami(), 'unauthenticated')
  })

  test('have an address’s domain sign in with its provider, and lead there', async () => {
    await using on = await scene()
    const id = await houseProvider(on)
    await put(on.edge, on.owner, { sso_domains: [{ domain: 'example.com', provider: id }] })
    const { caller } = await person(on.edge, TENANT, { role: 'editor' })
    assert.equal((await on.edge.call(caller, 'GET /v1/whoami')).json.code, 'sign_in_not_enough')
    const grace = { sub: 'grace', email: 'grace@example.com', groups: 'staff' }
    assert.equal(await signIn(on, id, grace), '/console')
    assert.equal((await on.browser.ask('GET /v1/whoami')).status, 200)
  })

  test('take a provider’s word for two factors from who is named, and from nobody else', async () => {
    await using on = await scene()
    const id = await houseProvider(on)
    const grace = { sub: 'grace', groups: 'staff', amr: ['pwd', 'mfa'] }
    const enter = async (claims: object, change: Partial<TenantRules>) => {
      await put(on.edge, on.owner, { mfa: 'required', ...change })
      await signIn(on, id, { ...grace, ...claims })
      return (await on.browser.ask('GET /v1/whoami')).status
    }
    assert.equal(await enter({}, {}), 403)
    assert.equal(await enter({}, { mfa_from: [on.issuer.issuer] }), 200)
    assert.equal(await enter({ amr: ['pwd'] }, { mfa_from: [on.issuer.issuer] }), 403)
    assert.equal(await enter({}, { mfa_from: ['https://accounts.google.com'] }), 403)
  })

  test('let no provider of another tenant in, though its identity is known', async () => {
    await using on = await scene()
    const id = await houseProvider(on)
    await signIn(on, id, { sub: 'grace', groups: 'staff' })
    assert.equal((await on.browser.ask('GET /v1/whoami')).status, 200)
    await run(on, writes.updateTable('provider').set({ tenant: '0193509f-6e00-7000-8000-0000000000fd' }))
    const other = new Browser(on.edge)
    await signIn(on, id, { sub: 'grace' }, { browser: other })
    const chosen = await other.ask('POST /v1/sessions/tenant', { tenant: TENANT })
    assert.deepEqual([chosen.status, chosen.json.code], [403, 'sign_in_not_enough'])
  })

  test('are changed freshly, by who may, and name providers of this tenant', async () => {
    await using on = await scene()
    const stale = await person(on.edge, TENANT, { role: 'owner', fresh: false })
    assert.equal((await put(on.edge, stale.caller, {})).json.code, 'fresh_sign_in_required')
    const admin = await person(on.edge, TENANT, { role: 'admin' })
    assert.equal((await put(on.edge, admin.caller, {})).json.code, 'forbidden')
    const unknown = { domain: 'acme.example', provider: '0193509f-6e00-7000-8000-00000000000a' }
    assert.equal((await put(on.edge, on.owner, { sso_domains: [unknown] })).status, 400)
    const wrong: readonly object[] = [
      { sso_domains: [{ ...unknown, domain: 'Acme.example' }] },
      { sso_domains: [unknown, unknown] },
      { session: { idle_minutes: 1441, absolute_hours: 1 } },
      { session: { idle_minutes: 60, absolute_hours: 721 } },
      { issuers: ['not a URL'] },
      { passwords: 'sometimes' },
    ]
    for (const change of wrong) {
      assert.equal((await put(on.edge, on.owner, change)).status, 400, JSON.stringify(change))
    }
  })
})

test('rules that want two people for something are changed by two', async () => {
  await using on = await scene()
  const other = await person(on.edge, TENANT, { role: 'owner' })
  for (const approvals of [{ keys: true, deletion: false }, { keys: false, deletion: true }]) {
    await run(on, writes.deleteFrom('tenant_rules'))
    assert.equal((await put(on.edge, on.owner, { approvals })).status, 200)
    const asked = await put(on.edge, on.owner, {})
    assert.deepEqual([asked.status, asked.json.code], [403, 'approval_required'])
    const { approval } = asked.json
    const approved = await on.edge.call(other.caller, `POST /v1/approvals/${approval}/approve`)
    assert.equal(approved.status, 200, JSON.stringify(approved.json))
    const again = { body: defaultRules, headers: { approval } }
    assert.equal((await on.edge.call(on.owner, 'PUT /v1/rules', again)).status, 200)
  }
})

describe('the last owner', () => {
  const password = (account: string) =>
    writes.updateTable('account').set({ password: '$argon2id$' }).where('id', '=', account)

  test('is not locked out, and is told what is missing', async () => {
    await using on = await scene()
    const id = await houseProvider(on)
    const { account, caller } = await onlyOwner(on)
    await run(on, password(account))
    await methods(on, account, [{ method: 'password', at: 1 }])
    const refused: readonly (readonly [Partial<TenantRules>, RegExp])[] = [
      [{ passwords: 'off' }, /a passkey, or a provider/],
      [{ mfa: 'required' }, /a second factor/],
      [{ sso_domains: [{ domain: 'example.com', provider: id }] }, /the provider of their mail domain/],
    ]
    for (const [change, missing] of refused) {
      const { status, json } = await put(on.edge, caller, change)
      assert.deepEqual([status, json.code], [409, 'last_owner'])
      assert.match(json.detail, missing)
    }
    assert.deepEqual((await on.edge.call(caller, 'GET /v1/rules')).json, defaultRules)
    const totp = { id: account, account, secret_sealed: 'v1.x', step: -1, created: 1, confirmed: 1 }
    await run(on, writes.insertInto('totp').values(totp))
    assert.equal((await put(on.edge, caller, { mfa: 'required' })).status, 200)
  })

  test('may be kept in by an identity that the rules allow', async () => {
    await using on = await scene()
    const id = await houseProvider(on)
    const { account, caller } = await onlyOwner(on)
    await run(on, password(account))
    await methods(on, account, [{ method: 'password', at: 1 }])
    const { issuer } = on.issuer
    const row = { id: account, issuer, subject: 'a', account, provider: id, name: 'a', created: 1, used: 1 }
    await run(on, writes.insertInto('identity').values(row))
    assert.equal(
      (await put(on.edge, caller, { passwords: 'off', issuers: ['https://a.example'] })).status,
      409,
    )
    assert.equal((await put(on.edge, caller, { passwords: 'off', issuers: [issuer] })).status, 200)
  })

  test('counts how they are signed in now, and whoever else is owner', async () => {
    await using on = await scene()
    const { account, caller } = await onlyOwner(on)
    assert.equal((await put(on.edge, caller, { passwords: 'off', mfa: 'required' })).status, 200)
    await run(on, writes.deleteFrom('tenant_rules'))
    await methods(on, account, [{ method: 'password', at: 1 }])
    assert.equal((await put(on.edge, caller, { mfa: 'required' })).status, 409)
    const other = await person(on.edge, TENANT, { role: 'owner' })
    const totp = { id: other.account, account: other.account, secret_sealed: 'v1.x', step: -1, created: 1 }
    await run(on, password(other.account), writes.insertInto('totp').values({ ...totp, confirmed: 1 }))
    assert.equal((await put(on.edge, caller, { mfa: 'required' })).status, 200)
  })
})
