/**
 * Tells agents within a second which of the runs that they hold are to stop. Agents name those with each poll; what is
 * cancelled on this instance ends the poll at once, what another instance cancels is found by one query an instance,
 * however many polls wait, and by none where no poll names a run.
 */
import type { HeldByAgent, Stop } from '../../shared/schemas/job.ts'
import type { Reader } from '../db/database.ts'
import { explain, type Log } from '../http/log.ts'
import { cancelledRuns, holdersOf, type RunRow } from './store.ts'
import { isHeld } from './states.ts'

export interface StopsOptions {
  readonly db: Reader
  readonly randomBytes: (length: number) => Uint8Array
  readonly log: Log
  /** Milliseconds between looks for what other instances cancel, on average; each is between half and one and a half. */
  readonly recheckMs?: number
}

/** With its jitter, and the time that the answer takes, within a second. */
const RECHECK_MS = 600

/** The runs of one poll. Disposed, nobody looks for them any more. */
export class Watch implements Disposable {
  readonly #held: ReadonlyMap<string, number>
  readonly #found = new Map<string, Stop>()
  readonly #leave: (watch: Watch) => void
  /** Called when there is something to tell. */
  wake: () => void = () => {}

  constructor(held: ReadonlyMap<string, number>, leave: (watch: Watch) => void) {
    this.#held = held
    this.#leave = leave
  }

  get runs(): Iterable<string> {
    return this.#held.keys()
  }

  /** What the agent has to be told. */
  get found(): readonly Stop[] {
    return [...this.#found.values()]
  }

  /** The run as it stands: one that its lease no longer binds to this agent is lost to it. */
  saw(row: Pick<RunRow, 'id' | 'agent' | 'fence' | 'cancel' | 'state'>, agent: string): void {
    const fence = this.#held.get(row.id)
    if (fence === undefined) return
    if (row.fence !== fence || row.agent !== agent) {
      this.#found.set(row.id, { run: row.id, why: 'lease_lost' })
    } else if (row.cancel === 1 && isHeld(row.state)) this.cancelled(row.id)
  }

  cancelled(run: string): void {
    if (!this.#held.has(run)) return
    this.#found.set(run, { run, why: 'cancelled' })
    this.wake()
  }

  [Symbol.dispose](): void {
    this.#leave(this)
  }
}

export class Stops {
  readonly #options: StopsOptions
  /** By tenant and run. */
  readonly #watches = new Map<string, Set<Watch>>()
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(options: StopsOptions) {
    this.#options = options
  }

  /** Of runs that the agent says it holds, as they stand now; to be disposed when the poll ends. */
  async watch(
    { tenant, id }: { readonly tenant: string; readonly id: string },
    held: readonly HeldByAgent[],
  ): Promise<Watch> {
    const watch = new Watch(
      new Map(held.map(({ run, fence }) => [run, fence])),
      (it) => this.#forget(tenant, it),
    )
    if (held.length === 0) return watch
    // Watched first and read then: what is cancelled in between is seen by one of the two.
    for (const run of watch.runs) {
      const key = keyOf(tenant, run)
      this.#watches.set(key, (this.#watches.get(key) ?? new Set()).add(watch))
    }
    if (this.#timer === null) this.#later()
    try {
      for (const row of await holdersOf(this.#options.db, tenant, [...watch.runs])) watch.saw(row, id)
    } catch (error) {
      watch[Symbol.dispose]()
      throw error
    }
    return watch
  }

  /** Somebody has cancelled it here, and that is durable. */
  cancelled({ tenant, id }: { readonly tenant: string; readonly id: string }): void {
    for (const watch of this.#watches.get(keyOf(tenant, id)) ?? []) watch.cancelled(id)
  }

  /** Looks for what other instances have cancelled. */
  async recheck(): Promise<void> {
    for (const row of await cancelledRuns(this.#options.db)) this.cancelled(row)
  }

  #forget(tenant: string, watch: Watch): void {
    for (const run of watch.runs) {
      const key = keyOf(tenant, run)
      const watches = this.#watches.get(key)
      if (watches?.delete(watch) && watches.size === 0) this.#watches.delete(key)
    }
    if (this.#watches.size > 0 || this.#timer === null) return
    clearTimeout(this.#timer)
    this.#timer = null
  }

  #later(): void {
    const average = this.#options.recheckMs ?? RECHECK_MS
    const jitter = (this.#options.randomBytes(1)[0] as number) / 256
    const timer = setTimeout(() => {
      this.recheck().catch((error: unknown) => {
        this.#options.log('warn', 'a look for cancelled runs failed', { error: explain(error) })
      }).finally(() => {
        if (this.#timer === timer) this.#later()
      })
    }, average * (0.5 + jitter))
    this.#timer = timer
  }
}

function keyOf(tenant: string, run: string): string {
  return `${tenant}/${run}`
}
