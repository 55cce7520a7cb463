/** When each token was last used, to the minute: kept in memory and written together, never by the request itself. */
import type { Storage } from '../db/storage.ts'
import { usedToken } from './store.ts'

const MINUTE_MS = 60_000

export class LastUse {
  #pending = new Map<string, number>()
  readonly #written = new Map<string, number>()

  touch(token: string, now: number): void {
    const minute = now - now % MINUTE_MS
    if ((this.#written.get(token) ?? 0) < minute) this.#pending.set(token, minute)
  }

  /** Writes what is new since the last time. What fails is tried again at the next. */
  async flush(storage: Storage): Promise<void> {
    const batch = this.#pending
    if (batch.size === 0) return
    this.#pending = new Map()
    const steps = [...batch].map(([token, minute]) => usedToken(token, minute))
    try {
      await storage.write({ id: '', steps, leaf: null, repeatable: false })
    } catch (error) {
      for (const [token, minute] of batch) if (!this.#pending.has(token)) this.#pending.set(token, minute)
      throw error
    }
    this.#written.clear()
    for (const [token, minute] of batch) this.#written.set(token, minute)
  }
}
