/** What a connector is: a place that streams are read from, written to, or both. */
import type { z } from 'zod'
import type { Condition } from '../../shared/condition.ts'
import type { FaultCode } from '../../shared/faults.ts'
import type { Hold } from '../engine/hold.ts'
import type { Type } from '../engine/types.ts'
import type { Network } from '../network.ts'
import type { ConnectGuard } from './guard.ts'

/**
 * Bytes in a named format, the same on both sides of a route:
 * - `pgcopy`: PostgreSQL's binary COPY.
 * - `csv`: UTF-8, comma, LF, no header line; an unquoted empty field is NULL, `""` the empty string. Values are
 *   spelled as PostgreSQL reads them, timestamps with zone in UTC.
 * - `quoted-csv`: the same, every value but NULL in quotes: less work for a program on the other side.
 * - `parquet`: one whole file. It needs its footer first, so a source gives its path instead of a stream.
 */
export type Format = 'pgcopy' | 'csv' | 'quoted-csv' | 'parquet'

/**
 * Whose spelling a native type is: one of the same name in another vocabulary is not the same type. `csv`: text
 * without a type of its own, as in a CSV file or a string of JSON, which is read as its target or a cast says.
 */
export type Vocabulary = 'postgres' | 'mysql' | 'sqlite' | 'duckdb' | 'json' | 'csv'

export interface Column {
  readonly name: string
  readonly type: Type
  readonly nullable: boolean
  /** As the source spells it, e.g. `numeric(12,2)`. */
  readonly native: string
  readonly vocabulary: Vocabulary
  /** Computed by its table from other columns: never written, and left out where the target computes it too. */
  readonly generated?: true
}

/** What stands for `{schema}` and `{table}` in the name of a target. */
export interface NameParts {
  readonly schema: string | null
  readonly table: string
}

export interface StreamName {
  /** As a pipeline writes it. */
  readonly name: string
  readonly parts: NameParts
}

/** Rows by the value of one column. Values are spelled as in `csv`, with all their digits. */
export interface Range {
  /** The source's name of it. */
  readonly column: string
  /** Null: from the first row on. */
  readonly after: { readonly value: string; readonly inclusive: boolean } | null
  /** The last value that is read; null where the stream had no value when the run began. */
  readonly upTo: string | null
  /** Rows without a value too. */
  readonly nulls: boolean
}

/** A table, view or file that a source can read. */
export interface Stream {
  readonly name: string
  readonly parts?: NameParts
  readonly columns: readonly Column[]
  readonly key: readonly string[]
  readonly estimatedRows: number | null
  readonly estimatedBytes: number | null
  /** Only rows for which it is true are read. Set by the source's own `where`. */
  readonly condition?: Condition
  /** Only these rows are read. Asked of sources that have `newest`. */
  readonly range?: Range
}

export type SliceId = string

/** A part of one read; the slices of a read together give the stream once. */
export interface Slice {
  readonly id: SliceId
  readonly stream: Stream
  /** The source's own note of which part it is. */
  readonly part?: unknown
  /** True when a later attempt reads the very same rows under this id: a closed range, a file that does not change. */
  readonly fixed: boolean
  /**
   * Takes each row that the source would refuse for a value that is not of its column's type: it is left out of the
   * bytes then, and counted. Missing: such a value fails the read.
   */
  readonly refused?: (row: Omit<RejectedRow, 'slice'>) => void
}

export interface Reading {
  readonly bytes: ReadableStream<Uint8Array>
  /**
   * Settles after `bytes` has ended: with the number of rows once the source has proven that this was all, or with
   * the reason why it was not. The end of `bytes` proves nothing. Null: it was all, and whoever reads counts.
   */
  readonly proof: Promise<number | null>
  /** Rows given so far, where who makes them out of something else counts them; nobody has to look for them again. */
  readonly given?: () => number
}

/** Something that a connection lacks for what is wanted of it. */
export interface Finding {
  /** What was looked at, for a person: `select on public.orders`. */
  readonly what: string
  readonly code: FaultCode
  /** What mends it, as a statement where there is one: `grant select on "public"."orders" to "etl"`. */
  readonly remedy: string | null
}

