/**
 * The floor's kill switch, also for an agent that has nothing to do, or nothing but one long run: it stops, and hands
 * back what it holds. A signer or a connection that is denied is looked up for each run; one that moves already is
 * ended by who cancels it.
 */
import { Fault } from '../../shared/faults.ts'
import type { Log } from '../logs/log.ts'
import { keepRefusal } from '../runs/refusal.ts'
import type { Footings } from '../trust/footing.ts'
import type { Store } from '../trust/store.ts'

export interface DenialOptions {
  readonly agentId: string
  readonly footings: Pick<Footings, 'floor'>
  readonly anchor: Store
  readonly of: { readonly tenant: string; readonly pool: string }
  readonly log: Pick<Log, 'write'>
  readonly now: () => number
  /** Between looks; a minute unless given. */
  readonly everyMs?: number
}

export class Denial implements Disposable {
  readonly #options: DenialOptions
  readonly #denied = new AbortController()
  readonly #timer: ReturnType<typeof setInterval>

  constructor(options: DenialOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.#look(), options.everyMs ?? 60_000)
  }

  /** Aborts with the Fault `denied`. */
  get signal(): AbortSignal {
    return this.#denied.signal
  }

  async #look(): Promise<void> {
    const { agentId, footings, anchor, of, log, now } = this.#options
    if (this.signal.aborted) return
    try {
      const floor = await footings.floor(of.tenant)
      if (!floor?.deny.includes(agentId) || this.signal.aborted) return
      const fault = new Fault('denied', `The floor denies this agent, ${agentId}.`)
      log.write('error', 'the floor denies this agent: it stops', { error: fault })
      this.#denied.abort(fault)
      await keepRefusal(anchor, of, { fault, run: null, now: now() })
    } catch (error) {
      // Who opens something reads the floor for it, and says when that has been out of reach for too long.
      log.write('warn', 'the floor cannot be looked at', { error })
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
