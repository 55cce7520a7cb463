/**
 * Trigger and limits: what may start a run, once. The edge says "P by this signed request", "P by slot s of day d", "P by
 * its fire time T" or "P after the run r"; whether that trigger has had its run already is written in the anchor, not
 * at the edge.
 */
import { Fault } from '../../shared/faults.ts'
import { runId, type RunTrigger } from '../../shared/ids.ts'
import { checkParameters, defaultsOf } from '../../shared/parameters.ts'
import { MAX_CLOCK_SKEW_SECONDS } from '../../shared/protocol.ts'
import { isFire, nextFire, startOf } from '../../shared/schedule.ts'
import type { Anchor, PipelineAnchor } from '../../shared/schemas/anchor.ts'
import { Day, Time } from '../../shared/schemas/fields.ts'
import type { RunJob } from '../../shared/schemas/job.ts'
import type { ParameterValues } from '../../shared/schemas/parameter.ts'
import type { Request } from '../../shared/schemas/request.ts'
import type { SignedDocument } from '../../shared/sign/documents.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import type { VerifiedIndex } from '../../shared/trust/index_walk.ts'
import { native } from '../primitives.ts'
import type { Footing } from '../trust/footing.ts'
import { checkAfter } from './after.ts'
import { checkAction } from './ordered.ts'
import { checkRedrive, type Redrive } from './redrive.ts'

export const dayMs = 86_400_000
/** A run that was queued may be picked up so much later than its day or its fire time. */
export const lateMs = 3_600_000
export const skewMs = 600_000
/** How far back `catch_up: all` makes up for what was missed. */
const catchUpMs = 7 * dayMs

/** What a trigger orders, once it checks. */
export interface RunOrder {
  readonly action: Request['action']
  readonly parameters: ParameterValues
}

/** A trigger that checks, and the moment from which it is refused. */
export interface Checked extends RunOrder {
  readonly id: string
  readonly kind: RunTrigger['kind']
  readonly until: number
  /** The UTC day that its run counts for. */
  readonly day: string
  /** The fire time of a schedule; null otherwise. */
  readonly fire: string | null
  /** What lets the run be attempted again; null otherwise. */
  readonly redrive: Redrive | null
}

export interface Asked {
  readonly job: RunJob
  readonly footing: Footing
  readonly index: VerifiedIndex
  readonly pipeline: SignedDocument<'pipeline'>
  /** What this pool's anchor remembers of the pipeline that it follows, if it follows one. */
  readonly upstream: PipelineAnchor | null
  /** The anchor's root, which lists the pipeline. */
  readonly root: Pick<Anchor, 'lost' | 'pipelines'>
  /** Milliseconds of this host's clock. */
  readonly now: number
}

/**
 * Throws `signature_invalid`, `signer_not_allowed`, `denied`, `request_mismatch`, `request_expired`,
 * `trigger_not_allowed`, `fire_time_refused`, `upstream_refused`, `trigger_before_anchor`, `parameter_refused`. A trigger
 * that is too old still attempts a run that the anchor knows, or that a signed redrive names.
 */
export function checkTrigger(asked: Asked, seen: Pick<PipelineAnchor, 'runs' | 'fired'>): Checked {
  const { job, pipeline, footing, root } = asked
  const redrive = checkRedrive(asked, seen)
  const known = redrive !== null || seen.runs.some(({ id }) => id === job.run.id)
  const { trigger, began, ...found } = checkKind(asked, { known, fired: seen.fired })
  const id = runId(native, { tenant: footing.pin.tenant, pipeline: pipeline.document.id, trigger })
  if (id !== job.run.id) {
    throw new Fault('request_mismatch', 'The run has another id than its trigger gives it.')
  }
  if (root.lost !== null && (redrive?.began ?? began) < Date.parse(root.lost)) {
    throw new Fault('trigger_before_anchor', `The anchor was made anew at ${root.lost}; this is from before.`)
  }
  const fire = trigger.kind === 'schedule' ? trigger.fire : null
  return { id, kind: trigger.kind, fire, redrive, ...found }
}

interface Found extends RunOrder {
  readonly trigger: RunTrigger
  /** When it was given, in ms: an anchor made anew after that cannot know whether it had its run. */
  readonly began: number
  readonly until: number
  readonly day: string
}

