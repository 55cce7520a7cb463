/** A real OpenID provider in this process, on loopback: people sign in there at once, as whom a test says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import * as oidc from 'oidc-provider'
import { PUBLIC_URL } from '../../edge_fixture.ts'
import type { Browser } from './browser_fixture.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

// deno-lint-ignore no-explicit-any -- the package has no types
const { Provider } = oidc as any

export interface Client {
  readonly client_id: string
  readonly client_secret: string
  readonly redirect_uris: readonly string[]
  readonly token_endpoint_auth_method?: string
  readonly id_token_signed_response_alg?: string
}

/** Who signs in there, and what it says of them. */
export interface Account {
  readonly sub: string
  readonly [claim: string]: unknown
}

export interface RealIssuer extends AsyncDisposable {
  readonly issuer: string
  clients: Client[]
  /** Whom the next sign-in is of; null: they refuse. */
  account: Account | null
  /** Signs with a new key from now on, and has forgotten the old one. */
  rotate(alg?: string): Promise<void>
}

export async function realIssuer(): Promise<RealIssuer> {
  const on: { handler: Handler } = { handler: () => {} }
  const server = createServer((request, response) => on.handler(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let keys = 0
  const self: RealIssuer = {
    issuer,
    clients: [],
    account: null,
    async rotate(alg = 'RS256') {
      const { privateKey } = await generateKeyPair(alg, { extractable: true })
      const jwk = { ...await exportJWK(privateKey), kid: `key ${keys++}`, alg, use: 'sig' }
      const provider = made(self, { jwk, alg })
      const callback: Handler = provider.callback()
      on.handler = (request, response) =>
        request.url?.startsWith('/interaction/')
          ? decided(self, provider, { request, response })
          : callback(request, response)
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  await self.rotate()
  return self
}

function made(self: RealIssuer, { jwk, alg }: { readonly jwk: JWK; readonly alg: string }) {
  return new Provider(self.issuer, {
    clients: self.clients.map((client) => ({ id_token_signed_response_alg: alg, ...client })),
    jwks: { keys: [jwk] },
    cookies: { keys: ['a key of the cookies of a test'] },
    claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
    // Claims of scopes stand in the id_token, as Google, Entra and Okta have them.
    conformIdTokenClaims: false,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ ...self.account, sub: id }),
    }),
    // deno-lint-ignore no-explicit-any -- the package has no types
    async loadExistingGrant({ oidc: { provider, client, session } }: any) {
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
    ttl: {
      AuthorizationCode: 60,
      IdToken: 300,
      Session: 600,
      Interaction: 600,
      Grant: 600,
      AccessToken: 300,
    },
  })
}

async function decided(
  { account }: RealIssuer,
  // deno-lint-ignore no-explicit-any -- the package has no types
  provider: any,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const result = account === null
    ? { error: 'access_denied', error_description: 'no' }
    : { login: { accountId: account.sub, remember: false } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

/** Follows the provider's redirects with its cookies, until it sends the browser back to the edge; answers with what. */
export async function walk(location: string): Promise<URL> {
  const cookies = new Map<string, string>()
  for (let at = location, hop = 0; hop < 10; hop++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(at, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } })
    const text = await response.text()
    for (const one of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      cookies.set(name, value)
    }
    const next = response.headers.get('location')
    if (next === null) throw new Error(`the provider answered ${response.status}: ${text.slice(0, 500)}`)
    at = new URL(next, at).href
    if (at.startsWith(PUBLIC_URL)) return new URL(at)
  }
  throw new Error('the provider sends the browser around')
}

/** There and back again; answers where the edge sends the browser in the end. */
export async function signInWith(browser: Browser, provider: string): Promise<string> {
  const back = await walk((await browser.start(provider)).href)
  const { headers } = await browser.ask(`GET ${back.pathname}${back.search}`)
  return headers.get('location') ?? ''
}
