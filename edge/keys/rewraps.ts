/**
 * Rewrap campaigns: which agent gets which records, what happens to those whose agent fell silent, and when it is over.
 * A campaign lives in the database; what is kept here only saves it work, so that it goes on after a restart and from
 * any instance.
 */
import { Fault } from '../../shared/faults.ts'
import { newId } from '../../shared/ids.ts'
import { LEASE_SECONDS } from '../../shared/protocol.ts'
import { MAX_BATCH_RECORDS, type RewrapJob } from '../../shared/schemas/rewrap.ts'
import type { TrustDocument } from '../../shared/schemas/trust_document.ts'
import type { Reader } from '../db/database.ts'
import type { KeyTables } from '../db/key_tables.ts'
import type { Step } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import { actAsEdge } from '../http/own_act.ts'
import { kidsOf } from '../trust/sealed_records.ts'
import { currentTrust, isoTime } from '../trust/store.ts'
import { requirementsOf } from './required.ts'
import { rewrapRecords } from './rewrap_records.ts'
import { FRESH_MS, provenKeys } from './store.ts'
import {
  batchesOut,
  freeRecords,
  groups,
  lease,
  lostBatches,
  moveRewrap,
  openRewrap,
  type RewrapRow,
  runningRewraps,
  takeBack,
} from './rewrap_store.ts'

export interface RewrapsOptions {
  readonly db: Reader
  readonly storage: Storage
  readonly clock: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

export interface AgentOfPool {
  readonly tenant: string
  readonly pool: string
  /** Agent id. */
  readonly id: string
}

type Place = Omit<AgentOfPool, 'id'>

interface Known {
  readonly looked: number
  /** The campaign that runs, or null. */
  readonly running: Promise<RewrapRow | null>
}

const LEASE_MS = LEASE_SECONDS * 1000
/** Envelopes of a batch, as they will be: an agent holds them in memory, and a request carries them. */
const BATCH_BYTES = 2 * 1024 * 1024
/** Milliseconds for which memory is believed while nobody re-checks. */
const BELIEVED_MS = 4_000
/** Runs go first, but where a pool has no other moment, a batch goes before them once in this time. */
const TURN_MS = 5_000
/** An agent that can do nothing – its ring lacks the key, its floor denies it – is asked again after this time. */
const REST_MS = 20_000
const LOST_AT_ONCE = 100
const MAX_ATTEMPTS = 20

export class Rewraps {
  readonly #options: RewrapsOptions
  readonly #known = new Map<string, Known>()
  /** When a pool was last given a batch, or first had to wait for one. */
  readonly #turns = new Map<string, number>()
  /** Agents that gave a batch up, and until when they get none. */
  readonly #resting = new Map<string, number>()
  /** The end of the last hand-out of a tenant: two at once would choose the same records. */
  readonly #settled = new Map<string, Promise<unknown>>()
  readonly #listeners: ((tenant: string) => void)[] = []

  constructor(options: RewrapsOptions) {
    this.#options = options
  }

  /** Called with the tenant whose agents may find records to rewrap. */
  onWork(listener: (tenant: string) => void): void {
    this.#listeners.push(listener)
  }

  /** A campaign was started, paused or resumed here, or an agent has proven a key, and that is durable. */
  changed(tenant: string): void {
    this.#known.delete(tenant)
    this.#tell(tenant)
  }

