/** The steps that a run may take, as edge/runs/README.md draws them: written down once more, and held against the rows. */
import type { RunState } from '../../shared/schemas/run.ts'

interface Step {
  readonly to: RunState
  /** What it takes: a claim raises the fence, a redrive is counted. */
  readonly takes?: 'claim' | 'redrive'
}

const to = (...states: RunState[]): Step[] => states.map((state) => ({ to: state }))
const anew: Step[] = [{ to: 'queued', takes: 'redrive' }]
const ends = to('succeeded', 'partial', 'failed', 'refused', 'cancelled', 'dead')

const steps: Readonly<Record<RunState, readonly Step[]>> = {
  queued: [{ to: 'leased', takes: 'claim' }, ...to('cancelled', 'refused')],
  leased: [...to('running', 'queued'), ...ends],
  running: [...to('queued'), ...ends],
  partial: anew,
  failed: anew,
  refused: anew,
  dead: anew,
  succeeded: [],
  cancelled: [],
}

interface Standing {
  readonly state: RunState
  readonly fence: number
  readonly redriven: number
}

/** Several plans share a commit, so a row may have taken several steps. */
const MOST_STEPS = 4

export function canGo(before: Standing, after: Standing): boolean {
  const redrives = after.redriven - before.redriven
  const fences = after.fence - before.fence
  const reaches = (
    state: RunState,
    left: { readonly steps: number; readonly redrives: number; readonly fences: number },
  ): boolean => {
    if (left.redrives < 0 || left.fences < 0) return false
    if (state === after.state && left.redrives === 0) return true
    if (left.steps === 0) return false
    return steps[state].some((step) =>
      reaches(step.to, {
        steps: left.steps - 1,
        redrives: left.redrives - (step.takes === 'redrive' ? 1 : 0),
        fences: left.fences - (step.takes === 'claim' ? 1 : 0),
      })
    )
  }
  return reaches(before.state, { steps: MOST_STEPS, redrives, fences })
}
