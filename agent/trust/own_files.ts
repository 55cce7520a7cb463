/**
 * The agent's own files, which no connection reads or writes, by whatever name it comes to them: links and `..` are
 * followed by the system first; hard links, other spellings on a file system that folds letters and second mounts are
 * known by device and inode; and what the kernel shows of processes is nobody's data.
 */
import { readdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { inside, real } from './real_path.ts'

/** File systems that show memory, environment and open files of processes: f_type of statfs(2). */
const kernels: readonly number[] = [
  0x9fa0, // proc
  0x62656572, // sysfs
  0x64626720, // debugfs
  0x74726163, // tracefs
]

/** A file system that folds letters makes two spellings of what is not there yet one file. */
const folds = process.platform === 'darwin' || process.platform === 'win32'

export class OwnFiles {
  readonly #paths: readonly string[]

  /** Files and folders; they need not be there yet. */
  constructor(paths: readonly string[]) {
    this.#paths = paths.map((path) => resolve(path))
  }

  /** Why this path is refused, as the end of a sentence; null when it is not ours. `place`: links followed. */
  reason(place: string): string | null {
    if (isKernels(place)) return 'shows processes of this machine, and is no data'
    if (isDevice(place)) return 'is a device, and no file'
    const own = this.#paths.map(real)
    const mine = own.some((path) => inside(place, path) || (folds && inside(folded(place), folded(path))))
    if (mine || this.#sameAsOwn(place, own)) return 'belongs to the agent itself'
    return null
  }

  #sameAsOwn(place: string, own: readonly string[]): boolean {
    const known = new Set(own.map(identityOf).filter((one) => one !== null))
    for (let at = place;; at = dirname(at)) {
      const identity = identityOf(at)
      if (identity !== null && known.has(identity)) return true
      if (dirname(at) === at) break
    }
    return linkedFrom(place, own)
  }
}

const folded = (path: string) => path.normalize('NFC').toLowerCase()

/** Device and inode; null for what is not there. */
function identityOf(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? null : `${stat.dev} ${stat.ino}`
}

/** Whether a file with more names than one has one of them among our own. */
function linkedFrom(place: string, own: readonly string[]): boolean {
  const stat = statSync(place, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile() || stat.nlink < 2n) return false
  const identity = `${stat.dev} ${stat.ino}`
  return own.some((path) => filesBelow(path).some((file) => identityOf(file) === identity))
}

function filesBelow(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return []
  if (!stat.isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
}

/** A disk as a whole has the agent's files in it. */
function isDevice(place: string): boolean {
  const stat = statSync(place, { throwIfNoEntry: false })
  return stat !== undefined && (stat.isBlockDevice() || stat.isCharacterDevice())
}

/** Judged where the path is, or would be made. */
function isKernels(place: string): boolean {
  for (let at = place;; at = dirname(at)) {
    if (statSync(at, { throwIfNoEntry: false }) !== undefined) return kernels.includes(statfsSync(at).type)
    if (dirname(at) === at) return false
  }
}
