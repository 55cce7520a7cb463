/** One's own account. What makes it somebody else's asks for the password or for a fresh confirmation. */
import { Fault } from '../../../shared/faults.ts'
import {
  Account,
  AccountChange,
  AddressChange,
  AddressProof,
  MailSent,
  Nothing,
  PasswordChange,
} from '../../../shared/schemas/account.ts'
import { answer } from '../../http/answer.ts'
import { openChange } from '../../http/change.ts'
import { command, query, type Route } from '../../http/route.ts'
import { addressMail, noticeMail } from '../mail/templates.ts'
import type { AuthOptions } from '../options.ts'
import { accountLog } from '../sessions/account_log.ts'
import { dropSessions, ended, rotateSession } from '../sessions/sessions.ts'
import { deleteAccount, membershipsOf, renameAccount, setAddress } from './account_store.ts'
import { forgetSecrets, mailedSecret, mailSecret, useSecret } from './mailed_secrets.ts'
import { ownSession, self, sure } from './own.ts'
import { revokeDevicesOf } from '../store.ts'
import { forgetDevices, setPassword } from './password_store.ts'
import { checkPassword } from './policy.ts'
import { type AccountRow, plainEmail } from './store.ts'
import { networkOf, pay } from './throttle.ts'

const tag = 'Account'
const id = '019a9f3e-7c00-7000-8000-000000000051'
const secret = 'sp_ver_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT'
const example = {
  id,
  email: 'ada@example.com',
  email_verified: true,
  name: 'Ada Lovelace',
  has_password: true,
  password_changed: '2026-11-22T08:00:00.000Z',
  created: '2026-11-22T08:00:00.000Z',
}

export function accountRoutes(options: AuthOptions): readonly Route[] {
  return [
    getRoute,
    renameRoute,
    passwordRoute(options),
    addressRoute(options),
    proveRoute(options),
    deleteRoute(options),
  ]
}

const time = (ms: number) => new Date(ms).toISOString()

function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    email_verified: row.email_verified !== null,
    name: row.name,
    has_password: row.password !== null,
    ...(row.password_changed === null ? {} : { password_changed: time(row.password_changed) }),
    created: time(row.created),
  }
}

const getRoute = query({
  id: 'getAccount',
  path: '/v1/account',
  tag,
  permission: 'account:any',
  summary: 'Your account',
  reply: Account,
  example: { reply: example },
  handle: async (context) => toAccount(await self(context)),
})

const renameRoute = command({
  id: 'changeAccount',
  method: 'patch',
  path: '/v1/account',
  tag,
  permission: 'account:any',
  audit: 'account.changed',
  summary: 'Change your name',
  description: 'Of the account. What you are called in a tenant is the tenant’s.',
  body: AccountChange,
  reply: Account,
  example: { body: { name: 'Ada King' }, reply: { ...example, name: 'Ada King' } },
  async handle(context) {
    const who = await self(context)
    const { name } = context.body
    return openChange({
      ...await accountLog(context.db, who.id),
      writes: [renameAccount(who.id, name)],
      target: who.id,
      reply: () => toAccount({ ...who, name }),
    })
  },
})

const passwordRoute = (options: AuthOptions) =>
  command({
    id: 'changePassword',
    method: 'put',
    path: '/v1/account/password',
    tag,
    permission: 'account:any',
    audit: 'account.password_changed',
    summary: 'Change your password, or set a first one',
    description:
      'With the password until now, or within five minutes of a passkey or a code. Every other session ends; this one ' +
      'goes on under a new cookie.',
    body: PasswordChange,
    reply: Nothing,
    faults: ['sign_in_failed', 'fresh_sign_in_required', 'password_refused', 'too_many_requests', 'conflict'],
    example: { body: { current: 'gravel-otter-sundial', password: 'ember-walrus-flute' }, reply: {} },
    async handle(context) {
      const { db, body, now, newId, randomBytes } = context
      const { people, publicUrl: base } = options
      const who = await self(context)
      const current = await ownSession(context)
      await sure(options, context, { who, session: current, password: body.current })
      checkPassword(body.password, who)
      const password = await people.hasher.hash(body.password)
      const rotated = rotateSession(current, {}, { now, randomBytes })
      const mail = noticeMail({ to: who.email, base, what: 'password_changed' })
      return openChange({
        ...await accountLog(db, who.id),
        writes: [
          setPassword(who, { password, now }),
          dropSessions(who.id, 'password_changed', { now, except: current.id }),
          revokeDevicesOf(who.id, now),
          forgetSecrets(who.id),
          ...rotated.steps,
          ...people.outbox.post(mail, { id: newId(), now }),
        ],
        target: who.id,
        reply: ({ repeated }) => answer({}, { cookies: repeated ? [] : rotated.cookies }),
        committed: () => people.outbox.wake(),
      })
    },
  })

