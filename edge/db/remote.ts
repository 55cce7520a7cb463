/**
 * The storage on a libSQL server, over HTTP.
 *
 * All plans that wait go into one `batch()`, which the server commits whole or not at all. Expectations are guard
 * statements behind their step. A plan that fails is taken out by the index of the failed statement, and the rest
 * is sent again; an answer that never came says nothing, so then each plan is looked up in the audit log first. Where
 * the server says that it did nothing – another has the lock, the stream is gone – all of them are sent again.
 */
import { setImmediate } from 'node:timers'
import {
  type Client,
  createClient,
  type InStatement,
  LibsqlBatchError,
  LibsqlError,
} from '@libsql/client/web'
import { Fault } from '../../shared/faults.ts'
import { bind, toRow } from './bind.ts'
import { FairLine } from './fair_line.ts'
import {
  laneOf,
  leafStatement,
  type Outcome,
  type Plan,
  type Recorded,
  recordedFrom,
  recordedStatement,
  type Row,
  type Statement,
  type Step,
} from './plan.ts'
import type { Storage, StorageCounts } from './storage.ts'

/** Plans in one batch: a server holds its write lock for 5 s at most. */
const MAX_GROUP = 100
const TIMEOUT_MS = 10_000
/** How often a batch that did not happen, or a read, is sent again before its callers hear of it. */
const RETRIES = 3
/** Before the first time; twice as long before each further one, and as much again by chance. */
const PAUSE_MS = 25

interface Waiting {
  readonly plan: Plan
  /** Its statements, with the slots that say what each is for. */
  readonly parts: readonly Part[]
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: Fault) => void
}

/** One statement of a plan, and what its failure means. */
interface Part {
  readonly statement: InStatement
  readonly step: Step | null
  readonly kind: 'step' | 'guard' | 'leaf'
}

/** Which plan a statement of the batch belongs to. */
interface Slot {
  readonly owner: Waiting
  readonly part: Part
}

export interface RemoteOptions {
  readonly url: string
  readonly token: string | null
  /** Milliseconds until a request is given up. */
  readonly timeoutMs?: number
}

class RemoteStorage implements Storage {
  readonly #client: Client
  readonly #waiting = new FairLine<Waiting>()
  #running: Promise<void> | null = null
  #closed = false
  #counts = { commits: 0, plans: 0, refused: 0 }

  constructor(client: Client) {
    this.#client = client
  }

  async read(statement: Statement): Promise<readonly Row[]> {
    if (this.#closed) throw closedFault()
    if (!statement.reads) throw new Fault('internal', undefined, { cause: new Error('not a SELECT') })
    try {
      return await this.#readOpen(statement)
    } catch (error) {
      throw remoteFault(error)
    }
  }

  write(plan: Plan): Promise<Outcome> {
    if (this.#closed) return Promise.reject(closedFault())
    return new Promise((resolve, reject) => {
      try {
        this.#waiting.add({ plan, parts: partsOf(plan), resolve, reject }, laneOf(plan))
        this.#start()
      } catch (error) {
        reject(remoteFault(error))
      }
    })
  }

  counts(): StorageCounts {
    return { ...this.#counts }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#running
    this.#client.close()
  }

  /** One batch at a time: what arrives meanwhile becomes the next one. */
  #start(): void {
    this.#running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#drain()).finally(
      () => {
        this.#running = null
        if (this.#waiting.length > 0) this.#start()
      },
    )
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup()
      try {
        await this.#settle(await this.#withoutRepeated(group))
      } catch (error) {
        for (const { reject } of group) reject(remoteFault(error))
      }
    }
  }

  /**
   * Tenants take turns where more waits than a batch takes. One plan and its twin never share one: the second has to
   * find the first in the log.
   */
  #nextGroup(): Waiting[] {
    const group = new Map<string, Waiting>()
    for (const waiting of this.#waiting.take(MAX_GROUP)) {
      const { plan } = waiting
      const key = plan.leaf === null ? `unaudited ${group.size}` : plan.id
      if (group.has(key)) this.#waiting.add(waiting, laneOf(plan))
      else group.set(key, waiting)
    }
    return [...group.values()]
  }

