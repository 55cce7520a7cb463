/** What the owner of an account is told by mail: whoever changed it in their place cannot keep that from them. */
import type { Step } from '../../db/plan.ts'
import type { Reader } from '../../db/database.ts'
import { account } from '../accounts/store.ts'
import { pay } from '../accounts/throttle.ts'
import { TooManyRequests } from '../../http/problem.ts'
import { noticeMail } from '../mail/templates.ts'
import type { FactorOptions } from './routes.ts'

type What = Parameters<typeof noticeMail>[0]['what']

/** Parts of a change: what goes into its writes, and what sends the mail once they are durable. */
export interface Told {
  readonly steps: readonly Step[]
  readonly committed: () => void
}

/**
 * A warning that belongs to no change, since what it is of was refused: at most one an hour of a sort. ASVS 5.0, 6.3.5.
 */
export async function warn(
  options: FactorOptions,
  context: Parameters<typeof tell>[1],
  told: Parameters<typeof tell>[2],
): Promise<void> {
  try {
    await pay(options, [{ kind: 'warning', of: `${told.what} ${told.account}` }], context.now)
  } catch (error) {
    if (error instanceof TooManyRequests) return
    throw error
  }
  const { steps, committed } = await tell(options, context, told)
  if (steps.length === 0) return
  await options.storage.write({ id: '', steps, leaf: null, repeatable: false })
  committed()
}

export async function tell(
  { outbox, publicUrl }: FactorOptions,
  { db, now, newId }: { readonly db: Reader; readonly now: number; readonly newId: () => string },
  { account: id, what }: { readonly account: string; readonly what: What },
): Promise<Told> {
  const who = await account(db, id)
  const mail = who === null ? null : noticeMail({ to: who.email, base: publicUrl, what })
  return {
    steps: mail === null ? [] : outbox.post(mail, { id: newId(), now }),
    committed: () => outbox.wake(),
  }
}
