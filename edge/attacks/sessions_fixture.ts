/** Attacks on sessions: by what stands in a cookie, by pages of other sites, and by what is skipped. */
import { type Answer, PUBLIC_URL, type TestEdge } from '../edge_fixture.ts'
import { SESSION_COOKIE } from '../http/cookies.ts'
import { ADA, password, people, register } from '../auth/accounts/people_fixture.ts'
import { native } from '../primitives.ts'
import { Browser, installation, setRules, write } from '../auth/factors/browser_fixture.ts'
import { newSecret } from '../auth/secret.ts'
import { answered, type Attack, codeOf, ended } from './attack_fixture.ts'

const EVIL = { origin: 'https://attacker.example', 'sec-fetch-site': 'cross-site' }
const MALLORY = 'mallory@example.com'
const authenticate = 'edge/auth/sessions/authenticate.ts'
const origin = {
  check: 'what a page of another site sends is refused',
  file: 'edge/http/cookies.ts',
  find: "    throw new Fault('origin_refused')",
  put: '',
}

/** What of an account a browser sees: the attacker's gain, where it is the owner's. */
async function seen(edge: TestEdge, answer: Answer) {
  const gained = answer.status === 200 ? `the account of ${answer.json.email}` : null
  return await ended(edge, { code: codeOf(answer), gained })
}

const fixation: Attack = {
  name: 'fixation',
  tried: 'a cookie that the attacker knows from before the second factor is used after it',
  code: 'unauthenticated',
  leaves: { refused: 'getAccount' },
  without: [{
    check: 'a session gets a new secret with everything that makes it worth more',
    file: 'edge/auth/sessions/sessions.ts',
    find: '  const fields = {\n    hash: hashSecret(secret),',
    put: '  const fields = {\n    hash: row.hash,',
  }],
  async attempt() {
    await using edge = await installation()
    const own = new Browser(edge)
    await own.startSession(edge.ada)
    const { secret } = await own.addTotp()
    edge.clock.now += 60_000
    const victim = new Browser(edge)
    await victim.startSession(edge.ada, 'second_factor')
    const attacker = victim.copy()
    await victim.call('POST /v1/sessions/second-factor', { method: 'totp', code: await victim.code(secret) })
    return await seen(edge, await attacker.call('GET /v1/account'))
  },
}

const planted: Attack = {
  name: 'fixation by a planted cookie',
  tried:
    'a secret of the attacker is planted in a browser, and is to be that of the session which its owner signs in to',
  code: 'unauthenticated',
  leaves: { refused: 'getAccount' },
  without: [{
    check: 'a sign-in takes nothing of the cookie that the browser came with',
    file: 'edge/auth/sessions/sign_in.ts',
    find: '...changed, client, now, randomBytes })',
    put: '...changed, client, now, randomBytes, presented: context.cookie(SESSION_COOKIE) } as never)',
  }, {
    check: 'a new session has a secret that was made for it',
    file: 'edge/auth/sessions/sessions.ts',
    find: "  const secret = newSecret('ses', start.randomBytes)\n",
    put: '  const { presented } = start as { readonly presented?: string }\n' +
      "  const secret = presented ?? newSecret('ses', start.randomBytes)\n",
  }],
  async attempt() {
    await using edge = await people()
    const cookie = `${SESSION_COOKIE}=${newSecret('ses', native.randomBytes)}`
    const owner = { email: ADA, password }
    await new Browser(edge).call('POST /v1/sessions', owner, { cookie })
    return await seen(edge, await new Browser(edge).call('GET /v1/account', undefined, { cookie }))
  },
}

const csrf: Attack = {
  name: 'CSRF',
  tried: "a page of another site sends a form with the owner's cookie",
  code: 'origin_refused',
  leaves: { refused: 'changeAccount' },
  without: [origin],
  async attempt() {
    await using edge = await people()
    const own = new Browser(edge)
    await own.call('POST /v1/sessions', { email: ADA, password })
    const answer = await own.call('PATCH /v1/account', { name: 'Owned' }, EVIL)
    const { json } = await own.call('GET /v1/account')
    return await ended(edge, {
      code: codeOf(answer),
      gained: json.name === 'Owned' ? "the owner's account, changed" : null,
    })
  },
}

const loginCsrf: Attack = {
  name: 'CSRF at sign-in',
  tried: "a page of another site signs the victim in to the attacker's account, for them to work there",
  code: 'origin_refused',
  leaves: { refused: 'signIn' },
  without: [origin],
  async attempt() {
    await using edge = await people()
    const victim = new Browser(edge)
    const answer = await victim.call('POST /v1/sessions', { email: ADA, password }, EVIL)
    const inside = victim.cookies.has(SESSION_COOKIE)
    return await ended(edge, { code: codeOf(answer), gained: inside ? 'a browser in another account' : null })
  },
}

