/** Sign-ins that must not succeed: each is refused, says no more than a code, leaves no session, and is in the log. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JWTPayload } from 'jose'
import { nobody } from '../../edge_fixture.ts'
import {
  ada,
  Browser,
  configured,
  count,
  lastReason,
  log,
  says,
  type Scene,
  scene,
  signIn,
} from './browser_fixture.ts'
import { CLIENT_ID, liar, macByPublicKey, newKey, token, unsigned } from './liar_fixture.ts'

const REFUSED = '/console/sign-in?problem=provider_refused'
const INVALID = '/console/sign-in?problem=link_invalid'

const stateOf = (to: URL) => to.searchParams.get('state') ?? ''

/** Nobody was let in, and the log says why. */
async function nothingCame(on: Scene, reason: string): Promise<void> {
  assert.equal(await lastReason(on), reason)
  assert.deepEqual([await count(on, 'account'), await count(on, 'session'), await count(on, 'identity')], [
    0,
    0,
    0,
  ])
  assert.ok(!on.browser.cookies.has('__Host-session'))
  const metrics = await on.browser.ask('GET /metrics')
  assert.match(metrics.json, /sallyport_security_events_total\{kind="sign_in\.failed"\} [1-9]/)
}

/** Goes there and back, and has the issuer answer with this token. */
async function withToken(
  on: Scene,
  made: (claims: JWTPayload, to: URL) => string | Promise<string>,
): Promise<string> {
  const to = await on.browser.start('house')
  const seconds = Math.floor(on.edge.clock.now / 1000)
  const nonce = to.searchParams.get('nonce') ?? ''
  const claims = { iss: on.issuer.issuer, aud: CLIENT_ID, iat: seconds, exp: seconds + 300, nonce, ...ada }
  const id_token = await made(claims, to)
  on.issuer.tokens = () => ({ body: { access_token: 'a', token_type: 'Bearer', id_token } })
  return await on.browser.back('house', { code: 'c', state: stateOf(to) })
}

describe('an id_token that lies', () => {
  const lies:
    readonly (readonly [string, string, (on: Scene, claims: JWTPayload) => string | Promise<string>])[] = [
      ['with alg none', 'alg', (_, claims) => unsigned(claims)],
      [
        'by HMAC with the public key',
        'alg',
        ({ issuer }, claims) => macByPublicKey({ key: issuer.key, claims }),
      ],
      [
        'for another client',
        'aud',
        ({ issuer }, claims) => token({ key: issuer.key, claims: { ...claims, aud: 'another client' } }),
      ],
      [
        'given to another client, and for us besides',
        'azp',
        ({ issuer }, claims) =>
          token({ key: issuer.key, claims: { ...claims, aud: [CLIENT_ID, 'another'], azp: 'another' } }),
      ],
      [
        'that has expired',
        'exp',
        ({ issuer }, claims) =>
          token({ key: issuer.key, claims: { ...claims, exp: (claims.iat as number) - 61 } }),
      ],
      [
        'with the nonce of another sign-in',
        'nonce',
        ({ issuer }, claims) => token({ key: issuer.key, claims: { ...claims, nonce: 'swapped' } }),
      ],
      [
        'of another issuer',
        'iss',
        ({ issuer }, claims) =>
          token({ key: issuer.key, claims: { ...claims, iss: 'https://issuer.example' } }),
      ],
      [
        'signed by a stranger under a key id of the issuer',
        'signature',
        async (_, claims) => token({ key: await newKey('first'), claims }),
      ],
      [
        'under an unknown key id',
        'kid',
        async (_, claims) => token({ key: await newKey('../../first'), claims }),
      ],
    ]
  for (const [what, reason, made] of lies) {
    test(`${what} signs nobody in`, async () => {
      await using on = await scene()
      assert.equal(await withToken(on, (claims) => made(on, claims)), REFUSED)
      await nothingCame(on, reason)
    })
  }

  test('is not believed because another client of the same issuer got it', async () => {
    await using on = await scene()
    const stolen = await withToken(
      on,
      (claims) => token({ key: on.issuer.key, claims: { ...claims, aud: 'app' } }),
    )
    assert.equal(stolen, REFUSED)
    await nothingCame(on, 'aud')
  })
})

