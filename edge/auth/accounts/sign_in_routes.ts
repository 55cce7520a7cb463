/** Signing in with a password. Whatever is wrong with it, the answer and the work are the same. */
import { Fault } from '../../../shared/faults.ts'
import { PasswordSignIn, SignedIn } from '../../../shared/schemas/account.ts'
import { answer } from '../../http/answer.ts'
import { openChange } from '../../http/change.ts'
import { type Context, open, type Route } from '../../http/route.ts'
import { NetworkFact } from '../../http/network_fact.ts'
import { hasSecondFactor } from '../factors/store.ts'
import { noticeMail } from '../mail/templates.ts'
import type { AuthOptions } from '../options.ts'
import { deviceCookieName } from '../sessions/cookie.ts'
import { knownDevice, signIn } from '../sessions/sign_in.ts'
import { upgradePassword } from './password_store.ts'
import { accountByEmail, type AccountRow, emailKey } from './store.ts'
import { forgive, networkOf, pay, refund, type Throttled } from './throttle.ts'

export function signInRoutes(options: AuthOptions): readonly Route[] {
  return [passwordRoute(options)]
}

const passwordRoute = (options: AuthOptions) =>
  open({
    id: 'signIn',
    method: 'post',
    path: '/v1/sessions',
    tag: 'Sign-in',
    because: 'nobody is signed in yet',
    audit: 'session.started',
    summary: 'Sign in with a password',
    description:
      'Sets the cookie of a new session. One answer for an unknown address and a wrong password; after a few of them ' +
      'there are waits, which grow.',
    body: PasswordSignIn,
    reply: SignedIn,
    faults: ['sign_in_failed', 'too_many_requests'],
    example: {
      body: { email: 'ada@example.com', password: 'gravel-otter-sundial' },
      reply: { next: 'done' },
    },
    async handle(context) {
      const { db, now, newId } = context
      const { people, publicUrl: base } = options
      const { who, paid, steps } = await proven(options, context)
      const secondFactor = await hasSecondFactor(db, who.id)
      const methods = [{ method: 'password', at: now }] as const
      const signed = await signIn(context, people.demandsOf, {
        account: who,
        methods,
        fresh: null,
        secondFactor,
      })
      const [guess, network] = paid
      const mail = noticeMail({ to: who.email, base, what: 'new_device' })
      const told = signed.newDevice ? people.outbox.post(mail, { id: newId(), now }) : []
      return openChange({
        ...signed.entry,
        writes: [...steps, forgive(guess), refund(network), ...signed.steps, ...told],
        committed: () => people.outbox.wake(),
        reply: () => answer({ next: secondFactor ? 'second_factor' : 'done' } as const, signed),
      })
    },
  })

/** Whose password it is. Throws `sign_in_failed` in the same way for everything, after the same work. */
async function proven(
  { people, storage }: AuthOptions,
  context: Context<null, unknown, unknown, PasswordSignIn>,
) {
  const { db, body, now, client, cookie } = context
  people.hasher.checkRoom()
  const key = emailKey(body.email)
  const who = await accountByEmail(db, key)
  const paid = [await guessOf(context, { who, key }), {
    kind: 'network',
    of: networkOf(client.network),
  }] as const
  await pay({ storage, db }, paid, now)
  const { right, upgrade } = await people.hasher.verify(body.password, who?.password ?? null)
  if (who === null || !right || who.state !== 'active') {
    const device = who !== null && cookie(deviceCookieName(who.id)) !== null
    people.events.record('sign_in.failed', { account: who?.id ?? null }, {
      method: 'password',
      network: new NetworkFact(client.network),
      known_device: device,
    })
    throw new Fault('sign_in_failed')
  }
  return { who, paid, steps: upgrade === null ? [] : [upgradePassword(who, upgrade)] }
}

/** A browser that the account knows has guesses of its own: strangers cannot use up the owner's. */
async function guessOf(
  { db, cookie }: Context<null, unknown, unknown, unknown>,
  { who, key }: { readonly who: AccountRow | null; readonly key: string },
): Promise<Throttled> {
  const device = who === null ? null : await knownDevice(db, who.id, cookie(deviceCookieName(who.id)))
  return device === null ? { kind: 'account', of: who?.id ?? key } : { kind: 'device', of: device }
}
