/** Who asks about their own account, and whether it is really they. */
import { Fault } from '../../../shared/faults.ts'
import type { Reader } from '../../db/database.ts'
import { type AccountPrincipal, isFresh } from '../../http/principal.ts'
import { hasSecondFactor } from '../factors/store.ts'
import type { AuthOptions } from '../options.ts'
import { FRESH_MS } from '../../http/principal.ts'
import { isBorrowed } from '../sessions/borrowed.ts'
import { methodsOf, session, type SessionRow } from '../sessions/sessions.ts'
import { account, type AccountRow } from './store.ts'
import { forgive, pay } from './throttle.ts'

interface Asking {
  readonly db: Reader
  readonly principal: AccountPrincipal
  readonly now: number
}

export async function self({ db, principal }: Asking): Promise<AccountRow> {
  const row = await account(db, principal.account)
  if (row === null) throw new Fault('unauthenticated')
  return row
}

export async function ownSession({ db, principal, now }: Asking): Promise<SessionRow> {
  const row = await session(db, principal.account, { id: principal.session, now })
  if (row === null) throw new Fault('unauthenticated')
  return row
}

/**
 * Resolves when it is the owner who sits there: by a fresh passkey or code, by the password, or – who has neither
 * password nor second factor, or is asked for no password – by having signed in within five minutes, by more than a
 * tenant's word where there is more. Throws `sign_in_failed` for a wrong password, `too_many_requests`, `fresh_sign_in_required`.
 */
export async function sure(
  { people, storage }: Pick<AuthOptions, 'people' | 'storage'>,
  { db, principal, now }: Asking,
  { who, session, password }: {
    readonly who: AccountRow
    readonly session: SessionRow
    /** Null: the request has no place for one. */
    readonly password: string | null | undefined
  },
): Promise<void> {
  if (isFresh(principal, now)) return
  if (typeof password === 'string' && who.password !== null) {
    // Its own line of guesses: whoever took a session over must not use it to guess on.
    const guess = { kind: 'account', of: `own ${who.id}` } as const
    await pay({ storage, db }, [guess], now)
    const { right } = await people.hasher.verify(password, who.password)
    if (!right) throw new Fault('sign_in_failed')
    await storage.write({ id: '', steps: [forgive(guess)], leaf: null, repeatable: false })
    return
  }
  const last = Math.max(...methodsOf(session).map(({ at }) => at))
  const enough = password === null || who.password === null
  const recent = enough && now - last <= FRESH_MS && !await hasSecondFactor(db, who.id) &&
    !await isBorrowed(db, session)
  if (!recent) throw new Fault('fresh_sign_in_required')
}
