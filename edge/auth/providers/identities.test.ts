/** A person's own identities: connecting one takes being signed in, freshly, in the same browser. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { step, writes } from '../../db/database.ts'
import { type Person, person, session } from '../devices/people_fixture.ts'
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

const mine = { sub: 'mine', email: 'whatever@example.com', email_verified: false, name: 'Me' }
const INVALID = '/console/account?problem=link_invalid'

/** Somebody with an account, signed in in a browser. */
async function someone(on: Scene, { fresh = true } = {}): Promise<Person & { browser: Browser }> {
  const made = await person(on.edge, TENANT, { fresh })
  const browser = new Browser(on.edge)
  if (made.caller.kind === 'session') browser.cookies.set('__Host-session', made.caller.cookie)
  return { ...made, browser }
}

async function connect(on: Scene, browser: Browser, claims = mine): Promise<string> {
  const { json } = await browser.ask('POST /v1/account/identities', { provider: 'house' })
  const to = new URL(json.location)
  says(on, to, claims)
  return await browser.back('house', { code: 'c', state: to.searchParams.get('state') ?? '' })
}

describe('an identity', () => {
  test('is connected by who is signed in, whatever its address, and signs them in from then on', async () => {
    await using on = await scene()
    const { browser, account } = await someone(on)
    assert.equal(await connect(on, browser), '/console/account')
    assert.ok(
      (await log(on)).some(({ action, facts }) =>
        action === 'identity.connected' && facts.account === account && facts.provider === 'house'
      ),
    )
    const elsewhere = new Browser(on.edge)
    assert.equal(await signIn(on, 'house', mine, { browser: elsewhere }), '/console')
    const { json } = await elsewhere.ask('GET /v1/account/identities')
    assert.equal(json.data.length, 1)
    assert.equal(await connect(on, browser), '/console/account')
    assert.equal(await count(on, 'identity'), 1)
  })

  test('is the way on from link_required: sign in there, connect, and it works', async () => {
    await using on = await scene()
    await signIn(on, 'house', ada)
    const again = { sub: 'another of hers', email: ada.email, email_verified: true }
    const other = new Browser(on.edge)
    assert.equal(
      await signIn(on, 'house', again, { browser: other }),
      '/console/sign-in?problem=link_required',
    )
    const [row] = await on.edge.storage.read({
      sql: 'SELECT account FROM identity',
      parameters: [],
      reads: true,
    })
    const caller = await session(on.edge, { account: row?.account as string, tenant: null })
    if (caller.kind === 'session') on.browser.cookies.set('__Host-session', caller.cookie)
    assert.equal(await connect(on, on.browser, again as typeof mine), '/console/account')
    assert.equal(await signIn(on, 'house', again, { browser: other }), '/console')
  })

  test('is connected freshly, by a page of ours, and by nobody who is not signed in', async () => {
    await using on = await scene()
    const stale = await someone(on, { fresh: false })
    const refused = await stale.browser.ask('POST /v1/account/identities', { provider: 'house' })
    assert.deepEqual([refused.status, refused.json.code], [403, 'fresh_sign_in_required'])
    const { caller } = await someone(on)
    const forged = await on.edge.call(caller, 'POST /v1/account/identities', {
      body: { provider: 'house' },
      headers: { origin: 'https://attacker.example' },
    })
    assert.deepEqual([forged.status, forged.json.code], [403, 'origin_refused'])
    assert.equal((await on.browser.ask('POST /v1/account/identities', { provider: 'house' })).status, 401)
    assert.equal(await count(on, 'sign_in_attempt'), 0)
  })

  test('of somebody else is not taken from them', async () => {
    await using on = await scene()
    const [first, second] = [await someone(on), await someone(on)]
    await connect(on, first.browser)
    assert.equal(await connect(on, second.browser), '/console/account?problem=conflict')
    assert.equal(await lastReason(on), 'other_account')
    const [row] = await on.edge.storage.read({
      sql: 'SELECT account FROM identity',
      parameters: [],
      reads: true,
    })
    assert.equal(row?.account, first.account)
  })

  test('is not connected to whoever has signed in in that browser meanwhile, or has signed out', async () => {
    await using on = await scene()
    for (const meanwhile of ['another', 'nobody', 'revoked'] as const) {
      const [victim, other] = [await someone(on), await someone(on)]
      const { json } = await victim.browser.ask('POST /v1/account/identities', { provider: 'house' })
      const to = new URL(json.location)
      if (meanwhile === 'another') {
        victim.browser.cookies.set('__Host-session', other.browser.cookies.get('__Host-session') ?? '')
      }
      if (meanwhile === 'nobody') victim.browser.cookies.delete('__Host-session')
      if (meanwhile === 'revoked') {
        const ended = step(
          writes.updateTable('session').set({ revoked: 1 }).where('account', '=', victim.account),
        )
        await on.edge.storage.write({ id: '', steps: [ended], leaf: null, repeatable: false })
      }
      says(on, to, mine)
      const end = await victim.browser.back('house', { code: 'c', state: to.searchParams.get('state') ?? '' })
      assert.equal(end, INVALID, meanwhile)
      assert.equal(await lastReason(on), 'session')
    }
    assert.equal(await count(on, 'identity'), 0)
  })

  test('of one’s own goes, but not the last way to sign in', async () => {
    await using on = await scene()
    const { browser, account } = await someone(on)
    await connect(on, browser)
    await connect(on, browser, { ...mine, sub: 'second' })
    const { json: { data } } = await browser.ask('GET /v1/account/identities')
    const remove = (id: string) => browser.ask(`DELETE /v1/account/identities/${id}`)
    assert.equal((await remove(data[0].id)).status, 200)
    const last = await remove(data[1].id)
    assert.deepEqual([last.status, last.json.code], [409, 'conflict'])
    const password = step(
      writes.updateTable('account').set({ password: '$argon2id$' }).where('id', '=', account),
    )
    await on.edge.storage.write({ id: '', steps: [password], leaf: null, repeatable: false })
    assert.equal((await remove(data[1].id)).status, 200)
    assert.equal((await remove(data[1].id)).status, 404)
    assert.equal(await count(on, 'identity'), 0)
  })

  test('of a locked account signs nobody in', async () => {
    await using on = await scene()
    await signIn(on, 'house', ada)
    await on.edge.storage.write({
      id: '',
      steps: [step(writes.updateTable('account').set({ state: 'locked' }))],
      leaf: null,
      repeatable: false,
    })
    const other = new Browser(on.edge)
    const end = await signIn(on, 'house', ada, { browser: other })
    assert.equal(end, '/console/sign-in?problem=provider_refused')
    assert.equal(await lastReason(on), 'account_locked')
  })

  test('asks for the second factor that its account has', async () => {
    await using on = await scene()
    const { browser, account } = await someone(on)
    await connect(on, browser)
    const row = { id: account, account, secret_sealed: 'v1.x', step: -1, created: 1, confirmed: 1 }
    const steps = [step(writes.insertInto('totp').values(row))]
    await on.edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
    const other = new Browser(on.edge)
    const end = await signIn(on, 'house', mine, { browser: other, next: '/console/a?b=c' })
    assert.equal(end, '/console/second-factor?next=%2Fconsole%2Fa%3Fb%3Dc')
    assert.deepEqual((await other.ask('GET /v1/account')).json.code, 'second_factor_required')
  })
})
