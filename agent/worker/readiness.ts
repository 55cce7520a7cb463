/** Whether anything may be opened now: looked at every few minutes, where no run does it before. */
import { Fault } from '../../shared/faults.ts'
import type { Log } from '../logs/log.ts'
import { keepRefusal } from '../runs/refusal.ts'
import { alarming } from '../trust/alarming.ts'
import type { Footing, Footings } from '../trust/footing.ts'
import { settled } from '../trust/settled.ts'
import type { Store } from '../trust/store.ts'

export interface ReadinessOptions {
  readonly footings: Pick<Footings, 'read'>
  readonly anchor: Store
  readonly of: { readonly tenant: string; readonly pool: string }
  readonly log: Pick<Log, 'write'>
  readonly alarm: (fault: Fault) => void
  /** Told every footing that is read here. */
  readonly saw: (footing: Footing) => void
  /** Milliseconds that only grow, whatever somebody does to the clock. `performance.now` unless given. */
  readonly monotonic?: () => number
}

/** Ring, floor and trust are read again after five minutes at most; a poll that is held in between takes half of one. */
const rereadMs = 4.5 * 60_000

export class Readiness {
  readonly #options: ReadinessOptions
  readonly #monotonic: () => number
  #at: number
  /** What was refused last, kept once and not at every look. */
  #refused: string | null = null

  constructor(options: ReadinessOptions) {
    this.#options = options
    this.#monotonic = options.monotonic ?? (() => performance.now())
    this.#at = this.#monotonic()
  }

  /** Before each poll. Does not throw. */
  async look(signal: AbortSignal): Promise<boolean> {
    if (this.#refused === null && this.#monotonic() - this.#at < rereadMs) return true
    try {
      const footing = await settled(() => this.#options.footings.read(signal), { signal })
      this.#at = this.#monotonic()
      this.#refused = null
      this.#options.saw(footing)
      return true
    } catch (error) {
      if (signal.aborted) return false
      await this.#refuse(error)
      return false
    }
  }

  async #refuse(error: unknown): Promise<void> {
    const { anchor, of, log, alarm } = this.#options
    log.write('error', 'nothing may be opened now: no work is asked for', { error })
    if (!(error instanceof Fault) || this.#refused === error.code) return
    this.#refused = error.code
    if (error.class !== 'refused') return
    if (alarming[error.code] !== undefined) alarm(error)
    await keepRefusal(anchor, of, { fault: error, run: null, now: Date.now() })
  }
}
