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
}

/** Somebody who cancels a run waits for a heartbeat: more often than the lease asks for. */
const noticeMs = 5_000

/** Beats until disposed. The edge counts a lease by its own clock; this side gives up a little earlier. */
export class Lease implements AsyncDisposable {
  readonly #ended = new AbortController()
  readonly #beating: Promise<void>

  constructor(options: LeaseOptions) {
    this.#beating = this.#beat(options)
  }

  async #beat({ edge, held, onLost, onCancel, ...times }: LeaseOptions): Promise<void> {
    const { signal } = this.#ended
    const lifeMs = times.lifeMs ?? LEASE_SECONDS * 1000
    const everyMs = times.everyMs ?? Math.min(lifeMs / 3, noticeMs)
    let good = performance.now()
    while (!signal.aborted) {
      await sleep(everyMs, signal)
      if (signal.aborted) return
      const left = good + lifeMs * 0.9 - performance.now()
      if (left <= 0) return onLost()
      try {
        const { cancel } = await edge.heartbeat(held, AbortSignal.any([signal, AbortSignal.timeout(left)]))
        good = performance.now()
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
