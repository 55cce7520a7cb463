/** What starts a run: a signed request, or a slot of a day. Each trigger has one run. */
import { Fault } from '../../shared/faults.ts'
import { runId } from '../../shared/ids.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { Trigger } from '../../shared/schemas/run.ts'
import type { Reader } from '../db/database.ts'
import { native } from '../primitives.ts'
import { readAuthored } from '../trust/rules.ts'
import { isoTime } from '../trust/store.ts'
import type { ListedPipeline } from './job.ts'
import { run, type RunRow, slotsOf } from './store.ts'

/** A run's trigger: what makes its id, and what the agent is told. */
export interface Triggered {
  readonly trigger: Trigger
  readonly id: string
  readonly day: string | null
  readonly slot: number | null
}

export interface Asked {
  readonly db: Reader
  readonly tenant: string
  /** As the newest index lists it, whatever versions have come since. */
  readonly listed: ListedPipeline
  readonly now: number
  /** What the audit log will know the command by. */
  readonly plan: string
}

/**
 * A signed request, as far as the edge can tell; one that has its run already may since have expired. Throws
 * `request_mismatch`, `request_expired`, `not_at_index` and what `readAuthored` throws.
 */
export async function byRequest({ db, tenant, listed, now }: Asked, dsse: Dsse): Promise<Triggered> {
  const { document } = await readAuthored(db, tenant, { type: 'request', dsse })
  const { project, pool, index, issued, nonce } = document
  const { pipeline } = listed
  if (project !== pipeline.project || pool !== pipeline.pool || document.pipeline.id !== pipeline.id) {
    throw new Fault('request_mismatch')
  }
  const id = runId(native, { tenant, pipeline: pipeline.id, trigger: { kind: 'request', issued, nonce } })
  if (await run(db, tenant, id) === null) {
    if (Date.parse(document.expires) <= now) throw new Fault('request_expired')
    if (index > listed.index || document.pipeline.hash !== listed.hash) throw new Fault('not_at_index')
  }
  return { trigger: { kind: 'request', request: dsse }, id, day: null, slot: null }
}

/**
 * The next unsigned run of the day, or the one that this very command has made before. Throws `trigger_not_allowed`,
 * and `limit_reached` after the day's last.
 */
export async function bySlot({ db, tenant, listed, now, plan }: Asked): Promise<Triggered> {
  const { pipeline } = listed
  if (pipeline.triggers.api === undefined) throw new Fault('trigger_not_allowed')
  const day = isoTime(now).slice(0, 10)
  const { last, made } = await slotsOf(db, tenant, { pipeline: pipeline.id, day, plan })
  const slot = made ?? last + 1
  if (made === null && slot > pipeline.triggers.api.per_day) throw new Fault('limit_reached')
  const trigger = { kind: 'api', day, slot } as const
  return { trigger, id: runId(native, { tenant, pipeline: pipeline.id, trigger }), day, slot }
}

const fresh = {
  state: 'queued',
  failures: 0,
  lost: 0,
  fence: 0,
  agent: null,
  lease_until: null,
  cancel: 0,
  code: null,
  started: null,
  finished: null,
} as const

/** The run of a trigger, waiting to be claimed. */
export function newRun({ tenant, listed: { pipeline }, now, plan }: Asked, triggered: Triggered): RunRow {
  return {
    ...fresh,
    ...triggered,
    trigger: JSON.stringify(triggered.trigger),
    tenant,
    project: pipeline.project,
    pipeline: pipeline.id,
    pool: pipeline.pool,
    plan,
    retries: pipeline.limits.retries,
    due: now,
    created: now,
  }
}
