import assert from 'node:assert/strict'
import { createServer as createTcp } from 'node:net'
import { describe, test } from 'node:test'
import { Fault } from '../../../shared/faults.ts'
import { Issuers } from './discovery.ts'
import { type Liar, liar, newKey } from './liar_fixture.ts'
import { type Outgoing, outgoing } from './outgoing.ts'
import { testServer } from './server_fixture.ts'

const clock = { now: Date.parse('2026-11-22T09:00:00.000Z') }

function issuersOf({ loopback = true }: { readonly loopback?: boolean } = {}): Issuers {
  return new Issuers({ outgoing: outgoing({ loopback }), loopback, clock: () => clock.now })
}

async function fails(work: Promise<unknown>, why: RegExp): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof Fault)
    assert.equal(error.code, 'provider_failed')
    assert.match(`${error.message} ${String((error.cause as Error | undefined)?.message)}`, why)
    return true
  })
}

const asked = ({ heard }: Liar, path: string) => heard.filter((one) => one.path === path).length

describe('a discovery document', () => {
  test('is kept for an hour, and its keys too', async () => {
    await using issuer = await liar()
    const issuers = issuersOf()
    for (let i = 0; i < 3; i++) {
      await issuers.document(issuer.issuer)
      await issuers.keys(issuer.issuer)
    }
    assert.deepEqual([asked(issuer, '/.well-known/openid-configuration'), asked(issuer, '/keys')], [1, 1])
    clock.now += 60 * 60_000
    await issuers.keys(issuer.issuer)
    assert.deepEqual([asked(issuer, '/.well-known/openid-configuration'), asked(issuer, '/keys')], [2, 2])
  })

  const wrong: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ['of another issuer', { issuer: 'https://issuer.example' }, /another issuer/],
    ['without an issuer', { issuer: undefined }, /does not read/],
    ['whose token endpoint is no URL', { token_endpoint: 'token' }, /does not read/],
    ['whose token endpoint is asked by http', { token_endpoint: 'http://tokens.example/' }, /token_endpoint/],
    ['whose keys are a file', { jwks_uri: 'file:///etc/passwd' }, /jwks_uri/],
    [
      'whose authorization endpoint is a script',
      { authorization_endpoint: 'javascript:alert(1)' },
      /authorization/,
    ],
    ['whose endpoint has a password', { jwks_uri: 'https://a:b@keys.example/' }, /jwks_uri/],
    ['without authorization codes', { response_types_supported: ['token'] }, /codes/],
    ['without S256', { code_challenge_methods_supported: ['plain'] }, /S256/],
  ]
  for (const [what, change, why] of wrong) {
    test(`${what} is refused`, async () => {
      await using issuer = await liar()
      Object.assign(issuer.discovery, change)
      await fails(issuersOf().document(issuer.issuer), why)
    })
  }

  test('of an issuer that differs by a slash, a letter or a port is refused', async () => {
    await using issuer = await liar()
    for (const other of [`${issuer.issuer}/`, issuer.issuer.replace('127.0.0.1', 'localhost')]) {
      await fails(issuersOf().document(other), /another issuer/)
    }
  })

  test('that is not there, no JSON, or an error is refused', async () => {
    const answers = [null, { body: 'not JSON' }, { status: 500, body: {} }, { body: [] }]
    for (const answer of answers) {
      await using server = await testServer(() => answer)
      await fails(issuersOf().document(server.origin), /does not read/)
    }
  })
})

describe('keys', () => {
  test('that are symmetric or private are left out', async () => {
    await using issuer = await liar()
    const { jwk } = await newKey('mine')
    issuer.keys.push({ kty: 'oct', k: 'AAAA', kid: 'mac' }, { ...jwk, d: 'AAAA', kid: 'private' })
    const { keys } = await issuersOf().keys(issuer.issuer)
    assert.deepEqual(keys.map(({ kid }) => kid), ['first'])
  })
})

