/**
 * The storage inside the process: one writer, one reader, one file.
 *
 * Everything that waits at the next `setImmediate` goes into one commit; where more waits than one commit takes,
 * tenants take turns, so that one tenant's load holds up its own plans and nobody else's. Where one of the plans is
 * refused, the group is rolled back and run again with a savepoint around each, so that its neighbours are kept;
 * savepoints cost as much as the statements inside them, so a group goes without until then. A plan resolves after the
 * commit is on disk (`synchronous=FULL`), never before.
 */
import { setImmediate } from 'node:timers'
import { Fault } from '../../shared/faults.ts'
import { EngineConnection, isEngineError } from './engine.ts'
import { FairLine } from './fair_line.ts'
import {
  laneOf,
  leafStatement,
  type Outcome,
  type Plan,
  recordedFrom,
  recordedStatement,
  type Row,
  type Statement,
  type Step,
} from './plan.ts'
import { SteadyRows } from './steady.ts'
import type { Storage, StorageCounts } from './storage.ts'

/** Plans in one commit: bounds how long the event loop is held. */
const MAX_GROUP = 512

/** Turns of the event loop that a group may wait while every turn brings more: a commit costs more than a turn. */
const MAX_TURNS = 3

/** Groups that get savepoints at once after one in which a plan was refused: refusals come together. */
const CAREFUL_GROUPS = 16

interface Waiting {
  readonly plan: Plan
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: Fault) => void
}

class EmbeddedStorage implements Storage {
  readonly #writer: EngineConnection
  readonly #reader: EngineConnection
  readonly #steady: SteadyRows
  readonly #waiting = new FairLine<Waiting>()
  #scheduled = false
  #closed = false
  #careful = 0
  #counts = { commits: 0, plans: 0, refused: 0 }

  constructor(writer: EngineConnection, reader: EngineConnection) {
    this.#writer = writer
    this.#reader = reader
    this.#steady = new SteadyRows(writer)
  }

