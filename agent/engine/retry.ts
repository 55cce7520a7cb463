/** When a stream is tried again, and after how long. */
import { Fault, mayMend } from '../../shared/faults.ts'

const baseMs = 1000
const capMs = 60_000

/**
 * Full jitter: anything between nothing and what doubles with each try, so that many agents that lost one server do
 * not come back to it at once. `tries`: those that have failed, from 1.
 */
export function waitMs(tries: number, fault: unknown, random: () => number = Math.random): number {
  const wait = random() * Math.min(capMs, baseMs * 2 ** (tries - 1))
  // Who was asked to wait does not come earlier.
  return Math.max(wait, Math.min(askedMs(fault), capMs))
}

/** What the other side asked for (`Retry-After`), where its connector has kept it. */
function askedMs(fault: unknown): number {
  const asked = (fault as { readonly retryAfterMs?: unknown } | null)?.retryAfterMs
  return typeof asked === 'number' && asked > 0 ? asked : 0
}

/** True for what may end well when it is tried again in a moment. */
export function mayPass(fault: unknown): boolean {
  return fault instanceof Fault && mayMend(fault.code)
}
