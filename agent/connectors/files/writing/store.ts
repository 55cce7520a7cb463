/** Where the slices of a load are kept until the commit, and how they get their names. */
import type { Slice } from '../../connector.ts'
import type { ManifestFile } from '../manifest.ts'
import type { Form } from './form.ts'
import type { Layout } from './layout.ts'
import type { PendingSlice } from './pending.ts'
import type { Check } from '../../../engine/checks.ts'

export interface Stowing {
  readonly layout: Layout
  readonly form: Form
  readonly run: string
  /** Position of the stream in its pipeline. */
  readonly index: number
  /** By column, as they come. */
  readonly checks: readonly (Check | null)[]
}

/**
 * `drafts`: files on their way under names that are this attempt's alone. `all`: those that an attempt which was cut off
 * in its commit has named too, which is for who has the lease.
 */
export type Drop = 'nothing' | 'drafts' | 'all'

export type Published = Omit<ManifestFile, 'run'>

export interface Store {
  /** Those of an earlier attempt's slices that are still whole; what else it left is dropped. */
  restore(slices: readonly PendingSlice[]): Promise<PendingSlice[]>
  /** Resolves once the rows are durable; rejects, and keeps none of them, otherwise. */
  write(slice: Slice, bytes: ReadableStream<Uint8Array>): Promise<PendingSlice>
  /** Brings the files into the form that they will have; nobody sees them yet. */
  finish(slices: readonly PendingSlice[], rows: number): Promise<Published[]>
  /** Gives them their names. May be repeated by a later attempt that was cut off in the middle. */
  name(slices: readonly PendingSlice[]): Promise<void>
  /** Closes what is open, and removes what has not got its name. */
  close(drop: Drop): Promise<void>
}
