/**
 * What a command hands to the storage: everything that it wants written, decided beforehand.
 *
 * A plan happens whole or not at all. There is no interactive transaction: what has to hold at the moment of
 * writing is said by an expectation, and conditions live in the statements' WHERE clauses.
 */
import type { FaultCode } from '../../shared/faults.ts'

/** What a column can hold. Integers are safe integers; BLOBs come back as Uint8Array. */
export type Value = string | number | null | Uint8Array

export type Row = Readonly<Record<string, Value>>

export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** True for a SELECT: it changes nothing, and a repeated plan runs it again. */
  readonly reads: boolean
  /** True for a SELECT of which the first row is enough, because it asks for a unique key. */
  readonly single?: boolean
  /** Of a single one: its row hardly ever changes, so that the storage may keep it for as long as it does not. */
  readonly steady?: boolean
}

/** The number of rows that a write has to touch; anything else refuses the plan with this code. */
export interface Expectation {
  readonly rows: number
  readonly otherwise: FaultCode
  /** What the fault says; what its code means unless said. */
  readonly detail?: string
}

export interface Step extends Statement {
  /**
   * Without one, any number of rows is fine and a violated constraint is our own mistake (`internal`). With one,
   * a violated constraint counts as the expectation that failed.
   */
  readonly expect?: Expectation
}

/**
 * The audit entry of a plan. Its text is stored byte for byte and is what the Merkle tree hashes; where only the
 * write knows the target, the text is put together by SQL around a scalar subselect.
 */
export interface Leaf {
  readonly tenant: string
  readonly action: string
  /** Milliseconds since 1970. */
  readonly time: number
  /** SHA-256 of what the caller sent, lowercase hex; compared when an Idempotency-Key is used again. */
  readonly request: string | null
  readonly text: string | { readonly before: string; readonly target: Statement; readonly after: string }
}

export interface Plan {
  /** A UUID, made by the caller and unique in the audit log: a plan found there has happened. */
  readonly id: string
  readonly steps: readonly Step[]
  readonly leaf: Leaf | null
  /** True when the id was derived from an Idempotency-Key, so the plan may have happened before. */
  readonly repeatable: boolean
  /** Whose load it is: the tenant of its leaf unless said. Plans of nobody share a lane. */
  readonly lane?: string
}

/** Where a plan waits when more wait than one commit takes, and what it takes of the commit: its statements. */
export function laneOf({ lane, leaf, steps }: Plan): { readonly lane: string; readonly cost: number } {
  return { lane: lane ?? leaf?.tenant ?? '', cost: steps.length + 1 }
}

/** What the audit log says about a plan that has happened before. */
export interface Recorded {
  readonly action: string
  readonly time: number
  readonly request: string | null
}

export interface Outcome {
  /** One list a step: the rows of a SELECT or of a RETURNING clause, else empty. */
  readonly rows: readonly (readonly Row[])[]
  /** Set when the plan had happened before: then `rows` holds those of its SELECTs only. */
  readonly recorded: Recorded | null
}

/** `INSERT` of a plan's leaf at the next position of its tenant. Fails on a plan id that is already there. */
export function leafStatement(planId: string, leaf: Leaf): Statement {
  const { tenant, action, time, request, text } = leaf
  const parameters = [tenant, tenant, planId, action, time, request]
  if (typeof text === 'string') return { sql: leafSql, parameters: [...parameters, text], reads: false }
  const { before, target, after } = text
  return {
    sql: leafSqlOf(`CAST(? || json_quote((${target.sql})) || ? AS BLOB)`),
    parameters: [...parameters, before, ...target.parameters, after],
    reads: false,
  }
}

const leafSqlOf = (bytes: string) =>
  'INSERT INTO audit_leaf (tenant, seq, plan, action, time, request, bytes) VALUES (?, ' +
  'coalesce((SELECT seq + 1 FROM audit_leaf WHERE tenant = ? ORDER BY seq DESC LIMIT 1), 0), ' +
  `?, ?, ?, ?, ${bytes})`

/** Made once: a text that is put together for each entry would be hashed anew to find its prepared statement. */
const leafSql = leafSqlOf('CAST(? AS BLOB)')

export function recordedStatement(planId: string): Statement {
  return {
    sql: 'SELECT action, time, request FROM audit_leaf WHERE plan = ?',
    parameters: [planId],
    reads: true,
  }
}

export function recordedFrom(row: Row): Recorded {
  return { action: row.action as string, time: row.time as number, request: row.request as string | null }
}