/** Everything that a source throws is a Fault; it holds one snapshot from `stream` to disposal. */
export interface Source extends AsyncDisposable {
  /** What it can emit of this stream, best first. */
  formats(stream: Stream): readonly Format[]
  /** Throws when the source cannot be reached or signed in to. */
  check(signal: AbortSignal): Promise<void>
  /** Throws when a new connection gets no answer. Whatever else is under way goes on. */
  probe?(signal: AbortSignal): Promise<void>
  /** What is missing to read these streams; of all where none is named. */
  examine?(names: readonly string[], signal: AbortSignal): Promise<Finding[]>
  discover(signal: AbortSignal): Promise<Stream[]>
  /** The streams that there are, by name alone. Missing: patterns cannot be used. */
  names?(signal: AbortSignal): Promise<StreamName[]>
  /** Throws `stream_missing` or `permission_denied`. */
  stream(name: string, signal: AbortSignal): Promise<Stream>
  /** The stream with this condition. Throws `unsupported` where it cannot be held to one; missing: it never can. */
  where?(stream: Stream, condition: Condition): Stream
  /**
   * The greatest value of a column among the rows that the condition leaves, spelled as in `csv`; null when there is
   * none. Throws `cursor_refused` for a column without an order. Missing: the source has no cursors.
   */
  newest?(stream: Stream, column: string, signal: AbortSignal): Promise<string | null>
  /** How many slices may be open at once; 1 if absent. */
  readonly lanes?: number
  slices(stream: Stream, signal: AbortSignal): Promise<Slice[]>
  open(slice: Slice, format: Format, signal: AbortSignal): Promise<Reading>
  /** Absolute paths where the hold may read the slice in place, for formats that cannot be streamed. */
  files?(slice: Slice): readonly string[]
  /** Throws `source_failed` when one of `files` is not what `stream` looked at, before or after it was read. */
  unchanged?(slice: Slice): void
}

/**
 * - `replace`: the rows of the target are those of the stream, and no others.
 * - `append`: the rows are added.
 * - `merge`: rows are added, or replace the one with their key; of several with one key the newest by cursor counts.
 * - `history`: as merge, but the row that was replaced stays, with the times between which it was true (SCD type 2).
 * - `mirror`: merge, and rows go whose key the stream has no longer.
 */
export type Mode = 'replace' | 'append' | 'merge' | 'history' | 'mirror'

/**
 * What may become of an existing target: `evolve` adds columns and widens types, `columns_only` adds columns, `freeze`
 * changes nothing. A change that is not allowed is `schema_refused`.
 */
export type SchemaPolicy = 'evolve' | 'columns_only' | 'freeze'

/** Columns that `history` adds: when the row began to be true, and when it ceased to; null as long as it has not. */
export const historyColumns = { from: '_valid_from', to: '_valid_to' } as const

/** What a target's name ends in where the rows are that were refused. */
export const quarantineSuffix = '__quarantine'

/** One stream's way into a destination. */
export interface Load {
  readonly runId: string
  /** Position of the stream in its pipeline; with the run id it names the load in the ledger. */
  readonly index: number
  /** Grows with each lease of the run; a later attempt shuts out an earlier one. */
  readonly fence: number
  readonly target: string
  readonly mode: Mode
  /** Under the names that they have in the target. */
  readonly columns: readonly Column[]
  /** Names in the target. */
  readonly key: readonly string[]
  /** Types asked for by the pipeline, by column of the target. */
  readonly cast: ReadonlyMap<string, Type>
  /** The column of the target by which the newer of two rows is known. */
  readonly cursor: string | null
  /** Only a part of the stream is read: nothing follows from a key that is missing. */
  readonly partial: boolean
  readonly schema: SchemaPolicy
  /** As if there were no target yet: what is in it goes, in the commit. */
  readonly reset: boolean
  /** When the run began, UTC, as `2026-11-22T08:30:00.123456Z`: the time that `history` writes. */
  readonly at: string
  /** Rows that are refused go to the target's quarantine. */
  readonly quarantine: boolean
}

/** What a commit would find and do. */
export interface Target {
  /**
   * `create`, `fill` (empty), `append`, `swap` (rename over the old), `refill` (empty it in place, then insert); a
   * merge, a history or a mirror into rows that are there.
   */
  readonly how: 'create' | 'fill' | 'append' | 'swap' | 'refill' | 'merge' | 'history' | 'mirror'
  /** Where each column of the load goes, in the load's order; null for one that is not sent. */
  readonly columns: readonly (Column | null)[]
  /** DDL, or file operations in words, in order. */
  readonly statements: readonly string[]
  /** What becomes of an existing target's columns, in words: `add column "x" numeric(12,2)`. */
  readonly changes: readonly string[]
  /** Of a plan: where the last committed load ended, if there was one. Missing: that is not known before `begin`. */
  readonly state?: State | null
}

export interface Written {
  /** Null where the destination cannot count: then who made the bytes has. */
  readonly rows: number | null
  readonly bytes: number
}

export interface Committed {
  readonly rows: number
  readonly bytes: number
}

/** What the destination keeps for the next run of the same target. */
export interface State {
  readonly runId: string
  readonly rows: number
  /** How far the target has the stream: the source's column, and the last value that was read. */
  readonly cursor: { readonly column: string; readonly value: string } | null
}

