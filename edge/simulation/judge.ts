/**
 * What an honest agent makes of a job, written down from what is signed and what its pool remembers, and not from the
 * agent's own code (which an edge never imports): an honest edge hands out nothing that is refused here, and whatever it
 * hands out, nothing is attempted more often than was signed. Agents of a pool share one memory, as they share an anchor.
 */
import { runId } from '../../shared/ids.ts'
import { fromBase64, fromUtf8 } from '../../shared/bytes.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { RunJob } from '../../shared/schemas/job.ts'
import { native } from '../primitives.ts'
import type { Base } from './base.ts'
import { Violation } from './violation.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** The end that a run would follow counts no more: the one that it follows is attempted again. */
const SINCE = 'the run that it follows has been redriven since'
/** The agent stood still with it, and lost it; if not, it should not have been handed out. */
const LATER = 'a later time has had its run'

export type End = 'succeeded' | 'partial' | 'failed' | 'refused' | 'cancelled'

/** A run as a pool remembers it. */
interface Known {
  readonly trigger: string
  readonly day: string
  attempts: number
  ended: End | null
  readonly redrives: Set<string>
}

/** `count`: it may be attempted. Else why not, and how the run had ended when it had. */
export type Verdict =
  | { readonly kind: 'count' }
  | { readonly kind: 'over'; readonly end: End }
  | { readonly kind: 'used' }
  /** Only who has lost the run may find it so. */
  | { readonly kind: 'late' }

type Trigger = RunJob['run']['trigger']

export class Judge {
  readonly #base: Base
  readonly #runs = new Map<string, Map<string, Known>>()
  readonly #fired = new Map<string, number>()
  /** Runs and fences whose end had been before. */
  readonly repeated = new Set<string>()
  /** Jobs that were judged. */
  count = 0

  constructor(base: Base) {
    this.#base = base
  }

  /** Counts the attempt, before the edge hears that it has begun. Throws a Violation for what is never to be handed out. */
  judge(job: RunJob, now: number): Verdict {
    this.count++
    const { run } = job
    const { tenant, limits } = this.#signed(run.pipeline_id)
    const runs = this.#of(run.pipeline_id)
    const known = runs.get(run.id)
    const key = keyOf(run.trigger)
    const wrong = (why: string): never => {
      throw new Violation(
        `an agent would refuse run ${run.id} (${JSON.stringify(run.trigger).slice(0, 200)}): ${why}`,
      )
    }
    if (key === null) return wrong('nobody has signed for it')
    if (runId(native, { tenant, pipeline: run.pipeline_id, trigger: key }) !== run.id) {
      wrong('it has another id than its trigger gives it')
    }
    const redrive = run.redrive === undefined
      ? null
      : requestId(run.redrive, { tenant, pipeline: run.pipeline_id })
    const again = known !== undefined || redrive !== null
    const refusal = this.#refusal(run.pipeline_id, run.trigger, { now, again })
    if (refusal === SINCE) return { kind: 'used' }
    if (refusal === LATER) return { kind: 'late' }
    if (refusal !== null) wrong(refusal)
    if (redrive !== null && !known?.redrives.has(redrive)) return this.#redriven(job, redrive, now)
    if (known === undefined) {
      this.#remember(job, { now, redrives: [] })
      return { kind: 'count' }
    }
    if (known.ended !== null) return this.#over(job, known.ended)
    if (known.attempts > limits.retries) return { kind: 'used' }
    known.attempts++
    return { kind: 'count' }
  }

  /** The trigger has had its run. */
  ended({ run }: RunJob, end: End): void {
    const known = this.#of(run.pipeline_id).get(run.id)
    if (known !== undefined) known.ended ??= end
  }

  /** Handed back unfinished: the attempt does not count. */
  released({ run }: RunJob): void {
    const known = this.#of(run.pipeline_id).get(run.id)
    if (known !== undefined && known.ended === null && known.attempts > 0) known.attempts--
  }

