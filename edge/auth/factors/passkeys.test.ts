import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import { PUBLIC_URL } from '../../edge_fixture.ts'
import { type Falsified, SoftAuthenticator } from './authenticator_fixture.ts'
import { Browser, entries, installation, person, write } from './browser_fixture.ts'

const MINUTE_MS = 60_000

/** Ada with a passkey, in a browser that added it. */
async function scene(authenticator = new SoftAuthenticator(PUBLIC_URL), falsified: Falsified = {}) {
  const edge = await installation()
  const own = new Browser(edge)
  await own.startSession(edge.ada)
  const { id, codes } = await own.addPasskey('laptop', authenticator, falsified)
  return { edge, own, authenticator, id, codes, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

const failed = { code: 'sign_in_failed', status: 401 }

function refused(answer: { status: number; json: { code?: string } }): void {
  assert.deepEqual({ code: answer.json.code, status: answer.status }, failed)
}

describe('signing in by passkey, without an address', () => {
  for (const algorithm of ['ES256', 'EdDSA'] as const) {
    test(`makes a whole and fresh session that counts as two factors (${algorithm})`, async () => {
      await using s = await scene(new SoftAuthenticator(PUBLIC_URL, { algorithm }))
      const browser = new Browser(s.edge)
      const answer = await browser.signIn(s.authenticator)
      assert.deepEqual([answer.status, answer.json], [200, { next: 'done' }])
      assert.deepEqual([...browser.cookies.keys()].filter((name) => name === '__Host-passkey'), [])
      const factors = await browser.call('GET /v1/account/factors')
      assert.equal(factors.json.passkeys[0].name, 'laptop')
      assert.equal(factors.json.passkeys[0].last_used, new Date(s.edge.clock.now).toISOString())
      assert.equal((await browser.call(`DELETE /v1/account/passkeys/${s.id}`)).status, 200, 'fresh')
      const [entry] = await entries(s.edge, 'session.started')
      assert.equal(entry.facts.methods, 'passkey')
    })
  }

  const falsifications: readonly [what: string, falsified: Falsified][] = [
    ['without verification of the person', { userVerified: false }],
    ['with nobody present', { userPresent: false }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['for another host', { rpId: 'evil.example' }],
    ['with another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['with an altered signature', { altered: true }],
    ['made for a registration', { type: 'webauthn.create' }],
    ['in a frame of others', { crossOrigin: true }],
    ['that does not say whose it is', { userHandle: null }],
    ['that says it is of nobody', { userHandle: '' }],
    ['that says it is of another', { userHandle: Buffer.from('somebody').toString('base64url') }],
  ]
  for (const [what, falsified] of falsifications) {
    test(`refuses an answer ${what}`, async () => {
      await using s = await scene()
      const browser = new Browser(s.edge)
      refused(await browser.signIn(s.authenticator, falsified))
      assert.equal(browser.cookies.has('__Host-session'), false)
      assert.equal((await entries(s.edge, 'sign_in.failed')).length, 1)
      assert.equal((await browser.signIn(s.authenticator)).status, 200, 'and the right one is good')
    })
  }

  test('refuses an answer for the second time', async () => {
    await using s = await scene()
    const browser = new Browser(s.edge)
    const options = await browser.call('POST /v1/sessions/passkey/options')
    const thief = browser.copy()
    const credential = s.authenticator.assert(options.json)
    assert.equal((await browser.call('POST /v1/sessions/passkey/verify', { credential })).status, 200)
    refused(await thief.call('POST /v1/sessions/passkey/verify', { credential }))
  })

  test('refuses all but one of the same answer at the same moment', async () => {
    await using s = await scene(new SoftAuthenticator(PUBLIC_URL, { counts: false }))
    const browser = new Browser(s.edge)
    const options = await browser.call('POST /v1/sessions/passkey/options')
    const credential = s.authenticator.assert(options.json)
    const thieves = Array.from({ length: 5 }, () => browser.copy())
    const answers = await Promise.all(
      thieves.map((thief) => thief.call('POST /v1/sessions/passkey/verify', { credential })),
    )
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 401, 401, 401, 401])
  })

  test('refuses a challenge of another browser, and one older than five minutes', async () => {
    await using s = await scene()
    const [mine, other] = [new Browser(s.edge), new Browser(s.edge)]
    const options = await mine.call('POST /v1/sessions/passkey/options')
    await other.call('POST /v1/sessions/passkey/options')
    const verify = 'POST /v1/sessions/passkey/verify'
    refused(await other.call(verify, { credential: s.authenticator.assert(options.json) }))
    refused(await new Browser(s.edge).call(verify, { credential: s.authenticator.assert(options.json) }))
    s.edge.clock.now += 5 * MINUTE_MS
    refused(await mine.call(verify, { credential: s.authenticator.assert(options.json) }))
  })

  test('refuses a challenge that was given for something else', async () => {
    await using s = await scene()
    const forFresh = await s.own.call('POST /v1/fresh/passkey/options')
    const forNew = await s.own.call('POST /v1/account/passkeys/options')
    for (const { challenge } of [forFresh.json, forNew.json]) {
      refused(await s.own.signIn(s.authenticator, { challenge }))
    }
  })

  test('refuses a passkey that nobody has registered, or that was taken away', async () => {
    await using s = await scene()
    const unknown = new SoftAuthenticator(PUBLIC_URL)
    unknown.register({ rp: { id: 'edge.test' }, user: { id: 'AAAA' }, challenge: 'AAAA' })
    refused(await new Browser(s.edge).signIn(unknown))
    const browser = new Browser(s.edge)
    await browser.signIn(s.authenticator)
    assert.equal((await browser.call(`DELETE /v1/account/passkeys/${s.id}`)).status, 200)
    refused(await new Browser(s.edge).signIn(s.authenticator))
  })

  test('refuses a clone: a counter that does not rise, which is a security event', async () => {
    await using s = await scene()
    const clone = s.authenticator.clone()
    assert.equal((await new Browser(s.edge).signIn(s.authenticator)).status, 200)
    refused(await new Browser(s.edge).signIn(clone))
    const [event] = await entries(s.edge, 'sign_in.passkey_cloned')
    assert.deepEqual([event.facts.passkey, event.facts.reason], [s.id, 'counter_fell'])
    assert.equal((await new Browser(s.edge).signIn(s.authenticator)).status, 200)
    refused(await new Browser(s.edge).signIn(s.authenticator, { counter: 0 }))
  })

  test('does not take a falling counter for a clone where the signature does not hold', async () => {
    await using s = await scene()
    await new Browser(s.edge).signIn(s.authenticator)
    refused(await new Browser(s.edge).signIn(s.authenticator, { counter: 0, altered: true }))
    assert.deepEqual(await entries(s.edge, 'sign_in.passkey_cloned'), [])
    assert.equal((await entries(s.edge, 'sign_in.failed'))[0].facts.reason, 'signature')
  })

  test('refuses one that says it may be copied now and might not before, or the other way round', async () => {
    for (const before of [true, false]) {
      await using s = await scene(new SoftAuthenticator(PUBLIC_URL), { backupEligible: before })
      refused(await new Browser(s.edge).signIn(s.authenticator, { backupEligible: !before }))
      const synced = { backupEligible: before, synced: before }
      assert.equal((await new Browser(s.edge).signIn(s.authenticator, synced)).status, 200)
      const { json } = await s.own.call('GET /v1/account/factors')
      assert.equal(json.passkeys[0].synced, before)
    }
  })

  test('takes one that never counts', async () => {
    await using s = await scene(new SoftAuthenticator(PUBLIC_URL, { counts: false }))
    for (let i = 0; i < 3; i++) assert.equal((await new Browser(s.edge).signIn(s.authenticator)).status, 200)
  })

  test('is refused to an account that was locked, and from a page of another site', async () => {
    await using s = await scene()
    const browser = new Browser(s.edge)
    const options = await browser.call('POST /v1/sessions/passkey/options')
    const credential = s.authenticator.assert(options.json)
    const elsewhere = { origin: 'https://evil.example' }
    const foreign = await browser.call('POST /v1/sessions/passkey/verify', { credential }, elsewhere)
    assert.equal(foreign.json.code, 'origin_refused')
    await write(s.edge, [{ sql: "UPDATE account SET state = 'locked'", parameters: [], reads: false }])
    refused(await browser.call('POST /v1/sessions/passkey/verify', { credential }))
  })

  test('ends the session that the browser came with', async () => {
    await using s = await scene()
    const thief = s.own.copy()
    assert.equal((await s.own.signIn(s.authenticator)).status, 200)
    assert.equal((await thief.call('GET /v1/account/factors')).json.code, 'unauthenticated')
  })

  test('has a network wait that sends a hundred wrong answers, and counts none that is right', async () => {
    await using s = await scene()
    for (let i = 0; i < 3; i++) assert.equal((await new Browser(s.edge).signIn(s.authenticator)).status, 200)
    const credential = s.authenticator.assert({ rpId: 'edge.test', challenge: 'AAAA' })
    const wrong = () => new Browser(s.edge).call('POST /v1/sessions/passkey/verify', { credential })
    for (let i = 0; i < 100; i++) assert.equal((await wrong()).status, 401)
    assert.equal((await wrong()).status, 429)
    assert.equal((await new Browser(s.edge, '198.51.100.1').signIn(s.authenticator)).status, 200)
  })

  test('has a network wait that asks for hundreds of challenges', async () => {
    await using s = await scene()
    const ask = (network: string) => new Browser(s.edge, network).call('POST /v1/sessions/passkey/options')
    for (let i = 0; i < 300; i++) assert.equal((await ask('192.0.2.50')).status, 200)
    assert.equal((await ask('192.0.2.50')).status, 429)
    assert.equal((await ask('192.0.2.51')).status, 200)
    s.edge.clock.now += 6 * MINUTE_MS
    await ask('192.0.2.51')
    const sql = 'SELECT count(*) AS n FROM passkey_challenge'
    const [row] = await s.edge.storage.read({ sql, parameters: [], reads: true })
    assert.equal(row?.n, 1, 'what nobody answered is forgotten')
  })
})

describe('a passkey as second factor', () => {
  async function waiting(s: Awaited<ReturnType<typeof scene>>) {
    const browser = new Browser(s.edge)
    await browser.startSession(s.edge.ada, 'second_factor')
    const options = await browser.call('POST /v1/sessions/second-factor/options')
    assert.equal(options.status, 200)
    const show = (credential: unknown) =>
      browser.call('POST /v1/sessions/second-factor', { method: 'passkey', credential })
    return { browser, options: options.json, show }
  }

  test('is asked of those of the account, and makes the session whole', async () => {
    await using s = await scene()
    const { browser, options, show } = await waiting(s)
    const allowed = [{
      id: s.authenticator.credential,
      type: 'public-key',
      transports: ['internal', 'hybrid'],
    }]
    assert.deepEqual(options.allowCredentials, allowed)
    const again = await waiting(s)
    for (const [waits, userHandle] of [[{ options, show }, null], [again, '']] as const) {
      const answer = s.authenticator.assert(waits.options, { userHandle })
      assert.equal((await waits.show(answer)).status, 200)
    }
    assert.equal((await browser.call('GET /v1/account/factors')).status, 200)
  })

  test("of another account is none, also where it says that it is this account's", async () => {
    await using s = await scene()
    const eve = new Browser(s.edge)
    await eve.startSession(await person(s.edge, 'eve@example.com'))
    const { authenticator } = await eve.addPasskey('hers')
    const handle = Buffer.from(s.edge.ada.account).toString('base64url')
    for (const userHandle of [undefined, null, handle]) {
      const { options, show } = await waiting(s)
      refused(await show(authenticator.assert(options, userHandle === undefined ? {} : { userHandle })))
    }
    assert.equal((await entries(s.edge, 'sign_in.failed'))[0].facts.reason, 'another_account')
  })

  test('answers the challenge of its own sign-in, with the person verified', async () => {
    await using s = await scene()
    const [one, two] = [await waiting(s), await waiting(s)]
    refused(await two.show(s.authenticator.assert(one.options)))
    refused(await one.show(s.authenticator.assert(one.options, { userVerified: false })))
    assert.equal((await one.show(s.authenticator.assert(one.options))).status, 200)
  })

  test('has five challenges in one sign-in at most: an older one is refused', async () => {
    await using s = await scene()
    const { browser, options, show } = await waiting(s)
    for (let i = 0; i < 4; i++) await browser.call('POST /v1/sessions/second-factor/options')
    const other = await waiting(s)
    for (let i = 0; i < 5; i++) {
      s.edge.clock.now++
      await other.browser.call('POST /v1/sessions/second-factor/options')
    }
    refused(await other.show(s.authenticator.assert(other.options)))
    assert.equal((await show(s.authenticator.assert(options))).status, 200)
  })

  test('is not there for who has none', async () => {
    await using s = await scene()
    const browser = new Browser(s.edge)
    await browser.startSession(await person(s.edge, 'eve@example.com'), 'second_factor')
    assert.equal((await browser.call('POST /v1/sessions/second-factor/options')).json.code, 'not_found')
    const nobody = new Browser(s.edge)
    const options = await nobody.call('POST /v1/sessions/second-factor/options')
    assert.equal(options.json.code, 'unauthenticated')
  })
})
