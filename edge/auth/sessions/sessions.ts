/**
 * A browser's sign-in: a row here, and a cookie with 256 random bits of which only the hash is stored. The secret
 * changes with everything that makes the session worth more (ASVS 5.0, 7.2.4); the id stays. What is revoked stays
 * revoked: nothing ever clears that column.
 */
import type { Client } from '../../http/client.ts'
import { type Reader, sql, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import { hashSecret, isSecret, newSecret } from '../secret.ts'
import { endedCookie, sessionCookie } from './cookie.ts'

/** How somebody showed who they are, and when in ms. */
export interface SignInMethod {
  readonly method: 'password' | 'passkey' | 'totp' | 'recovery' | 'provider'
  readonly at: number
  /** Of a provider: who signed what it said. */
  readonly issuer?: string
  /** The provider's id here. */
  readonly provider?: string
  /** Whose provider it is; left out: the installation's. */
  readonly tenant?: string
  /** Whether the provider says that there was a second factor. */
  readonly mfa?: boolean
}

export interface SessionLimits {
  readonly idleMs: number
  readonly absoluteMs: number
}

/** Where no tenant says otherwise. */
export const usualLimits: SessionLimits = { idleMs: 60 * 60_000, absoluteMs: 12 * 60 * 60_000 }

/** Until the second factor is there it is good for nothing but that. */
export type Stage = 'second_factor' | 'full'

/** How long somebody may look for their second factor. */
const SECOND_FACTOR_MS = 10 * 60_000

export interface SessionRow {
  readonly id: string
  readonly hash: string
  readonly account: string
  readonly tenant: string | null
  readonly stage: Stage
  /** `SignInMethod[]` as JSON. */
  readonly methods: string
  readonly fresh: number | null
  readonly created: number
  readonly seen: number
  readonly idle_until: number
  readonly ends: number
  readonly network: string
  readonly agent: string
  readonly revoked: number | null
  readonly reason: string | null
}

/** What is to be written, and the values of Set-Cookie that belong to it. */
export interface SessionWrite {
  readonly row: SessionRow
  readonly steps: readonly Step[]
  readonly cookies: readonly string[]
}

type Random = (length: number) => Uint8Array

export function methodsOf(row: Pick<SessionRow, 'methods'>): readonly SignInMethod[] {
  return JSON.parse(row.methods) as SignInMethod[]
}

/** A new session, never one that the browser came with: a secret that somebody planted there is worth nothing. */
export function startSession(start: {
  readonly id: string
  readonly account: string
  readonly stage: Stage
  readonly tenant: string | null
  readonly limits: SessionLimits
  readonly methods: readonly SignInMethod[]
  /** When a passkey or a code was shown; null: not in this sign-in. */
  readonly fresh: number | null
  readonly client: Client
  readonly now: number
  readonly randomBytes: Random
}): SessionWrite {
  const { id, account, stage, tenant, methods, fresh, client, now } = start
  const secret = newSecret('ses', start.randomBytes)
  const row: SessionRow = {
    id,
    hash: hashSecret(secret),
    account,
    tenant,
    stage,
    methods: JSON.stringify(methods),
    fresh,
    created: now,
    seen: now,
    ...until(start, { stage, created: now, now }),
    ...client,
    revoked: null,
    reason: null,
  }
  return {
    row,
    steps: [step(writes.insertInto('session').values(row), { otherwise: 'conflict' })],
    cookies: [sessionCookie(secret)],
  }
}

function until(
  { limits }: { readonly limits: SessionLimits },
  { stage, created, now }: { readonly stage: Stage; readonly created: number; readonly now: number },
) {
  return {
    idle_until: now + limits.idleMs,
    ends: created + (stage === 'full' ? limits.absoluteMs : SECOND_FACTOR_MS),
  }
}

/**
 * The same session under a new secret: after a second factor, a fresh confirmation, a choice of tenant. Refused with
 * `unauthenticated` where it was revoked or rotated meanwhile.
 */
export function rotateSession(
  row: SessionRow,
  changed: {
    readonly tenant?: string | null
    readonly stage?: Stage
    readonly methods?: readonly SignInMethod[]
    readonly fresh?: number | null
    /** Of the tenant that is chosen now; left out: what they were. */
    readonly limits?: SessionLimits
  },
  { now, randomBytes }: { readonly now: number; readonly randomBytes: Random },
): SessionWrite {
  const secret = newSecret('ses', randomBytes)
  const stage = changed.stage ?? row.stage
  const limits = changed.limits ?? limitsOf(row)
  const fields = {
    hash: hashSecret(secret),
    tenant: changed.tenant === undefined ? row.tenant : changed.tenant,
    stage,
    methods: changed.methods === undefined ? row.methods : JSON.stringify(changed.methods),
    fresh: changed.fresh === undefined ? row.fresh : changed.fresh,
    seen: now,
    ...until({ limits }, { stage, created: row.created, now }),
  }
  const query = writes.updateTable('session').set(fields).where('id', '=', row.id).where(
    'hash',
    '=',
    row.hash,
  )
    .where('revoked', 'is', null)
  return {
    row: { ...row, ...fields },
    steps: [step(query, { otherwise: 'unauthenticated' })],
    cookies: [sessionCookie(secret)],
  }
}

/** What a row was made with. A session that waits for its second factor has the usual ones ahead. */
function limitsOf(row: SessionRow): SessionLimits {
  if (row.stage === 'second_factor') return usualLimits
  return { idleMs: row.idle_until - row.seen, absoluteMs: row.ends - row.created }
}

/** Why a session is over, for its owner to read. */
export type Reason =
  | 'signed_out'
  | 'revoked'
  | 'replaced'
  | 'password_changed'
  | 'factors_changed'
  | 'role_changed'
  | 'address_changed'
  | 'member_removed'
  | 'provider_removed'
  | 'account_locked'

/**
 * Ends the sessions of an account: all of them, all but one (`except`, an id), or those that have chosen `tenant`. Part
 * of the same plan as the change that is the reason.
 */
export function dropSessions(
  account: string,
  reason: Reason,
  { now, except, tenant }: {
    readonly now: number
    readonly except?: string | undefined
    readonly tenant?: string | undefined
  },
): Step {
  let query = writes.updateTable('session').set({ revoked: now, reason }).where('account', '=', account)
    .where('revoked', 'is', null)
  if (except !== undefined) query = query.where('id', '<>', except)
  if (tenant !== undefined) query = query.where('tenant', '=', tenant)
  return step(query)
}

/** The same for whoever the member is, where only the member is known. */
export function dropSessionsOfMember(
  { tenant, member }: { readonly tenant: string; readonly member: string },
  reason: Reason,
  now: number,
): Step {
  const account = sql<string>`(select account from member where tenant = ${tenant} and id = ${member})`
  return step(
    writes.updateTable('session').set({ revoked: now, reason }).where('account', '=', account)
      .where('tenant', '=', tenant).where('revoked', 'is', null),
  )
}

/** Ends the sessions that stand on a provider's word, whatever tenant they have chosen: it is none any more. */
export function dropSessionsBy(provider: string, now: number): Step {
  return step(
    writes.updateTable('session').set({ revoked: now, reason: 'provider_removed' })
      .where(sql<boolean>`instr(methods, ${provider}) > 0`).where('revoked', 'is', null),
  )
}

/** Ends one session of the account. Ending it twice keeps the first time. */
export function dropSession(
  { account, id }: { readonly account: string; readonly id: string },
  reason: Reason,
  now: number,
): Step {
  return step(
    writes.updateTable('session').set({ revoked: now, reason }).where('account', '=', account)
      .where('id', '=', id).where('revoked', 'is', null),
  )
}

/** Ends the session that a browser came with, whoever's it is, because another one takes its place. */
export function dropPresented(cookie: string | null, now: number): Step[] {
  if (cookie === null || !isSecret('ses', cookie)) return []
  return [step(
    writes.updateTable('session').set({ revoked: now, reason: 'replaced' })
      .where('hash', '=', hashSecret(cookie)).where('revoked', 'is', null),
  )]
}

/** A session that waits for its second factor, by its cookie; null when it is none or its ten minutes are over. */
export async function pendingSession(
  db: Reader,
  { cookie, now }: { readonly cookie: string | null; readonly now: number },
): Promise<SessionRow | null> {
  if (cookie === null || !isSecret('ses', cookie)) return null
  const query = db.selectFrom('session').selectAll().where('hash', '=', hashSecret(cookie))
    .where('stage', '=', 'second_factor').where('revoked', 'is', null).where('ends', '>', now)
  return await query.executeTakeFirst() ?? null
}

/** A session of the account that is not over; null also for another account's. */
export async function session(
  db: Reader,
  account: string,
  { id, now }: { readonly id: string; readonly now: number },
): Promise<SessionRow | null> {
  const query = db.selectFrom('session').selectAll().where('account', '=', account).where('id', '=', id)
    .where('revoked', 'is', null).where('ends', '>', now)
  return await query.executeTakeFirst() ?? null
}

/** Notes when it was last seen, to the minute, and moves the end of its patience along. */
export function touchSession(id: string, seen: number): Step {
  return step(
    writes.updateTable('session')
      .set({ seen, idle_until: sql<number>`${seen} + idle_until - seen` })
      .where('id', '=', id).where('seen', '<', seen),
  )
}

/** Takes the cookie away as well. */
export const ended: readonly string[] = [endedCookie()]
