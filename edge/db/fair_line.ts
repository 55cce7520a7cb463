/**
 * A line in which nobody's load holds up others: in the order of arrival while everything fits into what is taken at
 * once, and by virtual time of its lanes when more waits. Start-time fair queuing: what a lane has in line starts where
 * the lane's last one ends, and the earliest starts go first.
 *
 * Who comes with an empty lane waits for one turn of each other lane at most, however much those have in line.
 */

interface Waiting<T> {
  readonly item: T
  readonly lane: string
  readonly cost: number
  /** Virtual time; null until more waits than is taken at once. */
  start: number | null
}

export class FairLine<T> {
  #waiting: Waiting<T>[] = []
  /** Where the last one of a lane ends, in virtual time. */
  readonly #ends = new Map<string, number>()
  #now = 0

  get length(): number {
    return this.#waiting.length
  }

  /** `cost` in whatever unit, the same for all lanes. */
  add(item: T, { lane, cost }: { readonly lane: string; readonly cost: number }): void {
    this.#waiting.push({ item, lane, cost, start: null })
  }

  /** The next ones, at most so many. */
  take(most: number): T[] {
    if (this.#waiting.length > most) return this.#takeFairly(most)
    const all = this.#waiting
    this.#waiting = []
    // Nobody waits any longer: what lanes have had before counts no more.
    this.#ends.clear()
    this.#now = 0
    return all.map(({ item }) => item)
  }

  #takeFairly(most: number): T[] {
    for (const one of this.#waiting) {
      if (one.start !== null) continue
      one.start = Math.max(this.#now, this.#ends.get(one.lane) ?? 0)
      this.#ends.set(one.lane, one.start + one.cost)
    }
    // Stable, and quick: what was left the last time is in order already.
    this.#waiting.sort((a, b) => (a.start as number) - (b.start as number))
    const taken = this.#waiting.splice(0, most)
    this.#now = taken.at(-1)?.start ?? this.#now
    return taken.map(({ item }) => item)
  }
}