describe('an authorization response', () => {
  test('counts once: the second time its state is unknown', async () => {
    await using on = await scene()
    const to = await on.browser.start('house')
    says(on, to, ada)
    const response = { code: 'c', state: stateOf(to) }
    const cookies = new Map(on.browser.cookies)
    assert.equal(await on.browser.back('house', response), '/console')
    const again = new Browser(on.edge)
    for (const [name, value] of cookies) again.cookies.set(name, value)
    assert.equal(await again.back('house', response), INVALID)
    assert.equal(await lastReason(on), 'state')
    assert.equal(await count(on, 'session'), 1)
  })

  test('to nothing that was asked fills no log, however often it comes', async () => {
    await using on = await scene()
    for (let i = 0; i < 30; i++) {
      assert.equal(await on.browser.back('house', { code: 'c', state: 'invented' }), INVALID)
      await on.edge.edge.flush()
    }
    const said = (await log(on)).filter(({ facts }) => facts?.reason === 'state')
    assert.equal(said.length, 20)
  })

  test('counts once when it comes twice at once', async () => {
    await using on = await scene()
    await signIn(on, 'house', ada, { browser: new Browser(on.edge) })
    const to = await on.browser.start('house')
    says(on, to, ada)
    const response = { code: 'c', state: stateOf(to) }
    const ends = await Promise.all([on.browser.back('house', response), on.browser.back('house', response)])
    assert.equal(ends.filter((end) => end === '/console').length, 1)
    assert.equal(await count(on, 'session'), 2)
  })

  test('with a code that was used is refused by the issuer, and here', async () => {
    await using on = await scene()
    const to = await on.browser.start('house')
    on.issuer.tokens = () => ({ status: 400, body: { error: 'invalid_grant' } })
    assert.equal(await on.browser.back('house', { code: 'used', state: stateOf(to) }), REFUSED)
    await nothingCame(on, 'code')
  })

  test('does not count in another browser, and then not in its own either', async () => {
    await using on = await scene()
    const to = await on.browser.start('house')
    says(on, to, ada)
    const response = { code: 'c', state: stateOf(to) }
    const other = new Browser(on.edge)
    assert.equal(await other.back('house', response), INVALID)
    await nothingCame(on, 'browser')
    assert.equal(await on.browser.back('house', response), INVALID)
    await nothingCame(on, 'state')
  })

  test('does not count with the cookie of another attempt', async () => {
    await using on = await scene()
    const to = await on.browser.start('house')
    const other = new Browser(on.edge)
    await other.start('house')
    const [[, value] = ['', '']] = other.cookies
    const [[name] = ['']] = on.browser.cookies
    on.browser.cookies.set(name, value)
    says(on, to, ada)
    assert.equal(await on.browser.back('house', { code: 'c', state: stateOf(to) }), INVALID)
    await nothingCame(on, 'browser')
  })

  test('does not count after ten minutes', async () => {
    await using on = await scene()
    const to = await on.browser.start('house')
    on.edge.clock.now += 10 * 60_000
    says(on, to, ada)
    assert.equal(await on.browser.back('house', { code: 'c', state: stateOf(to) }), INVALID)
    await nothingCame(on, 'state')
  })

  test('with a state that nobody gave out counts for nothing', async () => {
    await using on = await scene()
    for (const state of ['', 'guess', 'A'.repeat(43)]) {
      assert.equal(await on.browser.back('house', { code: 'c', state }), INVALID)
    }
    assert.equal(await on.browser.back('house', { code: 'c' }), INVALID)
    await nothingCame(on, 'state')
  })

  test('that says no, or has no code, is a refusal that repeats nothing of it', async () => {
    await using on = await scene()
    const refusals: readonly Readonly<Record<string, string>>[] = [
      { error: 'access_denied', error_description: '<b>Mallory</b>' },
      {},
    ]
    for (const response of refusals) {
      const to = await on.browser.start('house')
      assert.equal(await on.browser.back('house', { ...response, state: stateOf(to) }), REFUSED)
      await nothingCame(on, 'no_code')
    }
    assert.doesNotMatch(JSON.stringify(await log(on)), /Mallory/)
  })
})

