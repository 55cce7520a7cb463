/** Several sessions that read one snapshot. */
import type { Session } from './session.ts'

export interface Lane {
  readonly session: Session
  /** False until something has been read in it. */
  opened: boolean
}

/** The first lane is there from the beginning; the others are opened when they are needed, under its snapshot. */
export class Lanes implements AsyncDisposable {
  readonly #most: number
  readonly #open: () => Promise<Session>
  readonly #lanes: Promise<Lane>[]
  readonly #first: Session
  #snapshot: string | null = null
  /** Who was used longest ago stands first. */
  readonly #order: Promise<Lane>[] = []
  readonly #busy = new Set<Promise<Lane>>()

  /** `first`: inside its transaction. `open`: another session, outside of any. */
  constructor(first: Session, { most, open }: { most: number; open: () => Promise<Session> }) {
    this.#first = first
    this.#most = most
    this.#open = open
    this.#lanes = [Promise.resolve({ session: first, opened: false })]
    this.#order.push(...this.#lanes)
  }

  /** Shows the snapshot to others: before anything is read, since a savepoint's cannot be shown. */
  async share(): Promise<void> {
    const [row] = await this.#first.rows<{ snapshot: string }>(
      'select pg_catalog.pg_export_snapshot() as snapshot',
    )
    this.#snapshot = row?.snapshot ?? null
  }

  /** A free lane, or the one that was used longest ago: what it read has been broken off. */
  async take(): Promise<{ lane: Lane; free: () => void }> {
    const free = this.#order.find((lane) => !this.#busy.has(lane))
    const lane = free ?? this.#another() ?? this.#order[0] as Promise<Lane>
    this.#order.splice(this.#order.indexOf(lane), 1)
    this.#order.push(lane)
    this.#busy.add(lane)
    return { lane: await lane, free: () => this.#busy.delete(lane) }
  }

  #another(): Promise<Lane> | null {
    if (this.#snapshot === null || this.#lanes.length >= this.#most) return null
    const lane = this.#join(this.#snapshot)
    lane.catch(() => undefined)
    this.#lanes.push(lane)
    this.#order.push(lane)
    return lane
  }

  async #join(snapshot: string): Promise<Lane> {
    const session = await this.#open()
    await session.begin('isolation level repeatable read, read only', snapshot)
    return { session, opened: false }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.#lanes) {
      const opened = await lane.catch(() => null)
      await opened?.session[Symbol.asyncDispose]()
    }
  }
}
