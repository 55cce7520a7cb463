/** A target that is one Parquet file. A slice is a file of its own, and several become one in the hold. */
import { renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { Fault } from '../../../../shared/faults.ts'
import { describeParquet, parquetMetadata } from '../../../engine/hold_sql.ts'
import { restow } from '../../../engine/restow.ts'
import type { Context, Slice } from '../../connector.ts'
import { parquetColumns } from '../types.ts'
import { Draft } from './draft.ts'
import { fileDraftOf } from './layout.ts'
import { writeMember } from './one_file.ts'
import type { PendingSlice } from './pending.ts'
import { sliceHash } from './router.ts'
import type { Drop, Published, Store, Stowing } from './store.ts'
import { syncFolder } from './sync.ts'

let merges = 0

export class ParquetFile implements Store {
  readonly #stowing: Stowing
  readonly #context: Context
  readonly #paths = new Set<string>()
  /** What gets the target's name. */
  #whole = ''

  constructor(stowing: Stowing, context: Context) {
    this.#stowing = stowing
    this.#context = context
  }

  #pathOf(id: string): string {
    return fileDraftOf(this.#stowing.layout, this.#stowing.run, sliceHash(id))
  }

  async restore(slices: readonly PendingSlice[]): Promise<PendingSlice[]> {
    for (const { id } of slices) this.#paths.add(this.#pathOf(id))
    return slices.filter(({ id, bytes }) =>
      statSync(this.#pathOf(id), { throwIfNoEntry: false })?.size === bytes
    )
  }

  async write(slice: Slice, bytes: ReadableStream<Uint8Array>): Promise<PendingSlice> {
    const path = this.#pathOf(slice.id)
    const draft = await Draft.open(path)
    this.#paths.add(path)
    try {
      await writeMember(draft, bytes, this.#stowing)
      await draft.sync()
      const { bytes: size, sha256 } = await draft.close()
      return {
        id: slice.id,
        rows: null,
        bytes: size,
        files: [{ name: path, rows: null, bytes: size, sha256 }],
      }
    } catch (error) {
      await draft.abandon()
      throw error
    }
  }

  async finish(slices: readonly PendingSlice[], rows: number): Promise<Published[]> {
    const [only] = slices
    if (only === undefined) {
      throw new Fault('target_failed', 'A Parquet file needs a slice, if only an empty one.')
    }
    const merged = slices.length > 1 ? await this.#merge(slices) : null
    this.#whole = merged?.path ?? this.#pathOf(only.id)
    const { bytes, sha256 } = merged ?? only.files[0] as Published
    return [{ name: basename(this.#stowing.layout.path), rows, bytes, sha256 }]
  }

  async name(): Promise<void> {
    const { path } = this.#stowing.layout
    renameSync(this.#whole, path)
    await syncFolder(dirname(path))
  }

  async #merge(slices: readonly PendingSlice[]): Promise<{ path: string; bytes: number; sha256: string }> {
    const { layout, run } = this.#stowing
    const paths = slices.map(({ id }) => this.#pathOf(id))
    const first = paths[0] as string
    const hold = await this.#context.hold(paths)
    const [metadata] = await hold.run(parquetMetadata(first))
    const columns = parquetColumns(await hold.run(describeParquet(first)), metadata?.[0] ?? null)
    const { signal } = new AbortController()
    const cargo = { kind: 'parquet', paths, unchanged: () => undefined } as const
    const { bytes, rows } = restow(cargo, { hold, columns, into: columns, name: `merge${merges++}`, signal })
    const draft = await Draft.open(fileDraftOf(layout, run, null))
    this.#paths.add(draft.path)
    try {
      await writeMember(draft, bytes, this.#stowing)
      await rows
      await draft.sync()
      return { path: draft.path, ...await draft.close() }
    } catch (error) {
      await draft.abandon()
      throw error
    }
  }

  async close(drop: Drop): Promise<void> {
    if (drop !== 'nothing') { for (const path of this.#paths) rmSync(path, { force: true }) }
  }
}
