/** The heartbeat: keeps a run's lease for as long as the run is worked on, and says when it is no longer ours. */
import { LEASE_SECONDS } from '../../shared/protocol.ts'
import type { AgentEdge, Held } from '../edge_client/agent_edge.ts'
import { sleep } from '../edge_client/transport.ts'
import { verdictOf } from './failures.ts'

export interface LeaseOptions {
  readonly edge: Pick<AgentEdge, 'heartbeat'>
  readonly held: Held
  /** Told once: the lease has passed to somebody, or nobody has confirmed it for as long as it lasts. */
  readonly onLost: () => void
  /** Told when somebody asked for the run to be cancelled. */
  readonly onCancel: () => void
  readonly everyMs?: number
  readonly lifeMs?: number
  /** Milliseconds that only grow; `performance.now` unless given. */
  readonly monotonic?: () => number
  readonly sleep?: typeof sleep
}

/** The answer that brought the run may have been long under way: whether the lease still holds is asked early. */
const firstMs = 2_000
/** How much of a lease this side takes for its own. The rest is for what is under way when it stops itself. */
const ownShare = 0.9

/**
 * Beats until disposed. The edge counts a lease from the moment that it renews it; this side counts from the moment
 * that it asked for that, which is earlier, and gives up before the end: so whatever happens to the connection, it has
 * stopped itself before the edge can hand the run on.
 */
export class Lease implements AsyncDisposable {
  readonly #ended = new AbortController()
  readonly #beating: Promise<void>

  constructor(options: LeaseOptions) {
    this.#beating = this.#beat(options)
  }

  async #beat({ edge, held, onLost, onCancel, ...rest }: LeaseOptions): Promise<void> {
    const { monotonic = () => performance.now(), sleep: pause = sleep } = rest
    const { signal } = this.#ended
    const lifeMs = rest.lifeMs ?? LEASE_SECONDS * 1000
    const everyMs = rest.everyMs ?? lifeMs / 3
    let good = monotonic()
    for (let next = Math.min(everyMs, firstMs); !signal.aborted; next = everyMs) {
      const end = good + lifeMs * ownShare
      await pause(Math.min(next, end - monotonic()), signal)
      if (signal.aborted) return
      const asked = monotonic()
      if (asked >= end) return onLost()
      try {
        const left = AbortSignal.timeout(end - asked)
        const { cancel } = await edge.heartbeat(held, AbortSignal.any([signal, left]))
        good = asked
        if (cancel) onCancel()
      } catch (error) {
        if (signal.aborted) return
        if (verdictOf(error) === 'lost') return onLost()
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#beating
  }
}