describe('a request to a provider', () => {
  test('follows no redirect', async () => {
    await using aim = await testServer(() => ({ body: {} }))
    await using server = await testServer(() => ({
      status: 302,
      headers: { location: aim.origin },
      body: {},
    }))
    assert.equal((await outgoing({ loopback: true })(server.origin)).status, 302)
    assert.deepEqual(aim.heard, [])
  })

  test('ends where the answer is too long', async () => {
    await using server = await testServer(() => ({ body: 'x'.repeat(512 * 1024 + 1) }))
    await fails(outgoing({ loopback: true })(server.origin), /too much/)
  })

  test('ends where the answer takes too long', async () => {
    const ended = Promise.withResolvers<void>()
    const silent = createTcp((socket) => {
      socket.on('error', () => {})
      socket.on('close', () => ended.resolve())
      socket.resume()
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const ask = outgoing({ loopback: true, timeoutMs: 50 })
    await fails(ask(`http://127.0.0.1:${port}/`), /too long/)
    await ended.promise
    await new Promise<void>((resolve) => silent.close(() => resolve()))
  })

  test('goes to no loopback, link-local or metadata address, by number or by name', async () => {
    await using server = await testServer(() => ({ body: {} }))
    const ask = outgoing({ loopback: false })
    const port = new URL(server.origin).port
    const never = [
      `https://127.0.0.1:${port}/`,
      `https://localhost:${port}/`,
      `https://[::1]:${port}/`,
      'https://169.254.169.254/latest/meta-data',
      'https://[fd00:ec2::254]/',
      'https://2852039166/',
      'https://0/',
    ]
    for (const url of never) await fails(ask(url), /never asked/)
    for (
      const url of [server.origin, 'http://example.com/', 'ftp://example.com/', 'https://a:b@example.com/']
    ) {
      await fails(ask(url), /https/)
    }
    assert.deepEqual(server.heard, [])
    await fails(outgoing({ loopback: true })('http://example.com/'), /https/)
    await fails(outgoing({ loopback: true })('https://169.254.169.254/'), /never asked/)
  })
})

describe('what is kept of issuers', () => {
  /** Issuers of any name, whose key is so long; the list is of what was asked. */
  function any(length: number): { readonly issuers: Issuers; readonly asked: string[] } {
    const asked: string[] = []
    const ask: Outgoing = (url) => {
      asked.push(url)
      const issuer = new URL(url).origin
      const at = (path: string) => `${issuer}/${path}`
      const [authorization_endpoint, token_endpoint, jwks_uri] = ['authorize', 'token', 'keys'].map(at)
      const document = { issuer, authorization_endpoint, token_endpoint, jwks_uri }
      const keys = [{ kty: 'RSA', n: 'A'.repeat(length) }]
      return Promise.resolve({ status: 200, json: url === jwks_uri ? { keys } : document })
    }
    return { issuers: new Issuers({ outgoing: ask, loopback: false, clock: () => clock.now }), asked }
  }
  const nth = (n: number) => `https://issuer-${n}.example`

  test('is 8 MiB at most, and what was not asked for longest goes first', async () => {
    const { issuers, asked } = any(500_000)
    for (let n = 0; n < 20; n++) {
      await issuers.keys(nth(n))
      await issuers.keys(nth(0))
    }
    assert.equal(asked.length, 40)
    await issuers.keys(nth(0))
    await issuers.keys(nth(19))
    assert.equal(asked.length, 40)
    await issuers.keys(nth(1))
    assert.equal(asked.length, 42)
  })

  test('is of a thousand at most', async () => {
    const { issuers, asked } = any(1)
    for (let n = 0; n <= 1000; n++) await issuers.document(nth(n))
    await issuers.document(nth(1000))
    assert.equal(asked.length, 1001)
    await issuers.document(nth(0))
    assert.equal(asked.length, 1002)
  })
})
