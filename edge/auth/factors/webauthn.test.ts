import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import { utf8 } from '../../../shared/bytes.ts'
import type { PasskeyAssertion, PasskeyRegistration } from '../../../shared/schemas/passkey.ts'
import { PasskeyCreationOptions, PasskeyRequestOptions } from '../../../shared/schemas/passkey.ts'
import { verifyRegistrationResponse } from '@simplewebauthn/server'
import { cbor, type Falsified, SoftAuthenticator } from './authenticator_fixture.ts'
import { attestor } from './certificate_fixture.ts'
import {
  challengeOf,
  creationOptions,
  relyingParty,
  requestOptions,
  verifiedAssertion,
  verifiedRegistration,
} from './webauthn.ts'

const rp = relyingParty('https://sallyport.example.com:8443/base')
const bytes = new Uint8Array(32).fill(7)
const challenge = Buffer.from(bytes).toString('base64url')
const other = Buffer.from(new Uint8Array(32).fill(8)).toString('base64url')

const person = { challenge: bytes, handle: utf8('account'), email: 'ada@example.com', name: 'Ada', known: [] }
const forCreation = await creationOptions(rp, person)
const forRequest = await requestOptions(rp, { challenge: bytes, known: [] })

async function registered(authenticator: SoftAuthenticator) {
  const passkey = await verifiedRegistration(rp, { response: authenticator.register(forCreation), challenge })
  assert.ok(passkey !== null)
  return passkey
}

/** Each is wrong in one thing, at registration as at sign-in. */
const wrong: readonly [what: string, falsified: Falsified][] = [
  ['no verification of the person', { userVerified: false }],
  ['nobody present', { userPresent: false }],
  ['another origin', { origin: 'https://sallyport.example.com' }],
  ['an origin that only begins alike', { origin: 'https://sallyport.example.com:8443.evil.example' }],
  ['another host', { rpId: 'example.com' }],
  ['another challenge', { challenge: other }],
  ['a frame on a page of others', { crossOrigin: true }],
  ['a frame, and whose page', { crossOrigin: true, topOrigin: 'https://evil.example' }],
  ['a page of others and no frame', { topOrigin: 'https://evil.example' }],
  ['a synced key that cannot be synced', { synced: true, backupEligible: false }],
]

