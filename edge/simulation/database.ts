/**
 * The one database of a simulation, a real file under the real storage, as each edge reaches it: what is written goes
 * there and comes back in time, and what is on the way can be lost.
 */
import { Fault } from '../../shared/faults.ts'
import { openEmbedded } from '../db/embedded.ts'
import type { Outcome, Plan, Row, Statement } from '../db/plan.ts'
import type { Storage, StorageCounts } from '../db/storage.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'
import type { Owner, VirtualTime } from './virtual_time.ts'

/** How an edge reaches the database: in its own process, or over a network. */
export type Reach = 'embedded' | 'remote'

export interface Line {
  /** Nothing gets through. */
  cut: boolean
  /** Chance that a commit's request, and that its answer, is lost. */
  loss: number
}

/** A process that has the database. */
export interface Client {
  readonly owner: Owner
  readonly line: Line
}

interface Waiting {
  readonly plan: Plan
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (fault: Fault) => void
}

export interface DatabaseOptions {
  readonly path: string
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
}

export class Database {
  readonly options: DatabaseOptions
  readonly #inner: Storage
  #version: unknown = null
  /** How many commits there were. */
  commits = 0
  /** Called after each commit, before anybody hears of it. */
  committed: () => Promise<void> = () => Promise.resolve()

  constructor(options: DatabaseOptions) {
    this.options = options
    this.#inner = openEmbedded(options.path)
  }

  async rows(sql: string, parameters: readonly unknown[] = []): Promise<readonly Row[]> {
    return await this.#inner.read({ sql, parameters, reads: true })
  }

  read(statement: Statement): Promise<readonly Row[]> {
    return this.#inner.read(statement)
  }

  /** The plans in one group commit, as the storage makes it; what became of each. */
  async commit(plans: readonly Plan[]): Promise<PromiseSettledResult<Outcome>[]> {
    const results = await Promise.allSettled(plans.map((plan) => this.#inner.write(plan)))
    this.commits++
    await this.committed()
    return results
  }

  /** Somebody else has been at the file, and may have committed. */
  async looked(): Promise<void> {
    const [row] = await this.rows('PRAGMA data_version')
    if (row?.data_version === this.#version) return
    this.#version = row?.data_version
    this.commits++
    await this.committed()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

const LOST_AFTER_MS = 5_000

/** The database as one edge has it; dies with the edge. */
export class Connection implements Storage {
  readonly #database: Database
  readonly #owner: Owner
  readonly #line: Line
  readonly #reach: Reach
  #waiting: Waiting[] = []

  constructor(database: Database, { owner, line }: Client, reach: Reach) {
    this.#database = database
    this.#owner = owner
    this.#line = line
    this.#reach = reach
  }

  read(statement: Statement): Promise<readonly Row[]> {
    const { random, time } = this.#database.options
    if (this.#reach === 'embedded') return this.#database.read(statement)
    if (this.#line.cut) return this.#lost()
    if (random.chance(0.6)) return this.#database.read(statement)
    return time.sleep(random.between(0, 12), this.#owner).then(() => this.#database.read(statement))
  }

  write(plan: Plan): Promise<Outcome> {
    const { random, time } = this.#database.options
    return new Promise((resolve, reject) => {
      this.#waiting.push({ plan, resolve, reject })
      if (this.#waiting.length === 1) {
        time.after(random.between(0, this.#reach === 'embedded' ? 3 : 15), () => this.#send(), this.#owner)
      }
    })
  }

  counts(): StorageCounts {
    return { commits: this.#database.commits, plans: 0, refused: 0 }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** Over a network the request is the database's once it is sent, also when its sender dies. */
  #send(): void {
    const { random, time, trace } = this.#database.options
    const group = this.#waiting
    this.#waiting = []
    if (this.#reach === 'embedded') return this.#commit(group)
    if (this.#line.cut || random.chance(this.#line.loss)) {
      trace.say(`${this.#owner.name} → database: lost`)
      for (const { reject } of group) this.#later(LOST_AFTER_MS, () => reject(unavailable()))
      return
    }
    time.after(random.between(0, 10), () => this.#commit(group), time.world)
  }

  #commit(group: readonly Waiting[]): void {
    const { random, time, trace } = this.#database.options
    const remote = this.#reach === 'remote'
    time.track(
      this.#database.commit(group.map(({ plan }) => plan)).then((results) => {
        const became = results.map((result) => result.status === 'fulfilled' ? 'kept' : codeOf(result.reason))
        trace.say(`${this.#owner.name} commits: ${became.join(', ')}`)
        const lost = remote && (this.#line.cut || random.chance(this.#line.loss))
        if (lost) trace.say(`database → ${this.#owner.name}: lost`)
        const ms = lost ? LOST_AFTER_MS : random.between(0, remote ? 10 : 1)
        group.forEach(({ plan, resolve, reject }, at) => {
          const result = results[at] as PromiseSettledResult<Outcome>
          this.#later(ms, () => {
            // What has a leaf is looked up in the audit log; of anything else nobody can say whether it happened.
            if (lost && plan.leaf === null) reject(unavailable())
            else if (result.status === 'fulfilled') resolve(result.value)
            else reject(result.reason)
          })
        })
      }).catch((error) => time.fail(error)),
    )
  }

  #later(ms: number, act: () => void): void {
    this.#database.options.time.after(ms, act, this.#owner)
  }

  #lost(): Promise<never> {
    const { time } = this.#database.options
    return time.sleep(LOST_AFTER_MS, this.#owner).then(() => Promise.reject(unavailable()))
  }
}

function unavailable(): Fault {
  return new Fault('unavailable')
}

function codeOf(error: unknown): string {
  return error instanceof Fault ? error.code : String(error)
}
