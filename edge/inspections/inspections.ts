/**
 * Which agent gets which order to look at a connection. Orders live in the database; what is kept here only says where
 * to look, so that a poll that finds nothing has cost it nothing.
 */
import { Fault } from '../../shared/faults.ts'
import type { InspectJob } from '../../shared/schemas/inspection.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { toBase64 } from '../../shared/bytes.ts'
import type { Reader } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import { isoTime } from '../trust/store.ts'
import { free, inspected, type InspectionRow, moveInspection } from './store.ts'

export interface InspectionsOptions {
  readonly db: Reader
  readonly storage: Storage
  readonly clock: () => number
}

export interface Pool {
  readonly tenant: string
  readonly pool: string
}

/** Nobody renews it: an agent that looks for longer gives up by itself. */
export const INSPECTION_LEASE_MS = 120_000
const TAKE = 8

export class Inspections {
  readonly #options: InspectionsOptions
  /** Pools for which there may be something. */
  readonly #waiting = new Set<string>()
  readonly #listeners: ((pool: Pool) => void)[] = []

  constructor(options: InspectionsOptions) {
    this.#options = options
  }

  /** Called with the pool whose agents may find an order. */
  onWork(listener: (pool: Pool) => void): void {
    this.#listeners.push(listener)
  }

  /** An order was made or given back here, and that is durable. */
  changed(of: Pool): void {
    this.#waiting.add(keyOf(of))
    for (const listener of this.#listeners) listener(of)
  }

  /** Looks into the database: whether there is an order for agents of the pool. */
  async recheck(of: Pool): Promise<boolean> {
    const { db, clock } = this.#options
    const [found] = await free(db, of.tenant, { pool: of.pool, now: clock(), take: 1 })
    if (found !== undefined) this.#waiting.add(keyOf(of))
    return found !== undefined
  }

  /** Whether it is worth asking: from memory. */
  mayHave(of: Pool): boolean {
    return this.#waiting.has(keyOf(of))
  }

  /** An order for an agent, leased; null when there is none. */
  async hand(to: Pool & { readonly id: string }): Promise<InspectJob | null> {
    if (!this.#waiting.delete(keyOf(to))) return null
    const { db, clock } = this.#options
    const rows = await free(db, to.tenant, { pool: to.pool, now: clock(), take: TAKE })
    // There may be more, for the next who asks.
    if (rows.length > 0) this.#waiting.add(keyOf(to))
    for (const row of rows) {
      const job = await this.#lease(row, to.id)
      if (job !== null) return job
    }
    return null
  }

  async #lease(row: InspectionRow, agent: string): Promise<InspectJob | null> {
    const { db, clock } = this.#options
    const now = clock()
    const connection = await inspected(db, row.tenant, row)
    if (connection === null) {
      const gone = { state: 'refused', code: 'not_at_index', finished: now } as const
      await this.#write(moveInspection(row, gone, 'conflict'))
      return null
    }
    const until = Math.min(now + INSPECTION_LEASE_MS, row.expires)
    const fence = row.fence + 1
    const set = { state: 'leased', fence, agent, lease_until: until } as const
    if (!await this.#write(moveInspection(row, set, 'conflict'))) return null
    return {
      kind: 'inspect',
      inspection: row.id,
      project: row.project,
      lease: { fence, until: isoTime(until) },
      order: { document: JSON.parse(row.document) as Dsse, sealed: toBase64(row.sealed) },
      connection,
    }
  }

  /** A step that no request asks for. False when it met something else than expected. */
  async #write(one: Step): Promise<boolean> {
    try {
      await this.#options.storage.write({ id: '', steps: [one], leaf: null, repeatable: false })
      return true
    } catch (error) {
      if (error instanceof Fault && error.code === 'conflict') return false
      throw error
    }
  }
}

const keyOf = ({ tenant, pool }: Pool) => `${tenant}/${pool}`
