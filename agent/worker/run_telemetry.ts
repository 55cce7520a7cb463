/** Spans and figures of runs: ids, positions, kinds of ends, counts and codes; no name of a pipeline, stream or target. */
import type { Span, Tally, Telemetry } from '../../shared/telemetry/telemetry.ts'
import type { Completion } from '../edge_client/agent_edge.ts'
import type { Around, StreamResult } from '../runs/move.ts'

const SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400]

export class RunTelemetry implements Around {
  readonly #telemetry: Telemetry
  readonly #duration: Tally
  readonly #rows: Tally
  readonly #bytes: Tally

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry
    this.#duration = telemetry.histogram({
      name: 'sallyport.run.duration',
      unit: 's',
      description: 'Time from the lease of a run to the report of its end, by how it ended.',
      bounds: SECONDS,
    })
    this.#rows = telemetry.counter({
      name: 'sallyport.rows',
      unit: '{row}',
      description: 'Rows that streams have committed.',
    })
    this.#bytes = telemetry.counter({
      name: 'sallyport.bytes',
      unit: 'By',
      description: 'Bytes of streams that have committed.',
    })
  }

  /** `ended` hears how it did; where it does not, the attempt could not be reported. */
  async run(
    { id, attempt }: { readonly id: string; readonly attempt: number },
    work: (ended: (completion: Completion) => void) => Promise<void>,
  ): Promise<void> {
    const began = performance.now()
    const attributes = { 'sallyport.run_id': id, 'sallyport.attempt': attempt }
    let status = 'unreported'
    await this.#telemetry.span('run', { attributes }, async (span) => {
      try {
        await work((completion) => {
          status = completion.status
          say(span, completion)
        })
      } finally {
        this.#duration((performance.now() - began) / 1000, { status })
      }
    })
  }

  stream<T extends { readonly result: StreamResult }>(index: number, work: () => Promise<T>): Promise<T> {
    return this.#telemetry.span('stream', { attributes: { 'sallyport.stream': index } }, async (span) => {
      const moved = await work()
      const { status, code, mode, route, rows, bytes, rejected } = moved.result
      span.set({
        'sallyport.mode': mode,
        'sallyport.rows': rows,
        'sallyport.bytes': bytes,
        'sallyport.rejected': rejected,
        ...(route === null ? {} : { 'sallyport.route': route }),
      })
      say(span, { status, ...(code === null ? {} : { code }) })
      // What an attempt before has committed was counted then.
      if (status === 'succeeded' && moved.result.taken !== true) {
        this.#rows(rows, { mode })
        this.#bytes(bytes, { mode })
      }
      return moved
    })
  }

  commit<T>(work: () => Promise<T>): Promise<T> {
    return this.#telemetry.span('commit', {}, work)
  }
}

function say(span: Span, { status, code }: { readonly status: string; readonly code?: string | undefined }) {
  span.set({ 'sallyport.status': status })
  if (code !== undefined) span.fail(code)
}
