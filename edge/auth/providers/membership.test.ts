import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ClaimRule } from '../../../shared/schemas/provider.ts'
import { reader } from '../../db/database.ts'
import { person } from '../devices/people_fixture.ts'
import {
  ada,
  Browser,
  count,
  lastReason,
  log,
  says,
  type Scene,
  scene,
  signIn,
  TENANT,
} from './browser_fixture.ts'
import { CLIENT_ID, CLIENT_SECRET } from './liar_fixture.ts'
import { membership } from './membership.ts'
import type { Provider } from './providers.ts'

const staff: ClaimRule = { claim: 'groups', value: 'staff', role: 'viewer' }
const data: ClaimRule = { claim: 'groups', value: 'data', role: 'editor' }
const REFUSED = '/console/sign-in?problem=provider_refused'

/** Makes the issuer a provider of the tenant with these rules; answers its id. */
async function provider(on: Scene, claim_rules: readonly ClaimRule[]): Promise<string> {
  const body = {
    name: 'Acme',
    issuer: on.issuer.issuer,
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    claim_rules,
  }
  const { status, json } = await on.edge.call(on.owner, 'POST /v1/providers', { body })
  assert.equal(status, 201, JSON.stringify(json))
  return json.id
}

async function roles(on: Scene): Promise<string[]> {
  const rows = await on.edge.storage.read({
    sql:
      "SELECT role, level FROM binding JOIN member ON member.id = binding.member WHERE member.account IS NOT NULL AND member.state = 'active' ORDER BY role",
    parameters: [],
    reads: true,
  })
  return rows.map(({ role, level }) => `${role} ${level}`)
}

const grace = { sub: 'grace', email: 'grace@acme.example', name: 'Grace Hopper' }