  /** Looks into the database: whether there are records for agents of the pool. */
  async recheck(of: Place): Promise<boolean> {
    this.#known.delete(of.tenant)
    if (await this.#running(of.tenant) === null) return false
    const trust = await currentTrust(this.#options.db, of.tenant)
    return trust !== null && (await this.#free(of, trust.document, { take: 1 })).length > 0
  }

  /** `now`: the pool's runs have kept rewraps waiting for long enough. `never`: no campaign runs. */
  async turnOf(of: Place): Promise<'never' | 'after_runs' | 'now'> {
    const key = keyOf(of)
    if (await this.#running(of.tenant) === null) {
      this.#turns.delete(key)
      return 'never'
    }
    const since = this.#turns.get(key) ?? this.#options.clock()
    this.#turns.set(key, since)
    return this.#options.clock() - since >= TURN_MS ? 'now' : 'after_runs'
  }

  /** A batch for an agent, leased; null when there is no campaign or nothing to a key that it has proven to hold. */
  async hand(to: AgentOfPool, trust: TrustDocument): Promise<RewrapJob | null> {
    if (await this.#running(to.tenant) === null || this.#rests(to.id)) return null
    this.#turns.set(keyOf(to), this.#options.clock())
    const before = this.#settled.get(to.tenant) ?? Promise.resolve()
    const mine = before.catch(() => {}).then(() => this.#hand(to, trust))
    this.#settled.set(to.tenant, mine)
    try {
      return await mine
    } finally {
      if (this.#settled.get(to.tenant) === mine) this.#settled.delete(to.tenant)
    }
  }

  async #hand(to: AgentOfPool, trust: TrustDocument): Promise<RewrapJob | null> {
    const { db, clock, randomBytes } = this.#options
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const running = await this.#running(to.tenant)
      if (running === null) return null
      const rows = await this.#free(to, trust, { take: MAX_BATCH_RECORDS, agent: to.id })
      if (rows.length === 0) {
        await this.#finish(running, trust)
        return null
      }
      const { tenant } = to
      // Read before they are leased: one that changes in between is left alone when it comes back.
      const records = await rewrapRecords(db, tenant, rows)
      if (records.length === 0) return null
      const until = clock() + LEASE_MS
      const id = newId(clock(), randomBytes)
      const counts = { done: 0, refused: 0, later: 0 }
      const batch = {
        tenant,
        id,
        rewrap: running.id,
        agent: to.id,
        fence: 1,
        until,
        state: 'open',
        ...counts,
      } as const
      if (!await this.#write(lease(batch, records))) {
        this.#known.delete(tenant)
        continue
      }
      return { kind: 'rewrap', batch: id, lease: { fence: 1, until: isoTime(until) }, records }
    }
    return null
  }

  /** The agent could do nothing with a whole batch, for reasons of its own: others are asked meanwhile. */
  gaveUp(agent: string): void {
    this.#resting.set(agent, this.#options.clock() + REST_MS)
  }

  #rests(agent: string): boolean {
    const until = this.#resting.get(agent)
    if (until === undefined || until > this.#options.clock()) return until !== undefined
    this.#resting.delete(agent)
    return false
  }

  /**
   * The first records that the pool's agents can open and that are not sealed as they have to be. With `agent`: of
   * those, what is sealed to a key that it has lately proven to hold, once it has also got what is sealed to from now on.
   */
  async #free(
    { tenant, pool }: Place,
    trust: TrustDocument,
    { take, agent }: { readonly take: number; readonly agent?: string },
  ) {
    const { db, clock } = this.#options
    const requirements = requirementsOf(trust)
    let opening = requirements.opening(pool)
    if (agent !== undefined) {
      const proven = await provenKeys(db, tenant, { agent, since: clock() - FRESH_MS })
      if (!requirements.sealing(pool).isSubsetOf(proven)) return []
      opening = opening.intersection(proven)
    }
    const wanted = (await groups(db, tenant)).filter((group) =>
      requirements.needs(group) && kidsOf(group.sealed_to).some((kid) => opening.has(kid))
    )
    const bytesOf = new Map(wanted.map(({ id, audience }) => [id, requirements.of(audience)?.bytes ?? 0]))
    const rows = await freeRecords(db, tenant, { groups: [...bytesOf.keys()], take })
    return fitting(rows, (row) => row.bytes + (bytesOf.get(row.grp) ?? 0))
  }

  /** The campaign is over when nothing is left that any pool could do, and no agent is at it. */
  async #finish(running: RewrapRow, trust: TrustDocument): Promise<void> {
    const { tenant, id } = running
    const { db, clock } = this.#options
    for (const { name: pool } of trust.pools) {
      if ((await this.#free({ tenant, pool }, trust, { take: 1 })).length > 0) return
    }
    if (await batchesOut(db, tenant, id) > 0) return
    const { done, refused } = await openRewrap(db, tenant) ?? running
    const move = moveRewrap(running, { from: 'running', to: 'done', finished: clock() })
    const acted = actAsEdge(this.#options, {
      tenant,
      action: 'rewrap.finished',
      target: id,
      facts: { done, refused },
      writes: [move],
    })
    await happens(acted)
    this.#known.delete(tenant)
  }

  /** Takes back batches whose agent fell silent, and ends campaigns that nobody is at any more; returns how many. */
  async reap(): Promise<number> {
    const { db, clock } = this.#options
    const lost = await lostBatches(db, clock(), LOST_AT_ONCE)
    for (const batch of lost) {
      if (await this.#write(takeBack(batch))) this.#tell(batch.tenant)
    }
    for (const running of await runningRewraps(db)) {
      const trust = await currentTrust(db, running.tenant)
      if (trust !== null) await this.#finish(running, trust.document)
    }
    return lost.length
  }

  async #running(tenant: string): Promise<RewrapRow | null> {
    const now = this.#options.clock()
    const known = this.#known.get(tenant)
    if (known !== undefined && Math.abs(now - known.looked) <= BELIEVED_MS) return await known.running
    const looked = { looked: now, running: running(this.#options.db, tenant) }
    this.#known.set(tenant, looked)
    try {
      return await looked.running
    } catch (error) {
      if (this.#known.get(tenant) === looked) this.#known.delete(tenant)
      throw error
    }
  }

  #tell(tenant: string): void {
    for (const listener of this.#listeners) listener(tenant)
  }

  /** Steps that no request asks for and nobody has to answer for. False when they met something else than expected. */
  async #write(steps: readonly Step[]): Promise<boolean> {
    return await happens(this.#options.storage.write({ id: '', steps, leaf: null, repeatable: false }))
  }
}

const keyOf = ({ tenant, pool }: Place) => `${tenant}/${pool}`

async function running(db: Reader, tenant: string): Promise<RewrapRow | null> {
  const row = await openRewrap(db, tenant)
  return row?.state === 'running' ? row : null
}

async function happens(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing
    return true
  } catch (error) {
    if (error instanceof Fault && error.code === 'conflict') return false
    throw error
  }
}

/** The first ones that fit into a batch; one at least, whatever its size. */
function fitting<Row extends KeyTables['sealed_record']>(
  rows: readonly Row[],
  bytes: (row: Row) => number,
): Row[] {
  let sum = 0
  return rows.filter((row, i) => {
    sum += bytes(row)
    return i === 0 || sum <= BATCH_BYTES
  })
}
