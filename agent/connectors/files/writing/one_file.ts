/** A target that is one text file: its slices stand behind one another in it. */
import { renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { givenBack } from '../../../engine/pieces.ts'
import type { Slice } from '../../connector.ts'
import { Out } from '../formats/pass.ts'
import { syncFolder } from './sync.ts'
import { Draft, Member } from './draft.ts'
import { type Counting, countingOf } from './form.ts'
import { fileDraftOf } from './layout.ts'
import type { PendingSlice } from './pending.ts'
import type { Drop, Published, Store, Stowing } from './store.ts'

export class OneFile implements Store {
  readonly #stowing: Stowing
  readonly #path: string
  #draft: Draft | null = null
  #broken: unknown = null

  constructor(stowing: Stowing) {
    this.#stowing = stowing
    this.#path = fileDraftOf(stowing.layout, stowing.run, null)
  }

  async restore(slices: readonly PendingSlice[]): Promise<PendingSlice[]> {
    const size = slices.reduce((sum, { bytes }) => sum + bytes, 0)
    const there = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
    // Shorter than what was made durable, it is not the file that was noted.
    if (size === 0 || there < size) {
      rmSync(this.#path, { force: true })
      return []
    }
    this.#draft = await Draft.open(this.#path, size)
    return [...slices]
  }

  async write(slice: Slice, bytes: ReadableStream<Uint8Array>): Promise<PendingSlice> {
    if (this.#broken !== null) throw this.#broken
    const draft = this.#draft ??= await Draft.open(this.#path)
    const before = draft.bytes
    try {
      const rows = await writeMember(draft, bytes, this.#stowing)
      await draft.sync()
      return { id: slice.id, rows, bytes: draft.bytes - before, files: [] }
    } catch (error) {
      // The slice may come once more; where what came of it stays, nothing may.
      await draft.truncate(before).catch((reason) => this.#broken = reason)
      throw error
    }
  }

  async finish(_slices: readonly PendingSlice[], rows: number): Promise<Published[]> {
    if (this.#broken !== null) throw this.#broken
    if (this.#draft === null) {
      // A stream without a slice has a file without a row.
      this.#draft = await Draft.open(this.#path)
      await writeMember(this.#draft, new Blob([]).stream(), this.#stowing)
      await this.#draft.sync()
    }
    const finished = await this.#draft.close()
    this.#draft = null
    return [{ name: basename(this.#stowing.layout.path), rows, ...finished }]
  }

  async name(): Promise<void> {
    const { path } = this.#stowing.layout
    renameSync(this.#path, path)
    await syncFolder(dirname(path))
  }

  async close(drop: Drop): Promise<void> {
    if (drop === 'nothing') await this.#draft?.close()
    else {
      await this.#draft?.abandon()
      rmSync(this.#path, { force: true })
    }
    this.#draft = null
  }
}

/** Writes the rows of a stream behind what is in the draft. The number of rows, null where nobody counts them. */
export async function writeMember(
  draft: Draft,
  bytes: ReadableStream<Uint8Array>,
  { form, checks }: Pick<Stowing, 'form' | 'checks'>,
): Promise<number | null> {
  const member = new Member(draft, form.compression)
  const counting = countingOf(form, checks)
  try {
    if (draft.bytes === 0 && form.header.length > 0) await member.write(form.header)
    await copyRows(bytes, counting, member)
    await member.end()
    return counting.rows()
  } catch (error) {
    member.abandon()
    throw error
  }
}

async function copyRows(
  bytes: ReadableStream<Uint8Array>,
  counting: Counting,
  member: Member,
): Promise<void> {
  const { pass } = counting
  const out = new Out()
  const drain = async (all: boolean) => {
    for (let chunk = out.take(all); chunk !== null; chunk = out.take(all)) await member.write(chunk)
  }
  for await (const chunk of bytes) {
    counting.push(chunk)
    if (pass === null) await member.write(chunk)
    else {
      pass.push(chunk, out)
      await drain(false)
    }
    givenBack(chunk)
  }
  counting.end()
  pass?.end(out)
  await drain(true)
}