  #signed(pipeline: string) {
    const signed = this.#base.signed.get(pipeline)
    if (signed === undefined) throw new Violation(`pipeline ${pipeline} was never signed`)
    return signed.document
  }

  #of(pipeline: string): Map<string, Known> {
    const found = this.#runs.get(pipeline) ?? new Map<string, Known>()
    this.#runs.set(pipeline, found)
    return found
  }

  #redriven(job: RunJob, redrive: string, now: number): Verdict {
    const known = this.#of(job.run.pipeline_id).get(job.run.id)
    if (known?.ended === 'succeeded') return this.#over(job, 'succeeded')
    if (known === undefined) this.#remember(job, { now, redrives: [redrive] })
    else {
      known.redrives.add(redrive)
      Object.assign(known, { attempts: 1, ended: null })
    }
    return { kind: 'count' }
  }

  /** Its agent says once more how it ended, and does nothing. */
  #over({ run: { id }, lease: { fence } }: RunJob, end: End): Verdict {
    this.repeated.add(`${id}/${fence}`)
    return { kind: 'over', end }
  }

  #remember({ run }: RunJob, { now, redrives }: { readonly now: number; readonly redrives: string[] }): void {
    const { trigger, pipeline_id: pipeline } = run
    const day = trigger.kind === 'after'
      ? dayOfEnd(trigger.day, now)
      : 'day' in trigger
      ? trigger.day
      : dayOf('fire' in trigger ? Date.parse(trigger.fire) : now)
    const known = { trigger: trigger.kind, day, attempts: 1, ended: null, redrives: new Set(redrives) }
    this.#of(pipeline).set(run.id, known)
    if (trigger.kind !== 'schedule') return
    this.#fired.set(pipeline, Math.max(Date.parse(trigger.fire), this.#fired.get(pipeline) ?? 0))
  }

  /** Why the trigger starts nothing; null when it may. `again`: its run was accepted, or a signed redrive names it. */
  #refusal(
    pipeline: string,
    trigger: Trigger,
    { now, again }: { readonly now: number; readonly again: boolean },
  ): string | null {
    switch (trigger.kind) {
      case 'api':
      case 'webhook': {
        const most = this.#signed(pipeline).triggers[trigger.kind]?.per_day ?? 0
        if (trigger.slot < 1 || trigger.slot > most) return `${most} a day were signed`
        const start = Date.parse(`${trigger.day}T00:00:00.000Z`)
        if (now < start - 10 * MINUTE_MS) return 'its day has not come'
        return !again && now >= start + DAY_MS + HOUR_MS ? 'its day is over' : null
      }
      case 'schedule':
        return this.#fireRefusal(pipeline, Date.parse(trigger.fire), { now, again })
      case 'after':
        return again ? null : this.#endRefusal(pipeline, trigger, now)
      default:
        return 'nobody has signed for it'
    }
  }

  /** All schedules of the simulation fire each minute, and make up for what was missed. */
  #fireRefusal(
    pipeline: string,
    fire: number,
    { now, again }: { readonly now: number; readonly again: boolean },
  ): string | null {
    if (this.#signed(pipeline).triggers.schedule === undefined) return 'it has no schedule'
    if (fire % MINUTE_MS !== 0) return 'the schedule has no such time'
    if (fire > now + MINUTE_MS) return 'its time has not come'
    if (again) return null
    if (fire <= (this.#fired.get(pipeline) ?? 0)) return LATER
    return fire < now - 7 * DAY_MS ? 'it was missed too long ago' : null
  }

  #endRefusal(
    pipeline: string,
    { run, day, redrive }: Extract<Trigger, { readonly kind: 'after' }>,
    now: number,
  ): string | null {
    const { after } = this.#signed(pipeline).triggers
    if (after === undefined) return 'it follows nothing'
    const known = this.#of(after.pipeline).get(run)
    if (known === undefined) return 'nobody has had the run that it follows'
    if ([...known.redrives].at(-1) !== redrive) return SINCE
    // Who was lost says no end.
    const ends: readonly string[] = known.ended === null ? ['failed', 'partial'] : [known.ended]
    if (!after.on.some((end) => ends.includes(end))) {
      return `the run that it follows has ended: ${known.ended}`
    }
    const today = dayOfEnd(day, now)
    const had = [...this.#of(pipeline).values()].filter(({ day }) => day === today).length
    return had >= after.per_day ? `it has followed ${had} times today` : null
  }
}

/** Of a signed request, as if it were a trigger. */
export function requestId(
  { payload }: Dsse,
  of: { readonly tenant: string; readonly pipeline: string },
): string {
  const { issued, nonce } = JSON.parse(fromUtf8(fromBase64(payload)))
  return runId(native, { ...of, trigger: { kind: 'request', issued, nonce } })
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** As the edge has counted it, unless that day is neither today nor was an hour ago. */
function dayOfEnd(said: string | undefined, now: number): string {
  const near = said !== undefined && [now - HOUR_MS, now, now + 10 * MINUTE_MS].map(dayOf).includes(said)
  return near ? said : dayOf(now)
}

/** The trigger as a run's id is made of it; null for one that the simulation does not know. */
function keyOf(trigger: Trigger): Parameters<typeof runId>[1]['trigger'] | null {
  switch (trigger.kind) {
    case 'api':
    case 'webhook':
      return { kind: trigger.kind, day: trigger.day, slot: trigger.slot }
    case 'schedule':
      return { kind: 'schedule', fire: trigger.fire }
    case 'after':
      return { kind: 'after', run: trigger.run, redrive: trigger.redrive }
    default:
      return null
  }
}
