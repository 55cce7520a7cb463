/** Rows into files by the values of some columns, and by how large a file may be. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { RowFault } from '../../../engine/csv_scan.ts'
import { Out } from '../formats/pass.ts'
import { type Fields, RowCutter } from '../formats/rows.ts'
import { Value } from '../formats/value.ts'
import { partitionFolder } from '../partitions.ts'
import { Draft, type Finished, Member } from './draft.ts'
import type { Form } from './form.ts'

/** Files that are open at once: a row for another one closes the file that has waited longest. */
const mostOpen = 32
const bucketBytes = 64 * 1024
/** Of a file or folder, in bytes, on every common file system. */
const longestName = 255

export interface RoutedFile extends Finished {
  /** Within the target: `region=eu/<stem>-1.csv`. */
  readonly name: string
  readonly rows: number
}

export interface Routing {
  readonly form: Form
  /** The target's folder. */
  readonly folder: string
  /** What the names of the slice's files begin with. */
  readonly stem: string
  readonly columns: number
  /** Positions and names of the columns that are folders, outermost first. */
  readonly by: readonly { readonly at: number; readonly name: string }[]
  readonly rowsPerFile: number | null
  readonly bytesPerFile: number | null
  /** Where a file is until the commit. */
  readonly draftOf: (path: string) => string
}

/** One open file. */
interface Bucket {
  readonly key: string
  readonly name: string
  readonly out: Out
  rows: number
  /** Uncompressed. */
  bytes: number
  used: number
  draft: Draft | null
  member: Member | null
}

export class Router {
  readonly files: RoutedFile[] = []
  readonly #routing: Routing
  readonly #cutter: RowCutter
  readonly #open = new Map<string, Bucket>()
  /** Full, or put aside for another one. */
  readonly #closing: Bucket[] = []
  readonly #value = new Value()
  #number = 0
  #uses = 0

  constructor(routing: Routing) {
    this.#routing = routing
    this.#cutter = new RowCutter(routing.columns, (fields, row) => this.#row(fields, row))
  }

  get rows(): number {
    return this.#cutter.rows
  }

  async push(bytes: Uint8Array): Promise<void> {
    this.#cutter.push(bytes)
    await this.#settle(false)
  }

  async end(): Promise<void> {
    this.#cutter.end()
    await this.#settle(true)
  }

  #row(fields: Fields, row: number): void {
    const { form, rowsPerFile, bytesPerFile } = this.#routing
    const bucket = this.#bucketOf(fields, row)
    const before = bucket.out.written
    form.row(fields, row, bucket.out)
    bucket.rows++
    bucket.bytes += bucket.out.written - before
    bucket.used = this.#uses++
    const full = bucket.rows === rowsPerFile || (bytesPerFile !== null && bucket.bytes >= bytesPerFile)
    if (full) this.#retire(bucket)
  }

  #retire(bucket: Bucket): void {
    this.#open.delete(bucket.key)
    this.#closing.push(bucket)
  }

  #bucketOf({ bytes, starts, ends }: Fields, row: number): Bucket {
    const { by } = this.#routing
    // As CSV has them beside each other: no two rows of other values look alike.
    let key = ''
    for (const { at } of by) key += `${bytes.toString('latin1', starts[at], ends[at])},`
    const known = this.#open.get(key)
    if (known) return known
    if (this.#open.size >= mostOpen) {
      this.#retire([...this.#open.values()].reduce((oldest, one) => one.used < oldest.used ? one : oldest))
    }
    const folders = by.map(({ at, name }) => {
      const [start, end] = [starts[at] as number, ends[at] as number]
      const folder = partitionFolder([name, start === end ? null : this.#text(bytes, start, end)])
      if (Buffer.byteLength(folder) <= longestName) return folder
      throw new RowFault(
        'value_refused',
        { row, column: at },
        'The value is too long for the name of a folder.',
      )
    })
    const file = `${this.#routing.stem}-${++this.#number}.${this.#routing.form.ending}`
    const name = join(...folders, file)
    const bucket = {
      key,
      name,
      out: new Out(bucketBytes),
      rows: 0,
      bytes: 0,
      used: 0,
      draft: null,
      member: null,
    }
    this.#open.set(key, bucket)
    return bucket
  }

  #text(bytes: Buffer, start: number, end: number): string {
    this.#value.take(bytes, start, end)
    return this.#value.bytes.toString('utf8', this.#value.start, this.#value.end)
  }

  async #settle(all: boolean): Promise<void> {
    for (let bucket = this.#closing.shift(); bucket; bucket = this.#closing.shift()) await this.#close(bucket)
    for (const bucket of this.#open.values()) {
      if (all) {
        this.#open.delete(bucket.key)
        await this.#close(bucket)
      } else await this.#write(bucket, false)
    }
  }

  async #write(bucket: Bucket, all: boolean): Promise<void> {
    const { form, folder, draftOf } = this.#routing
    for (let chunk = bucket.out.take(all); chunk !== null; chunk = bucket.out.take(all)) {
      if (bucket.member === null) {
        bucket.draft = await Draft.open(draftOf(join(folder, bucket.name)))
        bucket.member = new Member(bucket.draft, form.compression)
        if (form.header.length > 0) await bucket.member.write(form.header)
      }
      await bucket.member.write(chunk)
    }
  }

  async #close(bucket: Bucket): Promise<void> {
    await this.#write(bucket, true)
    const { draft, member, name, rows } = bucket
    if (draft === null || member === null) return
    await member.end()
    await draft.sync()
    this.files.push({ name, rows, ...await draft.close() })
    bucket.draft = null
  }

  /** Removes what is on its way; files that are done are somebody else's. */
  async abandon(): Promise<void> {
    for (const { draft, member } of [...this.#open.values(), ...this.#closing]) {
      member?.abandon()
      await draft?.abandon()
    }
  }
}

/** Of a slice's id, which may be anything: what its files are named after. */
export const sliceHash = (id: string) => createHash('sha256').update(id).digest('hex').slice(0, 12)
