/** The policy's runs a day: opened after the attempt was counted, so the anchor already has it. */
import { Fault } from '../../shared/faults.ts'
import type { AnchoredRun } from '../../shared/schemas/anchor.ts'

/**
 * Throws `limit_reached` when as many other runs of this one's day have been had: those that were refused for the limit
 * itself are none. Of two at once both may be refused, and never one too many goes through.
 */
export function checkRunsOfDay(
  runs: readonly AnchoredRun[],
  { id, most }: { readonly id: string; readonly most: number },
): void {
  const day = runs.find((run) => run.id === id)?.day
  const others = runs.filter((run) => run.id !== id && run.day === day && run.ended?.code !== 'limit_reached')
  if (others.length < most) return
  throw new Fault(
    'limit_reached',
    `The pipeline has had its ${most} runs of ${day}; the policy allows no more.`,
  )
}
