/** One stream's load: what is written, where it is kept until the end, and the commit. See ledger.ts for how it ends. */
import type {
  Column,
  Committed,
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
import { finish } from './finish.ts'
import type { Attempt, Ledger } from './ledger.ts'
import type { TableName } from './names.ts'
import { databaseStatement, isKeyed, makeFresh, type Plan, shapeOf, stageStatement } from './plan.ts'
import type { Session } from './session.ts'
import { drop } from './staging.ts'
import { writeRows } from './writing.ts'

/** How long the end of a load that was given up waits for its staging to be dropped. */
const patienceMs = 2000

export interface LoadingParts {
  /** Holds the lease as long as it lasts. */
  readonly session: Session
  readonly ledger: Ledger
  /** The same on a new connection, without the lease. */
  readonly anew: () => Promise<{ readonly session: Session; readonly ledger: Ledger }>
  readonly load: Load
  readonly plan: Plan
  readonly state: State | null
  readonly committed: Committed | null
  readonly attempt: Attempt | null
  readonly signal: AbortSignal
}

export class MysqlLoading implements Loading {
  readonly target: Target
  readonly committed: Committed | null
  readonly state: State | null
  readonly intent: Intent | null
  readonly #parts: LoadingParts
  /** What is in the staging table for good. */
  #durable: Map<SliceId, Committed>
  /** What is in the transaction that is open. */
  readonly #slices = new Map<SliceId, Committed>()
  #prepared = false
  /** Rows go straight into the target, in one transaction. */
  #direct = false
  #keys = false
  /** There is a staging table that is for this attempt alone. */
  #staged = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: LoadingParts) {
    this.#parts = parts
    this.target = parts.plan.target
    this.committed = parts.committed
    this.state = parts.state
    this.intent = parts.attempt?.intent ?? null
    const fits = parts.attempt !== null && parts.attempt.shape === shapeOf(parts.plan)
    this.#durable = fits ? committedOf(parts.attempt.done) : new Map()
  }

  get done(): ReadonlyMap<SliceId, Written> {
    return this.#durable
  }

  async prepare(intent: Intent): Promise<void> {
    const { session, ledger, load, plan, attempt } = this.#parts
    const shape = intent.resumable ? shapeOf(plan) : null
    const same = attempt !== null && sameIntent(attempt.intent, intent) && attempt.shape === shape
    this.#prepared = true
    if (intent.resumable && same) return
    this.#durable = new Map()
    await ledger.hold(load)
    if (plan.makeDatabase) await session.run(databaseStatement(plan.name))
    await ledger.announce(load)
    await drop(session, Object.values(plan.stages) as TableName[])
    // A table of the quarantine may have to be made in the end, and DDL would end the transaction.
    this.#direct = !intent.resumable && this.target.how === 'append' && plan.changes.length === 0 &&
      !load.quarantine
    this.#staged = !this.#direct && !intent.resumable
    if (!this.#direct) await this.#makeStage()
    await ledger.intend(load, intent, shape)
  }

  async #makeStage(): Promise<void> {
    const { session, plan } = this.#parts
    const { stage } = plan.stages
    if (plan.whole) return await makeFresh(session, plan, stage)
    await session.run(stageStatement(stage, plan.columns))
  }

  write(slice: Slice, _format: string, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    return this.#inTurn(() =>
      this.#direct ? this.#writeDirect(slice, bytes) : this.#writeStaged(slice, bytes)
    )
  }

  async #writeDirect({ id }: Slice, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    const { session, plan } = this.#parts
    if (this.#slices.size === 0) await session.run('start transaction')
    await session.run('savepoint slice')
    try {
      const written = await this.#rows(plan.name, bytes)
      this.#slices.set(id, written)
      return written
    } catch (error) {
      await session.run('rollback to savepoint slice').catch(() => undefined)
      throw error
    }
  }

  async #writeStaged({ id }: Slice, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    const { session, ledger, load, plan } = this.#parts
    await session.run('start transaction')
    try {
      const written = await this.#rows(plan.stages.stage, bytes)
      await ledger.hold(load)
      await ledger.keepSlice(load, id, written)
      await session.run('commit')
      this.#durable.set(id, written)
      return written
    } catch (error) {
      await session.run('rollback').catch(() => undefined)
      throw error
    }
  }

  #rows(table: TableName, bytes: ReadableStream<Uint8Array>): Promise<Committed> {
    if (!this.#prepared) throw new TypeError('prepare comes before write')
    const { session, load, plan, signal } = this.#parts
    const from = load.columns.filter((_, at) => plan.target.columns[at] !== null)
    // A key without a value is looked for where all keys are.
    const columns = plan.columns.map((column) =>
      isKeyed(load) && load.key.includes(column.name) ? { ...column, nullable: true } : column
    )
    return writeRows(session, { table, from, columns }, { bytes, signal })
  }

  writeKeys(_slice: Slice, _format: string, bytes: ReadableStream<Uint8Array>): Promise<Written> {
    return this.#inTurn(async () => {
      const { session, load, plan, signal } = this.#parts
      const of = <C extends Column>(columns: readonly C[]) =>
        load.key.map((name) => columns.find((one) => one.name.toLowerCase() === name.toLowerCase()) as C)
      const columns = of(plan.columns)
      if (!this.#keys) {
        await drop(session, [plan.stages.keys])
        await session.run(stageStatement(plan.stages.keys, columns))
      }
      this.#keys = true
      return await writeRows(session, { table: plan.stages.keys, from: of(load.columns), columns }, {
        bytes,
        signal,
      })
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async commit(state: State, rejected: Rejected | null): Promise<Committed> {
    const { session, ledger, load, plan } = this.#parts
    const total = { rows: 0, bytes: 0 }
    for (const { rows, bytes } of [...this.#durable.values(), ...this.#slices.values()]) {
      total.rows += rows
      total.bytes += bytes
    }
    // Without them every row of the target would count as gone.
    if (load.mode === 'mirror' && load.partial && !this.#keys) {
      throw new TypeError('writeKeys comes before commit')
    }
    const refused = rejected !== null && rejected.count > 0 ? rejected : null
    await finish(session, {
      ledger,
      plan,
      record: ledger.recordOf(load, total, state),
      rejected: refused,
      direct: this.#direct ? this.#slices : null,
    })
    this.#staged = false
    return total
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#staged) await this.#clear()
    await this.#parts.session[Symbol.asyncDispose]()
  }

  /** What says whether the load was published stays, and so does the note that leads to it. */
  async #drop(session: Session): Promise<void> {
    const { stage, keys, fresh } = this.#parts.plan.stages
    await drop(session, [stage, keys, fresh])
  }

  /** A load that breaks off in LOAD DATA has no connection any more: the lease is taken once more, and kept from others. */
  async #clearAnew(): Promise<void> {
    const { anew, load, session: broken } = this.#parts
    await broken[Symbol.asyncDispose]()
    const { session, ledger } = await anew()
    await using _closed = session
    await ledger.take(load)
    await this.#drop(session)
  }

  /** Nobody goes on with this staging. Whoever cannot say so in time leaves it to the next load of the target. */
  async #clear(): Promise<void> {
    this.#staged = false
    const { session } = this.#parts
    const cleared = session.run('rollback')
      .then(() => this.#drop(session), () => this.#clearAnew())
      .catch(() => undefined)
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, patienceMs)
    await Promise.race([cleared, late])
    clearTimeout(timer)
  }
}

function committedOf(done: ReadonlyMap<SliceId, Written>): Map<SliceId, Committed> {
  return new Map([...done].map(([id, { rows, bytes }]) => [id, { rows: rows ?? 0, bytes }]))
}

function sameIntent(one: Intent, other: Intent): boolean {
  return one.upTo === other.upTo && one.resumable === other.resumable &&
    one.slices.length === other.slices.length && one.slices.every((id, at) => id === other.slices[at])
}