  // Not an async function: an embedded read is done when it returns, and errors are rejections all the same.
  read(statement: Statement): Promise<readonly Row[]> {
    if (this.#closed) return Promise.reject(closedFault())
    try {
      if (!statement.reads) throw new Error('not a SELECT')
      const { sql, parameters } = statement
      if (!statement.single) return Promise.resolve(this.#reader.run(sql, parameters).rows)
      const find = () => this.#reader.first(sql, parameters)
      const row = statement.steady === true ? this.#steady.read(statement, find) : find()
      return Promise.resolve(row === null ? [] : [row])
    } catch (error) {
      return Promise.reject(engineFault(error))
    }
  }

  write(plan: Plan): Promise<Outcome> {
    if (this.#closed) return Promise.reject(closedFault())
    return new Promise((resolve, reject) => {
      this.#waiting.add({ plan, resolve, reject }, laneOf(plan))
      if (!this.#scheduled) this.#schedule()
    })
  }

  counts(): StorageCounts {
    return { ...this.#counts }
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    while (this.#waiting.length > 0) this.#flush()
    this.#closed = true
    this.#reader.close()
    // Only tidy: the next start reads the WAL as well.
    ignoring(() => this.#writer.run('PRAGMA wal_checkpoint(TRUNCATE)'))
    this.#writer.close()
    return Promise.resolve()
  }

  #schedule(seen = this.#waiting.length, turns = 0): void {
    this.#scheduled = true
    setImmediate(() => {
      const count = this.#waiting.length
      if (!this.#closed && count > seen && turns < MAX_TURNS) return this.#schedule(count, turns + 1)
      this.#scheduled = false
      if (this.#closed) return
      this.#flush()
      if (this.#waiting.length > 0 && !this.#scheduled) this.#schedule()
    })
  }

  #flush(): void {
    const group = this.#waiting.take(MAX_GROUP)
    if (group.length === 0) return
    let results: (Outcome | Fault)[]
    try {
      results = this.#commit(group)
    } catch (error) {
      const fault = engineFault(error)
      this.#rollBack()
      this.#steady.forget()
      for (const { reject } of group) reject(fault)
      return
    }
    group.forEach(({ resolve, reject }, index) => {
      const result = results[index] as Outcome | Fault
      if (result instanceof Fault) reject(result)
      else resolve(result)
    })
  }

  /** Where even this fails the next BEGIN does too, and says so. */
  #rollBack(): void {
    if (this.#writer.inTransaction) ignoring(() => this.#writer.run('ROLLBACK'))
  }

  /** Throws when nothing of the group could be kept. */
  #commit(group: readonly Waiting[]): (Outcome | Fault)[] {
    const results = this.#careful === 0 ? this.#together(group) ?? this.#apart(group) : this.#apart(group)
    this.#writer.run('COMMIT')
    for (const { plan } of group) {
      for (const step of plan.steps) if (!step.reads) this.#steady.wrote(step.sql)
      if (plan.leaf !== null) this.#steady.wrote('INSERT INTO audit_leaf')
    }
    const refused = results.filter((result) => result instanceof Fault).length
    this.#careful = refused > 0 ? CAREFUL_GROUPS : Math.max(0, this.#careful - 1)
    this.#counts.commits += 1
    this.#counts.plans += group.length - refused
    this.#counts.refused += refused
    return results
  }

  /** The group without savepoints, or null, and nothing of it, when one of its plans is refused. */
  #together(group: readonly Waiting[]): Outcome[] | null {
    this.#writer.run('BEGIN IMMEDIATE')
    try {
      return group.map(({ plan }) => this.#happened(plan) ?? this.#happen(plan))
    } catch (error) {
      if (!this.#writer.inTransaction) throw error
      this.#writer.run('ROLLBACK')
      return null
    }
  }

  #apart(group: readonly Waiting[]): (Outcome | Fault)[] {
    this.#writer.run('BEGIN IMMEDIATE')
    return group.map(({ plan }) => this.#apply(plan))
  }

  /** One plan inside its savepoint. Throws only when the group's transaction is gone. */
  #apply(plan: Plan): Outcome | Fault {
    this.#writer.run('SAVEPOINT plan')
    let result: Outcome | Fault
    try {
      result = this.#happened(plan) ?? this.#happen(plan)
    } catch (error) {
      if (!this.#writer.inTransaction) throw error
      this.#writer.run('ROLLBACK TO plan')
      result = error instanceof Fault ? error : engineFault(error)
    }
    this.#writer.run('RELEASE plan')
    return result
  }

  #happened(plan: Plan): Outcome | null {
    if (!plan.repeatable) return null
    const recorded = recordedStatement(plan.id)
    const row = this.#writer.run(recorded.sql, recorded.parameters).rows[0]
    if (row === undefined) return null
    const rows = plan.steps.map((step) => step.reads ? this.#step(step) : [])
    return { rows, recorded: recordedFrom(row) }
  }

  #happen(plan: Plan): Outcome {
    const rows = plan.steps.map((step) => this.#step(step))
    if (plan.leaf !== null) {
      const leaf = leafStatement(plan.id, plan.leaf)
      this.#writer.run(leaf.sql, leaf.parameters)
    }
    return { rows, recorded: null }
  }

  #step(step: Step): readonly Row[] {
    let ran
    try {
      ran = this.#writer.run(step.sql, step.parameters)
    } catch (error) {
      if (step.expect !== undefined && isConstraint(error)) {
        throw new Fault(step.expect.otherwise, step.expect.detail, { cause: error })
      }
      throw error
    }
    if (step.expect !== undefined && ran.touched !== step.expect.rows) {
      throw new Fault(step.expect.otherwise, step.expect.detail)
    }
    return ran.rows
  }
}

function ignoring(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isEngineError(error)) throw error
  }
}

function isConstraint(error: unknown): boolean {
  return isEngineError(error) && error.code.startsWith('SQLITE_CONSTRAINT')
}

function closedFault(): Fault {
  return new Fault('unavailable', undefined, { cause: new Error('the storage is closed') })
}

/** Busy, full and broken disks may pass; a statement that does not fit is ours. */
function engineFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const passing = isEngineError(error) && /BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOMEM/.test(error.code)
  return new Fault(passing ? 'unavailable' : 'internal', undefined, { cause: error })
}

const pragmas = [
  'journal_mode=WAL',
  'synchronous=FULL',
  'wal_autocheckpoint=1000',
  'busy_timeout=250',
  // Names that are erased, and envelopes to keys that have leaked, are overwritten, and not only unlinked.
  'secure_delete=ON',
]

/** Opens or makes the database file. `path` is a path, not a URL; its folder exists. */
export function openEmbedded(path: string): Storage {
  const writer = new EngineConnection(path)
  for (const pragma of pragmas) writer.run(`PRAGMA ${pragma}`)
  const reader = new EngineConnection(path)
  reader.run('PRAGMA busy_timeout=250')
  reader.run('PRAGMA query_only=ON')
  return new EmbeddedStorage(writer, reader)
}
