/** The end of what was leased, told to the edge until it has taken it. */
import { backoffMs, sleep } from '../edge_client/transport.ts'
import { verdictOf } from './failures.ts'

/** As long as a process that has to go still talks to the edge. */
export const handBackForMs = 5_000

interface ReportOptions {
  readonly forMs: number
  /** Aborts when what is held has to be handed back now. */
  readonly handBack: AbortSignal
  /** The lease was lost meanwhile: the end is nobody's business any more. */
  readonly onLost: () => void
}

/** Throws what no repetition mends, and the last failure when the time is over. */
export async function reportEnd(
  tell: (signal: AbortSignal) => Promise<void>,
  { forMs, handBack, onLost }: ReportOptions,
): Promise<void> {
  const began = performance.now()
  for (let attempt = 0;; attempt++) {
    const mostMs = handBack.aborted ? handBackForMs : forMs
    try {
      return await tell(AbortSignal.timeout(mostMs))
    } catch (error) {
      const verdict = verdictOf(error)
      if (verdict === 'lost') return onLost()
      if (verdict === 'final' || performance.now() - began > mostMs) throw error
      await sleep(backoffMs(attempt, Math.random, 10_000), new AbortController().signal)
    }
  }
}
