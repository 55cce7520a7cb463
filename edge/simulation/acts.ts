/**
 * Everything that is going to happen from outside, drawn before anything begins. Each act has a number and dice of its
 * own, so that what is left out changes nothing about the others: a trace gets shorter, and goes wrong in the same way.
 */
import type { Random } from './random.ts'
import type { Owner, VirtualTime } from './virtual_time.ts'

export class Acts {
  readonly #time: VirtualTime
  readonly #random: Random
  readonly #kept: ReadonlySet<number> | null
  #count = 0

  /** `kept`: the numbers of those that happen; null: all. */
  constructor(time: VirtualTime, random: Random, kept: ReadonlySet<number> | null) {
    this.#time = time
    this.#random = random
    this.#kept = kept
  }

  /** How many were planned, whether they happen or not. */
  get count(): number {
    return this.#count
  }

  plan(inMs: number, owner: Owner, act: (random: Random) => void): void {
    const number = this.#count++
    const own = this.#random.fork()
    if (this.#kept !== null && !this.#kept.has(number)) return
    this.#time.after(inMs, () => act(own), owner)
  }
}
