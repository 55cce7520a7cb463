/** Files that hold secrets or state: private modes, and replaced whole or not at all. */
import { Database } from 'bun:sqlite'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Fault } from '../shared/faults.ts'

const windows = process.platform === 'win32'

/** Makes the folder (and what is above it) for this user alone. An existing one keeps its mode. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
}

/**
 * Replaces the file whole: a reader sees the old bytes or the new ones, also after a power cut. The file is made
 * with `mode`, whatever the umask.
 */
export function writeAtomic(path: string, data: string | Uint8Array, mode = 0o600): void {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    const file = openSync(draft, 'wx', mode)
    try {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (!windows) chmodSync(draft, mode)
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw new Fault('file_unwritable', `${path} cannot be written (${errno(error)}).`, { cause: error })
  }
  syncFolder(dirname(path))
}

/** Makes the file durable under its name. Folders cannot be opened for this on Windows. */
function syncFolder(path: string): void {
  if (windows) return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** The text, or null when there is no such file. Throws `file_unreadable` otherwise. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errno(error) === 'ENOENT') return null
    throw new Fault('file_unreadable', `${path} cannot be read (${errno(error)}).`, { cause: error })
  }
}

/** The text. Throws `file_unreadable`, which names the file and, as `what`, what it is for. */
export function readText(path: string, what: string): string {
  const text = readIfThere(path)
  if (text === null) throw new Fault('file_unreadable', `There is no ${what} at ${path}.`)
  return text
}

/**
 * The text of a file that holds a secret. Throws `file_not_private` when anybody but its owner could read or
 * change it: a secret that others could read is not one, and a key that others could write is theirs.
 */
export function readPrivate(path: string, what: string): string {
  if (!existsSync(path)) throw new Fault('file_unreadable', `There is no ${what} at ${path}.`)
  refuseShared(path, what)
  return readText(path, what)
}

export function refuseShared(path: string, what: string): void {
  if (windows) return
  const { mode } = statSync(path)
  if ((mode & 0o077) !== 0) {
    const seen = (mode & 0o777).toString(8).padStart(4, '0')
    throw new Fault('file_not_private', `The ${what} ${path} has mode ${seen}. Run: chmod 600 '${path}'`)
  }
}

/** Throws `file_not_private` when anybody but its owner could change it. */
export function refuseWritable(path: string, what: string): void {
  if (windows || (statSync(path).mode & 0o022) === 0) return
  throw new Fault('file_not_private', `Others may write the ${what} ${path}. Run: chmod go-w '${path}'`)
}

export function errno(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}

/** Held until disposed, or until this process ends in whatever way. Null when another process holds it. */
export function holdLock(path: string): Disposable | null {
  const lock = new Database(path, { create: true })
  if (!windows) chmodSync(path, 0o600)
  try {
    lock.run('BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    return null
  }
  return { [Symbol.dispose]: () => lock.close() }
}

/**
 * Runs `work` while no other process holds `path`'s lock. The lock is SQLite's own on `<path>.lock`: the system
 * releases it when its holder dies, so nothing has to be cleaned up after a `kill -9`.
 */
export function locked<T>(path: string, work: () => T): T {
  const lock = new Database(`${path}.lock`, { create: true })
  if (!windows) chmodSync(`${path}.lock`, 0o600)
  try {
    lock.run('PRAGMA busy_timeout = 10000')
    lock.run('BEGIN IMMEDIATE')
    return work()
  } finally {
    lock.close()
  }
}
