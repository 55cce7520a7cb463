import { backoffMs, sleep } from '../edge_client/transport.ts'
import type { Log } from '../logs/log.ts'
import { verdictOf } from './failures.ts'

/** Tries until it works or `signal` aborts (then null). Throws what no repetition mends. */
export async function untilThere<T>(
  attempt: () => Promise<T>,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<T | null> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted) return null
      if (verdictOf(error) !== 'again') throw error
      log.write(failures === 0 ? 'warn' : 'debug', 'waiting for the edge', { error })
      await sleep(500 + backoffMs(failures, Math.random, 10_000), signal)
    }
  }
  return null
}
