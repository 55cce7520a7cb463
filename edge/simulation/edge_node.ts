/** One instance of the edge: the real one, with a clock of its own, which can die at any moment and come back. */
import { hashSecret } from '../auth/secret.ts'
import type { Storage } from '../db/storage.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { type Edge, wire } from '../wiring.ts'
import type { Base } from './base.ts'
import type { Client, Database, Line } from './database.ts'
import type { Message, Reply, Server } from './network.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'
import { Owner, type VirtualTime } from './virtual_time.ts'

/** As `main.ts` has them. */
const REAP_MS = 5_000
const TICK_MS = 1_000
const JITTER_MS = 100
const FLUSH_MS = 60_000

export interface EdgeSurroundings {
  readonly base: Base
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
  readonly database: Database
}

export class EdgeNode implements Server {
  readonly name: string
  readonly line: Line = { cut: false, loss: 0 }
  /** Milliseconds that its clock is wrong by. */
  skewMs = 0
  up: Owner | null = null
  readonly #around: EdgeSurroundings
  readonly #open: (client: Client) => Storage
  #edge: Edge | null = null
  #wanted = false
  #closing = new AbortController()

  /** `open`: the database, as a process that starts finds it. */
  constructor(name: string, around: EdgeSurroundings, open: (client: Client) => Storage) {
    this.name = name
    this.#around = around
    this.#open = open
  }

  /** While it stops: as soon as it has. */
  start(): void {
    this.#wanted = true
    if (this.up !== null) return
    const { base, time, random, trace } = this.#around
    const owner = new Owner(this.name)
    this.up = owner
    time.owner = owner
    this.#closing = new AbortController()
    const edge = wire({
      storage: this.#open({ owner, line: this.line }),
      publicUrl: PUBLIC_URL,
      setupTokenHash: hashSecret(base.setupToken),
      master: base.master,
      primitives: { ...native, randomBytes: random.bytes },
      clock: () => time.now + this.skewMs,
      log: (level, message, fields) => {
        if (level !== 'info') trace.say(`${this.name} logs: ${message} ${JSON.stringify(fields)}`)
      },
      closing: this.#closing.signal,
    })
    this.#edge = edge
    trace.say(`${this.name} starts`)
    this.#every(owner, async () => (await edge.reap(), await edge.watchAgents(), REAP_MS))
    this.#every(owner, async () => await edge.tick() + random.fraction() * JITTER_MS)
    this.#every(owner, async () => (await edge.flush(), await edge.removeSilent(), FLUSH_MS))
  }

  /** Its process is gone from one moment to the next. */
  crash(): void {
    if (this.up === null) return
    this.#around.trace.say(`${this.name} crashes`)
    const life = this.up
    this.up = null
    this.#edge = null
    life.die()
  }

  /** As it is asked to stop: polls are answered at once, and 4 s later it is gone. */
  stop(): void {
    const life = this.up
    if (life === null) return
    this.#around.trace.say(`${this.name} stops`)
    this.#closing.abort()
    this.#wanted = false
    const { time } = this.#around
    time.after(4_000, () => {
      if (this.up !== life) return
      this.crash()
      if (this.#wanted) this.start()
    }, time.world)
  }

  async receive({ method, path, headers, body }: Message, signal: AbortSignal): Promise<Reply> {
    const { time, database, trace } = this.#around
    const life = this.up
    if (this.#edge === null || life === null) throw new Error('nobody listens')
    time.owner = life
    const from = database.commits
    const request = new Request(PUBLIC_URL + path, { method, headers, body, signal })
    const response = await this.#edge.app(request, { remote: '192.0.2.1' })
    const text = await response.text()
    trace.say(`${this.name} answers ${method} ${path}: ${response.status}`)
    return {
      status: response.status,
      body: text === '' ? null : JSON.parse(text),
      between: [from, database.commits],
    }
  }

  /** What a process does of its own accord; `work` says in how many ms it wants to be asked again. */
  #every(owner: Owner, work: () => Promise<number>): void {
    const { time, random } = this.#around
    const ask = () => {
      const again = (ms: number) => void time.after(ms, ask, owner)
      work().then(again, () => again(TICK_MS))
    }
    time.after(random.between(0, TICK_MS), ask, owner)
  }
}
