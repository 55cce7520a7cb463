/** Where the file of a connection is, and that nothing else is opened in its stead. */
import { existsSync, lstatSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Fault } from '../../../shared/faults.ts'
import { real } from '../../trust/real_path.ts'
import type { Context } from '../connector.ts'
import type { SqliteConfig } from './config.ts'

/** Files that SQLite makes and reads beside a database: one that lies there ready is part of it. */
const besides = ['-journal', '-wal', '-shm']

/** The absolute path, links followed. */
export function pathOf({ path }: SqliteConfig, base: string): string {
  return real(resolve(base, path))
}

/**
 * The path as it may be opened. Throws what the guard throws for it or for a file that SQLite would take along, and
 * `file_invalid` for what is no plain file.
 */
export function placeOf(config: SqliteConfig, { base, guard }: Pick<Context, 'base' | 'guard'>): string {
  guard.path(resolve(base, config.path))
  const path = pathOf(config, base)
  guard.path(path)
  for (const ending of besides) {
    const beside = path + ending
    guard.path(real(beside))
    // A link there would have SQLite write through it.
    if (lstatSync(beside, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new Fault('path_refused', 'A file beside the database is a link.')
    }
  }
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isFile()) throw new Fault('file_invalid', 'The path is not that of a file.')
  return path
}

/** Throws `file_unwritable` where no file could be made. */
export function refuseNoFolder(path: string): void {
  if (existsSync(dirname(path))) return
  throw new Fault('file_unwritable', 'The folder of the database is not there.')
}

/** Throws `target_failed` from then on where another file, or none, is in its place: what is written is lost to it. */
export function stays(path: string): () => void {
  const inode = () => {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? null : `${stat.dev} ${stat.ino}`
  }
  const before = inode()
  return () => {
    if (inode() === before) return
    throw new Fault(
      'target_failed',
      'The database was moved away, or another put in its place, while it was loaded.',
    )
  }
}
