/** Rows into files by the values of some columns, and by how large a file may be. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Fault } from '../../../../shared/faults.ts'
import { RowFault } from '../../../engine/csv_scan.ts'
import { Out } from '../formats/pass.ts'
import { type Fields, RowCutter } from '../formats/rows.ts'
import { Value } from '../formats/value.ts'
import { partitionFolder } from '../partitions.ts'
import { Draft, type Finished, Member } from './draft.ts'
import type { Form } from './form.ts'

/** Files with a descriptor and a compressor at once: the others wait for more of their rows. */
const mostOpen = 32
/** Folders of one slice: each has a buffer. */
const mostFiles = 2000
const bucketBytes = 16 * 1024
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

/** One file on its way. */
interface Bucket {
  readonly key: string
  readonly name: string
  readonly out: Out
  rows: number
  /** Uncompressed. */
  bytes: number
  draft: Draft | null
  /** Null while it waits for more rows. */
  member: Member | null
}

export class Router {
  readonly files: RoutedFile[] = []
  readonly #routing: Routing
  readonly #cutter: RowCutter
  /** By the values that their rows have in common. */
  readonly #buckets = new Map<string, Bucket>()
  /** Those with a descriptor, the one that has waited longest first. */
  readonly #open = new Set<Bucket>()
  /** Full. */
  readonly #closing: Bucket[] = []
  readonly #value = new Value()
  #number = 0

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
    const full = bucket.rows === rowsPerFile || (bytesPerFile !== null && bucket.bytes >= bytesPerFile)
    if (!full) return
    this.#buckets.delete(bucket.key)
    this.#closing.push(bucket)
  }

  #bucketOf({ bytes, starts, ends }: Fields, row: number): Bucket {
    const { by } = this.#routing
    // As CSV has them beside each other: no two rows of other values look alike.
    let key = ''
    for (const { at } of by) key += `${bytes.toString('latin1', starts[at], ends[at])},`
    const known = this.#buckets.get(key)
    if (known) return known
    if (this.#buckets.size >= mostFiles) {
      throw new Fault('target_refused', `partition_by makes more than ${mostFiles} folders of one slice.`)
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
    const bucket = { key, name, out: new Out(bucketBytes), rows: 0, bytes: 0, draft: null, member: null }
    this.#buckets.set(key, bucket)
    return bucket
  }

  #text(bytes: Buffer, start: number, end: number): string {
    this.#value.take(bytes, start, end)
    return this.#value.bytes.toString('utf8', this.#value.start, this.#value.end)
  }

  async #settle(all: boolean): Promise<void> {
    // Until it is closed, it is there to be abandoned.
    for (let [bucket] = this.#closing; bucket; [bucket] = this.#closing) {
      await this.#close(bucket)
      this.#closing.shift()
    }
    for (const bucket of this.#buckets.values()) {
      if (all) await this.#close(bucket)
      else await this.#write(bucket, false)
    }
    if (all) this.#buckets.clear()
  }

  async #write(bucket: Bucket, all: boolean): Promise<void> {
    for (let chunk = bucket.out.take(all); chunk !== null; chunk = bucket.out.take(all)) {
      await (await this.#memberOf(bucket)).write(chunk)
    }
  }

  async #memberOf(bucket: Bucket): Promise<Member> {
    const { form, folder, draftOf } = this.#routing
    // The last to be written to is the last to wait.
    this.#open.delete(bucket)
    this.#open.add(bucket)
    if (bucket.member !== null) return bucket.member
    const [oldest] = this.#open
    if (this.#open.size > mostOpen && oldest) await this.#suspend(oldest)
    const first = bucket.draft === null
    bucket.draft ??= await Draft.open(draftOf(join(folder, bucket.name)))
    bucket.member = new Member(bucket.draft, form.compression)
    if (first && form.header.length > 0) await bucket.member.write(form.header)
    return bucket.member
  }

  /** What comes later is a member of its own, behind this one. */
  async #suspend(bucket: Bucket): Promise<void> {
    this.#open.delete(bucket)
    await bucket.member?.end()
    bucket.member = null
    await bucket.draft?.suspend()
  }

  async #close(bucket: Bucket): Promise<void> {
    await this.#write(bucket, true)
    const { draft, name, rows } = bucket
    if (draft === null) return
    await bucket.member?.end()
    bucket.member = null
    await draft.sync()
    this.#open.delete(bucket)
    this.files.push({ name, rows, ...await draft.close() })
    bucket.draft = null
  }

  /** Removes what is on its way; files that are done are somebody else's. */
  async abandon(): Promise<void> {
    for (const { draft, member } of [...this.#buckets.values(), ...this.#closing]) {
      member?.abandon()
      await draft?.abandon()
    }
  }
}

/** Of a slice's id, which may be anything: what its files are named after. */
export const sliceHash = (id: string) => createHash('sha256').update(id).digest('hex').slice(0, 12)
