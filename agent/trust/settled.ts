import { Fault, type FaultCode } from '../../shared/faults.ts'
import { sleep } from '../edge_client/transport.ts'

/** What an edge looks like that is behind the floor. */
const behind: readonly FaultCode[] = [
  'trust_rolled_back',
  'trust_forked',
  'index_rolled_back',
  'index_forked',
  // A pool's own key changes in the trust document, then in the ring.
  'ring_mismatch',
]

/**
 * Publishing raises the floor first and then tells the edge: between the two an honest edge is behind. It is looked
 * at again, after each of the pauses, before that counts as a refusal. `look` reads floor and edge anew.
 */
export async function settled<T>(
  look: () => Promise<T>,
  { signal, pausesMs = [100, 300, 1000, 2500] }: {
    readonly signal: AbortSignal
    readonly pausesMs?: readonly number[] | undefined
  },
): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await look()
    } catch (error) {
      if (!(error instanceof Fault) || !behind.includes(error.code)) throw error
      await sleep(pauseMs, signal)
      signal.throwIfAborted()
    }
  }
  return await look()
}
