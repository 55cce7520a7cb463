/**
 * Run ids of local runs. A run writes its id here before its first byte and takes it away once every stream's outcome
 * is certain and no append would be done twice; a run that finds one goes on with it, so that what a killed run
 * appended is not doubled.
 */
import { createHash, randomBytes } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import { Hash, Id, Time } from '../../shared/schemas/fields.ts'
import { holdLock, makePrivateFolder, readIfThere, writeAtomic } from '../files.ts'
import { parseFile } from '../home.ts'

const Unfinished = z.strictObject({
  file: z.string(),
  /** SHA-256 of the pipeline file and of its connections as they were. */
  digest: Hash,
  run_id: Id,
  /** Counts the attempts of this id: the fence of the next one is higher. */
  attempt: z.int().min(1),
  appends: z.boolean(),
  started: Time,
})

export interface LocalRun extends Disposable {
  readonly runId: string
  readonly attempt: number
  /** When the run that this one goes on with was started; null for a new run. */
  readonly adopted: string | null
  /** Nothing is left undone: the next run of the file is a new one. */
  finish(): void
}

export interface LocalRunOptions {
  /** The state folder. */
  readonly folder: string
  readonly path: string
  readonly text: string
  /** What the run connects, without secrets: another source or target makes it another run. */
  readonly connections: string
  /** True when a stream of the pipeline appends: doing it twice would double rows. */
  readonly appends: boolean
  /** Leave an unfinished run behind. */
  readonly fresh: boolean
  /**
   * What is in the targets goes: nothing of an unfinished run is gone on with. Its record stays until the reset is
   * finished, since until then its rows are still there.
   */
  readonly resets?: boolean
  readonly now: number
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * Holds the file's lock until it is disposed. Throws `already_running` when another process runs the file, and
 * `run_unfinished` when an unfinished run appended by another version of the file or through other connections: what
 * it committed is not known here, so a person decides.
 */
export function beginLocalRun(options: LocalRunOptions): LocalRun {
  const { folder, path, text, connections, appends, fresh, resets = false, now } = options
  const file = realpathSync(path)
  const place = join(folder, 'local')
  makePrivateFolder(place)
  const record = join(place, `${basename(file)}.${sha256(file).slice(0, 16)}.json`)
  const digest = sha256(`${sha256(text)} ${sha256(connections)}`)
  const lock = holdLock(`${record}.lock`)
  if (lock === null) throw new Fault('already_running', `Another process is running ${file}.`)
  try {
    const found = fresh || resets ? null : readIfThere(record)
    const before = found === null ? null : parseFile(Unfinished, found, record)
    const same = before !== null && before.digest === digest
    if (before !== null && !same && before.appends) {
      throw new Fault(
        'run_unfinished',
        `The run of ${file} that began at ${before.started} did not finish, and the file or its connections ` +
          'have changed since. ' +
          'See whether its rows are in the target, then start a new run with --new.',
      )
    }
    const runId = same ? before.run_id : newId(now, randomBytes)
    const attempt = same ? before.attempt + 1 : 1
    const started = same ? before.started : new Date(now).toISOString()
    const next = { file, digest, run_id: runId, attempt, appends, started }
    if (!resets) writeAtomic(record, JSON.stringify(next, null, 2) + '\n')
    return {
      runId,
      attempt,
      adopted: same ? before.started : null,
      finish: () => rmSync(record, { force: true }),
      [Symbol.dispose]: () => lock[Symbol.dispose](),
    }
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}
