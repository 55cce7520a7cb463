/**
 * The queue of runs: who waits for one, which is handed out next, and what happens to those whose agent fell silent.
 * Everything that counts is in the database; what is kept here only saves it work.
 */
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { LEASE_SECONDS } from '../../shared/protocol.ts'
import type { RunState } from '../../shared/schemas/run.ts'
import type { Reader } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import type { Storage } from '../db/storage.ts'
import { change } from '../http/change.ts'
import { freshIdentity, planOf } from '../http/entry.ts'
import { explain, type Log } from '../http/log.ts'
import { Bell, type Place } from './bell.ts'
import type { Inspections } from '../inspections/inspections.ts'
import type { Rewraps } from '../keys/rewraps.ts'
import type { Newest } from '../trust/newest.ts'
import { type Parts, partsOf } from './job.ts'
import { ended, type Ending, endOfAttempt } from './life.ts'
import { labelsKey } from './labels.ts'
import { type Candidate, front, moveLine, type PoolKey, type Seat } from './lanes.ts'
import { reserveNext } from './picker.ts'
import { Reservations } from './reservations.ts'
import { backoffMs, finalStates, isFinal, next, overrunCode, type RunEvent, silentCode } from './states.ts'
import { expiredRuns, moveRun, overrunRuns, run, type RunChange, type RunRow, standingOf } from './store.ts'

export interface QueueOptions {
  readonly db: Reader
  readonly storage: Storage
  readonly clock: () => number
  readonly randomBytes: (length: number) => Uint8Array
  readonly log: Log
  readonly newest: Newest
  readonly rewraps: Rewraps
  readonly inspections: Inspections
  /** Milliseconds between re-checks on average; each is between half and one and a half of it. */
  readonly recheckMs?: number
}

/** What the edge says of a run without having been asked. */
interface EdgeWord extends Pick<Ending, 'outcome'> {
  readonly event: RunEvent
  readonly action: string
  readonly code: FaultCode
}

const RECHECK_MS = 2_000
const LEASE_MS = LEASE_SECONDS * 1000
const EXPIRED_AT_ONCE = 100

export class Queue {
  readonly #options: QueueOptions
  readonly #bell = new Bell()
  readonly #rechecks = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #reserved = new Reservations()
  /** By pool: the labels of agents that wait there, where they have any. */
  readonly #labels = new Map<string, Set<string>>()
  /** Tenants that had limits when a poll last looked. */
  readonly #limited = new Set<string>()
  readonly #ends = new Map<RunState, number>(finalStates.map((state) => [state, 0]))

