/**
 * An agent as the edge and the destination meet it: it polls, keeps leases, counts, commits under its fence and says
 * how it ended. It works by the same rules as the real one (agent/worker, agent/runs), without moving anything.
 */
import { LEASE_SECONDS, MAX_POLL_SECONDS, PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../shared/protocol.ts'
import type { RunJob, Stop } from '../../shared/schemas/job.ts'
import { signRequest } from '../../shared/sign/http_signature.ts'
import { toHex, utf8 } from '../../shared/bytes.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import type { AgentKey, Base } from './base.ts'
import type { Destination } from './destination.ts'
import type { Acknowledged } from './invariants.ts'
import type { End, Judge } from './judge.ts'
import type { LogWatch } from './log_watch.ts'
import { type Network, NoAnswer, type Reply, type Server } from './network.ts'
import type { Random } from './random.ts'
import { short, type Trace } from './trace.ts'
import { Violation } from './violation.ts'
import { Owner, type VirtualTime } from './virtual_time.ts'

const BEAT_MS = 5_000
/** After it knows that its lease is gone. */
const LATE_BEATS = 6
const LISTEN_MS = 500
const ASK_MS = 10_000
const LIFE_MS = LEASE_SECONDS * 1000 * 0.9
const STREAMS = 2

export interface AgentSurroundings {
  readonly base: Base
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: Trace
  readonly network: Network
  readonly edges: readonly Server[]
  readonly destination: Destination
  readonly acknowledged: Acknowledged
  /** The memory that the agents of its pool share. */
  readonly judge: Judge
  readonly log: LogWatch
}

/** What an agent holds while it works on a run. */
interface Held {
  readonly job: RunJob
  readonly owner: Owner
  lost: boolean
  cancel: boolean
  over: boolean
}

type Word = 'ok' | 'lost' | 'final'

export class AgentNode {
  readonly name: string
  readonly id: string
  /** Milliseconds that its clock is wrong by. */
  skewMs = 0
  /** Chance that an attempt fails by itself. */
  failing = 0
  /** Chance that an attempt at a run with a time limit hears and ends nothing any more. */
  hanging = 0
  #sleptMs = 0
  up: Owner | null = null
  readonly #key: AgentKey
  readonly #slots: number
  readonly #protocol: number
  readonly #labels: readonly string[]
  #stopping = false
  readonly #around: AgentSurroundings

  constructor(
    name: string,
    of: {
      readonly key: AgentKey
      readonly slots: number
      readonly protocol: number
      /** Which it can say by the newest protocol only. */
      readonly labels: readonly string[]
    },
    around: AgentSurroundings,
  ) {
    this.name = name
    this.id = of.key.id
    this.#key = of.key
    this.#slots = of.slots
    this.#protocol = of.protocol
    this.#labels = of.labels
    this.#around = around
  }

  start(): void {
    if (this.up !== null) return
    const owner = new Owner(this.name)
    this.up = owner
    this.#stopping = false
    this.#around.trace.say(`${this.name} starts`)
    this.#around.time.after(this.#around.random.between(0, 2_000), () => this.#go(this.#work(owner)), owner)
  }

  /** Forgets everything. */
  crash(): void {
    const life = this.up
    if (life === null) return
    this.#around.trace.say(`${this.name} crashes`)
    this.up = null
    life.die()
  }

  /** As it is asked to stop: takes nothing more, hands back what it holds, and is gone 4 s later. */
  stop(): void {
    const life = this.up
    if (life === null) return
    this.#around.trace.say(`${this.name} stops`)
    this.#stopping = true
    this.#around.time.after(4_000, () => {
      if (this.up === life) this.crash()
    }, this.#around.time.world)
  }

  /** `suspended`: its monotonic clock stands still as well, and it does not know when it goes on. */
  freeze(ms: number, suspended: boolean): void {
    if (this.up === null) return
    this.#around.trace.say(`${this.name} ${suspended ? 'is suspended' : 'stands still'} for ${ms} ms`)
    if (suspended) this.#sleptMs += ms
    this.up.freezeUntil(this.#around.time.now + ms)
  }

  get #monotonicMs(): number {
    return this.#around.time.now - this.#sleptMs
  }

  #go(work: Promise<unknown>): void {
    work.catch((error) => this.#around.time.fail(error))
  }

  async #work(owner: Owner): Promise<void> {
    const { time, random, acknowledged } = this.#around
    const working = new Map<Held, Promise<void>>()
    for (let failures = 0; !this.#stopping;) {
      if (working.size >= this.#slots) {
        const ear = new Owner(this.name, owner)
        if (this.#protocol >= 2) this.#go(this.#listen(ear, [...working.keys()]))
        await Promise.race(working.values())
        ear.die()
        continue
      }
      const reply = await this.#poll(owner, { slots: this.#slots - working.size, held: [...working.keys()] })
      if (reply?.status !== 200) {
        failures++
        await time.sleep(random.between(0, Math.min(30_000, 500 * 2 ** failures)), owner)
        continue
      }
      failures = 0
      const { job } = reply.body
      if (job?.kind !== 'run') continue
      acknowledged.claim(this.id, job)
      const held = { job, owner, lost: false, cancel: false, over: false }
      const run = this.#execute(held).catch((error) => time.fail(error)).finally(() => working.delete(held))
      working.set(held, run)
    }
  }

  /** With no slot free: hears what is to stop, until its ear dies. */
  async #listen(ear: Owner, held: readonly Held[]): Promise<never> {
    const { time } = this.#around
    for (;;) {
      await time.sleep(LISTEN_MS, ear)
      await this.#poll(ear, { slots: 0, held })
    }
  }

  async #poll(
    owner: Owner,
    { slots, held }: { readonly slots: number; readonly held: readonly Held[] },
  ): Promise<Reply | null> {
    const { log } = this.#around
    const asked = { slots, wait_seconds: MAX_POLL_SECONDS, log_size: log.size }
    const named = held.map(({ job }) => ({ run: job.run.id, fence: job.lease.fence }))
    const body = this.#protocol >= 2 ? { ...asked, held: named, about: this.#about(held.length) } : asked
    const reply = await this.#ask(owner, '/v1/agent/poll', body, (MAX_POLL_SECONDS + 10) * 1000)
    if (reply?.status === 200 && reply.body.log !== null) log.saw(asked.log_size, reply.body.log)
    for (const { run, why } of (reply?.body?.stop ?? []) as Stop[]) {
      const one = held.find(({ job }) => job.run.id === run)
      if (one === undefined) continue
      this.#around.trace.say(`${this.name} hears that ${short(run)} is ${why}`)
      if (why === 'cancelled') one.cancel = true
      else one.lost = true
    }
    return reply
  }

  #about(used: number) {
    const { time } = this.#around
    const clock = new Date(time.now + this.skewMs).toISOString()
    const slots = { slots: this.#slots, slots_used: used }
    const of = { version: '0.1.0', ring_created: '2026-11-22T00:00:00.000Z' }
    return { ...of, ...slots, clock, labels: this.#labels, stopping: this.#stopping }
  }

  async #execute(held: Held): Promise<void> {
    const { trace } = this.#around
    const { run, lease } = held.job
    trace.say(`${this.name} takes ${short(run.id)} under fence ${lease.fence}`)
    this.#go(this.#beat(held).then(() => held.lost ? this.#beatLate(held) : undefined))
    try {
      await this.#attempt(held)
    } finally {
      held.over = true
      trace.say(`${this.name} is done with ${short(run.id)}${held.lost ? ', which it lost' : ''}`)
    }
  }

  async #attempt(held: Held): Promise<void> {
    const { time, random, destination } = this.#around
    const { run, lease: { fence } } = held.job
    // What it checks takes its time, and may be all that it comes to.
    await time.sleep(random.between(0, 200), held.owner)
    const verdict = this.#around.judge.judge(held.job, time.now + this.skewMs)
    if (verdict.kind !== 'count') {
      const end = verdict.kind === 'over' ? verdict.end : 'refused'
      this.#around.trace.say(`${this.name} does not attempt ${short(run.id)}: ${verdict.kind}, ${end}`)
      const word = await this.#complete(held, { status: end, retry: false }, false)
      if (verdict.kind === 'late' && word === 'ok') {
        throw new Violation(`run ${run.id} was handed out after the run of a later time`)
      }
      return
    }
    if (await this.#say(held, 'started', { fence }) !== 'ok') return
    const mine = { fence, agent: this.id }
    if (!destination.show(run.id, mine)) return
    for (let stream = 0; stream < STREAMS; stream++) {
      await this.#move(held)
      if (held.lost) return
      const short = this.#stopping
        ? { status: 'released', retry: true } as const
        : held.cancel
        ? { status: 'cancelled', retry: false } as const
        : random.chance(this.failing)
        ? { status: 'failed', retry: random.chance(0.7) } as const
        : null
      if (short !== null) return void await this.#complete(held, short)
      const counts = [{ index: stream, rows: 10, bytes: 100 }]
      if (random.chance(0.5)) await this.#say(held, 'progress', { fence, streams: counts })
      // Meanwhile it may have stood still, and another may have been there: the destination has the last word.
      if (held.lost || !destination.commit(run.id, stream, mine)) return
    }
    await this.#complete(held, { status: 'succeeded', retry: false })
  }

  /** As long as it takes to move a stream. */
  async #move(held: Held): Promise<void> {
    const { base, time, random, trace } = this.#around
    const { id, pipeline_id: pipeline } = held.job.run
    if (base.signed.get(pipeline)?.document.limits.minutes !== undefined && random.chance(this.hanging)) {
      trace.say(`${this.name} hangs with ${short(id)}`)
      while (!held.lost) await time.sleep(1_000, held.owner)
    }
    if (!base.cancelling.includes(pipeline)) {
      return await time.sleep(random.between(50, random.chance(0.2) ? 20_000 : 3_000), held.owner)
    }
    // Until about when the next one comes; what is to stop stops within a second.
    for (
      let left = random.between(5, 40);
      left > 0 && !held.lost && !held.cancel && !this.#stopping;
      left--
    ) {
      await time.sleep(1_000, held.owner)
    }
  }

  /** Remembered first, so that whatever the edge hears of it the trigger has had its run. */
  async #complete(
    held: Held,
    how: { readonly status: End | 'released'; readonly retry: boolean },
    counted = true,
  ): Promise<Word> {
    const { fence } = held.job.lease
    const { judge } = this.#around
    if (counted && how.status === 'released') judge.released(held.job)
    else if (counted && !how.retry) judge.ended(held.job, how.status as End)
    return await this.#say(held, 'complete', { fence, ...how, streams: [] })
  }

  async #beat(held: Held): Promise<void> {
    const { time, acknowledged } = this.#around
    const { run, lease: { fence } } = held.job
    const path = `/v1/agent/runs/${run.id}/heartbeat`
    for (let good = this.#monotonicMs;;) {
      await time.sleep(BEAT_MS, held.owner)
      if (held.over) return
      const left = good + LIFE_MS - this.#monotonicMs
      const reply = left <= 0 ? null : await this.#ask(held.owner, path, { fence }, Math.min(left, ASK_MS))
      if (held.over) return
      if (reply?.status === 200) {
        acknowledged.renewal(this.id, { run: run.id, fence, reply })
        good = this.#monotonicMs
        if (reply.body.cancel) held.cancel = true
      } else if (left <= 0 || wordOf(reply) === 'lost') {
        held.lost = true
        return
      }
    }
  }

  /** What was on its way for long still comes, and renews nobody's lease. */
  async #beatLate({ job: { run, lease: { fence } }, owner }: Held): Promise<void> {
    const { time, acknowledged } = this.#around
    for (let count = 0; count < LATE_BEATS; count++) {
      await time.sleep(BEAT_MS, owner)
      const reply = await this.#ask(owner, `/v1/agent/runs/${run.id}/heartbeat`, { fence }, ASK_MS)
      if (reply?.status === 200) acknowledged.renewal(this.id, { run: run.id, fence, reply })
    }
  }

  /** Says it until it is heard, or the run is no longer ours. */
  async #say(
    held: Held,
    verb: 'started' | 'progress' | 'complete',
    body: { readonly fence: number; readonly [field: string]: unknown },
  ): Promise<Word> {
    const { time, random, acknowledged } = this.#around
    const { run } = held.job
    for (let failures = 1; !held.lost; failures++) {
      const reply = await this.#ask(held.owner, `/v1/agent/runs/${run.id}/${verb}`, body, ASK_MS)
      const word = wordOf(reply)
      if (reply?.status === 200) {
        if (verb === 'progress') acknowledged.renewal(this.id, { run: run.id, fence: body.fence, reply })
        else acknowledged.word(this.id, { verb, run: run.id, fence: body.fence, state: reply.body.state })
      }
      if (word !== null) {
        if (word === 'lost') held.lost = true
        return word
      }
      await time.sleep(random.between(0, Math.min(10_000, 250 * 2 ** failures)), held.owner)
    }
    return 'lost'
  }

  /** Null: no answer. */
  async #ask(owner: Owner, path: string, body: unknown, timeoutMs: number): Promise<Reply | null> {
    const { time, random, network, edges } = this.#around
    const text = JSON.stringify(body)
    const created = Math.floor((time.now + this.skewMs) / 1000)
    const signed = signRequest(native, {
      method: 'POST',
      url: new URL(PUBLIC_URL + path),
      body: utf8(text),
      seed: this.#key.seed,
      parameters: { created, nonce: toHex(random.bytes(16)), keyid: this.id },
    })
    const headers = {
      'content-type': 'application/json',
      ...(this.#protocol === PROTOCOL_VERSION ? { [PROTOCOL_HEADER]: `${PROTOCOL_VERSION}` } : {}),
      ...signed,
    }
    const message = { method: 'POST', path, headers, body: text }
    try {
      return await network.send(owner, random.pick(edges), message, timeoutMs)
    } catch (error) {
      if (error instanceof NoAnswer) return null
      throw error
    }
  }
}

/** What an answer means for who holds a run; null: ask again. */
function wordOf(reply: Reply | null): Word | null {
  if (reply === null) return null
  if (reply.status === 200) return 'ok'
  const { code } = reply.body
  if (code === 'lease_lost' || code === 'not_found') return 'lost'
  return reply.status >= 500 || ['conflict', 'clock_skew', 'too_many_requests'].includes(code)
    ? null
    : 'final'
}
