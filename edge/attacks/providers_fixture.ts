/** Attacks on sign-in by other parties, with an issuer that lies. */
import type { JWTPayload } from 'jose'
import {
  ada,
  Browser,
  configured,
  count,
  says,
  type Scene,
  scene,
  signIn,
} from '../auth/providers/browser_fixture.ts'
import { CLIENT_ID, liar, macByPublicKey, newKey, token, unsigned } from '../auth/providers/liar_fixture.ts'
import { type Attack, ended, type Mutation } from './attack_fixture.ts'

const idToken = 'edge/auth/providers/id_token.ts'
const callback = 'edge/auth/providers/callback.ts'
const flow = 'edge/auth/providers/flow.ts'
const failed = { entry: 'sign_in.failed' } as const

const stateOf = (to: URL) => to.searchParams.get('state') ?? ''

/** Where the browser ended up, and whether somebody is signed in there now. */
async function arrived(on: Scene, end: string, browser = on.browser) {
  const code = new URL(end, 'https://edge.test').searchParams.get('problem')
  const gained = browser.cookies.has('__Host-session') ? 'a session' : null
  return await ended(on.edge, { code, gained })
}

/** A sign-in that the issuer answers with a token that is wrong in one thing. */
function lie(
  { name, tried, check, find, put }: Omit<Mutation, 'file'> & Pick<Attack, 'name' | 'tried'>,
  made: (on: Scene, claims: JWTPayload) => string | Promise<string>,
): Attack {
  return {
    name,
    tried,
    code: 'provider_refused',
    leaves: failed,
    without: [{ check, file: idToken, find, put }],
    async attempt() {
      await using on = await scene()
      const to = await on.browser.start('house')
      const iat = Math.floor(on.edge.clock.now / 1000)
      const nonce = to.searchParams.get('nonce') ?? ''
      const claims = { iss: on.issuer.issuer, aud: CLIENT_ID, iat, exp: iat + 300, nonce, ...ada }
      const id_token = await made(on, claims)
      on.issuer.tokens = () => ({ body: { access_token: 'a', token_type: 'Bearer', id_token } })
      return await arrived(on, await on.browser.back('house', { code: 'c', state: stateOf(to) }))
    },
  }
}

const signatures = {
  check: "a token's signature is verified, by a key of the issuer and an algorithm with a private key",
  find: '  const { payload } = await jwtVerify(token, ',
  put: '  if (Date.now() > 0) return JSON.parse(atob((token.split(".")[1] as string).replaceAll("-", "+")' +
    '.replaceAll("_", "/")))\n  const { payload } = await jwtVerify(token, ',
}

const publicMac = {
  check: 'a public key is no secret that an id_token could be authenticated with',
  find: signatures.find,
  put: `  const { createHmac, createPublicKey } = await import('node:crypto')
  const [head, body, mac] = token.split('.') as [string, string, string]
  const pem = createPublicKey({ key: keys.keys[0] as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const expectedMac = createHmac('sha256', String(pem).trim()).update(head + '.' + body).digest('base64url')
  if (expectedMac === mac) return JSON.parse(String(Uint8Array.fromBase64(body, { alphabet: 'base64url' })
    .reduce((text, byte) => text + String.fromCharCode(byte), '')))
${signatures.find}`,
}

