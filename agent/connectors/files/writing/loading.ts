/** One load into files: slices into drafts, then their names, and the manifest last. */
import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type {
  Column,
  Committed,
  Format,
  Intent,
  Load,
  Loading,
  Rejected,
  Slice,
  SliceId,
  State,
  Target,
  Written,
} from '../../connector.ts'
import { Fault } from '../../../../shared/faults.ts'
import type { Lease } from '../lease.ts'
import { type Manifest, readManifest, stageManifest } from '../manifest.ts'
import { recordedAfter } from './columns.ts'
import { fileFault } from './errors.ts'
import { type Layout, removeFiles } from './layout.ts'
import { type Pending, type PendingSlice, removePending, writePending } from './pending.ts'
import { dropQuarantine, type QuarantineDraft, writeQuarantine } from './quarantine.ts'
import type { Published, Store } from './store.ts'
import { syncFolder } from './sync.ts'

export interface LoadingParts {
  readonly layout: Layout
  readonly load: Load
  readonly target: Target
  readonly manifest: Manifest
  /** What an earlier attempt of this load made durable. */
  readonly pending: Pending | null
  readonly store: Store
  readonly partitionBy: readonly string[]
  readonly lease: Lease
}

export class FilesLoading implements Loading {
  readonly target: Target
  readonly committed: Committed | null
  readonly intent: Intent | null
  readonly state: State | null
  readonly #parts: LoadingParts
  #intent: Intent | null = null
  #slices: PendingSlice[] = []
  #done = new Map<SliceId, Written>()
  #published = false
  #broken: Fault | null = null
  /** As the manifest says. */
  #overtaken = false

  constructor(parts: LoadingParts) {
    const { load, manifest, target, pending } = parts
    this.#parts = parts
    this.target = target
    // Of this target: a newer version of the pipeline may have its streams in another order.
    const own = manifest.loads.find((one) => one.run === load.runId)
    this.committed = own ? { rows: own.rows, bytes: own.bytes } : null
    const last = load.reset ? undefined : manifest.loads.at(-1)
    this.state = last ? { runId: last.run, rows: last.rows, cursor: last.cursor } : null
    this.intent = pending?.intent ?? null
    for (const { id, rows, bytes } of pending?.slices ?? []) this.#done.set(id, { rows, bytes })
  }

  get done(): ReadonlyMap<SliceId, Written> {
    return this.#done
  }

