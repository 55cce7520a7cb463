/**
 * What a schedule says of runs that meet: two that it made are never in hands at once, one that it told to make room is
 * over soon, and the one that it made room for has its turn. Seen after each commit, from the rows.
 */
import { isFinal, isHeld } from '../runs/states.ts'
import { NEVER, type RunRow } from '../runs/store.ts'
import type { Base, Tenancy } from './base.ts'
import type { VirtualTime } from './virtual_time.ts'
import { Violation } from './violation.ts'

/** Once all is well, an edge looks every second; agents' clocks are wrong, and its own. */
const SOON_MS = 45_000
/** An agent that stopped listening is waited for until its run is over its time: two minutes, and two of grace. */
const OVERRUN_MS = 300_000

export class Overlaps {
  readonly #time: VirtualTime
  readonly #schedules: readonly string[]
  readonly #cancelling: ReadonlySet<string>
  /** Since when something goes on that has to end. */
  #since = new Map<string, number>()
  /** From when on all is well. */
  calmAt = Infinity
  /** Runs that were seen to wait for one that was told to make room. */
  readonly replacing = new Set<string>()

  constructor(base: Base, time: VirtualTime) {
    this.#time = time
    this.#schedules = [base, base.guest].flatMap(({ everyMinute }: Tenancy) => everyMinute)
    this.#cancelling = new Set(base.cancelling)
  }

  /** After a commit. Throws a Violation. */
  look(open: readonly RunRow[]): void {
    const before = this.#since
    this.#since = new Map()
    for (const row of open) {
      if (row.cancel !== 1 || row.state !== 'queued') continue
      throw new Violation(`run ${row.id} was cancelled, and waits for an agent again`)
    }
    for (const pipeline of this.#schedules) {
      const runs = open.filter((row) => row.pipeline === pipeline)
      // What somebody has attempted again is their affair: a schedule waits for it, and not the other way about.
      const held = runs.filter(({ state, redriven }) => isHeld(state) && redriven === 0)
      if (held.length > 1) {
        throw new Violation(
          `runs ${held.map(({ id }) => id).join(' and ')} of one schedule are in hands at once`,
        )
      }
      if (this.#cancelling.has(pipeline)) this.#lookAt(runs, before)
    }
  }

  #lookAt(runs: readonly RunRow[], before: ReadonlyMap<string, number>): void {
    const waiting = runs.filter(({ state, due }) => state === 'queued' && due === NEVER)
    const newest = Math.max(...waiting.map(({ fire }) => fire ?? 0))
    for (const row of runs) {
      const { id, cancel, fire, state } = row
      const lasts = (what: string, mostMs: number) => this.#lasts(`run ${id} ${what}`, mostMs, before)
      const older = runs.filter((one) => one !== row && (one.due !== NEVER || (one.fire ?? 0) < (fire ?? 0)))
      if (waiting.includes(row)) {
        if (older.some((one) => one.cancel === 1)) this.replacing.add(id)
        if (older.length === 0) lasts('waits for nothing', SOON_MS)
      }
      if (fire !== null && fire < newest && cancel === 0) lasts('is not told to make room', SOON_MS)
      if (cancel === 1 && !isFinal(state)) lasts('was told to make room, and is not over', OVERRUN_MS)
    }
  }

  /** Throws a Violation where it has gone on for longer than that since all is well. */
  #lasts(what: string, mostMs: number, before: ReadonlyMap<string, number>): void {
    const { now } = this.#time
    const since = before.get(what) ?? now
    this.#since.set(what, since)
    const ms = now - Math.max(since, this.calmAt)
    if (ms > mostMs) throw new Violation(`${what} after ${Math.round(ms / 1000)} s`)
  }
}
