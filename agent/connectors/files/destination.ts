/** Writes CSV and Parquet files: `*.part`, fsync, rename, and the manifest last. */
import { createHash, type Hash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { Fault } from '../../../shared/faults.ts'
import { CsvScanner } from '../../engine/csv_scan.ts'
import { errno } from '../../files.ts'
import type {
  Column,
  Committed,
  Context,
  Destination,
  Format,
  Load,
  Loading,
  Mode,
  Slice,
  State,
  Target,
  Written,
} from '../connector.ts'
import type { FileFormat, FilesConfig } from './config.ts'
import { headerLine } from './header.ts'
import { type Manifest, readManifest, takeLease, writeManifest } from './manifest.ts'
import { Place } from './place.ts'
import { refuseFoldedTwins } from './types.ts'

interface Plan {
  readonly target: Target
  readonly format: FileFormat
  /** Where the rows end up. */
  readonly path: string
}

export class FilesDestination implements Destination {
  readonly modes: readonly Mode[] = ['replace', 'append']
  readonly #place: Place
  constructor(config: FilesConfig, context: Context) {
    this.#place = new Place(config, context)
  }

  formats(target: string): readonly Format[] {
    return [this.#place.format(target)]
  }

  async check(): Promise<void> {
    try {
      mkdirSync(this.#place.folder, { recursive: true })
    } catch (error) {
      throw fileFault(error)
    }
  }

  async plan(load: Load): Promise<Target> {
    return this.#plan(load).target
  }

  #plan(load: Load): Plan {
    refuseFoldedTwins(load.columns)
    const format = this.#place.format(load.target)
    const given = this.#place.path(load.target)
    const stat = statSync(given, { throwIfNoEntry: false })
    const columns = load.columns.map((column) => columnOf(column, load, format))
    if (load.reset && load.mode === 'append') {
      throw new Fault('target_refused', 'A folder that is appended to cannot be reset: name another one.')
    }
    if (load.mode === 'replace') {
      if (stat && !stat.isFile()) {
        throw new Fault('target_refused', `"${load.target}" is a folder, not a file.`)
      }
      const how = stat ? 'swap' : 'create'
      return { target: { how, columns, statements: [`write ${given}`], changes: [] }, format, path: given }
    }
    if (stat && !stat.isDirectory()) {
      throw new Fault(
        'target_refused',
        `"${load.target}" is a file; append adds files to a folder, so name a folder or use mode replace.`,
      )
    }
    const path = join(given, `${load.runId}-${load.index}.${format}`)
    return { target: { how: 'append', columns, statements: [`write ${path}`], changes: [] }, format, path }
  }

  async begin(load: Load): Promise<Loading> {
    await this.check()
    const { folder, target } = this.#place.own(load.target)
    const lease = takeLease(folder, target)
    try {
      const plan = this.#plan(load)
      const manifest = readManifest(folder, target)
      const claim = { run: load.runId, stream: load.index, fence: load.fence }
      const held = manifest.claim
      if (held && held.run === claim.run && held.stream === claim.stream && held.fence > claim.fence) {
        throw new Fault('run_superseded')
      }
      // First, and the claim after: it names the run whose leavings these are.
      sweep(load, plan.path, { folder, manifest })
      if (load.mode === 'append') refuseUnlisted(load, dirname(plan.path), manifest)
      const claimed = { ...manifest, claim }
      writeManifest(folder, claimed)
      return new FilesLoading({ folder, load, plan, manifest: claimed, lease })
    } catch (error) {
      lease[Symbol.dispose]()
      throw fileFault(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** CSV carries text; Parquet the type that was asked for, or the source's. */
function columnOf(column: Column, load: Load, format: FileFormat): Column {
  if (format === 'csv') {
    return { ...column, type: { kind: 'text', length: null }, native: 'text', vocabulary: 'csv' }
  }
  const cast = load.cast.get(column.name)
  return cast ? { ...column, type: cast } : column
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const draftOfAppend = new RegExp(`^\\.(${uuid})-\\d+\\.(?:csv|parquet)\\.\\1\\.part$`)
const draftEnding = new RegExp(`^${uuid}\\.part$`)

/**
 * Removes what a `kill -9` left behind: drafts of this target, and the file of the last run that claimed it when the
 * manifest does not list it. Any other file may be somebody's data, and stays.
 */
function sweep(
  { mode }: Load,
  path: string,
  { folder, manifest }: { folder: string; manifest: Manifest },
): void {
  const place = dirname(path)
  if (!existsSync(place)) return
  const listed = new Set(manifest.files.map((file) => join(folder, file.name)))
  const own = `.${basename(path)}.`
  const { claim } = manifest
  const last = claim && mode === 'append' ? `${claim.run}-${claim.stream}.` : null
  for (const name of readdirSync(place)) {
    const draft = name.startsWith(own) && draftEnding.test(name.slice(own.length))
    const draftBeside = mode === 'append' && draftOfAppend.test(name)
    const uncounted = last !== null && (name === `${last}csv` || name === `${last}parquet`)
    const orphan = uncounted && !listed.has(join(realpathSync(place), name))
    if (draft || draftBeside || orphan) rmSync(join(place, name), { force: true })
  }
}

/** Files that the first load would not list would be lost to whoever reads the target by its manifest. */
function refuseUnlisted({ target }: Load, place: string, { files }: Manifest): void {
  if (files.length > 0 || !existsSync(place)) return
  const there = readdirSync(place).filter((name) => !name.startsWith('.') && /\.(?:csv|parquet)$/i.test(name))
  if (there.length === 0) return
  throw new Fault(
    'target_refused',
    `"${target}" holds files that no manifest lists, "${
      there.sort()[0]
    }" for one: bring the folder .sallyport ` +
      'from where they were written, or append to another folder.',
  )
}

interface Parts {
  readonly folder: string
  readonly load: Load
  readonly plan: Plan
  readonly manifest: Manifest
  readonly lease: Disposable
}

class FilesLoading implements Loading {
  readonly target: Target
  readonly committed: Committed | null
  readonly intent = null
  readonly done: ReadonlyMap<string, Written> = new Map()
  readonly state: State | null
  readonly #parts: Parts
  readonly #draft: string
  #hash: Hash = createHash('sha256')
  #file: FileHandle | null = null
  #bytes = 0

  constructor(parts: Parts) {
    const { load, plan, manifest } = parts
    this.#parts = parts
    this.target = plan.target
    this.#draft = join(dirname(plan.path), `.${basename(plan.path)}.${load.runId}.part`)
    const own = manifest.loads.find((one) => one.run === load.runId && one.stream === load.index)
    this.committed = own ? { rows: own.rows, bytes: own.bytes } : null
    const last = manifest.loads.at(-1)
    this.state = last ? { runId: last.run, rows: last.rows, cursor: null } : null
  }

  async prepare(): Promise<void> {}

  async write(_slice: Slice, format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    const file = await this.#open().catch((error) => Promise.reject(fileFault(error)))
    const before = this.#bytes
    const hash = this.#hash.copy()
    try {
      // Parquet has a footer that counts its rows, which the hold has said; CSV is counted on its way.
      const scanner = format === 'csv' ? new CsvScanner({ columns: this.#sent().length }) : null
      for await (const chunk of bytes) {
        scanner?.push(chunk)
        await this.#append(file, chunk)
      }
      scanner?.end()
      return { rows: scanner?.rows ?? null, bytes: this.#bytes - before }
    } catch (error) {
      // The slice may come once more.
      await file.truncate(before).catch(() => undefined)
      this.#bytes = before
      this.#hash = hash
      throw fileFault(error)
    }
  }

  #sent(): Column[] {
    return this.target.columns.filter((column) => column !== null)
  }

  async #open(): Promise<FileHandle> {
    if (this.#file) return this.#file
    mkdirSync(dirname(this.#draft), { recursive: true })
    this.#file = await open(this.#draft, 'w', 0o644)
    if (this.#parts.plan.format === 'csv') {
      const line = headerLine(this.#sent().map(({ name }) => name))
      await this.#append(this.#file, new TextEncoder().encode(line))
    }
    return this.#file
  }

  async #append(file: FileHandle, chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk)
    for (let at = 0; at < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, at, chunk.length - at, this.#bytes + at)
      at += bytesWritten
    }
    this.#bytes += chunk.length
  }

  async commit(state: State): Promise<Committed> {
    const { folder, load, plan, manifest } = this.#parts
    try {
      const file = await this.#open()
      await file.sync()
      await file.close()
      this.#file = null
      renameSync(this.#draft, plan.path)
      await syncFolder(dirname(plan.path))
      const written = {
        name: relative(folder, realpathSync(plan.path)),
        rows: state.rows,
        bytes: this.#bytes,
        sha256: this.#hash.digest('hex'),
        run: load.runId,
      }
      const files = load.mode === 'replace' ? [] : manifest.files.filter((one) => one.name !== written.name)
      const { runId: run, index: stream, fence, mode } = load
      const committed_at = new Date().toISOString()
      writeManifest(folder, {
        ...manifest,
        loads: [...manifest.loads, {
          run,
          stream,
          fence,
          mode,
          rows: state.rows,
          bytes: this.#bytes,
          committed_at,
        }],
        files: [...files, written],
      })
      return { rows: state.rows, bytes: this.#bytes }
    } catch (error) {
      throw fileFault(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close().catch(() => undefined)
    this.#file = null
    rmSync(this.#draft, { force: true })
    this.#parts.lease[Symbol.dispose]()
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  await folder.sync()
  await folder.close()
}

function fileFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const code = errno(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Fault('disk_full', undefined, { cause: error })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new Fault('permission_denied', 'The folder may not be written to.', { cause: error })
  }
  return new Fault('file_unwritable', undefined, { cause: error })
}