  constructor(options: QueueOptions) {
    this.#options = options
    options.newest.onChange((tenant) => this.#bell.end(keyOf(tenant, '')))
    options.rewraps.onWork((tenant) => this.#bell.ringEach(keyOf(tenant, '')))
    options.inspections.onWork((of) => this.ring(of))
  }

  get now(): number {
    return this.#options.clock()
  }

  get leaseUntil(): number {
    return this.now + LEASE_MS
  }

  /** How many polls wait. */
  get waiting(): number {
    return this.#bell.count()
  }

  /** A run may be there for this pool: wakes one poll, which wakes the next one once it has claimed. */
  ring({ tenant, pool }: PoolKey): void {
    const key = keyOf(tenant, pool)
    this.#bell.ring(key)
    // Who may have the run is for each kind of agent to see.
    for (const labels of this.#labels.get(key) ?? []) this.#bell.ring(`${key}#${labels}`)
  }

  /** There may be work in any pool of the tenant. */
  ringAll(tenant: string): void {
    this.#bell.ringEach(keyOf(tenant, ''))
  }

  /** A place in the line of the pool's agents with these labels, before looking. */
  enter(of: Seat): Place {
    const key = seatOf(of)
    const place = this.#bell.enter(key)
    const labels = labelsKey(of.labels)
    if (labels !== '') {
      const pool = keyOf(of.tenant, of.pool)
      this.#labels.set(pool, (this.#labels.get(pool) ?? new Set()).add(labels))
    }
    if (!this.#rechecks.has(key)) this.#recheckLater(key, of)
    return place
  }

  /** A place of a poll that takes no run: it hears what is published, and no run wakes it. */
  standBy({ tenant, pool }: PoolKey): Place {
    return this.#bell.enter(keyOf(tenant, `${pool}/`))
  }

  /** Gives the place up; a ring that was not answered goes to the next in line. */
  leave(place: Place, of: Seat & { readonly answered: boolean }): void {
    place.leave()
    const key = seatOf(of)
    if (place.rung && !of.answered) this.#bell.ring(key)
    if (this.#bell.count(key) > 0) return
    clearTimeout(this.#rechecks.get(key))
    this.#rechecks.delete(key)
    const labels = labelsKey(of.labels)
    if (labels === '') return
    const pool = keyOf(of.tenant, of.pool)
    const left = this.#labels.get(pool)
    if (left?.delete(labels) && left.size === 0) this.#labels.delete(pool)
  }

  /** The run whose turn it is and what its agent needs, reserved for the plan; null when there is none. */
  async look(of: Seat, plan: string): Promise<{ readonly row: RunRow; readonly parts: Parts } | null> {
    this.#reserved.tidy({ plan, now: this.now })
    const { tenant, pool, labels = [] } = of
    for (;;) {
      const found = await this.#reserve({ tenant, pool, labels }, plan)
      if (found === null) return null
      const row = await run(this.#options.db, tenant, found.id)
      if (row?.state !== 'queued') {
        this.release(found.id)
        continue
      }
      try {
        const parts = await partsOf(this.#options.db, tenant, row)
        const { source, destination } = parts
        if (source === found.source && destination === found.destination) return { row, parts }
        this.release(found.id)
        await this.#arrange(moveLine(found, { source, destination }))
      } catch (error) {
        // What is no longer listed will not be by waiting; anything else is for the caller.
        if (!(error instanceof Fault) || error.class !== 'refused') throw error
        await this.#withdraw(row, error.code)
      }
    }
  }

  /** The first that no other poll of this instance is about to claim. */
  async #reserve(of: Seat, plan: string): Promise<Candidate | null> {
    const { db } = this.#options
    const { now } = this
    const reserved = this.#reserved
    const onLimits = (limited: boolean) => {
      if (limited) this.#limited.add(of.tenant)
      else this.#limited.delete(of.tenant)
    }
    const arrange = (step: Step) => this.#arrange(step)
    return await reserveNext({ db, ...of, now, reserved, plan, onLimits, arrange })
  }

  /** Puts lines in order, which nobody has to answer for. */
  async #arrange(step: Step): Promise<void> {
    await this.#options.storage.write({ id: '', steps: [step], leaf: null, repeatable: false })
  }

  /** The claim is done with, one way or the other. */
  release(id: string): void {
    this.#reserved.release(id)
  }

  /** A poll ends, or waits, without a claim: what it was about to claim is for the next in line. */
  giveBack(of: PoolKey, plan: string): void {
    if (this.#reserved.giveBack(plan)) this.ring(of)
  }

  /** How many runs this instance has seen end, by how they did. */
  get ends(): ReadonlyMap<RunState, number> {
    return this.#ends
  }

  /** An agent has let go of a run, which is over or waits for another: limits may have room again. */
  ended(row: PoolKey, state: RunState): void {
    if (isFinal(state)) this.#ends.set(state, (this.#ends.get(state) ?? 0) + 1)
    if (this.#limited.has(row.tenant)) this.ringAll(row.tenant)
    else if (state === 'queued') this.ring(row)
  }

  /**
   * Takes the runs back whose lease ran out, and ends those that go on beyond their time; returns how many. Safe from
   * any number of instances.
   */
  async reap(): Promise<number> {
    const silent = await this.#each(expiredRuns, {
      event: { kind: 'expire' },
      action: 'run.lease_expired',
      code: silentCode,
      outcome: 'expired',
    })
    const overrun = await this.#each(overrunRuns, {
      event: { kind: 'overrun' },
      action: 'run.overrun',
      code: overrunCode,
      outcome: 'overrun',
    })
    return silent + overrun
  }

  async #each(find: typeof expiredRuns, by: EdgeWord): Promise<number> {
    let count = 0
    for (;;) {
      const rows = await find(this.#options.db, this.now, EXPIRED_AT_ONCE)
      for (const row of rows) if (await this.#move(row, by)) count++
      if (rows.length < EXPIRED_AT_ONCE) return count
    }
  }

  /** Milliseconds until the next attempt after so many failures, the last one with this code. */
  backoff(failures: number, code: FaultCode | null): number {
    const random = new DataView(this.#options.randomBytes(4).slice().buffer).getUint32(0) / 2 ** 32
    return backoffMs(failures, random, code)
  }

  async #withdraw(row: RunRow, code: FaultCode): Promise<void> {
    await this.#move(row, {
      event: { kind: 'withdraw' },
      action: 'run.withdrawn',
      code,
      outcome: 'withdrawn',
    })
    this.release(row.id)
  }

  /** A move that no request asks for. False when the run was moved meanwhile. */
  async #move(row: RunRow, by: EdgeWord): Promise<boolean> {
    const standing = next(standingOf(row), by.event)
    if (standing === null) return false
    const { storage, randomBytes } = this.#options
    const { now } = this
    const again = standing.state === 'queued'
    const ending: Ending = { ...by, state: standing.state, now }
    const set: RunChange = {
      ...ended(row, ending),
      // The fence rises, so that the silent agent's late word counts for nothing.
      fence: row.fence + 1,
      due: again ? now + this.backoff(standing.failures, by.code) : row.due,
    }
    const decided = change({
      writes: [moveRun(row, { standing, set, otherwise: 'conflict' }), endOfAttempt(row, ending)],
      target: row.id,
      facts: { fence: row.fence, state: standing.state, code: set.code ?? null },
      reply: () => null,
    })
    const entry = { tenant: row.tenant, actor: { kind: 'edge' }, action: by.action, now } as const
    const plan = planOf(decided, { identity: freshIdentity(now, randomBytes), entry, randomBytes })
    try {
      await storage.write(plan)
    } catch (error) {
      if (error instanceof Fault && error.code === 'conflict') return false
      throw error
    }
    this.ended(row, standing.state)
    return true
  }

  #recheckLater(key: string, of: Seat): void {
    const average = this.#options.recheckMs ?? RECHECK_MS
    const jitter = (this.#options.randomBytes(1)[0] as number) / 256
    const timer = setTimeout(() => {
      this.#recheck(of).then((due) => {
        if (due) this.#bell.ring(key)
      }, (error: unknown) => {
        // The next re-check asks again; until then the pool's polls just wait on.
        this.#options.log('warn', 'a re-check of the queue failed', { error: explain(error) })
      }).finally(() => {
        if (this.#rechecks.get(key) === timer) this.#recheckLater(key, of)
      })
    }, average * (0.5 + jitter))
    this.#rechecks.set(key, timer)
  }

  async #recheck(of: Seat): Promise<boolean> {
    await this.#options.newest.recheck(of.tenant)
    const { tenant, pool, labels = [] } = of
    const { late, lanes, tenant_room, pool_room } = await front(this.#options.db, {
      tenant,
      pool,
      labels,
      now: this.now,
      take: 1,
    })
    const runs = late || (lanes.length > 0 && (tenant_room ?? 1) > 0 && (pool_room ?? 1) > 0)
    const ordered = await this.#options.inspections.recheck(of)
    return ordered || runs || await this.#options.rewraps.recheck(of)
  }
}

function keyOf(tenant: string, pool: string): string {
  return `${tenant}/${pool}`
}

function seatOf({ tenant, pool, labels }: Seat): string {
  const key = keyOf(tenant, pool)
  const own = labelsKey(labels)
  return own === '' ? key : `${key}#${own}`
}
