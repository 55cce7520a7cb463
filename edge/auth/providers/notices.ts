/** What the owner of an account is told by mail: whoever did it in their place cannot keep that from them. */
import type { Step } from '../../db/plan.ts'
import type { AccountRow } from '../accounts/store.ts'
import { noticeMail } from '../mail/templates.ts'
import type { People } from '../people.ts'

/** Parts of a change: what goes into its writes, and what sends the mail once they are durable. */
export interface Told {
  readonly steps: readonly Step[]
  readonly committed: () => void
}

const nothing: Told = { steps: [], committed: () => {} }

/** Nothing goes to an address that nobody has proven: it may be a stranger's. */
export function tell(
  { people, publicUrl }: { readonly people: People; readonly publicUrl: string },
  { newId, now }: { readonly newId: () => string; readonly now: number },
  { account, what }: {
    readonly account: Pick<AccountRow, 'email' | 'email_verified'>
    readonly what: 'new_device' | 'identity_connected' | 'identity_removed' | null
  },
): Told {
  if (what === null || account.email_verified === null) return nothing
  const mail = noticeMail({ to: account.email, base: publicUrl, what })
  return { steps: people.outbox.post(mail, { id: newId(), now }), committed: () => people.outbox.wake() }
}
