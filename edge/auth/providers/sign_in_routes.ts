import { z } from 'zod'
import { OwnPath, ProviderId, SignInProvider, SignInStart } from '../../../shared/schemas/provider.ts'
import { answer } from '../../http/answer.ts'
import { openChange, unchanged } from '../../http/change.ts'
import { open, type Route } from '../../http/route.ts'
import { networkOf, pay } from '../accounts/throttle.ts'
import { domainOf } from '../rules/judge.ts'
import { accountLog } from '../sessions/account_log.ts'
import { finish } from './callback.ts'
import { begin } from './flow.ts'
import type { SignInByProvider } from './options.ts'
import { insertAttempt, providersOfDomain } from './store.ts'

const tag = 'Sign-in'
const params = z.strictObject({ provider: ProviderId })

export function providerSignInRoutes(options: SignInByProvider): readonly Route[] {
  return [
    listSignInProviders(options),
    findSignInProviders(options),
    startProviderSignIn(options),
    finishProviderSignIn(options),
  ]
}

const because = 'nobody is signed in yet'
const reply = z.object({ data: z.array(SignInProvider) })
const google = { data: [{ id: 'google', name: 'Google' }] }

const listSignInProviders = ({ flow }: SignInByProvider) =>
  open({
    id: 'listSignInProviders',
    method: 'get',
    path: '/v1/sign-in/providers',
    tag,
    because,
    summary: 'Whom everybody can sign in with',
    reply,
    example: { reply: google },
    handle: () => Promise.resolve(unchanged({ data: flow.providers.ofInstallation().map(toOffered) })),
  })

const findSignInProviders = ({ flow }: SignInByProvider) =>
  open({
    id: 'findSignInProviders',
    method: 'post',
    path: '/v1/sign-in/providers',
    tag,
    because,
    summary: 'Whom one can sign in with who has this mail address',
    description:
      'Also with the providers of tenants that name its domain. What is answered never depends on ' +
      'whether an account has that address, which stands in no URL.',
    body: z.strictObject({ email: z.string().max(254) }),
    reply,
    example: { body: { email: 'grace@example.com' }, reply: google },
    async handle({ db, body }) {
      const domain = domainOf(body.email)
      const found = domain === '' ? [] : await providersOfDomain(db, domain)
      return unchanged({ data: [...found, ...flow.providers.ofInstallation()].map(toOffered) })
    },
  })

const toOffered = ({ id, name }: SignInProvider) => ({ id, name })

const startProviderSignIn = ({ flow, storage }: SignInByProvider) =>
  open({
    id: 'startProviderSignIn',
    method: 'post',
    path: '/v1/sign-in/{provider}/start',
    tag,
    because,
    summary: 'Begin to sign in with a provider',
    description:
      'Sets a cookie that binds the attempt to this browser for ten minutes, and answers where to send it.',
    audit: { none: 'nothing has happened yet: what comes of it is audited' },
    params,
    body: z.strictObject({ next: OwnPath.optional() }),
    reply: SignInStart,
    faults: ['not_found', 'conflict', 'provider_failed', 'too_many_requests'],
    example: {
      params: { provider: 'google' },
      body: { next: '/console' },
      reply: { location: 'https://accounts.google.com/o/oauth2/v2/auth?response_type=code&…' },
    },
    async handle(context) {
      const { db, now, params, body, client } = context
      await pay({ storage, db }, [{ kind: 'attempt', of: networkOf(client.network) }], now)
      const asked = { provider: params.provider, next: body.next ?? '/console', connecting: null }
      const { row, location, cookie } = await begin(flow, context, asked)
      return openChange({
        ...await accountLog(db, null),
        writes: insertAttempt(row, now),
        target: row.provider,
        reply: () => answer({ location }, { cookies: [cookie] }),
      })
    },
  })

/** Of an authorization response: what is not known is ignored (RFC 6749 §4.1.2). */
const Response = z.object({
  state: z.string().max(200).optional(),
  code: z.string().min(1).max(4096).optional(),
  error: z.string().max(200).optional(),
  iss: z.string().max(500).optional(),
})

const finishProviderSignIn = (options: SignInByProvider) =>
  open({
    id: 'finishProviderSignIn',
    method: 'get',
    path: '/v1/sign-in/{provider}/callback',
    tag,
    because: 'the attempt’s cookie and state are what is asked for',
    summary: 'Where a provider sends the browser back to',
    description: 'Always answers 303: to where the sign-in was to lead, or to a page with `?problem=`.',
    audit: 'sign_in.answered',
    params,
    query: Response,
    reply: z.object({}),
    faults: ['conflict', 'already_exists'],
    example: { params: { provider: 'google' }, query: { state: 'AAAA', code: 'BBBB' }, reply: {} },
    handle: (context) => finish(options, context),
  })
