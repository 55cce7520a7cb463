/** One stream's load into a file: what is written, where it is kept until the end, and the commit. */
import { createHash } from 'node:crypto'
import { Fault } from '../../../shared/faults.ts'
import { Garbage } from '../../engine/garbage.ts'
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
import { mayFold, type Table } from './catalog.ts'
import { commit, lock, refuseOvertaken } from './destination.ts'
import { Intake, intakeOf, keysIntake } from './intake.ts'
import {
  dropSlices,
  keepIntent,
  keepSlice,
  keepState,
  recordLoad,
  sameIntent,
  type Statement,
} from './ledger.ts'
import { quoteName } from './names.ts'
import { foldedKeys, hasRows, isKeyed, type Plan, quarantineTable, timeOf } from './plan.ts'
import { pause, type Session } from './session.ts'
import {
  doubledStatement,
  historyTime,
  insertInto,
  keysName,
  keysStatement,
  meetingStatement,
  stagingName,
  stagingStatement,
  type Step,
  stepsOf,
} from './statements.ts'

export interface LoadingParts {
  /** Holds the lease, in an open transaction. */
  readonly session: Session
  readonly load: Load
  readonly plan: Plan
  /** Throws where the file is not where it was. */
  readonly unmoved: () => void
  readonly signal: AbortSignal
  readonly intent: Intent | null
  /** What the staging table of an earlier attempt was made by. */
  readonly shape: string | null
  readonly state: State | null
  readonly committed: Committed | null
  readonly done: ReadonlyMap<SliceId, Written & Committed>
}

/** Rows between two pauses, where rows are moved inside of the database. */
const windowRows = 10_000

export class SqliteLoading implements Loading {
  readonly target: Target
  readonly committed: Committed | null
  readonly state: State | null
  readonly intent: Intent | null
  readonly #parts: LoadingParts
  #done: ReadonlyMap<SliceId, Written & Committed>
  #resumable = false
  #keys = false
  /** One slice at a time: there is one connection. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: LoadingParts) {
    this.#parts = parts
    this.target = parts.plan.target
    this.committed = parts.committed
    this.state = parts.state
    this.intent = parts.intent
    this.#done = parts.intent !== null && parts.shape === this.#shape() ? parts.done : new Map()
  }

  get done(): ReadonlyMap<SliceId, Written> {
    return this.#done
  }

  get #staged(): boolean {
    return this.#resumable || isKeyed(this.#parts.load)
  }

  /** A staging table of another make cannot be gone on with. */
  #shape(): string {
    return createHash('sha256').update(stagingStatement(this.#parts.plan)).digest('hex')
  }

  async prepare(intent: Intent, signal: AbortSignal): Promise<void> {
    const { session, load, plan } = this.#parts
    this.#resumable = intent.resumable
    const goesOn = intent.resumable && this.intent !== null && sameIntent(this.intent, intent) &&
      this.#parts.shape === this.#shape()
    if (!goesOn) {
      this.#done = new Map()
      this.#dropStaging()
      this.#write(dropSlices(load.runId, load.index))
      if (intent.resumable) session.run(stagingStatement(plan))
      this.#write(keepIntent(load, intent, intent.resumable ? this.#shape() : null))
      if (intent.resumable || intent.upTo !== null) await this.#commitAndGoOn(signal)
    }
    if (intent.resumable) return
    if (this.#staged) session.run(stagingStatement(plan))
    else await this.#makeTarget()
  }

  #dropStaging(): void {
    const { session, load } = this.#parts
    session.run(`drop table if exists ${quoteName(stagingName(load))}`)
    session.run(`drop table if exists ${quoteName(keysName(load))}`)
  }

  #write({ sql, values }: Statement): number {
    return this.#parts.session.run(sql, values)
  }

