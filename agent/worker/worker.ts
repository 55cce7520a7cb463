/** Poll and drain: takes runs while there are free slots, and on the way out finishes what it holds. */
import type { AgentReport } from '../../shared/schemas/agent.ts'
import type { Job } from '../../shared/schemas/job.ts'
import { MAX_POLL_SECONDS } from '../../shared/protocol.ts'
import type { AgentEdge, Polled } from '../edge_client/agent_edge.ts'
import { AskAgain } from '../edge_client/problem.ts'
import { backoffMs, sleep } from '../edge_client/transport.ts'
import type { Log } from '../logs/log.ts'
import { verdictOf } from './failures.ts'
import type { HeldRuns } from './held_runs.ts'

/** How many slots are taken, and whether it takes nothing more. */
export interface Occupied {
  readonly used: number
  readonly stopping: boolean
}

export interface WorkerOptions {
  readonly edge: Pick<AgentEdge, 'poll'>
  readonly slots: number
  /** Carries one job out, to its report. Does not throw. */
  readonly execute: (job: Job) => Promise<void>
  /** Polls tell of these, and hear which are to stop. */
  readonly heldRuns: Pick<HeldRuns, 'open' | 'stop'>
  /** How this agent is, for people to see. */
  readonly about: (at: Occupied) => AgentReport
  /** Size of the audit log that the anchor remembers; does not throw. */
  readonly logSize: () => Promise<number>
  /** Told what every poll says beside its job. Does not throw, and does not keep the next poll waiting. */
  readonly heard: (news: Omit<Polled, 'job' | 'stop'>, asked: { readonly logSize: number }) => void
  /** False when nothing may be opened now: then nothing is asked for. Called before each poll; does not throw. */
  readonly ready: (signal: AbortSignal) => Promise<boolean>
  readonly log: Pick<Log, 'write'>
  readonly random?: () => number
  readonly sleep?: typeof sleep
}

const longestPauseMs = 30_000
/** A run that ends sooner costs no poll of its own; whoever cancels one later is heard at once. */
const settleMs = 500
/** Whoever stops says so, if the edge hears it by then. */
const goodbyeMs = 2_000
/** An edge that stops answers at once: it is not asked as fast as it answers. */
const leastMs = 500

/**
 * Polls until `drain` aborts, then waits for what it holds and says that it is gone. Throws a Fault that no repetition
 * mends (the agent was revoked, say), after what it holds has ended.
 */
export async function work(options: WorkerOptions, drain: AbortSignal): Promise<void> {
  await new Worker(options, drain).run()
}

class Worker {
  readonly #options: WorkerOptions
  readonly #drain: AbortSignal
  readonly #pause: typeof sleep
  readonly #random: () => number
  readonly #held = new Set<Promise<void>>()
  /** Polls in a row that were answered at once, and with nothing. */
  #early = 0
  /** Aborts when the next slot is free. */
  #freed = new AbortController()

  constructor(options: WorkerOptions, drain: AbortSignal) {
    this.#options = options
    this.#drain = drain
    this.#pause = options.sleep ?? sleep
    this.#random = options.random ?? Math.random
  }

  async run(): Promise<void> {
    const drain = this.#drain
    try {
      for (let failures = 0; !drain.aborted;) {
        const free = this.#options.slots - this.#held.size
        if (free <= 0) {
          await this.#listen(drain)
          continue
        }
        const asked = await this.#ask(free, failures)
        failures = asked === 'failed' ? failures + 1 : 0
        if (asked !== 'failed' && asked !== null) this.#begin(asked)
      }
      // Whoever drains still wants to hear what is cancelled.
      while (this.#held.size > 0) await this.#listen(null)
    } finally {
      await Promise.all(this.#held)
    }
    await this.#poll(0, { waitSeconds: 0, signal: AbortSignal.timeout(goodbyeMs) }).catch(() => null)
  }

  #begin(job: Job): void {
    const run = this.#options.execute(job).finally(() => {
      this.#held.delete(run)
      this.#freed.abort()
    })
    this.#held.add(run)
  }

  /** With no slot free: hears what is to stop, until one is or the signal aborts. Does not throw. */
  async #listen(until: AbortSignal | null): Promise<void> {
    this.#freed = new AbortController()
    const signal = until === null ? this.#freed.signal : AbortSignal.any([until, this.#freed.signal])
    await this.#pause(settleMs, signal)
    for (let failures = 0; !signal.aborted;) {
      const before = performance.now()
      try {
        await this.#poll(0, { waitSeconds: MAX_POLL_SECONDS, signal })
        failures = 0
        await this.#pause(before + leastMs - performance.now(), signal)
      } catch (error) {
        if (signal.aborted) break
        this.#options.log.write('debug', 'the edge cannot be asked what is to stop', { error })
        const backoff = backoffMs(failures++, this.#random, longestPauseMs)
        await this.#pause(Math.max(soonestMs(error), leastMs + backoff), signal)
      }
    }
  }

  /** The next job, null when there is none, or `failed` after a pause. Throws what is final. */
  async #ask(slots: number, failures: number): Promise<Job | null | 'failed'> {
    const { ready, log } = this.#options
    const drain = this.#drain
    try {
      if (!await ready(drain)) {
        if (this.#held.size === 0) await this.#pause(longestPauseMs, drain)
        else await this.#listen(AbortSignal.any([drain, AbortSignal.timeout(longestPauseMs)]))
        return null
      }
      const before = performance.now()
      const job = await this.#poll(slots, { waitSeconds: MAX_POLL_SECONDS, signal: drain })
      const left = before + leastMs - performance.now()
      this.#early = job === null && left > 0 ? this.#early + 1 : 0
      // Once is news. Over and over it is an edge that stops, or one that does not wait.
      if (this.#early > 1) await this.#pause(left, drain)
      return job
    } catch (error) {
      if (drain.aborted) return null
      if (verdictOf(error) === 'final') throw error
      log.write(failures === 0 ? 'warn' : 'debug', 'the edge cannot be asked for work; trying again', {
        error,
      })
      await this.#pause(Math.max(soonestMs(error), backoffMs(failures, this.#random, longestPauseMs)), drain)
      return 'failed'
    }
  }

  async #poll(
    slots: number,
    { waitSeconds, signal }: { readonly waitSeconds: number; readonly signal: AbortSignal },
  ): Promise<Job | null> {
    const { edge, about, logSize, heard, heldRuns } = this.#options
    const held = heldRuns.open
    const occupied = { used: this.#held.size, stopping: this.#drain.aborted }
    const asked = { slots, waitSeconds, logSize: await logSize(), held, about: about(occupied) }
    const { job, stop = [], ...news } = await edge.poll(asked, signal)
    heldRuns.stop(stop, held)
    heard(news, asked)
    return job
  }
}

/** Milliseconds before which the edge does not want to be asked again. */
function soonestMs(error: unknown): number {
  return error instanceof AskAgain ? error.afterMs : 0
}