interface Remembered {
  readonly known: boolean
  readonly fired: string | null
}

function checkKind(asked: Asked, { known, fired }: Remembered): Found {
  switch (asked.job.run.trigger.kind) {
    case 'request':
      return checkRequest(asked, known)
    case 'api':
      return checkSlot(asked, known)
    case 'schedule':
      return checkFire(asked, { known, fired })
    case 'webhook':
      return checkCall(asked, known)
    case 'after':
      return checkEnd(asked, known)
  }
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

function checkRequest({ job, footing, index, pipeline, now }: Asked, known: boolean): Found {
  if (job.run.trigger.kind !== 'request') throw new TypeError('not a request')
  const { document } = verifyAuthored(native, {
    trust: footing.chain.document,
    deny: footing.floor?.deny ?? [],
    type: 'request',
    project: pipeline.document.project,
    dsse: job.run.trigger.request,
  })
  const { pipeline: wanted, pool, issued, expires, nonce, action, parameters, redrive } = document
  if (wanted.id !== pipeline.document.id) {
    throw new Fault('request_mismatch', 'The request is for another pipeline.')
  }
  if (redrive !== undefined) {
    throw new Fault('request_mismatch', 'The request lets a run be attempted again; it starts none.')
  }
  // A redrive names the version that counts.
  if (wanted.hash !== pipeline.hash && job.run.redrive === undefined) {
    throw new Fault('request_mismatch', 'The request is for another version of the pipeline.')
  }
  if (pool !== footing.ring.pool) throw new Fault('request_mismatch', 'The request is for another pool.')
  if (document.index > index.document.number) {
    throw new Fault(
      'index_rolled_back',
      `The request was signed by index ${document.index}; the edge shows an older one.`,
    )
  }
  const until = Date.parse(expires)
  const began = Date.parse(issued)
  if (now >= until && !known) throw new Fault('request_expired')
  if (now < began - skewMs) {
    throw new Fault('request_expired', 'The request was issued in the future: is the clock right?')
  }
  const declared = pipeline.document.parameters
  const values = checkParameters(declared, parameters, { unsigned: false })
  checkAction(action, declared)
  return {
    trigger: { kind: 'request', issued, nonce },
    began,
    until,
    day: dayOf(now),
    action,
    parameters: values,
  }
}

function checkSlot({ job, pipeline, now }: Asked, known: boolean): Found {
  if (job.run.trigger.kind !== 'api') throw new TypeError('not a slot')
  const { day, slot, parameters = {} } = job.run.trigger
  const { api } = pipeline.document.triggers
  if (api === undefined) throw new Fault('trigger_not_allowed', 'The pipeline takes no unsigned runs.')
  const found = checkDay({ day, slot, perDay: api.per_day }, { known, now })
  const values = checkParameters(pipeline.document.parameters, parameters, { unsigned: true })
  return { trigger: { kind: 'api', day, slot }, ...found, day, action: 'run', parameters: values }
}

/** Whether somebody has called the webhook, the edge alone knows: its word counts so often a day as was signed. */
function checkCall({ job, pipeline, now }: Asked, known: boolean): Found {
  if (job.run.trigger.kind !== 'webhook') throw new TypeError('not a webhook')
  const { day, slot } = job.run.trigger
  const { webhook } = pipeline.document.triggers
  if (webhook === undefined) throw new Fault('trigger_not_allowed', 'The pipeline has no webhook.')
  const found = checkDay({ day, slot, perDay: webhook.per_day }, { known, now })
  const parameters = defaultsOf(pipeline.document.parameters)
  return { trigger: { kind: 'webhook', day, slot }, ...found, day, action: 'run', parameters }
}

function checkEnd({ job, pipeline, footing, upstream, now }: Asked, known: boolean): Found {
  if (job.run.trigger.kind !== 'after') throw new TypeError('not an end')
  const { run, redrive, day } = job.run.trigger
  const { triggers: { after }, parameters: declared } = pipeline.document
  const found = checkAfter({ after, run, redrive, pool: footing.ring.pool, upstream, now, known })
  const parameters = defaultsOf(declared)
  const counted = dayOfEnd(day, now)
  return { trigger: { kind: 'after', run, redrive }, ...found, day: counted, action: 'run', parameters }
}

/** The day that the edge says while that is one of now, as for slots; else a run that waits at midnight counts twice. */
function dayOfEnd(said: string | undefined, now: number): string {
  if (said === undefined || !Day.safeParse(said).success) return dayOf(now)
  const start = Date.parse(`${said}T00:00:00.000Z`)
  return now >= start - skewMs && now < start + dayMs + lateMs ? said : dayOf(now)
}

/** A slot of a day that is not over, or was not long ago. */
function checkDay(
  { day, slot, perDay }: { readonly day: string; readonly slot: number; readonly perDay: number },
  { known, now }: { readonly known: boolean; readonly now: number },
): Pick<Found, 'began' | 'until'> {
  if (!Number.isInteger(slot) || slot < 1 || slot > perDay) {
    throw new Fault(
      'trigger_not_allowed',
      `The pipeline allows ${perDay} unsigned runs a day; this is number ${slot}.`,
    )
  }
  if (!Day.safeParse(day).success) throw new Fault('trigger_not_allowed', 'That is no day.')
  const start = Date.parse(`${day}T00:00:00.000Z`)
  const until = start + dayMs + lateMs
  if (now < start - skewMs || (now >= until && !known)) {
    throw new Fault('trigger_not_allowed', `The unsigned run is of ${day}, which is not today.`)
  }
  return { began: start, until }
}

/**
 * A fire time of the signed schedule: not in the future, with what its jitter adds; later than the last one accepted and
 * than the pipeline's first listing. One that is up to an hour late has waited its turn. What is older was missed, and
 * is made up for as the schedule says: `none` of it, the `last` one of it, or `all` of a week.
 */
function checkFire({ job, pipeline, root, now }: Asked, { known, fired }: Remembered): Found {
  if (job.run.trigger.kind !== 'schedule') throw new TypeError('not a fire time')
  const { fire } = job.run.trigger
  const { document: { id, triggers: { schedule }, parameters: declared } } = pipeline
  if (schedule === undefined) throw new Fault('trigger_not_allowed', 'The pipeline has no schedule.')
  // In its one spelling: it is compared as text, and the run's id is made of it.
  if (!Time.safeParse(fire).success) throw new Fault('fire_time_refused', 'That is no time.')
  const at = Date.parse(fire)
  if (!isFire(schedule, at)) throw refusedFire(fire, 'is not one of the schedule')
  const start = startOf(native, schedule, { pipeline: id, fire: at })
  if (start > now + MAX_CLOCK_SKEW_SECONDS * 1000) throw refusedFire(fire, 'is in the future')
  const since = root.pipelines[id]?.since
  if (since === undefined || fire <= since) {
    throw refusedFire(fire, 'is from before the pipeline was first published')
  }
  // By now the run may be retried, however late; a fire time that was accepted is `fired` itself.
  if (!known) {
    if (fired !== null && fire <= fired) {
      throw refusedFire(fire, `is not later than ${fired}, which had its run`)
    }
    if (start < now - lateMs) checkMissed(fire, { schedule, pipeline: id, now })
  }
  const parameters = defaultsOf(declared)
  const found = { began: at, until: now + lateMs, day: dayOf(at), action: 'run', parameters } as const
  return { trigger: { kind: 'schedule', fire }, ...found }
}

type Schedule = NonNullable<SignedDocument<'pipeline'>['document']['triggers']['schedule']>

interface Missed {
  readonly schedule: Schedule
  readonly pipeline: string
  readonly now: number
}

function checkMissed(fire: string, { schedule, pipeline, now }: Missed): void {
  const at = Date.parse(fire)
  if (schedule.catch_up === 'none') throw refusedFire(fire, 'is too late: the schedule makes up for nothing')
  if (schedule.catch_up === 'last') {
    const next = nextFire(schedule, at)
    if (next !== null && startOf(native, schedule, { pipeline, fire: next }) < now - lateMs) {
      throw refusedFire(
        fire,
        'is not the last one that was missed, which is all that the schedule makes up for',
      )
    }
    return
  }
  if (at < now - catchUpMs) throw refusedFire(fire, 'was missed more than a week ago')
}

function refusedFire(fire: string, why: string): Fault {
  return new Fault('fire_time_refused', `The fire time ${fire} ${why}.`)
}
