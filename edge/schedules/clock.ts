/**
 * Starts runs at the fire times of their pipelines' signed schedules. Everything that counts is in the database: a
 * fire time has one run whoever looks, and an edge that was away goes on where it was.
 */
import { Fault } from '../../shared/faults.ts'
import { runId } from '../../shared/ids.ts'
import { nextFire } from '../../shared/schedule.ts'
import type { Schedule } from '../../shared/schemas/pipeline.ts'
import { USUAL_PRIORITY } from '../../shared/schemas/run.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import type { Reader } from '../db/database.ts'
import type { Step } from '../db/plan.ts'
import { freshIdentity } from '../http/entry.ts'
import { explain, type Log } from '../http/log.ts'
import { actAsEdge, type OwnActOptions } from '../http/own_act.ts'
import { native } from '../primitives.ts'
import { pipelinePlace } from '../pipelines/store.ts'
import { type ListedPipeline, listedPipeline } from '../runs/job.ts'
import type { Queue } from '../runs/queue.ts'
import type { Stops } from '../runs/stops.ts'
import { insertRun, NEVER, run, type RunRow } from '../runs/store.ts'
import { newRun } from '../runs/trigger.ts'
import { withinRunQuotas } from '../tenants/quotas.ts'
import { isSuspended, notSuspended } from '../tenants/suspended.ts'
import { indexRecord, isoTime } from '../trust/store.ts'
import { pausedSince } from './pause.ts'
import { follow } from './follow.ts'
import { listedFollowers, putFollowers, runEnds } from './follow_store.ts'
import { decide, type Decision } from './plan.ts'
import { cancelOutdated, olderRuns, type Outdated, outdatedRuns } from './replace.ts'
import {
  agenda,
  dropNews,
  dropSchedule,
  dueSchedules,
  isUnderWay,
  listedSchedules,
  moveSchedule,
  type News,
  news,
  placeOf,
  putSchedule,
  scheduleOf,
  type ScheduleRow,
  schedulesOf,
  takeTurn,
  toldAt,
  type Turn,
  turns,
  waitingRuns,
} from './store.ts'

export interface ScheduleOptions extends OwnActOptions {
  readonly db: Reader
  readonly log: Log
  readonly queue: Queue
  readonly stops: Stops
}

const TICK_MS = 1_000
const AT_ONCE = 100
/** Fire times of one schedule that one tick looks at. */
const STEPS = 200

export class ScheduleClock {
  readonly #options: ScheduleOptions
  #replaced = 0

  constructor(options: ScheduleOptions) {
    this.#options = options
  }

  /** Runs that this instance has cancelled since a newer fire time of their schedule had come. */
  get replaced(): number {
    return this.#replaced
  }

