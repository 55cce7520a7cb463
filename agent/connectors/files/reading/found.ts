/** Which files a stream's name means: one, those of a folder, or those that a pattern fits. */
import { type BigIntStats, type Dirent, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { Fault } from '../../../../shared/faults.ts'
import type { FileFormat, FilesConfig } from '../config.ts'
import { readManifest } from '../manifest.ts'
import { type Partition, partitionsOf } from '../partitions.ts'
import { endingOf, type Place, realOf } from '../place.ts'

export interface FoundFile {
  /** Absolute, links followed. */
  readonly path: string
  /** Within the connection's folder, with slashes: `orders/day=1/a.csv`. */
  readonly name: string
  readonly bytes: number
  /** Size, time of change and number: a file that keeps them was not written to meanwhile. */
  readonly signature: string
  readonly partitions: readonly Partition[]
}

export interface Found {
  readonly format: FileFormat
  /** In the order in which they are read: by name, those of a manifest in the order in which it got them. */
  readonly files: readonly FoundFile[]
  readonly bytes: number
}

/** More files than this are no stream, but a mistake in a pattern. */
const mostFiles = 100_000

/** Throws `stream_missing`, `file_unreadable`, `file_invalid` or `path_refused`. */
export function find(name: string, place: Place, config: FilesConfig): Found {
  const pattern = /[*?]/.test(name) && !existsAs(name, place)
  const paths = pattern ? matching(name, place) : listed(name, place, config)
  if (paths.names.length === 0) {
    throw new Fault('stream_missing', `There are no files ${pattern ? 'that fit' : 'in'} "${name}".`)
  }
  if (paths.names.length > mostFiles) {
    throw new Fault('file_invalid', `"${name}" means more than ${mostFiles} files.`)
  }
  const folder = realOf(place.folder)
  const files = paths.names.map((path) => {
    const real = paths.root === null ? path : place.member(paths.root, path)
    const within = relative(folder, realParent(path)).split(sep).join('/')
    const partitions = config.partitions || paths.partitioned
      ? partitionsOf(within.split('/').slice(0, -1))
      : []
    return { path: real, name: within, partitions, ...looksOf(real) }
  })
  if (!paths.ordered) files.sort((a, b) => a.name < b.name ? -1 : 1)
  return { format: formatOf(files, place), files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}

interface Paths {
  readonly names: readonly string[]
  /** What they must not lead out of; null where that has been looked at. */
  readonly root: string | null
  readonly partitioned: boolean
  /** In the order in which they were written. */
  readonly ordered?: true
}

const existsAs = (name: string, { folder }: Place) =>
  statSync(join(folder, name), { throwIfNoEntry: false }) !== undefined

function listed(name: string, place: Place, { partitions }: FilesConfig): Paths {
  const path = place.path(name)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) throw new Fault('stream_missing', `There is no file "${name}".`)
  if (!stat.isDirectory()) return { names: [path], root: null, partitioned: false }
  const own = place.own(name)
  const manifest = readManifest(own.folder, own.target)
  const names = manifest.files.map((file) => join(own.folder, file.name))
  const root = realpathSync(path)
  if (names.length > 0) return { names, root, partitioned: manifest.partition_by.length > 0, ordered: true }
  return { names: dataFiles(path, partitions), root, partitioned: partitions }
}

/** The data files of a folder; with `partitions` those in its folders `name=value` too. */
export function dataFiles(folder: string, partitions: boolean): string[] {
  return entries(folder).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (isFolder(entry, path)) return partitions && /^[^=]+=/.test(entry.name) ? dataFiles(path, true) : []
    return endingOf(entry.name) === null ? [] : [path]
  })
}

/** What is hidden, or begins with `_` as the notes of other programs do, is no data. */
function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !/^[._]/.test(name))
  } catch (error) {
    throw new Fault('file_unreadable', 'A folder cannot be read.', { cause: error })
  }
}

function isFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** `*` and `?` stand for characters of one name, `**` for any folders. */
function matching(name: string, place: Place): Paths {
  const segments = name.split('/').filter((segment) => segment !== '' && segment !== '.')
  const first = segments.findIndex((segment) => /[*?]/.test(segment))
  if (segments.includes('..')) {
    throw new Fault('path_refused', `"${name}" leads out of the connection's folder.`)
  }
  if (place.only !== null) throw new Fault('path_refused', `"${name}" is not in this connection.`)
  const root = first === 0 ? place.folder : place.path(segments.slice(0, first).join('/'))
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Fault('stream_missing', `There is no folder for "${name}".`)
  }
  const names = new Set<string>()
  walk(root, segments.slice(first), names)
  return { names: [...names], root: realpathSync(root), partitioned: false }
}

function walk(folder: string, [segment, ...rest]: readonly string[], found: Set<string>): void {
  if (segment === undefined || found.size > mostFiles) return
  const last = rest.length === 0
  if (segment === '**') walk(folder, last ? ['*'] : rest, found)
  const fits = segment === '**' ? /^/ : patternOf(segment)
  for (const entry of entries(folder)) {
    if (!fits.test(entry.name)) continue
    const path = join(folder, entry.name)
    // Any depth must have an end: links to folders are followed where they are named alone.
    const below = segment === '**' ? entry.isDirectory() : isFolder(entry, path)
    if (below) walk(path, segment === '**' ? [segment, ...rest] : rest, found)
    else if (last && segment !== '**') found.add(path)
  }
}

function patternOf(segment: string): RegExp {
  const signs = segment.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')
  return new RegExp(`^${signs}$`, 'su')
}

/** One format for all: a stream of two would be two. */
function formatOf(files: readonly FoundFile[], place: Place): FileFormat {
  const first = files[0] as FoundFile
  const format = place.format(first.name)
  const other = files.find(({ name }) => place.format(name) !== format)
  if (!other) return format
  throw new Fault('file_invalid', `"${first.name}" and "${other.name}" are of different formats.`)
}

/** The folder that a file is named in may be a link, the file itself is named as it is. */
function realParent(path: string): string {
  const at = path.lastIndexOf(sep)
  return join(realOf(path.slice(0, at)), path.slice(at + 1))
}

function looksOf(path: string): Pick<FoundFile, 'bytes' | 'signature'> {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) throw new Fault('file_unreadable', 'A file that the folder is made of is gone.')
  if (!stat.isFile()) throw new Fault('file_invalid', 'A stream is read from files, and this is none.')
  return { bytes: Number(stat.size), signature: signed(stat) }
}

const signed = (stat: BigIntStats) => `${stat.size} ${stat.mtimeNs} ${stat.ino}`

/** The signature now; `gone` where there is no such file. */
export function signatureOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat ? signed(stat) : 'gone'
}
