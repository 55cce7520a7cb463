/**
 * The last step of every way to sign in: by password, by second factor, by passkey, by provider, by a link that was
 * mailed. Who it is has been shown by then; this decides what session that gives, and writes it down.
 */
import { type Reader, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import type { Facts, FurtherEntry } from '../../http/change.ts'
import type { Client } from '../../http/client.ts'
import { SESSION_COOKIE } from '../../http/cookies.ts'
import { NetworkFact } from '../../http/network_fact.ts'
import { securityEvent } from '../events/events.ts'
import { hashSecret, isSecret, newSecret } from '../secret.ts'
import { type AccountLog, accountLog } from './account_log.ts'
import { deviceCookie, deviceCookieName } from './cookie.ts'
import { type DemandsOf, noDemands } from './demands.ts'
import {
  dropPresented,
  rotateSession,
  type SessionRow,
  type SessionWrite,
  type SignInMethod,
  startSession,
} from './sessions.ts'

/** What of a route's context it takes. */
export interface SignInContext {
  readonly db: Reader
  readonly now: number
  readonly newId: () => string
  readonly randomBytes: (length: number) => Uint8Array
  readonly client: Client
  readonly cookie: (name: string) => string | null
}

export interface SigningIn {
  readonly account: { readonly id: string; readonly email_key: string }
  readonly methods: readonly SignInMethod[]
  /** When a passkey or a code was shown; null: none was. */
  readonly fresh: number | null
  /** True when a second factor has to follow: the session is then good for nothing else. */
  readonly secondFactor: boolean
  /** The session that waited for this, which goes on under a new secret. */
  readonly pending?: SessionRow
  /** The tenant that this way leads to, of which the plan may make them a member; left out: their only one. */
  readonly into?: string
}

export interface SignedInPlan {
  /** For `writes`. */
  readonly steps: readonly Step[]
  /** For `answer(…, { cookies })`. */
  readonly cookies: readonly string[]
  readonly session: SessionRow
  /** Spread into `openChange`: whose log, who acted, on what. */
  readonly entry: AccountLog & {
    readonly target: string
    readonly facts: Facts
    readonly further: readonly FurtherEntry[]
  }
  /** True when the account has been signed in to before, and never from this browser: its owner is told. */
  readonly newDevice: boolean
}

export async function signIn(
  context: SignInContext,
  demandsOf: DemandsOf,
  signing: SigningIn,
): Promise<SignedInPlan> {
  const { account, methods, secondFactor } = signing
  const log = await accountLog(context.db, account.id)
  const session = await sessionFor(context, demandsOf, signing)
  const device = secondFactor ? nothingNew : await deviceOf(context, account.id)
  const network = new NetworkFact(context.client.network)
  const facts = {
    account: account.id,
    methods: methods.map(({ method }) => method).join(' '),
    network,
    ...(secondFactor ? { second_factor: true } : {}),
  }
  const event = securityEvent('sign_in.new_device', {
    account: account.id,
    facts: { session: session.row.id, network },
  })
  return {
    steps: [
      ...dropPresented(signing.pending === undefined ? context.cookie(SESSION_COOKIE) : null, context.now),
      ...session.steps,
      ...device.steps,
    ],
    cookies: [...session.cookies, ...device.cookies],
    session: session.row,
    entry: { ...log, target: session.row.id, facts, further: device.isNew ? [event] : [] },
    newDevice: device.isNew,
  }
}

async function sessionFor(
  context: SignInContext,
  demandsOf: DemandsOf,
  { account, methods, fresh, secondFactor, pending, into }: SigningIn,
): Promise<SessionWrite> {
  const { db, now, randomBytes, client } = context
  if (secondFactor) {
    const start = { id: context.newId(), account: account.id, stage: 'second_factor', tenant: null } as const
    return startSession({
      ...start,
      limits: noDemands.limits,
      methods,
      fresh: null,
      client,
      now,
      randomBytes,
    })
  }
  const { tenant, limits } = await chosen(db, demandsOf, { account, methods, into })
  const changed = { stage: 'full', tenant, limits, methods, fresh } as const
  return pending === undefined
    ? startSession({ id: context.newId(), account: account.id, ...changed, client, now, randomBytes })
    : rotateSession(pending, changed, { now, randomBytes })
}

/** Where they are led, or the tenant of somebody who is a member of just one; where this sign-in is enough for it. */
async function chosen(
  db: Reader,
  demandsOf: DemandsOf,
  { account, methods, into }: Pick<SigningIn, 'account' | 'methods'> & { readonly into: string | undefined },
) {
  const tenant = into ?? await onlyTenant(db, account.id)
  if (tenant === null) return { tenant, limits: noDemands.limits }
  const demands = await demandsOf(tenant)
  return demands.lacks({ email: account.email_key, methods }).length === 0
    ? { tenant, limits: demands.limits }
    : { tenant: null, limits: noDemands.limits }
}

async function onlyTenant(db: Reader, account: string): Promise<string | null> {
  const rows = await db.selectFrom('member').select('tenant').where('account', '=', account)
    .where('state', '=', 'active').limit(2).execute()
  return rows.length === 1 ? rows[0]?.tenant ?? null : null
}

interface Device {
  readonly steps: readonly Step[]
  readonly cookies: readonly string[]
  readonly isNew: boolean
}

const nothingNew: Device = { steps: [], cookies: [], isNew: false }

async function deviceOf({ db, now, randomBytes, cookie }: SignInContext, account: string): Promise<Device> {
  const known = await knownDevice(db, account, cookie(deviceCookieName(account)))
  if (known !== null) {
    const seen = writes.updateTable('known_device').set({ seen: now }).where('hash', '=', known)
      .where('account', '=', account)
    return { ...nothingNew, steps: [step(seen)] }
  }
  const secret = newSecret('kno', randomBytes)
  const row = { hash: hashSecret(secret), account, created: now, seen: now }
  const earlier = await db.selectFrom('known_device').select('hash').where('account', '=', account).limit(1)
    .executeTakeFirst()
  return {
    steps: [step(writes.insertInto('known_device').values(row))],
    cookies: [deviceCookie(account, secret)],
    isNew: earlier !== undefined,
  }
}

/** The hash under which an account knows the browser that sends this cookie; null when it does not. */
export async function knownDevice(
  db: Reader,
  account: string,
  cookie: string | null,
): Promise<string | null> {
  if (cookie === null || !isSecret('kno', cookie)) return null
  const row = await db.selectFrom('known_device').select('hash').where('hash', '=', hashSecret(cookie))
    .where('account', '=', account).executeTakeFirst()
  return row?.hash ?? null
}
