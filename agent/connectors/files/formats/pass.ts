/** Passes over bytes: each takes chunks as they come, wherever they are cut, and gives chunks of its own. */

/** What a pass writes into; full chunks leave it. */
export class Out {
  bytes: Buffer
  at = 0
  readonly #full: Uint8Array[] = []
  readonly #chunkBytes: number
  #left = 0

  constructor(chunkBytes = 64 * 1024) {
    this.#chunkBytes = chunkBytes
    // Nothing is kept for what is never written to.
    this.bytes = nothing
  }

  /** Bytes so far, those that have left too. */
  get written(): number {
    return this.#left + this.at
  }

  /** Makes room for so many bytes more: until then `bytes` may be written to from `at` on. */
  room(size: number): void {
    if (this.at + size <= this.bytes.length) return
    this.#seal()
    if (size > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(Math.max(this.#chunkBytes, size))
  }

  byte(byte: number): void {
    if (this.at === this.bytes.length) this.room(1)
    this.bytes[this.at++] = byte
  }

  /** `from[start, end)`. */
  copy(from: Buffer, start: number, end: number): void {
    const size = end - start
    if (this.at + size > this.bytes.length) this.room(size)
    const { bytes, at } = this
    // A call costs more than a few bytes do.
    if (size < 24) { for (let i = 0; i < size; i++) bytes[at + i] = from[start + i] as number }
    else from.copy(bytes, at, start, end)
    this.at = at + size
  }

  /** What has been written; null when that is nothing. `all`: also what fills no chunk yet. */
  take(all: boolean): Uint8Array | null {
    if (all) this.#seal()
    return this.#full.shift() ?? null
  }

  #seal(): void {
    if (this.at === 0) return
    this.#full.push(this.bytes.subarray(0, this.at))
    this.#left += this.at
    // What has left belongs to its reader.
    const rest = this.bytes.subarray(this.at)
    this.bytes = 4 * rest.length > this.#chunkBytes ? rest : nothing
    this.at = 0
  }
}

const nothing = Buffer.alloc(0)

export interface BytePass {
  /** Throws a RowFault for a row that it cannot take. */
  push(bytes: Uint8Array, out: Out): void
  /** Called after the last chunk. */
  end(out: Out): void
}

/** The stream behind the pass. Back pressure goes through. */
export function through(bytes: ReadableStream<Uint8Array>, pass: BytePass): ReadableStream<Uint8Array> {
  const reader = bytes.getReader()
  const out = new Out()
  let ended = false
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        while (true) {
          const chunk = out.take(ended)
          if (chunk !== null) return controller.enqueue(chunk)
          if (ended) return controller.close()
          const { done, value } = await reader.read()
          if (done) {
            pass.end(out)
            ended = true
          } else pass.push(value, out)
        }
      } catch (error) {
        controller.error(error)
        await reader.cancel(error).catch(() => undefined)
      }
    },
    async cancel(reason) {
      await reader.cancel(reason)
    },
  }, { highWaterMark: 0 })
}

/** `bytes` as a Buffer of the same memory. */
export const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
