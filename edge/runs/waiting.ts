/** How many polls may wait at once: of one agent, and on this instance. Whoever comes beyond that comes again later. */
import { TooManyRequests } from '../http/problem.ts'

export interface WaitingOptions {
  readonly randomBytes: (length: number) => Uint8Array
  /** Polls that may wait on this instance at once; 20,000 unless said. */
  readonly most?: number
}

const MOST = 20_000
/** An agent has one; those of connections that broke are still there until they are answered. */
const MOST_OF_AGENT = 8
/** Polls are answered between so much of the time that they asked for and all of it, so that a herd spreads. */
const LEAST_SHARE = 0.8
/** Whoever is turned away comes again after 1 s to this many. */
const AGAIN_SECONDS = 8

export class Waiting {
  readonly #options: WaitingOptions
  readonly #byAgent = new Map<string, number>()
  #all = 0
  #turnedAway = 0

  constructor(options: WaitingOptions) {
    this.#options = options
  }

  /** Polls that were turned away since this instance started. */
  get turnedAway(): number {
    return this.#turnedAway
  }

  /** One more, until it is disposed. Throws `too_many_requests` when there are too many. */
  enter(agent: string): Disposable {
    const own = this.#byAgent.get(agent) ?? 0
    if (own >= MOST_OF_AGENT || this.#all >= (this.#options.most ?? MOST)) {
      this.#turnedAway++
      throw new TooManyRequests(1 + Math.floor(this.#random() * AGAIN_SECONDS))
    }
    this.#all++
    this.#byAgent.set(agent, own + 1)
    return { [Symbol.dispose]: () => this.#leave(agent) }
  }

  /** Milliseconds for which a poll that asks for so many is kept. */
  keptMs(seconds: number): number {
    return seconds * 1000 * (LEAST_SHARE + (1 - LEAST_SHARE) * this.#random())
  }

  #leave(agent: string): void {
    this.#all--
    const left = (this.#byAgent.get(agent) ?? 1) - 1
    if (left === 0) this.#byAgent.delete(agent)
    else this.#byAgent.set(agent, left)
  }

  #random(): number {
    return (this.#options.randomBytes(1)[0] as number) / 256
  }
}