  async prepare(intent: Intent): Promise<void> {
    const { pending, store } = this.#parts
    const same = intent.resumable && pending !== null && isDeepStrictEqual(pending.intent, { ...intent })
    this.#intent = intent
    this.#done = new Map()
    try {
      await this.#parts.lease.exclusively(async () => {
        this.#mustBeClaimed()
        if (same) this.#slices = await store.restore(pending.slices)
        else if (pending !== null) {
          await store.restore(pending.slices)
          await store.close('all')
        }
        for (const { id, rows, bytes } of this.#slices) this.#done.set(id, { rows, bytes })
        this.#note()
      })
    } catch (error) {
      throw this.#fault(error)
    }
  }

  async write(slice: Slice, _format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    if (this.#broken !== null) throw this.#broken
    try {
      this.#mustBeOurs()
      const written = await this.#parts.store.write(slice, bytes)
      this.#slices = [...this.#slices.filter(({ id }) => id !== slice.id), written]
      return await this.#noted(written)
    } catch (error) {
      throw this.#fault(error)
    }
  }

  /** Where a slice is written and cannot be noted, nobody could tell whether it is there: the load is over. */
  async #noted({ rows, bytes }: PendingSlice): Promise<Written> {
    try {
      if (this.#intent?.resumable) await this.#parts.lease.exclusively(() => this.#note())
      return { rows, bytes }
    } catch (error) {
      this.#broken = this.#fault(error)
      throw error
    }
  }

  /** Only what is noted is there for a later attempt; and nothing is where slices are read anew in any case. */
  #note(): void {
    const { layout: { folder, target, attempt }, load } = this.#parts
    if (!this.#intent?.resumable) return removePending(folder, target)
    const { upTo, slices, resumable } = this.#intent
    const intent = { upTo, slices: [...slices], resumable }
    writePending(folder, target, {
      version: 1,
      run: load.runId,
      stream: load.index,
      attempt,
      intent,
      slices: this.#slices,
    })
  }

  async commit(state: State, rejected: Rejected | null): Promise<Committed> {
    const { layout, load, lease, store } = this.#parts
    if (this.#broken !== null) throw this.#broken
    let quarantine: QuarantineDraft | null = null
    try {
      this.#mustBeOurs()
      const published = await store.finish(this.#slices, state.rows)
      const bytes = published.reduce((sum, file) => sum + file.bytes, 0)
      const after = this.#manifestAfter(published, { state, bytes })
      quarantine = await writeQuarantine(layout, load, rejected)
      await lease.exclusively(() => this.#publish(after, quarantine))
      return { rows: state.rows, bytes }
    } catch (error) {
      dropQuarantine(quarantine)
      throw this.#fault(error)
    }
  }

  /** What others see. While it goes on nobody takes the target over; who has before is found, and nothing happens. */
  async #publish(after: Manifest, quarantine: QuarantineDraft | null): Promise<void> {
    const { layout, manifest, store } = this.#parts
    this.#mustBeClaimed()
    // From here on nothing needs room: all that is left is a change of names.
    const staged = stageManifest(layout.folder, after)
    try {
      this.#published = true
      await store.name(this.#slices)
      if (quarantine !== null) {
        renameSync(quarantine.draft, quarantine.path)
        await syncFolder(dirname(quarantine.path))
      }
      staged.name()
    } catch (error) {
      staged.drop()
      throw error
    }
    const listed = new Set(after.files.map(({ name }) => name))
    removeFiles(layout, manifest.files.map(({ name }) => name).filter((name) => !listed.has(name)))
    removePending(layout.folder, layout.target)
    await store.close('all')
  }

  /** A lock may be lost without a word, on a network's file system for one. The word that counts is the manifest's. */
  #mustBeClaimed(): void {
    const { layout: { folder, target }, manifest } = this.#parts
    if (isDeepStrictEqual(readManifest(folder, target).claim, manifest.claim)) return
    this.#overtaken = true
    throw new Fault('run_superseded')
  }

  #mustBeOurs(): void {
    if (this.#lost) throw new Fault('run_superseded')
  }

  get #lost(): boolean {
    return this.#overtaken || !this.#parts.lease.held
  }

  /** Whatever happens to an attempt that was overtaken, its files gone for one, happens because of that. */
  #fault(error: unknown): Fault {
    const fault = fileFault(error)
    return this.#lost && fault.code !== 'run_superseded'
      ? new Fault('run_superseded', undefined, { cause: error })
      : fault
  }

  #manifestAfter(
    published: readonly Published[],
    { state, bytes }: { state: State; bytes: number },
  ): Manifest {
    const { load, manifest, target, partitionBy } = this.#parts
    const { runId: run, index: stream, fence, mode } = load
    const anew = mode === 'replace' || load.reset
    const names = new Set(published.map(({ name }) => name))
    const before = anew ? [] : manifest.files.filter(({ name }) => !names.has(name))
    const committed_at = new Date().toISOString()
    const { cursor } = state
    const loaded = { run, stream, fence, mode, rows: state.rows, bytes, committed_at, cursor }
    const written = target.columns.filter((column): column is Column => column !== null)
    return {
      ...manifest,
      loads: [...manifest.loads, loaded],
      files: [...before, ...published.map((file) => ({ ...file, run }))],
      partition_by: [...partitionBy],
      columns: recordedAfter(manifest, written, anew),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { store, lease } = this.#parts
    try {
      if (this.#lost) await store.close('drafts')
      else await lease.exclusively(() => this.#leave()).catch((error) => this.#leaveTo(error))
    } finally {
      lease[Symbol.dispose]()
    }
  }

  async #leave(): Promise<void> {
    const { store, layout } = this.#parts
    if (!this.#published) this.#mustBeClaimed()
    // What is noted is there for a later attempt; a commit that was cut off may have gone through.
    const kept = this.#intent?.resumable === true && this.#slices.length > 0
    await store.close(!kept && !this.#published ? 'all' : 'nothing')
    if (!kept && existsSync(dirname(layout.path))) removePending(layout.folder, layout.target)
  }

  /** Somebody is just taking the target over. */
  async #leaveTo(error: unknown): Promise<void> {
    await this.#parts.store.close('drafts')
    const taken = error instanceof Fault && ['run_superseded', 'target_busy'].includes(error.code)
    if (!taken) throw error
  }
}
