/** A sign-in with a provider: the way there, and what the provider says when the browser comes back. */
import { Fault } from '../../../shared/faults.ts'
import type { Primitives } from '../../../shared/seal/primitives.ts'
import type { Reader } from '../../db/database.ts'
import type { MasterKeys } from '../../db/master_keys.ts'
import { newAttempt, type Secrets, secretsOf } from './attempt.ts'
import { isOfDirectory, type Said } from './claims.ts'
import type { Issuers } from './discovery.ts'
import { authenticationOf, authorizationUrl, exchange, type OAuthClient } from './exchange.ts'
import { gitHubClaims, gitHubScopes } from './github.ts'
import { verifyIdToken } from './id_token.ts'
import type { Outgoing } from './outgoing.ts'
import type { Provider, Providers } from './providers.ts'
import { refused } from './refusal.ts'
import type { AttemptRow } from './store.ts'

const SCOPES = ['openid', 'email', 'profile'] as const

export interface Flow {
  readonly providers: Providers
  readonly issuers: Issuers
  readonly outgoing: Outgoing
  readonly primitives: Primitives
  readonly master: MasterKeys
  readonly publicUrl: string
}

/** Each provider has a redirect URI of its own: what one answers is never taken for another's. RFC 9700 §4.4.2. */
export function redirectUri(publicUrl: string, provider: string): string {
  return `${publicUrl}/v1/sign-in/${provider}/callback`
}

function clientOf(flow: Flow, { id, clientId, clientSecret }: Provider): OAuthClient {
  return { clientId, clientSecret: clientSecret(), redirectUri: redirectUri(flow.publicUrl, id) }
}

/** Who connects an identity, and the session that they do it from; null for somebody who signs in. */
export type Connecting = { readonly account: string; readonly session: string } | null

export interface Begun {
  readonly row: AttemptRow
  /** Where the browser goes. */
  readonly location: string
  /** A value of Set-Cookie. */
  readonly cookie: string
}

/** Throws Fault `not_found` for a provider that is none, `provider_failed`. */
export async function begin(
  flow: Flow,
  context: {
    readonly db: Reader
    readonly now: number
    readonly randomBytes: (length: number) => Uint8Array
  },
  asked: { readonly provider: string; readonly next: string; readonly connecting: Connecting },
): Promise<Begun> {
  const provider = await flow.providers.find(context.db, asked.provider)
  if (provider === null) throw new Fault('not_found')
  const { id, issuer, github } = provider
  const { connecting, next } = asked
  const account = connecting?.account ?? null
  const session = connecting?.session ?? null
  const { row, state, cookie } = newAttempt({ provider: id, issuer, account, session, next }, {
    ...context,
    master: flow.master,
  })
  const { verifier, nonce } = secrets(flow, row, state)
  const client = clientOf(flow, provider)
  const location = github === null
    ? authorizationUrl(client, {
      endpoint: (await flow.issuers.document(issuer)).authorization_endpoint,
      state,
      verifier,
      nonce,
      scopes: SCOPES,
    })
    : authorizationUrl(client, {
      endpoint: github.authorization,
      state,
      verifier,
      nonce: null,
      scopes: gitHubScopes,
    })
  return { row, location, cookie }
}

function secrets(flow: Flow, row: AttemptRow, state: string): Secrets {
  const found = secretsOf(flow.primitives, flow.master, { version: row.master, state })
  if (found === null) throw refused('master_key')
  return found
}

/** An authorization response: RFC 6749 §4.1.2, RFC 9207. */
export interface Response {
  readonly state: string
  readonly code?: string | undefined
  readonly error?: string | undefined
  readonly iss?: string | undefined
}

/** Who it is with the provider, verified. */
export interface Heard {
  readonly issuer: string
  readonly subject: string
  readonly said: Said
}

/** Throws Fault `provider_refused`, whose cause says why, or `provider_failed`. */
export async function hear(
  flow: Flow,
  response: Response,
  asked: { readonly row: AttemptRow; readonly provider: Provider; readonly now: number },
): Promise<Heard> {
  const { row, provider } = asked
  // What the attempt was begun with counts, whatever the provider has become since.
  if (provider.issuer !== row.issuer) throw refused('issuer_changed')
  return provider.github === null
    ? await hearIssuer(flow, response, asked)
    : await hearGitHub(flow, response, asked)
}

type Hearing = Parameters<typeof hear>[2]

async function hearIssuer(flow: Flow, response: Response, { row, provider, now }: Hearing): Promise<Heard> {
  const { issuer } = provider
  const document = await flow.issuers.document(issuer)
  // RFC 9207 §2.4: compared as text, and demanded of a server that says that it sends it.
  const announced = document.authorization_response_iss_parameter_supported === true
  if (response.iss === undefined ? announced : response.iss !== issuer) {
    throw refused('iss_parameter')
  }
  const { verifier, nonce } = secrets(flow, row, response.state)
  const { accessToken, idToken } = await exchange(clientOf(flow, provider), {
    endpoint: document.token_endpoint,
    authentication: authenticationOf(document.token_endpoint_auth_methods_supported),
    code: codeOf(response),
    verifier,
  }, flow.outgoing)
  if (idToken === null) throw refused('no_id_token')
  const expected = { issuer, clientId: provider.clientId, nonce, accessToken, now }
  const { sub, all } = await verifyIdToken(idToken, expected, flow.issuers)
  if (!isOfDirectory(issuer, all)) throw refused('tid')
  return { issuer, subject: sub, said: all }
}

async function hearGitHub(flow: Flow, response: Response, { row, provider }: Hearing): Promise<Heard> {
  const { issuer, github } = provider
  if (github === null) throw new TypeError('not GitHub')
  const { verifier } = secrets(flow, row, response.state)
  const { accessToken } = await exchange(clientOf(flow, provider), {
    endpoint: github.token,
    authentication: 'client_secret_post',
    code: codeOf(response),
    verifier,
  }, flow.outgoing)
  const { sub, all } = await gitHubClaims(github.api, accessToken, flow.outgoing)
  return { issuer, subject: sub, said: all }
}

function codeOf({ code, error }: Response): string {
  if (error !== undefined || code === undefined) {
    throw refused('no_code')
  }
  return code
}
