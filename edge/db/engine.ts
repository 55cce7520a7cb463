/** One connection of the embedded engine: prepared statements are kept, parameters go through `bind`. */
import Database from 'libsql'
import { bind, plainRow } from './bind.ts'
import type { Row } from './plan.ts'

/** Texts differ only where a list has another length, so this many are never reached in practice. */
const MAX_STATEMENTS = 1000

interface Prepared {
  readonly reader: boolean
  all(parameters: unknown[]): unknown[]
  run(parameters: unknown[]): { changes: number; lastInsertRowid?: number | bigint }
}

export interface Ran {
  readonly rows: readonly Row[]
  /** Rows that the statement inserted, updated or deleted; for one that returns rows, how many it returned. */
  readonly touched: number
}

export class EngineConnection {
  readonly #database: InstanceType<typeof Database>
  readonly #prepared = new Map<string, Prepared>()

  constructor(path: string) {
    this.#database = new Database(path)
  }

  /** Whether a transaction is open. A full disk may have ended one. */
  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  /** Runs one statement to its end. Throws the engine's own error, whose `code` is SQLite's. */
  run(sql: string, parameters: readonly unknown[] = []): Ran {
    const prepared = this.#prepare(sql)
    const values = bind(parameters)
    if (!prepared.reader) return { rows: [], touched: prepared.run(values).changes }
    const rows = prepared.all(values) as Record<string, unknown>[]
    for (const row of rows) plainRow(row)
    return { rows: rows as Row[], touched: rows.length }
  }

  /** Runs several statements without parameters. */
  script(sql: string): void {
    this.#database.exec(sql)
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    // `reader` is asked of the native side each time, so it is asked once.
    const prepared: Prepared = {
      reader: statement.reader,
      all: (parameters) => statement.all(parameters),
      run: (parameters) => statement.run(parameters),
    }
    if (this.#prepared.size >= MAX_STATEMENTS) {
      this.#prepared.delete(this.#prepared.keys().next().value as string)
    }
    this.#prepared.set(sql, prepared)
    return prepared
  }
}

export interface EngineError extends Error {
  readonly code: string
}

export function isEngineError(error: unknown): error is EngineError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string' &&
    /SQLITE/.test((error as unknown as EngineError).code)
}
