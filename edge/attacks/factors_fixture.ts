/** Attacks on second factors and passkeys. */
import type { TestEdge } from '../edge_fixture.ts'
import type { Falsified, SoftAuthenticator } from '../auth/factors/authenticator_fixture.ts'
import { Browser, installation } from '../auth/factors/browser_fixture.ts'
import { type Attack, codeOf, ended } from './attack_fixture.ts'

const store = 'edge/auth/factors/store.ts'
const shown = 'edge/auth/factors/shown.ts'
const webauthn = 'edge/auth/factors/webauthn.ts'
const failed = { entry: 'sign_in.failed' } as const
const MINUTE_MS = 60_000

/** Ada with an app and a passkey. */
async function factors() {
  const edge = await installation()
  const own = new Browser(edge)
  await own.startSession(edge.ada)
  const { secret, codes } = await own.addTotp()
  const { authenticator } = await own.addPasskey('key')
  edge.clock.now += MINUTE_MS
  return { edge, own, secret, codes, authenticator, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

type Edge = Awaited<ReturnType<typeof installation>>

/** The attacker knows the password: what is missing is the second factor. */
async function waiting(edge: Edge, network = '203.0.113.5'): Promise<Browser> {
  const browser = new Browser(edge, network)
  await browser.startSession(edge.ada, 'second_factor')
  return browser
}

const show = (browser: Browser, body: unknown) => browser.call('POST /v1/sessions/second-factor', body)

/** What the last answer was, and whether the browser is in. */
async function after(edge: TestEdge, browser: Browser, answer: Awaited<ReturnType<typeof show>>) {
  const { status } = await browser.call('GET /v1/account')
  return await ended(edge, {
    code: codeOf(answer),
    gained: status === 200 ? 'a whole session of the owner' : null,
  })
}

const totpReplay: Attack = {
  name: 'TOTP replay',
  tried: 'a code that was looked at over a shoulder is used again, within its half minute',
  code: 'sign_in_failed',
  leaves: failed,
  without: [{
    check: 'a step up to the last one counts no more',
    file: 'edge/auth/factors/totp.ts',
    find: 'if (matches && step > last) accepted = step',
    put: 'if (matches) accepted = step',
  }, {
    check: 'the last step moves on, by compare-and-set',
    file: store,
    find: ".where('id', '=', id).where('account', '=', account).where('step', '<', accepted)",
    put: ".where('id', '=', id).where('account', '=', account)",
  }],
  async attempt() {
    await using s = await factors()
    const [own, thief] = [await waiting(s.edge), await waiting(s.edge)]
    const body = { method: 'totp', code: await own.code(s.secret) }
    await show(own, body)
    return await after(s.edge, thief, await show(thief, body))
  },
}

const recoveryReuse: Attack = {
  name: 'recovery code reuse',
  tried: 'a recovery code that has been used, and lies about on paper, is used again',
  code: 'sign_in_failed',
  leaves: failed,
  without: [{
    check: 'a used code is looked at as unknown',
    file: store,
    find: ".where('hash', '=', hash).where('used', 'is', null).executeTakeFirst()",
    put: ".where('hash', '=', hash).executeTakeFirst()",
  }, {
    check: 'a code is used up, by compare-and-set',
    file: store,
    find: ".where('hash', '=', hash).where('used', 'is', null)\n  return step(",
    put: ".where('hash', '=', hash)\n  return step(",
  }],
  async attempt() {
    await using s = await factors()
    const [own, thief] = [await waiting(s.edge), await waiting(s.edge)]
    const body = { method: 'recovery', code: s.codes[0] }
    await show(own, body)
    return await after(s.edge, thief, await show(thief, body))
  },
}

const guessed: Attack = {
  name: 'codes guessed',
  tried: 'codes of the app are guessed, from a sign-in and a network of its own each',
  code: 'too_many_requests',
  leaves: failed,
  without: [{
    check: 'a code is paid for before it is looked at',
    file: 'edge/auth/factors/asked.ts',
    find: 'await pay(options, [costOf(account)], asked.now)',
    put: '',
  }],
  async attempt() {
    await using s = await factors()
    const right = await s.own.code(s.secret)
    for (let i = 1; i <= 6; i++) {
      const code = String((Number(right) + i) % 1_000_000).padStart(6, '0')
      await show(await waiting(s.edge, `203.0.113.${i}`), { method: 'totp', code })
    }
    const last = await waiting(s.edge, '203.0.113.77')
    return await after(s.edge, last, await show(last, { method: 'totp', code: right }))
  },
}

/** A sign-in by a passkey that is wrong in one thing. */
function passkey(
  attack: Pick<Attack, 'name' | 'tried' | 'without'> & Partial<Attack>,
  falsified: (authenticator: SoftAuthenticator) => Falsified,
): Attack {
  return {
    code: 'sign_in_failed',
    leaves: failed,
    ...attack,
    async attempt() {
      await using s = await factors()
      await new Browser(s.edge).signIn(s.authenticator)
      const thief = new Browser(s.edge)
      return await after(s.edge, thief, await thief.signIn(s.authenticator, falsified(s.authenticator)))
    },
  }
}

const expected = 'expectedOrigin: rp.origin,\n      expectedRPID: rp.id,\n      credential: {'

const passkeys: readonly Attack[] = [
  passkey({
    name: 'passkey without user verification',
    tried: 'a key that was found is used by somebody who does not know its PIN',
    without: [{
      check: 'a passkey verifies who holds it',
      file: webauthn,
      find: 'counter: 0 },\n      requireUserVerification: true,',
      put: 'counter: 0 },\n      requireUserVerification: false,',
    }],
  }, () => ({ userVerified: false })),
  passkey({
    name: 'passkey on a lookalike page',
    tried: "an assertion that a person gave to the attacker's page is handed on",
    without: [{
      check: 'an assertion is for our origin',
      file: webauthn,
      find: expected,
      put: expected.replace('rp.origin', '["https://edge.test.attacker.example"]'),
    }],
  }, () => ({ origin: 'https://edge.test.attacker.example' })),
  passkey({
    name: 'passkey in a frame',
    tried: "the sign-in is opened in a frame of the attacker's page",
    without: [{
      check: 'an assertion is not for a frame on a page of others',
      file: webauthn,
      find: 'return data !== null && data.crossOrigin !== true && data.topOrigin === undefined',
      put: 'return data !== null',
    }],
  }, () => ({ crossOrigin: true })),
  passkey({
    name: 'cloned passkey',
    tried: 'a copy of a key signs, whose counter has not moved along',
    leaves: { entry: 'sign_in.passkey_cloned' },
    without: [{
      check: "a passkey's counter rises",
      file: shown,
      find: "if (fell(row.counter, verified.counter)) return { ...found, reason: 'counter_fell' }",
      put: '',
    }],
  }, () => ({ counter: 1 })),
]

const replayed: Attack = {
  name: 'passkey assertion replayed',
  tried: 'an assertion that was seen is sent again, with the cookie of its challenge',
  code: 'sign_in_failed',
  leaves: failed,
  without: [{
    check: 'a challenge is used up by the plan that accepts its answer',
    file: shown,
    find: 'steps: [asked.step, usePasskey(row, { ...verified, now })] }',
    put: 'steps: [usePasskey(row, { ...verified, now })] }',
  }, {
    check: "a passkey's counter rises",
    file: shown,
    find: "if (fell(row.counter, verified.counter)) return { ...found, reason: 'counter_fell' }",
    put: '',
  }],
  async attempt() {
    await using s = await factors()
    const own = new Browser(s.edge)
    const options = await own.call('POST /v1/sessions/passkey/options')
    const thief = own.copy()
    const credential = s.authenticator.assert(options.json)
    await own.call('POST /v1/sessions/passkey/verify', { credential })
    return await after(s.edge, thief, await thief.call('POST /v1/sessions/passkey/verify', { credential }))
  },
}

export const secondFactors: readonly Attack[] = [totpReplay, recoveryReuse, guessed, ...passkeys, replayed]
