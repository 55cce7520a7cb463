import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PUBLIC_URL } from '../../edge_fixture.ts'
import { SoftAuthenticator } from './authenticator_fixture.ts'
import {
  Browser,
  entries,
  fromBase32,
  installation,
  person,
  setRules,
  TENANT,
  write,
} from './browser_fixture.ts'

const MINUTE_MS = 60_000

async function scene() {
  const edge = await installation()
  const own = new Browser(edge)
  await own.startSession(edge.ada)
  return { edge, own, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

const confirm = (browser: Browser, code: string) => browser.call('POST /v1/account/totp/confirm', { code })

describe('setting up a factor', () => {
  test('shows the secret once, and counts once a code has come', async () => {
    await using s = await scene()
    const started = await s.own.call('POST /v1/account/totp')
    assert.match(started.json.secret, /^[A-Z2-7]{32}$/)
    assert.match(started.json.uri, /^otpauth:\/\/totp\/edge\.test:ada%40example\.com\?secret=[A-Z2-7]{32}&/)
    assert.deepEqual((await s.own.call('GET /v1/account/factors')).json.totp, { on: false })
    assert.equal((await confirm(s.own, '000000')).json.code, 'sign_in_failed')
    const { codes } = await s.own.addTotp()
    assert.equal(codes.length, 10)
    const { json } = await s.own.call('GET /v1/account/factors')
    assert.deepEqual(json.totp, { on: true, since: new Date(s.edge.clock.now).toISOString() })
    assert.equal(json.recovery_codes.left, 10)
    assert.deepEqual((await entries(s.edge, 'totp.confirmed')).length, 1)
  })

  test('needs a sign-in of the last five minutes for the first', async () => {
    await using s = await scene()
    s.edge.clock.now += 5 * MINUTE_MS + 1
    for (const path of ['totp', 'passkeys/options', 'recovery-codes']) {
      const answer = await s.own.call(`POST /v1/account/${path}`)
      assert.equal(answer.json.code, 'fresh_sign_in_required', path)
    }
  })

  test('needs a fresh factor for a further one, however young the sign-in is', async () => {
    await using s = await scene()
    const { secret } = await s.own.addTotp()
    const other = new Browser(s.edge)
    await other.startSession(s.edge.ada)
    for (const path of ['totp', 'passkeys/options', 'recovery-codes']) {
      const answer = await other.call(`POST /v1/account/${path}`)
      assert.equal(answer.json.code, 'fresh_sign_in_required', path)
    }
    s.edge.clock.now += MINUTE_MS
    const fresh = await other.call('POST /v1/fresh/totp', { code: await other.code(secret) })
    const until = new Date(s.edge.clock.now + 5 * MINUTE_MS).toISOString()
    assert.deepEqual([fresh.status, fresh.json], [200, { fresh_until: until }])
    assert.equal((await other.addPasskey('phone')).codes, undefined, 'there are codes')
  })

  test('a challenge or a secret that was got in time is refused when the time is over', async () => {
    await using s = await scene()
    s.edge.clock.now += 4 * MINUTE_MS
    const options = await s.own.call('POST /v1/account/passkeys/options')
    const credential = new SoftAuthenticator(PUBLIC_URL).register(options.json)
    const { json: { secret } } = await s.own.call('POST /v1/account/totp')
    s.edge.clock.now += 2 * MINUTE_MS
    const code = await s.own.code(fromBase32(secret))
    assert.equal((await confirm(s.own, code)).json.code, 'fresh_sign_in_required')
    const late = await s.own.call('POST /v1/account/passkeys', { name: 'late', credential })
    assert.equal(late.json.code, 'fresh_sign_in_required')
  })

  test('takes the place of an earlier app only when it is confirmed', async () => {
    await using s = await scene()
    const { secret } = await s.own.addTotp()
    await s.own.call('POST /v1/account/totp')
    s.edge.clock.now += MINUTE_MS
    assert.equal((await s.own.call('POST /v1/fresh/totp', { code: await s.own.code(secret) })).status, 200)
    const next = await s.own.addTotp()
    s.edge.clock.now += MINUTE_MS
    const old = await s.own.call('POST /v1/fresh/totp', { code: await s.own.code(secret) })
    assert.equal(old.json.code, 'sign_in_failed')
    assert.equal(
      (await s.own.call('POST /v1/fresh/totp', { code: await s.own.code(next.secret) })).status,
      200,
    )
  })

  test('ends the other sessions of the account and rotates this one', async () => {
    await using s = await scene()
    const { secret } = await s.own.addTotp()
    const changes: readonly [what: string, act: () => Promise<unknown>][] = [
      ['adding a passkey', () => s.own.addPasskey('phone')],
      ['new codes', () => s.own.call('POST /v1/account/recovery-codes')],
      ['removing the app', () => s.own.call('DELETE /v1/account/totp')],
    ]
    for (const [what, act] of changes) {
      const [other, before] = [new Browser(s.edge), s.own.copy()]
      await other.startSession(s.edge.ada)
      const stranger = new Browser(s.edge)
      await stranger.startSession(await person(s.edge, `${what.replaceAll(' ', '-')}@example.com`))
      await act()
      assert.equal((await s.own.call('GET /v1/account/factors')).status, 200, what)
      for (const ended of [other, before]) {
        assert.equal((await ended.call('GET /v1/account/factors')).json.code, 'unauthenticated', what)
      }
      assert.equal((await stranger.call('GET /v1/account/factors')).status, 200, what)
    }
    assert.ok(secret.length === 20)
  })
})

describe('passkeys of an account', () => {
  test('are several, each with a name, and a browser is told which it has', async () => {
    await using s = await scene()
    const first = await s.own.addPasskey('laptop')
    const second = await s.own.addPasskey('phone', new SoftAuthenticator(PUBLIC_URL, { algorithm: 'EdDSA' }))
    assert.equal(first.codes.length, 10)
    const options = await s.own.call('POST /v1/account/passkeys/options')
    const known = options.json.excludeCredentials.map(({ id }: { id: string }) => id)
    const both = [first, second].map(({ authenticator }) => authenticator.credential)
    assert.deepEqual(known.toSorted(), both.toSorted())
    const renamed = await s.own.call(`PATCH /v1/account/passkeys/${second.id}`, { name: 'old phone' })
    assert.equal(renamed.json.name, 'old phone')
    const { json } = await s.own.call('GET /v1/account/factors')
    const names = json.passkeys.map(({ name }: { name: string }) => name)
    assert.deepEqual(names.toSorted(), ['laptop', 'old phone'])
  })

  test('are refused without verification, for another challenge, another session, and twice', async () => {
    await using s = await scene()
    const add = (browser: Browser, credential: unknown) =>
      browser.call('POST /v1/account/passkeys', { name: 'x', credential })
    const options = (await s.own.call('POST /v1/account/passkeys/options')).json
    const authenticator = new SoftAuthenticator(PUBLIC_URL)
    for (
      const wrong of [{ userVerified: false }, { challenge: 'AAAA' }, { origin: 'https://evil.example' }]
    ) {
      const answer = await add(s.own, authenticator.register(options, wrong))
      assert.equal(answer.json.code, 'sign_in_failed')
    }
    const eve = new Browser(s.edge)
    await eve.startSession(await person(s.edge, 'eve@example.com'))
    const good = authenticator.register(options)
    assert.equal((await add(eve, good)).json.code, 'sign_in_failed')
    assert.equal((await add(s.own, good)).status, 201)
    assert.equal((await add(s.own, good)).json.code, 'sign_in_failed')
    const hers = (await eve.call('POST /v1/account/passkeys/options')).json
    assert.equal((await add(eve, authenticator.register(hers))).json.code, 'already_exists')
  })

  test('of others are 404, to rename and to take away', async () => {
    await using s = await scene()
    const { id } = await s.own.addPasskey('laptop')
    const eve = new Browser(s.edge)
    await eve.startSession(await person(s.edge, 'eve@example.com'))
    await eve.addPasskey('hers')
    assert.equal((await eve.call(`PATCH /v1/account/passkeys/${id}`, { name: 'mine' })).status, 404)
    assert.equal((await eve.call(`DELETE /v1/account/passkeys/${id}`)).status, 404)
    assert.equal((await s.own.call('GET /v1/account/factors')).json.passkeys[0].name, 'laptop')
  })

  test('are at most twenty', async () => {
    await using s = await scene()
    for (let i = 0; i < 20; i++) await s.own.addPasskey(`key ${i}`)
    assert.equal((await s.own.call('POST /v1/account/passkeys/options')).json.code, 'conflict')
  })
})

describe('a tenant that asks for a second factor', () => {
  test('does not let in who has none, and leaves the way to one open', async () => {
    await using s = await scene()
    assert.equal((await s.own.call('GET /v1/whoami')).status, 200)
    await setRules(s.edge, { mfa: 'required' })
    for (
      const [target, body] of [['GET /v1/whoami'], ['POST /v1/sessions/tenant', { tenant: TENANT }]] as const
    ) {
      const { status, json } = await s.own.call(target, body)
      assert.deepEqual([status, json.code, json.missing], [403, 'sign_in_not_enough', ['second_factor']])
    }
    const { json } = await s.own.call('GET /v1/account/factors')
    assert.deepEqual(json.demanded_by.map(({ name }: { name: string }) => name), ['Acme'])
    await s.own.addTotp()
    assert.equal((await s.own.call('GET /v1/whoami')).status, 200)
  })

  test('lets in a passkey alone, which is two factors', async () => {
    await using s = await scene()
    await setRules(s.edge, { mfa: 'required' })
    const { authenticator } = await s.own.addPasskey('laptop')
    const browser = new Browser(s.edge)
    await browser.signIn(authenticator)
    assert.equal((await browser.call('GET /v1/whoami')).status, 200)
  })

  test('keeps the last factor of its members, and says so by name', async () => {
    await using s = await scene()
    await s.own.addTotp()
    const { id } = await s.own.addPasskey('laptop')
    await setRules(s.edge, { mfa: 'required' })
    assert.equal((await s.own.call('DELETE /v1/account/totp')).status, 200)
    const last = await s.own.call(`DELETE /v1/account/passkeys/${id}`)
    assert.deepEqual([last.status, last.json.code], [409, 'second_factor_demanded'])
    assert.match(last.json.detail, /Acme/)
    await s.own.addTotp()
    assert.equal((await s.own.call(`DELETE /v1/account/passkeys/${id}`)).status, 200)
    const app = await s.own.call('DELETE /v1/account/totp')
    assert.deepEqual([app.status, app.json.code], [409, 'second_factor_demanded'])
    await setRules(s.edge, { mfa: 'optional' })
    assert.equal((await s.own.call('DELETE /v1/account/totp')).status, 200)
  })

  test('keeps one also of two that go at the same moment', async () => {
    await using s = await scene()
    await s.own.addTotp()
    const { id } = await s.own.addPasskey('laptop')
    await setRules(s.edge, { mfa: 'required' })
    const other = s.own.copy()
    await Promise.all([
      s.own.call('DELETE /v1/account/totp'),
      other.call(`DELETE /v1/account/passkeys/${id}`),
    ])
    const sql = 'SELECT (SELECT count(*) FROM passkey) + (SELECT count(*) FROM totp) AS n'
    const [row] = await s.edge.storage.read({ sql, parameters: [], reads: true })
    assert.equal(row?.n, 1)
  })
})

describe('confirming in a session', () => {
  test('by passkey makes it fresh for five minutes, under a new secret', async () => {
    await using s = await scene()
    const { authenticator, id } = await s.own.addPasskey('laptop')
    s.edge.clock.now += 5 * MINUTE_MS + 1
    assert.equal((await s.own.call('DELETE /v1/account/passkeys/' + id)).json.code, 'fresh_sign_in_required')
    const options = await s.own.call('POST /v1/fresh/passkey/options')
    const before = s.own.copy()
    const credential = authenticator.assert(options.json)
    assert.equal((await s.own.call('POST /v1/fresh/passkey', { credential })).status, 200)
    assert.equal((await before.call('GET /v1/account/factors')).json.code, 'unauthenticated')
    assert.equal((await s.own.call('POST /v1/fresh/passkey', { credential })).json.code, 'sign_in_failed')
    assert.equal((await s.own.call('DELETE /v1/account/passkeys/' + id)).status, 200)
    assert.equal((await entries(s.edge, 'session.confirmed'))[0].facts.method, 'passkey')
  })

  test('refuses what another session was asked or was asked for a new passkey, another person’s passkey, and one without verification', async () => {
    await using s = await scene()
    const { authenticator } = await s.own.addPasskey('laptop')
    const other = new Browser(s.edge)
    await other.startSession(s.edge.ada)
    const options = (await s.own.call('POST /v1/fresh/passkey/options')).json
    const eve = new Browser(s.edge)
    await eve.startSession(await person(s.edge, 'eve@example.com'))
    const hers = await eve.addPasskey('hers')
    const { challenge } = (await s.own.call('POST /v1/account/passkeys/options')).json
    const attempts: readonly [Browser, unknown][] = [
      [s.own, authenticator.assert(options, { challenge })],
      [other, authenticator.assert(options)],
      [s.own, hers.authenticator.assert(options)],
      [s.own, authenticator.assert(options, { userVerified: false })],
    ]
    for (const [browser, credential] of attempts) {
      assert.equal((await browser.call('POST /v1/fresh/passkey', { credential })).json.code, 'sign_in_failed')
    }
  })

  test('by code is once for each code, and not by a recovery code', async () => {
    await using s = await scene()
    const { secret, codes } = await s.own.addTotp()
    assert.equal((await s.own.call('POST /v1/fresh/totp', { code: await s.own.code(secret) })).status, 401)
    assert.equal((await s.own.call('POST /v1/fresh/totp', { code: codes[0] })).json.code, 'invalid_request')
    const code = await s.own.code(secret, 1)
    assert.equal((await s.own.call('POST /v1/fresh/totp', { code })).status, 200)
    assert.equal((await s.own.call('POST /v1/fresh/totp', { code })).json.code, 'sign_in_failed')
  })

  test('is refused from a page of another site', async () => {
    await using s = await scene()
    const { secret } = await s.own.addTotp()
    const body = { code: await s.own.code(secret, 1) }
    for (
      const [name, value] of [['origin', 'https://evil.example'], ['sec-fetch-site', 'cross-site']] as const
    ) {
      const answer = await s.own.call('POST /v1/fresh/totp', body, { [name]: value })
      assert.equal(answer.json.code, 'origin_refused')
    }
  })

  test('needs a session, and no token stands in for it', async () => {
    await using s = await scene()
    await write(s.edge, [{ sql: 'UPDATE session SET revoked = 1', parameters: [], reads: false }])
    for (
      const target of ['POST /v1/account/totp', 'GET /v1/account/factors', 'POST /v1/fresh/passkey/options']
    ) {
      assert.equal((await s.own.call(target)).json.code, 'unauthenticated')
    }
  })
})
