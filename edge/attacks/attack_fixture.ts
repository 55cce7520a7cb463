/**
 * What an attack on how people and programs get in is: carried out against a wired edge, refused by a code, and seen in
 * the audit log of the tenant that it belongs to, or of the installation's where nobody is named. Each names the checks that stop it, so that
 * they can be taken out of a copy of the source: there it has to succeed.
 */
import type { FaultCode } from '../../shared/faults.ts'
import type { Answer, TestEdge } from '../edge_fixture.ts'

/** One check, and the source without it. */
export interface Mutation {
  /** What the check says, for people. */
  readonly check: string
  /** From the repository's root. */
  readonly file: string
  /** There exactly once. */
  readonly find: string
  readonly put: string
}

/** What a refusal leaves in an audit log: an entry of its own, or `request.refused` of the operation, with the code. */
export type Trace = { readonly entry: string } | { readonly refused: string }

export interface Outcome {
  /** What refused it; null when nothing did. */
  readonly code: string | null
  /** Actions of all audit logs; of refused requests with `operation code`. */
  readonly left: readonly string[]
  /** What the attacker has now, as it was found there; null when nothing. */
  readonly gained: string | null
}

export interface Attack {
  readonly name: string
  /** What the attacker does, and what for. */
  readonly tried: string
  readonly code: FaultCode
  readonly leaves: Trace
  /** The checks that stop it. Where there are several, each alone would. */
  readonly without: readonly Mutation[]
  readonly attempt: () => Promise<Outcome>
}

/** The end of an attempt: what refused the answer that mattered, what was gained, and what the edge has of it. */
export async function ended(
  edge: TestEdge,
  { code, gained }: Pick<Outcome, 'code' | 'gained'>,
): Promise<Outcome> {
  await edge.edge.flush()
  const sql = 'SELECT DISTINCT action, CAST(bytes AS TEXT) AS text FROM audit_leaf'
  const rows = await edge.storage.read({ sql, parameters: [], reads: true })
  return {
    code,
    left: [...new Set(rows.map(({ action, text }) => said(String(action), String(text))))],
    gained,
  }
}

function said(action: string, text: string): string {
  if (action !== 'request.refused') return action
  const { facts } = JSON.parse(text) as {
    readonly facts: { readonly operation: string; readonly code: string }
  }
  return `${action} ${facts.operation} ${facts.code}`
}

/** The code of a refusal; null where the answer is none. */
export function codeOf({ status, json }: Answer): string | null {
  return status < 400 ? null : String(json.code)
}

/** Where the answer that mattered is all: `what` is gained by one that is no refusal. */
export async function answered(edge: TestEdge, answer: Answer, what: string): Promise<Outcome> {
  const code = codeOf(answer)
  return await ended(edge, { code, gained: code === null ? what : null })
}

/** What is wrong with the end of an attack; null when it was refused and seen. */
export function wrongWith({ code, leaves }: Attack, outcome: Outcome): string | null {
  if (outcome.gained !== null) return `it SUCCEEDED: ${outcome.gained}`
  if (outcome.code !== code) return `it was to be refused by ${code}, and was by ${outcome.code}`
  const trace = 'entry' in leaves ? leaves.entry : `request.refused ${leaves.refused} ${code}`
  return outcome.left.includes(trace) ? null : `it left no ${trace}, but ${outcome.left.join(', ')}`
}
