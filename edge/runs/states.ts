/**
 * The life of a run: every state, every event, and where one leads from the other. README.md draws it. Nothing else
 * decides a state; the statements in `store.ts` only make sure that a run is still where the decision found it.
 */
import type { FaultCode } from '../../shared/faults.ts'
import type { CompleteStatus } from '../../shared/schemas/job.ts'
import type { RunState } from '../../shared/schemas/run.ts'

/** In the hands of an agent. */
export const heldStates = ['leased', 'running'] as const
/** Over: nothing leads out of these. */
export const finalStates = ['succeeded', 'partial', 'failed', 'refused', 'cancelled', 'dead'] as const

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
  /** What it needs is no longer there: no agent can be given it. */
  | { readonly kind: 'withdraw' }

/** Where the event leads, or null when it cannot happen there. */
export function next(run: Standing, event: RunEvent): Standing | null {
  const { state } = run
  switch (event.kind) {
    case 'claim':
      return state === 'queued' ? { ...run, state: 'leased' } : null
    case 'withdraw':
      return state === 'queued' ? { ...run, state: 'refused' } : null
    case 'start':
      return state === 'leased' ? { ...run, state: 'running' } : null
    case 'cancel':
      if (state === 'queued') return { ...run, state: 'cancelled', cancel: true }
      return isHeld(state) ? { ...run, cancel: true } : null
    case 'expire':
      return isHeld(state) ? expired(run) : null
    case 'complete':
      return isHeld(state) ? completed(run, event) : null
  }
}

function completed(run: Standing, { status, retry }: { status: CompleteStatus; retry: boolean }): Standing {
  if (status === 'released') return { ...run, state: run.cancel ? 'cancelled' : 'queued' }
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

const BASE_MS = 2_000
const MOST_MS = 300_000

/** Milliseconds until the next attempt: exponential, with full jitter. `random` is in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(MOST_MS, BASE_MS * 2 ** Math.min(failures, 30))
  return Math.floor(random * ceiling)
}

/** The code of a run that an event ended without an agent's word. */
export const silentCode: FaultCode = 'agent_lost'
