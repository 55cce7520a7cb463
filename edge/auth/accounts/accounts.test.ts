import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { native } from '../../primitives.ts'
import { addMember } from '../devices/people_fixture.ts'
import { Browser, entries, setRules, TENANT, write } from '../factors/browser_fixture.ts'
import { newSecret } from '../secret.ts'
import { PasswordHasher } from './hasher.ts'
import { ADA, type Installation, mailTo, password, people, register } from './people_fixture.ts'

const other = 'ember-walrus-flute'

async function rows(edge: Installation, sql: string, ...parameters: unknown[]) {
  return await edge.storage.read({ sql, parameters, reads: true })
}

describe('an account', () => {
  test('begins with a mail, and signs in where its link is opened', async () => {
    await using edge = await people()
    const browser = new Browser(edge)
    const asked = await browser.call('POST /v1/accounts', { email: 'Grace@Example.com' })
    assert.deepEqual([asked.status, asked.json], [200, { mail: 'sent' }])
    const { mail, secret } = await mailTo(edge, 'Grace@Example.com')
    assert.match(mail.text, /http:\/\/edge\.test:8787\/console\/verify#sp_ver_/)
    const made = await browser.call('POST /v1/accounts/verify', { secret, name: 'Grace', password })
    assert.deepEqual([made.status, made.json], [201, { next: 'done' }])
    const account = await browser.call('GET /v1/account')
    assert.equal(account.json.email, 'Grace@Example.com')
    assert.equal(account.json.email_verified, true)
    assert.equal((await entries(edge, 'account.created')).length, 1)
    const again = await browser.call('POST /v1/accounts/verify', { secret, name: 'Grace', password })
    assert.deepEqual([again.status, again.json.code], [410, 'link_invalid'])
  })

  test('is made by nobody whose link has expired, was for something else, or is made up', async () => {
    await using edge = await people()
    const browser = new Browser(edge)
    await browser.call('POST /v1/accounts', { email: 'grace@example.com' })
    const { secret } = await mailTo(edge, 'grace@example.com')
    const verify = (secret: string) =>
      browser.call('POST /v1/accounts/verify', { secret, name: 'Grace', password })
    assert.equal((await verify(newSecret('ver', native.randomBytes))).status, 410)
    await browser.call('POST /v1/password-resets', { email: ADA })
    assert.equal((await verify((await mailTo(edge, ADA)).secret)).status, 410)
    edge.clock.now += 60 * 60_000
    assert.equal((await verify(secret)).status, 410)
  })

  test('takes nothing that the person does not decide: unknown fields are refused', async () => {
    await using edge = await people()
    const browser = new Browser(edge)
    await browser.call('POST /v1/accounts', { email: 'grace@example.com' })
    const { secret } = await mailTo(edge, 'grace@example.com')
    const body = { secret, name: 'Grace', password }
    for (
      const more of [{ id: crypto.randomUUID() }, { state: 'active' }, { email: ADA }, { operator: true }]
    ) {
      assert.equal((await browser.call('POST /v1/accounts/verify', { ...body, ...more })).status, 400)
    }
    await browser.call('POST /v1/accounts/verify', body)
    assert.equal((await browser.call('PATCH /v1/account', { name: 'G', email: ADA })).status, 400)
    assert.equal((await browser.call('PATCH /v1/account', { name: 'G', password: 'x' })).status, 400)
    assert.equal(
      (await browser.call('POST /v1/sessions/tenant', { tenant: TENANT, fresh: edge.clock.now })).status,
      400,
    )
  })

  test('is refused a password that is short, common or made of its person', async () => {
    await using edge = await people()
    const browser = new Browser(edge)
    await browser.call('POST /v1/accounts', { email: 'grace@example.com' })
    const { secret } = await mailTo(edge, 'grace@example.com')
    const attempt = (password: string) =>
      browser.call('POST /v1/accounts/verify', { secret, name: 'Grace Hopper', password })
    assert.equal((await attempt('elevenchars')).json.code, 'invalid_request')
    assert.equal((await attempt('password1234')).json.code, 'password_refused')
    assert.equal((await attempt('grace.hopper.1906')).json.code, 'password_refused')
    assert.equal((await attempt('x'.repeat(257))).json.code, 'invalid_request')
    assert.equal((await attempt('a'.repeat(100) + 'qwj-bnm ß€'.repeat(15))).status, 201)
  })

  test('is stored with a hash that says how it was made, and no secret stands in the database', async () => {
    await using edge = await people()
    const browser = await register(edge, 'grace@example.com')
    const [row] = await rows(edge, 'SELECT password FROM account WHERE email_key = ?', 'grace@example.com')
    assert.match(
      row?.password as string,
      /^\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    )
    const session = browser.cookies.get('__Host-session') as string
    assert.match(session, /^sp_ses_[0-9A-Za-z]{49}$/)
    for (const { name } of await rows(edge, "SELECT name FROM sqlite_schema WHERE type = 'table'")) {
      const text = JSON.stringify(await rows(edge, `SELECT * FROM "${name}"`))
      for (const secret of [password, session, session.slice(7), browser.cookies.values().next().value]) {
        assert.ok(!text.includes(secret as string), `${name} holds a secret`)
      }
    }
  })

  test('is upgraded to a stronger hash when it signs in', async () => {
    await using edge = await people()
    const weak = new PasswordHasher({
      cost: { memory: 16, passes: 1, lanes: 1 },
      randomBytes: native.randomBytes,
    })
    const phc = await weak.hash(password)
    weak.close()
    await register(edge, 'grace@example.com')
    const sql = 'UPDATE account SET password = ? WHERE email_key = ?'
    await write(edge, [{ sql, parameters: [phc, 'grace@example.com'], reads: false }])
    const browser = new Browser(edge)
    assert.equal(
      (await browser.call('POST /v1/sessions', { email: 'grace@example.com', password })).status,
      200,
    )
    const [row] = await rows(edge, 'SELECT password FROM account WHERE email_key = ?', 'grace@example.com')
    assert.match(row?.password as string, /m=8,t=1/)
    assert.equal(
      (await browser.call('POST /v1/sessions', { email: 'grace@example.com', password })).status,
      200,
    )
  })

  test('gets a new password by mail; every session ends, and an unknown address is told only in the mail', async () => {
    await using edge = await people()
    const browser = await register(edge, 'grace@example.com')
    const unknown = await browser.call('POST /v1/password-resets', { email: 'nobody@example.com' })
    const known = await browser.call('POST /v1/password-resets', { email: 'GRACE@example.com' })
    assert.deepEqual(known.json, unknown.json)
    assert.match((await mailTo(edge, 'nobody@example.com')).mail.text, /There is none/)
    const { secret } = await mailTo(edge, 'grace@example.com')
    const away = new Browser(edge)
    assert.equal(
      (await away.call('POST /v1/password-resets/complete', { secret, password: other })).status,
      200,
    )
    assert.equal(
      (await away.call('POST /v1/password-resets/complete', { secret, password: other })).status,
      410,
    )
    assert.equal((await browser.call('GET /v1/account')).status, 401)
    assert.equal((await away.call('POST /v1/sessions', { email: 'grace@example.com', password })).status, 401)
    assert.equal(
      (await away.call('POST /v1/sessions', { email: 'grace@example.com', password: other })).status,
      200,
    )
    assert.equal((await entries(edge, 'account.password_reset')).length, 1)
  })

  test('changes its password with the old one; other sessions end, this one goes on under a new cookie', async () => {
    await using edge = await people()
    const browser = await register(edge, 'grace@example.com')
    const elsewhere = new Browser(edge)
    await elsewhere.call('POST /v1/sessions', { email: 'grace@example.com', password })
    const change = (body: unknown) => browser.call('PUT /v1/account/password', body)
    assert.equal((await change({ password: other })).json.code, 'fresh_sign_in_required')
    assert.equal((await change({ password: other, current: 'not this one' })).json.code, 'sign_in_failed')
    const before = browser.copy()
    assert.equal((await change({ password: other, current: password })).status, 200)
    assert.equal((await before.call('GET /v1/account')).status, 401)
    assert.equal((await elsewhere.call('GET /v1/account')).status, 401)
    assert.equal((await browser.call('GET /v1/account')).status, 200)
    assert.match((await mailTo(edge, 'grace@example.com')).mail.text, /password of your account was changed/)
  })

  test('changes its address when the mail to the new one comes back, and the old one hears of it', async () => {
    await using edge = await people()
    const browser = await register(edge, 'grace@example.com')
    const move = { email: 'hopper@example.org', current: password }
    assert.equal((await browser.call('POST /v1/account/address', move)).status, 200)
    const { secret, mail } = await mailTo(edge, 'hopper@example.org')
    assert.match(mail.text, /\/console\/account#sp_ver_/)
    const stranger = await register(edge, 'eve@example.com')
    assert.equal((await stranger.call('POST /v1/account/address/complete', { secret })).status, 410)
    assert.equal((await browser.call('GET /v1/account')).json.email, 'grace@example.com')
    const done = await browser.call('POST /v1/account/address/complete', { secret })
    assert.deepEqual([done.status, done.json.email], [200, 'hopper@example.org'])
    assert.match((await mailTo(edge, 'grace@example.com')).mail.text, /this one is not used any more/)
    const signIn = { email: 'grace@example.com', password }
    assert.equal((await new Browser(edge).call('POST /v1/sessions', signIn)).status, 401)
  })

  test('never takes an address that somebody else has, and says so only to who proved to read its mail', async () => {
    await using edge = await people()
    const browser = await register(edge, 'grace@example.com')
    const asked = await browser.call('POST /v1/account/address', { email: ADA, current: password })
    assert.deepEqual([asked.status, asked.json], [200, { mail: 'sent' }])
    const { secret } = await mailTo(edge, ADA)
    const taken = await browser.call('POST /v1/account/address/complete', { secret })
    assert.deepEqual([taken.status, taken.json.code], [409, 'already_exists'])
  })

  test('is deleted with its sessions, and from every tenant; and not while it is the last owner', async () => {
    await using edge = await people()
    const owner = new Browser(edge)
    await owner.call('POST /v1/sessions', { email: ADA, password })
    assert.equal((await owner.call('DELETE /v1/account')).json.code, 'last_owner')
    const browser = await register(edge, 'grace@example.com')
    const account = (await browser.call('GET /v1/account')).json.id
    const member = await addMember(edge, TENANT, { account, role: 'editor' })
    edge.clock.now += 6 * 60_000
    assert.equal((await browser.call('DELETE /v1/account')).json.code, 'fresh_sign_in_required')
    await browser.call('POST /v1/sessions', { email: 'grace@example.com', password })
    assert.equal((await browser.call('DELETE /v1/account')).status, 200)
    assert.equal(browser.cookies.has('__Host-session'), false)
    const left = await rows(edge, 'SELECT 1 FROM account WHERE email_key = ?', 'grace@example.com')
    assert.equal(left.length, 0)
    const [gone] = await rows(edge, 'SELECT name, state, account, erased FROM member WHERE id = ?', member)
    assert.deepEqual({ ...gone }, { name: '', state: 'removed', account: null, erased: edge.clock.now })
    assert.deepEqual((await entries(edge, 'member.erased')).map(({ target }) => target), [member])
    assert.deepEqual((await entries(edge, 'account.deleted')).map(({ target }) => target), [account])
    assert.match((await mailTo(edge, 'grace@example.com')).mail.text, /was deleted/)
  })

  test('hears that mail is off where it is, and nobody is kept from signing in', async () => {
    await using edge = await people({ mail: null })
    const browser = new Browser(edge)
    for (const path of ['/v1/accounts', '/v1/password-resets']) {
      for (const email of [ADA, 'nobody@example.com']) {
        const answer = await browser.call(`POST ${path}`, { email })
        assert.deepEqual([answer.status, answer.json.code], [409, 'mail_off'])
      }
    }
    assert.equal((await browser.call('POST /v1/sessions', { email: ADA, password })).status, 200)
  })
})

test('a sign-in from a browser that the account does not know is told to its owner, and is an event', async () => {
  await using edge = await people()
  const own = new Browser(edge)
  await own.call('POST /v1/sessions', { email: ADA, password })
  await own.call('POST /v1/sessions', { email: ADA, password })
  await edge.edge.housekeep()
  assert.equal(edge.mails.length, 0)
  await new Browser(edge, '203.0.113.5').call('POST /v1/sessions', { email: ADA, password })
  assert.match((await mailTo(edge, ADA)).mail.text, /browser that it has not seen before/)
  const [event] = await entries(edge, 'sign_in.new_device')
  assert.equal(event.target, edge.ada)
  assert.match(event.facts.network, /^[0-9a-f]{16}$/)
  const { json: metrics } = await edge.call({ kind: 'nobody' }, 'GET /metrics')
  assert.match(metrics, /^sallyport_security_events_total\{kind="sign_in.new_device"\} 1$/m)
})

test('what has run out is forgotten', async () => {
  await using edge = await people()
  const browser = await register(edge, 'grace@example.com')
  await browser.call('POST /v1/password-resets', { email: 'grace@example.com' })
  await browser.call('POST /v1/sessions', { email: 'nobody@example.com', password })
  edge.clock.now += 8 * 86_400_000
  await edge.edge.housekeep()
  for (const table of ['session', 'mailed_secret', 'throttle', 'outbox']) {
    assert.deepEqual(await rows(edge, `SELECT * FROM ${table}`), [], table)
  }
  assert.equal((await rows(edge, 'SELECT * FROM known_device')).length, 1)
  edge.clock.now += 358 * 86_400_000
  await edge.edge.housekeep()
  assert.deepEqual(await rows(edge, 'SELECT * FROM known_device'), [])
})

test('a tenant that allows no passwords is not entered with one', async () => {
  await using edge = await people()
  const browser = new Browser(edge)
  await browser.call('POST /v1/sessions', { email: ADA, password })
  assert.equal((await browser.call('GET /v1/whoami')).status, 200)
  await setRules(edge, { passwords: 'off' })
  assert.equal((await browser.call('GET /v1/whoami')).json.code, 'sign_in_not_enough')
  const chosen = await browser.call('POST /v1/sessions/tenant', { tenant: TENANT })
  assert.equal(chosen.json.code, 'sign_in_not_enough')
  assert.equal((await browser.call('GET /v1/account')).status, 200)
})
