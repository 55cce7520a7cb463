import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { JWTPayload } from 'jose'
import { Fault } from '../../../shared/faults.ts'
import { Issuers } from './discovery.ts'
import { type Expected, verifyIdToken } from './id_token.ts'
import { CLIENT_ID, type Liar, liar, macByPublicKey, newKey, token, unsigned } from './liar_fixture.ts'
import { outgoing } from './outgoing.ts'
import { reasonOf } from './refusal.ts'

const now = Date.parse('2026-11-22T09:00:00.000Z')
const seconds = now / 1000
const accessToken = 'an access token'

let issuer: Liar
let issuers: Issuers
let expected: Expected
let good: JWTPayload
let clock = now

before(async () => {
  issuer = await liar()
  issuers = new Issuers({ outgoing: outgoing({ loopback: true }), loopback: true, clock: () => clock })
  expected = { issuer: issuer.issuer, clientId: CLIENT_ID, nonce: 'nonce', accessToken, now }
  good = {
    iss: issuer.issuer,
    aud: CLIENT_ID,
    sub: 'ada',
    iat: seconds,
    exp: seconds + 300,
    nonce: 'nonce',
    groups: ['staff'],
  }
})

after(() => issuer[Symbol.asyncDispose]())

const say = (change: JWTPayload = {}, header = {}) =>
  token({ key: issuer.key, claims: { ...good, ...change }, header })

/** The rule that refuses, as the log would have it. */
async function refusal(idToken: string): Promise<string> {
  const error = await verifyIdToken(idToken, expected, issuers).then(() => null, (error) => error)
  assert.ok(error instanceof Fault, 'the token was believed')
  assert.equal(error.code, 'provider_refused')
  assert.doesNotMatch(error.message, /id_token|claim|signature/)
  return reasonOf(error)
}

function leftHalf(algorithm: string): string {
  const hash = createHash(algorithm).update(accessToken).digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}

