/**
 * Trigger and limits: what may start a run, once. The edge says "P by this signed request" or "P by slot s of day d";
 * whether that trigger has had its run already is written in the anchor, not at the edge.
 */
import { Fault } from '../../shared/faults.ts'
import type { Anchor, AnchoredRun } from '../../shared/schemas/anchor.ts'
import { MAX_REQUEST_MS } from '../../shared/schemas/request.ts'
import { runId, type RunTrigger } from '../../shared/ids.ts'
import { verifyAuthored } from '../../shared/trust/authority.ts'
import type { VerifiedIndex } from '../../shared/trust/index_walk.ts'
import type { SignedDocument } from '../../shared/sign/documents.ts'
import type { RunJob } from '../../shared/schemas/job.ts'
import { native } from '../primitives.ts'
import { checkClock, withClock } from '../trust/anchor.ts'
import type { Footing } from '../trust/footing.ts'

const dayMs = 86_400_000
/** A run that was queued before midnight may be picked up after it. */
const lateMs = 3_600_000
const skewMs = 600_000

/** A trigger that checks, and the moment from which it is refused. */
export interface Checked {
  readonly id: string
  readonly kind: 'api' | 'request'
  readonly until: number
}

export interface Asked {
  readonly job: RunJob
  readonly footing: Footing
  readonly index: VerifiedIndex
  readonly pipeline: SignedDocument<'pipeline'>
  /** Milliseconds of this host's clock. */
  readonly now: number
}

/**
 * Throws `signature_invalid`, `signer_not_allowed`, `denied`, `request_mismatch`, `request_expired`,
 * `trigger_not_allowed`. An expired trigger still attempts a run that the anchor knows: `known`.
 */
export function checkTrigger(asked: Asked, known: boolean): Checked {
  const { job, pipeline, footing } = asked
  const checked = job.run.trigger.kind === 'request' ? checkRequest(asked, known) : checkSlot(asked, known)
  const id = runId(native, {
    tenant: footing.pin.tenant,
    pipeline: pipeline.document.id,
    trigger: checked.trigger,
  })
  if (id !== job.run.id) {
    throw new Fault('request_mismatch', 'The run has another id than its trigger gives it.')
  }
  return { id, kind: checked.trigger.kind, until: checked.until }
}

interface Found {
  readonly trigger: RunTrigger
  readonly until: number
}

function checkRequest({ job, footing, index, pipeline, now }: Asked, known: boolean): Found {
  if (job.run.trigger.kind !== 'request') throw new TypeError('not a request')
  const { document } = verifyAuthored(native, {
    trust: footing.chain.document,
    deny: footing.floor?.deny ?? [],
    type: 'request',
    project: pipeline.document.project,
    dsse: job.run.trigger.request,
  })
  const { pipeline: wanted, pool, issued, expires, nonce } = document
  if (wanted.id !== pipeline.document.id) {
    throw new Fault('request_mismatch', 'The request is for another pipeline.')
  }
  if (wanted.hash !== pipeline.hash) {
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
  if (now >= until && !known) throw new Fault('request_expired')
  if (now < Date.parse(issued) - skewMs) {
    throw new Fault('request_expired', 'The request was issued in the future: is the clock right?')
  }
  return { trigger: { kind: 'request', issued, nonce }, until }
}

function checkSlot({ job, pipeline, now }: Asked, known: boolean): Found {
  if (job.run.trigger.kind !== 'api') throw new TypeError('not a slot')
  const { day, slot } = job.run.trigger
  const perDay = pipeline.document.triggers.api?.per_day ?? 0
  if (perDay === 0) throw new Fault('trigger_not_allowed', 'The pipeline takes signed requests only.')
  if (!Number.isInteger(slot) || slot < 1 || slot > perDay) {
    throw new Fault(
      'trigger_not_allowed',
      `The pipeline allows ${perDay} unsigned runs a day; this is number ${slot}.`,
    )
  }
  const start = Date.parse(`${day}T00:00:00.000Z`)
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(start)) {
    throw new Fault('trigger_not_allowed', 'That is no day.')
  }
  const until = start + dayMs + lateMs
  if (now < start - skewMs || (now >= until && !known)) {
    throw new Fault('trigger_not_allowed', `The unsigned run is of ${day}, which is not today.`)
  }
  return { trigger: { kind: 'api', day, slot }, until }
}

/** How long a run that was accepted may be attempted again after its trigger has ended. */
const retryMs = dayMs

/**
 * The anchor with this attempt counted. Throws `trigger_used` when the trigger has had its run, `limit_reached` when
 * the attempts or the runs of the day are used up, `clock_turned_back` when time has.
 */
export function countAttempt(anchor: Anchor, asked: Asked, checked: Checked): Anchor {
  const { pipeline: { document: { id: pipeline, limits } }, now } = asked
  checkClock(anchor, now)
  const today = new Date(now).toISOString().slice(0, 10)
  const known = anchor.runs.find((run) => run.id === checked.id)
  if (known && known.ended !== null) throw new Fault('trigger_used')
  if (known) {
    if (now >= Date.parse(known.until)) {
      throw new Fault('trigger_used', 'The run is too old to be attempted again.')
    }
    if (known.attempts > limits.retries) {
      throw new Fault('limit_reached', `The run has had its ${known.attempts} attempts.`)
    }
    return withRun(anchor, { ...known, attempts: known.attempts + 1 }, now)
  }
  const { trigger } = asked.job.run
  const day = trigger.kind === 'api' ? trigger.day : today
  const most = limits.runs_per_day
  const had = anchor.runs.filter((run) => run.pipeline === pipeline && run.day === day).length
  if (most !== undefined && had >= most) {
    throw new Fault('limit_reached', `The pipeline has had its ${most} runs of ${day}.`)
  }
  const until = new Date(Math.min(checked.until, now + MAX_REQUEST_MS) + retryMs).toISOString()
  const first: AnchoredRun = {
    id: checked.id,
    pipeline,
    trigger: checked.kind,
    day,
    attempts: 1,
    ended: null,
    until,
  }
  return withRun(anchor, first, now)
}

export type Ended = NonNullable<AnchoredRun['ended']>

/** The anchor in which this run's trigger is used up. */
export function markDone(
  anchor: Anchor,
  id: string,
  { ended, now }: { readonly ended: Ended; readonly now: number },
): Anchor {
  const run = anchor.runs.find((one) => one.id === id)
  return run === undefined || run.ended !== null ? anchor : withRun(anchor, { ...run, ended }, now)
}

/** The anchor in which an attempt that was handed back unfinished does not count. */
export function uncountAttempt(anchor: Anchor, id: string): Anchor {
  const runs = anchor.runs.flatMap((run) => {
    if (run.id !== id || run.ended !== null) return [run]
    return run.attempts > 1 ? [{ ...run, attempts: run.attempts - 1 }] : []
  })
  return { ...anchor, runs }
}

/** Entries whose trigger is refused for its age anyway may go: the clock that says so is kept, and cannot go back. */
function withRun(anchor: Anchor, run: AnchoredRun, now: number): Anchor {
  const others = anchor.runs.filter((one) => one.id !== run.id && now < Date.parse(one.until))
  return withClock({ ...anchor, runs: [...others, run] }, now)
}
