/** A real OpenID provider in this process, on loopback, for a real browser: whoever comes there is asked for nothing. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
// @ts-expect-error -- the package has no types
import * as oidc from 'oidc-provider'

// deno-lint-ignore no-explicit-any -- the package has no types
const { Provider } = oidc as any

export interface Issuer extends AsyncDisposable {
  readonly issuer: string
  /** Takes the client that the edge is there; before anybody signs in. */
  register(client: { readonly id: string; readonly secret: string; readonly callback: string }): void
  /** Whom the next sign-in is of; null: they refuse. */
  account: { readonly sub: string; readonly [claim: string]: unknown } | null
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

export async function startIssuer(): Promise<Issuer> {
  const on: { handler: Handler } = { handler: () => {} }
  const server = createServer((request, response) => on.handler(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const self: Issuer = {
    issuer,
    account: null,
    register({ id, secret, callback }) {
      const provider = new Provider(issuer, {
        clients: [{ client_id: id, client_secret: secret, redirect_uris: [callback] }],
        cookies: { keys: ['a key of the cookies of a test'] },
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
        conformIdTokenClaims: false,
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
        findAccount: (_: unknown, accountId: string) => ({
          accountId,
          claims: () => ({ ...self.account, sub: accountId }),
        }),
        loadExistingGrant,
      })
      const callback_: Handler = provider.callback()
      on.handler = (request, response) => {
        if (request.url?.startsWith('/interaction/') !== true) return callback_(request, response)
        const { account } = self
        const result = account === null
          ? { error: 'access_denied' }
          : { login: { accountId: account.sub, remember: false } }
        return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
      }
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return self
}

/** Nobody is asked whether the edge may know who they are. */
// deno-lint-ignore no-explicit-any -- the package has no types
async function loadExistingGrant({ oidc: { provider, client, session } }: any) {
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid email profile')
  await grant.save()
  return grant
}
