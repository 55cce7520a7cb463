/** What happened, in order: a line for each event, and one hash over all of them. */
import { createHash, type Hash } from 'node:crypto'
import type { VirtualTime } from './virtual_time.ts'

export class Trace {
  readonly #hash: Hash = createHash('sha256')
  readonly #time: VirtualTime
  readonly #show: ((line: string) => void) | null
  readonly #start: number
  lines = 0

  constructor(time: VirtualTime, show: ((line: string) => void) | null) {
    this.#time = time
    this.#show = show
    this.#start = time.now
  }

  say(what: string): void {
    const at = (this.#time.now - this.#start) / 1000
    const line = `${at.toFixed(3).padStart(8)} ${what}`
    this.#hash.update(line).update('\n')
    this.lines++
    this.#show?.(line)
  }

  /** Two runs of one seed have the same. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}

/** Enough of an id to tell it from others. */
export const short = (id: string) => id.slice(-4)