  /** Answers the plans that have happened before, and returns the others. */
  async #withoutRepeated(group: readonly Waiting[]): Promise<Waiting[]> {
    const rest: Waiting[] = []
    for (const waiting of group) {
      if (!waiting.plan.repeatable || !(await this.#answerHappened(waiting))) rest.push(waiting)
    }
    return rest
  }

  async #settle(group: Waiting[]): Promise<void> {
    let rest = group
    let retries = 0
    while (rest.length > 0) {
      const { statements, slots } = batchOf(rest)
      try {
        const results = await this.#client.batch(statements, 'write')
        this.#counts.commits += 1
        this.#counts.plans += rest.length
        resolveAll(rest, slots, results.map(rowsOf))
        return
      } catch (error) {
        if (didNothing(error) && retries < RETRIES) {
          await pause(retries++)
          continue
        }
        const slot = failedSlot(error, slots)
        if (slot === null) return await this.#oneByOne(rest, error)
        await this.#refuse(slot, error as LibsqlBatchError)
        rest = rest.filter((waiting) => waiting !== slot.owner)
      }
    }
  }

  async #refuse(slot: Slot, error: LibsqlBatchError): Promise<void> {
    if (slot.part.kind === 'leaf' && isConstraint(error) && await this.#answerHappened(slot.owner)) return
    this.#counts.refused += 1
    const expect = slot.part.step?.expect
    const expected = expect !== undefined && isConstraint(error)
    const fault = expected ? new Fault(expect.otherwise, expect.detail, { cause: error }) : remoteFault(error)
    slot.owner.reject(fault)
  }

