/** Showing a factor as a route asks for it: each guess is paid for first, and one that is wrong is a security event. */
import { Fault } from '../../../shared/faults.ts'
import type { Reader } from '../../db/database.ts'
import type { Step } from '../../db/plan.ts'
import type { Client } from '../../http/client.ts'
import { forgive, pay, type Throttled } from '../accounts/throttle.ts'
import { networkHash } from '../events/events.ts'
import type { FactorOptions } from './routes.ts'
import { type NotShown, type Shown, wasShown } from './shown.ts'

export interface Asked {
  readonly db: Reader
  readonly now: number
  readonly client: Client
}

/** Of all of the account's sessions together: another sign-in brings no further guesses. */
function costOf(account: string): Throttled {
  return { kind: 'factor', of: account }
}

/**
 * A code of the account that counts, and the steps that use it up. Throws Fault `sign_in_failed`, or `TooManyRequests`
 * after some that were wrong.
 */
export async function accepted(
  options: FactorOptions,
  { now, client }: Asked,
  { account, look }: { readonly account: string; readonly look: () => Promise<Shown | NotShown> },
): Promise<Shown> {
  await pay(options, [costOf(account)], now)
  const result = await look()
  if (!wasShown(result)) throw refusal(options, client, result)
  return { ...result, steps: [...result.steps, forgiven(account)] }
}

/** What was wrong before counts no more. Part of the plan of the success. */
function forgiven(account: string): Step {
  return forgive(costOf(account))
}

/** A passkey is not to be guessed, so that nobody who guesses locks it: it costs nothing. Throws `sign_in_failed`. */
export async function acceptedPasskey(
  options: FactorOptions,
  { client }: Asked,
  look: () => Promise<Shown | NotShown>,
): Promise<Shown> {
  const result = await look()
  if (!wasShown(result)) throw refusal(options, client, result)
  return result
}

/** The log hears why, and who asked does not. */
function refusal({ events }: FactorOptions, client: Client, result: NotShown): Fault {
  const { method, account, reason, passkey } = result
  const kind = reason === 'counter_fell' ? 'sign_in.passkey_cloned' : 'sign_in.failed'
  const facts = {
    method,
    reason,
    network: networkHash(client.network),
    ...(passkey === undefined ? {} : { passkey }),
  }
  events.record(kind, { account }, facts)
  return new Fault('sign_in_failed')
}
