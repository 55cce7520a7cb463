/** Where somebody is signed in, and how that ends. */
import { z } from 'zod'
import { Fault } from '../../../shared/faults.ts'
import { Nothing } from '../../../shared/schemas/account.ts'
import { Id } from '../../../shared/schemas/fields.ts'
import { ChosenTenant, Session, TenantChoice } from '../../../shared/schemas/session.ts'
import { answer } from '../../http/answer.ts'
import { openChange, unchanged } from '../../http/change.ts'
import { SESSION_COOKIE } from '../../http/cookies.ts'
import { Page, paged, pageOf, window } from '../../http/page.ts'
import { SignInNotEnough } from '../../http/problem.ts'
import { command, open, query, type Route } from '../../http/route.ts'
import type { AuthOptions } from '../options.ts'
import { accountLog } from './account_log.ts'
import { dropSession, ended, methodsOf, rotateSession, session, type SessionRow } from './sessions.ts'
import { memberIn, presentedSession, sessions } from './store.ts'

const tag = 'Sessions'
const id = '019a9f3e-7c00-7000-8000-000000000050'
const tenantExample = '019a9f3e-7c00-7000-8000-000000000000'
const at = '2026-11-22T08:00:00.000Z'
const example = {
  id,
  current: true,
  methods: [{ method: 'password', at }],
  agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  network: '192.0.2.7',
  tenant: tenantExample,
  created: at,
  seen: at,
  ends: '2026-11-22T20:00:00.000Z',
} as const

const time = (ms: number) => new Date(ms).toISOString()

function toSession(row: SessionRow, current: string): Session {
  return {
    id: row.id,
    current: row.id === current,
    methods: methodsOf(row).map(({ method, at }) => ({ method, at: time(at) })),
    agent: row.agent,
    network: row.network,
    ...(row.tenant === null ? {} : { tenant: row.tenant }),
    created: time(row.created),
    seen: time(row.seen),
    ends: time(row.ends),
  }
}

export function sessionRoutes(options: AuthOptions): readonly Route[] {
  // A fixed path stands before one with a parameter that would take it.
  return [listRoute, signOutRoute, endRoute, chooseRoute(options)]
}

const listRoute = query({
  id: 'listSessions',
  path: '/v1/sessions',
  tag,
  permission: 'account:any',
  summary: 'Where you are signed in, newest first',
  query: Page,
  reply: pageOf(Session),
  example: { reply: { data: [example] } },
  async handle({ db, principal, query, now }) {
    const { after, take, limit } = window(query)
    const rows = await sessions(db, principal.account, { now, after, take })
    return paged(rows, { limit, key: (row) => row.id, item: (row) => toSession(row, principal.session) })
  },
})

const endRoute = command({
  id: 'endSession',
  method: 'delete',
  path: '/v1/sessions/{id}',
  tag,
  permission: 'account:any',
  audit: 'session.revoked',
  summary: 'Sign out a browser of yours',
  params: z.strictObject({ id: Id }),
  reply: Nothing,
  faults: ['not_found'],
  example: { params: { id }, reply: {} },
  async handle({ db, principal: { account }, params, now }) {
    if (await session(db, account, { id: params.id, now }) === null) throw new Fault('not_found')
    return openChange({
      ...await accountLog(db, account),
      writes: [dropSession({ account, id: params.id }, 'revoked', now)],
      target: params.id,
      facts: { account },
      reply: () => ({}),
    })
  },
})

/** Open, so that a session that waits for its second factor, or is over, can be left as well. */
const signOutRoute = open({
  id: 'signOut',
  method: 'delete',
  path: '/v1/sessions/current',
  tag,
  because: 'leaving is nobody’s privilege: the cookie says which session, and may be worth nothing any more',
  audit: 'session.ended',
  summary: 'Sign out',
  description: 'Ends the session of the cookie, if it is one, and takes the cookie away.',
  reply: Nothing,
  example: { reply: {} },
  async handle({ db, cookie, now }) {
    const found = await presentedSession(db, { cookie: cookie(SESSION_COOKIE), now })
    if (found === null) return unchanged(answer({}, { cookies: ended }))
    return openChange({
      ...await accountLog(db, found.account),
      writes: [dropSession(found, 'signed_out', now)],
      target: found.id,
      facts: { account: found.account },
      reply: () => answer({}, { cookies: ended }),
    })
  },
})

const chooseRoute = ({ people }: AuthOptions) =>
  command({
    id: 'chooseTenant',
    method: 'post',
    path: '/v1/sessions/tenant',
    tag,
    permission: 'account:any',
    audit: 'session.tenant_chosen',
    summary: 'Choose the tenant that this session acts in',
    description: 'The session goes on under a new cookie, with the lengths that the tenant’s rules say. ' +
      '`sign_in_not_enough` where these ask for another way to sign in.',
    body: TenantChoice,
    reply: ChosenTenant,
    faults: ['not_found', 'sign_in_not_enough'],
    example: { body: { tenant: tenantExample }, reply: { tenant: tenantExample, member: id } },
    async handle({ db, principal, body: { tenant }, now, randomBytes }) {
      const { account } = principal
      const [row, found] = await Promise.all([
        session(db, account, { id: principal.session, now }),
        memberIn(db, { account, tenant }),
      ])
      if (row === null) throw new Fault('unauthenticated')
      if (found === null) throw new Fault('not_found')
      const { limits, lacks } = await people.demandsOf(tenant)
      const missing = lacks({ email: found.email_key, methods: methodsOf(row) })
      if (missing.length > 0) throw new SignInNotEnough(missing)
      const rotated = rotateSession(row, { tenant, limits }, { now, randomBytes })
      return openChange({
        tenant,
        actor: { kind: 'account', id: account },
        writes: rotated.steps,
        target: row.id,
        facts: { account, member: found.member },
        reply: ({ repeated }) =>
          answer({ tenant, member: found.member }, { cookies: repeated ? [] : rotated.cookies }),
      })
    },
  })
