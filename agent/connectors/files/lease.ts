/**
 * Who may write a target of files. One lock is held for as long as a load takes: it says that its holder lives. Another
 * is held while names change: by a commit, and by whoever takes the target over. The system releases both when their
 * holder dies, so nothing has to be cleaned up.
 *
 * A holder that stands still (a stopped process, a machine that sleeps) lives, and a later attempt of its run does not
 * wait for it: it puts a lock of its own in the place of the other one's, which is how the other one knows.
 */
import { Database } from 'bun:sqlite'
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '../../../shared/faults.ts'
import { errno } from '../../files.ts'
import { ownPath } from './manifest.ts'

/** How long a load waits for the one before it. */
const waitMs = 3000

interface Lock extends Disposable {
  /** Whether the file that is locked still has its name. */
  stands(): boolean
}

/** Where the names of a target are: its folder, and its own name there. */
interface Of {
  readonly folder: string
  readonly target: string
}

export class Lease implements Disposable {
  /** Whether it was taken from an attempt that may still be at work. */
  readonly overtook: boolean
  readonly #of: Of
  readonly #life: Lock

  private constructor(of: Of, life: Lock, overtook: boolean) {
    this.#of = of
    this.#life = life
    this.overtook = overtook
  }

  /**
   * Takes the target's lease, and runs `begin` while no other attempt commits or begins; where that throws, the lease is
   * free again. `overtakes` is asked while somebody else has it: whether that is an earlier attempt of the same run.
   * Throws `target_busy`.
   */
  static take<T>(of: Of, overtakes: () => boolean, begin: (lease: Lease) => T): T {
    mkdirSync(dirname(lifePath(of)), { recursive: true })
    let life: Lock | null = null
    try {
      for (;;) {
        {
          using _names = lockNames(of)
          // Where it was waited for, somebody may have put another in its place meanwhile.
          if (life !== null && !life.stands()) life = released(life)
          life ??= lockNow(of)
          if (life !== null) return begin(new Lease(of, life, false))
          if (overtakes()) {
            life = lockAnew(of)
            return begin(new Lease(of, life, true))
          }
        }
        life = lockAt(lifePath(of), of.target, waitMs)
      }
    } catch (error) {
      life?.[Symbol.dispose]()
      throw error
    }
  }

  /** Once it is not, it never is again. */
  get held(): boolean {
    return this.#life.stands()
  }

  /** Runs `work` while nobody can take the target over. Throws `run_superseded` where somebody has; `target_busy`. */
  async exclusively<T>(work: () => T | Promise<T>): Promise<T> {
    this.#mustBeHeld()
    using _names = lockNames(this.#of)
    this.#mustBeHeld()
    return await work()
  }

  #mustBeHeld(): void {
    if (!this.held) throw new Fault('run_superseded')
  }

  [Symbol.dispose](): void {
    this.#life[Symbol.dispose]()
  }
}

const lifePath = ({ folder, target }: Of) => ownPath(folder, target, '.lock')

// The encoded name of a target has no @: it is no other target's.
const lockNames = ({ folder, target }: Of) => lockAt(ownPath(folder, target, '@names.lock'), target, waitMs)

function released(lock: Lock): null {
  lock[Symbol.dispose]()
  return null
}

/** Null where somebody has it. */
function lockNow(of: Of): Lock | null {
  try {
    return lockAt(lifePath(of), of.target, 0)
  } catch (error) {
    if (error instanceof Fault && error.code === 'target_busy') return null
    throw error
  }
}

/** In the place of somebody else's. Throws `target_busy` where the system keeps the name of a file that is open. */
function lockAnew(of: Of): Lock {
  try {
    rmSync(lifePath(of), { force: true })
  } catch (error) {
    throw new Fault('target_busy', `An earlier attempt is writing ${of.target}.`, { cause: error })
  }
  return lockAt(lifePath(of), of.target, 0)
}

function lockAt(path: string, target: string, wait: number): Lock {
  let lock: Database | null = null
  try {
    makeEmpty(path)
    // Before it is opened: where another takes its place in between, this one does not stand.
    const file = identity(path)
    lock = new Database(path, { create: true })
    lock.run(`PRAGMA busy_timeout = ${wait}`)
    // Nothing is ever written: on a full disk too, a load has to be able to end.
    lock.run('PRAGMA journal_mode = MEMORY')
    lock.run('BEGIN EXCLUSIVE')
    const held = lock
    return {
      stands: () => file !== null && identity(path) === file,
      [Symbol.dispose]: () => held.close(),
    }
  } catch (error) {
    lock?.close()
    throw lockFault(error, target)
  }
}

/** Never opens one that is there: closing it would release this process's own lock on it. */
function makeEmpty(path: string): void {
  try {
    writeFileSync(path, '', { flag: 'wx' })
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw error
  }
}

/** Of the file that has this name now; null for none. No other has it for as long as this one is open. */
function identity(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat ? `${stat.dev}:${stat.ino}` : null
}

function lockFault(error: unknown, target: string): Fault {
  const cause = { cause: error }
  const code = errno(error)
  if (code.startsWith('SQLITE_BUSY')) {
    return new Fault('target_busy', `Another run is writing ${target}.`, cause)
  }
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new Fault('disk_full', undefined, cause)
  }
  if (/^(?:SQLITE_(?:READONLY|CANTOPEN|PERM)|EACCES|EPERM|EROFS)/.test(code)) {
    return new Fault('permission_denied', 'The folder may not be written to.', cause)
  }
  return new Fault('file_unwritable', undefined, cause)
}
