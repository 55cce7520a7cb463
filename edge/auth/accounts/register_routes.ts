/**
 * How an account begins and how a password is set anew: by mail first. What is answered, written and sent is alike for
 * an address that somebody has and one that nobody has. The password is chosen by whoever brings the mailed secret
 * back, so nobody can prepare an account for somebody else's address.
 */
import { Fault } from '../../../shared/faults.ts'
import {
  MailAsked,
  MailSent,
  NewAccount,
  Nothing,
  PasswordReset,
  SignedIn,
} from '../../../shared/schemas/account.ts'
import { answer } from '../../http/answer.ts'
import { openChange } from '../../http/change.ts'
import { type Context, open, type Route } from '../../http/route.ts'
import { knownMail, noticeMail, registerMail, resetMail, unknownMail } from '../mail/templates.ts'
import type { AuthOptions } from '../options.ts'
import { accountLog } from '../sessions/account_log.ts'
import { dropSessions } from '../sessions/sessions.ts'
import { signIn } from '../sessions/sign_in.ts'
import { mailedSecret, mailSecret, useSecret } from './mailed_secrets.ts'
import { revokeDevicesOf } from '../store.ts'
import { forgetDevices, setPassword } from './password_store.ts'
import { checkPassword } from './policy.ts'
import { account, accountByEmail, emailKey, insertAccount, newAccount, plainEmail } from './store.ts'
import { forgive, networkOf, pay } from './throttle.ts'

const tag = 'Sign-in'
const secret = 'sp_ver_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT'
const reset = 'sp_rst_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT'
const because = 'nobody is signed in yet'
const quiet = { none: 'whoever asks has shown nothing: what is done with the mail is in the log' }

export function registerRoutes(options: AuthOptions): readonly Route[] {
  return [registerRoute(options), verifyRoute(options), askRoute(options), completeRoute(options)]
}

const registerRoute = (options: AuthOptions) =>
  open({
    id: 'register',
    method: 'post',
    path: '/v1/accounts',
    tag,
    because,
    audit: quiet,
    summary: 'Ask for a mail to make an account with',
    description: 'Answers alike whether or not the address has an account; the mail says which it is.',
    body: MailAsked,
    reply: MailSent,
    faults: ['mail_off', 'too_many_requests'],
    example: { body: { email: 'ada@example.com' }, reply: { mail: 'sent' } },
    handle: (context) => mailFor(options, context, { known: knownMail, unknown: registerMail }),
  })

const askRoute = (options: AuthOptions) =>
  open({
    id: 'askForPasswordReset',
    method: 'post',
    path: '/v1/password-resets',
    tag,
    because,
    audit: quiet,
    summary: 'Ask for a mail to set a new password with',
    description: 'Answers alike whether or not the address has an account; the mail says which it is.',
    body: MailAsked,
    reply: MailSent,
    faults: ['mail_off', 'too_many_requests'],
    example: { body: { email: 'ada@example.com' }, reply: { mail: 'sent' } },
    handle: (context) => mailFor(options, context, { known: resetMail, unknown: unknownMail }),
  })

/** One account looked up, one secret, one mail, one plan: the same work for every address. */
async function mailFor(
  { people, storage, publicUrl: base }: AuthOptions,
  context: Context<null, unknown, unknown, MailAsked>,
  letters: { readonly known: typeof knownMail; readonly unknown: typeof registerMail },
) {
  if (!people.outbox.on) throw new Fault('mail_off')
  const { db, now, client, newId } = context
  const asked = plainEmail(context.body.email)
  const key = emailKey(asked)
  const costs = [{ kind: 'mail', of: key }, { kind: 'mail_network', of: networkOf(client.network) }] as const
  await pay({ storage, db }, costs, now)
  const who = await accountByEmail(db, key)
  const made = who === null
    ? mailSecret({ purpose: 'register', account: null, email: asked }, context)
    : mailSecret({ purpose: 'reset', account: who.id, email: who.email }, context)
  // To the address of the account and never to another spelling of it.
  const mail = who === null
    ? letters.unknown({ to: asked, base, secret: made.secret })
    : letters.known({ to: who.email, base, secret: made.secret })
  return openChange({
    ...await accountLog(db, null),
    writes: [...made.steps, ...people.outbox.post(mail, { id: newId(), now })],
    target: 'mail',
    reply: () => ({ mail: 'sent' } as const),
    committed: () => people.outbox.wake(),
  })
}

const verifyRoute = ({ people }: AuthOptions) =>
  open({
    id: 'createAccount',
    method: 'post',
    path: '/v1/accounts/verify',
    status: 201,
    tag,
    because,
    audit: 'account.created',
    summary: 'Make an account with the secret out of a mail, and sign in to it',
    body: NewAccount,
    reply: SignedIn,
    faults: ['link_invalid', 'password_refused', 'already_exists', 'too_many_requests'],
    example: {
      body: { secret, name: 'Ada Lovelace', password: 'gravel-otter-sundial' },
      reply: { next: 'done' },
    },
    async handle(context) {
      const { db, body, now, newId } = context
      const found = await mailedSecret(db, { secret: body.secret, purpose: 'register', now })
      if (found === null) throw new Fault('link_invalid')
      const { email } = found
      checkPassword(body.password, { name: body.name, email })
      const password = await people.hasher.hash(body.password)
      const row = newAccount({ id: newId(), email, name: body.name, password, email_verified: now, now })
      const signed = await signIn(context, people.demandsOf, {
        account: row,
        methods: [{ method: 'password', at: now }],
        fresh: null,
        secondFactor: false,
      })
      return openChange({
        ...signed.entry,
        writes: [...useSecret(found), insertAccount(row), ...signed.steps],
        target: row.id,
        reply: () => answer({ next: 'done' } as const, signed),
      })
    },
  })

const completeRoute = ({ people, publicUrl: base }: AuthOptions) =>
  open({
    id: 'resetPassword',
    method: 'post',
    path: '/v1/password-resets/complete',
    tag,
    because,
    audit: 'account.password_reset',
    summary: 'Set a password with the secret out of a mail',
    description: 'Ends every session of the account. A second factor is still asked for at the next sign-in.',
    body: PasswordReset,
    reply: Nothing,
    faults: ['link_invalid', 'password_refused', 'too_many_requests'],
    example: { body: { secret: reset, password: 'gravel-otter-sundial' }, reply: {} },
    async handle({ db, body, now, newId }) {
      const found = await mailedSecret(db, { secret: body.secret, purpose: 'reset', now })
      const id = found?.account ?? null
      const who = id === null ? null : await account(db, id)
      if (found === null || who === null) throw new Fault('link_invalid')
      checkPassword(body.password, who)
      const password = await people.hasher.hash(body.password)
      const mail = noticeMail({ to: who.email, base, what: 'password_changed' })
      return openChange({
        ...await accountLog(db, who.id),
        writes: [
          ...useSecret(found),
          setPassword(who, { password, now, verified: true }),
          dropSessions(who.id, 'password_changed', { now }),
          revokeDevicesOf(who.id, now),
          forgetDevices(who.id),
          forgive({ kind: 'account', of: who.id }),
          ...people.outbox.post(mail, { id: newId(), now }),
        ],
        target: who.id,
        facts: { account: who.id },
        reply: () => ({}),
        committed: () => people.outbox.wake(),
      })
    },
  })
