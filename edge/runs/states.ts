/**
 * The life of a run: every state, every event, and where one leads from the other. README.md draws it. Nothing else
 * decides a state; the statements in `store.ts` only make sure that a run is still where the decision found it.
 */
import { type FaultCode, meaningOf } from '../../shared/faults.ts'
import type { CompleteStatus } from '../../shared/schemas/job.ts'
import type { RunState } from '../../shared/schemas/run.ts'

/** In the hands of an agent. */
export const heldStates = ['leased', 'running'] as const
/** Over: nothing leads out of these but a redrive, out of `redrivenStates`. */
export const finalStates = ['succeeded', 'partial', 'failed', 'refused', 'cancelled', 'dead'] as const

/** Ended short of its end: a person may have it attempted again. */
export const redrivenStates = ['partial', 'failed', 'refused', 'dead'] as const

export const isHeld = (state: RunState) => (heldStates as readonly RunState[]).includes(state)
export const isFinal = (state: RunState) => (finalStates as readonly RunState[]).includes(state)

/** What decides where a run goes next. */
export interface Standing {
  readonly state: RunState
  /** Attempts that ended without a result. */
  readonly failures: number
  /** How many of them may be followed by another attempt. */
  readonly retries: number
  /** Leases that ran out before the agent had started. */
  readonly lost: number
  /** Attempts that have passed their agent's checks since the last redrive: its anchor has counted as many at least. */
  readonly begun: number
  /** Somebody wants it to stop. */
  readonly cancel: boolean
}

/** So often an agent may be handed a run and never start it before that counts as a failed attempt. */
const MOST_LOST = 3

export type RunEvent =
  | { readonly kind: 'claim' }
  | { readonly kind: 'start' }
  | { readonly kind: 'complete'; readonly status: CompleteStatus; readonly retry: boolean }
  | { readonly kind: 'cancel' }
  /** The lease ran out. */
  | { readonly kind: 'expire' }
  /** It runs on beyond the time that its pipeline gives it, and its agent has not stopped it. */
  | { readonly kind: 'overrun' }
  /** What it needs is no longer there: no agent can be given it. */
  | { readonly kind: 'withdraw' }
  /** Somebody wants it attempted again: with attempts that are left, or as often again by a signed request. */
  | { readonly kind: 'redrive'; readonly signed: boolean }

/** Where the event leads, or null when it cannot happen there. */
export function next(run: Standing, event: RunEvent): Standing | null {
  const { state } = run
  switch (event.kind) {
    case 'claim':
      return state === 'queued' ? { ...run, state: 'leased' } : null
    case 'withdraw':
      return state === 'queued' ? { ...run, state: 'refused' } : null
    case 'start':
      return state === 'leased' ? { ...run, state: 'running', begun: run.begun + 1 } : null
    case 'cancel':
      if (state === 'queued') return { ...run, state: 'cancelled', cancel: true }
      return isHeld(state) ? { ...run, cancel: true } : null
    case 'expire':
      return isHeld(state) ? expired(run) : null
    case 'overrun':
      return state === 'running' ? { ...run, state: run.cancel ? 'cancelled' : 'failed' } : null
    case 'redrive':
      return redriven(run, event.signed)
    case 'complete':
      return isHeld(state) ? completed(run, event) : null
  }
}

function completed(run: Standing, { status, retry }: { status: CompleteStatus; retry: boolean }): Standing {
  // Handed back unfinished: the agent's anchor takes the attempt back, too.
  if (status === 'released') {
    const begun = run.state === 'running' ? run.begun - 1 : run.begun
    return { ...run, begun, state: run.cancel ? 'cancelled' : 'queued' }
  }
  if (retry && status === 'failed') return again(run, 'dead')
  if (retry && status === 'partial') return again(run, 'partial')
  return { ...run, state: status }
}

/** An answer that never arrived costs no attempt, unless it goes on like that. */
function expired(run: Standing): Standing {
  if (run.state === 'running' || run.lost >= MOST_LOST) return again(run, 'dead')
  return { ...run, lost: run.lost + 1, state: run.cancel ? 'cancelled' : 'queued' }
}

/** Back into the queue, or to `last` after the last attempt; never when it was to stop. */
function again(run: Standing, last: RunState): Standing {
  const failures = run.failures + 1
  if (run.cancel) return { ...run, failures, state: last === 'partial' ? last : 'cancelled' }
  return { ...run, failures, state: failures > run.retries ? last : 'queued' }
}

/** What a redrive of the run takes: nothing, a signed request, or null where there is none. */
export function redriveOf(run: Standing): 'free' | 'signed' | null {
  if (!(redrivenStates as readonly RunState[]).includes(run.state)) return null
  return run.state === 'dead' && run.begun <= run.retries ? 'free' : 'signed'
}

/** A signed one begins to count anew; the agents count what they are handed, and have the last word. */
function redriven(run: Standing, signed: boolean): Standing | null {
  const takes = redriveOf(run)
  if (takes === null || (takes === 'signed' && !signed)) return null
  const begun = signed ? 0 : run.begun
  return { ...run, state: 'queued', cancel: false, lost: 0, begun, failures: begun }
}

/** By the class of what ended the attempt before: the first wait is below twice `base`, none is above `most`. */
const waits = {
  transient: { base: 2_000, most: 300_000 },
  // The other side has asked for less: who comes back soon makes it worse.
  throttled: { base: 15_000, most: 900_000 },
} as const

/**
 * Milliseconds until the next attempt: exponential, with full jitter. `random` is in [0, 1); `code` is that of the
 * attempt that failed.
 */
export function backoffMs(failures: number, random: number, code: FaultCode | null = null): number {
  const throttled = code !== null && meaningOf(code).class === 'throttled'
  const { base, most } = waits[throttled ? 'throttled' : 'transient']
  return Math.floor(random * Math.min(most, base * 2 ** Math.min(failures, 30)))
}

/** The edge waits so long for an agent that has to stop a run for its time, and says so itself. */
const GRACE_MS = 120_000

/** When an attempt that begins now is over its time; null where its pipeline sets none. */
export function deadlineOf(minutes: number | null, now: number): number | null {
  return minutes === null ? null : now + minutes * 60_000 + GRACE_MS
}

/** The codes of attempts that end without an agent's word. */
export const silentCode: FaultCode = 'agent_lost'
export const overrunCode: FaultCode = 'time_over_limit'
