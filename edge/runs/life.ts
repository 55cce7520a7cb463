/** What a run leaves behind when an attempt ends: how that was, and by what it is known among others that ended so. */
import { toHex, utf8 } from '../../shared/bytes.ts'
import type { FaultCode } from '../../shared/faults.ts'
import type { AttemptOutcome, RunState, StreamResult } from '../../shared/schemas/run.ts'
import { step, writes } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { native } from '../primitives.ts'
import { finishedAt, type RunChange, type RunRow } from './store.ts'
import { redrivenStates } from './states.ts'

export interface Ending {
  readonly outcome: AttemptOutcome
  readonly code: FaultCode | null
  /** Where the run goes. */
  readonly state: RunState
  readonly now: number
  /** How its streams ended, as far as anybody knows. */
  readonly streams?: readonly Pick<StreamResult, 'index' | 'code'>[]
}

/** What the end of an attempt sets in the run. */
export function ended(
  row: RunRow,
  { state, code, now, streams = [] }: Omit<Ending, 'outcome'>,
): Pick<RunChange, 'lease_until' | 'code' | 'reason' | 'finished'> {
  const short = (redrivenStates as readonly RunState[]).includes(state)
  return {
    lease_until: null,
    code: state === 'cancelled' ? null : code,
    reason: short ? reasonOf(row, { code, streams }) : null,
    ...finishedAt(state, now),
  }
}

/** Kept of every attempt that did not just succeed. */
export function endOfAttempt(row: RunRow, { outcome, code, now }: Ending): Step {
  const { tenant, id: run, fence, agent, claimed, began } = row
  const held = outcome !== 'withdrawn' && outcome !== 'redriven'
  return step(
    writes.insertInto('run_attempt').values({
      tenant,
      run,
      fence,
      agent: held ? agent : null,
      claimed: held ? claimed : null,
      began: held ? began : null,
      ended: now,
      outcome,
      code,
    }).onConflict((conflict) => conflict.doNothing()),
  )
}

/**
 * 8 bytes of SHA-256, in hex, over what is the same wherever the same thing went wrong: pipeline and version, the code,
 * and which streams ended with which.
 */
function reasonOf(
  { pipeline, version }: Pick<RunRow, 'pipeline' | 'version'>,
  { code, streams }: { readonly code: FaultCode | null; readonly streams: NonNullable<Ending['streams']> },
): string {
  const failed = streams.flatMap((one) => one.code === undefined ? [] : [[one.index, one.code] as const])
    .sort(([one], [other]) => one - other)
  const text = JSON.stringify(['sallyport reason v1', pipeline, version, code, failed])
  return toHex(native.sha256(utf8(text)).slice(0, 8))
}
