import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { PUBLIC_URL } from '../../edge_fixture.ts'
import { ada, Browser, count, log, says, scene, signIn } from './browser_fixture.ts'
import { CLIENT_ID, CLIENT_SECRET } from './liar_fixture.ts'

describe('signing in with a provider of the installation', () => {
  test('goes there with PKCE, state and nonce, and makes the account at the first time', async () => {
    await using on = await scene()
    const to = await on.browser.start('house', { next: '/console/sessions?a=b' })
    const asked = Object.fromEntries(to.searchParams)
    assert.equal(`${to.origin}${to.pathname}`, `${on.issuer.issuer}/authorize`)
    assert.deepEqual(
      [asked.response_type, asked.client_id, asked.scope, asked.code_challenge_method, asked.redirect_uri],
      ['code', CLIENT_ID, 'openid email profile', 'S256', `${PUBLIC_URL}/v1/sign-in/house/callback`],
    )
    for (const secret of [asked.state, asked.nonce, asked.code_challenge]) {
      assert.match(secret ?? '', /^[\w-]{43}$/)
    }
    says(on, to, ada)
    const end = await on.browser.back('house', { code: 'a code', state: asked.state ?? '' })
    assert.equal(end, '/console/sessions?a=b')
    const exchange = on.issuer.heard.find(({ path }) => path === '/token')
    const form = Object.fromEntries(exchange?.form ?? [])
    const { code_verifier, ...rest } = form
    assert.deepEqual(rest, {
      grant_type: 'authorization_code',
      code: 'a code',
      redirect_uri: asked.redirect_uri,
    })
    const challenge = createHash('sha256').update(code_verifier ?? '').digest('base64url')
    assert.equal(challenge, asked.code_challenge)
    const [id, secret] = atob((exchange?.headers.authorization as string).slice(6)).split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
    assert.deepEqual([id, secret], [CLIENT_ID, CLIENT_SECRET])
    const { json } = await on.browser.ask('GET /v1/account/identities')
    assert.deepEqual(
      json.data.map(({ issuer, provider, name }: Record<string, string>) => [issuer, provider, name]),
      [[on.issuer.issuer, 'house', 'ada@example.com']],
    )
    const entries = await log(on)
    const answered = entries.findLast(({ action }) => action === 'sign_in.answered')
    assert.deepEqual([answered.facts.outcome, answered.facts.provider, answered.actor.kind], [
      'signed_in',
      'house',
      'account',
    ])
    assert.doesNotMatch(JSON.stringify(entries), /ada@example|Lovelace/)
    assert.deepEqual([...on.browser.cookies.keys()].filter((name) => name.includes('sign-in')), [])
  })

  test('finds the same account again by issuer and subject, whatever the address is by then', async () => {
    await using on = await scene()
    await signIn(on, 'house', ada)
    const first = (await on.browser.ask('GET /v1/account/identities')).json.data
    const other = new Browser(on.edge)
    const changed = { ...ada, email: 'other@example.com' }
    assert.equal(await signIn(on, 'house', changed, { browser: other }), '/console')
    const again = (await other.ask('GET /v1/account/identities')).json.data
    assert.equal(again[0].id, first[0].id)
    assert.equal(await count(on, 'account'), 1)
  })

  test('stores neither state, verifier, nonce nor cookie', async () => {
    await using on = await scene()
    const to = await on.browser.start('house')
    const [row] = await on.edge.storage.read({
      sql: 'SELECT * FROM sign_in_attempt',
      parameters: [],
      reads: true,
    })
    const stored = JSON.stringify(row)
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.ok(!stored.includes(to.searchParams.get(name) ?? '-'), name)
    }
    for (const value of on.browser.cookies.values()) assert.ok(!stored.includes(value))
  })

  test('sets cookies that no other host can plant and no script can read', async () => {
    await using on = await scene()
    const { headers } = await on.browser.ask('POST /v1/sign-in/house/start', {})
    const [cookie = ''] = headers.getSetCookie()
    assert.match(
      cookie,
      /^__Host-sign-in-[0-9a-f]{16}=[\w-]{43}; HttpOnly; Secure; SameSite=Lax; Path=\/; Max-Age=600$/,
    )
  })

  test('lets two attempts be open in one browser', async () => {
    await using on = await scene()
    const [first, second] = [await on.browser.start('house'), await on.browser.start('house')]
    for (const to of [first, second]) {
      says(on, to, ada)
      assert.equal(
        await on.browser.back('house', { code: 'c', state: to.searchParams.get('state') ?? '' }),
        '/console',
      )
    }
  })
})
