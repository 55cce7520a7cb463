/** How many bytes of requests and answers the edge holds at a time, by whose they are: none may fill its memory. */
import { TooManyRequests } from './problem.ts'

/** What is no longer than this is not counted: there are too many of them, and they are too short. */
export const SHORT_BYTES = 64 * 1024

export class Held {
  readonly #most: number
  readonly #bytes = new Map<string, number>()

  constructor(most: number) {
    this.#most = most
  }

  /** Of all together. */
  get bytes(): number {
    return [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0)
  }

  /** Until the function that it returns is called, once or more often. Throws `TooManyRequests` beyond the limit. */
  take(whose: string, bytes: number): () => void {
    if (bytes <= SHORT_BYTES) return () => {}
    const before = this.#bytes.get(whose) ?? 0
    if (before > 0 && before + bytes > this.#most) throw new TooManyRequests(1)
    this.#bytes.set(whose, before + bytes)
    let holds = true
    return () => {
      if (!holds) return
      holds = false
      const left = (this.#bytes.get(whose) ?? 0) - bytes
      if (left <= 0) this.#bytes.delete(whose)
      else this.#bytes.set(whose, left)
    }
  }
}
