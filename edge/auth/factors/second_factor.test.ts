import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestEdge } from '../../edge_fixture.ts'
import { Browser, entries, installation, type Person, person, write } from './browser_fixture.ts'

const MINUTE_MS = 60_000

/** Ada with an app, and a browser in which her password was right just now. */
async function scene() {
  const edge = await installation()
  const own = new Browser(edge)
  await own.startSession(edge.ada)
  const { secret, codes } = await own.addTotp()
  edge.clock.now += MINUTE_MS
  return { edge, own, secret, codes, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

async function waiting(edge: TestEdge, who: Person, network?: string): Promise<Browser> {
  const browser = new Browser(edge, network)
  await browser.startSession(who, 'second_factor')
  return browser
}

const show = (browser: Browser, body: unknown) => browser.call('POST /v1/sessions/second-factor', body)
const showCode = (browser: Browser, code: string) => show(browser, { method: 'totp', code })

describe('a code as second factor', () => {
  test('makes the session whole, under a new secret, and fresh', async () => {
    await using s = await scene()
    const browser = await waiting(s.edge, s.edge.ada)
    const before = browser.copy()
    assert.equal((await browser.call('GET /v1/account/factors')).json.code, 'second_factor_required')
    const answer = await showCode(browser, await browser.code(s.secret))
    assert.deepEqual([answer.status, answer.json], [200, { next: 'done' }])
    assert.equal((await browser.call('GET /v1/account/factors')).status, 200)
    assert.equal((await browser.call('DELETE /v1/account/totp')).status, 200, 'fresh')
    assert.equal((await before.call('GET /v1/account/factors')).json.code, 'unauthenticated')
    const [entry] = await entries(s.edge, 'session.second_factor_shown')
    assert.deepEqual(entry.actor, { kind: 'account', id: s.edge.ada.account })
    assert.equal(entry.facts.methods, 'password totp')
  })

  test('is good once: not again, in no other session, nor the one before it', async () => {
    await using s = await scene()
    const first = await waiting(s.edge, s.edge.ada)
    const second = await waiting(s.edge, s.edge.ada)
    const code = await first.code(s.secret)
    assert.equal((await showCode(first, code)).status, 200)
    assert.equal((await showCode(second, code)).json.code, 'sign_in_failed')
    assert.equal((await showCode(second, await second.code(s.secret, -1))).json.code, 'sign_in_failed')
    assert.equal((await showCode(second, await second.code(s.secret, 1))).status, 200)
  })

  test('is good once also for many who send it at the same moment', async () => {
    await using s = await scene()
    const browsers = await Promise.all(Array.from({ length: 5 }, () => waiting(s.edge, s.edge.ada)))
    const code = await s.own.code(s.secret)
    const answers = await Promise.all(browsers.map((browser) => showCode(browser, code)))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 401, 401, 401, 401])
  })

  test('of another account is none', async () => {
    await using s = await scene()
    const eve = await person(s.edge, 'eve@example.com')
    const hers = new Browser(s.edge)
    await hers.startSession(eve)
    const { secret } = await hers.addTotp()
    s.edge.clock.now += MINUTE_MS
    const browser = await waiting(s.edge, s.edge.ada)
    assert.equal((await showCode(browser, await browser.code(secret))).json.code, 'sign_in_failed')
    assert.equal((await showCode(browser, await browser.code(s.secret))).status, 200)
  })

  test('does not open where the secret was moved from another account', async () => {
    await using s = await scene()
    const eve = await person(s.edge, 'eve@example.com')
    const hers = new Browser(s.edge)
    await hers.startSession(eve)
    const { secret } = await hers.addTotp()
    await write(s.edge, [{
      sql:
        'UPDATE totp SET secret_sealed = (SELECT secret_sealed FROM totp WHERE account = ?) WHERE account = ?',
      parameters: [eve.account, s.edge.ada.account],
      reads: false,
    }])
    s.edge.clock.now += MINUTE_MS
    const browser = await waiting(s.edge, s.edge.ada)
    assert.equal((await showCode(browser, await browser.code(secret))).status, 500)
  })

  test('is guessed a few times, then waits: of the account, whatever session, browser and network', async () => {
    await using s = await scene()
    const wrong = async (browser: Browser) => {
      const right = await browser.code(s.secret)
      return right === '000000' ? '000001' : '000000'
    }
    for (let i = 0; i < 5; i++) {
      const browser = await waiting(s.edge, s.edge.ada, `192.0.2.${i}`)
      assert.equal((await showCode(browser, await wrong(browser))).json.code, 'sign_in_failed')
    }
    const other = await waiting(s.edge, s.edge.ada, '198.51.100.9')
    const right = await other.code(s.secret)
    for (const method of ['totp', 'recovery'] as const) {
      const code = method === 'totp' ? right : s.codes[0] as string
      const refused = await show(other, { method, code })
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1'])
    }
    assert.equal((await s.own.call('POST /v1/fresh/totp', { code: right })).status, 429)
    s.edge.clock.now += 1000
    assert.equal((await showCode(other, right)).status, 200)
    const again = await waiting(s.edge, s.edge.ada)
    assert.equal((await showCode(again, await wrong(again))).json.code, 'sign_in_failed', 'forgiven')
    const failed = await entries(s.edge, 'sign_in.failed')
    assert.equal(failed.length, 6)
    assert.deepEqual([failed[0].facts.method, failed[0].facts.reason], ['totp', 'code'])
    assert.doesNotMatch(JSON.stringify(failed), /192\.0\.2|ada@/)
  })

  test('is not looked at for who has no sign-in that waits', async () => {
    await using s = await scene()
    const code = await s.own.code(s.secret)
    assert.equal((await showCode(new Browser(s.edge), code)).json.code, 'unauthenticated')
    assert.equal((await showCode(s.own, code)).json.code, 'unauthenticated', 'a session that is whole')
    const late = await waiting(s.edge, s.edge.ada)
    s.edge.clock.now += 10 * MINUTE_MS
    assert.equal((await showCode(late, await late.code(s.secret))).json.code, 'unauthenticated')
  })

  test('is refused from a page of another site', async () => {
    await using s = await scene()
    const browser = await waiting(s.edge, s.edge.ada)
    const body = { method: 'totp', code: await browser.code(s.secret) }
    const origin = { origin: 'https://evil.example' }
    const refused = await browser.call('POST /v1/sessions/second-factor', body, origin)
    assert.equal(refused.json.code, 'origin_refused')
  })

  test('does not help an account that was locked', async () => {
    await using s = await scene()
    const browser = await waiting(s.edge, s.edge.ada)
    await write(s.edge, [{ sql: "UPDATE account SET state = 'locked'", parameters: [], reads: false }])
    const answer = await showCode(browser, await browser.code(s.secret))
    assert.equal(answer.json.code, 'unauthenticated')
  })
})