describe('a tenant’s provider', () => {
  test('makes a member of whom a claim lets in, with an account, and leads into the tenant', async () => {
    await using on = await scene()
    const id = await provider(on, [staff, data])
    assert.equal(await signIn(on, id, { ...grace, groups: ['staff', 'data'] }), '/console')
    assert.deepEqual(await roles(on), ['editor tenant', 'viewer tenant'])
    const { json } = await on.browser.ask('GET /v1/whoami')
    assert.deepEqual([json.tenant, json.name], [TENANT, 'Grace Hopper'])
    const entries = await log(on)
    assert.ok(
      entries.some(({ action, facts }) =>
        action === 'member.joined_by_claim' && facts.provider === id && facts.roles === 'editor viewer'
      ),
    )
    assert.doesNotMatch(JSON.stringify(entries), /Grace|grace@/)
  })

  test('lets nobody in without a claim, and makes no account then', async () => {
    await using on = await scene()
    const id = await provider(on, [staff])
    for (const groups of [undefined, 'other', ['other'], { staff: true }, ['STAFF'], 'staff other']) {
      assert.equal(await signIn(on, id, { ...grace, groups }), REFUSED)
      assert.equal(await lastReason(on), 'no_claim')
    }
    assert.equal(await count(on, 'account'), 0)
    assert.equal(await signIn(on, id, { ...grace, groups: 'staff' }), '/console')
  })

  test('makes no member beyond the number that the installation lets the tenant have, nor of one that is suspended', async () => {
    await using on = await scene()
    const id = await provider(on, [staff])
    const write = (sql: string) =>
      on.edge.storage.write({
        id: '',
        steps: [{ sql, parameters: [], reads: false }],
        leaf: null,
        repeatable: false,
      })
    await write(`INSERT INTO quota (tenant, what, most, day, used) VALUES ('${TENANT}', 'members', 1, '', 0)`)
    const refused = '/console/sign-in?problem=quota_reached'
    assert.equal(await signIn(on, id, { ...grace, groups: ['staff'] }), refused)
    assert.equal(await lastReason(on), 'quota_reached')
    assert.equal(await count(on, 'account'), 0)
    await write('UPDATE quota SET most = 2')
    await write('UPDATE tenant SET suspended = 1')
    assert.match(await signIn(on, id, { ...grace, groups: ['staff'] }), /problem=tenant_suspended/)
    await write('UPDATE tenant SET suspended = NULL')
    assert.equal(await signIn(on, id, { ...grace, groups: ['staff'] }), '/console')
    const again = { ...grace, sub: 'late', groups: ['staff'] }
    assert.equal(await signIn(on, id, again, { browser: new Browser(on.edge) }), refused)
    assert.deepEqual(await roles(on), ['viewer tenant'])
  })

  test('proves no address: who really has it can still register, and is not who came by it', async () => {
    await using on = await scene()
    const id = await provider(on, [staff])
    await signIn(on, id, { ...grace, groups: 'staff', email_verified: true })
    const [row] = await on.edge.storage.read({ sql: 'SELECT * FROM account', parameters: [], reads: true })
    assert.equal(row?.email_verified, null)
    assert.match(row?.email_key as string, /^unproven:/)
    const other = new Browser(on.edge)
    const real = { sub: 'real', email: 'grace@acme.example', email_verified: true }
    assert.equal(await signIn(on, 'house', real, { browser: other }), '/console')
    assert.equal(await count(on, 'account'), 2)
  })

  test('hears nothing of whose an address is, whatever its token says', async () => {
    await using on = await scene()
    await signIn(on, 'house', ada)
    const id = await provider(on, [staff])
    const as = (sub: string, email: string, groups: readonly string[]) =>
      signIn(on, id, { sub, email, email_verified: true, groups }, { browser: new Browser(on.edge) })
    assert.equal(await as('one', String(ada.email), []), REFUSED)
    assert.equal(await lastReason(on), 'no_claim')
    assert.equal(await as('two', 'nobody@acme.example', []), REFUSED)
    assert.equal(await lastReason(on), 'no_claim')
    assert.equal(await as('one', String(ada.email), ['staff']), '/console')
    assert.equal(await as('two', 'nobody@acme.example', ['staff']), '/console')
    assert.equal(await count(on, 'account'), 3)
  })

  test('renews its roles at each sign-in: new claims give, gone ones take', async () => {
    await using on = await scene()
    const id = await provider(on, [staff, data])
    await signIn(on, id, { ...grace, groups: ['staff'] })
    assert.deepEqual(await roles(on), ['viewer tenant'])
    await signIn(on, id, { ...grace, groups: ['data'] })
    assert.deepEqual(await roles(on), ['editor tenant'])
    assert.equal(await count(on, 'account'), 1)
    const changed = (await log(on)).findLast(({ action }) => action === 'role.changed')
    assert.deepEqual(changed.facts, { provider: id, added: 'editor', removed: 'viewer' })
  })

  test('removes the member that it made when no claim is left, and their tokens', async () => {
    await using on = await scene()
    const id = await provider(on, [data])
    await signIn(on, id, { ...grace, groups: ['data'] })
    assert.equal(await signIn(on, id, { ...grace, groups: [] }), '/console')
    assert.deepEqual(await roles(on), [])
    assert.equal((await on.browser.ask('GET /v1/whoami')).status, 403)
    assert.ok((await log(on)).some(({ action }) => action === 'member.removed_by_claim'))
    assert.equal(await signIn(on, id, { ...grace, groups: ['data'] }), '/console')
    assert.deepEqual(await roles(on), ['editor tenant'])
  })

  test('never touches what people gave', async () => {
    await using on = await scene()
    const id = await provider(on, [staff])
    await signIn(on, id, { ...grace, groups: ['staff'] })
    const members = await on.edge.call(on.owner, 'GET /v1/members')
    const member = members.json.data.find(({ name }: { name: string }) => name === 'Grace Hopper').id
    const given = { member, role: 'auditor', level: 'tenant' }
    const bound = await on.edge.call(on.owner, 'POST /v1/bindings', { body: given })
    assert.equal(bound.status, 201, JSON.stringify(bound.json))
    await signIn(on, id, { ...grace, groups: [] })
    assert.deepEqual(await roles(on), ['auditor tenant'])
  })

  for (const what of ['a role', 'a place in a group'] as const) {
    test(`removes nobody whom people give ${what} at that very moment`, async () => {
      await using on = await scene()
      const id = await provider(on, [staff])
      await signIn(on, id, { ...grace, groups: ['staff'] })
      const sql = 'SELECT id, account FROM member WHERE account IS NOT NULL'
      const [row] = await on.edge.storage.read({ sql, parameters: [], reads: true })
      const [member, account] = [row?.id as string, row?.account as string]
      const own = { id, tenant: TENANT, claimRules: [staff] } as unknown as Provider
      const asked = {
        ...{ db: reader(on.edge.storage), now: on.edge.clock.now, newId: () => crypto.randomUUID() },
        placeFor: () => Promise.resolve([]),
      }
      const decided = await membership(asked, own, { account: { id: account, name: '' }, said: {} })
      assert.equal(decided?.member, null)
      if (what === 'a role') {
        const body = { member, role: 'auditor', level: 'tenant' }
        assert.equal((await on.edge.call(on.owner, 'POST /v1/bindings', { body })).status, 201)
      } else {
        const group = await on.edge.call(on.owner, 'POST /v1/groups', { body: { name: 'Readers' } })
        const put = await on.edge.call(on.owner, `PUT /v1/groups/${group.json.id}/members/${member}`)
        assert.equal(put.status, 200, JSON.stringify(put.json))
      }
      const plan = { id: '', steps: decided?.steps ?? [], leaf: null, repeatable: false }
      await assert.rejects(on.edge.storage.write(plan), { code: 'conflict' })
      await signIn(on, id, { ...grace, groups: [] })
      assert.deepEqual(await roles(on), what === 'a role' ? ['auditor tenant'] : [])
      assert.equal((await on.browser.ask('GET /v1/whoami')).status, 200)
    })
  }

  test('gives no role that is gone, and never owner', async () => {
    await using on = await scene()
    const id = await provider(on, [staff])
    const rules = [{ ...staff, role: 'owner' }, { ...staff, role: '0193509f-6e00-7000-8000-00000000000a' }]
    await on.edge.storage.write({
      id: '',
      steps: [{
        sql: 'UPDATE provider SET claim_rules = ?',
        parameters: [JSON.stringify(rules)],
        reads: false,
      }],
      leaf: null,
      repeatable: false,
    })
    assert.equal(await signIn(on, id, { ...grace, groups: ['staff'] }), REFUSED)
    assert.deepEqual(await roles(on), [])
  })

  test('joins whoever is signed in already, under their account', async () => {
    await using on = await scene()
    const id = await provider(on, [staff])
    const editor = await person(on.edge, TENANT, { role: 'editor' })
    if (editor.caller.kind === 'session') on.browser.cookies.set('__Host-session', editor.caller.cookie)
    const { status, json } = await on.browser.ask('POST /v1/account/identities', { provider: id })
    assert.equal(status, 200, JSON.stringify(json))
    const to = new URL(json.location)
    says(on, to, { ...ada, groups: ['staff'] })
    const state = to.searchParams.get('state') ?? ''
    assert.equal(await on.browser.back(id, { code: 'c', state }), '/console/account')
    assert.deepEqual(await roles(on), ['editor tenant', 'viewer tenant'])
  })
})
