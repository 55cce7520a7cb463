/**
 * Where the runs' data goes: a ledger that is asked for the fence inside of each commit, as agents have their
 * destinations do it. It is a server of its own and never fails.
 */

interface Entry {
  readonly fence: number
  readonly agent: string
}

export class Destination {
  /** By run: the highest fence that was shown here, and by whom. */
  readonly #shown = new Map<string, Entry>()
  /** By run and stream: the commit that stands. */
  readonly #streams = new Map<string, Entry>()

  /** False for a fence that is older than one that was shown. Throws when a fence has two holders. */
  show(run: string, entry: Entry): boolean {
    const before = this.#shown.get(run)
    if (before !== undefined && before.fence > entry.fence) return false
    if (before?.fence === entry.fence && before.agent !== entry.agent) {
      throw new Error(`fence ${entry.fence} of run ${run} is held by ${before.agent} and by ${entry.agent}`)
    }
    this.#shown.set(run, entry)
    return true
  }

  /** A stream's rows, in place of those of an attempt before. False for a fence that is no longer the newest. */
  commit(run: string, stream: number, entry: Entry): boolean {
    if (!this.show(run, entry)) return false
    this.#streams.set(`${run}/${stream}`, entry)
    return true
  }

  /** Under which fence a stream's rows stand; null where there are none. */
  fenceOf(run: string, stream: number): number | null {
    return this.#streams.get(`${run}/${stream}`)?.fence ?? null
  }
}
