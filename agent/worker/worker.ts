/** Poll and drain: takes runs while there are free slots, and on the way out finishes what it holds. */
import type { Job } from '../../shared/schemas/job.ts'
import { MAX_POLL_SECONDS } from '../../shared/protocol.ts'
import type { AgentEdge, Polled } from '../edge_client/agent_edge.ts'
import { backoffMs, sleep } from '../edge_client/transport.ts'
import type { Log } from '../logs/log.ts'
import { verdictOf } from './failures.ts'

export interface WorkerOptions {
  readonly edge: Pick<AgentEdge, 'poll'>
  readonly slots: number
  /** Carries one job out, to its report. Does not throw. */
  readonly execute: (job: Job) => Promise<void>
  /** Size of the audit log that the anchor remembers; does not throw. */
  readonly logSize: () => Promise<number>
  /** Told what every poll says beside its job. Does not throw, and does not keep the next poll waiting. */
  readonly heard: (news: Pick<Polled, 'newest' | 'log'>, asked: { readonly logSize: number }) => void
  /** False when nothing may be opened now: then nothing is asked for. Called before each poll; does not throw. */
  readonly ready: (signal: AbortSignal) => Promise<boolean>
  readonly log: Pick<Log, 'write'>
  readonly random?: () => number
}

const longestPauseMs = 30_000

/**
 * Polls until `drain` aborts, then waits for what it holds. Throws a Fault that no repetition mends (the agent was
 * revoked, say), after what it holds has ended.
 */
export async function work(options: WorkerOptions, drain: AbortSignal): Promise<void> {
  const { slots, execute } = options
  const held = new Set<Promise<void>>()
  const stopped = new Promise<void>((resolve) => {
    if (drain.aborted) resolve()
    drain.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    for (let failures = 0; !drain.aborted;) {
      if (held.size >= slots) {
        await Promise.race([...held, stopped])
        continue
      }
      const asked = await ask(options, { slots: slots - held.size, failures }, drain)
      failures = asked === 'failed' ? failures + 1 : 0
      if (asked === 'failed' || asked === null) continue
      const run = execute(asked).finally(() => held.delete(run))
      held.add(run)
    }
  } finally {
    await Promise.all(held)
  }
}

/** The next job, null when there is none, or `failed` after a pause. Throws what is final. */
async function ask(
  { edge, ready, logSize, heard, log, random = Math.random }: WorkerOptions,
  { slots, failures }: { slots: number; failures: number },
  drain: AbortSignal,
): Promise<Job | null | 'failed'> {
  try {
    if (!await ready(drain)) {
      await sleep(longestPauseMs, drain)
      return null
    }
    const asked = { slots, waitSeconds: MAX_POLL_SECONDS, logSize: await logSize() }
    const { job, ...news } = await edge.poll(asked, drain)
    heard(news, asked)
    return job
  } catch (error) {
    if (drain.aborted) return null
    if (verdictOf(error) === 'final') throw error
    log.write(failures === 0 ? 'warn' : 'debug', 'the edge cannot be asked for work; trying again', { error })
    await sleep(backoffMs(failures, random, longestPauseMs), drain)
    return 'failed'
  }
}
