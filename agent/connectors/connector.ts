/** What a connector is: a place that streams are read from, written to, or both. */
import type { z } from 'zod'
import type { Condition } from '../../shared/condition.ts'
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

export interface Column {
  readonly name: string
  readonly type: Type
  readonly nullable: boolean
  /** As the source spells it, e.g. `numeric(12,2)`. */
  readonly native: string
  /** Whose spelling `native` is: a type of the same name in another vocabulary is not the same type. */
  readonly vocabulary: 'postgres' | 'duckdb' | 'csv'
  /** Computed by its table from other columns: never written, and left out where the target computes it too. */
  readonly generated?: true
}

/** A table, view or file that a source can read. */
export interface Stream {
  readonly name: string
  readonly columns: readonly Column[]
  readonly key: readonly string[]
  readonly estimatedRows: number | null
  readonly estimatedBytes: number | null
  /** Only rows for which it is true are read. Set by the source's own `where`. */
  readonly condition?: Condition
}

export type SliceId = string

/** A part of one read; the slices of a read together give the stream once. */
export interface Slice {
  readonly id: SliceId
  readonly stream: Stream
}

export interface Reading {
  readonly bytes: ReadableStream<Uint8Array>
  /**
   * Settles after `bytes` has ended: with the number of rows once the source has proven that this was all, or with
   * the reason why it was not. The end of `bytes` proves nothing. Null: it was all, and whoever reads counts.
   */
  readonly proof: Promise<number | null>
}

/** Everything that a source throws is a Fault; it holds one snapshot from `stream` to disposal. */
export interface Source extends AsyncDisposable {
  /** What it can emit of this stream, best first. */
  formats(stream: Stream): readonly Format[]
  /** Throws when the source cannot be reached or signed in to. */
  check(signal: AbortSignal): Promise<void>
  discover(signal: AbortSignal): Promise<Stream[]>
  /** Throws `stream_missing` or `permission_denied`. */
  stream(name: string, signal: AbortSignal): Promise<Stream>
  /** The stream with this condition. Throws `unsupported` where it cannot be held to one; missing: it never can. */
  where?(stream: Stream, condition: Condition): Stream
  slices(stream: Stream, signal: AbortSignal): Promise<Slice[]>
  open(slice: Slice, format: Format, signal: AbortSignal): Promise<Reading>
  /** Absolute paths where the hold may read the slice in place, for formats that cannot be streamed. */
  files?(slice: Slice): readonly string[]
  /** Throws `source_failed` when one of `files` is not what `stream` looked at, before or after it was read. */
  unchanged?(slice: Slice): void
}

export type Mode = 'replace' | 'append'

/** One stream's way into a destination. */
export interface Load {
  readonly runId: string
  /** Position of the stream in its pipeline; with the run id it names the load in the ledger. */
  readonly index: number
  /** Grows with each lease of the run; a later attempt shuts out an earlier one. */
  readonly fence: number
  readonly target: string
  readonly mode: Mode
  readonly columns: readonly Column[]
  readonly key: readonly string[]
  /** Types asked for by the pipeline, by column. */
  readonly cast: ReadonlyMap<string, Type>
}

/** What a commit would find and do. */
export interface Target {
  /** `create`, `fill` (empty), `append`, `swap` (rename over the old), `refill` (empty it in place, then insert). */
  readonly how: 'create' | 'fill' | 'append' | 'swap' | 'refill'
  /** Where each column of the load goes, in the load's order; null for one that is not sent. */
  readonly columns: readonly (Column | null)[]
  /** DDL, or file operations in words, in order. */
  readonly statements: readonly string[]
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
}

export interface Destination extends AsyncDisposable {
  /** What it can take for this target, best first. */
  formats(target: string): readonly Format[]
  check(signal: AbortSignal): Promise<void>
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
  /** Slices an earlier attempt of this run already made durable. */
  readonly done: ReadonlySet<SliceId>
  /** Where the last committed load of this target ended; the destination's own record, and it wins. */
  readonly state: State | null
  /** Resolves once the destination has stored the rows and counted them; rejects, and stores none, otherwise. */
  write(slice: Slice, format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written>
  /** Data, slice ledger and state become visible together, once, or not at all. */
  commit(state: State): Promise<Committed>
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
  | { readonly kind: 'files'; readonly path: string }
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
