/** The browser is back from the provider: who it is, what that gives, or why not. */
import { Fault, type FaultCode } from '../../../shared/faults.ts'
import type { Storage } from '../../db/storage.ts'
import { type Answer, answer } from '../../http/answer.ts'
import { type OpenChange, openChange, type Unchanged, unchanged } from '../../http/change.ts'
import { SESSION_COOKIE } from '../../http/cookies.ts'
import { TooManyRequests } from '../../http/problem.ts'
import { networkOf, pay } from '../accounts/throttle.ts'
import { NetworkFact } from '../../http/network_fact.ts'
import { securityEvent } from '../events/events.ts'
import { hasSecondFactor } from '../factors/store.ts'
import type { People } from '../people.ts'
import { hashSecret } from '../secret.ts'
import { accountLog } from '../sessions/account_log.ts'
import { session } from '../sessions/sessions.ts'
import { signIn, type SignInContext } from '../sessions/sign_in.ts'
import { cookieName, endedCookie, hashed, isOfBrowser, isState } from './attempt.ts'
import { sawTwoFactors } from './claims.ts'
import { type Flow, hear, type Response } from './flow.ts'
import { tell } from './notices.ts'
import type { SignInByProvider } from './options.ts'
import type { Provider } from './providers.ts'
import { reasonOf, refused } from './refusal.ts'
import { type Resolved, whoConnects, whoSignsIn } from './resolve.ts'
import { attempt, type AttemptRow, useAttempt } from './store.ts'

export interface CallbackContext extends SignInContext {
  readonly params: { readonly provider: string }
  readonly query: { readonly state?: string | undefined } & Omit<Response, 'state'>
  /** 0, and 1 where the first plan was refused: two came at once. */
  readonly attempt: number
}

type Nothing = Readonly<Record<string, never>>
type Decided = OpenChange<Answer<Nothing>> | Unchanged<Answer<Nothing>>

/** Always sends the browser on: to where it wanted to go, or to a page that says why not. */
export async function finish(
  { flow, people, storage, placeFor }: Pick<SignInByProvider, 'flow' | 'people' | 'storage' | 'placeFor'>,
  context: CallbackContext,
): Promise<Decided> {
  const { db, now, newId, params, query } = context
  const asked = { db, now, newId, placeFor }
  const state = query.state ?? ''
  const row = isState(state) ? await attempt(db, { state: hashed(state), now }) : null
  const provider = row === null ? null : await flow.providers.find(db, row.provider)
  if (row === null || provider === null || provider.id !== params.provider) {
    if (await isRare(storage, context)) {
      const facts = { reason: 'state', network: new NetworkFact(context.client.network) }
      people.events.record('sign_in.failed', { account: null }, facts)
    }
    return unchanged(answer({}, { location: problemPage('link_invalid', null) }))
  }
  const going: Going = { flow, people, context, row, provider }
  if (context.attempt > 0) return await refuse(going, new Fault('conflict'))
  if (!isOfBrowser(row, context.cookie(cookieName(row)))) {
    return await refuse(going, refused('browser', { code: 'link_invalid' }))
  }
  try {
    const heard = await hear(flow, { ...query, state }, { row, provider, now })
    if (row.account === null) {
      return await enter(going, await whoSignsIn(asked, provider, heard), heard.said)
    }
    if (!await isOwnSession(going)) return await refuse(going, refused('session', { code: 'link_invalid' }))
    const resolved = await whoConnects(asked, provider, { heard, account: row.account })
    return await connected(going, resolved)
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'internal' || error.code === 'unavailable') throw error
    return await refuse(going, error)
  }
}

/** Anybody can come with an invented state, as often as they like: the log hears of the first ones of a network. */
async function isRare(storage: Storage, { db, now, client }: CallbackContext): Promise<boolean> {
  try {
    await pay({ storage, db }, [{ kind: 'unknown_state', of: networkOf(client.network) }], now)
    return true
  } catch (error) {
    if (error instanceof TooManyRequests) return false
    throw error
  }
}

interface Going {
  readonly flow: Flow
  readonly people: People
  readonly context: CallbackContext
  readonly row: AttemptRow
  readonly provider: Provider
}

