/**
 * Loads DuckDB from inside the binary. On Linux from memory: that works on read-only and noexec file systems, as any
 * user, and leaves nothing behind. Elsewhere, and where the kernel refuses, from a folder of this user alone whose
 * files are compared with the digests in the binary before each use.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { renameSync, rmSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../shared/faults.ts'
import { loadGlobally, memoryFile } from './libc.ts'

export interface EmbeddedFile {
  /** As the platform's loader looks for it. */
  readonly name: string
  /** Inside the binary. */
  readonly path: string
  /** Lowercase hex. */
  readonly sha256: string
}

/** The addon's exports. `library` is loaded first: the addon needs its symbols. */
export function loadEmbedded(library: EmbeddedFile, addon: EmbeddedFile): Record<string, unknown> {
  const folder = process.env['SALLYPORT_NATIVE_FOLDER']
  if (process.platform === 'linux' && !folder) {
    const exports = fromMemory(library, addon)
    if (exports) return exports
  }
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return fromFolder(folder || join(cache, 'sallyport', library.sha256.slice(0, 16)), [library, addon])
}

function fromMemory(library: EmbeddedFile, addon: EmbeddedFile): Record<string, unknown> | null {
  const first = toMemory(library)
  if (first === null || !loadGlobally(first)) return null
  const second = toMemory(addon)
  return second === null ? null : open(second)
}

function toMemory({ name, path }: EmbeddedFile): string | null {
  const file = memoryFile(name)
  if (file < 0) return null
  const bytes = readFileSync(path)
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
  return `/proc/self/fd/${file}`
}

function fromFolder(folder: string, files: readonly [EmbeddedFile, EmbeddedFile]): Record<string, unknown> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { mode, uid } = lstatSync(folder)
  const mine = process.platform === 'win32' || (uid === process.getuid?.() && (mode & 0o077) === 0)
  if (!mine) throw new Fault('hold_unavailable', `${folder} must belong to this user alone (mode 0700).`)
  for (const file of files) {
    const place = join(folder, file.name)
    if (!existsSync(place) || digest(place) !== file.sha256) copyOut(file, place)
    if (digest(place) !== file.sha256) throw new Fault('hold_unavailable', `${place} is not what was built.`)
  }
  return open(join(folder, files[1].name))
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function copyOut({ path }: EmbeddedFile, place: string): void {
  const draft = `${place}.${process.pid}.part`
  const file = openSync(draft, 'w', 0o600)
  try {
    const bytes = readFileSync(path)
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    fsyncSync(file)
    renameSync(draft, place)
  } catch (error) {
    rmSync(draft, { force: true })
    throw new Fault('hold_unavailable', `${place} cannot be written.`, { cause: error })
  } finally {
    closeSync(file)
  }
}

function open(path: string): Record<string, unknown> {
  const addon = { exports: {} as Record<string, unknown> }
  process.dlopen(addon, path)
  return addon.exports
}
