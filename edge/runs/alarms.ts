/** One timer for all that wait: one each is memory that thousands of polls keep for half a minute. */

/** Nobody is called earlier than they asked for, and all of the same so many ms together. */
const TOGETHER_MS = 50

/** Who is called at what time. */
export class Alarms {
  /** By the number of the moment. */
  readonly #calls = new Map<number, Set<() => void>>()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** The moment that the timer is set to. */
  #next = Infinity

  /** Calls back after so many ms. Returns the moment, by which it is taken back. */
  set(ms: number, call: () => void): number {
    const moment = Math.ceil((performance.now() + ms) / TOGETHER_MS)
    const calls = this.#calls.get(moment)
    if (calls === undefined) this.#calls.set(moment, new Set([call]))
    else calls.add(call)
    if (moment < this.#next) this.#wind(moment)
    return moment
  }

  unset(moment: number, call: () => void): void {
    const calls = this.#calls.get(moment)
    if (!calls?.delete(call) || calls.size > 0) return
    this.#calls.delete(moment)
    // Nothing is left that keeps the process.
    if (this.#calls.size === 0) this.#wind(Infinity)
  }

  #wind(moment: number): void {
    clearTimeout(this.#timer)
    this.#next = moment
    if (moment === Infinity) return
    this.#timer = setTimeout(() => this.#ring(), moment * TOGETHER_MS - performance.now())
  }

  #ring(): void {
    this.#next = Infinity
    const now = Math.floor(performance.now() / TOGETHER_MS)
    for (const [moment, calls] of [...this.#calls]) {
      if (moment > now) continue
      this.#calls.delete(moment)
      for (const call of calls) call()
    }
    if (this.#calls.size > 0) this.#wind(Math.min(...this.#calls.keys()))
  }
}
