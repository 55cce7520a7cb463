import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reader } from '../../db/database.ts'
import { PUBLIC_URL } from '../../edge_fixture.ts'
import { native } from '../../primitives.ts'
import { ADA, password, people, register } from '../accounts/people_fixture.ts'
import { Browser, entries, setRules, TENANT, write } from '../factors/browser_fixture.ts'
import { newSecret } from '../secret.ts'
import { rotateSession, session, touchSession } from './sessions.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

async function signedIn(edge: Awaited<ReturnType<typeof people>>, network?: string): Promise<Browser> {
  const browser = new Browser(edge, network)
  const answer = await browser.call('POST /v1/sessions', { email: ADA, password })
  assert.deepEqual([answer.status, answer.json], [200, { next: 'done' }])
  return browser
}

const secretOf = (browser: Browser) => browser.cookies.get('__Host-session') as string

describe('a session', () => {
  test('has a cookie of 256 bits that no script, no other site and no other host gets at', async () => {
    await using edge = await people()
    const answer = await new Browser(edge).call('POST /v1/sessions', { email: ADA, password })
    const [session, device] = answer.headers.getSetCookie()
    assert.match(
      session ?? '',
      /^__Host-session=sp_ses_[0-9A-Za-z]{43}[0-9A-Za-z]{6}; HttpOnly; Secure; SameSite=Lax; Path=\/$/,
    )
    assert.match(
      device ?? '',
      /^__Host-device-[0-9a-f]{12}=sp_kno_\w{36}; HttpOnly; Secure; SameSite=Lax; Path=\/; Max-Age=31536000$/,
    )
    assert.ok(!JSON.stringify(answer.json).includes('sp_ses_'))
  })

  test('is never the one that a browser came with: a planted secret is worth nothing (fixation)', async () => {
    await using edge = await people()
    const planted = newSecret('ses', native.randomBytes)
    const victim = new Browser(edge)
    const cookie = `__Host-session=${planted}`
    await victim.call('POST /v1/sessions', { email: ADA, password }, { cookie })
    assert.notEqual(secretOf(victim), planted)
    const attacker = await new Browser(edge).call('GET /v1/account', undefined, { cookie })
    assert.equal(attacker.status, 401)
    // An attacker's own session that is planted ends when somebody signs in over it.
    const own = await register(edge, 'mallory@example.com')
    const shared = own.copy()
    await shared.call('POST /v1/sessions', { email: ADA, password })
    assert.equal((await own.call('GET /v1/account')).status, 401)
    assert.equal((await shared.call('GET /v1/account')).json.email, ADA)
  })

  test('is over once it was signed out, for whoever has its cookie (theft)', async () => {
    await using edge = await people()
    const browser = await signedIn(edge)
    const thief = browser.copy()
    const answer = await browser.call('DELETE /v1/sessions/current')
    assert.match(answer.headers.getSetCookie()[0] ?? '', /^__Host-session=; .*Max-Age=0$/)
    assert.equal((await thief.call('GET /v1/account')).status, 401)
    assert.equal((await entries(edge, 'session.ended')).length, 1)
    // Nothing brings it back: not signing out again, not signing in elsewhere, not time.
    await thief.copy().call('DELETE /v1/sessions/current')
    await signedIn(edge)
    assert.equal((await thief.call('GET /v1/account')).status, 401)
  })

  test('is not used by pages of other sites (CSRF)', async () => {
    await using edge = await people()
    const browser = await signedIn(edge)
    const cookie = `__Host-session=${secretOf(browser)}`
    const attempts: Record<string, Record<string, string>> = {
      missing: { cookie },
      foreign: { cookie, origin: 'https://evil.example' },
      null: { cookie, origin: 'null' },
      'another port': { cookie, origin: 'http://edge.test:9999' },
      'another scheme': { cookie, origin: 'https://edge.test:8787' },
      'of the same site only': { cookie, origin: PUBLIC_URL, 'sec-fetch-site': 'same-site' },
      'cross-site': { cookie, origin: PUBLIC_URL, 'sec-fetch-site': 'cross-site' },
    }
    for (const [name, headers] of Object.entries(attempts)) {
      for (const target of ['PATCH /v1/account', 'POST /v1/sessions/tenant', 'DELETE /v1/account']) {
        const body = target.startsWith('PATCH')
          ? { name: 'x' }
          : target.startsWith('POST')
          ? { tenant: TENANT }
          : {}
        const answer = await edge.call({ kind: 'nobody' }, target, {
          ...(target.startsWith('DELETE') ? {} : { body }),
          headers,
        })
        assert.deepEqual([answer.status, answer.json.code], [403, 'origin_refused'], `${name}: ${target}`)
      }
      const out = await edge.call({ kind: 'nobody' }, 'DELETE /v1/sessions/current', { headers })
      assert.deepEqual([out.status, out.json.code], [403, 'origin_refused'], `${name}: sign out`)
    }
    assert.equal((await browser.call('GET /v1/account')).json.name, 'Ada Lovelace')
  })

  test('is not begun by pages of other sites: nobody is signed in to a stranger’s account', async () => {
    await using edge = await people()
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await new Browser(edge).call('POST /v1/sessions', { email: ADA, password }, { origin })
      assert.deepEqual([answer.status, answer.json.code], [403, 'origin_refused'])
    }
  })

  test('is not chosen by whoever adds a second cookie of its name (tossing)', async () => {
    await using edge = await people()
    const browser = await signedIn(edge)
    const mallory = await register(edge, 'mallory@example.com')
    const [a, b] = [secretOf(browser), secretOf(mallory)]
    for (
      const cookie of [`__Host-session=${a}; __Host-session=${b}`, `__Host-session=${b}; __Host-session=${a}`]
    ) {
      assert.equal((await browser.call('GET /v1/account', undefined, { cookie })).status, 401)
    }
    // Another spelling of the name is another cookie.
    const cookie = `__host-session=${b}; x__Host-session=${b}; __Host-session=${a}`
    assert.equal((await browser.call('GET /v1/account', undefined, { cookie })).json.email, ADA)
  })

  test('comes in its cookie only: not in a URL, not as a bearer token, not beside one', async () => {
    await using edge = await people()
    const browser = await signedIn(edge)
    const secret = secretOf(browser)
    const nobody = { kind: 'nobody' } as const
    for (const name of ['token', 'access_token', 'session']) {
      const query: Record<string, string> = { [name]: secret }
      assert.equal((await edge.call(nobody, 'GET /v1/sessions', { query })).status, 401)
      assert.equal((await browser.call(`GET /v1/sessions?${new URLSearchParams(query)}`)).status, 400)
    }
    assert.equal((await edge.call({ kind: 'bearer', secret }, 'GET /v1/account')).status, 401)
    const both = await browser.call('GET /v1/account', undefined, { authorization: `Bearer ${secret}` })
    assert.equal(both.status, 400)
  })
})