describe('a recovery code', () => {
  test('stands in for the app, once, and is a security event', async () => {
    await using s = await scene()
    assert.equal(s.codes.length, 10)
    const code = s.codes[3] as string
    const browser = await waiting(s.edge, s.edge.ada)
    const used = await show(browser, { method: 'recovery', code: code.toLowerCase() })
    assert.deepEqual([used.status, used.json], [200, { next: 'done', recovery_codes_left: 9 }])
    const again = await waiting(s.edge, s.edge.ada)
    assert.equal((await show(again, { method: 'recovery', code })).json.code, 'sign_in_failed')
    assert.equal((await entries(s.edge, 'sign_in.failed'))[0].facts.method, 'recovery')
    const [event] = await entries(s.edge, 'sign_in.recovery_code')
    assert.deepEqual([event.target, event.facts.left], [s.edge.ada.account, 9])
    const factors = await browser.call('GET /v1/account/factors')
    assert.equal(factors.json.recovery_codes.left, 9)
  })

  test('is good once also for many who send it at the same moment', async () => {
    await using s = await scene()
    const browsers = await Promise.all(Array.from({ length: 5 }, () => waiting(s.edge, s.edge.ada)))
    const body = { method: 'recovery', code: s.codes[0] }
    const answers = await Promise.all(browsers.map((browser) => show(browser, body)))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 401, 401, 401, 401])
  })

  test('does not make a session fresh, but lets its owner set up anew for five minutes', async () => {
    await using s = await scene()
    const browser = await waiting(s.edge, s.edge.ada)
    await show(browser, { method: 'recovery', code: s.codes[0] })
    assert.equal((await browser.call('DELETE /v1/account/totp')).json.code, 'fresh_sign_in_required')
    const late = browser.copy()
    const { secret } = await browser.addTotp()
    assert.notDeepEqual(secret, s.secret)
    assert.equal((await browser.call('POST /v1/account/recovery-codes')).status, 201)
    assert.equal((await late.call('POST /v1/account/totp')).json.code, 'unauthenticated')
    const third = await waiting(s.edge, s.edge.ada)
    s.edge.clock.now += MINUTE_MS
    assert.equal(
      (await showCode(third, await third.code(s.secret))).json.code,
      'sign_in_failed',
      'the old app',
    )
    assert.equal((await showCode(third, await third.code(secret))).status, 200)
  })

  test('allows that no longer than five minutes', async () => {
    await using s = await scene()
    const browser = await waiting(s.edge, s.edge.ada)
    await show(browser, { method: 'recovery', code: s.codes[0] })
    s.edge.clock.now += 5 * MINUTE_MS + 1
    assert.equal((await browser.call('POST /v1/account/totp')).json.code, 'fresh_sign_in_required')
  })

  test('of another account, or of a set that was replaced, is none', async () => {
    await using s = await scene()
    const replaced = await s.own.call('POST /v1/account/recovery-codes')
    assert.equal(replaced.json.recovery_codes.length, 10)
    const eve = await person(s.edge, 'eve@example.com')
    const hers = new Browser(s.edge)
    await hers.startSession(eve)
    const { codes } = await hers.addTotp()
    const browser = await waiting(s.edge, s.edge.ada)
    for (const code of [s.codes[0], codes[0]]) {
      assert.equal((await show(browser, { method: 'recovery', code })).json.code, 'sign_in_failed')
    }
    const fresh = replaced.json.recovery_codes[0]
    assert.equal((await show(browser, { method: 'recovery', code: fresh })).status, 200)
  })
})

test('neither secrets nor codes stand in the database as they are', async () => {
  await using s = await scene()
  const rows = await s.edge.storage.read({
    sql: "SELECT hash AS a, '' AS b FROM recovery_code UNION ALL SELECT secret_sealed, id FROM totp",
    parameters: [],
    reads: true,
  })
  const text = JSON.stringify(rows)
  for (const code of s.codes) assert.ok(!text.includes(code) && !text.includes(code.replaceAll('-', '')))
  assert.equal(rows.filter(({ a }) => /^v1\./.test(String(a))).length, 1)
  assert.equal(rows.filter(({ a }) => /^[0-9a-f]{64}$/.test(String(a))).length, 10)
})
