/** Poll and drain: takes runs while there are free slots, and on the way out finishes what it holds. */
import type { Job } from '../../shared/schemas/job.ts'
import { MAX_POLL_SECONDS } from '../../shared/protocol.ts'
import type { AgentEdge, Polled } from '../edge_client/agent_edge.ts'
import { AskAgain } from '../edge_client/problem.ts'
import { backoffMs, sleep } from '../edge_client/transport.ts'
import type { Log } from '../logs/log.ts'
import { verdictOf } from './failures.ts'
import type { HeldRuns } from './held_runs.ts'

export interface WorkerOptions {
  readonly edge: Pick<AgentEdge, 'poll'>
  readonly slots: number
  /** Carries one job out, to its report. Does not throw. */
  readonly execute: (job: Job) => Promise<void>
  /** Polls tell of these, and hear which are to stop. */
  readonly heldRuns: Pick<HeldRuns, 'open' | 'stop'>
  /** Size of the audit log that the anchor remembers; does not throw. */
  readonly logSize: () => Promise<number>
  /** Told what every poll says beside its job. Does not throw, and does not keep the next poll waiting. */
  readonly heard: (news: Pick<Polled, 'newest' | 'log'>, asked: { readonly logSize: number }) => void
  /** False when nothing may be opened now: then nothing is asked for. Called before each poll; does not throw. */
  readonly ready: (signal: AbortSignal) => Promise<boolean>
  readonly log: Pick<Log, 'write'>
  readonly random?: () => number
  readonly sleep?: typeof sleep
}

const longestPauseMs = 30_000
/** A run that ends sooner costs no poll of its own; whoever cancels one later is heard at once. */
const settleMs = 500
/** An edge that stops answers at once: whoever holds runs does not ask it as fast as it answers. */
const leastMs = 500

/**
 * Polls until `drain` aborts, then waits for what it holds. Throws a Fault that no repetition mends (the agent was
 * revoked, say), after what it holds has ended.
 */
export async function work(options: WorkerOptions, drain: AbortSignal): Promise<void> {
  const { slots, execute } = options
  const held = new Set<Promise<void>>()
  let freed = new AbortController()
  try {
    for (let failures = 0; !drain.aborted;) {
      const full = held.size >= slots
      if (full) freed = new AbortController()
      const asked = full
        ? await listen(options, AbortSignal.any([drain, freed.signal]))
        : await ask(options, { slots: slots - held.size, failures }, drain)
      failures = asked === 'failed' ? failures + 1 : 0
      if (asked === 'failed' || asked === null) continue
      const run = execute(asked).finally(() => {
        held.delete(run)
        freed.abort()
      })
      held.add(run)
    }
    // Whoever drains still wants to hear what is cancelled.
    while (held.size > 0) {
      freed = new AbortController()
      await listen(options, freed.signal)
    }
  } finally {
    await Promise.all(held)
  }
}

/** With no slot free: hears what is to stop, until the signal aborts. Does not throw. */
async function listen(options: WorkerOptions, signal: AbortSignal): Promise<null> {
  const pause = options.sleep ?? sleep
  await pause(settleMs, signal)
  for (let failures = 0; !signal.aborted;) {
    const before = performance.now()
    try {
      await poll(options, 0, signal)
      failures = 0
      await pause(before + leastMs - performance.now(), signal)
    } catch (error) {
      if (signal.aborted) break
      options.log.write('debug', 'the edge cannot be asked what is to stop', { error })
      const backoff = backoffMs(failures++, options.random ?? Math.random, longestPauseMs)
      await pause(Math.max(soonestMs(error), leastMs + backoff), signal)
    }
  }
  return null
}

/** The next job, null when there is none, or `failed` after a pause. Throws what is final. */
async function ask(
  options: WorkerOptions,
  { slots, failures }: { slots: number; failures: number },
  drain: AbortSignal,
): Promise<Job | null | 'failed'> {
  const { ready, log, random = Math.random, sleep: pause = sleep } = options
  try {
    if (!await ready(drain)) {
      if (options.heldRuns.open.length === 0) await pause(longestPauseMs, drain)
      else await listen(options, AbortSignal.any([drain, AbortSignal.timeout(longestPauseMs)]))
      return null
    }
    return await poll(options, slots, drain)
  } catch (error) {
    if (drain.aborted) return null
    if (verdictOf(error) === 'final') throw error
    log.write(failures === 0 ? 'warn' : 'debug', 'the edge cannot be asked for work; trying again', { error })
    await pause(Math.max(soonestMs(error), backoffMs(failures, random, longestPauseMs)), drain)
    return 'failed'
  }
}

/** Milliseconds before which the edge does not want to be asked again. */
function soonestMs(error: unknown): number {
  return error instanceof AskAgain ? error.afterMs : 0
}

async function poll(options: WorkerOptions, slots: number, signal: AbortSignal): Promise<Job | null> {
  const { edge, logSize, heard, heldRuns } = options
  const held = heldRuns.open
  const asked = { slots, waitSeconds: MAX_POLL_SECONDS, logSize: await logSize(), held }
  const { job, stop = [], ...news } = await edge.poll(asked, signal)
  heldRuns.stop(stop, held)
  heard(news, asked)
  return job
}
