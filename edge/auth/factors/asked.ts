/** Showing a factor as a route asks for it: each guess is paid for first, and one that is wrong is a security event. */
import { Fault } from '../../../shared/faults.ts'
import type { Reader } from '../../db/database.ts'
import type { Client } from '../../http/client.ts'
import { forgive, networkOf, pay, refund, type Throttled } from '../accounts/throttle.ts'
import { TooManyRequests } from '../../http/problem.ts'
import { NetworkFact } from '../../http/network_fact.ts'
import { warn } from './notices.ts'
import type { FactorOptions } from './routes.ts'
import { type NotShown, type Shown, wasShown } from './shown.ts'

export interface Asked {
  readonly db: Reader
  readonly now: number
  readonly newId: () => string
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
  asked: Asked,
  { account, look }: { readonly account: string; readonly look: () => Promise<Shown | NotShown> },
): Promise<Shown> {
  try {
    await pay(options, [costOf(account)], asked.now)
  } catch (error) {
    if (error instanceof TooManyRequests) await warn(options, asked, { account, what: 'codes_guessed' })
    throw error
  }
  const result = await look()
  if (!wasShown(result)) throw await refusal(options, asked, result)
  return { ...result, steps: [...result.steps, forgive(costOf(account))] }
}

/**
 * A passkey is not to be guessed, so nobody who guesses locks its owner out: what is wrong counts against the network
 * alone, whose entries in the log would have no end otherwise. Throws Fault `sign_in_failed`, or `TooManyRequests`.
 */
export async function acceptedPasskey(
  options: FactorOptions,
  asked: Asked,
  look: () => Promise<Shown | NotShown>,
): Promise<Shown> {
  const network: Throttled = { kind: 'network', of: networkOf(asked.client.network) }
  await pay(options, [network], asked.now)
  const result = await look()
  if (!wasShown(result)) throw await refusal(options, asked, result)
  return { ...result, steps: [...result.steps, refund(network)] }
}

/** The log hears why, and who asked does not. */
async function refusal(options: FactorOptions, asked: Asked, result: NotShown): Promise<Fault> {
  const { method, account, reason, passkey } = result
  const kind = reason === 'counter_fell' ? 'sign_in.passkey_cloned' : 'sign_in.failed'
  const facts = {
    method,
    reason,
    network: new NetworkFact(asked.client.network),
    ...(passkey === undefined ? {} : { passkey }),
  }
  options.events.record(kind, { account }, facts)
  if (kind === 'sign_in.passkey_cloned' && account !== null) {
    await warn(options, asked, { account, what: 'passkey_cloned' })
  }
  return new Fault('sign_in_failed')
}
