/** One stream's load into a server: every batch counts once, whatever becomes of its answer; the last is the commit. */
import { createHash } from 'node:crypto'
import { Fault } from '../../../shared/faults.ts'
import type {
  Committed,
  Format,
  Intent,
  Load,
  Loading,
  Rejected,
  Slice,
  SliceId,
  State,
  Target,
  Written,
} from '../connector.ts'
import { mayFold, type Value } from '../sqlite/catalog.ts'
import {
  dropSlices,
  keepIntent,
  keepSlice,
  keepState,
  readLoad,
  recordLoad,
  sameIntent,
  type Statement,
} from '../sqlite/ledger.ts'
import { quoteName } from '../sqlite/names.ts'
import { foldedKeys, isKeyed, type Plan, quarantineTable, timeOf } from '../sqlite/plan.ts'
import {
  historyTime,
  insertInto,
  keysName,
  keysStatement,
  meetingStatement,
  stagingName,
  stepsOf,
} from '../sqlite/statements.ts'
import { type Hrana, type Outcome, StepFault, unwrap } from './hrana.ts'
import { endLease, guard, holdsLease, leaseSeconds, renewLease, unfinished } from './leases.ts'
import { Outflow } from './outflow.ts'
import { doubled, isNew, losers, rowidOf, stageStatement } from './stage.ts'

export interface LoadingParts {
  readonly hrana: Hrana
  readonly load: Load
  readonly plan: Plan
  readonly signal: AbortSignal
  readonly intent: Intent | null
  readonly shape: string | null
  readonly state: State | null
  readonly committed: Committed | null
  readonly done: ReadonlyMap<SliceId, Written & Committed>
}

const plain = (sql: string): Statement => ({ sql, values: [] })

/** How often a batch is sent whose answer did not come. */
const mostTries = 4

