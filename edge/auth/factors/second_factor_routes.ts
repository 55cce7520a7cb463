/** Signing in: the second factor behind a password or a provider, and a passkey in place of both. */
import { Fault } from '../../../shared/faults.ts'
import { PasskeyShown, SecondFactor, SecondFactorShown } from '../../../shared/schemas/factor.ts'
import { PasskeyRequestOptions } from '../../../shared/schemas/passkey.ts'
import { answer } from '../../http/answer.ts'
import { openChange } from '../../http/change.ts'
import { SESSION_COOKIE } from '../../http/cookies.ts'
import { open, type Route } from '../../http/route.ts'
import { account, type AccountRow } from '../accounts/store.ts'
import { networkOf, pay, refund, type Throttled } from '../accounts/throttle.ts'
import { securityEvent } from '../events/events.ts'
import { accountLog } from '../sessions/account_log.ts'
import { methodsOf, pendingSession, type SessionRow, type SignInMethod } from '../sessions/sessions.ts'
import { type SignedInPlan, signIn, type SignInContext } from '../sessions/sign_in.ts'
import { accepted, acceptedPasskey, type Asked } from './asked.ts'
import { boundToCookie, endedPasskeyCookie, newChallenge, newCookie } from './challenges.ts'
import { assertionExample, requestExample } from './examples.ts'
import { tell, type Told } from './notices.ts'
import type { FactorOptions } from './routes.ts'
import { type Shown, showPasskey, showRecoveryCode, showTotp } from './shown.ts'
import { held, passkeysOf, toKnown } from './store.ts'
import { relyingParty, requestOptions } from './webauthn.ts'

const tag = 'Sign-in'
const because = 'the cookie of a sign-in that waits for its second factor is its credential'

export function secondFactorRoutes(options: FactorOptions): readonly Route[] {
  return [
    startSecondFactor(options),
    showSecondFactor(options),
    startPasskeySignIn(options),
    signInByPasskey(options),
  ]
}

/** Whoever waits for their second factor here. Throws Fault `unauthenticated`. */
async function waiting(
  { db, cookie, now }: SignInContext,
): Promise<{ pending: SessionRow; who: AccountRow }> {
  const pending = await pendingSession(db, { cookie: cookie(SESSION_COOKIE), now })
  const who = pending === null ? null : await account(db, pending.account)
  if (pending === null || who === null || who.state !== 'active') throw new Fault('unauthenticated')
  return { pending, who }
}

const startSecondFactor = ({ publicUrl }: FactorOptions) =>
  open({
    id: 'startSecondFactor',
    method: 'post',
    path: '/v1/sessions/second-factor/options',
    tag,
    because,
    audit: { none: 'a challenge is nothing yet; what answers it is in the log' },
    summary: 'What the browser is asked to show a passkey with, as second factor',
    description:
      'For `PublicKeyCredential.parseRequestOptionsFromJSON`. Good for five minutes. 404 where the account ' +
      'has no passkey: ask for a code.',
    reply: PasskeyRequestOptions,
    faults: ['unauthenticated', 'not_found'],
    example: { reply: requestExample },
    async handle(context) {
      const { pending, who } = await waiting(context)
      const known = await passkeysOf(context.db, who.id)
      if (known.length === 0) throw new Fault('not_found')
      const { challenge, steps } = newChallenge({ purpose: 'second_factor', bound: pending.id }, context)
      const asked = await requestOptions(relyingParty(publicUrl), { challenge, known: known.map(toKnown) })
      return openChange({
        ...await accountLog(context.db, who.id),
        writes: steps,
        target: who.id,
        reply: () => asked,
      })
    },
  })

const showSecondFactor = (options: FactorOptions) =>
  open({
    id: 'showSecondFactor',
    method: 'post',
    path: '/v1/sessions/second-factor',
    tag,
    because,
    audit: 'session.second_factor_shown',
    summary: 'Show the second factor of a sign-in: a code, a recovery code or a passkey',
    description:
      'The session goes on under a new cookie. A recovery code is used up, and allows to set up an app, a ' +
      'passkey or new codes for five minutes.',
    body: SecondFactor,
    reply: SecondFactorShown,
    faults: ['unauthenticated', 'sign_in_failed', 'too_many_requests'],
    example: { body: { method: 'totp', code: '287082' }, reply: { next: 'done' } },
    async handle(context) {
      const { pending, who } = await waiting(context)
      const shown = await look(options, context, { body: context.body, pending })
      const { method } = shown
      const signed = await signIn(context, options.demandsOf, {
        account: who,
        methods: [...methodsOf(pending), { method, at: context.now }],
        fresh: method === 'recovery' ? null : context.now,
        secondFactor: false,
        pending,
      })
      const recovered = method === 'recovery' ? await recovery(options, context, who) : null
      const news = await ofNewDevice(options, context, { signed, who })
      return openChange({
        ...signed.entry,
        further: [...signed.entry.further, ...recovered?.further ?? []],
        writes: [...shown.steps, ...signed.steps, ...recovered?.told.steps ?? [], ...news.steps],
        committed: () => options.outbox.wake(),
        reply: () =>
          answer(
            { next: 'done', ...(recovered === null ? {} : { recovery_codes_left: recovered.left }) } as const,
            signed,
          ),
      })
    },
  })