const tossed: Attack = {
  name: 'cookie tossing',
  tried:
    "a neighbour's host sets a cookie of the session's name before the owner's, with the attacker's session",
  code: 'unauthenticated',
  leaves: { refused: 'changeAccount' },
  without: [{
    check: 'a cookie that comes twice is none',
    file: 'edge/http/cookies.ts',
    find: 'return values.length === 1 ?',
    put: 'return values.length > 0 ?',
  }],
  async attempt() {
    await using edge = await people()
    const [mallory, own] = [await register(edge, MALLORY), new Browser(edge)]
    await own.call('POST /v1/sessions', { email: ADA, password })
    const both = [mallory, own].map(({ cookies }) => `${SESSION_COOKIE}=${cookies.get(SESSION_COOKIE)}`)
    const body = { name: 'the name that Ada typed' }
    const answer = await edge.call({ kind: 'nobody' }, 'PATCH /v1/account', {
      body,
      headers: { cookie: both.join('; '), origin: PUBLIC_URL },
    })
    const { json } = await mallory.call('GET /v1/account')
    return await ended(edge, {
      code: codeOf(answer),
      gained: json.name === body.name ? 'what the owner did, in an account of the attacker' : null,
    })
  },
}

const skipped: Attack = {
  name: 'second factor skipped',
  tried: 'who knows a password alone goes on without showing the second factor',
  code: 'second_factor_required',
  leaves: { refused: 'getAccount' },
  without: [{
    check: 'a session that waits for its second factor does nothing else',
    file: authenticate,
    find: "if (stage !== 'full') throw new Fault('second_factor_required')",
    put: '',
  }],
  async attempt() {
    await using edge = await installation()
    const thief = new Browser(edge)
    await thief.startSession(edge.ada, 'second_factor')
    return await seen(edge, await thief.call('GET /v1/account'))
  },
}

const stale: Attack = {
  name: 'fresh skipped',
  tried: 'who sits down at an unlocked screen takes the second factor away',
  code: 'fresh_sign_in_required',
  leaves: { refused: 'removeTotp' },
  without: [{
    check: 'what weighs asks for a confirmation of the last five minutes',
    file: 'edge/http/admit.ts',
    find:
      "if (route.fresh === true && !isFresh(principal, services.clock())) throw new Fault('fresh_sign_in_required')",
    put: '',
  }],
  async attempt() {
    await using edge = await installation()
    const own = new Browser(edge)
    await own.startSession(edge.ada)
    await own.addTotp()
    edge.clock.now += 6 * 60_000
    const answer = await own.call('DELETE /v1/account/totp')
    return await answered(edge, answer, 'an account without a second factor')
  },
}

const expired: Attack = {
  name: 'session after its end',
  tried: 'a cookie out of an old backup is used when nobody has used it for an hour',
  code: 'unauthenticated',
  leaves: { refused: 'getAccount' },
  without: [{
    check: 'a session ends that nobody uses',
    file: authenticate,
    find: 'return now >= Math.max(seen, latest) + idleMs ||',
    put: 'return now >= Math.max(seen, latest) + 1000 * idleMs ||',
  }],
  async attempt() {
    await using edge = await installation()
    const old = new Browser(edge)
    await old.startSession(edge.ada)
    edge.clock.now += 61 * 60_000
    return await seen(edge, await old.call('GET /v1/account'))
  },
}

const locked: Attack = {
  name: 'session of a locked account',
  tried: 'an account is locked, and a session of it that is open goes on',
  code: 'unauthenticated',
  leaves: { refused: 'getAccount' },
  without: [{
    check: 'a session counts while its account is active',
    file: authenticate,
    find: `"WHERE s.hash = ? AND s.revoked IS NULL AND s.ends > ? AND a.state = 'active'"`,
    put: '"WHERE s.hash = ? AND s.revoked IS NULL AND s.ends > ?"',
  }],
  async attempt() {
    await using edge = await installation()
    const open = new Browser(edge)
    await open.startSession(edge.ada)
    await write(edge, [{ sql: "UPDATE account SET state = 'locked'", parameters: [], reads: false }])
    return await seen(edge, await open.call('GET /v1/account'))
  },
}

const unruly: Attack = {
  name: "tenant's rules skipped",
  tried: 'a password alone gets into a tenant that asks for two factors, by a session from before the rule',
  code: 'sign_in_not_enough',
  leaves: { refused: 'whoami' },
  without: [{
    check: "a tenant's rules are looked at with every request",
    file: authenticate,
    find: 'if (missing.length > 0) return new SignInNotEnough(missing)',
    put: '',
  }],
  async attempt() {
    await using edge = await installation()
    const browser = new Browser(edge)
    await browser.startSession(edge.ada)
    await setRules(edge, { mfa: 'required' })
    const answer = await browser.call('GET /v1/whoami')
    return await answered(edge, answer, `the tenant ${answer.json.tenant}`)
  },
}

export const sessions: readonly Attack[] = [
  fixation,
  planted,
  csrf,
  loginCsrf,
  tossed,
  skipped,
  stale,
  expired,
  locked,
  unruly,
]
