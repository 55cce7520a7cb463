/** Secrets that go out by mail: whoever brings one back has read what was sent to that address. */
import { type Reader, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import { hashSecret, isSecret, newSecret } from '../secret.ts'

export type Purpose = 'register' | 'reset' | 'address'

const HOUR_MS = 60 * 60_000

export interface MailedSecretRow {
  readonly hash: string
  readonly purpose: Purpose
  readonly account: string | null
  readonly email: string
  readonly created: number
  readonly expires: number
}

/** Good once, for an hour. */
export function mailSecret(
  { purpose, account, email }: Pick<MailedSecretRow, 'purpose' | 'account' | 'email'>,
  { now, randomBytes }: { readonly now: number; readonly randomBytes: (length: number) => Uint8Array },
): { readonly secret: string; readonly steps: readonly Step[] } {
  const secret = newSecret(kindOf(purpose), randomBytes)
  const row = { hash: hashSecret(secret), purpose, account, email, created: now, expires: now + HOUR_MS }
  return { secret, steps: [step(writes.insertInto('mailed_secret').values(row))] }
}

const kindOf = (purpose: Purpose) => purpose === 'reset' ? 'rst' : 'ver'

/** Null when it is unknown, used, expired or meant for something else. */
export async function mailedSecret(
  db: Reader,
  { secret, purpose, now }: { readonly secret: string; readonly purpose: Purpose; readonly now: number },
): Promise<MailedSecretRow | null> {
  if (!isSecret(kindOf(purpose), secret)) return null
  const query = db.selectFrom('mailed_secret').selectAll().where('hash', '=', hashSecret(secret))
    .where('purpose', '=', purpose).where('expires', '>', now)
  return await query.executeTakeFirst() ?? null
}

/** Uses it up, and all others for the same; refused with `link_invalid` where somebody was faster. */
export function useSecret({ hash, purpose, account, email }: MailedSecretRow): Step[] {
  const others = writes.deleteFrom('mailed_secret').where('purpose', '=', purpose)
  return [
    step(writes.deleteFrom('mailed_secret').where('hash', '=', hash), { otherwise: 'link_invalid' }),
    step(
      account === null
        ? others.where('email', '=', email).where('account', 'is', null)
        : others.where('account', '=', account),
    ),
  ]
}

/** What was mailed for an account is worth nothing once its password or address is another. */
export function forgetSecrets(account: string): Step {
  return step(writes.deleteFrom('mailed_secret').where('account', '=', account))
}

export function sweepSecrets(now: number): Step {
  return step(writes.deleteFrom('mailed_secret').where('expires', '<=', now))
}
