import { type Reader, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'

export interface AccountRow {
  readonly id: string
  readonly email: string
  readonly email_key: string
  readonly email_verified: number | null
  readonly name: string
  /** A PHC string; null for somebody who signs in otherwise. */
  readonly password: string | null
  readonly password_changed: number | null
  readonly state: 'active' | 'locked'
  readonly created: number
}

/** An address as mail is sent to it: compatibility forms are gone, so that what is proven is what is compared. */
export function plainEmail(text: string): string {
  return text.trim().normalize('NFKC')
}

/** What two addresses have in common that are the same person's. */
export function emailKey(text: string): string {
  return plainEmail(text).toLowerCase().normalize('NFKC')
}

const UNPROVEN = 'unproven:'

/** A key that no address has: of one that only a tenant's provider has said, so that whoever really has it can register. */
export function unprovenKey(id: string, email: string): string {
  return `${UNPROVEN}${id}:${emailKey(email)}`
}

export function isUnproven(key: string): boolean {
  return key.startsWith(UNPROVEN)
}

/** A row for somebody new. `email_verified` is when the address was proven; null: by nobody yet. */
export function newAccount(
  { id, email, name, password, email_verified, now }: {
    readonly id: string
    readonly email: string
    readonly name: string
    readonly password: string | null
    readonly email_verified: number | null
    readonly now: number
  },
): AccountRow {
  return {
    id,
    email: plainEmail(email),
    email_key: emailKey(email),
    email_verified,
    name,
    password,
    password_changed: password === null ? null : now,
    state: 'active',
    created: now,
  }
}

/** An address that somebody has is 409 `already_exists`: answer so only to who has proven that it is theirs. */
export function insertAccount(row: AccountRow): Step {
  return step(writes.insertInto('account').values(row), { otherwise: 'already_exists' })
}

export async function account(db: Reader, id: string): Promise<AccountRow | null> {
  return await db.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst() ?? null
}

export async function accountByEmail(db: Reader, key: string): Promise<AccountRow | null> {
  return await db.selectFrom('account').selectAll().where('email_key', '=', key).executeTakeFirst() ?? null
}
