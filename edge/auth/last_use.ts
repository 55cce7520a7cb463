/** When each token was last used, or each agent last heard of, to the minute: kept in memory and written together, never by the request itself. */
import type { Storage } from '../db/storage.ts'
import type { Step } from '../db/plan.ts'

const MINUTE_MS = 60_000

type StepOf = (id: string, minute: number, address: string | null) => Step

interface Use {
  readonly minute: number
  readonly address: string | null
}

export class LastUse {
  readonly #stepOf: StepOf
  #pending = new Map<string, Use>()
  readonly #written = new Map<string, number>()

  /** `stepOf` is the write for one of them. */
  constructor(stepOf: StepOf) {
    this.#stepOf = stepOf
  }

  /** `address`: where it was used from, where that is of interest. */
  touch(id: string, now: number, address: string | null = null): void {
    const minute = now - now % MINUTE_MS
    if ((this.#written.get(id) ?? 0) < minute) this.#pending.set(id, { minute, address })
  }

  /** The newest minute that this instance knows of, written or not; 0 when none. */
  latest(id: string): number {
    return this.#pending.get(id)?.minute ?? this.#written.get(id) ?? 0
  }

  /** Writes what is new since the last time. What fails is tried again at the next. */
  async flush(storage: Storage): Promise<void> {
    const batch = this.#pending
    if (batch.size === 0) return
    this.#pending = new Map()
    const steps = [...batch].map(([id, { minute, address }]) => this.#stepOf(id, minute, address))
    try {
      await storage.write({ id: '', steps, leaf: null, repeatable: false })
    } catch (error) {
      for (const [id, use] of batch) if (!this.#pending.has(id)) this.#pending.set(id, use)
      throw error
    }
    this.#written.clear()
    for (const [id, { minute }] of batch) this.#written.set(id, minute)
  }
}