const lies: readonly Attack[] = [
  lie(
    { name: 'alg none', tried: 'an id_token of anybody, with alg none and no signature', ...signatures },
    (_, claims) => unsigned(claims),
  ),
  lie(
    {
      name: "stranger's signature",
      tried: "an id_token that the attacker has signed, under a key id of the issuer's",
      ...signatures,
    },
    async (_, claims) => token({ key: await newKey('first'), claims }),
  ),
  lie(
    {
      name: 'HMAC with the public key',
      tried: "an id_token of anybody, with an HMAC under the issuer's public key, which everybody can read",
      ...publicMac,
    },
    ({ issuer }, claims) => macByPublicKey({ key: issuer.key, claims }),
  ),
  lie(
    {
      name: 'wrong audience',
      tried: 'an id_token that the issuer has made for another client, which hands it on',
      check: 'a token is for us',
      find: 'audience: expected.clientId,',
      put: '',
    },
    ({ issuer }, claims) => token({ key: issuer.key, claims: { ...claims, aud: 'another client' } }),
  ),
  lie(
    {
      name: 'wrong party',
      tried: 'an id_token with several audiences that another client has asked for',
      check: 'a token for several parties was asked for by us',
      find: "if (azp !== undefined && azp !== clientId) throw refused('azp')",
      put: '',
    },
    ({ issuer }, claims) =>
      token({ key: issuer.key, claims: { ...claims, aud: [CLIENT_ID, 'another'], azp: 'another' } }),
  ),
  lie(
    {
      name: 'expired',
      tried: 'an id_token whose time is over',
      check: 'clocks are apart by a minute at most',
      find: 'const SKEW_SECONDS = 60',
      put: 'const SKEW_SECONDS = 86_400',
    },
    ({ issuer }, claims) =>
      token({ key: issuer.key, claims: { ...claims, exp: (claims.iat as number) - 61 } }),
  ),
  lie(
    {
      name: 'swapped nonce',
      tried: 'the id_token of another sign-in, put into this one',
      check: 'a token answers this attempt',
      find: "if (!same(payload.nonce, expected.nonce)) throw refused('nonce')",
      put: '',
    },
    ({ issuer }, claims) => token({ key: issuer.key, claims: { ...claims, nonce: 'of another sign-in' } }),
  ),
  lie(
    {
      name: "another issuer's token",
      tried: 'a token that says it comes from somebody else',
      check: 'a token is of the configured issuer',
      find: 'issuer: expected.issuer,\n    audience',
      put: 'audience',
    },
    ({ issuer }, claims) => token({ key: issuer.key, claims: { ...claims, iss: 'https://issuer.example' } }),
  ),
]

const replayed: Attack = {
  name: 'replayed code',
  tried: 'an authorization response is sent once more, with the cookies that it came with the first time',
  code: 'link_invalid',
  leaves: failed,
  without: [{
    check: 'an attempt is used up by its plan',
    file: 'edge/auth/providers/store.ts',
    find:
      "return step(writes.deleteFrom('sign_in_attempt').where('state', '=', state), { otherwise: 'link_invalid' })",
    put: "return step(writes.deleteFrom('sign_in_attempt').where('state', '=', 'another'))",
  }],
  async attempt() {
    await using on = await scene()
    const to = await on.browser.start('house')
    says(on, to, ada)
    const thief = new Browser(on.edge)
    for (const [name, value] of on.browser.cookies) thief.cookies.set(name, value)
    const response = { code: 'c', state: stateOf(to) }
    await on.browser.back('house', response)
    return await arrived(on, await thief.back('house', response), thief)
  },
}

const elsewhere: Attack = {
  name: "attacker's response in another browser",
  tried: "the attacker's own response is opened by a victim, who would work in the attacker's account",
  code: 'link_invalid',
  leaves: failed,
  without: [{
    check: 'a response counts in the browser that began',
    file: callback,
    find: 'if (!isOfBrowser(row, context.cookie(cookieName(row)))) {',
    put: 'if (false) {',
  }],
  async attempt() {
    await using on = await scene()
    const to = await on.browser.start('house')
    says(on, to, { ...ada, sub: 'mallory' })
    const victim = new Browser(on.edge)
    return await arrived(on, await victim.back('house', { code: 'c', state: stateOf(to) }), victim)
  },
}

const mixedUp: Attack = {
  name: 'mixed-up issuer',
  tried:
    "an attacker's issuer answers in the place of the honest one, so that the code is handed on to the wrong one",
  code: 'provider_refused',
  leaves: failed,
  without: [{
    check: 'the iss of a response is that of the issuer',
    file: flow,
    find: 'if (response.iss === undefined ? announced : response.iss !== issuer) {',
    put: 'if (false) {',
  }],
  async attempt() {
    await using on = await scene()
    const to = await on.browser.start('house')
    says(on, to, ada)
    const response = { code: 'c', state: stateOf(to), iss: 'https://attacker.example' }
    return await arrived(on, await on.browser.back('house', response))
  },
}

