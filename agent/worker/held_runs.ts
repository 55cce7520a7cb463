/** The runs that this process holds, so that the poll which is open anyway can say at once that one is to stop. */
import type { Stop } from '../../shared/schemas/job.ts'
import type { Held } from '../edge_client/agent_edge.ts'

/** A run from the moment that it was handed out until it is disposed. */
export interface HeldRun extends Disposable {
  /** Aborts with the reason (`Stop['why']`) when the edge says that it is to stop. */
  readonly told: AbortSignal
}

export class HeldRuns {
  readonly #told = new Map<string, { readonly held: Held; readonly told: AbortController }>()

  add(held: Held): HeldRun {
    const key = `${held.run}/${held.fence}`
    const already = this.#told.get(key)
    // The first hand-out goes on, and ends it.
    if (already !== undefined) return { told: already.told.signal, [Symbol.dispose]: () => undefined }
    const told = new AbortController()
    this.#told.set(key, { held, told })
    return { told: told.signal, [Symbol.dispose]: () => void this.#told.delete(key) }
  }

  /** Those that were not told to stop yet. */
  get open(): readonly Held[] {
    return [...this.#told.values()].filter(({ told }) => !told.signal.aborted).map(({ held }) => held)
  }

  /** What the edge says of those that it was told of with `asked`; any other is passed over. */
  stop(stops: readonly Stop[], asked: readonly Held[]): void {
    for (const { run, why } of stops) {
      for (const { fence } of asked.filter((one) => one.run === run)) {
        this.#told.get(`${run}/${fence}`)?.told.abort(why)
      }
    }
  }
}
