/** Factors of accounts: what is stored of them, and the steps that change it. */
import type { Factors } from '../../../shared/schemas/factor.ts'
import { type Passkey, Transports } from '../../../shared/schemas/passkey.ts'
import { type Reader, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import type { KnownPasskey } from './webauthn.ts'

export interface TotpRow {
  readonly id: string
  readonly account: string
  readonly secret_sealed: string
  readonly step: number
  readonly created: number
  readonly confirmed: number | null
}

export interface PasskeyRow {
  readonly id: string
  readonly account: string
  readonly credential: string
  readonly name: string
  readonly public_key: Uint8Array
  readonly counter: number
  readonly transports: string
  readonly eligible: number
  readonly synced: number
  readonly created: number
  readonly last_used: number | null
}

/** How many an account may have. */
export const MAX_PASSKEYS = 20

/** What an account has shown that it has. */
export interface Held {
  readonly totp: number | null
  readonly passkeys: readonly PasskeyRow[]
  readonly recovery: readonly { readonly created: number; readonly used: number | null }[]
}

export async function held(db: Reader, account: string): Promise<Held> {
  const [totp, passkeys, recovery] = await Promise.all([
    db.selectFrom('totp').select('confirmed').where('account', '=', account).where(
      'confirmed',
      'is not',
      null,
    )
      .executeTakeFirst(),
    passkeysOf(db, account),
    db.selectFrom('recovery_code').select(['created', 'used']).where('account', '=', account).execute(),
  ])
  return { totp: totp?.confirmed ?? null, passkeys, recovery }
}

/** Whether a password alone does not sign in: there is an app or a passkey. Recovery codes stand in for those. */
export async function hasSecondFactor(db: Reader, account: string): Promise<boolean> {
  const { totp, passkeys } = await held(db, account)
  return totp !== null || passkeys.length > 0
}

export function toFactors({ totp, passkeys, recovery }: Held): Omit<Factors, 'demanded_by'> {
  const [code] = recovery
  return {
    totp: totp === null ? { on: false } : { on: true, since: time(totp) },
    recovery_codes: {
      left: recovery.filter(({ used }) => used === null).length,
      ...(code === undefined ? {} : { created: time(code.created) }),
    },
    passkeys: passkeys.map(toPasskey),
  }
}

export function toPasskey(row: PasskeyRow): Passkey {
  return {
    id: row.id,
    name: row.name,
    created: time(row.created),
    ...(row.last_used === null ? {} : { last_used: time(row.last_used) }),
    synced: row.synced === 1,
  }
}

/** As a browser is told of it. */
export function toKnown({ credential, transports }: PasskeyRow): KnownPasskey {
  return { credential, transports: Transports.parse(JSON.parse(transports)) }
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}

/** The app's secret that counts, or the one that waits for its first code. */
export async function totpOf(
  db: Reader,
  account: string,
  which: 'confirmed' | 'pending',
): Promise<TotpRow | null> {
  const row = await db.selectFrom('totp').selectAll().where('account', '=', account)
    .where('confirmed', which === 'pending' ? 'is' : 'is not', null).executeTakeFirst()
  return row ?? null
}

/** A secret that waits takes the place of an earlier one that waited. */
export function insertTotp(row: TotpRow): Step[] {
  const earlier = writes.deleteFrom('totp').where('account', '=', row.account).where('confirmed', 'is', null)
  return [step(earlier), step(writes.insertInto('totp').values(row), { otherwise: 'conflict' })]
}

/** The one that waited counts from now on, in place of the one before. Refused where it was confirmed meanwhile. */
export function confirmTotp(
  { id, account }: TotpRow,
  { now, accepted }: { readonly now: number; readonly accepted: number },
): Step[] {
  const before = writes.deleteFrom('totp').where('account', '=', account).where('confirmed', 'is not', null)
  const confirmed = writes.updateTable('totp').set({ confirmed: now, step: accepted })
    .where('id', '=', id).where('account', '=', account).where('confirmed', 'is', null)
  return [step(before), step(confirmed, { otherwise: 'sign_in_failed' })]
}

/** Refused where a code of that step, or of one after it, was accepted meanwhile: a code is good once. */
export function acceptStep({ id, account }: TotpRow, accepted: number): Step {
  const query = writes.updateTable('totp').set({ step: accepted })
    .where('id', '=', id).where('account', '=', account).where('step', '<', accepted)
  return step(query, { otherwise: 'sign_in_failed' })
}

/** Refused where it is gone. One that waits goes with it. */
export function deleteTotp(account: string): Step[] {
  const all = writes.deleteFrom('totp').where('account', '=', account)
  return [step(all.where('confirmed', 'is not', null), { otherwise: 'not_found' }), step(all)]
}

/** A new set: no code of an older one counts any more. */
export function replaceRecoveryCodes(account: string, hashes: readonly string[], now: number): Step[] {
  const rows = hashes.map((hash) => ({ account, hash, created: now, used: null }))
  return [
    step(writes.deleteFrom('recovery_code').where('account', '=', account)),
    step(writes.insertInto('recovery_code').values(rows)),
  ]
}

export async function isUnusedCode(db: Reader, account: string, hash: string): Promise<boolean> {
  const row = await db.selectFrom('recovery_code').select('hash').where('account', '=', account)
    .where('hash', '=', hash).where('used', 'is', null).executeTakeFirst()
  return row !== undefined
}

/** Refused where it was used meanwhile: each is good once. */
export function useRecoveryCode(account: string, hash: string, now: number): Step {
  const query = writes.updateTable('recovery_code').set({ used: now }).where('account', '=', account)
    .where('hash', '=', hash).where('used', 'is', null)
  return step(query, { otherwise: 'sign_in_failed' })
}

export async function passkeysOf(db: Reader, account: string): Promise<PasskeyRow[]> {
  return await db.selectFrom('passkey').selectAll().where('account', '=', account).orderBy('id').execute()
}

export async function passkey(db: Reader, account: string, id: string): Promise<PasskeyRow | null> {
  const row = await db.selectFrom('passkey').selectAll().where('account', '=', account).where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

/** Whosever it is: who signs in without an address is found by it. */
export async function passkeyByCredential(db: Reader, credential: string): Promise<PasskeyRow | null> {
  const row = await db.selectFrom('passkey').selectAll().where('credential', '=', credential)
    .executeTakeFirst()
  return row ?? null
}

/** A credential that somebody has registered is `already_exists`: it is one person's. */
export function insertPasskey(row: PasskeyRow): Step {
  return step(writes.insertInto('passkey').values(row), { otherwise: 'already_exists' })
}

export function renamePasskey(account: string, id: string, name: string): Step {
  const query = writes.updateTable('passkey').set({ name }).where('account', '=', account).where(
    'id',
    '=',
    id,
  )
  return step(query, { otherwise: 'not_found' })
}

/** Refused unless the counter is still what was compared. */
export function usePasskey(
  { id, account, counter }: PasskeyRow,
  used: { readonly counter: number; readonly synced: boolean; readonly now: number },
): Step {
  const query = writes.updateTable('passkey')
    .set({ counter: used.counter, synced: used.synced ? 1 : 0, last_used: used.now })
    .where('id', '=', id).where('account', '=', account).where('counter', '=', counter)
  return step(query, { otherwise: 'sign_in_failed' })
}

/** Refused where it is gone. */
export function deletePasskey(account: string, id: string): Step {
  const query = writes.deleteFrom('passkey').where('account', '=', account).where('id', '=', id)
  return step(query, { otherwise: 'not_found' })
}

/** Everything here of an account that goes. */
export function deleteFactors(account: string): Step[] {
  return [
    step(writes.deleteFrom('totp').where('account', '=', account)),
    step(writes.deleteFrom('recovery_code').where('account', '=', account)),
    step(writes.deleteFrom('passkey').where('account', '=', account)),
  ]
}
