/** What the anchor counts of a pipeline: attempts, runs of the day, fire times, and how each run has ended. */
import { Fault } from '../../shared/faults.ts'
import { firesBetween } from '../../shared/schedule.ts'
import type { AnchoredRun, PipelineAnchor } from '../../shared/schemas/anchor.ts'
import { MAX_JITTER_SECONDS } from '../../shared/schemas/pipeline.ts'
import { MAX_REQUEST_MS } from '../../shared/schemas/request.ts'
import { checkClock, withClock } from '../trust/anchor.ts'
import type { Redrive } from './redrive.ts'
import { type Asked, type Checked, dayMs, lateMs } from './trigger.ts'

/** How long a run that was accepted may be attempted again after its trigger has ended. */
const retryMs = dayMs
/** From its beginning on a day may have runs: to its end, and what jitter and an hour's delay put off beyond it. */
const countsMs = dayMs + MAX_JITTER_SECONDS * 1000 + lateMs + 1

/**
 * The pipeline's object with this attempt counted. Throws `trigger_used` when the trigger has had its run,
 * `limit_reached` when the attempts or the runs of the day are used up, `clock_turned_back` when time has.
 */
export function countAttempt(object: PipelineAnchor, asked: Asked, checked: Checked): PipelineAnchor {
  const { pipeline: { document: { limits, triggers } }, now } = asked
  checkClock(object, now)
  const known = object.runs.find((run) => run.id === checked.id)
  const { redrive } = checked
  if (redrive !== null && !known?.redrives?.includes(redrive.id)) {
    const run = redriven(known ?? firstOf(object, checked, now), redrive, now)
    return withRun(known ? object : { ...object, fired: firedBy(object, checked) }, run, now)
  }
  if (known && known.ended !== null) throw new Fault('trigger_used')
  if (known) {
    if (now >= Date.parse(known.until)) {
      throw new Fault('trigger_used', 'The run is too old to be attempted again.')
    }
    if (known.attempts > limits.retries) {
      throw new Fault('limit_reached', `The run has had its ${known.attempts} attempts.`)
    }
    return withRun(object, { ...known, attempts: known.attempts + 1 }, now)
  }
  const { day } = checked
  const most = limits.runs_per_day
  if (
    most !== undefined && Math.max(runsOfDay(object, day), firesOfDay(object, asked, { day, most })) >= most
  ) {
    throw new Fault('limit_reached', `The pipeline has had its ${most} runs of ${day}.`)
  }
  const follows = triggers.after?.per_day ?? 0
  if (checked.kind === 'after' && runsOfDay(object, day, 'after') >= follows) {
    throw new Fault('limit_reached', `The pipeline has followed the other one ${follows} times on ${day}.`)
  }
  return withRun({ ...object, fired: firedBy(object, checked) }, firstOf(object, checked, now), now)
}

/** The newest fire time that has had its run: a redrive may also bring back an older one. */
function firedBy({ fired }: PipelineAnchor, { fire }: Checked): string | null {
  return fire === null || (fired !== null && fire <= fired) ? fired : fire
}

const keptUntil = (until: number, now: number) =>
  new Date(Math.min(until, now + MAX_REQUEST_MS) + retryMs).toISOString()

function firstOf({ pipeline }: PipelineAnchor, checked: Checked, now: number): AnchoredRun {
  const { id, kind: trigger, day } = checked
  const counts = new Date(Date.parse(`${day}T00:00:00.000Z`) + countsMs).toISOString()
  const [until] = [keptUntil(checked.until, now), counts].sort().reverse() as [string]
  return { id, pipeline, trigger, day, attempts: 1, ended: null, until }
}

/** The run with the attempts of a pipeline once more. What has moved everything has nothing left to do. */
function redriven(run: AnchoredRun, redrive: Redrive, now: number): AnchoredRun {
  if (run.ended?.status === 'succeeded') throw new Fault('trigger_used')
  const [until] = [run.until, keptUntil(redrive.until, now)].sort().reverse() as [string]
  return { ...run, attempts: 1, ended: null, until, redrives: [...run.redrives ?? [], redrive.id] }
}

function runsOfDay(
  { runs }: Pick<PipelineAnchor, 'runs'>,
  day: string,
  trigger?: AnchoredRun['trigger'],
): number {
  return runs.filter((run) => run.day === day && (trigger ?? run.trigger) === run.trigger).length
}

/**
 * Of a day that is long over, whose entries may be gone while its fire times are still made up for: whatever the schedule
 * has up to the one that was accepted last may have had its run. At most `most`.
 */
function firesOfDay(
  { fired }: PipelineAnchor,
  { pipeline: { document: { triggers: { schedule } } }, now }: Asked,
  { day, most }: { readonly day: string; readonly most: number },
): number {
  const start = Date.parse(`${day}T00:00:00.000Z`)
  if (schedule === undefined || fired?.slice(0, 10) !== day || now < start + countsMs) return 0
  return firesBetween(schedule, { after: start - 1, until: Date.parse(fired), most }).length
}

export type Ended = NonNullable<AnchoredRun['ended']>

/** The object in which this run's trigger is used up. */
export function markDone(
  object: PipelineAnchor,
  id: string,
  { ended, now }: { readonly ended: Ended; readonly now: number },
): PipelineAnchor {
  const run = object.runs.find((one) => one.id === id)
  return run === undefined || run.ended !== null ? object : withRun(object, { ...run, ended }, now)
}

/** The object in which an attempt that was handed back unfinished does not count. The run does: it is still to come. */
export function uncountAttempt(object: PipelineAnchor, id: string): PipelineAnchor {
  const run = object.runs.find((one) => one.id === id)
  if (run === undefined || run.ended !== null || run.attempts === 0) return object
  const runs = object.runs.map((one) => one === run ? { ...run, attempts: run.attempts - 1 } : one)
  return { ...object, runs }
}

/**
 * The object as if the attempt had not been counted: what it was counted on has changed meanwhile. `before` is what it
 * was then; others may have counted since.
 */
export function withoutAttempt(
  object: PipelineAnchor,
  { id, fire, redrive }: Pick<Checked, 'id' | 'fire' | 'redrive'>,
  before: Pick<PipelineAnchor, 'runs' | 'fired'>,
): PipelineAnchor {
  const run = object.runs.find((one) => one.id === id)
  const was = before.runs.find((one) => one.id === id)
  // Of what it was before the redrive nothing is left in the entry.
  if (redrive && was && run?.attempts === 1 && !was.redrives?.includes(redrive.id)) {
    return { ...object, runs: object.runs.map((one) => one === run ? was : one) }
  }
  const first = !before.runs.some((one) => one.id === id)
  if (!first || run?.ended !== null || run.attempts > 1) return uncountAttempt(object, id)
  const fired = object.fired === fire ? before.fired : object.fired
  return { ...object, fired, runs: object.runs.filter((one) => one !== run) }
}

/** Entries whose trigger is refused for its age anyway may go: the clock that says so is kept, and cannot go back. */
function withRun(object: PipelineAnchor, run: AnchoredRun, now: number): PipelineAnchor {
  const others = object.runs.filter((one) => one.id !== run.id && now < Date.parse(one.until))
  return withClock({ ...object, runs: [...others, run] }, now)
}
