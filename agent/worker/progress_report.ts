/** Tells the edge how far the streams are: now and then, the newest counts, one message under way at a time. */
import type { StreamProgress } from '../../shared/schemas/run.ts'
import type { AgentEdge, Held } from '../edge_client/agent_edge.ts'
import type { Progress } from '../runs/move.ts'

const everyMs = 2000

export class ProgressReport implements Disposable {
  readonly #edge: Pick<AgentEdge, 'progress'>
  readonly #held: Held
  readonly #newest = new Map<number, StreamProgress>()
  readonly #ended = new AbortController()
  #last = performance.now()
  #busy = false

  constructor(edge: Pick<AgentEdge, 'progress'>, held: Held) {
    this.#edge = edge
    this.#held = held
  }

  update({ index, rows, bytes }: Progress): void {
    this.#newest.set(index, { index, rows: rows ?? 0, bytes })
    if (this.#busy || performance.now() - this.#last < everyMs) return
    this.#last = performance.now()
    this.#busy = true
    const streams = [...this.#newest.values()]
    this.#newest.clear()
    // A count that did not arrive is followed by a newer one, and at the end by the report.
    const done = () => void (this.#busy = false)
    this.#edge.progress(this.#held, streams, this.#ended.signal).then(done, done)
  }

  [Symbol.dispose](): void {
    this.#ended.abort()
  }
}
