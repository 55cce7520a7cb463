/** The audit log as polls show it: followed, or an alarm. One look at a time. */
import { Fault } from '../../shared/faults.ts'
import type { AgentCheckpoint } from '../../shared/schemas/agent.ts'
import type { AgentEdge } from '../edge_client/agent_edge.ts'
import type { Log } from '../logs/log.ts'
import { keepRefusal } from '../runs/refusal.ts'
import { alarming } from '../trust/alarming.ts'
import { readAnchor } from '../trust/anchor.ts'
import type { Footings } from '../trust/footing.ts'
import { remembered, watchLog } from '../trust/log_watch.ts'
import { settled } from '../trust/settled.ts'
import type { Store } from '../trust/store.ts'

export interface LogWatcherOptions {
  readonly edge: Pick<AgentEdge, 'checkpoint'>
  readonly anchor: Store
  readonly footings: Pick<Footings, 'read'>
  readonly of: { readonly tenant: string; readonly pool: string }
  readonly log: Pick<Log, 'write'>
  /** Told when history was rewritten: the loudest thing that an agent can say. */
  readonly alarm: (fault: Fault) => void
  readonly now: () => number
  /** Waits between looks at a floor that is ahead of the edge. */
  readonly pausesMs?: readonly number[]
}

/** A checkpoint from a poll, and the size of the log that the poll was asked to go on from. */
export interface Shown extends AgentCheckpoint {
  readonly from: number
}

/** Polls of an agent that is always busy tell of the log less often than this. */
const everyMs = 60_000
const lookForMs = 30_000

export class LogWatcher {
  readonly #options: LogWatcherOptions
  #looking: Promise<void> | null = null
  #lookedAt = -Infinity

  constructor(options: LogWatcherOptions) {
    this.#options = options
  }

  /** Of the log in the anchor's checkpoint: 0 without one, or where it cannot be read. */
  async size(): Promise<number> {
    const { anchor, of } = this.#options
    try {
      return remembered((await readAnchor(anchor, of)).checkpoint)?.size ?? 0
    } catch (error) {
      if (error instanceof Fault) return 0
      throw error
    }
  }

  /** Resolves when it is verified and kept, or refused and told. Does not throw. */
  look(shown: Shown | null = null): Promise<void> {
    this.#looking ??= this.#look(shown)
      .catch((error) => this.#options.log.write('error', 'what was refused could not be kept', { error }))
      .finally(() => (this.#looking = null))
    return this.#looking
  }

  /** The same, unless the log has been looked at within the last minute. */
  async lookAgain(): Promise<void> {
    if (performance.now() - this.#lookedAt >= everyMs) await this.look()
  }

  async #look(shown: Shown | null): Promise<void> {
    const { anchor, of, log, alarm, now } = this.#options
    this.#lookedAt = performance.now()
    try {
      const size = await this.#follow(shown).catch((error) => {
        // The log key may have changed between the trust document that was read and the checkpoint, or before it.
        if (error instanceof Fault && error.code === 'checkpoint_invalid') return this.#follow(null)
        throw error
      })
      log.write('debug', 'the audit log continues what was seen', { size })
    } catch (error) {
      log.write('error', 'the audit log could not be verified', { error })
      if (!(error instanceof Fault) || error.class !== 'refused') return
      if (alarming[error.code] !== undefined) alarm(error)
      await keepRefusal(anchor, of, { fault: error, run: null, now: now() })
    }
  }

  async #follow(shown: Shown | null): Promise<number> {
    const { edge, anchor, footings, now } = this.#options
    const signal = AbortSignal.timeout(lookForMs)
    const footing = await settled(() => footings.read(signal), { signal, pausesMs: this.#options.pausesMs })
    return await watchLog({ edge, anchor, footing, now, shown }, signal)
  }
}
