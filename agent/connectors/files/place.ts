/** Where the files of a connection are, and that they stay there. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { Fault } from '../../../shared/faults.ts'
import type { Context } from '../connector.ts'
import { inside } from '../guard.ts'
import type { Compression, FileFormat, FilesConfig } from './config.ts'

export class Place {
  readonly folder: string
  /** The one file that the connection is about; null for a folder. */
  readonly only: string | null
  readonly #config: FilesConfig
  readonly #context: Context

  constructor(config: FilesConfig, context: Context) {
    const path = resolve(context.base, config.path)
    context.guard.path(path)
    this.folder = folderOf(path)
    this.only = this.folder === path ? null : basename(path)
    this.#config = config
    this.#context = context
  }

  /** The absolute path of a stream or target. Throws `path_refused` when it leads out, links included. */
  path(name: string): string {
    const path = inside(this.folder, name)
    if (path === this.folder || (this.only !== null && name !== this.only)) {
      throw new Fault('path_refused', `"${name}" is not in this connection.`)
    }
    const real = realOf(path)
    // Where it leads is nothing for a message: only its name was given.
    inside(realOf(this.folder), real, name)
    this.#context.guard.path(real)
    return path
  }

  /**
   * The file at `path` that belongs to a stream of several, links followed. Throws `path_refused` when it lies outside
   * of `folder`, which is real, or where the guard allows nothing: policy judged the folder, and not what a link or a
   * manifest in it leads to.
   */
  member(folder: string, path: string): string {
    const real = inside(folder, realOf(path))
    this.#context.guard.path(real)
    return real
  }

  /**
   * Where the manifest and the lease of a target are kept, and the target's name there: the same for every spelling
   * of it and through every connection that reaches it, links followed.
   */
  own(name: string): { readonly folder: string; readonly target: string } {
    const real = realOf(this.path(name))
    return { folder: dirname(real), target: basename(real) }
  }

  /** Throws `file_invalid` when nothing says what format a file has. */
  format(name: string): FileFormat {
    const format = this.#config.format ?? endingOf(name)?.format ?? null
    if (format === null) {
      throw new Fault(
        'file_invalid',
        `"${name}" ends in none of .csv, .tsv, .jsonl and .parquet; set "format" in the connection.`,
      )
    }
    return format
  }
}

const endings: Readonly<Record<string, FileFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
}
const compressed: Readonly<Record<string, Compression>> = { gz: 'gzip', zst: 'zstd' }

/** What a file's name says of it; null when that is nothing. */
export function endingOf(
  name: string,
): { readonly format: FileFormat; readonly compression: Compression } | null {
  const match = /\.([a-z]+)(?:\.(gz|zst))?$/i.exec(name)
  const format = endings[match?.[1]?.toLowerCase() ?? '']
  if (!format) return null
  return { format, compression: compressed[match?.[2]?.toLowerCase() ?? ''] ?? 'none' }
}

/** What a name's last ending says of how the file is compressed; null for none. */
export function compressionOfName(name: string): Compression | null {
  return compressed[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''] ?? null
}

/** The folder that a connection with this path is about: the one around it when it is a file. */
export function folderOf(path: string): string {
  const file = existsSync(path) ? statSync(path).isFile() : endingOf(path) !== null
  return file ? dirname(path) : path
}

/** The path with links resolved as far as it exists. */
export function realOf(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = dirname(path)
  return parent === path ? path : resolve(realOf(parent), basename(path))
}
