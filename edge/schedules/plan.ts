/**
 * What a schedule makes of the fire times that have come: which of them gets a run, and which gets none and why.
 * Agents judge every fire time again (`fire_time_refused`), by the same three rules. A fire time has come when its run
 * starts, which is a little later where the schedule has jitter; they are gone through in their order all the same.
 */
import { firesBetween, nextFire, startOf } from '../../shared/schedule.ts'
import type { Schedule } from '../../shared/schemas/pipeline.ts'
import { native } from '../primitives.ts'

/** A fire time that is found later than this was missed: no edge was there. */
export const MISSED_MS = 60_000
/** How far back `catch_up: all` goes; agents go an hour further. */
const CATCH_UP_MS = 7 * 86_400_000 - 3_600_000
/** The most that is made up for at once, the newest; and the most that wait for the run before. */
export const MOST_WAITING = 100
/** Fire times of a week, minute by minute. */
const MOST_PENDING = 7 * 24 * 60 + 1

export type Decision =
  /** Nothing has come. */
  | { readonly kind: 'nothing' }
  /** The times from `fire` up to `next` are not made up for. */
  | { readonly kind: 'missed'; readonly fire: number; readonly next: number | null }
  /** The run before is not over. */
  | { readonly kind: 'skip'; readonly fire: number; readonly next: number | null }
  /** A run, at once or when the run before is over. */
  | { readonly kind: 'run'; readonly fire: number; readonly waits: boolean; readonly next: number | null }

/** What else is going on with the pipeline. */
export interface Situation {
  readonly pipeline: string
  /** A run of it is not over. */
  readonly underWay: boolean
  /** Scheduled runs that wait for the one before. */
  readonly waiting: number
}

/**
 * What to do about `at`, the fire time that comes next, at `now` (both in ms since 1970). `next` is where the schedule
 * goes on, null when it never fires again.
 */
export function decide(
  schedule: Schedule,
  { pipeline, at, now, underWay, waiting }: Situation & { readonly at: number; readonly now: number },
): Decision {
  const given: Given = { at, now, start: (fire) => startOf(native, schedule, { pipeline, fire }) }
  if (given.start(at) > now) return { kind: 'nothing' }
  const pending = pendingFires(schedule, given)
  const first = firstWanted(schedule, { ...given, pending })
  if (first !== at) {
    return { kind: 'missed', fire: at, next: first ?? nextFire(schedule, pending.at(-1) ?? at) }
  }
  const next = nextFire(schedule, at)
  const onTime = now - given.start(at) <= MISSED_MS
  if (underWay && ((onTime && schedule.overlap === 'skip') || waiting >= MOST_WAITING)) {
    return { kind: 'skip', fire: at, next }
  }
  return { kind: 'run', fire: at, waits: underWay, next }
}

interface Given {
  readonly at: number
  readonly now: number
  /** When the run of a fire time starts. */
  readonly start: (fire: number) => number
}

/** The first of the fire times from `at` on that gets a run, null for none. */
function firstWanted(
  schedule: Schedule,
  { now, start, pending }: Given & { readonly pending: readonly number[] },
): number | null {
  switch (schedule.catch_up) {
    case 'none':
      return pending.find((fire) => start(fire) >= now - MISSED_MS) ?? null
    case 'last':
      return pending.at(-1) ?? null
    case 'all':
      return pending.slice(-MOST_WAITING).find((fire) => fire >= now - CATCH_UP_MS) ?? null
  }
}

/** Fire times that have come, `at` among them or before them; of a long absence those of the last week, if any. */
function pendingFires(schedule: Schedule, { at, now, start }: Given): number[] {
  const certain = now - (schedule.jitter ?? 0) * 1000
  const pendingAfter = (after: number) => {
    const fires = firesBetween(schedule, { after, until: now, most: MOST_PENDING })
    const first = fires.findIndex((fire) => fire > certain && start(fire) > now)
    return first < 0 ? fires : fires.slice(0, first)
  }
  const recent = Math.max(at - 1, now - CATCH_UP_MS)
  const fires = pendingAfter(recent)
  return fires.length > 0 || recent < at ? fires : pendingAfter(at - 1)
}