describe('registering a passkey', () => {
  test('asks for a verified person and a key that can be found without an address', () => {
    const options = PasskeyCreationOptions.parse(forCreation)
    assert.deepEqual(options.rp, { id: 'sallyport.example.com', name: 'sallyport.example.com' })
    assert.equal(options.authenticatorSelection.userVerification, 'required')
    assert.equal(options.authenticatorSelection.residentKey, 'preferred')
    assert.equal(options.attestation, 'none')
    assert.equal(options.challenge, challenge)
    assert.equal(options.timeout, 300_000)
    assert.equal(Buffer.from(options.user.id, 'base64url').toString(), 'account')
  })

  for (const algorithm of ['ES256', 'EdDSA'] as const) {
    test(`accepts ${algorithm}`, async () => {
      const authenticator = new SoftAuthenticator(rp.origin, { algorithm })
      const response = authenticator.register(forCreation, { synced: true, counter: 5 })
      const passkey = await verifiedRegistration(rp, { response, challenge })
      assert.equal(passkey?.credential, authenticator.credential)
      assert.equal(passkey.counter, 5)
      assert.equal(passkey.synced, true)
      assert.deepEqual(passkey.transports, ['internal', 'hybrid'])
    })
  }

  for (const [what, falsified] of [...wrong, ['a sign-in', { type: 'webauthn.get' }]] as typeof wrong) {
    test(`refuses ${what}`, async () => {
      const response = new SoftAuthenticator(rp.origin).register(forCreation, falsified)
      assert.equal(await verifiedRegistration(rp, { response, challenge }), null)
    })
  }

  test('refuses RSA of fewer than 2,048 bits', async () => {
    const response = new SoftAuthenticator(rp.origin, { algorithm: 'RS256-1024' }).register(forCreation)
    assert.equal(await verifiedRegistration(rp, { response, challenge }), null)
  })

  test('takes an authenticator that signs for itself, and refuses a signature that does not hold', async () => {
    for (const [altered, good] of [[false, true], [true, false]]) {
      const response = new SoftAuthenticator(rp.origin).register(forCreation, {
        attestation: (_signed, own) => {
          if (altered) own[own.length - 1] = (own.at(-1) ?? 0) ^ 1
          return {
            fmt: 'packed',
            statement: new Map<string, number | Uint8Array>([['alg', -7], ['sig', own]]),
          }
        },
      })
      assert.equal(await verifiedRegistration(rp, { response, challenge }) !== null, good)
    }
  })

  test('refuses the certificate of a maker, however good: what it names is never fetched', async () => {
    const { certificate, sign } = attestor()
    const response = new SoftAuthenticator(rp.origin).register(forCreation, {
      attestation: (signed) => ({
        fmt: 'packed',
        statement: new Map<string, number | Uint8Array | Uint8Array[]>([
          ['alg', -7],
          ['sig', sign(signed)],
          ['x5c', [certificate]],
        ]),
      }),
    })
    const { verified } = await verifyRegistrationResponse({
      response: {
        ...response,
        response: { ...response.response, transports: [] },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
    })
    assert.equal(verified, true, 'the library alone would take it')
    assert.equal(await verifiedRegistration(rp, { response, challenge }), null)
  })

  test('refuses every other attestation', async () => {
    for (const fmt of ['fido-u2f', 'tpm', 'android-key', 'apple', 'android-safetynet', 'none of them']) {
      const attestation = () => ({ fmt, statement: new Map([['x5c', [attestor().certificate]]]) })
      const response = new SoftAuthenticator(rp.origin).register(forCreation, { attestation })
      assert.equal(await verifiedRegistration(rp, { response, challenge }), null, fmt)
    }
  })

  test('refuses the name of another credential, and what is no CBOR', async () => {
    const response = new SoftAuthenticator(rp.origin).register(forCreation)
    const renamed = { ...response, id: challenge, rawId: challenge }
    assert.equal(await verifiedRegistration(rp, { response: renamed, challenge }), null)
    for (
      const attestationObject of ['AAAA', Buffer.from(cbor(new Map([['fmt', 'none']]))).toString('base64url')]
    ) {
      const broken: PasskeyRegistration = {
        ...response,
        response: { ...response.response, attestationObject },
      }
      assert.equal(await verifiedRegistration(rp, { response: broken, challenge }), null)
    }
  })

  test('leaves out ways to reach a key that it does not know', async () => {
    const response = new SoftAuthenticator(rp.origin).register(forCreation)
    const odd = { ...response, response: { ...response.response, transports: ['usb', 'telepathy'] } }
    assert.deepEqual((await verifiedRegistration(rp, { response: odd, challenge }))?.transports, ['usb'])
  })
})

describe('signing in with a passkey', () => {
  test('asks for a verified person', () => {
    const options = PasskeyRequestOptions.parse(forRequest)
    assert.equal(options.userVerification, 'required')
    assert.equal(options.rpId, 'sallyport.example.com')
    assert.deepEqual(options.allowCredentials, [])
    assert.equal(options.challenge, challenge)
  })

  for (const algorithm of ['ES256', 'EdDSA'] as const) {
    test(`accepts a signature of ${algorithm}, and says the counter`, async () => {
      const authenticator = new SoftAuthenticator(rp.origin, { algorithm })
      const { publicKey } = await registered(authenticator)
      authenticator.counter = 41
      const response = authenticator.assert(forRequest)
      assert.equal(challengeOf(response), challenge)
      assert.deepEqual(await verifiedAssertion(rp, { response, challenge, publicKey }), {
        counter: 42,
        eligible: false,
        synced: false,
      })
    })

    const falsifications = [
      ...wrong,
      ['a registration', { type: 'webauthn.create' }],
      ['an altered signature', { altered: true }],
    ] as typeof wrong
    for (const [what, falsified] of falsifications) {
      test(`refuses ${what} (${algorithm})`, async () => {
        const authenticator = new SoftAuthenticator(rp.origin, { algorithm })
        const { publicKey } = await registered(authenticator)
        const response = authenticator.assert(forRequest, falsified)
        assert.equal(await verifiedAssertion(rp, { response, challenge, publicKey }), null)
      })
    }

    test(`refuses the signature of another key (${algorithm})`, async () => {
      const { publicKey } = await registered(new SoftAuthenticator(rp.origin, { algorithm }))
      const response = new SoftAuthenticator(rp.origin, { algorithm }).assert(forRequest)
      assert.equal(await verifiedAssertion(rp, { response, challenge, publicKey }), null)
    })
  }

  test('refuses flags and counters that were changed after signing', async () => {
    const authenticator = new SoftAuthenticator(rp.origin)
    const { publicKey } = await registered(authenticator)
    const unverified = authenticator.assert(forRequest, { userVerified: false })
    for (const [at, value] of [[32, 0b101], [36, 99]] as const) {
      const data = Buffer.from(unverified.response.authenticatorData, 'base64url')
      data[32] = 0b101
      data[at] = value
      const authenticatorData = data.toString('base64url')
      const response: PasskeyAssertion = {
        ...unverified,
        response: { ...unverified.response, authenticatorData },
      }
      assert.equal(await verifiedAssertion(rp, { response, challenge, publicKey }), null)
    }
  })

  test('has no challenge in what is no client data', () => {
    const response = new SoftAuthenticator(rp.origin).assert(forRequest)
    for (const text of ['nonsense', '5', 'null', '{"challenge":5}']) {
      const clientDataJSON = Buffer.from(text).toString('base64url')
      assert.equal(challengeOf({ ...response, response: { ...response.response, clientDataJSON } }), null)
    }
  })
})
