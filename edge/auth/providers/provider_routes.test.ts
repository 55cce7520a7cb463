import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Answer, bearer, type Caller } from '../../edge_fixture.ts'
import { person } from '../devices/people_fixture.ts'
import { Browser, log, type Scene, scene, signIn, TENANT } from './browser_fixture.ts'
import { CLIENT_ID, CLIENT_SECRET } from './liar_fixture.ts'

const rule = { claim: 'groups', value: 'data', role: 'editor' }

function create(on: Scene, change: object = {}, as: Caller = on.owner): Promise<Answer> {
  const body = { name: 'Acme', issuer: on.issuer.issuer, client_id: CLIENT_ID, client_secret: CLIENT_SECRET }
  return on.edge.call(as, 'POST /v1/providers', { body: { ...body, ...change } })
}

describe('a provider of a tenant', () => {
  test('keeps its secret sealed, and answers it never, nor says it in the log', async () => {
    await using on = await scene()
    const made = await create(on, { claim_rules: [rule] })
    assert.equal(made.status, 201)
    const { id } = made.json
    const read = await on.edge.call(on.owner, `GET /v1/providers/${id}`)
    const list = await on.edge.call(on.owner, 'GET /v1/providers')
    const [row] = await on.edge.storage.read({ sql: 'SELECT * FROM provider', parameters: [], reads: true })
    assert.match(row?.client_secret_sealed as string, /^v1\./)
    const said = JSON.stringify([made.json, read.json, list.json, row, await log(on), on.edge.logged])
    assert.ok(!said.includes(CLIENT_SECRET) && !said.includes(JSON.stringify(CLIENT_SECRET).slice(1, -1)))
    assert.deepEqual(read.json.claim_rules, [rule])
    const [entry] = (await log(on)).filter(({ action }) => action === 'provider.created')
    assert.ok(!JSON.stringify(entry).includes(rule.value), 'a value may be somebody’s address')
    assert.ok(entry.facts.claim_rules.includes(`"role":"${rule.role}"`))
  })

  test('changes, but not its issuer', async () => {
    await using on = await scene()
    const { json: { id } } = await create(on)
    const change = (body: object) => on.edge.call(on.owner, `PATCH /v1/providers/${id}`, { body })
    assert.equal((await change({ issuer: 'https://other.example' })).status, 400)
    const changed = await change({ name: 'Acme Inc.', client_secret: 'another' })
    assert.deepEqual([changed.status, changed.json.name, changed.json.issuer], [
      200,
      'Acme Inc.',
      on.issuer.issuer,
    ])
  })

  test('is an issuer that can be discovered, of one directory, by https', async () => {
    await using on = await scene()
    const { origin } = new URL(on.issuer.issuer)
    const wrong: readonly (readonly [string, number])[] = [
      [`${origin}/other`, 502],
      ['http://issuer.example', 400],
      ['https://user:password@issuer.example', 400],
      ['https://issuer.example/?a=b', 400],
      ['https://login.microsoftonline.com/common/v2.0', 400],
      ['https://github.com', 400],
      ['https://169.254.169.254', 502],
      ['file:///etc/passwd', 400],
    ]
    for (const [issuer, status] of wrong) {
      const answer = await create(on, { issuer })
      assert.equal(answer.status, status, `${issuer}: ${JSON.stringify(answer.json)}`)
    }
  })

  test('is made freshly, by who may change rules', async () => {
    await using on = await scene()
    const stale = await person(on.edge, TENANT, { role: 'owner', fresh: false })
    assert.equal((await create(on, {}, stale.caller)).json.code, 'fresh_sign_in_required')
    for (const role of ['admin', 'editor', 'auditor'] as const) {
      const { caller } = await person(on.edge, TENANT, { role })
      assert.equal((await create(on, {}, caller)).json.code, 'forbidden', role)
    }
  })

  test('gives by claim no more than its maker holds, and never owner', async () => {
    await using on = await scene()
    const officer = (await person(on.edge, TENANT, { role: 'security_officer' })).caller
    const held = { ...rule, role: 'auditor' }
    assert.equal((await create(on, { claim_rules: [held] }, officer)).json.code, 'forbidden')
    assert.equal((await create(on, { claim_rules: [] }, officer)).status, 201)
    const id = '0193509f-6e00-7000-8000-00000000000a'
    const wrong = [
      { ...rule, role: 'owner' },
      { ...rule, role: 'superuser' },
      { ...rule, role: id },
      { ...rule, level: 'workspace' },
      { ...rule, level: 'workspace', place: id },
      { ...rule, place: id },
    ]
    for (const one of wrong) {
      const { status, json } = await create(on, { name: 'other', claim_rules: [one] })
      assert.deepEqual([status, json.code], [400, 'invalid_request'], JSON.stringify(one))
    }
    const custom = await on.edge.call(on.owner, 'POST /v1/roles', {
      body: { name: 'rule maker', permissions: ['rules.read', 'rules.write', 'roles.read', 'roles.write'] },
    })
    const body = { name: 'Eve', role: custom.json.id }
    const invited = await on.edge.call(on.owner, 'POST /v1/members', { body })
    const eve = await on.edge.call(bearer(invited.json.invitation), 'POST /v1/invitations/accept')
    const answer = await create(on, { name: 'third', claim_rules: [rule] }, bearer(eve.json.token))
    assert.equal(answer.json.code, 'forbidden', JSON.stringify(answer.json))
  })

  test('is offered to who writes an address of its domain, whether there is such an account or not', async () => {
    await using on = await scene()
    const { json: { id } } = await create(on)
    const rules = (await on.edge.call(on.owner, 'GET /v1/rules')).json
    const sso_domains = [{ domain: 'acme.example', provider: id }]
    const put = await on.edge.call(on.owner, 'PUT /v1/rules', { body: { ...rules, sso_domains } })
    assert.equal(put.status, 200, JSON.stringify(put.json))
    const offered = async (email: string) => {
      const { json } = await new Browser(on.edge).ask('POST /v1/sign-in/providers', { email })
      return json.data.map((one: { id: string }) => one.id)
    }
    assert.deepEqual(await offered('anybody@acme.example'), [id, 'house'])
    assert.deepEqual(await offered('anybody@ACME.example'), [id, 'house'])
    assert.deepEqual(await offered('anybody@sub.acme.example'), ['house'])
    assert.deepEqual(await offered('not an address'), ['house'])
    assert.equal((await on.edge.call(on.owner, `DELETE /v1/providers/${id}`)).json.code, 'conflict')
  })

  test('signs nobody in once it is gone', async () => {
    await using on = await scene()
    const { json: { id } } = await create(on, { claim_rules: [rule] })
    assert.equal(await signIn(on, id, { sub: 'a', groups: 'data' }), '/console')
    const to = await on.browser.start(id)
    assert.equal((await on.browser.ask('GET /v1/whoami')).status, 200)
    assert.equal((await on.edge.call(on.owner, `DELETE /v1/providers/${id}`)).status, 200)
    assert.equal((await on.browser.ask('GET /v1/account')).status, 401)
    assert.equal((await on.browser.ask(`POST /v1/sign-in/${id}/start`, {})).status, 404)
    const end = await on.browser.back(id, { code: 'c', state: to.searchParams.get('state') ?? '' })
    assert.equal(end, '/console/sign-in?problem=link_invalid')
  })
})