  /** What has been done so far lasts; the lock is taken again at once. */
  async #commitAndGoOn(signal: AbortSignal): Promise<void> {
    const { session, load } = this.#parts
    await commit(session, signal)
    await lock(session, signal)
    await refuseOvertaken(session, load)
  }

  async #makeTarget(): Promise<void> {
    const { session, plan } = this.#parts
    // Rows that others point to may go, as long as they are back before the commit.
    session.run('pragma defer_foreign_keys = 1')
    try {
      for (const statement of plan.before) session.run(statement)
    } catch (error) {
      if (plan.table === null || !(error instanceof Fault) || error.code !== 'target_failed') throw error
      throw new Fault(
        'schema_refused',
        `"${plan.name}" cannot be changed: something hangs on a column of it.`,
        {
          cause: error,
        },
      )
    }
    if (plan.index !== null) session.run(plan.index)
    if (!plan.emptied) return
    session.run(`delete from ${quoteName(plan.name)}`)
    if (!(await hasRows(session, plan.name))) return
    throw new Fault('target_refused', `A trigger of "${plan.name}" keeps rows in it.`)
  }

  write(slice: Slice, _format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    return this.#inTurn(async () => {
      const { session, load, plan } = this.#parts
      const into = this.#staged ? stagingName(load) : plan.name
      const written = await this.#whole(async () => {
        const counted = await this.#take(intakeOf(session, plan, into), bytes)
        if (this.#resumable) this.#write(keepSlice(load, slice.id, counted))
        return counted
      })
      if (this.#resumable) await this.#commitAndGoOn(this.#parts.signal)
      this.#done = new Map([...this.#done, [slice.id, written]])
      return written
    })
  }

  /** All of it or nothing, within the transaction. */
  async #whole<T>(work: () => Promise<T>): Promise<T> {
    const { session } = this.#parts
    session.run('savepoint slice')
    try {
      const result = await work()
      session.run('release slice')
      return result
    } catch (error) {
      // A full disk may have ended the whole transaction already.
      if (session.inTransaction) session.run('rollback to slice')
      throw error
    }
  }

  writeKeys(_slice: Slice, _format: Format, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    return this.#inTurn(async () => {
      const { session, load, plan } = this.#parts
      if (!this.#keys) {
        session.run(`drop table if exists ${quoteName(keysName(load))}`)
        session.run(keysStatement(plan))
      }
      this.#keys = true
      return await this.#take(keysIntake(session, plan), bytes)
    })
  }

  async #take(intake: Intake, bytes: ReadableStream<Uint8Array>): Promise<Committed> {
    const { signal } = this.#parts
    const garbage = new Garbage()
    let size = 0
    for await (const chunk of bytes) {
      size += chunk.byteLength
      intake.push(chunk)
      garbage.after(chunk.byteLength)
      await pause(signal)
    }
    return { rows: intake.end(), bytes: size }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async commit(state: State, rejected: Rejected | null): Promise<Committed> {
    const { session, load, signal, unmoved } = this.#parts
    const total = { rows: 0, bytes: 0 }
    for (const { rows, bytes } of this.#done.values()) {
      total.rows += rows
      total.bytes += bytes
    }
    // Without them every row of the target would count as gone.
    if (load.mode === 'mirror' && load.partial && !this.#keys) {
      throw new TypeError('writeKeys comes before commit')
    }
    if (this.#staged) await this.#bring(total.rows)
    if (rejected !== null && rejected.count > 0) await this.#storeRejected(rejected)
    this.#write(recordLoad(load, total))
    this.#write(dropSlices(load.runId, load.index))
    if (this.#write(keepState(load, state)) !== 1) throw new Fault('run_superseded')
    unmoved()
    await commit(session, signal)
    unmoved()
    return total
  }

  /** From the staging table into the target. */
  async #bring(rows: number): Promise<void> {
    const { session, plan } = this.#parts
    if (isKeyed(plan.load)) {
      const [doubled] = await session.rows(doubledStatement(plan))
      if (Number(doubled?.[0]) === 1) throw new Fault('keys_doubled')
    }
    await this.#makeTarget()
    const fresh = plan.table === null || plan.emptied
    if (!fresh) await this.#refuseMeetings(plan.table)
    for (const step of stepsOf(plan, await historyTime(session, plan))) {
      if (step.over === 't' && fresh) continue
      const changed = await this.#run(step)
      if (step.adds && changed !== rows) {
        throw new Fault('rows_lost', 'A trigger of the target keeps rows out of it.')
      }
    }
    this.#dropStaging()
  }

  /** Two keys may be one to a column's own collation: then one row would silently take the place of the other. */
  async #refuseMeetings(table: Table): Promise<void> {
    const { session, plan } = this.#parts
    const rowid = freeRowid(plan)
    if (!isKeyed(plan.load) || rowid === null || !(await mayFold(session, table, plan.key))) return
    const [met] = await session.rows(meetingStatement(plan, rowid))
    if (Number(met?.[0]) === 1) throw new Fault('keys_doubled', foldedKeys(plan))
  }

  /** A window of rows at a time, with a pause after each. */
  async #run(step: Step): Promise<number> {
    const { session, plan, load, signal } = this.#parts
    const table = step.over === 's' ? stagingName(load) : plan.name
    const rowid = step.over === 's' ? freeRowid(plan) : (plan.table as Table).rowid
    if (rowid === null) return session.run(step.sql('true'))
    const statement = session.prepare(step.sql(`${step.over}.${rowid} > ?1 and ${step.over}.${rowid} <= ?2`))
    const ends = `select max(r) from (select ${rowid} as r from ${quoteName(table)} where ${rowid} > ?1
      order by ${rowid} limit ${windowRows})`
    let changed = 0
    for (let from = -(2n ** 63n);;) {
      const [row] = await session.rows(ends, [from])
      const last = row?.[0]
      if (typeof last !== 'bigint') return changed
      changed += statement.run([from, last])
      from = last
      await pause(signal)
    }
  }

  async #storeRejected(rejected: Rejected): Promise<void> {
    const { session, load, plan, signal } = this.#parts
    const table = quarantineTable(plan.name)
    session.run(table.statement)
    const columns = ['run', 'stream', 'slice', '"row"', '"column"', 'code', 'source', 'at']
    const insert = session.prepare(insertInto(table.name, columns, 1))
    let count = 0
    for await (const { slice, row, column, code, source } of rejected.rows()) {
      insert.run([load.runId, load.index, slice, row, column, code, source, timeOf(load.at)])
      if (++count % windowRows === 0) await pause(signal)
    }
    if (count !== rejected.count) {
      throw new Fault('rows_lost', 'Rows that were refused are not where they should be.')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { session } = this.#parts
    // Whatever is being written ends first: what it works on goes.
    await this.#turn
    session.close()
  }
}

/** What rowids of the staging table are called, whatever its columns are. */
function freeRowid({ columns }: Plan): string | null {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null
}