export class LibsqlLoading implements Loading {
  readonly target: Target
  readonly committed: Committed | null
  readonly state: State | null
  readonly intent: Intent | null
  readonly #parts: LoadingParts
  #done: ReadonlyMap<SliceId, Written & Committed>
  #keys = false
  #resumable = false
  #over = false
  readonly #heart: ReturnType<typeof setInterval>
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: LoadingParts) {
    this.#parts = parts
    this.target = parts.plan.target
    this.committed = parts.committed
    this.state = parts.state
    this.intent = parts.intent
    this.#done = parts.intent !== null && parts.shape === this.#shape() ? parts.done : new Map()
    // While the source is slow, or the other slices are under way.
    this.#heart = setInterval(() => this.#renew(), leaseSeconds * 250)
    this.#heart.unref?.()
  }

  get done(): ReadonlyMap<SliceId, Written> {
    return this.#done
  }

  #renew(): void {
    const { hrana, load, signal } = this.#parts
    if (this.#over) return
    // Whoever writes next finds out what has become of the lease.
    hrana.batch(renewLease(load), signal).catch(() => undefined)
  }

  #shape(): string {
    return createHash('sha256').update(stageStatement(this.#parts.plan)).digest('hex')
  }

  /** The batch, with the lease as its first condition. Throws a Fault. */
  async #batch(statements: readonly Statement[]): Promise<Outcome[]> {
    const { hrana, load, signal } = this.#parts
    const guards = renewLease(load)
    try {
      return (await hrana.batch([...guards, ...statements], signal)).slice(guards.length)
    } catch (error) {
      if (!(error instanceof StepFault)) throw error
      if (error.step === 0 && error.fault.code === 'constraint_refused') throw new Fault('run_superseded')
      if (error.step < guards.length) throw error.fault
      throw new StepFault(error.step - guards.length, error.fault)
    }
  }

  async prepare(intent: Intent): Promise<void> {
    const { load, plan } = this.#parts
    this.#resumable = intent.resumable
    const goesOn = intent.resumable && this.intent !== null && sameIntent(this.intent, intent) &&
      this.#parts.shape === this.#shape()
    if (goesOn) return
    this.#done = new Map()
    const statements = [
      ...this.#dropped(),
      plain(stageStatement(plan)),
      keepIntent(load, intent, intent.resumable ? this.#shape() : null),
    ]
    await this.#repeated(() => this.#batch(statements))
  }

  #dropped(): Statement[] {
    const { load } = this.#parts
    return [
      plain(`drop table if exists ${quoteName(stagingName(load))}`),
      plain(`drop table if exists ${quoteName(keysName(load))}`),
      dropSlices(load.runId, load.index),
      {
        sql: 'delete from sallyport_batches where run = ?1 and stream = ?2',
        values: [load.runId, load.index],
      },
    ]
  }

  /** Again where nobody knows what has become of it. What is repeated has to count once by itself. */
  async #repeated<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1;; tries++) {
      try {
        return await work()
      } catch (error) {
        const fault = error instanceof StepFault ? error.fault : error
        const lost = fault instanceof Fault && ['connection_lost', 'source_unavailable'].includes(fault.code)
        if (!lost || tries === mostTries || this.#parts.signal.aborted) throw fault
      }
    }
  }

  write(slice: Slice, _format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    return this.#inTurn(async () => {
      const { load, plan } = this.#parts
      const stage = quoteName(stagingName(load))
      const rowid = rowidOf(plan)
      // What a slice has left that did not end is the last that is in there.
      await this.#repeated(() =>
        this.#batch([
          plain(
            `delete from ${stage} where ${rowid} > (select min("before") from sallyport_batches where ${
              unfinished(load)
            })`,
          ),
          plain(`delete from sallyport_batches where ${unfinished(load)}`),
        ])
      )
      const written = await new Outflow(plan).send(
        bytes,
        (rows, number) => this.#stage(slice.id, rows, number),
      )
      await this.#repeated(() => this.#batch([this.#keptOnce(slice.id, written)]))
      this.#done = new Map([...this.#done, [slice.id, written]])
      return written
    })
  }

  #keptOnce(slice: SliceId, written: Committed): Statement {
    const statement = keepSlice(this.#parts.load, slice, written)
    return { ...statement, sql: `${statement.sql} on conflict do nothing` }
  }

  /** The batch counts once: its number stands in the ledger together with its rows. */
  async #stage(slice: SliceId, rows: readonly Statement[], number: number): Promise<void> {
    const { load, plan } = this.#parts
    const mark: Statement = {
      sql: `insert into sallyport_batches select ?1, ?2, ?3, ?4, coalesce(max(${rowidOf(plan)}), 0) from ${
        quoteName(stagingName(load))
      }`,
      values: [load.runId, load.index, slice, number],
    }
    await this.#repeated(async () => {
      try {
        await this.#batch([mark, ...rows])
      } catch (error) {
        // It is there already: only the answer was lost.
        if (error instanceof StepFault && error.step === 0 && error.fault.code === 'constraint_refused') {
          return
        }
        throw error
      }
    })
  }

  writeKeys(_slice: Slice, _format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    return this.#inTurn(async () => {
      const { plan, load } = this.#parts
      if (!this.#keys) {
        const name = quoteName(keysName(load))
        await this.#repeated(() =>
          this.#batch([plain(`drop table if exists ${name}`), plain(keysStatement(plan))])
        )
      }
      this.#keys = true
      // A key may come more than once, and so may a batch of them.
      return await new Outflow(plan, { keys: true }).send(
        bytes,
        async (rows) => void await this.#repeated(() => this.#batch(rows)),
      )
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async commit(state: State, rejected: Rejected | null): Promise<Committed> {
    const { load, plan } = this.#parts
    const total = { rows: 0, bytes: 0 }
    for (const { rows, bytes } of this.#done.values()) {
      total.rows += rows
      total.bytes += bytes
    }
    if (load.mode === 'mirror' && load.partial && !this.#keys) {
      throw new TypeError('writeKeys comes before commit')
    }
    // A batch of an earlier try may have arrived late.
    const [staged] = await this.#readHeld(plain(`select count(*) from ${quoteName(stagingName(load))}`))
    if (Number(staged?.[0]) !== total.rows) throw new Fault('rows_lost')
    if (isKeyed(load)) await this.#settleKeys()
    const quarantine = rejected !== null && rejected.count > 0 ? await this.#rejected(rejected) : []
    const at = await historyTime({ rows: (sql) => this.#readHeld(plain(sql)) }, plan)
    const statements = [
      ...this.#bring(total.rows, at),
      ...quarantine,
      recordLoad(load, total),
      ...this.#dropped(),
      keepState(load, state),
      guard('changes() = 1'),
      endLease(load),
    ]
    await this.#repeated(async () => {
      try {
        await this.#batch(statements)
      } catch (error) {
        // The one before, whose answer was lost, may be what stands in the way now.
        if (await this.#isCommitted()) return
        throw error instanceof StepFault ? this.#explained(error, statements) : error
      }
    })
    this.#over = true
    return total
  }

  async #isCommitted(): Promise<boolean> {
    return (await this.#read(readLoad(this.#parts.load))).length > 0
  }

  /** Where it was written: a copy of the database that answers readers may be behind. */
  async #read(statement: Statement): Promise<Value[][]> {
    const { hrana, signal } = this.#parts
    const [found] = await hrana.batch([statement], signal).catch(unwrap)
    return found?.rows ?? []
  }

  /** As long as the lease is held. */
  async #readHeld(statement: Statement): Promise<Value[][]> {
    const [found] = await this.#repeated(() => this.#batch([statement]))
    return found?.rows ?? []
  }

  /** What a guard that is not met means. */
  #explained({ step, fault }: StepFault, statements: readonly Statement[]): Fault {
    const { plan } = this.#parts
    const sql = statements[step]?.sql ?? ''
    if (sql.includes('sallyport_guards')) {
      if (sql.includes('not exists (select 1 from')) {
        return new Fault('target_refused', `A trigger of "${plan.name}" keeps rows in it.`)
      }
      const rows = sql.includes('changes() = ?')
      return rows
        ? new Fault('rows_lost', 'A trigger of the target keeps rows out of it.')
        : new Fault('run_superseded')
    }
    if (plan.before.includes(sql) && plan.table !== null && fault.code === 'target_failed') {
      return new Fault(
        'schema_refused',
        `"${plan.name}" cannot be changed: something hangs on a column of it.`,
        {
          cause: fault,
        },
      )
    }
    return fault
  }

  /** Of several rows with one key the last in order stays. Can be done twice. */
  async #settleKeys(): Promise<void> {
    const { plan } = this.#parts
    await this.#repeated(() => this.#batch(losers(plan).map(plain)))
    const [row] = await this.#readHeld(plain(doubled(plan)))
    if (Number(row?.[0]) === 1) throw new Fault('keys_doubled')
    const reader = { rows: (sql: string) => this.#readHeld(plain(sql)) }
    if (plan.table === null || plan.emptied || !(await mayFold(reader, plan.table, plan.key))) return
    const [met] = await this.#readHeld(plain(meetingStatement(plan, rowidOf(plan))))
    if (Number(met?.[0]) === 1) throw new Fault('keys_doubled', foldedKeys(plan))
  }

  /** From the staging table into the target. */
  #bring(rows: number, at: string): Statement[] {
    const { plan, load } = this.#parts
    if (isNew(plan)) {
      const rename = `alter table ${quoteName(stagingName(load))} rename to ${quoteName(plan.name)}`
      return [plain(rename)]
    }
    const fresh = plan.table === null || plan.emptied
    const steps = stepsOf(plan, at).filter(({ over }) => over === 's' || !fresh)
    return [
      ...plan.before.map(plain),
      ...(plan.index === null ? [] : [plain(plan.index)]),
      ...(plan.emptied
        ? [
          plain(`delete from ${quoteName(plan.name)}`),
          guard(`not exists (select 1 from ${quoteName(plan.name)})`),
        ]
        : []),
      ...steps.flatMap((
        { sql, adds },
      ) => [plain(sql('true')), ...(adds ? [guard('changes() = ?', [rows])] : [])]),
    ]
  }

  async #rejected(rejected: Rejected): Promise<Statement[]> {
    const { load, plan } = this.#parts
    const table = quarantineTable(plan.name)
    const columns = ['run', 'stream', 'slice', '"row"', '"column"', 'code', 'source', 'at']
    const insert = insertInto(table.name, columns, 1)
    const statements = [plain(table.statement)]
    for await (const { slice, row, column, code, source } of rejected.rows()) {
      const values = [load.runId, load.index, slice, row, column, code, source, timeOf(load.at)]
      statements.push({ sql: insert, values })
    }
    if (statements.length - 1 === rejected.count) return statements
    throw new Fault('rows_lost', 'Rows that were refused are not where they should be.')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { hrana, load } = this.#parts
    clearInterval(this.#heart)
    await this.#turn
    if (this.#over) return
    this.#over = true
    // The next one does not have to wait for the lease to run out.
    const lasts = this.#resumable || (this.intent?.resumable ?? false)
    const statements = [holdsLease(load), ...(lasts ? [] : this.#dropped()), endLease(load)]
    await hrana.batch(statements, AbortSignal.timeout(5000)).catch(() => undefined)
  }
}