async function look(
  options: FactorOptions,
  context: SignInContext,
  { body, pending }: { readonly body: SecondFactor; readonly pending: SessionRow },
): Promise<Shown> {
  const { account } = pending
  if (body.method === 'passkey') {
    const ceremony = { purpose: 'second_factor', bound: pending.id } as const
    const asked = { account, credential: body.credential, ceremony }
    return await acceptedPasskey(
      options,
      context,
      () => showPasskey(relyingParty(options.publicUrl), context, asked),
    )
  }
  const asked = { account, code: body.code }
  const look = () =>
    body.method === 'totp' ? showTotp(options, context, asked) : showRecoveryCode(context, asked)
  return await accepted(options, context, { account, look })
}

/** Its owner is told: somebody who has the codes could sign in as them. */
async function recovery(options: FactorOptions, context: SignInContext, who: AccountRow) {
  const { recovery } = await held(context.db, who.id)
  const left = recovery.filter(({ used }) => used === null).length - 1
  return {
    left,
    further: [securityEvent('sign_in.recovery_code', { account: who.id, facts: { left } })],
    told: await tell(options, context, { account: who.id, what: 'recovery_code_used' }),
  }
}

/** Its owner is told of a browser that the account has not seen before. */
async function ofNewDevice(
  options: FactorOptions,
  context: SignInContext,
  { signed, who }: { readonly signed: SignedInPlan; readonly who: AccountRow },
): Promise<Told> {
  if (!signed.newDevice) return { steps: [], committed: () => {} }
  return await tell(options, context, { account: who.id, what: 'new_device' })
}

/** Challenges that a network asks for before anybody is known. */
function challengesOf({ client }: Asked): Throttled {
  return { kind: 'challenge', of: networkOf(client.network) }
}

const startPasskeySignIn = (options: FactorOptions) =>
  open({
    id: 'startPasskeySignIn',
    method: 'post',
    path: '/v1/sessions/passkey/options',
    tag,
    because: 'nobody is signed in yet',
    audit: { none: 'a challenge is nothing yet; what answers it is in the log' },
    summary: 'What the browser is asked to sign in by passkey with, without an address',
    description:
      'For `PublicKeyCredential.parseRequestOptionsFromJSON`. Good for five minutes in this browser, which ' +
      'gets a cookie for it.',
    reply: PasskeyRequestOptions,
    faults: ['too_many_requests'],
    example: { reply: requestExample },
    async handle(context) {
      const { db, now, randomBytes } = context
      await pay(options, [challengesOf(context)], now)
      const { cookie, bound } = newCookie(randomBytes)
      const { challenge, steps } = newChallenge({ purpose: 'sign_in', bound }, context)
      const asked = await requestOptions(relyingParty(options.publicUrl), { challenge, known: [] })
      const log = await accountLog(db, null)
      return openChange({
        ...log,
        writes: steps,
        target: log.tenant,
        reply: () => answer(asked, { cookies: [cookie] }),
      })
    },
  })

const signInByPasskey = (options: FactorOptions) =>
  open({
    id: 'signInByPasskey',
    method: 'post',
    path: '/v1/sessions/passkey/verify',
    tag,
    because: 'the passkey is the credential',
    audit: 'session.started',
    summary: 'Sign in by passkey, without an address',
    description: 'The passkey has verified who holds it, so it is two factors, and the session is fresh.',
    body: PasskeyShown,
    reply: SecondFactorShown,
    faults: ['sign_in_failed', 'too_many_requests'],
    example: { body: { credential: assertionExample }, reply: { next: 'done' } },
    async handle(context) {
      const { db, now, cookie, body: { credential } } = context
      const ceremony = { purpose: 'sign_in', bound: boundToCookie(cookie) ?? '' } as const
      const asked = { account: null, credential, ceremony }
      const rp = relyingParty(options.publicUrl)
      const shown = await acceptedPasskey(options, context, () => showPasskey(rp, context, asked))
      const who = await account(db, shown.account)
      if (who === null || who.state !== 'active') throw new Fault('sign_in_failed')
      const methods: readonly SignInMethod[] = [{ method: 'passkey', at: now }]
      const signed = await signIn(context, options.demandsOf, {
        account: who,
        methods,
        fresh: now,
        secondFactor: false,
      })
      const news = await ofNewDevice(options, context, { signed, who })
      return openChange({
        ...signed.entry,
        writes: [...shown.steps, ...signed.steps, refund(challengesOf(context)), ...news.steps],
        committed: news.committed,
        reply: () =>
          answer({ next: 'done' } as const, { cookies: [...signed.cookies, endedPasskeyCookie()] }),
      })
    },
  })