async function enter(
  { flow, people, context, row, provider }: Going,
  resolved: Resolved,
  said: Readonly<Record<string, unknown>>,
): Promise<Decided> {
  const { account, membership, isNew } = resolved
  const method = {
    method: 'provider',
    at: context.now,
    issuer: row.issuer,
    provider: provider.id,
    ...(provider.tenant === null ? {} : { tenant: provider.tenant }),
    mfa: sawTwoFactors(said),
  } as const
  const secondFactor = !isNew && await hasSecondFactor(context.db, account.id)
  const plan = await signIn(context, people.demandsOf, {
    account,
    methods: [method],
    fresh: null,
    secondFactor,
    ...(provider.tenant === null || (membership?.member ?? null) === null ? {} : { into: provider.tenant }),
  })
  const { facts, further, target } = plan.entry
  const what = plan.newDevice ? 'new_device' : null
  const told = tell({ people, publicUrl: flow.publicUrl }, context, { account, what })
  return openChange({
    ...logOf(plan.entry, provider),
    writes: [useAttempt(row.state), ...resolved.steps, ...plan.steps, ...told.steps],
    target,
    facts: { ...facts, outcome: 'signed_in', provider: provider.id },
    further: [...resolved.further, ...further],
    again: true,
    committed: told.committed,
    reply: () =>
      answer({}, {
        cookies: [endedCookie(row), ...plan.cookies],
        location: secondFactor ? `/console/second-factor?next=${encodeURIComponent(row.next)}` : row.next,
      }),
  })
}

async function connected(
  { flow, people, context, row, provider }: Going,
  resolved: Resolved,
): Promise<Decided> {
  const { account } = resolved
  const log = await accountLog(context.db, account.id)
  const what = resolved.connected ? 'identity_connected' : null
  const told = tell({ people, publicUrl: flow.publicUrl }, context, { account, what })
  return openChange({
    ...logOf(log, provider),
    writes: [useAttempt(row.state), ...resolved.steps, ...told.steps],
    committed: told.committed,
    target: account.id,
    facts: { outcome: 'connected', provider: provider.id },
    further: resolved.further,
    again: true,
    reply: () => answer({}, { cookies: [endedCookie(row)], location: row.next }),
  })
}

/** Whatever was wrong: the attempt is over, the log has it, and the browser is told no more than a code. */
async function refuse({ context, row, provider }: Going, fault: Fault): Promise<Decided> {
  const log = logOf(await accountLog(context.db, row.account), provider)
  const facts = {
    provider: provider.id,
    reason: reasonOf(fault),
    network: new NetworkFact(context.client.network),
  }
  const about = row.account === null ? { tenant: log.tenant } : { account: row.account }
  return openChange({
    ...log,
    writes: [useAttempt(row.state)],
    target: row.account ?? provider.tenant ?? log.tenant,
    facts: { ...facts, outcome: 'refused', code: fault.code },
    further: [securityEvent('sign_in.failed', { ...about, facts })],
    again: true,
    reply: () =>
      answer({}, {
        cookies: [endedCookie(row)],
        location: problemPage(fault.code, row.account),
      }),
  })
}

/** In the provider's tenant first: that is where its members' sign-ins are looked for, and what claims give them. */
function logOf<Log extends { readonly tenant: string; readonly alsoIn: readonly string[] }>(
  log: Log,
  { tenant }: Provider,
): Log {
  if (tenant === null || tenant === log.tenant) return log
  const others = [log.tenant, ...log.alsoIn].filter((one) => one !== tenant)
  return { ...log, tenant, alsoIn: others }
}

/** Whoever began to connect is still signed in, in this browser. */
async function isOwnSession({ context, row }: Going): Promise<boolean> {
  const { db, now, cookie } = context
  if (row.account === null || row.session === null) return false
  const own = await session(db, row.account, { id: row.session, now })
  const secret = cookie(SESSION_COOKIE)
  return own !== null && own.stage === 'full' && secret !== null && hashSecret(secret) === own.hash
}

function problemPage(code: FaultCode, account: string | null): string {
  return `/console/${account === null ? 'sign-in' : 'account'}?problem=${code}`
}