const addressRoute = (options: AuthOptions) =>
  command({
    id: 'changeAddress',
    method: 'post',
    path: '/v1/account/address',
    tag,
    permission: 'account:any',
    audit: 'account.address_asked',
    summary: 'Ask for a mail to a new address of yours',
    description: 'The account keeps its address until the secret of that mail comes back.',
    body: AddressChange,
    reply: MailSent,
    faults: ['mail_off', 'sign_in_failed', 'fresh_sign_in_required', 'too_many_requests'],
    example: { body: { email: 'ada@example.org', current: 'gravel-otter-sundial' }, reply: { mail: 'sent' } },
    async handle(context) {
      const { db, body, now, newId, client } = context
      const { people, storage, publicUrl: base } = options
      if (!people.outbox.on) throw new Fault('mail_off')
      const who = await self(context)
      await sure(options, context, { who, session: await ownSession(context), password: body.current })
      const email = plainEmail(body.email)
      const costs = [{ kind: 'mail', of: who.id }, {
        kind: 'mail_network',
        of: networkOf(client.network),
      }] as const
      await pay({ storage, db }, costs, now)
      const made = mailSecret({ purpose: 'address', account: who.id, email }, context)
      const mail = addressMail({ to: email, base, secret: made.secret })
      return openChange({
        ...await accountLog(db, who.id),
        writes: [...made.steps, ...people.outbox.post(mail, { id: newId(), now })],
        target: who.id,
        reply: () => ({ mail: 'sent' } as const),
        committed: () => people.outbox.wake(),
      })
    },
  })

const proveRoute = ({ people, publicUrl: base }: AuthOptions) =>
  command({
    id: 'proveAddress',
    method: 'post',
    path: '/v1/account/address/complete',
    tag,
    permission: 'account:any',
    audit: 'account.address_changed',
    summary: 'Take the new address, with the secret out of the mail',
    description: 'Signed in as the account that asked. Every other session ends.',
    body: AddressProof,
    reply: Account,
    faults: ['link_invalid', 'already_exists'],
    example: { body: { secret }, reply: { ...example, email: 'ada@example.org' } },
    async handle(context) {
      const { db, body, now, newId, randomBytes } = context
      const who = await self(context)
      const found = await mailedSecret(db, { secret: body.secret, purpose: 'address', now })
      if (found === null || found.account !== who.id) throw new Fault('link_invalid')
      const current = await ownSession(context)
      const rotated = rotateSession(current, {}, { now, randomBytes })
      const mail = noticeMail({ to: who.email, base, what: 'address_changed' })
      return openChange({
        ...await accountLog(db, who.id),
        writes: [
          ...useSecret(found),
          forgetSecrets(who.id),
          setAddress(who.id, found.email, now),
          dropSessions(who.id, 'address_changed', { now, except: current.id }),
          ...rotated.steps,
          ...people.outbox.post(mail, { id: newId(), now }),
        ],
        target: who.id,
        reply: ({ repeated }) =>
          answer(toAccount({ ...who, email: found.email, email_verified: now }), {
            cookies: repeated ? [] : rotated.cookies,
          }),
        committed: () => people.outbox.wake(),
      })
    },
  })

const deleteRoute = (options: AuthOptions) =>
  command({
    id: 'deleteAccount',
    method: 'delete',
    path: '/v1/account',
    tag,
    permission: 'account:any',
    audit: 'account.deleted',
    summary: 'Delete your account',
    description:
      'Within five minutes of signing in, or of a passkey or code where you have one. Everything personal ' +
      'goes from every tenant that you are a member of; the last owner of one has to hand it over or delete it first.',
    reply: Nothing,
    faults: ['fresh_sign_in_required', 'last_owner', 'conflict'],
    example: { reply: {} },
    async handle(context) {
      const { db, now, newId } = context
      const { people, publicUrl: base, erasing } = options
      const who = await self(context)
      await sure(options, context, { who, session: await ownSession(context), password: null })
      const erased = await Promise.all(
        (await membershipsOf(db, who.id)).map(async (member) => ({
          member,
          ...await erasing(db, member, now),
        })),
      )
      const mail = noticeMail({ to: who.email, base, what: 'deleted' })
      return openChange({
        ...await accountLog(db, who.id),
        writes: [
          ...erased.flatMap(({ steps }) => steps),
          ...deleteAccount(who.id),
          forgetSecrets(who.id),
          forgetDevices(who.id),
          ...people.outbox.post(mail, { id: newId(), now }),
        ],
        target: who.id,
        facts: { memberships: erased.length },
        further: erased.map(({ member: { tenant, id }, names }) => ({
          action: 'member.erased',
          target: id,
          facts: { names },
          tenant,
        })),
        reply: () => answer({}, { cookies: ended }),
        committed: () => people.outbox.wake(),
      })
    },
  })
