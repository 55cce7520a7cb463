/** Writes CSV, TSV, JSON lines and Parquet: `*.part`, fsync, rename, and the manifest last. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Fault } from '../../../shared/faults.ts'
import { valueCheck } from '../../engine/values.ts'
import { errno } from '../../files.ts'
import type {
  Column,
  Context,
  Destination,
  Finding,
  Format,
  Load,
  Loading,
  Mode,
  Target,
} from '../connector.ts'
import { type Compression, type FileFormat, type FilesConfig } from './config.ts'
import { Lease } from './lease.ts'
import { type Manifest, readManifest, sweepOwn, writeManifest } from './manifest.ts'
import { compressionOfName, Place } from './place.ts'
import { refuseFoldedTwins } from './types.ts'
import { columnOf, fitted } from './writing/columns.ts'
import { fileFault } from './writing/errors.ts'
import { Folder, type Split } from './writing/folder.ts'
import { formOf } from './writing/form.ts'
import { type Layout, sweep, unlisted } from './writing/layout.ts'
import { FilesLoading } from './writing/loading.ts'
import { OneFile } from './writing/one_file.ts'
import { ParquetFile } from './writing/parquet_file.ts'
import { type Pending, readPending, removePending } from './writing/pending.ts'
import type { Store, Stowing } from './writing/store.ts'

interface Plan {
  readonly target: Target
  readonly format: FileFormat
  readonly layout: Layout
}

export class FilesDestination implements Destination {
  readonly modes: readonly Mode[] = ['replace', 'append']
  readonly #config: FilesConfig
  readonly #context: Context
  readonly #place: Place

  constructor(config: FilesConfig, context: Context) {
    this.#config = config
    this.#context = context
    this.#place = new Place(config, context)
  }

  formats(target: string): readonly Format[] {
    return [this.#place.format(target) === 'parquet' ? 'parquet' : 'csv']
  }

  /** A folder that is not there is made by the first load, and not by a question. */
  async check(): Promise<void> {
    try {
      if (existsSync(this.#place.folder)) readdirSync(this.#place.folder)
    } catch (error) {
      throw fileFault(error)
    }
  }

  async probe(): Promise<void> {
    await this.check()
  }

  async examine(names: readonly string[]): Promise<Finding[]> {
    const findings: Finding[] = []
    const places = new Set([this.#place.folder])
    for (const name of names) {
      try {
        const path = this.#place.path(name)
        const { folder } = this.#place.own(name)
        for (const one of [dirname(path), join(folder, '.sallyport')]) places.add(one)
        if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) places.add(path)
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        findings.push({
          what: `write "${name}" (${error.message.replace(/\.$/, '')})`,
          code: error.code,
          remedy: null,
        })
      }
    }
    return [...findings, ...[...places].flatMap(unwritable)]
  }

  async plan(load: Load): Promise<Target> {
    const { folder, target } = this.#place.own(load.target)
    return this.#plan(load, withoutGone(readManifest(folder, target), this.#place.path(load.target))).target
  }

  #plan(load: Load, manifest: Manifest): Plan {
    refuseFoldedTwins(load.columns)
    if (!this.modes.includes(load.mode)) {
      throw new Fault('unsupported', `Mode ${load.mode} is not for files: they take replace and append.`)
    }
    const format = this.#place.format(load.target)
    refuseOptions(this.#config, { load, format })
    const path = this.#place.path(load.target)
    const own = this.#place.own(load.target)
    const kind = load.mode === 'append' || this.#splits() ? 'folder' : 'file'
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat && kind === 'file' && !stat.isFile()) {
      throw new Fault('target_refused', `"${load.target}" is a folder, not a file.`)
    }
    if (stat && kind === 'folder' && !stat.isDirectory()) {
      const why = load.mode === 'append' ? 'append adds files to a folder' : 'several files go into a folder'
      throw new Fault(
        'target_refused',
        `"${load.target}" is a file; ${why}, so name a folder or use mode replace.`,
      )
    }
    const adds = load.mode === 'append' && !load.reset
    const asked = load.columns.map((column) => columnOf(column, load, format))
    const { columns, changes } = adds
      ? fitted(asked, { load, format, manifest })
      : { columns: asked, changes: [] }
    refusePartitions(this.#config, { load, adds, manifest })
    const goes = adds || kind === 'file'
      ? []
      : manifest.files.map(({ name }) => `remove ${join(own.folder, name)}`)
    const how = load.mode === 'append' && !load.reset ? 'append' : stat ? 'swap' : 'create'
    const statements = [
      `write ${kind === 'file' ? path : join(path, `${load.runId}-${load.index}-*`)}`,
      ...goes,
    ]
    return {
      target: { how, columns, statements, changes },
      format,
      layout: { ...own, path, kind, attempt: `${load.fence}` },
    }
  }

  #splits(): boolean {
    const { partition_by, rows_per_file, bytes_per_file } = this.#config
    return partition_by.length > 0 || rows_per_file !== null || bytes_per_file !== null
  }

  async begin(load: Load): Promise<Loading> {
    try {
      mkdirSync(this.#place.folder, { recursive: true })
    } catch (error) {
      throw fileFault(error)
    }
    await this.check()
    const { folder, target } = this.#place.own(load.target)
    const overtakes = () => {
      const held = readManifest(folder, target).claim
      if (held !== null) refuseOvertaken(held, load)
      return held?.run === load.runId && held.fence < load.fence
    }
    try {
      return Lease.take({ folder, target }, overtakes, (lease) => this.#begin(load, lease))
    } catch (error) {
      throw fileFault(error)
    }
  }

  #begin(load: Load, lease: Lease): Loading {
    const { folder, target } = this.#place.own(load.target)
    const manifest = withoutGone(readManifest(folder, target), this.#place.path(load.target))
    const plan = this.#plan(load, manifest)
    const claim = { run: load.runId, stream: load.index, fence: load.fence }
    if (manifest.claim !== null) refuseOvertaken(manifest.claim, load)
    const pending = this.#pendingOf(load, plan.layout, lease)
    // Who goes on from there goes on in the files that it names: their writer is dead.
    const layout = pending === null ? plan.layout : { ...plan.layout, attempt: pending.attempt }
    // First, and the claim after: it names the run whose leavings these are.
    sweep(layout, { manifest, pending, run: load.runId })
    sweepOwn(folder, target)
    if (layout.kind === 'folder') refuseUnlisted(load, layout, { manifest, pending })
    const claimed = { ...manifest, claim }
    writeManifest(folder, claimed)
    return new FilesLoading({
      layout,
      load,
      target: plan.target,
      manifest: claimed,
      pending,
      store: this.#store(load, { ...plan, layout }),
      partitionBy: this.#config.partition_by,
      lease,
    })
  }

  /** Nothing where its writer may still be at work. */
  #pendingOf({ runId, index }: Load, { folder, target }: Layout, { overtook }: Lease): Pending | null {
    const pending = overtook ? null : readPending(folder, target)
    if (pending?.run === runId && pending.stream === index) return pending
    removePending(folder, target)
    return null
  }

  #store({ runId: run, index, cast }: Load, { target, format, layout }: Plan): Store {
    const columns = target.columns as readonly Column[]
    const { partition_by: by, rows_per_file: rowsPerFile, bytes_per_file: bytesPerFile } = this.#config
    const folders = by.map((name) => ({ name, at: columns.findIndex((column) => column.name === name) }))
    const picks = [...columns.keys()].filter((at) => folders.every((one) => one.at !== at))
    const compression = this.#compression(format, layout.target)
    const form = formOf({ format, compression, config: this.#config, columns, picks })
    const checks = columns.map((column) =>
      cast.has(column.name) && format !== 'parquet' ? valueCheck(column) : null
    )
    const stowing: Stowing = { layout, form, run, index, checks }
    const split: Split = this.#splits() ? { by: folders, rowsPerFile, bytesPerFile } : null
    if (layout.kind === 'folder') return new Folder(stowing, split)
    return format === 'parquet' ? new ParquetFile(stowing, this.#context) : new OneFile(stowing)
  }

  #compression(format: FileFormat, target: string): Compression {
    if (format === 'parquet') return 'none'
    return this.#config.compression ?? compressionOfName(target) ?? 'none'
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function refuseOvertaken({ run, fence }: NonNullable<Manifest['claim']>, load: Load): void {
  if (run === load.runId && fence > load.fence) throw new Fault('run_superseded')
}

/** A target that somebody has removed has no files, and begins anew: nothing of it counts as loaded. */
function withoutGone(manifest: Manifest, path: string): Manifest {
  if (manifest.files.length === 0 || existsSync(path)) return manifest
  const loads = manifest.loads.map((load) => ({ ...load, cursor: null }))
  return { ...manifest, files: [], columns: null, partition_by: [], loads }
}

/** Throws `unsupported` for options that a target of this kind cannot keep. */
function refuseOptions(
  config: FilesConfig,
  { load, format }: { load: Load; format: FileFormat },
): void {
  const refuse = (why: string): never => {
    throw new Fault('unsupported', why)
  }
  const splits = config.partition_by.length > 0 || config.rows_per_file !== null ||
    config.bytes_per_file !== null
  if (format === 'parquet' && splits) {
    refuse(
      'partition_by, rows_per_file and bytes_per_file are for csv, tsv and jsonl; Parquet is written whole.',
    )
  }
  if (format === 'parquet' && config.compression !== null) {
    refuse('compression is for csv, tsv and jsonl; Parquet compresses itself, with zstd.')
  }
  if (config.encoding !== 'utf-8') refuse(`encoding: files are written in UTF-8, not ${config.encoding}.`)
  const named = compressionOfName(load.target)
  if (named !== null && config.compression !== null && named !== config.compression) {
    refuse(`"${load.target}" ends as ${named}, and compression says ${config.compression}.`)
  }
  const unknown = config.partition_by.find((name) => !load.columns.some((column) => column.name === name))
  if (unknown !== undefined) {
    throw new Fault('column_missing', `partition_by names "${unknown}", which is not there.`)
  }
  if (config.partition_by.length >= load.columns.length && config.partition_by.length > 0) {
    refuse('partition_by leaves no column for the files.')
  }
}

/** Throws `target_refused` when the files that are there lie in other folders. */
function refusePartitions(
  { partition_by: by }: FilesConfig,
  { load, adds, manifest }: { load: Load; adds: boolean; manifest: Manifest },
): void {
  if (!adds || manifest.files.length === 0) return
  const before = manifest.partition_by
  if (before.join('\0') === by.join('\0')) return
  const named = (names: readonly string[]) => names.length === 0 ? 'none' : names.join(', ')
  throw new Fault(
    'target_refused',
    `"${load.target}" was written with partition_by ${named(before)}, and now it is ${named(by)}.`,
  )
}

/** Files that the first load would not list would be lost to whoever reads the target by its manifest. */
function refuseUnlisted(
  { target }: Load,
  layout: Layout,
  { manifest, pending }: { manifest: Manifest; pending: Pending | null },
): void {
  const there = unlisted(layout, manifest, pending)
  if (there === null) return
  throw new Fault(
    'target_refused',
    `"${target}" holds files that no manifest lists, "${there}" for one: bring the folder .sallyport ` +
      'from where they were written, or append to another folder.',
  )
}

/** What is missing to write into a folder, or to make it. */
function unwritable(folder: string): Finding[] {
  let place = folder
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  try {
    // Rights on paper are not all: known is what has been done.
    rmdirSync(mkdtempSync(join(place, '.sallyport-')))
    readdirSync(place)
    return []
  } catch (error) {
    const remedy = errno(error) === 'EROFS' ? null : `chmod u+rwx '${place.replaceAll("'", "'\\''")}'`
    return [{ what: `write into ${place}`, code: 'permission_denied', remedy }]
  }
}
