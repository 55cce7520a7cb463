/** One connection of the embedded engine: prepared statements are kept, parameters go through `bind`. */
import Database from 'libsql'
import { bind, toRow } from './bind.ts'
import type { Row } from './plan.ts'

/** Texts differ only where a list has another length, so this many are never reached in practice. */
const MAX_STATEMENTS = 1000

interface Prepared {
  /** Names of the columns that it returns; null for a statement that returns none. */
  readonly columns: readonly string[] | null
  readonly statement: Raw
}

/** A statement whose rows come as arrays: half the price of the engine's own objects. */
interface Raw {
  all(parameters: unknown[]): unknown[][]
  get(parameters: unknown[]): unknown[] | undefined
  run(parameters: unknown[]): { changes: number }
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
    const { columns, statement } = this.#prepare(sql)
    const values = bind(parameters)
    if (columns === null) return { rows: [], touched: statement.run(values).changes }
    const rows = statement.all(values).map((row) => toRow(columns, row))
    return { rows, touched: rows.length }
  }

  /** The first row of a SELECT, or null: for lookups by a key, at half the price of `run`. */
  first(sql: string, parameters: readonly unknown[]): Row | null {
    const { columns, statement } = this.#prepare(sql)
    const row = statement.get(bind(parameters))
    return row === undefined || columns === null ? null : toRow(columns, row)
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
    const columns = statement.reader ? statement.columns().map(({ name }) => name) : null
    const raw = (columns === null ? statement : statement.raw()) as unknown as Raw
    const prepared: Prepared = { columns, statement: raw }
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
