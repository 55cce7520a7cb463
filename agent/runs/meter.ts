/** Counts what passes, of all slices of a stream together, and refuses what is over a limit as it passes. */
import { Fault } from '../../shared/faults.ts'
import type { SliceId } from '../connectors/connector.ts'
import type { Order } from './move.ts'

/** Progress is for eyes: so often is enough. */
const progressEveryMs = 100

interface Counts {
  readonly bytes: number
  /** Null while nobody counts them. */
  readonly rows: number | null
}

export interface Estimate {
  readonly name: string
  readonly estimatedRows: number | null
  readonly estimatedBytes: number | null
}

export class Meter {
  readonly #order: Order
  readonly #index: number
  readonly #moved: () => void
  readonly #slices = new Map<SliceId, Counts>()
  #estimate: Estimate = { name: '', estimatedRows: null, estimatedBytes: null }
  #bytes = 0
  #rows: number | null = null
  #last = 0

  /** `moved`: told of every byte. */
  constructor(order: Order, index: number, moved: () => void) {
    this.#order = order
    this.#index = index
    this.#moved = moved
  }

  expect(estimate: Estimate): void {
    this.#estimate = estimate
  }

  /** A slice begins, perhaps once more. */
  begin(slice: SliceId): void {
    this.#set(slice, { bytes: 0, rows: null })
  }

  /** `rows`: of the slice so far. Throws `bytes_over_limit` or `rows_over_limit`. */
  passed(slice: SliceId, bytes: number, rows: number | null): void {
    this.#set(slice, { bytes: (this.#slices.get(slice)?.bytes ?? 0) + bytes, rows })
    this.#moved()
    this.refuse(this.#bytes, this.#rows)
    this.#tell()
  }

  #set(slice: SliceId, counts: Counts): void {
    const before = this.#slices.get(slice)
    this.#slices.set(slice, counts)
    this.#bytes += counts.bytes - (before?.bytes ?? 0)
    // Where no slice counts rows on the way, there is no number to show.
    const change = (counts.rows ?? 0) - (before?.rows ?? 0)
    this.#rows = counts.rows === null && this.#rows === null ? null : (this.#rows ?? 0) + change
  }

  refuse(bytes: number, rows: number | null): void {
    const { limits } = this.#order
    if (bytes > (limits.bytes ?? Infinity)) {
      throw new Fault('bytes_over_limit', `More than ${limits.bytes} bytes, which is what the policy allows.`)
    }
    if (rows !== null && rows > (limits.rows ?? Infinity)) {
      throw new Fault('rows_over_limit', `More than ${limits.rows} rows, which is what the pipeline allows.`)
    }
  }

  #tell(): void {
    const { onProgress } = this.#order
    const now = performance.now()
    if (!onProgress || now - this.#last < progressEveryMs) return
    this.#last = now
    const { name, estimatedRows, estimatedBytes } = this.#estimate
    onProgress({
      index: this.#index,
      stream: name,
      rows: this.#rows,
      bytes: this.#bytes,
      estimatedRows,
      estimatedBytes,
    })
  }
}
