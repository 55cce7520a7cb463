/** A person's own identities with providers. */
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { Id } from '../../../shared/schemas/fields.ts'
import { Identity, OwnPath, ProviderId, SignInStart } from '../../../shared/schemas/provider.ts'
import { answer } from '../../http/answer.ts'
import { openChange } from '../../http/change.ts'
import { command, query, type Route } from '../../http/route.ts'
import { account } from '../accounts/store.ts'
import { held } from '../factors/store.ts'
import { accountLog } from '../sessions/account_log.ts'
import { dropSessions } from '../sessions/sessions.ts'
import { begin } from './flow.ts'
import { tell } from './notices.ts'
import type { SignInByProvider } from './options.ts'
import { deleteIdentity, identitiesOf, type IdentityRow, insertAttempt } from './store.ts'

const tag = 'Account'
const example = {
  id: '019a9f3e-7c00-7000-8000-0000000000e1',
  issuer: 'https://accounts.google.com',
  provider: 'google',
  name: 'ada@example.com',
  created: '2026-11-22T08:00:00.000Z',
  used: '2026-11-22T08:00:00.000Z',
}

export function identityRoutes(options: SignInByProvider): readonly Route[] {
  return [listIdentities, connectIdentity(options), removeIdentity(options)]
}

function toIdentity({ id, issuer, provider, name, created, used }: IdentityRow): Identity {
  const time = (ms: number) => new Date(ms).toISOString()
  return { id, issuer, provider, name, created: time(created), used: time(used) }
}

const listIdentities = query({
  id: 'listIdentities',
  path: '/v1/account/identities',
  tag,
  permission: 'account:any',
  summary: 'The providers that you can sign in with',
  reply: z.object({ data: z.array(Identity) }),
  example: { reply: { data: [example] } },
  async handle({ db, principal }) {
    const rows = await identitiesOf(db, principal.account)
    return { data: rows.map(toIdentity) }
  },
})

const connectIdentity = ({ flow }: SignInByProvider) =>
  command({
    id: 'connectIdentity',
    method: 'post',
    path: '/v1/account/identities',
    tag,
    permission: 'account:any',
    audit: { none: 'nothing has happened yet: what comes of it is audited' },
    fresh: true,
    summary: 'Begin to connect a provider to your account',
    description: 'Send the browser where it says; whoever signs in there can sign in as you from then on.',
    body: z.strictObject({ provider: ProviderId, next: OwnPath.optional() }),
    reply: SignInStart,
    faults: ['not_found', 'provider_failed'],
    example: {
      body: { provider: 'google', next: '/console/account' },
      reply: { location: 'https://accounts.google.com/o/oauth2/v2/auth?response_type=code&…' },
    },
    async handle(context) {
      const { db, now, principal, body } = context
      const { row, location, cookie } = await begin(flow, context, {
        provider: body.provider,
        next: body.next ?? '/console/account',
        connecting: { account: principal.account, session: principal.session },
      })
      return openChange({
        ...await accountLog(db, principal.account),
        writes: insertAttempt(row, now),
        target: row.provider,
        reply: () => answer({ location }, { cookies: [cookie] }),
      })
    },
  })

const removeIdentity = ({ flow, people }: SignInByProvider) =>
  command({
    id: 'removeIdentity',
    method: 'delete',
    path: '/v1/account/identities/{id}',
    tag,
    permission: 'account:any',
    audit: 'identity.removed',
    fresh: true,
    summary: 'Disconnect a provider from your account',
    description: 'Refused for your last way to sign in. Every other session of yours ends.',
    params: z.strictObject({ id: Id }),
    reply: Identity,
    faults: ['not_found', 'conflict'],
    example: { params: { id: example.id }, reply: example },
    async handle(context) {
      const { db, principal, params, now } = context
      const rows = await identitiesOf(db, principal.account)
      const found = rows.find(({ id }) => id === params.id)
      if (found === undefined) throw new Fault('not_found')
      const [person, factors] = await Promise.all([
        account(db, principal.account),
        held(db, principal.account),
      ])
      if (person === null) throw new Fault('unauthenticated')
      if (rows.length === 1 && person.password === null && factors.passkeys.length === 0) {
        throw new Fault(
          'conflict',
          'This is your last way to sign in: set a password or add a passkey first.',
        )
      }
      const told = tell({ people, publicUrl: flow.publicUrl }, context, {
        account: person,
        what: 'identity_removed',
      })
      return openChange({
        ...await accountLog(db, principal.account),
        committed: told.committed,
        writes: [
          ...told.steps,
          deleteIdentity(principal.account, found.id),
          dropSessions(principal.account, 'factors_changed', { now, except: principal.session }),
        ],
        target: found.id,
        facts: { account: principal.account, provider: found.provider },
        reply: () => toIdentity(found),
      })
    },
  })
