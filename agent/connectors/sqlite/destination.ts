/** Loads tables of a file: one transaction a load, so that it is there whole or not at all, whatever dies in between. */
import { existsSync } from 'node:fs'
import { Fault } from '../../../shared/faults.ts'
import type { Context, Destination, Finding, Format, Load, Loading, Mode, Target } from '../connector.ts'
import type { Value } from './catalog.ts'
import type { SqliteConfig } from './config.ts'
import {
  type Claim,
  claim,
  claimed,
  claimOf,
  dropSlices,
  ledgerTables,
  readLoad,
  readSlices,
  readTarget,
  slicesOfRows,
  type Statement,
} from './ledger.ts'
import { SqliteLoading } from './loading.ts'
import { quoteName } from './names.ts'
import { placeOf, refuseNoFolder, stays } from './place.ts'
import { planOf } from './plan.ts'
import { Session } from './session.ts'
import { keysName, stagingName } from './statements.ts'

/** How long a load waits for the one before it: the lock of a process that was killed is gone at once. */
const leaseWaitMs = 3000

const write = (session: Session, { sql, values }: Statement): number => session.run(sql, values)
const read = (session: Session, { sql, values }: Statement): Promise<Value[][]> => session.rows(sql, values)

export class SqliteDestination implements Destination {
  readonly modes: readonly Mode[] = ['replace', 'append', 'merge', 'history', 'mirror']
  readonly #path: string
  readonly #open = new Set<Session>()

  constructor(config: SqliteConfig, context: Context) {
    this.#path = placeOf(config, context)
  }

  formats(): readonly Format[] {
    return ['csv']
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.probe(signal)
  }

  /** Reads only: whoever is loading goes on. */
  async probe(signal: AbortSignal): Promise<void> {
    if (!existsSync(this.#path)) return refuseNoFolder(this.#path)
    const session = Session.writing(this.#path, { there: true })
    try {
      await session.locked(() => session.run('select count(*) from sqlite_schema'), leaseWaitMs, signal)
    } finally {
      session.close()
    }
  }

  async examine(_names: readonly string[], signal: AbortSignal): Promise<Finding[]> {
    if (!existsSync(this.#path)) return []
    const session = Session.writing(this.#path, { there: true })
    try {
      await session.locked(() => session.run('begin immediate'), leaseWaitMs, signal)
      // A file that can only be read lets the transaction begin.
      session.run('create table sallyport_probe (a)')
      session.rollback()
      return []
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'permission_denied') throw error
      const remedy = `chmod u+w ${JSON.stringify(this.#path)}, and the folder that it is in`
      return [{ what: 'writing to the database', code: error.code, remedy }]
    } finally {
      session.close()
    }
  }

  async plan(load: Load, signal: AbortSignal): Promise<Target> {
    if (!existsSync(this.#path)) {
      refuseNoFolder(this.#path)
      return (await planOf(null, load)).target
    }
    const session = Session.reading(this.#path)
    try {
      session.run('begin')
      await session.locked(() => session.run('select count(*) from sqlite_schema'), leaseWaitMs, signal)
      return (await planOf(session, load)).target
    } finally {
      session.close()
    }
  }

  async begin(load: Load, signal: AbortSignal): Promise<Loading> {
    // What is wrong with the load itself is said before a file is made for it.
    if (!existsSync(this.#path)) await this.plan(load, signal)
    const session = Session.writing(this.#path, { there: false })
    this.#open.add(session)
    try {
      const before = await take(session, load, signal)
      const plan = await planOf(session, load)
      const [done] = await read(session, readLoad(load))
      const slices = slicesOfRows(await read(session, readSlices(load)))
      return new SqliteLoading({
        session,
        load,
        plan,
        unmoved: stays(this.#path),
        signal,
        intent: before?.intent ?? null,
        shape: before?.shape ?? null,
        // What a table had that is gone, a new one has not.
        state: load.reset || plan.table === null ? null : before?.state ?? null,
        committed: done ? { rows: Number(done[0]), bytes: Number(done[1]) } : null,
        done: slices,
      })
    } catch (error) {
      session.rollback()
      session.close()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#open) session.close()
    this.#open.clear()
  }
}

/** Waits for the only lock that there is for writers. Throws `target_busy`. */
export async function lock(session: Session, signal: AbortSignal, waitMs = leaseWaitMs): Promise<void> {
  try {
    await session.locked(() => session.run('begin immediate'), waitMs, signal)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'target_locked') throw error
    throw new Fault('target_busy', 'Another run or program is writing to the database.', { cause: error })
  }
}

/**
 * Takes the target's lease, and leaves the transaction open that holds it: nobody else can write as long as it lasts.
 * Returns what stood in the ledger. Throws `target_busy` or `run_superseded`.
 */
async function take(session: Session, load: Load, signal: AbortSignal): Promise<Claim | null> {
  await lock(session, signal)
  for (const sql of ledgerTables) session.run(sql)
  const [row] = await read(session, readTarget(load))
  const before = row ? claimOf(row) : null
  if (write(session, claim(load)) !== 1) {
    session.rollback()
    throw new Fault('run_superseded')
  }
  const own = before !== null && before.run === load.runId && before.stream === load.index
  // What another run has staged for this target and never committed is for nobody.
  if (before !== null && !own) {
    const of = { runId: before.run, index: before.stream }
    session.run(`drop table if exists ${quoteName(stagingName(of))}`)
    session.run(`drop table if exists ${quoteName(keysName(of))}`)
    write(session, dropSlices(before.run, before.stream))
  }
  await commit(session, signal)
  // The claim is committed before the data, so that an attempt that was overtaken finds out.
  await lock(session, signal)
  await refuseOvertaken(session, load)
  return own || before === null ? before : { ...before, intent: null, shape: null }
}

/** Throws `run_superseded` when the target is no longer this attempt's. */
export async function refuseOvertaken(session: Session, load: Load): Promise<void> {
  const [ours] = await read(session, claimed(load))
  if (!ours) throw new Fault('run_superseded')
}

/** Readers of a database without a write-ahead log keep a commit waiting for a while. */
const commitWaitMs = 60_000

export async function commit(session: Session, signal: AbortSignal): Promise<void> {
  await session.locked(() => session.run('commit'), commitWaitMs, signal)
}