describe('a mixed-up issuer', () => {
  test('is known by the iss of the response, which an issuer that announces it has to send', async () => {
    await using on = await scene()
    on.issuer.discovery.authorization_response_iss_parameter_supported = true
    for (const iss of ['https://attacker.example', `${on.issuer.issuer}/`, undefined]) {
      const to = await on.browser.start('house')
      says(on, to, ada)
      const response = { code: 'c', state: stateOf(to), ...(iss === undefined ? {} : { iss }) }
      assert.equal(await on.browser.back('house', response), REFUSED)
      await nothingCame(on, 'iss_parameter')
    }
    assert.ok(on.issuer.heard.every(({ path }) => path !== '/token'), 'the code was handed on')
    const to = await on.browser.start('house')
    says(on, to, ada)
    const response = { code: 'c', state: stateOf(to), iss: on.issuer.issuer }
    assert.equal(await on.browser.back('house', response), '/console')
  })

  test('is known by a wrong iss from an issuer that announces none', async () => {
    await using on = await scene()
    const to = await on.browser.start('house')
    says(on, to, ada)
    const response = { code: 'c', state: stateOf(to), iss: 'https://attacker.example' }
    assert.equal(await on.browser.back('house', response), REFUSED)
    await nothingCame(on, 'iss_parameter')
  })

  test('gets no code of another provider: each has a callback of its own', async () => {
    await using attacker = await liar()
    await using on = await scene(() => [configured('attacker', attacker.issuer)])
    const to = await on.browser.start('house')
    says(on, to, ada)
    assert.equal(await on.browser.back('attacker', { code: 'c', state: stateOf(to) }), INVALID)
    await nothingCame(on, 'state')
    assert.deepEqual(attacker.heard.filter(({ path }) => path === '/token'), [])
  })
})

describe('a mail address', () => {
  for (const verified of [true, false, 'true', undefined]) {
    test(`that is somebody’s connects nothing, email_verified ${verified}`, async () => {
      await using on = await scene()
      await signIn(on, 'house', ada)
      const other = new Browser(on.edge)
      const mallory = { sub: 'mallory', email: 'ADA@example.com', email_verified: verified, name: 'Mallory' }
      const end = await signIn(on, 'house', mallory, { browser: other })
      const vouched = verified === true
      assert.equal(end, `/console/sign-in?problem=${vouched ? 'link_required' : 'provider_refused'}`)
      assert.equal(await lastReason(on), vouched ? 'link_required' : 'address_not_proven')
      assert.deepEqual(
        [await count(on, 'account'), await count(on, 'identity'), await count(on, 'session')],
        [1, 1, 1],
      )
      assert.ok(!other.cookies.has('__Host-session'))
    })
  }

  test('that no provider of the installation vouches for makes no account', async () => {
    await using on = await scene()
    const nobodys = [
      { email: 'ada@example.com', email_verified: false },
      { email: 'ada@example.com', email_verified: 'true' },
      { email: 'ada@example.com' },
      { email: 'ada@example.com\nbcc: all', email_verified: true },
      { email_verified: true },
    ]
    for (const said of nobodys) {
      assert.equal(await signIn(on, 'house', { sub: 'ada', ...said }), REFUSED)
      await nothingCame(on, 'address_not_proven')
    }
  })
})

describe('where a sign-in leads', () => {
  const elsewhere = [
    'https://attacker.example',
    '//attacker.example',
    '/\\attacker.example',
    '\\/attacker.example',
    '/\t/attacker.example',
    '/\n/attacker.example',
    ' /console',
    'console',
    'javascript:alert(1)',
    '/console\\..\\x',
    '',
    `/${'a'.repeat(500)}`,
  ]
  test('is a path of this edge and nothing else', async () => {
    await using on = await scene()
    for (const next of elsewhere) {
      const { status } = await on.browser.ask('POST /v1/sign-in/house/start', { next })
      assert.equal(status, 400, next)
    }
    assert.equal(await count(on, 'sign_in_attempt'), 0)
  })
})

describe('beginning a sign-in', () => {
  test('is refused for a page of another site', async () => {
    await using on = await scene()
    const { status, json } = await on.edge.call(nobody, 'POST /v1/sign-in/house/start', {
      body: {},
      headers: { origin: 'https://attacker.example' },
    })
    assert.deepEqual([status, json.code], [403, 'origin_refused'])
  })

  test('has to wait where one network begins too many', async () => {
    await using on = await scene()
    const begin = async () => (await on.browser.ask('POST /v1/sign-in/house/start', {})).status
    for (let i = 0; i < 100; i++) assert.equal(await begin(), 200)
    assert.equal(await begin(), 429)
    on.edge.clock.now += 60_000
    assert.equal(await begin(), 200)
  })

  test('knows no provider that is not there', async () => {
    await using on = await scene()
    const { status } = await on.browser.ask('POST /v1/sign-in/0193509f-6e00-7000-8000-000000000009/start', {})
    assert.equal(status, 404)
  })
})