/** What an attempt sets out to read. A later attempt of the run keeps to it. */
export interface Intent {
  /** The range's last value; null without a range. */
  readonly upTo: string | null
  readonly slices: readonly SliceId[]
  /** Every slice is durable once it is written, and does not have to be read again. */
  readonly resumable: boolean
}

/** A row that was refused. */
export interface RejectedRow {
  readonly slice: SliceId
  /** Its number in the slice, from 1. */
  readonly row: number
  readonly column: string | null
  readonly code: FaultCode
  /** The row as the source has it: JSON, column → text or null. */
  readonly source: string
}

export interface Rejected {
  readonly count: number
  rows(): AsyncIterable<RejectedRow>
}

export interface Destination extends AsyncDisposable {
  /** What it can take for this target, best first. */
  formats(target: string): readonly Format[]
  readonly modes: readonly Mode[]
  check(signal: AbortSignal): Promise<void>
  /** Throws when a new connection gets no answer. Whatever else is under way goes on. */
  probe?(signal: AbortSignal): Promise<void>
  /** What is missing to write these targets; in general where none is named. */
  examine?(names: readonly string[], signal: AbortSignal): Promise<Finding[]>
  /** Reads only. Throws when the load cannot end well: names, types, kinds of target. */
  plan(load: Load, signal: AbortSignal): Promise<Target>
  /** Takes the target's lease; throws `target_busy` when another run has it. */
  begin(load: Load, signal: AbortSignal): Promise<Loading>
}

/** One stream's load. Disposing it before `commit` leaves the destination as it was. */
export interface Loading extends AsyncDisposable {
  readonly target: Target
  /** What an earlier attempt of this run already committed; then there is nothing left to do. */
  readonly committed: Committed | null
  /** What an earlier attempt of this run set out to do; null when this is the first. */
  readonly intent: Intent | null
  /** Slices of that intent which are durable already. */
  readonly done: ReadonlyMap<SliceId, Written>
  /** How many slices may be written at once; 1 if absent. */
  readonly lanes?: number
  /** Where the last committed load of this target ended; the destination's own record, and it wins. */
  readonly state: State | null
  /**
   * Called once, before anything is written. What an earlier attempt staged for another intent is dropped, and `done`
   * is empty from then on.
   */
  prepare(intent: Intent, signal: AbortSignal): Promise<void>
  /** Resolves once the destination has stored the rows and counted them; rejects, and stores none, otherwise. */
  write(slice: Slice, format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written>
  /** `mirror` of a part: the keys of all rows of the stream, as `csv` in the order of the load's key. */
  writeKeys?(slice: Slice, format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written>
  /**
   * Data, slice ledger, state and what was refused become visible together, once, or not at all.
   */
  commit(state: State, rejected: Rejected | null): Promise<Committed>
}

/** What a connector gets from the run that it works for. */
export interface Context {
  readonly guard: ConnectGuard
  /** What sessions and files are named after. */
  readonly runId: string
  readonly fence: number
  /** Relative paths of connections start here. */
  readonly base: string
  /** The run's own folder, mode 0700 and emptied by its owner: what a source has to keep until it is read. */
  readonly folder: string
  readonly network: Network
  /** Most bytes that one stream may have; null for as many as it has. */
  readonly mostBytes: number | null
  /** The hold of this stream, started when it is first asked for. `files`: what it may read in place. */
  hold(files: readonly string[]): Promise<Hold>
}

/** What the policy has to judge about a connection, before anything is connected to. */
export type Endpoint =
  | {
    readonly kind: 'postgres'
    readonly endpoint: string
    readonly port: number
    readonly account: string
    readonly database: string
  }
  | {
    readonly kind: 'mysql'
    readonly endpoint: string
    readonly port: number
    readonly account: string
    readonly database: string
  }
  | { readonly kind: 'files'; readonly path: string }
  /** A database that is a file. */
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'libsql'; readonly endpoint: string; readonly port: number }
  /** `path` of a URL, as it is sent; what is below it when it ends in a slash. */
  | { readonly kind: 'https'; readonly endpoint: string; readonly port: number; readonly path: string }

/** One folder per connector exports one. A missing member is a missing ability. */
export interface Connector<Config> {
  readonly name: string
  /** As a person writes it: strict, without `type`. */
  readonly config: z.ZodType<Config>
  /** Where this config leads. `base`: relative paths start here. */
  targets(config: Config, base: string): readonly Endpoint[]
  /** Patterns of the hosts that its servers may send it on to; none when absent. Policy has to approve them too. */
  derivedHosts?(config: Config): readonly string[]
  /** The one name of a target, whatever way it is spelled. May throw what `begin` would. */
  target?(config: Config, base: string, name: string): string
  source?(config: Config, context: Context): Source
  destination?(config: Config, context: Context): Destination
}