  /** Does what is due; answers in how many ms to look again, a second at most. Safe from any number of instances. */
  async tick(): Promise<number> {
    const { db, clock } = this.#options
    const todo = await agenda(db)
    const due = todo.nextAt !== null && todo.nextAt <= clock()
    const served: boolean[] = []
    if (todo.news) served.push(await this.#each(await news(db, AT_ONCE), (one) => this.#learn(one)))
    if (todo.ends) {
      // Those of one pipeline one after the other: they use up the same day of whoever follows it.
      const notes = Object.groupBy(
        await runEnds(db, AT_ONCE),
        ({ tenant, pipeline }) => `${tenant}/${pipeline}`,
      )
      const queues = Object.values(notes).map((ends = []) => ({ tenant: ends[0]?.tenant ?? '', ends }))
      const follows = async ({ ends }: (typeof queues)[number]) => {
        for (const one of ends) await follow(this.#options, one)
      }
      served.push(await this.#each(queues, follows))
    }
    if (todo.waiting) {
      served.push(await this.#each(await outdatedRuns(db, AT_ONCE), (one) => this.#replace(one)))
      served.push(await this.#each(await turns(db, AT_ONCE), (one) => this.#release(one)))
    }
    if (due) served.push(await this.#each(await dueSchedules(db, clock(), AT_ONCE), (row) => this.#fire(row)))
    // What failed is still due: it would be asked for again and again.
    if (served.includes(false)) return TICK_MS
    const { nextAt } = todo.news || due ? await agenda(db) : todo
    return Math.min(TICK_MS, Math.max(0, (nextAt ?? Infinity) - clock()))
  }

  /**
   * All at once, so that they share commits: one after the other, a tenant with many would hold up everybody else's.
   * One that fails comes again at the next tick; false: there was one.
   */
  async #each<T extends { readonly tenant: string }>(
    all: readonly T[],
    act: (one: T) => Promise<void>,
  ): Promise<boolean> {
    const served = await Promise.all(all.map(async (one) => {
      try {
        await act(one)
        return true
      } catch (error) {
        if (error instanceof Fault && error.code === 'conflict') return true
        this.#options.log('warn', 'a schedule could not be served, and is tried again', {
          tenant: one.tenant,
          error: explain(error),
        })
        return false
      }
    }))
    return !served.includes(false)
  }

  /** Makes the schedules of a project what its newest index lists. */
  async #learn(of: News): Promise<void> {
    const { db, clock } = this.#options
    const { tenant, project } = of
    const index = await indexRecord(db, tenant, { project, number: 'latest' })
    const steps: Step[] = []
    if (index !== null) {
      const { issued } = readUnverified(native, 'index', index.document).document
      // Fire times count from the listing on, by the clock of whoever signed it, however late it is learned here.
      const since = Math.max(await toldAt(db, of) ?? clock(), Date.parse(issued))
      const listed = await listedSchedules(db, tenant, { project, number: index.number })
      const kept = new Map((await schedulesOf(db, tenant, project)).map((row) => [row.pipeline, row]))
      for (const { pipeline, schedule } of listed) {
        const before = kept.get(pipeline)
        kept.delete(pipeline)
        if (before?.schedule === schedule) continue
        const row = { tenant, pipeline, project, schedule }
        steps.push(putSchedule({ ...row, ...placeOf(row, fireOf(row, { before, since })) }))
      }
      steps.push(...[...kept.values()].map(dropSchedule))
      steps.push(...putFollowers(of, await listedFollowers(db, tenant, { project, number: index.number })))
    }
    await this.#write([...steps, dropNews(of)])
  }

  async #release(turn: Turn): Promise<void> {
    await this.#write([takeTurn(turn, this.#options.clock())])
    this.#options.queue.ring(turn)
  }

  async #replace(outdated: Outdated): Promise<void> {
    if (await cancelOutdated(this.#options, outdated) !== null) this.#replaced += 1
  }

  /** The fire times of one schedule that have come, one after the other. */
  async #fire(due: ScheduleRow): Promise<void> {
    const { db, clock } = this.#options
    const schedule = scheduleOf(due)
    let row = due
    const paused = await pausedSince(db, due.tenant, due.pipeline) !== null
    if (paused || await isSuspended(db, due.tenant)) {
      const next = placeOf(due, nextFire(schedule, clock()))
      return await this.#write([moveSchedule(due, { ...next, paused })])
    }
    for (let count = 0; count < STEPS; count++) {
      if (row.fire === null) return
      const { pipeline } = row
      const underWay = await isUnderWay(db, row)
      const waiting = underWay ? await waitingRuns(db, row) : 0
      const decision = decide(schedule, { pipeline, at: row.fire, now: clock(), underWay, waiting })
      if (decision.kind === 'nothing') return
      await this.#carryOut(row, decision)
      const waits = decision.kind === 'run' && decision.waits
      if (waits && schedule.overlap === 'cancel_running') {
        for (const one of await olderRuns(db, { ...row, by: decision.fire })) await this.#replace(one)
      }
      row = { ...row, ...placeOf(row, decision.next) }
    }
  }

  async #carryOut(row: ScheduleRow, decision: Exclude<Decision, { kind: 'nothing' }>): Promise<void> {
    const { tenant, pipeline } = row
    const moved = moveSchedule(row, { ...placeOf(row, decision.next), paused: false })
    const fire = isoTime(decision.fire)
    const id = runId(native, { tenant, pipeline, trigger: { kind: 'schedule', fire } })
    // It has its run when this pipeline was taken off the index and put back, or paused and resumed by an instance
    // whose clock is behind, or a clock was set back.
    if (decision.kind !== 'missed' && await run(this.#options.db, tenant, id) !== null) {
      return await this.#write([moved])
    }
    if (decision.kind === 'run') {
      const listed = await listedPipeline(this.#options.db, tenant, row)
      return await this.#start(listed, { tenant, decision, moved })
    }
    const missed = decision.kind === 'missed'
    const until = decision.next === null ? null : isoTime(decision.next)
    const said = {
      action: missed ? 'schedule.missed' : 'schedule.skipped',
      facts: { fire, ...(missed ? { until } : {}) },
    }
    await actAsEdge(this.#options, { tenant, ...said, target: pipeline, writes: [moved] })
  }

  async #start(
    listed: ListedPipeline,
    given: {
      readonly tenant: string
      readonly decision: Extract<Decision, { kind: 'run' }>
      readonly moved: Step
    },
  ): Promise<void> {
    const { tenant, decision: { fire: at, waits }, moved } = given
    const { db, clock, randomBytes, queue } = this.#options
    const now = clock()
    const trigger = { kind: 'schedule', fire: isoTime(at) } as const
    const id = runId(native, { tenant, pipeline: listed.pipeline.id, trigger })
    const triggered = { trigger, id, action: 'run', day: null, slot: null, fire: at, made: null } as const
    const { planId } = freshIdentity(now, randomBytes)
    const place = await pipelinePlace(db, tenant, listed.pipeline.id)
    const priority = place?.priority ?? USUAL_PRIORITY
    const made = newRun({ db, tenant, listed, now, plan: planId, priority }, triggered)
    const row: RunRow = waits ? { ...made, due: NEVER } : made
    let within: Step[]
    try {
      within = await withinRunQuotas(db, tenant, now)
    } catch (error) {
      // A database that is away for a moment lets no fire time pass.
      if (!(error instanceof Fault) || error.code !== 'quota_reached') throw error
      const facts = { fire: trigger.fire, code: error.code }
      const action = 'schedule.skipped'
      return await actAsEdge(this.#options, { tenant, action, facts, target: row.pipeline, writes: [moved] })
    }
    await actAsEdge(this.#options, {
      tenant,
      action: 'run.created',
      target: id,
      facts: { pipeline: row.pipeline, trigger: 'schedule', fire: trigger.fire },
      writes: [notSuspended(tenant), moved, insertRun(row), ...within],
    })
    if (!waits) queue.ring(row)
  }

  async #write(steps: readonly Step[]): Promise<void> {
    await this.#options.storage.write({ id: '', steps, leaf: null, repeatable: false })
  }
}

/** Where a schedule begins, or goes on when only what it says of overlapping and missed times has changed. */
function fireOf(
  row: Pick<ScheduleRow, 'schedule'>,
  { before, since }: { readonly before: ScheduleRow | undefined; readonly since: number },
): number | null {
  const schedule = scheduleOf(row)
  if (before !== undefined && sameFires(scheduleOf(before), schedule)) return before.fire
  try {
    return nextFire(schedule, since)
  } catch (error) {
    // Nobody can read it: agents refuse it too, and it fires never.
    if (error instanceof Fault && error.code === 'pipeline_invalid') return null
    throw error
  }
}

function sameFires(a: Schedule, b: Schedule): boolean {
  return a.cron === b.cron && a.timezone === b.timezone && a.every === b.every
}
