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

/** A poll that is counted until it is disposed. */
export class WaitingPoll implements Disposable {
  readonly #leave: (poll: WaitingPoll) => void
  #over = false
  /** Called when it is to be answered. */
  wake: () => void = () => {}

  constructor(leave: (poll: WaitingPoll) => void) {
    this.#leave = leave
  }

  /** Whether it is to be answered, whatever there is. */
  get over(): boolean {
    return this.#over
  }

  end(): void {
    this.#over = true
    this.wake()
  }

  [Symbol.dispose](): void {
    this.#leave(this)
  }
}

export class Waiting {
  readonly #options: WaitingOptions
  readonly #byAgent = new Map<string, Set<WaitingPoll>>()
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
  enter(agent: string): WaitingPoll {
    const own = this.#byAgent.get(agent) ?? new Set()
    if (own.size >= MOST_OF_AGENT || this.#all >= (this.#options.most ?? MOST)) {
      this.#turnedAway++
      throw new TooManyRequests(1 + Math.floor(this.#random() * AGAIN_SECONDS))
    }
    this.#all++
    const poll = new WaitingPoll((it) => this.#leave(agent, it))
    this.#byAgent.set(agent, own.add(poll))
    return poll
  }

  /** What the agent may be handed has changed: its polls are answered. */
  end(agent: string): void {
    for (const poll of this.#byAgent.get(agent) ?? []) poll.end()
  }

  /** Milliseconds for which a poll that asks for so many is kept. */
  keptMs(seconds: number): number {
    return seconds * 1000 * (LEAST_SHARE + (1 - LEAST_SHARE) * this.#random())
  }

  #leave(agent: string, poll: WaitingPoll): void {
    const own = this.#byAgent.get(agent)
    if (own?.delete(poll)) this.#all--
    if (own?.size === 0) this.#byAgent.delete(agent)
  }

  #random(): number {
    return (this.#options.randomBytes(1)[0] as number) / 256
  }
}
