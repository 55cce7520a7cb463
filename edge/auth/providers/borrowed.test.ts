/** What the provider of one tenant says opens that tenant, and is no way into anything else of the same person. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ClaimRule } from '../../../shared/schemas/provider.ts'
import { bearer } from '../../edge_fixture.ts'
import { Browser, type Scene, scene, signIn } from './browser_fixture.ts'
import { CLIENT_ID, CLIENT_SECRET } from './liar_fixture.ts'

const staff: ClaimRule = { claim: 'groups', value: 'staff', role: 'viewer' }
const grace = { sub: 'grace', email: 'grace@acme.example', name: 'Grace Hopper', groups: ['staff'] }
const OTHER = '0193509f-6e00-7000-8000-000000000002'
const password = 'gravel-otter-sundial'

async function provider(on: Scene): Promise<string> {
  const { json } = await on.edge.call(on.owner, 'POST /v1/providers', {
    body: {
      name: 'Acme',
      issuer: on.issuer.issuer,
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      claim_rules: [staff],
    },
  })
  return json.id
}

/** An invitation to be handed over, to another tenant of the same installation. */
async function invitedElsewhere(on: Scene): Promise<string> {
  const made = await on.edge.call(on.owner, 'POST /v1/tenants', {
    body: { tenant: { id: OTHER, name: 'Other' }, person: { name: 'Olga' } },
  })
  const owner = bearer(made.json.token)
  const { json } = await on.edge.call(owner, 'POST /v1/members', { body: { name: 'Grace', role: 'editor' } })
  return json.invitation
}

/** Grace by the tenant's provider, which whoever runs it could be as well. */
async function vouched(on: Scene, id: string): Promise<Browser> {
  const browser = new Browser(on.edge)
  assert.equal(await signIn(on, id, grace, { browser }), '/console')
  return browser
}

/** Her address, as a mail that she got would have it. */
async function proven(on: Scene): Promise<void> {
  const sql = "UPDATE account SET email_key = 'grace@acme.example', email_verified = 1"
  const steps = [{ sql, parameters: [], reads: false }]
  await on.edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
}

const asks = async (browser: Browser, target: string, body?: unknown) => {
  const { status, json } = await browser.ask(target, body)
  return [status, json.code]
}

describe('a session by the word of a tenant’s provider', () => {
  test('sets up the first factor of somebody who has nothing else', async () => {
    await using on = await scene()
    const browser = await vouched(on, await provider(on))
    assert.equal((await browser.ask('POST /v1/account/totp', {})).status, 201)
  })

  test('changes no way to sign in of somebody who has a password', async () => {
    await using on = await scene()
    const id = await provider(on)
    const own = await vouched(on, id)
    assert.equal((await own.ask('PUT /v1/account/password', { password })).status, 200)
    await proven(on)
    const browser = await vouched(on, id)
    const refused = [403, 'fresh_sign_in_required']
    assert.deepEqual(await asks(browser, 'POST /v1/account/totp', {}), refused)
    assert.deepEqual(await asks(browser, 'POST /v1/account/passkeys/options', {}), refused)
    assert.deepEqual(
      await asks(browser, 'PUT /v1/account/password', { password: 'ember-walrus-flute' }),
      refused,
    )
    assert.deepEqual(await asks(browser, 'DELETE /v1/account'), refused)
    assert.equal((await browser.ask('GET /v1/whoami')).status, 200)
  })

  test('accepts no invitation to another tenant, whose rules do not take its issuer', async () => {
    await using on = await scene()
    const invitation = await invitedElsewhere(on)
    const browser = await vouched(on, await provider(on))
    assert.deepEqual(await asks(browser, 'POST /v1/invitations/join', { invitation }), [
      403,
      'sign_in_not_enough',
    ])
    await browser.ask('PUT /v1/account/password', { password })
    await proven(on)
    const own = new Browser(on.edge)
    assert.equal((await own.ask('POST /v1/sessions', { email: grace.email, password })).status, 200)
    assert.equal((await own.ask('POST /v1/invitations/join', { invitation })).status, 201)
  })

  test('leaves no other tenant than its own for somebody', async () => {
    await using on = await scene()
    const id = await provider(on)
    const browser = await vouched(on, id)
    const { json } = await browser.ask('GET /v1/account')
    await on.edge.call(on.owner, 'POST /v1/tenants', {
      body: { tenant: { id: OTHER, name: 'Other' }, person: { name: 'Olga' } },
    })
    await on.edge.storage.write({
      id: '',
      steps: [
        {
          sql: 'INSERT INTO member (id, tenant, name, kind, account, state, operator, created) ' +
            "VALUES ('0193509f-6e00-7000-8000-000000000003', ?, 'Grace', 'person', ?, 'active', 0, 0)",
          parameters: [OTHER, json.id],
          reads: false,
        },
        { sql: 'UPDATE account SET email_verified = 1 WHERE id = ?', parameters: [json.id], reads: false },
      ],
      leaf: null,
      repeatable: false,
    })
    assert.deepEqual(await asks(browser, `DELETE /v1/account/tenants/${OTHER}`), [
      403,
      'fresh_sign_in_required',
    ])
    const [house] = (await browser.ask('GET /v1/account/tenants')).json.data
    assert.equal((await browser.ask(`DELETE /v1/account/tenants/${house.tenant.id}`)).status, 200)
  })
})
