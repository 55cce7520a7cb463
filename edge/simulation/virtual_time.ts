/**
 * The scheduler of a simulation: it owns time, timers, and what happens next. One event runs at a time, to its very
 * end – until nothing that it has set going can go on without another event – so that the order of events is all the
 * order there is.
 */
import { setImmediate } from 'node:timers'
import type { Random } from './random.ts'

/** A process, or a part of one, that can die: what it still had in mind dies with it. */
export class Owner {
  readonly name: string
  alive = true
  readonly #whole: Owner | null
  readonly #ends = new Set<() => void>()
  #frozenUntil = 0

  /** As a part of `whole`, which takes it along. */
  constructor(name: string, whole: Owner | null = null) {
    this.name = name
    this.#whole = whole
    whole?.onEnd(() => this.die())
  }

  /** Calls `act` when it dies; returns what takes that back. */
  onEnd(act: () => void): () => void {
    this.#ends.add(act)
    return () => void this.#ends.delete(act)
  }

  die(): void {
    if (!this.alive) return
    this.alive = false
    for (const act of this.#ends) act()
  }

  /** It stands still until then, and catches up. */
  freezeUntil(moment: number): void {
    this.#frozenUntil = moment
  }

  get frozenUntil(): number {
    return Math.max(this.#frozenUntil, this.#whole?.frozenUntil ?? 0)
  }
}

interface Event {
  readonly at: number
  readonly order: number
  readonly owner: Owner
  readonly act: () => void
  cancelled: boolean
}

export interface Handle {
  cancel(): void
}

type Timer = (act: (...all: unknown[]) => void, ms?: number, ...all: unknown[]) => number

export class VirtualTime {
  /** Milliseconds since 1970, of nobody's clock: each node's own is a little beside it. */
  now: number
  /** Whose event is running. */
  owner: Owner
  /** Turns of the real event loop in which work goes on that nobody tracks. */
  turns = 1
  readonly world = new Owner('world')
  readonly #start: number
  readonly #events: Event[] = []
  readonly #timers = new Map<number, Event>()
  #order = 0
  #timer = 0
  #busy = 0
  #failure: unknown = null

  constructor(now: number) {
    this.now = now
    this.#start = now
    this.owner = this.world
  }

  /** `act` after so many ms, unless its owner has died by then. */
  after(ms: number, act: () => void, owner: Owner = this.owner): Handle {
    const event = this.#add(ms, act, owner)
    return { cancel: () => event.cancelled = true }
  }

  /** Resolves after so many ms; never when the owner dies. */
  sleep(ms: number, owner: Owner = this.owner): Promise<void> {
    return new Promise((resolve) => this.#add(ms, resolve, owner))
  }

  /** Work of the engine below, which takes turns of the real event loop: the event is not over before it is. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#busy++
    const done = () => {
      this.#busy--
    }
    work.then(done, done)
    return work
  }

  /** What must not happen anywhere: ends the simulation. */
  fail(error: unknown): void {
    this.#failure ??= error
  }

  /** Runs the next event to its end. False when there is none. Throws what `fail` was told. */
  async step(): Promise<boolean> {
    const event = this.#next()
    if (event === null) return false
    this.now = Math.max(this.now, event.at)
    this.owner = event.owner
    event.act()
    await this.settle()
    return true
  }

  /** Until nothing goes on by itself. */
  async settle(): Promise<void> {
    // Counted anew after work that was tracked: how long that takes is the machine's affair, and changes nothing.
    for (let left = this.turns; left > 0; left--) {
      await turn()
      if (this.#busy > 0) left = this.turns + 1
    }
    if (this.#failure !== null) throw this.#failure
  }

  #add(ms: number, act: () => void, owner: Owner): Event {
    const event = {
      at: this.now + Math.max(0, Math.ceil(ms)),
      order: this.#order++,
      owner,
      act,
      cancelled: false,
    }
    this.#push(event)
    return event
  }

  #next(): Event | null {
    for (;;) {
      const event = this.#pop()
      if (event === null) return null
      if (event.cancelled || !event.owner.alive) continue
      const { frozenUntil } = event.owner
      if (frozenUntil <= event.at) return event
      this.#push({ ...event, at: frozenUntil })
    }
  }

  #push(event: Event): void {
    const heap = this.#events
    heap.push(event)
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1
      if (!isBefore(heap[at] as Event, heap[parent] as Event)) break
      swap(heap, at, parent)
      at = parent
    }
  }

  #pop(): Event | null {
    const heap = this.#events
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined) return null
    if (heap.length === 0) return first
    heap[0] = last
    for (let at = 0;;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child] as Event, heap[least] as Event)) least = child
      }
      if (least === at) return first
      swap(heap, at, least)
      at = least
    }
  }

  /** Puts itself in place of the runtime's clocks and timers, for the code under test; undone when disposed. */
  install(random: Random): Disposable {
    const real = {
      setTimeout: globalThis.setTimeout,
      clearTimeout: globalThis.clearTimeout,
      now: Date.now,
      random: Math.random,
      timeout: AbortSignal.timeout,
    }
    const set: Timer = (act, ms = 0, ...all) => {
      const id = ++this.#timer
      const event = this.#add(ms, () => {
        this.#timers.delete(id)
        act(...all)
      }, this.owner)
      this.#timers.set(id, event)
      return id
    }
    const clear = (id: number) => {
      const event = this.#timers.get(id)
      if (event !== undefined) event.cancelled = true
      this.#timers.delete(id)
    }
    // A process would end there and then.
    const unhandled = (event: PromiseRejectionEvent) => {
      event.preventDefault()
      this.fail(event.reason)
    }
    globalThis.addEventListener('unhandledrejection', unhandled)
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear })
    Date.now = () => this.now
    Math.random = () => random.fraction()
    performance.now = () => this.now - this.#start
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController()
      this.after(ms, () => controller.abort(new DOMException('Signal timed out.', 'TimeoutError')))
      return controller.signal
    }
    return {
      [Symbol.dispose]: () => {
        Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout })
        globalThis.removeEventListener('unhandledrejection', unhandled)
        Date.now = real.now
        Math.random = real.random
        AbortSignal.timeout = real.timeout
        // The prototype's own shows again.
        Reflect.deleteProperty(performance, 'now')
      },
    }
  }
}

/** Everything that waits as a microtask runs before this resolves. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function swap(heap: Event[], a: number, b: number): void {
  const kept = heap[a] as Event
  heap[a] = heap[b] as Event
  heap[b] = kept
}