describe('the end of a session', () => {
  test('comes an hour after it was last used', async () => {
    await using edge = await people()
    const browser = await signedIn(edge)
    for (let i = 0; i < 4; i++) {
      edge.clock.now += 45 * MINUTE_MS
      assert.equal((await browser.call('GET /v1/account')).status, 200)
    }
    await edge.edge.flush()
    edge.clock.now += HOUR_MS
    assert.equal((await browser.call('GET /v1/account')).status, 401)
    // It was not woken up by that.
    edge.clock.now -= 1
    await edge.edge.flush()
    assert.equal((await browser.call('GET /v1/account')).status, 200)
  })

  test('comes twelve hours after the sign-in, however much it is used', async () => {
    await using edge = await people()
    const browser = await signedIn(edge)
    const nowhere = await register(edge, 'grace@example.com')
    for (let i = 0; i < 23; i++) {
      edge.clock.now += 30 * MINUTE_MS
      assert.equal((await browser.call('GET /v1/account')).status, 200)
      assert.equal((await nowhere.call('GET /v1/account')).status, 200)
    }
    // A new secret is no new session.
    await browser.call('POST /v1/sessions/tenant', { tenant: TENANT })
    edge.clock.now += 30 * MINUTE_MS
    assert.equal((await browser.call('GET /v1/account')).status, 401)
    assert.equal((await nowhere.call('GET /v1/account')).status, 401)
  })

  test('comes as early as the tenant’s rules say, from the next request on', async () => {
    await using edge = await people()
    await setRules(edge, { session: { idle_minutes: 10, absolute_hours: 1 } })
    const browser = await signedIn(edge)
    edge.clock.now += 9 * MINUTE_MS
    assert.equal((await browser.call('GET /v1/whoami')).status, 200)
    edge.clock.now += 11 * MINUTE_MS
    assert.equal((await browser.call('GET /v1/whoami')).status, 401)
    const longer = await signedIn(edge)
    for (let i = 0; i < 8; i++) {
      edge.clock.now += 7 * MINUTE_MS
      assert.equal((await longer.call('GET /v1/whoami')).status, 200)
    }
    edge.clock.now += 5 * MINUTE_MS
    assert.equal((await longer.call('GET /v1/whoami')).status, 401)
    await setRules(edge, {})
    const shortened = await signedIn(edge)
    edge.clock.now += 20 * MINUTE_MS
    await setRules(edge, { session: { idle_minutes: 10, absolute_hours: 12 } })
    assert.equal((await shortened.call('GET /v1/whoami')).status, 401)
  })

  test('comes when its owner ends it; nobody else can, and what is revoked stays revoked', async () => {
    await using edge = await people()
    const here = await signedIn(edge, '192.0.2.1')
    edge.clock.now += 1000
    const there = await signedIn(edge, '198.51.100.9')
    const { json: { data } } = await here.call('GET /v1/sessions')
    assert.deepEqual(data.map(({ current, network }: Record<string, unknown>) => [current, network]), [
      [false, '198.51.100.9'],
      [true, '192.0.2.1'],
    ])
    const mallory = await register(edge, 'mallory@example.com')
    assert.equal((await mallory.call('GET /v1/sessions')).json.data.length, 1)
    assert.equal((await mallory.call(`DELETE /v1/sessions/${data[0].id}`)).status, 404)
    assert.equal((await there.call('GET /v1/account')).status, 200)
    assert.equal((await here.call(`DELETE /v1/sessions/${data[0].id}`)).status, 200)
    assert.equal((await there.call('GET /v1/account')).status, 401)
    await edge.edge.flush()
    await edge.edge.housekeep()
    assert.equal((await there.call('GET /v1/account')).status, 401)
    assert.equal((await here.call(`DELETE /v1/sessions/${data[0].id}`)).status, 404)
  })
})

