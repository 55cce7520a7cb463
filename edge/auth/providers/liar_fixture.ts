/** An issuer that says whatever a test has it say: its tokens are signed with whatever key, by whatever algorithm. */
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'
import { type Heard, type Said, type TestServer, testServer } from './server_fixture.ts'

export const CLIENT_ID = 'sallyport'
export const CLIENT_SECRET = 'a secret: with + and %'

export interface Key {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly jwk: JWK
}

export interface Liar extends AsyncDisposable {
  readonly issuer: string
  readonly heard: Heard[]
  /** What it publishes; a test changes it. */
  readonly keys: JWK[]
  readonly key: Key
  /** Put over its discovery document. */
  readonly discovery: Record<string, unknown>
  /** What the token endpoint answers: to a form with a code. */
  tokens: (form: URLSearchParams) => Said | Promise<Said>
  /** What else it answers, before everything: for paths of its own. */
  other: (heard: Heard) => Said | null
}

export async function newKey(kid: string, alg = 'RS256'): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicKey, jwk: { ...await exportJWK(publicKey), kid, alg, use: 'sig' } }
}

export async function liar(): Promise<Liar> {
  const key = await newKey('first')
  const self: { server: TestServer | null } = { server: null }
  const made: Omit<Liar, 'issuer' | 'heard' | typeof Symbol.asyncDispose> = {
    keys: [key.jwk],
    key,
    discovery: {},
    tokens: () => ({ status: 400, body: { error: 'invalid_grant' } }),
    other: () => null,
  }
  const server = await testServer((heard) => {
    const { origin } = self.server as TestServer
    const own = made.other(heard)
    if (own !== null) return own
    if (heard.path === '/.well-known/openid-configuration') {
      return { body: { ...documentOf(origin), ...made.discovery } }
    }
    if (heard.path === '/keys') return { body: { keys: made.keys } }
    return heard.path === '/token' && heard.method === 'POST' ? made.tokens(heard.form) : null
  })
  self.server = server
  return Object.assign(made, {
    issuer: server.origin,
    heard: server.heard,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  })
}

function documentOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  }
}

export interface Saying {
  readonly key: Key
  readonly claims: JWTPayload
  readonly header?: Readonly<Record<string, unknown>>
}

export async function token({ key, claims, header = {} }: Saying): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey)
}

const encoded = (part: unknown) => new TextEncoder().encode(JSON.stringify(part))

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** With `alg: none` and no signature. */
export function unsigned(claims: JWTPayload, alg = 'none'): string {
  return `${base64url(encoded({ alg }))}.${base64url(encoded(claims))}.`
}

/** Signed by HMAC with the issuer's public key, which everybody knows: in PEM. */
export async function macByPublicKey({ key, claims }: Saying): Promise<string> {
  const pem = new TextEncoder().encode(await exportSPKI(key.publicKey))
  return await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key.kid }).sign(pem)
}
