/** Who may add a factor or take one away, and what goes along with it. */
import { Fault } from '../../../shared/faults.ts'
import type { Reader } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import { type AccountPrincipal, FRESH_MS, isFresh } from '../../http/principal.ts'
import { rulesOf } from '../rules/store.ts'
import { type AccountLog, accountLog } from '../sessions/account_log.ts'
import { isBorrowed } from '../sessions/borrowed.ts'
import {
  dropSessions,
  methodsOf,
  rotateSession,
  session,
  type SessionRow,
  type SessionWrite,
  type SignInMethod,
} from '../sessions/sessions.ts'
import { hashRecoveryCode, newRecoveryCodes } from './recovery.ts'
import { type Held, held, replaceRecoveryCodes } from './store.ts'

export interface Asking {
  readonly db: Reader
  readonly principal: AccountPrincipal
  readonly now: number
  readonly randomBytes: (length: number) => Uint8Array
}

/** The session that asks, what its account has, and whose logs hear of it. */
export interface Owner {
  readonly session: SessionRow
  /** Whether somebody else's word is all that it stands on. */
  readonly borrowed: boolean
  readonly held: Held
  readonly log: AccountLog
}

export async function owner({ db, principal, now }: Asking): Promise<Owner> {
  const row = await session(db, principal.account, { id: principal.session, now })
  if (row === null) throw new Fault('unauthenticated')
  return {
    session: row,
    borrowed: await isBorrowed(db, row),
    held: await held(db, row.account),
    log: await accountLog(db, row.account),
  }
}

export function hasFactor({ totp, passkeys }: Held): boolean {
  return totp !== null || passkeys.length > 0
}

/**
 * The first factor needs a sign-in of the last five minutes, and further ones one of those that are there: else whoever
 * finds an open browser keeps the account. A recovery code of the last five minutes stands in for what was lost. What a
 * tenant's provider says is not enough where the account has a way in of its own. Throws Fault `fresh_sign_in_required`.
 */
export function mayEnrol(principal: AccountPrincipal, { session, borrowed, held }: Owner, now: number): void {
  if (isFresh(principal, now)) return
  const enough = !borrowed &&
    methodsOf(session).some(({ method, at }) =>
      now - at <= FRESH_MS && (method === 'recovery' || !hasFactor(held))
    )
  if (!enough) throw new Fault('fresh_sign_in_required')
}

/** A tenant of the account whose rules ask for a second factor. */
export interface Demanding {
  readonly tenant: string
  readonly name: string
}

export async function tenantsThatDemand(db: Reader, account: string): Promise<Demanding[]> {
  const rows = await db.selectFrom('member').innerJoin('tenant', 'tenant.id', 'member.tenant')
    .select(['tenant.id as tenant', 'tenant.name as name'])
    .where('member.account', '=', account).where('member.state', '=', 'active').orderBy('tenant.id').execute()
  const rules = await Promise.all(rows.map(({ tenant }) => rulesOf(db, tenant)))
  return rows.filter((_, i) => rules[i]?.mfa === 'required')
}

/**
 * Throws Fault `second_factor_demanded`, which names the tenants, when the last factor would go and one wants it. Of two
 * that go at the same moment one is refused: each plan ends the sessions that the other needs.
 */
export async function mayRemove(db: Reader, { held, session }: Owner): Promise<void> {
  const left = (held.totp === null ? 0 : 1) + held.passkeys.length - 1
  if (left > 0) return
  const demanding = await tenantsThatDemand(db, session.account)
  if (demanding.length === 0) return
  const names = demanding.map(({ name }) => name).join(', ')
  throw new Fault('second_factor_demanded', `${names} asks for a second factor: add another one first.`)
}

/**
 * The session goes on under a new secret, and every other one of the account ends. With `method` it was shown just
 * now: the session is fresh, and good for tenants that ask for it.
 */
export function changed(
  { session }: Owner,
  { now, randomBytes }: Asking,
  method: SignInMethod['method'] | null,
): { readonly steps: readonly Step[]; readonly cookies: readonly string[] } {
  const rotated = method === null
    ? rotateSession(session, {}, { now, randomBytes })
    : confirmed(session, { now, randomBytes }, method)
  const others = dropSessions(session.account, 'factors_changed', { now, except: session.id })
  return { steps: [...rotated.steps, others], cookies: rotated.cookies }
}

/** The session after a factor was shown in it. */
export function confirmed(
  session: SessionRow,
  { now, randomBytes }: Pick<Asking, 'now' | 'randomBytes'>,
  method: SignInMethod['method'],
): SessionWrite {
  const earlier = methodsOf(session).filter((one) => one.method !== method)
  const methods = [...earlier, { method, at: now }]
  return rotateSession(session, { methods, fresh: now }, { now, randomBytes })
}

/** Ten codes and the steps that make them the only ones. */
export function newCodes(
  account: string,
  { now, randomBytes }: Pick<Asking, 'now' | 'randomBytes'>,
): { readonly codes: readonly string[]; readonly steps: readonly Step[] } {
  const codes = newRecoveryCodes(randomBytes)
  const hashes = codes.map((code) => hashRecoveryCode(account, code)).filter((hash) => hash !== null)
  return { codes, steps: replaceRecoveryCodes(account, hashes, now) }
}

/** With somebody's first factor come their first recovery codes. */
export function firstCodes(
  { held, session }: Owner,
  asking: Asking,
): { readonly codes: readonly string[] | null; readonly steps: readonly Step[] } {
  if (held.recovery.some(({ used }) => used === null)) return { codes: null, steps: [] }
  return newCodes(session.account, asking)
}