test('a session that was revoked meanwhile is not brought back by what was under way', async () => {
  await using edge = await people()
  const browser = await signedIn(edge)
  const { json: { data: [{ id }] } } = await browser.call('GET /v1/sessions')
  const db = reader(edge.storage)
  const { now } = edge.clock
  const row = await session(db, edge.ada, { id, now })
  assert.ok(row !== null)
  const rotated = rotateSession(row, { tenant: TENANT, fresh: now }, { now, randomBytes: native.randomBytes })
  await browser.call(`DELETE /v1/sessions/${id}`)
  await assert.rejects(write(edge, rotated.steps), { code: 'unauthenticated' })
  await write(edge, [touchSession(id, now + 60_000)])
  assert.equal(await session(db, edge.ada, { id, now }), null)
})

describe('a session in a tenant', () => {
  test('goes on under a new secret when it chooses one; the old is worth nothing', async () => {
    await using edge = await people()
    const browser = await signedIn(edge)
    const before = browser.copy()
    const chosen = await browser.call('POST /v1/sessions/tenant', { tenant: TENANT })
    assert.deepEqual([chosen.status, chosen.json.tenant], [200, TENANT])
    assert.equal((await before.call('GET /v1/account')).status, 401)
    assert.equal((await browser.call('GET /v1/whoami')).json.tenant, TENANT)
  })

  test('is for its members: others do not learn that it exists', async () => {
    await using edge = await people()
    const mallory = await register(edge, 'mallory@example.com')
    assert.equal((await mallory.call('POST /v1/sessions/tenant', { tenant: TENANT })).status, 404)
    assert.equal((await mallory.call('GET /v1/whoami')).json.code, 'forbidden')
    assert.equal((await mallory.call('GET /v1/members')).json.code, 'forbidden')
    const ada = await signedIn(edge)
    const elsewhere = { tenant: '0193509f-6e00-7000-8000-0000000000ff' }
    assert.equal((await ada.call('POST /v1/sessions/tenant', elsewhere)).status, 404)
  })

  test('keeps no rights when its member is demoted or removed', async () => {
    await using edge = await people()
    const ada = await signedIn(edge)
    const grace = await register(edge, 'grace@example.com')
    await confirmed(edge)
    const { json: { id: account } } = await grace.call('GET /v1/account')
    const invited = await ada.call('POST /v1/members', { name: 'Grace', role: 'admin' })
    const { id: member } = invited.json.member
    const sql = "UPDATE member SET account = ?, state = 'active' WHERE id = ?"
    await write(edge, [{ sql, parameters: [account, member], reads: false }])
    await grace.call('POST /v1/sessions/tenant', { tenant: TENANT })
    const invite = () => grace.call('POST /v1/members', { name: 'x', role: 'viewer' })
    assert.equal((await invite()).status, 201)
    assert.equal((await ada.call(`PATCH /v1/members/${member}`, { role: 'viewer' })).status, 200)
    assert.equal((await invite()).status, 401, 'the session was dropped')
    await grace.call('POST /v1/sessions', { email: 'grace@example.com', password })
    await confirmed(edge)
    assert.equal((await invite()).json.code, 'forbidden')
    assert.equal((await grace.call('GET /v1/members')).status, 200)
    assert.equal((await ada.call(`DELETE /v1/members/${member}`)).status, 200)
    assert.equal((await grace.call('GET /v1/members')).status, 401)
  })
})

