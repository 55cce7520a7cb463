/** Makes a trace that goes wrong shorter: leaves out whatever acts from outside it goes wrong without. */
import { type Result, simulated } from './run.ts'

interface Shrinking {
  readonly folder: string
  readonly seed: number
  /** Told how many acts are left, whenever that is fewer. */
  readonly onFewer?: (left: number) => void
}

async function once({ folder, seed }: Shrinking, acts?: readonly number[]): Promise<Result> {
  const all = simulated({ folder, from: seed, count: 1, ...(acts === undefined ? {} : { acts }) })
  for await (const result of all) return result
  throw new Error('the simulation gave no verdict')
}

/**
 * The numbers of acts that are enough for the seed to go wrong, not always in the same way; null when it does not.
 * Leaves out halves, then quarters, at last one by one.
 */
export async function shrunk(
  of: Shrinking,
): Promise<{ readonly acts: number[]; readonly result: Result } | null> {
  let result = await once(of)
  if (result.violation === null) return null
  let acts = Array.from({ length: result.acts }, (_, number) => number)
  for (let size = Math.ceil(acts.length / 2);; size = Math.ceil(size / 2)) {
    for (let from = 0; from < acts.length;) {
      const left = [...acts.slice(0, from), ...acts.slice(from + size)]
      const tried = await once(of, left)
      if (tried.violation === null) from += size
      else {
        acts = left
        result = tried
        of.onFewer?.(acts.length)
      }
    }
    if (size <= 1) return { acts, result }
  }
}
