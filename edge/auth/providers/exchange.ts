/**
 * The authorization code grant with PKCE by S256 (RFC 6749 §4.1, RFC 7636): the only file that knows `arctic`. The
 * request for tokens goes over our own transport: the library's follows redirects, with the code in it, and reads
 * answers of any length.
 */
import { CodeChallengeMethod, OAuth2Client, OAuth2Tokens } from 'arctic'
import { Fault } from '../../../shared/faults.ts'
import type { Outgoing } from './outgoing.ts'
import { refused } from './refusal.ts'

export interface OAuthClient {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
}

/** Where the browser goes. `nonce` is OpenID Connect's, null for plain OAuth 2. */
export function authorizationUrl(client: OAuthClient, asked: {
  readonly endpoint: string
  readonly state: string
  readonly verifier: string
  readonly scopes: readonly string[]
  readonly nonce: string | null
}): string {
  const { clientId, clientSecret, redirectUri } = client
  const url = new OAuth2Client(clientId, clientSecret, redirectUri).createAuthorizationURLWithPKCE(
    asked.endpoint,
    asked.state,
    CodeChallengeMethod.S256,
    asked.verifier,
    [...asked.scopes],
  )
  if (asked.nonce !== null) url.searchParams.set('nonce', asked.nonce)
  return url.href
}

export interface Tokens {
  readonly accessToken: string
  /** Null where the provider speaks plain OAuth 2. */
  readonly idToken: string | null
}

/** How a client shows its secret; RFC 6749 §2.3.1, by Discovery's names. Basic is what a server takes that says none. */
export type ClientAuthentication = 'client_secret_basic' | 'client_secret_post'

export function authenticationOf(supported: readonly string[] | undefined): ClientAuthentication {
  if (supported === undefined || supported.includes('client_secret_basic')) return 'client_secret_basic'
  if (supported.includes('client_secret_post')) return 'client_secret_post'
  throw new Fault('provider_failed', 'The provider takes no client secret by Basic or in the body.')
}

/** Throws Fault `provider_refused` for a code that is wrong, used or of another client, else `provider_failed`. */
export async function exchange(
  client: OAuthClient,
  asked: {
    readonly endpoint: string
    readonly authentication: ClientAuthentication
    readonly code: string
    readonly verifier: string
  },
  outgoing: Outgoing,
): Promise<Tokens> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: asked.code,
    redirect_uri: client.redirectUri,
    code_verifier: asked.verifier,
  })
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' }
  if (asked.authentication === 'client_secret_basic') headers.authorization = basic(client)
  else {
    form.set('client_id', client.clientId)
    form.set('client_secret', client.clientSecret)
  }
  const { status, json } = await outgoing(asked.endpoint, { method: 'POST', headers, body: form.toString() })
  // Some servers answer an error with 200.
  const answered = typeof json === 'object' && json !== null && !Array.isArray(json) ? json : null
  if (answered !== null && 'error' in answered) {
    const cause = new Error(`the token endpoint answered ${errorCode(answered.error)}`)
    // GitHub has a word of its own for a code that is wrong or used.
    const isCode = answered.error === 'invalid_grant' || answered.error === 'bad_verification_code'
    throw isCode ? refused('code', { cause }) : new Fault('provider_failed', undefined, { cause })
  }
  if (status !== 200 || answered === null) throw unreadable(`status ${status}`)
  return tokensOf(answered)
}

function tokensOf(answered: object): Tokens {
  const tokens = new OAuth2Tokens(answered)
  try {
    if (tokens.tokenType().toLowerCase() !== 'bearer') throw new Error('its token type is not bearer')
    return { accessToken: tokens.accessToken(), idToken: 'id_token' in answered ? tokens.idToken() : null }
  } catch (cause) {
    throw new Fault('provider_failed', undefined, { cause })
  }
}

/** RFC 6749 §2.3.1 has both halves encoded as in a form before they are joined. */
function basic({ clientId, clientSecret }: OAuthClient): string {
  const encoded = [clientId, clientSecret].map((text) => new URLSearchParams({ _: text }).toString().slice(2))
  return `Basic ${btoa(encoded.join(':'))}`
}

/** A code as RFC 6749 §5.2 has them; anything else is not repeated, not even in a log. */
function errorCode(error: unknown): string {
  return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : 'an unreadable error'
}

function unreadable(why: string): Fault {
  return new Fault('provider_failed', undefined, { cause: new Error(`the token endpoint answered ${why}`) })
}