/** As if everybody who is signed in had just shown a passkey. */
async function confirmed(edge: Awaited<ReturnType<typeof people>>): Promise<void> {
  await write(edge, [{ sql: 'UPDATE session SET fresh = ?', parameters: [edge.clock.now], reads: false }])
}

test('a session that waits for its second factor can do nothing but show it or leave', async () => {
  await using edge = await people()
  const browser = await signedIn(edge)
  await browser.addTotp()
  await browser.call('DELETE /v1/sessions/current')
  const half = await browser.call('POST /v1/sessions', { email: ADA, password })
  assert.deepEqual([half.status, half.json], [200, { next: 'second_factor' }])
  for (
    const target of [
      'GET /v1/account',
      'GET /v1/sessions',
      'GET /v1/whoami',
      'GET /v1/members',
      'DELETE /v1/account',
    ]
  ) {
    const answer = await browser.call(target)
    assert.deepEqual([answer.status, answer.json.code], [401, 'second_factor_required'], target)
  }
  const chosen = await browser.call('POST /v1/sessions/tenant', { tenant: TENANT })
  assert.equal(chosen.json.code, 'second_factor_required')
  const late = browser.copy()
  assert.equal((await browser.call('DELETE /v1/sessions/current')).status, 200)
  assert.equal((await late.call('GET /v1/account')).json.code, 'unauthenticated')
})
