/** A target that is a folder: every slice has files of its own. */
import { existsSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Slice } from '../../connector.ts'
import { Draft } from './draft.ts'
import { checked } from './form.ts'
import { draftOf, removeFiles } from './layout.ts'
import { writeMember } from './one_file.ts'
import type { PendingSlice } from './pending.ts'
import { Router, type Routing, sliceHash } from './router.ts'
import type { Drop, Published, Store, Stowing } from './store.ts'
import { syncFolder } from './sync.ts'

/** By what the rows of a slice are put into several files; null where they are not. */
export type Split = Pick<Routing, 'by' | 'rowsPerFile' | 'bytesPerFile'> | null

export class Folder implements Store {
  readonly #stowing: Stowing
  readonly #split: Split
  /** Files of this load that have no name yet, within the folder that the target is in. */
  readonly #names = new Set<string>()

  constructor(stowing: Stowing, split: Split) {
    this.#stowing = stowing
    this.#split = split
  }

  async restore(slices: readonly PendingSlice[]): Promise<PendingSlice[]> {
    const whole = slices.filter(({ files }) => files.every((file) => this.#there(file)))
    for (const { files } of slices) for (const { name } of files) this.#names.add(name)
    for (const slice of slices) if (!whole.includes(slice)) this.#remove(slice.files.map(({ name }) => name))
    return whole
  }

  /** A file is on its way, or an attempt that was cut off has named it. */
  #there({ name, bytes }: PendingSlice['files'][number]): boolean {
    const path = join(this.#stowing.layout.folder, name)
    return [draftOf(this.#stowing.layout, path), path].some((one) =>
      statSync(one, { throwIfNoEntry: false })?.size === bytes
    )
  }

  async write(slice: Slice, bytes: ReadableStream<Uint8Array>): Promise<PendingSlice> {
    const { run, index } = this.#stowing
    const stem = `${run}-${index}-${sliceHash(slice.id)}`
    const { rows, files } = this.#split === null
      ? await this.#whole(stem, bytes)
      : await this.#routed(stem, bytes)
    for (const { name } of files) this.#names.add(name)
    return { id: slice.id, rows, bytes: files.reduce((sum, file) => sum + file.bytes, 0), files }
  }

  async #whole(
    stem: string,
    bytes: ReadableStream<Uint8Array>,
  ): Promise<Pick<PendingSlice, 'rows' | 'files'>> {
    const { layout, form } = this.#stowing
    const file = `${stem}.${form.ending}`
    const draft = await Draft.open(draftOf(layout, join(layout.path, file)))
    try {
      const rows = await writeMember(draft, bytes, this.#stowing)
      await draft.sync()
      return { rows, files: [{ name: join(layout.target, file), rows, ...await draft.close() }] }
    } catch (error) {
      await draft.abandon()
      throw error
    }
  }

  async #routed(
    stem: string,
    bytes: ReadableStream<Uint8Array>,
  ): Promise<Pick<PendingSlice, 'rows' | 'files'>> {
    const { layout, form, checks } = this.#stowing
    const own = { ...form, row: checked(form.row, checks) }
    const router = new Router({
      ...this.#split as NonNullable<Split>,
      form: own,
      folder: layout.path,
      stem,
      columns: checks.length,
      draftOf: (path) => draftOf(layout, path),
    })
    const files = () => router.files.map((file) => ({ ...file, name: join(layout.target, file.name) }))
    try {
      for await (const chunk of bytes) await router.push(chunk)
      await router.end()
      return { rows: router.rows, files: files() }
    } catch (error) {
      await router.abandon()
      this.#removeDrafts(files().map(({ name }) => name))
      throw error
    }
  }

  async finish(slices: readonly PendingSlice[], rows: number): Promise<Published[]> {
    const files = slices.flatMap((slice) => slice.files)
    const uncounted = files.length === 1 ? rows : 0
    return files.map((file) => ({ ...file, rows: file.rows ?? uncounted }))
  }

  async name(slices: readonly PendingSlice[]): Promise<void> {
    const { layout } = this.#stowing
    const { folder } = layout
    const places = new Set<string>()
    for (const { name } of slices.flatMap(({ files }) => files)) {
      const path = join(folder, name)
      const draft = draftOf(layout, path)
      if (existsSync(draft)) renameSync(draft, path)
      this.#names.delete(name)
      for (let place = dirname(path); place !== folder; place = dirname(place)) places.add(place)
    }
    for (const place of [...places, folder]) await syncFolder(place)
  }

  async close(drop: Drop): Promise<void> {
    if (drop === 'all') this.#remove([...this.#names])
    if (drop === 'drafts') this.#removeDrafts([...this.#names])
  }

  #remove(names: readonly string[]): void {
    this.#removeDrafts(names)
    removeFiles(this.#stowing.layout, names)
    for (const name of names) this.#names.delete(name)
  }

  /** Of a partition, the folder too where nothing else is in it. */
  #removeDrafts(names: readonly string[]): void {
    const { layout } = this.#stowing
    removeFiles(layout, names.map((name) => draftOf(layout, name)))
  }
}
