/** Sign-in with a real OpenID provider, by nothing that the edge does not know from its discovery document. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bearer, type Caller, PUBLIC_URL, type TestEdge, testEdge } from '../../edge_fixture.ts'
import { session } from '../devices/people_fixture.ts'
import { Browser, count, lastReason, log, TENANT } from './browser_fixture.ts'
import { type RealIssuer, realIssuer, signInWith, walk } from './real_fixture.ts'

const REFUSED = '/console/sign-in?problem=provider_refused'
const grace = { sub: 'grace', email: 'grace@acme.example', email_verified: true, name: 'Grace Hopper' }
const secrets = { house: 'a secret: + % and ~', tenant: 'another secret' }

let issuer: RealIssuer
let edge: TestEdge
let owner: Caller
/** The tenant's provider. */
let own: string

/** An unknown key is asked for at most once a minute. Its tokens count for five, so our clock may run ahead that far. */
async function rotate(alg: string): Promise<void> {
  await issuer.rotate(alg)
  edge.clock.now += 60_000
}

function client(id: keyof typeof secrets, provider: string, further: object = {}) {
  const client_secret = secrets[id]
  return {
    client_id: id,
    client_secret,
    redirect_uris: [`${PUBLIC_URL}/v1/sign-in/${provider}/callback`],
    ...further,
  }
}

before(async () => {
  issuer = await realIssuer()
  const house = { id: 'house', name: 'House', issuer: issuer.issuer, clientId: 'house' }
  edge = await testEdge({
    now: Date.now(),
    providers: [{ ...house, clientSecret: secrets.house, github: null }],
  })
  const made = await edge.call(bearer(edge.setupToken), 'POST /v1/setup', {
    body: { tenant: { id: TENANT, name: 'Acme' }, person: { name: 'Ada' } },
  })
  owner = bearer(made.json.token)
  const body = {
    name: 'Acme',
    issuer: issuer.issuer,
    client_id: 'tenant',
    client_secret: secrets.tenant,
    claim_rules: [{ claim: 'groups', value: 'data', role: 'editor' }],
  }
  const answer = await edge.call(owner, 'POST /v1/providers', { body })
  assert.equal(answer.status, 201, JSON.stringify(answer.json))
  own = answer.json.id
  issuer.clients = [
    client('house', 'house'),
    client('tenant', own, { token_endpoint_auth_method: 'client_secret_post' }),
  ]
  await issuer.rotate()
})

after(async () => {
  await edge[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})

describe('a real OpenID provider', () => {
  test('is discovered, and signs somebody in', async () => {
    issuer.account = grace
    const browser = new Browser(edge)
    assert.equal(await signInWith(browser, 'house'), '/console')
    const { json } = await browser.ask('GET /v1/account')
    assert.deepEqual([json.name, json.email, json.email_verified], [
      'Grace Hopper',
      'grace@acme.example',
      true,
    ])
  })

  test('signs the same person in with a new key, by any algorithm that it announces', async () => {
    for (const alg of ['RS256', 'ES256', 'PS256', 'EdDSA']) {
      await rotate(alg)
      const browser = new Browser(edge)
      const end = await signInWith(browser, 'house')
      if (end !== '/console') assert.fail(`${alg}: ${end} ${await lastReason({ edge })}`)
    }
    assert.equal(await count({ edge }, 'account'), 1)
  })

  test('makes members of a tenant by claim, and takes what it gave', async () => {
    await rotate('RS256')
    issuer.account = { sub: 'joan', email: 'joan@acme.example', name: 'Joan Clarke', groups: ['data'] }
    const browser = new Browser(edge)
    assert.equal(await signInWith(browser, own), '/console')
    assert.equal((await browser.ask('GET /v1/whoami')).json.tenant, TENANT)
    issuer.account = { ...issuer.account, groups: ['other'] }
    assert.equal(await signInWith(browser, own), '/console')
    assert.equal((await browser.ask('GET /v1/whoami')).status, 403)
    const actions = (await log({ edge })).map(({ action }) => action)
    assert.ok(actions.includes('member.joined_by_claim') && actions.includes('member.removed_by_claim'))
  })

  test('connects to an account whose address it knows only from there', async () => {
    issuer.account = { ...grace, sub: 'grace at work' }
    const browser = new Browser(edge)
    assert.equal(await signInWith(browser, 'house'), '/console/sign-in?problem=link_required')
    const [row] = await edge.storage.read({
      sql: "SELECT account FROM identity WHERE subject = 'grace'",
      parameters: [],
      reads: true,
    })
    const caller = await session(edge, { account: row?.account as string, tenant: null })
    if (caller.kind === 'session') browser.cookies.set('__Host-session', caller.cookie)
    const { json } = await browser.ask('POST /v1/account/identities', { provider: 'house' })
    const back = await walk(json.location)
    const { headers } = await browser.ask(`GET ${back.pathname}${back.search}`)
    assert.equal(headers.get('location'), '/console/account')
    assert.equal(await signInWith(new Browser(edge), 'house'), '/console')
  })

  test('says who it is in the answer, and answers a code once', async () => {
    issuer.account = grace
    const browser = new Browser(edge)
    const back = await walk((await browser.start('house')).href)
    assert.equal(back.searchParams.get('iss'), issuer.issuer)
    const code = back.searchParams.get('code') ?? ''
    const ask = async (search: URLSearchParams) =>
      (await browser.ask(`GET ${back.pathname}?${search}`)).headers.get('location')
    assert.equal(await ask(back.searchParams), '/console')
    const again = await browser.start('house')
    const replayed = { code, state: again.searchParams.get('state') ?? '', iss: issuer.issuer }
    assert.equal(await ask(new URLSearchParams(replayed)), REFUSED)
    assert.equal(await lastReason({ edge }), 'code')
    const third = await browser.start('house')
    const stripped = { code, state: third.searchParams.get('state') ?? '' }
    assert.equal(await ask(new URLSearchParams(stripped)), REFUSED)
    assert.equal(await lastReason({ edge }), 'iss_parameter')
  })

  test('is left by somebody who changes their mind', async () => {
    issuer.account = null
    assert.equal(await signInWith(new Browser(edge), 'house'), REFUSED)
    assert.equal(await lastReason({ edge }), 'no_code')
  })
})
