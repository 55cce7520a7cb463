/** What a command decides to write. */
import type { Row, Statement, Step } from '../db/plan.ts'
import type { NetworkFact } from './network_fact.ts'

/** The rows of each step of `writes`, by position: of a SELECT, or of a RETURNING clause. */
export type StepRows = readonly (readonly Row[])[]

export interface Written {
  readonly rows: StepRows
  /**
   * True when this request's Idempotency-Key was used before and the plan had happened: then only SELECTs have
   * rows, and secrets made in this attempt mean nothing.
   */
  readonly repeated: boolean
}

/** Something else that the plan does and that has to be found under its own name. */
export interface FurtherEntry {
  readonly action: `${string}.${string}`
  readonly target: string
  readonly facts?: Change<unknown>['facts']
  /** Whose log it is in; that of the change unless said. */
  readonly tenant?: string
}

/** What an entry says beside its target. */
export type Facts = Readonly<Record<string, string | number | boolean | null | NetworkFact>>

export interface Change<Reply> {
  readonly kind: 'change'
  /** In order; whole or not at all. Rows that the reply needs come from SELECTs by ids that the handler made. */
  readonly writes: readonly Step[]
  /** The id of the thing that is acted on, or a scalar subselect where only the write knows it. */
  readonly target: string | Statement
  /** Further ids and numbers that the audit entry names. Nothing personal: names go into `names`. */
  readonly facts?: Facts
  /** Personal data: kept beside the audit entry, which holds salted hashes of it, until its member is erased. */
  readonly names?: Readonly<Record<string, PersonalName>>
  /** Other tenants, whose logs get the same entry without the names. */
  readonly alsoIn?: readonly string[]
  /** Entries of the same plan, right before the route's own. */
  readonly further?: readonly FurtherEntry[]
  /** When it was decided, of a handler that has waited; the request's `now` unless said. */
  readonly time?: number
  /** Called once the writes are durable. */
  readonly reply: (written: Written) => Reply
  /** Called once the writes are durable, before the reply: wake whoever waits for them. */
  readonly committed?: () => void
  /** When an expectation fails, ask the handler again (with `attempt` one higher) in place of answering the fault. */
  readonly again?: boolean
}

/** A name and the id of the member that it is of: by that an erasure finds it. */
export interface PersonalName {
  readonly member: string
  readonly value: string
}

/** For routes without a principal or of an account: whose log the entry goes to, and who acted. */
export interface OpenChange<Reply> extends Change<Reply> {
  readonly tenant: string
  readonly actor: Actor
}

/** Who did it, as the audit log says it. */
export type Actor =
  | { readonly kind: 'member'; readonly id: string; readonly token: string }
  | { readonly kind: 'member'; readonly id: string; readonly session: string }
  /** A person at this installation, in a sign-in or with their own account. */
  | { readonly kind: 'account'; readonly id: string }
  | { readonly kind: 'agent'; readonly id: string }
  | { readonly kind: 'setup' }
  | { readonly kind: 'invitation'; readonly member: string }
  | { readonly kind: 'enrolment'; readonly token: string }
  /** The key of a pool has vouched for it: `key` is its key id. */
  | { readonly kind: 'pool'; readonly pool: string; readonly key: string }
  /** Who knows the secret of that webhook. */
  | { readonly kind: 'webhook'; readonly id: string }
  /** The edge itself: a lease ran out, a run lost what it needs. */
  | { readonly kind: 'edge' }

/** Nothing to write after all: answer this. */
export interface Unchanged<Reply> {
  readonly kind: 'unchanged'
  readonly reply: Reply
}

export function change<Reply>(change: Omit<Change<Reply>, 'kind'>): Change<Reply> {
  return { kind: 'change', ...change }
}

export function openChange<Reply>(change: Omit<OpenChange<Reply>, 'kind'>): OpenChange<Reply> {
  return { kind: 'change', ...change }
}

export function unchanged<Reply>(reply: Reply): Unchanged<Reply> {
  return { kind: 'unchanged', reply }
}
