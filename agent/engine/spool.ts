/** Rows that were kept back, on disk in the run's own folder until the commit takes them along. */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Fault, type FaultCode } from '../../shared/faults.ts'
import type { Rejected, RejectedRow, SliceId } from '../connectors/connector.ts'
import { errno } from '../files.ts'

const bufferBytes = 64 * 1024

/** One stream's rejected rows. A slice that is read anew replaces what was kept of it. */
export class Spool implements Rejected {
  readonly #folder: string
  readonly #slices = new Map<SliceId, SliceSpool>()

  /** `folder`: private, and removed by its owner. */
  constructor(folder: string) {
    this.#folder = folder
  }

  slice(id: SliceId): SliceSpool {
    const known = this.#slices.get(id)
    known?.close()
    const path = join(this.#folder, `rejected-${known?.number ?? this.#slices.size}.jsonl`)
    const spool = new SliceSpool(path, known?.number ?? this.#slices.size, id)
    this.#slices.set(id, spool)
    return spool
  }

  get count(): number {
    let count = 0
    for (const spool of this.#slices.values()) count += spool.count
    return count
  }

  async *rows(): AsyncGenerator<RejectedRow> {
    for (const spool of this.#slices.values()) yield* spool.rows()
  }
}

export class SliceSpool {
  readonly number: number
  count = 0
  readonly #path: string
  readonly #slice: SliceId
  #file: number | null = null
  #waiting: string[] = []
  #size = 0

  constructor(path: string, number: number, slice: SliceId) {
    this.#path = path
    this.number = number
    this.#slice = slice
  }

  add(
    row: {
      readonly row: number
      readonly column: string | null
      readonly code: FaultCode
      readonly source: string
    },
  ) {
    this.count++
    const line = lineOf({ slice: this.#slice, ...row }) + '\n'
    this.#waiting.push(line)
    this.#size += line.length
    if (this.#size >= bufferBytes) this.#flush()
  }

  #flush(): void {
    if (this.#waiting.length === 0) return
    try {
      this.#file ??= openSync(this.#path, 'w', 0o600)
      writeAll(this.#file, Buffer.from(this.#waiting.join('')))
    } catch (error) {
      throw new Fault(errno(error) === 'ENOSPC' ? 'disk_full' : 'file_unwritable', undefined, {
        cause: error,
      })
    }
    this.#waiting = []
    this.#size = 0
  }

  close(): void {
    this.#flush()
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  async *rows(): AsyncGenerator<RejectedRow> {
    this.close()
    if (this.count === 0) return
    const lines = createInterface({ input: createReadStream(this.#path), crlfDelay: Infinity })
    for await (const line of lines) yield JSON.parse(line) as RejectedRow
  }
}

/** JSON without the signs that readers of lines take for the end of one. */
function lineOf(row: RejectedRow): string {
  return JSON.stringify(row).replace(/[\u2028\u2029]/g, (sign) => sign === '\u2028' ? '\\u2028' : '\\u2029')
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
}
