import type { Reader } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { AgentPrincipal, Authenticator, MemberPrincipal } from './principal.ts'

/** What every request is served with; wired once, in `main.ts` or by a test. */
export interface Services {
  readonly storage: Storage
  readonly db: Reader
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly randomBytes: (length: number) => Uint8Array
  readonly authenticate: {
    readonly member: Authenticator<MemberPrincipal>
    readonly agent: Authenticator<AgentPrincipal>
  }
  readonly log: Log
  readonly metrics: Metrics
  /** Aborts when the edge is about to stop. */
  readonly closing: AbortSignal
  /** Milliseconds for a request's body to arrive. */
  readonly bodyTimeoutMs: number
}
