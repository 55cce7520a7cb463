/**
 * Guesses are counted in the database, so that they count on every instance and over a restart. Each is paid for
 * before it is looked at: of many at once only as many pass as are free. After those, waits double up to a longest
 * one. NIST SP 800-63B section 5.2.2; ASVS 5.0, 6.3.1.
 */
import { createHash } from 'node:crypto'
import { Fault } from '../../../shared/faults.ts'
import { type Reader, step, writes } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import type { Storage } from '../../db/storage.ts'
import { TooManyRequests } from '../../http/problem.ts'

export { networkOf } from '../../http/client.ts'

interface Allowance {
  /** So many in a row cost nothing. */
  readonly free: number
  /** The wait behind the first that is not free; it doubles with each further one. */
  readonly firstMs: number
  readonly longestMs: number
}

const MINUTE_MS = 60_000
/** Nothing for so long, and it begins anew. */
export const FORGOTTEN_MS = 24 * 60 * MINUTE_MS

const allowances = {
  /** Guesses at one account from browsers that it does not know: about 100 a day in the long run. */
  account: { free: 5, firstMs: 1000, longestMs: 15 * MINUTE_MS },
  /** Guesses from a browser that the account knows: a stranger cannot use these up. */
  device: { free: 5, firstMs: 1000, longestMs: 15 * MINUTE_MS },
  /** Guesses from one network at whatever account: an office is one network. */
  network: { free: 100, firstMs: 1000, longestMs: 5 * MINUTE_MS },
  /** Mail to one address. */
  mail: { free: 3, firstMs: MINUTE_MS, longestMs: 60 * MINUTE_MS },
  /** Mail that one network asks for. */
  mail_network: { free: 30, firstMs: 10_000, longestMs: 15 * MINUTE_MS },
  /** Invitations that go to one address, whoever sends them. */
  invitation: { free: 5, firstMs: MINUTE_MS, longestMs: 60 * MINUTE_MS },
  /** Invitations that one tenant sends by mail. */
  invitations: { free: 400, firstMs: 1000, longestMs: MINUTE_MS },
  /** Sign-ins with a provider that one network begins. */
  attempt: { free: 100, firstMs: 1000, longestMs: MINUTE_MS },
  /** Answers of providers to nothing that was asked, as the log hears of them. */
  unknown_state: { free: 20, firstMs: 10_000, longestMs: 15 * MINUTE_MS },
  /** Codes of a second factor for one account. */
  factor: { free: 5, firstMs: 1000, longestMs: 15 * MINUTE_MS },
  /** Devices that begin to sign in from one network. */
  device_network: { free: 200, firstMs: 1000, longestMs: MINUTE_MS },
  /** Codes of devices that one account types. */
  user_code: { free: 10, firstMs: 10_000, longestMs: 15 * MINUTE_MS },
  /** Codes of devices that come from one network. */
  user_code_network: { free: 60, firstMs: 1000, longestMs: 5 * MINUTE_MS },
  /** Challenges for passkeys that a page asks for when it opens: a busy office gets by on five a second. */
  challenge: { free: 300, firstMs: 10, longestMs: 200 },
  /** Mails that warn an owner of somebody's attempts, each sort of its own. */
  warning: { free: 1, firstMs: 60 * MINUTE_MS, longestMs: 6 * 60 * MINUTE_MS },
} as const satisfies Readonly<Record<string, Allowance>>

export type ThrottleKind = keyof typeof allowances

/** What is counted, and of whom: an account's id, an address, a network. */
export interface Throttled {
  readonly kind: ThrottleKind
  readonly of: string
}

/** One who reads the table learns no address from it that is not an account's anyway. */
function keyOf({ kind, of }: Throttled): string {
  return `${kind}:${createHash('sha256').update(of).digest('hex').slice(0, 32)}`
}

/** Counts one against each of them. Throws `TooManyRequests` when one has to wait, and then counts nothing. */
export async function pay(
  { storage, db }: { readonly storage: Storage; readonly db: Reader },
  costs: readonly Throttled[],
  now: number,
): Promise<void> {
  try {
    await storage.write({
      id: '',
      steps: costs.map((cost) => charge(cost, now)),
      leaf: null,
      repeatable: false,
    })
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'too_many_requests') throw error
    throw new TooManyRequests((await waitOf(db, costs, now)) / 1000)
  }
}

/** The longest that any of them has to wait, in ms. */
async function waitOf(db: Reader, costs: readonly Throttled[], now: number): Promise<number> {
  const { until } = await db.selectFrom('throttle').select(({ fn }) =>
    fn.max<number | null>('until').as('until')
  )
    .where('key', 'in', costs.map(keyOf)).executeTakeFirstOrThrow()
  return Math.max((until ?? now) - now, 0)
}

function charge(cost: Throttled, now: number): Step {
  const { free, firstMs, longestMs } = allowances[cost.kind]
  // The count that this one makes it; what was long ago is forgotten.
  const count = 'CASE WHEN last < ? THEN 1 ELSE count + 1 END'
  return {
    sql:
      'INSERT INTO throttle (key, count, last, until) VALUES (?, 1, ?, ?) ON CONFLICT (key) DO UPDATE SET ' +
      `count = ${count}, last = ?, until = CASE WHEN ${count} < ? THEN 0 ELSE ` +
      `? + min(?, ? << min(20, ${count} - ?)) END WHERE until <= ?`,
    parameters: [
      keyOf(cost),
      now,
      free > 1 ? 0 : now + firstMs,
      now - FORGOTTEN_MS,
      now,
      now - FORGOTTEN_MS,
      free,
      now,
      longestMs,
      firstMs,
      now - FORGOTTEN_MS,
      free,
      now,
    ],
    reads: false,
    expect: { rows: 1, otherwise: 'too_many_requests' },
  }
}

/** It was no guess after all: what was paid in this kind is forgotten. Part of the plan of the success. */
export function forgive(paid: Throttled): Step {
  return step(writes.deleteFrom('throttle').where('key', '=', keyOf(paid)))
}

/** Gives one back: of a network, whose other guesses still count. */
export function refund(paid: Throttled): Step {
  const query = writes.updateTable('throttle').set((eb) => ({ count: eb('count', '-', 1) }))
    .where('key', '=', keyOf(paid)).where('count', '>', 0)
  return step(query)
}

/** What nobody has to remember any more. */
export function sweepThrottles(now: number): Step {
  return step(writes.deleteFrom('throttle').where('last', '<', now - FORGOTTEN_MS))
}
