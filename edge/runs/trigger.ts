/** What starts a run: a signed request, or a slot of a day. Each trigger has one run. */
import { Fault } from '../../shared/faults.ts'
import { runId } from '../../shared/ids.ts'
import { checkParameters } from '../../shared/parameters.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import type { ParameterValues } from '../../shared/schemas/parameter.ts'
import type { Trigger } from '../../shared/schemas/run.ts'
import type { Reader } from '../db/database.ts'
import { DayUsedUp } from '../http/problem.ts'
import { native } from '../primitives.ts'
import { readAuthored } from '../trust/rules.ts'
import { isoTime } from '../trust/store.ts'
import type { ListedPipeline } from './job.ts'
import { run, type RunRow, slotsOf } from './store.ts'

/** A run's trigger: what makes its id, and what the agent is told. */
export interface Triggered {
  readonly trigger: Trigger
  readonly id: string
  readonly action: RunRow['action']
  readonly day: string | null
  readonly slot: number | null
  readonly fire: number | null
  /** The run that it has already. */
  readonly made: RunRow | null
}

export interface Asked {
  readonly db: Reader
  readonly tenant: string
  /** As the newest index lists it, whatever versions have come since. */
  readonly listed: ListedPipeline
  readonly now: number
  /** What the audit log will know the command by. */
  readonly plan: string
  readonly priority: number
}

/**
 * A signed request, as far as the edge can tell; one that has its run already may since have expired. Throws
 * `request_mismatch`, `request_expired`, `parameter_refused`, `not_at_index` and what `readAuthored` throws.
 */
export async function byRequest({ db, tenant, listed, now }: Asked, dsse: Dsse): Promise<Triggered> {
  const { document } = await readAuthored(db, tenant, { type: 'request', dsse })
  const { project, pool, index, issued, nonce, redrive } = document
  const { pipeline } = listed
  if (redrive !== undefined) {
    throw new Fault('request_mismatch', 'It lets a run be attempted again; it starts none.')
  }
  if (project !== pipeline.project || pool !== pipeline.pool || document.pipeline.id !== pipeline.id) {
    throw new Fault('request_mismatch')
  }
  const id = runId(native, { tenant, pipeline: pipeline.id, trigger: { kind: 'request', issued, nonce } })
  const made = await run(db, tenant, id)
  if (made === null) {
    if (Date.parse(document.expires) <= now) throw new Fault('request_expired')
    if (index > listed.index || document.pipeline.hash !== listed.hash) throw new Fault('not_at_index')
    checkParameters(pipeline.parameters, document.parameters, { unsigned: false })
  }
  const trigger = { kind: 'request', request: dsse } as const
  return { trigger, id, action: document.action, day: null, slot: null, fire: null, made }
}

/**
 * The next unsigned run of the day, or the one that this very command has made before. Throws `trigger_not_allowed`,
 * `parameter_refused`, and `limit_reached` after the day's last.
 */
export async function bySlot(
  { db, tenant, listed, now, plan }: Asked,
  { slots, parameters }: { readonly slots: Slots; readonly parameters: ParameterValues },
): Promise<Triggered> {
  const { pipeline } = listed
  if (pipeline.triggers.api === undefined) throw new Fault('trigger_not_allowed')
  const day = isoTime(now).slice(0, 10)
  const { last, made } = await slotsOf(db, tenant, { pipeline: pipeline.id, day, plan })
  const most = pipeline.triggers.api.per_day
  if (made === null) checkParameters(pipeline.parameters, parameters, { unsigned: true })
  if (made === null && last >= most) throw new DayUsedUp(day, now)
  const slot = made?.slot ?? slots.take({ tenant, pipeline: pipeline.id, day, last, most })
  const given = Object.keys(parameters).length === 0 ? {} : { parameters }
  const trigger = { kind: 'api', day, slot, ...given } as const
  const id = runId(native, { tenant, pipeline: pipeline.id, trigger })
  return { trigger, id, action: 'run', day, slot, fire: null, made }
}

/**
 * The slots that commands of this instance are about to take, so that many at once do not all try the same one. The
 * database decides who has it: between instances, the second tries again.
 */
export class Slots {
  readonly #taken = new Map<string, { readonly day: string; readonly slot: number }>()

  /**
   * The next slot after `last`, the highest in the database, that nobody here has been told; once the day is told out,
   * the one after `last` again, in case somebody has not made use of theirs.
   */
  take(of: {
    readonly tenant: string
    readonly pipeline: string
    readonly day: string
    readonly last: number
    readonly most: number
  }): number {
    const key = `${of.tenant}/${of.pipeline}`
    const before = this.#taken.get(key)
    const slot = Math.max(of.last, before?.day === of.day ? before.slot : 0) + 1
    if (slot > of.most) return of.last + 1
    this.#taken.set(key, { day: of.day, slot })
    return slot
  }
}

const fresh = {
  state: 'queued',
  failures: 0,
  lost: 0,
  fence: 0,
  agent: null,
  lease_until: null,
  rank: null,
  cancel: 0,
  code: null,
  started: null,
  finished: null,
  begun: 0,
  version: null,
  claimed: null,
  began: null,
  deadline: null,
  redrive: null,
  redriven: 0,
  reason: null,
} as const

/** The run of a trigger, waiting to be claimed. */
export function newRun(
  { tenant, listed: { pipeline }, now, plan, priority }: Asked,
  triggered: Triggered,
): RunRow {
  const { trigger, id, action, day, slot, fire } = triggered
  return {
    ...fresh,
    id,
    action,
    day,
    slot,
    fire,
    trigger: JSON.stringify(trigger),
    tenant,
    project: pipeline.project,
    pipeline: pipeline.id,
    pool: pipeline.pool,
    priority,
    source: pipeline.connections.source,
    destination: pipeline.connections.destination,
    plan,
    retries: pipeline.limits.retries,
    minutes: pipeline.limits.minutes ?? null,
    due: now,
    created: now,
  }
}
