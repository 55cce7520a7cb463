/**
 * Wakes polls that wait for work. Memory is the fast path and the database the truth: who is woken looks, and may
 * find nothing; who was not woken, because another instance took the order, looks again at the next re-check.
 */
import type { Leaving } from '../http/leaving.ts'
import { Alarms } from './alarms.ts'

/** One place in a line, from the moment that it is taken: what is rung while its holder looks is not lost. */
export class Place {
  readonly #leave: (place: Place) => void
  readonly #alarms: Alarms
  #rung = false
  #over = false
  #wake: (() => void) | null = null

  constructor(leave: (place: Place) => void, alarms: Alarms) {
    this.#leave = leave
    this.#alarms = alarms
  }

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Ends the wait of its holder, who was not rung for. */
  end(): void {
    this.#over = true
    this.#wake?.()
  }

  /** Whether it was rung. */
  get rung(): boolean {
    return this.#rung
  }

  /** True once it is rung; false when it is ended, the time is over or the signal aborts. */
  wait(ms: number, signal: Leaving): Promise<boolean> {
    if (this.#rung || this.#over || ms <= 0 || signal.aborted) return Promise.resolve(this.#rung)
    return new Promise((resolve) => {
      const done = () => {
        this.#alarms.unset(moment, done)
        signal.removeEventListener('abort', done)
        this.#wake = null
        resolve(this.#rung)
      }
      const moment = this.#alarms.set(ms, done)
      signal.addEventListener('abort', done)
      this.#wake = done
    })
  }

  leave(): void {
    this.#leave(this)
  }
}

export class Bell {
  readonly #lines = new Map<string, Set<Place>>()
  readonly #alarms = new Alarms()

  /** How many wait, at one key or at all. */
  count(key?: string): number {
    if (key !== undefined) return this.#lines.get(key)?.size ?? 0
    let sum = 0
    for (const line of this.#lines.values()) sum += line.size
    return sum
  }

  /** Takes the last place of the line. It has to be left again. */
  enter(key: string): Place {
    const line = this.#lines.get(key) ?? new Set()
    this.#lines.set(key, line)
    const place = new Place((it) => this.#remove(key, it), this.#alarms)
    line.add(place)
    return place
  }

  /** Wakes the one that has waited longest, who leaves the line. */
  ring(key: string): void {
    const line = this.#lines.get(key)
    const [first] = line ?? []
    if (first === undefined) return
    this.#remove(key, first)
    first.ring()
  }

  /** Ends the wait of all whose key begins like this. */
  end(prefix: string): void {
    for (const [key, line] of this.#lines) {
      if (key.startsWith(prefix)) { for (const place of line) place.end() }
    }
  }

  /** Wakes the first of every line whose key begins like this. */
  ringEach(prefix: string): void {
    for (const key of [...this.#lines.keys()]) if (key.startsWith(prefix)) this.ring(key)
  }

  #remove(key: string, place: Place): void {
    const line = this.#lines.get(key)
    if (line?.delete(place) && line.size === 0) this.#lines.delete(key)
  }
}
