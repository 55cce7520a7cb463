/**
 * GitHub, by a double written from its reference ("Authorizing OAuth apps", "Get the authenticated user", "List email
 * addresses for the authenticated user"), which checks what it is sent. GitHub itself has not been asked.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { testEdge } from '../../edge_fixture.ts'
import { bearer, type TestEdge } from '../../edge_fixture.ts'
import { Browser, count, lastReason, TENANT } from './browser_fixture.ts'
import { readProviders } from './configured.ts'
import { type Heard, type Said, type TestServer, testServer } from './server_fixture.ts'

const CLIENT = 'Iv1.0123456789abcdef'
const SECRET = '0123456789abcdef0123456789abcdef01234567'
/** In the form of one of theirs. */
const TOKEN = `gho_${'0'.repeat(36)}`
const REFUSED = '/console/sign-in?problem=provider_refused'
const FAILED = '/console/sign-in?problem=provider_failed'

interface Hub {
  readonly server: TestServer
  /** Codes that were given out, with the challenge of each. */
  readonly codes: Map<string, string>
  user: unknown
  emails: unknown
}

async function hub(): Promise<Hub> {
  const self: { hub: Hub | null } = { hub: null }
  const server = await testServer((heard) => answerOf(self.hub as Hub, heard))
  self.hub = {
    server,
    codes: new Map(),
    user: { id: 583231, login: 'octocat', name: 'Mona Lisa', node_id: 'MDQ6VXNlcjE=', site_admin: false },
    emails: [
      { email: 'old@github.example', primary: false, verified: true, visibility: null },
      { email: 'octocat@github.example', primary: true, verified: true, visibility: 'public' },
    ],
  }
  return self.hub
}

function answerOf(hub: Hub, heard: Heard): Said | null {
  const { path, method, headers, form } = heard
  // "All API requests must include a valid User-Agent header."
  if (headers['user-agent'] === undefined) return { status: 403, body: { message: 'Request forbidden' } }
  if (path === '/login/oauth/access_token' && method === 'POST') return tokens(hub, heard, form)
  if (headers.authorization !== `Bearer ${TOKEN}`) {
    return { status: 401, body: { message: 'Requires authentication' } }
  }
  if (path === '/api/v3/user') return { body: hub.user }
  return path === '/api/v3/user/emails' ? { body: hub.emails } : null
}

/** Errors come with 200; the answer is JSON for who asks for it. */
function tokens({ codes }: Hub, { headers }: Heard, form: URLSearchParams): Said {
  if (headers.accept !== 'application/json') {
    return { body: 'access_token=gho_x&scope=user&token_type=bearer' }
  }
  if (form.get('client_id') !== CLIENT || form.get('client_secret') !== SECRET) {
    return { body: { error: 'incorrect_client_credentials' } }
  }
  const challenge = codes.get(form.get('code') ?? '')
  codes.delete(form.get('code') ?? '')
  const made = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
  if (challenge === undefined || made !== challenge) {
    return {
      body: { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' },
    }
  }
  return {
    body: {
      access_token: TOKEN,
      scope: 'read:user,user:email',
      token_type: 'bearer',
    },
  }
}

interface Scene extends AsyncDisposable {
  readonly hub: Hub
  readonly edge: TestEdge
  readonly browser: Browser
}

async function scene(): Promise<Scene> {
  const made = await hub()
  const variables: Readonly<Record<string, string>> = {
    SALLYPORT_OIDC_PROVIDERS: 'github',
    SALLYPORT_OIDC_GITHUB_CLIENT_ID: CLIENT,
    SALLYPORT_OIDC_GITHUB_CLIENT_SECRET: SECRET,
    SALLYPORT_OIDC_GITHUB_URL: made.server.origin,
  }
  const edge = await testEdge({ providers: readProviders((name) => variables[name], { loopback: true }) })
  await edge.call(bearer(edge.setupToken), 'POST /v1/setup', {
    body: { tenant: { id: TENANT, name: 'Acme' }, person: { name: 'Ada' } },
  })
  return {
    hub: made,
    edge,
    browser: new Browser(edge),
    async [Symbol.asyncDispose]() {
      await edge[Symbol.asyncDispose]()
      await made.server[Symbol.asyncDispose]()
    },
  }
}

async function signIn({ hub, browser }: Scene, code = 'a code'): Promise<string> {
  const to = await browser.start('github')
  assert.equal(`${to.origin}${to.pathname}`, `${hub.server.origin}/login/oauth/authorize`)
  assert.deepEqual([to.searchParams.get('scope'), to.searchParams.has('nonce')], [
    'read:user user:email',
    false,
  ])
  hub.codes.set('a code', to.searchParams.get('code_challenge') ?? '')
  return await browser.back('github', { code, state: to.searchParams.get('state') ?? '' })
}

describe('signing in with GitHub', () => {
  test('goes by the account’s id, so that a name that changes hands is nobody else’s', async () => {
    await using on = await scene()
    assert.equal(await signIn(on), '/console')
    const { json } = await on.browser.ask('GET /v1/account/identities')
    assert.equal(json.data[0].name, 'octocat@github.example')
    const [row] = await on.edge.storage.read({
      sql: 'SELECT subject FROM identity',
      parameters: [],
      reads: true,
    })
    assert.equal(row?.subject, '583231')
    on.hub.user = { id: 583231, login: 'renamed', name: null }
    assert.equal(await signIn(on), '/console')
    on.hub.user = { id: 42, login: 'octocat', name: 'Somebody else' }
    assert.equal(await signIn(on), '/console/sign-in?problem=link_required')
    assert.equal(await count(on, 'account'), 1)
  })

  test('takes the primary address where GitHub has verified it, and no other', async () => {
    const none = [
      [{ email: 'octocat@github.example', primary: true, verified: false, visibility: null }],
      [{ email: 'octocat@github.example', primary: false, verified: true, visibility: null }],
      [],
    ]
    await using on = await scene()
    for (const emails of none) {
      on.hub.emails = emails
      assert.equal(await signIn(on), REFUSED)
      assert.equal(await lastReason(on), 'address_not_proven')
    }
    assert.equal(await count(on, 'account'), 0)
  })

  test('is refused with a code that GitHub does not know, or that was used', async () => {
    await using on = await scene()
    assert.equal(await signIn(on, 'another code'), REFUSED)
    assert.equal(await lastReason(on), 'code')
    assert.equal(await count(on, 'session'), 0)
  })

  test('fails where the API answers something else', async () => {
    await using on = await scene()
    for (
      const user of [
        { login: 'octocat' },
        { id: '583231', login: 'octocat' },
        { id: 0, login: 'octocat' },
        [],
      ]
    ) {
      on.hub.user = user
      assert.equal(await signIn(on), FAILED)
      assert.equal(await lastReason(on), 'provider_failed')
    }
    assert.equal(await count(on, 'session'), 0)
  })
})
