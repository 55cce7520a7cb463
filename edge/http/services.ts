import type { Telemetry } from '../../shared/telemetry/telemetry.ts'
import type { Reader } from '../db/database.ts'
import type { Storage } from '../db/storage.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Step } from '../db/plan.ts'
import type { HideNetwork } from './network_fact.ts'
import type { Memory } from './outgoing.ts'
import type { Rates } from './rates.ts'
import type { AgentPrincipal, Authenticator, MemberPrincipal, SessionAuthenticator } from './principal.ts'
import type { TwoPerson } from './route.ts'
import type { Watch } from './watch.ts'

/** A request that may need another person's approval. */
export interface ApprovalAsked {
  readonly kind: TwoPerson
  readonly operation: string
  /** What that does, for who approves it. */
  readonly summary: string
  readonly principal: MemberPrincipal
  readonly method: string
  readonly path: string
  readonly bytes: Uint8Array
  /** What the header `Approval` names. */
  readonly approval: string | null
  /** Whether it may happen is asked, and nothing more: an approval that is used up is none. */
  readonly asksOnly: boolean
  readonly now: number
}

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
    /** By the session's cookie; null where there are no sessions. */
    readonly session: SessionAuthenticator | null
  }
  /**
   * The steps that use the approval up; none where the tenant's rules want none. Throws Fault `approval_required` with
   * the id to be approved.
   */
  readonly approve: (asked: ApprovalAsked) => Promise<readonly Step[]>
  /** The origin of the public URL: where our own pages are. */
  readonly origin: string
  /** Proxies of ours in front, each of which adds to X-Forwarded-For. */
  readonly forwardedHops: number
  readonly hideNetwork: HideNetwork
  readonly log: Log
  readonly metrics: Metrics
  readonly watch: Watch
  /** Null or left out: no spans of requests. */
  readonly telemetry?: Telemetry | null
  /** Aborts when the edge is about to stop. */
  readonly closing: AbortSignal
  /** Milliseconds for a request's body to arrive. */
  readonly bodyTimeoutMs: number
  readonly memory: Memory
  /** How many requests whoever asks may make; left out: as many as they like. */
  readonly rates?: Rates | undefined
}