  /** The answer to a batch was lost: what is in the log has happened, what is not is tried once more, alone. */
  async #oneByOne(group: readonly Waiting[], lost: unknown): Promise<void> {
    for (const waiting of group) {
      try {
        if (waiting.plan.leaf === null) waiting.reject(remoteFault(lost))
        else if (!(await this.#answerHappened(waiting))) await this.#alone(waiting)
      } catch (error) {
        waiting.reject(remoteFault(error))
      }
    }
  }

  async #alone(waiting: Waiting): Promise<void> {
    const { statements, slots } = batchOf([waiting])
    try {
      const results = await this.#client.batch(statements, 'write')
      this.#counts.commits += 1
      this.#counts.plans += 1
      resolveAll([waiting], slots, results.map(rowsOf))
    } catch (error) {
      // The batch whose answer was lost may have been late, and not have happened yet when it was looked for.
      if (await this.#answerHappened(waiting)) return
      const slot = failedSlot(error, slots)
      if (slot !== null) await this.#refuse(slot, error as LibsqlBatchError)
      else waiting.reject(remoteFault(error))
    }
  }

  /** Resolves the plan from the log when it is there, by its SELECTs. */
  async #answerHappened({ plan, resolve }: Waiting): Promise<boolean> {
    const recorded = await this.#recorded(plan)
    if (recorded === null) return false
    const rows: (readonly Row[])[] = []
    for (const step of plan.steps) rows.push(step.reads ? await this.#readOpen(step) : [])
    resolve({ rows, recorded })
    return true
  }

  async #recorded(plan: Plan): Promise<Recorded | null> {
    const row = (await this.#readOpen(recordedStatement(plan.id)))[0]
    return row === undefined ? null : recordedFrom(row)
  }

  /** Like `read`, also while closing: what is queued is still answered. */
  async #readOpen({ sql, parameters }: Statement): Promise<readonly Row[]> {
    const args = bind(parameters)
    for (let retries = 0;; retries++) {
      try {
        return rowsOf(await this.#client.execute({ sql, args }))
      } catch (error) {
        if (retries >= RETRIES || !isBroken(error) && !didNothing(error)) throw error
        await pause(retries)
      }
    }
  }
}

function batchOf(group: readonly Waiting[]): { statements: InStatement[]; slots: Slot[] } {
  const slots = group.flatMap((owner) => owner.parts.map((part) => ({ owner, part })))
  return { statements: slots.map(({ part }) => part.statement), slots }
}

/** Throws a TypeError on a parameter that no column can hold. */
function partsOf(plan: Plan): Part[] {
  const parts: Part[] = []
  const add = ({ sql, parameters }: Statement, step: Step | null, kind: Part['kind']) =>
    parts.push({ statement: { sql, args: bind(parameters) }, step, kind })
  for (const step of plan.steps) {
    add(step, step, 'step')
    if (step.expect !== undefined) add(guard(step.expect.rows), step, 'guard')
  }
  if (plan.leaf !== null) add(leafStatement(plan.id, plan.leaf), null, 'leaf')
  return parts
}

/** Writes nothing when the statement before it touched `rows` rows, and violates NOT NULL otherwise. */
function guard(rows: number): Statement {
  return {
    sql: 'INSERT INTO expectation (met) SELECT NULL WHERE changes() <> ?',
    parameters: [rows],
    reads: false,
  }
}

function resolveAll(group: readonly Waiting[], slots: readonly Slot[], results: readonly Row[][]): void {
  for (const owner of group) {
    const rows = results.filter((_, index) =>
      slots[index]?.owner === owner && slots[index]?.part.kind === 'step'
    )
    owner.resolve({ rows, recorded: null })
  }
}

/** Null when the error does not say which statement it was: then nobody knows whether the batch happened. */
function failedSlot(error: unknown, slots: readonly Slot[]): Slot | null {
  if (!(error instanceof LibsqlBatchError) || error.code === 'TRANSACTION_CLOSED') return null
  return /SQLITE|SQL_/.test(error.code) && !isPassing(error) ? slots[error.statementIndex] ?? null : null
}

function rowsOf(result: { columns: string[]; rows: ArrayLike<unknown>[] }): Row[] {
  return result.rows.map((row) => toRow(result.columns, row))
}

function isConstraint(error: unknown): boolean {
  return error instanceof LibsqlError &&
    (error.code.startsWith('SQLITE_CONSTRAINT') || /constraint failed/i.test(error.message))
}

function isPassing(error: LibsqlError): boolean {
  return /BUSY|LOCKED|FULL|IOERR|CANTOPEN|NOMEM|EXPIRED|TIMEOUT/.test(error.code)
}

/** Whether nothing has happened for sure: another has the lock, it was taken away, or the stream is gone. */
function didNothing(error: unknown): boolean {
  return error instanceof LibsqlError &&
    /BUSY|LOCKED|TRANSACTION_TIMEOUT|TRANSACTION_CLOSED|STREAM_EXPIRED/.test(error.code)
}

/** Whether an answer broke off, or came from a server that cannot work now. Not when it took too long. */
function isBroken(error: unknown): boolean {
  if (!(error instanceof LibsqlError)) return error instanceof SyntaxError || error instanceof TypeError
  const { status } = (error.cause ?? {}) as { status?: number }
  return error.code === 'HRANA_CLOSED_ERROR' || (status !== undefined && status >= 500)
}

function pause(retries: number): Promise<void> {
  const ms = PAUSE_MS * 2 ** retries
  return new Promise((resolve) => setTimeout(resolve, ms * (1 + Math.random())))
}

function closedFault(): Fault {
  return new Fault('unavailable', undefined, { cause: new Error('the storage is closed') })
}

function remoteFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const ours = (error instanceof LibsqlError && /^SQL/.test(error.code) && !isPassing(error)) ||
    error instanceof TypeError && /^parameter /.test(error.message)
  return new Fault(ours ? 'internal' : 'unavailable', undefined, { cause: error })
}

/** Opens a database on a libSQL server. Nothing is sent before the first statement. */
export function openRemote({ url, token, timeoutMs = TIMEOUT_MS }: RemoteOptions): Storage {
  const client = createClient({
    url,
    ...(token === null ? {} : { authToken: token }),
    fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(timeoutMs) }),
  })
  return new RemoteStorage(client)
}
