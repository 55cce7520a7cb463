import type { Outcome, Plan, Row, Statement } from './plan.ts'

/** Figures for `/metrics`, counted since the storage was opened. */
export interface StorageCounts {
  /** Commits that became durable. */
  readonly commits: number
  /** Plans inside those commits. */
  readonly plans: number
  /** Plans that a failed expectation or a violated constraint kept out. */
  readonly refused: number
}

/** Where the edge keeps everything: one implementation over an embedded engine, one over a libSQL server. */
export interface Storage {
  /**
   * Runs one SELECT on what is committed.
   *
   * Throws Fault `unavailable` when the database cannot answer, `internal` when it does not accept the statement.
   */
  read(statement: Statement): Promise<readonly Row[]>

  /**
   * Makes the plan happen, whole or not at all; resolves once it is durable.
   *
   * A plan whose id is in the audit log has happened: only its SELECTs run, and `recorded` says what the log
   * holds. Throws the expectation's Fault when one failed, `unavailable` when the caller may repeat, `internal`
   * otherwise; in each case nothing of the plan was kept – but for an `unavailable` from a remote database on a
   * plan without a leaf, of which nobody can say whether it happened.
   */
  write(plan: Plan): Promise<Outcome>

  counts(): StorageCounts

  /** Answers what is queued, then closes. Later calls throw `unavailable`. */
  close(): Promise<void>
}
