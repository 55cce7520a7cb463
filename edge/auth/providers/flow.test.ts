/** Entra and Google by doubles of what their discovery documents say: no request leaves this process. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '../../../shared/faults.ts'
import { reader } from '../../db/database.ts'
import { testStorage } from '../../db/storage_fixture.ts'
import { native } from '../../primitives.ts'
import { Issuers } from './discovery.ts'
import { begin, type Flow, hear } from './flow.ts'
import { CLIENT_ID, CLIENT_SECRET, type Key, newKey, token } from './liar_fixture.ts'
import type { Outgoing } from './outgoing.ts'
import { Providers } from './providers.ts'
import { reasonOf } from './refusal.ts'

const now = Date.parse('2026-11-22T09:00:00.000Z')
const DIRECTORY = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const entra = `https://login.microsoftonline.com/${DIRECTORY}/v2.0`
const authority = `https://login.microsoftonline.com/${DIRECTORY}`

const documents: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [entra]: {
    issuer: entra,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
  },
  // What `common` really answers: a template that is no issuer.
  'https://login.microsoftonline.com/common/v2.0': {
    issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
    authorization_endpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    token_endpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    jwks_uri: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
  },
  'https://accounts.google.com': {
    issuer: 'https://accounts.google.com',
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_endpoint: 'https://oauth2.googleapis.com/token',
    jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
  },
}

/** Goes to the issuer and back, which says this. */
async function heard(issuer: string, claims: Readonly<Record<string, unknown>>, change: Partial<Flow> = {}) {
  await using fixture = await testStorage('embedded')
  const key = await newKey('key')
  const said: { idToken: string } = { idToken: '' }
  const outgoing = double(issuer, key, said)
  const configured = {
    id: 'it',
    name: 'It',
    issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    github: null,
  }
  const master = { newest: 1, keys: new Map([[1, new Uint8Array(32).fill(7)]]) }
  const providers = new Providers({ configured: [configured], primitives: native, master })
  const flow: Flow = {
    providers,
    issuers: new Issuers({ outgoing, loopback: false, clock: () => now }),
    outgoing,
    primitives: native,
    master,
    publicUrl: 'https://edge.example',
  }
  const db = reader(fixture.storage)
  const { row, location } = await begin(flow, { db, now, randomBytes: native.randomBytes }, {
    provider: 'it',
    next: '/console',
    connecting: null,
  })
  const asked = new URL(location).searchParams
  const seconds = now / 1000
  const right = {
    iss: issuer,
    aud: CLIENT_ID,
    iat: seconds,
    exp: seconds + 300,
    nonce: asked.get('nonce') ?? '',
  }
  said.idToken = await token({ key, claims: { ...right, ...claims } })
  const provider = await providers.find(db, 'it')
  assert.ok(provider)
  const response = { state: asked.get('state') ?? '', code: 'c' }
  return await hear({ ...flow, ...change }, response, { row, provider, now })
}

function double(issuer: string, key: Key, said: { readonly idToken: string }): Outgoing {
  const document = documents[issuer]
  return (url) => {
    if (url === `${issuer}/.well-known/openid-configuration`) return answer(document)
    if (url === document?.jwks_uri) return answer({ keys: [key.jwk] })
    assert.equal(url, document?.token_endpoint)
    return answer({ access_token: 'a', token_type: 'Bearer', id_token: said.idToken })
  }
}

const answer = (json: unknown) => Promise.resolve({ status: 200, json })

async function reason(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => null, (error) => error)
  assert.ok(error instanceof Fault, 'it was believed')
  return reasonOf(error)
}

describe('Entra', () => {
  test('says who somebody is in the directory that its issuer names', async () => {
    const { issuer, subject } = await heard(entra, { sub: 'pairwise', tid: DIRECTORY })
    assert.deepEqual([issuer, subject], [entra, 'pairwise'])
  })

  test('is refused for another directory, or none', async () => {
    const other = '0193509f-6e00-7000-8000-000000000001'
    assert.equal(await reason(heard(entra, { sub: 'a', tid: other })), 'tid')
    assert.equal(await reason(heard(entra, { sub: 'a' })), 'tid')
    const iss = `https://login.microsoftonline.com/${other}/v2.0`
    assert.equal(await reason(heard(entra, { sub: 'a', tid: DIRECTORY, iss })), 'iss')
  })

  test('is no issuer as `common`, whose document is of none', async () => {
    const common = 'https://login.microsoftonline.com/common/v2.0'
    assert.equal(await reason(heard(common, { sub: 'a', tid: DIRECTORY })), 'provider_failed')
  })
})

test('Google’s endpoints are on other hosts than its issuer, as its document says', async () => {
  const { subject, said } = await heard('https://accounts.google.com', { sub: '1076915', hd: 'example.com' })
  assert.deepEqual([subject, said.hd], ['1076915', 'example.com'])
})

test('a sign-in ends with the master key that it was begun under', async () => {
  const master = { newest: 2, keys: new Map([[2, new Uint8Array(32).fill(8)]]) }
  assert.equal(await reason(heard(entra, { sub: 'a', tid: DIRECTORY }, { master })), 'master_key')
  const both = { newest: 2, keys: new Map([...master.keys, [1, new Uint8Array(32).fill(7)] as const]) }
  assert.equal((await heard(entra, { sub: 'a', tid: DIRECTORY }, { master: both })).subject, 'a')
})
