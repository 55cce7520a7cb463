/** What a failed call to the edge means for the loop that made it. */
import { Fault, type FaultCode, mayMend } from '../../shared/faults.ts'

/**
 * `again`: wait and repeat. `lost`: the run belongs to somebody else now. `final`: repeating changes nothing, a
 * person has to act.
 */
export type Verdict = 'again' | 'lost' | 'final'

/** Where the class of a code does not say it: `transient` is `again`, everything else `final`. */
const verdicts: Partial<Record<FaultCode, Verdict>> = {
  too_many_requests: 'again',
  request_timeout: 'again',
  conflict: 'again',
  // Somebody approves the agent, or sets the clock, while it waits.
  agent_not_approved: 'again',
  clock_skew: 'again',
  // Whoever runs the installation lets the tenant in again.
  tenant_suspended: 'again',
  // Somebody updates the edge.
  protocol_unsupported: 'again',
  lease_lost: 'lost',
  // A batch of records whose lease has run out.
  rewrap_stale: 'lost',
  not_found: 'lost',
}

export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof Fault)) return 'final'
  return verdicts[error.code] ?? (mayMend(error.code) ? 'again' : 'final')
}