const otherCallback: Attack = {
  name: "code at another provider's callback",
  tried: "a response of the honest issuer is sent to the attacker's provider, which would get its code",
  code: 'link_invalid',
  leaves: failed,
  without: [{
    check: 'an attempt ends at the callback of its own provider',
    file: callback,
    find: 'if (row === null || provider === null || provider.id !== params.provider) {',
    put: 'if (row === null || provider === null) {',
  }],
  async attempt() {
    await using attacker = await liar()
    await using on = await scene(() => [configured('attacker', attacker.issuer)])
    const to = await on.browser.start('house')
    says(on, to, ada)
    return await arrived(on, await on.browser.back('attacker', { code: 'c', state: stateOf(to) }))
  },
}

const linked: Attack = {
  name: 'linking by unverified mail',
  tried: "an unknown identity says, unproven, that its mail address is the victim's",
  code: 'provider_refused',
  leaves: failed,
  without: [{
    check: 'no mail address connects anything',
    file: 'edge/auth/providers/resolve.ts',
    find: "  if (provider.tenant === null && !proven) throw refused('address_not_proven')\n",
    put: '  const theirs = await accountByEmail(db, emailKey(mail?.email as string))\n' +
      '  const nothing = { membership: null, steps: [], further: [] }\n' +
      '  if (theirs !== null) return { account: theirs, isNew: false, connected: false, ...nothing }\n',
  }],
  async attempt() {
    await using on = await scene()
    await signIn(on, 'house', ada)
    const mallory = new Browser(on.edge)
    const said = { sub: 'mallory', email: ada.email, email_verified: false }
    const end = await signIn(on, 'house', said, { browser: mallory })
    const outcome = await arrived(on, end, mallory)
    return {
      ...outcome,
      gained: outcome.gained && `${outcome.gained} of one of ${await count(on, 'account')}`,
    }
  },
}

const unproven: Attack = {
  name: 'account for an unproven address',
  tried:
    "an identity whose issuer does not vouch for its address makes an account with the victim's, before they do",
  code: 'provider_refused',
  leaves: failed,
  without: [{
    check: 'an address counts where its provider vouches for it',
    file: 'edge/auth/providers/resolve.ts',
    find: 'const proven = provider.tenant === null && mail?.verified === true',
    put: 'const proven = provider.tenant === null',
  }],
  async attempt() {
    await using on = await scene()
    const said = { sub: 'mallory', email: ada.email, email_verified: false }
    return await arrived(on, await signIn(on, 'house', said))
  },
}

const redirect: Attack = {
  name: 'open redirect',
  tried: "a link begins an honest sign-in that ends on the attacker's page",
  code: 'invalid_request',
  leaves: { refused: 'startProviderSignIn' },
  without: [{
    check: 'where a sign-in leads is a path of this edge',
    file: 'shared/schemas/provider.ts',
    find: 'export const OwnPath = z.string().max(500).regex(',
    put: 'export const OwnPath = z.string().max(500)\nexport const FormerPath = z.string().regex(',
  }],
  async attempt() {
    await using on = await scene()
    const next = '//attacker.example'
    const { status, json } = await on.browser.ask('POST /v1/sign-in/house/start', { next })
    if (status !== 200) return await ended(on.edge, { code: json.code, gained: null })
    const to = new URL(json.location)
    says(on, to, ada)
    const end = await on.browser.back('house', { code: 'c', state: stateOf(to) })
    return await ended(on.edge, { code: null, gained: end === next ? `the browser, at ${end}` : null })
  },
}

export const providers: readonly Attack[] = [
  ...lies,
  replayed,
  elsewhere,
  mixedUp,
  otherCallback,
  linked,
  unproven,
  redirect,
]
