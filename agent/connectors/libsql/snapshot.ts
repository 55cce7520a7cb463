/** A read transaction on a server: it lasts as long as its stream, and a stream that is given up is an error. */
import { Fault } from '../../../shared/faults.ts'
import type { Reader, Value } from '../sqlite/catalog.ts'
import { type Hrana, outcomeOf, toWire } from './hrana.ts'

/** Servers give a stream up after 10 s without a request. */
const idleMs = 4000

export class Snapshot implements Reader {
  readonly #hrana: Hrana
  readonly #signal: AbortSignal
  #baton: string | null = null
  #turn: Promise<unknown> = Promise.resolve()
  #alive: ReturnType<typeof setTimeout> | undefined
  #failed: unknown = null
  #closed = false

  private constructor(hrana: Hrana, signal: AbortSignal) {
    this.#hrana = hrana
    this.#signal = signal
  }

  static async open(hrana: Hrana, signal: AbortSignal): Promise<Snapshot> {
    const snapshot = new Snapshot(hrana, signal)
    // The first read is what the others are held to.
    await snapshot.#execute(['begin', 'select count(*) from sqlite_schema'].map((sql) => ({ sql, args: [] })))
    return snapshot
  }

  rows(sql: string, values: readonly Value[] = []): Promise<Value[][]> {
    return this.#inTurn(async () => {
      const [result] = await this.#execute([{ sql, args: values.map(toWire) }])
      return outcomeOf(result as Parameters<typeof outcomeOf>[0]).rows
    })
  }

  async #execute(statements: readonly { sql: string; args: readonly unknown[] }[]): Promise<unknown[]> {
    if (this.#failed !== null) throw this.#failed
    if (this.#closed) throw new Fault('connection_lost', 'The stream is closed.')
    clearTimeout(this.#alive)
    try {
      const requests = statements.map((stmt) => ({ type: 'execute', stmt }))
      const { baton, results } = await this.#hrana.pipeline(this.#baton, requests, this.#signal)
      if (baton === null) {
        throw new Fault('connection_lost', 'The server has given up the stream, and the snapshot with it.')
      }
      this.#baton = baton
      const found = results.map((one) => this.#hrana.result(one))
      if (!this.#closed) this.#rest()
      return found
    } catch (error) {
      // A statement that is refused leaves the stream as it was; a new one would see other rows.
      if (error instanceof Fault && error.class === 'transient') this.#failed = error
      else this.#rest()
      throw error
    }
  }

  /** Until the next request somebody has to say that the stream is wanted. */
  #rest(): void {
    clearTimeout(this.#alive)
    this.#alive = setTimeout(() => {
      this.#inTurn(() => this.#execute([{ sql: 'select 1', args: [] }])).catch(() => undefined)
    }, idleMs)
    this.#alive.unref?.()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** Never throws. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#alive)
    await this.#turn
    const baton = this.#baton
    this.#baton = null
    if (baton === null || this.#failed !== null) return
    await this.#hrana.pipeline(baton, [{ type: 'close' }], AbortSignal.timeout(idleMs)).catch(() => undefined)
  }
}
