/** A file on its way: `*.part` until the commit names it. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream, mkdirSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { compressor } from '../compression.ts'
import type { Compression } from '../config.ts'

export interface Finished {
  readonly bytes: number
  readonly sha256: string
}

export class Draft {
  bytes = 0
  readonly path: string
  /** Null while it waits for more. */
  #file: FileHandle | null
  #hash: Hash

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
    this.#hash = createHash('sha256')
  }

  /** `kept`: bytes of an earlier attempt that stay; what it wrote behind them goes. */
  static async open(path: string, kept = 0): Promise<Draft> {
    mkdirSync(dirname(path), { recursive: true })
    const draft = new Draft(path, await open(path, kept === 0 ? 'w' : 'r+', 0o644))
    if (kept > 0) await draft.truncate(kept)
    return draft
  }

  async append(chunk: Uint8Array): Promise<void> {
    const file = await this.#open()
    this.#hash.update(chunk)
    for (let at = 0; at < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, at, chunk.length - at, this.bytes + at)
      at += bytesWritten
    }
    this.bytes += chunk.length
  }

  async #open(): Promise<FileHandle> {
    return this.#file ??= await open(this.path, 'r+', 0o644)
  }

  /** Gives its descriptor back until more is written. */
  async suspend(): Promise<void> {
    await this.#file?.close()
    this.#file = null
  }

  /** Forgets what lies behind the first `bytes`. */
  async truncate(bytes: number): Promise<void> {
    await (await this.#open()).truncate(bytes)
    this.#hash = createHash('sha256')
    for await (const chunk of bytes === 0 ? [] : createReadStream(this.path, { end: bytes - 1 })) {
      this.#hash.update(chunk as Uint8Array)
    }
    this.bytes = bytes
  }

  /** Makes durable what has been written. */
  async sync(): Promise<void> {
    await (await this.#open()).sync()
  }

  async close(): Promise<Finished> {
    await this.suspend()
    return { bytes: this.bytes, sha256: this.#hash.copy().digest('hex') }
  }

  async abandon(): Promise<void> {
    await this.suspend().catch(() => undefined)
    rmSync(this.path, { force: true })
  }
}

/** Writes one member of a compressed file, or plain bytes. Members behind one another are one content. */
export class Member {
  readonly #draft: Draft
  readonly #zip: ReturnType<typeof compressor> | null
  #ready: Uint8Array[] = []
  #failure: unknown = null

  constructor(draft: Draft, compression: Compression) {
    this.#draft = draft
    this.#zip = compression === 'none' ? null : compressor(compression)
    this.#zip?.on('data', (chunk: Uint8Array) => this.#ready.push(chunk))
    this.#zip?.on('error', (error) => this.#failure = error)
  }

  async write(chunk: Uint8Array): Promise<void> {
    const zip = this.#zip
    if (zip === null) return await this.#draft.append(chunk)
    await new Promise<void>((resolve, reject) =>
      zip.write(chunk, (error) => error ? reject(error) : resolve())
    )
    await this.#flush()
  }

  async end(): Promise<void> {
    const zip = this.#zip
    if (zip === null) return
    await new Promise<void>((resolve, reject) => {
      zip.once('end', resolve)
      zip.once('error', reject)
      zip.end()
    })
    await this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    const ready = this.#ready
    this.#ready = []
    for (const chunk of ready) await this.#draft.append(chunk)
  }

  /** Nothing more will be written. */
  abandon(): void {
    this.#zip?.destroy()
  }
}
