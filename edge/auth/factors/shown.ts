/**
 * Whether somebody has shown a factor. What is not accepted has a reason, for the audit log alone: whoever asks is
 * told the same each time.
 */
import { Buffer } from 'node:buffer'
import { utf8 } from '../../../shared/bytes.ts'
import type { PasskeyAssertion } from '../../../shared/schemas/passkey.ts'
import type { Reader } from '../../db/database.ts'
import { type MasterKeys, openColumn, type Place, sealColumn } from '../../db/master_keys.ts'
import type { Step } from '../../db/plan.ts'
import type { Primitives } from '../../../shared/seal/primitives.ts'
import { answered, type Ceremony } from './challenges.ts'
import { hashRecoveryCode } from './recovery.ts'
import {
  acceptStep,
  isUnusedCode,
  passkeyByCredential,
  type PasskeyRow,
  totpOf,
  type TotpRow,
  usePasskey,
  useRecoveryCode,
} from './store.ts'
import { acceptedStep } from './totp.ts'
import { type RelyingParty, verifiedAssertion } from './webauthn.ts'

export type FactorMethod = 'totp' | 'recovery' | 'passkey'

export interface Shown {
  readonly method: FactorMethod
  readonly account: string
  /** They use it up, and refuse where it was used meanwhile. */
  readonly steps: readonly Step[]
}

export interface NotShown {
  readonly method: FactorMethod
  readonly account: string | null
  readonly reason:
    | 'code'
    | 'challenge'
    | 'unknown'
    | 'another_account'
    | 'signature'
    | 'another_kind'
    | 'counter_fell'
  /** The id of the passkey, where one is known by that name. */
  readonly passkey?: string
}

export function wasShown(result: Shown | NotShown): result is Shown {
  return 'steps' in result
}

export interface FactorKeys {
  readonly primitives: Primitives
  readonly master: MasterKeys
}

/** The secret stands sealed under its own id: one that is moved to another person does not open. */
const placeOf = (id: string): Place => ['totp', 'secret_sealed', id]

export function sealTotp({ primitives, master }: FactorKeys, id: string, secret: Uint8Array): string {
  return sealColumn(primitives, master, { place: placeOf(id), plaintext: secret })
}

/** The step of the code under this secret, or null. */
export function stepOf(
  { primitives, master }: FactorKeys,
  row: TotpRow,
  { code, now }: { readonly code: string; readonly now: number },
): Promise<number | null> {
  const secret = openColumn(primitives, master, { place: placeOf(row.id), sealed: row.secret_sealed })
  return acceptedStep({ secret, code, last: row.step, now })
}

export async function showTotp(
  keys: FactorKeys,
  { db, now }: { readonly db: Reader; readonly now: number },
  { account, code }: { readonly account: string; readonly code: string },
): Promise<Shown | NotShown> {
  const row = await totpOf(db, account, 'confirmed')
  const accepted = row === null ? null : await stepOf(keys, row, { code, now })
  if (row === null || accepted === null) return { method: 'totp', account, reason: 'code' }
  return { method: 'totp', account, steps: [acceptStep(row, accepted)] }
}

export async function showRecoveryCode(
  { db, now }: { readonly db: Reader; readonly now: number },
  { account, code }: { readonly account: string; readonly code: string },
): Promise<Shown | NotShown> {
  const hash = hashRecoveryCode(account, code)
  if (hash === null || !await isUnusedCode(db, account, hash)) {
    return { method: 'recovery', account, reason: 'code' }
  }
  return { method: 'recovery', account, steps: [useRecoveryCode(account, hash, now)] }
}

/** `account` null: whose passkey it is, says the passkey, and it has to say so itself. */
export async function showPasskey(
  rp: RelyingParty,
  { db, now }: { readonly db: Reader; readonly now: number },
  { account, credential: response, ceremony }: {
    readonly account: string | null
    readonly credential: PasskeyAssertion
    readonly ceremony: Ceremony
  },
): Promise<Shown | NotShown> {
  const method = 'passkey'
  const asked = await answered(db, { ...ceremony, response, now })
  if (asked === null) return { method, account, reason: 'challenge' }
  const row = await passkeyByCredential(db, response.id)
  if (row === null) return { method, account, reason: 'unknown' }
  if ((account !== null && row.account !== account) || !isHolder(row, response, account === null)) {
    return { method, account, reason: 'another_account', passkey: row.id }
  }
  const found = { method, account: row.account, passkey: row.id } as const
  const verified = await verifiedAssertion(rp, {
    response,
    challenge: asked.challenge,
    publicKey: row.public_key,
  })
  if (verified === null) return { ...found, reason: 'signature' }
  if (verified.eligible !== (row.eligible === 1)) return { ...found, reason: 'another_kind' }
  if (fell(row.counter, verified.counter)) return { ...found, reason: 'counter_fell' }
  return { method, account: row.account, steps: [asked.step, usePasskey(row, { ...verified, now })] }
}

/** Web Authentication Level 3 §7.2 step 22. One that does not count stays at 0; another key has the same otherwise. */
function fell(before: number, counter: number): boolean {
  return (before > 0 || counter > 0) && counter <= before
}

/** §7.2 step 6: whose the authenticator says it is. It has to say so where nothing else does. */
function isHolder(row: PasskeyRow, { response }: PasskeyAssertion, required: boolean): boolean {
  const { userHandle } = response
  if (userHandle === undefined || userHandle === null || userHandle === '') return !required
  return Buffer.from(userHandle, 'base64url').equals(handleOf(row.account))
}

/** What an authenticator knows the account by: its id, which says nothing of the person. §14.6.1. */
export function handleOf(account: string): Uint8Array {
  return utf8(account)
}
