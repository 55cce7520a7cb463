/** One connection to a file. Statements run in this process: what is long is cut into pieces, with a pause after each. */
import { Database, type SQLQueryBindings, type Statement } from 'bun:sqlite'
import { setImmediate } from 'node:timers/promises'
import { Fault } from '../../../shared/faults.ts'
import type { Reader, Value } from './catalog.ts'
import { faultOf, isBusy, type Side } from './errors.ts'

/** What a transaction may have in memory before it is written out, in KiB. */
const cacheKib = 16 * 1024

/** Between two tries for a lock. */
const retryMs = 25

/** Lets everything else go on that waits: heartbeats, signals, the other end of the route. */
export async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}

export class Session implements Reader {
  readonly #database: Database
  readonly #side: Side

  private constructor(database: Database, side: Side) {
    this.#database = database
    this.#side = side
  }

  /** Read-only, whatever is asked of it later. Throws `database_missing`, `file_invalid`, `file_unreadable`. */
  static reading(path: string): Session {
    const session = Session.#open(path, { readonly: true, safeIntegers: true }, 'source')
    session.run('pragma query_only = 1')
    return session
  }

  /** Makes the file where there is none, unless `there`. */
  static writing(path: string, { there }: { readonly there: boolean }): Session {
    const session = Session.#open(path, { readwrite: true, create: !there, safeIntegers: true }, 'target')
    session.run(`pragma cache_size = -${cacheKib}`)
    // A load keeps to the constraints that a table declares, whoever else does.
    session.run('pragma foreign_keys = 1')
    return session
  }

  static #open(path: string, options: ConstructorParameters<typeof Database>[1], side: Side): Session {
    try {
      const session = new Session(new Database(path, options), side)
      // What a schema calls on its own is nothing that reaches out of the file.
      session.run('pragma trusted_schema = 0')
      session.run('pragma busy_timeout = 0')
      return session
    } catch (error) {
      throw faultOf(error, side)
    }
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  run(sql: string, values: readonly Value[] = []): number {
    try {
      return this.#database.prepare(sql).run(...values as SQLQueryBindings[]).changes
    } catch (error) {
      throw faultOf(error, this.#side)
    }
  }

  /** A statement to be run many times. */
  prepare(sql: string): Prepared {
    try {
      return new Prepared(this.#database.prepare(sql), this.#side)
    } catch (error) {
      throw faultOf(error, this.#side)
    }
  }

  rows(sql: string, values: readonly Value[] = []): Promise<Value[][]> {
    try {
      return Promise.resolve(this.#database.prepare(sql).values(...values as SQLQueryBindings[]) as Value[][])
    } catch (error) {
      return Promise.reject(faultOf(error, this.#side))
    }
  }

  /** One after the other, as they are asked for. Columns are called `c0`, `c1` …, or else are one. */
  *each(sql: string, values: readonly Value[] = []): Generator<Record<string, Value>> {
    try {
      const statement = this.#database.prepare(sql)
      yield* statement.iterate(...values as SQLQueryBindings[]) as Iterable<Record<string, Value>>
    } catch (error) {
      throw faultOf(error, this.#side)
    }
  }

  /**
   * Tries for a lock until `waitMs` have passed; in between everything else goes on. Throws what stands in the way as
   * SQLite says it.
   */
  async locked(work: () => void, waitMs: number, signal: AbortSignal): Promise<void> {
    const end = performance.now() + waitMs
    while (true) {
      signal.throwIfAborted()
      try {
        return work()
      } catch (error) {
        const cause = error instanceof Fault ? error.cause : error
        if (!isBusy(cause) || performance.now() >= end) throw faultOf(error, this.#side)
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }

  rollback(): void {
    if (this.#database.inTransaction) this.run('rollback')
  }

  /** Gives back every lock at once, whatever statements are still in memory. Never throws. */
  close(): void {
    try {
      this.rollback()
    } catch {
      // What fails here has no transaction any more.
    }
    this.#database.close()
  }
}

export class Prepared {
  readonly #statement: Statement
  readonly #side: Side

  constructor(statement: Statement, side: Side) {
    this.#statement = statement
    this.#side = side
  }

  /** Rows that it changed. */
  run(values: readonly Value[]): number {
    try {
      return this.#statement.run(...values as SQLQueryBindings[]).changes
    } catch (error) {
      throw faultOf(error, this.#side)
    }
  }
}