describe('an id_token', () => {
  test('is believed when everything fits', async () => {
    const claims = await verifyIdToken(await say(), expected, issuers)
    assert.deepEqual([claims.iss, claims.sub, claims.all.groups], [issuer.issuer, 'ada', ['staff']])
    for (
      const change of [{ aud: [CLIENT_ID] }, { azp: CLIENT_ID }, { aud: [CLIENT_ID, 'b'], azp: CLIENT_ID }]
    ) {
      await verifyIdToken(await say(change), expected, issuers)
    }
    await verifyIdToken(await say({ at_hash: leftHalf('sha256') }), expected, issuers)
    await verifyIdToken(await say({}, { typ: 'JWT' }), expected, issuers)
  })

  test('is believed by every algorithm with a private key', async () => {
    for (const alg of ['PS256', 'RS512', 'ES256', 'ES384', 'EdDSA', 'Ed25519']) {
      const key = await newKey(`by ${alg}`, alg)
      issuer.keys.push(key.jwk)
      clock += 61_000
      const bits = /(256|384|512)$/.exec(alg)?.[1] ?? '512'
      const claims = { ...good, at_hash: leftHalf(`sha${alg === 'Ed25519' ? '512' : bits}`) }
      await verifyIdToken(await token({ key, claims }), expected, issuers)
    }
  })

  test('is refused with alg none, in any spelling', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) assert.match(await refusal(unsigned(good, alg)), /./)
  })

  test('is refused when it is authenticated by HMAC with the public key', async () => {
    assert.match(await refusal(await macByPublicKey({ key: issuer.key, claims: good })), /alg/)
  })

  test('is refused with a symmetric key that the issuer publishes', async () => {
    const secret = new TextEncoder().encode('a key that everybody can read, 32')
    const { SignJWT } = await import('jose')
    issuer.keys.push({ kty: 'oct', kid: 'oct', k: btoa(String.fromCharCode(...secret)).replaceAll('=', '') })
    clock += 61_000
    const mac = await new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: 'oct' }).sign(secret)
    assert.match(await refusal(mac), /alg/)
  })

  test('is refused when another key signed it, under the known key’s id or with its own in the header', async () => {
    const other = await newKey('first')
    assert.match(await refusal(await token({ key: other, claims: good })), /signature/)
    const withKey = await token({ key: other, claims: good, header: { jwk: other.jwk } })
    assert.match(await refusal(withKey), /signature/)
    const byUrl = await token({ key: other, claims: good, header: { jku: `${issuer.issuer}/mine` } })
    assert.match(await refusal(byUrl), /signature/)
    assert.ok(issuer.heard.every(({ path }) => path !== '/mine'))
  })

  test('is refused when it names a key that is of another algorithm', async () => {
    const elliptic = await newKey('elliptic', 'ES256')
    issuer.keys.push(elliptic.jwk)
    clock += 61_000
    const { key } = issuer
    assert.match(await refusal(await token({ key, claims: good, header: { kid: 'elliptic' } })), /./)
  })

  test('is refused when its claims were altered', async () => {
    const [head, , signature] = (await say()).split('.')
    const [, body] = (await say({ sub: 'mallory' })).split('.')
    assert.match(await refusal(`${head}.${body}.${signature}`), /signature/)
  })

  const wrong: readonly (readonly [string, JWTPayload, RegExp])[] = [
    ['another issuer', { iss: 'https://issuer.example' }, /iss/],
    ['no issuer', { iss: undefined }, /iss/],
    ['another audience', { aud: 'another client' }, /aud/],
    ['no audience', { aud: undefined }, /aud/],
    ['several audiences and no authorized party', { aud: [CLIENT_ID, 'another'] }, /azp/],
    ['another authorized party', { azp: 'another client' }, /azp/],
    ['an end that is over', { exp: seconds - 61 }, /exp/],
    ['no end', { exp: undefined }, /exp/],
    ['a beginning in the future', { nbf: seconds + 120 }, /nbf/],
    ['a time in the future', { iat: seconds + 120 }, /iat/],
    ['a time that is long ago', { iat: seconds - 11 * 60 - 1, exp: seconds + 9000 }, /iat/],
    ['no time', { iat: undefined }, /iat/],
    ['another nonce', { nonce: 'swapped' }, /nonce/],
    ['no nonce', { nonce: undefined }, /nonce/],
    ['a nonce that is no text', { nonce: ['nonce'] as unknown as string }, /nonce/],
    ['the hash of another access token', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }, /at_hash/],
    ['no subject', { sub: undefined }, /sub/],
    ['an empty subject', { sub: '' }, /sub/],
    ['a subject that is no text', { sub: 5 as unknown as string }, /sub/],
    ['a subject that is too long', { sub: 'a'.repeat(256) }, /sub/],
    ['a subject with a line break', { sub: 'ada\nroot' }, /sub/],
  ]
  for (const [what, change, rule] of wrong) {
    test(`is refused with ${what}`, async () => assert.match(await refusal(await say(change)), rule))
  }

  test('is refused when it is a token of another kind, or demands what is not understood', async () => {
    for (const typ of ['at+jwt', 'logout+jwt']) assert.match(await refusal(await say({}, { typ })), /typ/)
    const demanding = say({}, { crit: ['b64'], b64: true })
    await assert.rejects(
      demanding.then((text) => verifyIdToken(text, { ...expected, now: now - 1e9 }, issuers)),
    )
    for (const text of ['', 'a', 'a.b.c', 'e30.e30.', `${'a'.repeat(5000)}.b.c`]) await refusal(text)
  })
})

describe('the keys of an issuer', () => {
  test('are asked for once more when a token names an unknown one, and not again for a minute', async () => {
    await using other = await liar()
    let time = now
    const kept = new Issuers({ outgoing: outgoing({ loopback: true }), loopback: true, clock: () => time })
    const asked = { ...expected, issuer: other.issuer }
    const claims = { ...good, iss: other.issuer }
    const fetched = () => other.heard.filter(({ path }) => path === '/keys').length
    await verifyIdToken(await token({ key: other.key, claims }), asked, kept)
    assert.equal(fetched(), 1)
    const second = await newKey('second')
    other.keys.splice(0, 1, second.jwk)
    await verifyIdToken(await token({ key: second, claims }), asked, kept)
    assert.equal(fetched(), 2)
    await assert.rejects(verifyIdToken(await token({ key: other.key, claims }), asked, kept), Fault)
    await assert.rejects(verifyIdToken(await token({ key: await newKey('x'), claims }), asked, kept), Fault)
    assert.equal(fetched(), 2)
    time += 60_000
    await assert.rejects(verifyIdToken(await token({ key: other.key, claims }), asked, kept), Fault)
    assert.equal(fetched(), 3)
  })
})
