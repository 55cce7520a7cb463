/** Loads tables of a libSQL server: rows are staged batch by batch, and the last batch is the commit. */
import { Fault } from '../../../shared/faults.ts'
import type { Context, Destination, Finding, Format, Load, Loading, Mode, Target } from '../connector.ts'
import {
  claim,
  claimed,
  claimOf,
  dropSlices,
  ledgerTables,
  readLoad,
  readSlices,
  readTarget,
  slicesOfRows,
} from '../sqlite/ledger.ts'
import { quoteName } from '../sqlite/names.ts'
import { planOf } from '../sqlite/plan.ts'
import { keysName, stagingName } from '../sqlite/statements.ts'
import type { LibsqlConfig } from './config.ts'
import { Hrana, StepFault, unwrap } from './hrana.ts'
import { guard, holdsLease, leaseTables, readLease, takeLease } from './leases.ts'
import { LibsqlLoading } from './loading.ts'

export class LibsqlDestination implements Destination {
  readonly modes: readonly Mode[] = ['replace', 'append', 'merge', 'history', 'mirror']
  readonly #hrana: Hrana
  readonly #ended = new AbortController()

  constructor(config: LibsqlConfig, context: Context) {
    this.#hrana = new Hrana(config, context, 'target')
  }

  formats(): readonly Format[] {
    return ['csv']
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.probe(signal)
  }

  async probe(signal: AbortSignal): Promise<void> {
    await this.#hrana.reader(signal).rows('select count(*) from sqlite_schema')
  }

  async examine(_names: readonly string[], signal: AbortSignal): Promise<Finding[]> {
    try {
      // Writes nothing, and is refused to who may not write.
      await this.#hrana.batch([{
        sql: 'create table if not exists sallyport_guards (met INTEGER not null)',
        values: [],
      }], signal)
      return []
    } catch (error) {
      const fault = error instanceof StepFault ? error.fault : error
      if (!(fault instanceof Fault) || fault.code !== 'permission_denied') throw fault
      return [{ what: 'writing to the database', code: fault.code, remedy: 'a token that is not read-only' }]
    }
  }

  async plan(load: Load, signal: AbortSignal): Promise<Target> {
    return (await planOf(this.#hrana.reader(signal), load)).target
  }

  async begin(load: Load, signal: AbortSignal): Promise<Loading> {
    // What is wrong with the load itself is said before anything is made for it.
    const reader = this.#hrana.reader(signal)
    await planOf(reader, load)
    await this.#take(load, signal)
    // In a transaction that could write: a copy of the database that answers readers may be behind.
    const ledger = [readTarget(load), readLoad(load), readSlices(load)]
    const [targets, loads, slices] = await this.#hrana.batch(ledger, signal).catch(unwrap)
    const [found] = targets?.rows ?? []
    const before = found ? claimOf(found) : null
    const plan = await planOf(reader, load)
    const [done] = loads?.rows ?? []
    return new LibsqlLoading({
      hrana: this.#hrana,
      load,
      plan,
      signal: AbortSignal.any([signal, this.#ended.signal]),
      intent: before?.intent ?? null,
      shape: before?.shape ?? null,
      // What a table had that is gone, a new one has not.
      state: load.reset || plan.table === null ? null : before?.state ?? null,
      committed: done ? { rows: Number(done[0]), bytes: Number(done[1]) } : null,
      done: slicesOfRows(slices?.rows ?? []),
    })
  }

  /** Takes the lease, and sweeps what another run has left. Throws `target_busy` or `run_superseded`. */
  async #take(load: Load, signal: AbortSignal): Promise<void> {
    const make = [...ledgerTables, ...leaseTables].map((sql) => ({ sql, values: [] }))
    await this.#hrana.batch(make, signal).catch(unwrap)
    const reader = this.#hrana.reader(signal)
    const [found] = await reader.rows(readTarget(load).sql, readTarget(load).values)
    const before = found ? claimOf(found) : null
    const other = before !== null && (before.run !== load.runId || before.stream !== load.index)
      ? before
      : null
    const sweep = other === null ? [] : sweepOf(other.run, other.stream)
    const ours = guard(`exists (${claimed(load).sql})`, claimed(load).values)
    const statements = [takeLease(load), holdsLease(load), claim(load), ours, ...sweep]
    try {
      await this.#hrana.batch(statements, signal)
    } catch (error) {
      if (!(error instanceof StepFault) || error.fault.code !== 'constraint_refused') return unwrap(error)
      // Steps 1 and 3 are the guards.
      if (error.step !== 1 && error.step !== 3) throw error.fault
      const [lease] = await reader.rows(readLease(load).sql, readLease(load).values)
      const same = lease?.[0] === load.runId && Number(lease[1]) === load.index
      if (error.step === 3 || same) throw new Fault('run_superseded')
      throw new Fault('target_busy')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve(this.#ended.abort(new Fault('cancelled')))
  }
}

function sweepOf(run: string, stream: number): { sql: string; values: (string | number)[] }[] {
  const of = { runId: run, index: stream }
  return [
    { sql: `drop table if exists ${quoteName(stagingName(of))}`, values: [] },
    { sql: `drop table if exists ${quoteName(keysName(of))}`, values: [] },
    { sql: dropSlices(run, stream).sql, values: [run, stream] },
    { sql: 'delete from sallyport_batches where run = ?1 and stream = ?2', values: [run, stream] },
  ]
}
