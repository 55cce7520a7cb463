/**
 * Starts the runs of pipelines that follow others. The end of a run leaves its note in its own commit, whoever writes
 * it; any instance finds the note, and an end that is followed has one follower of each pipeline, whose id is made of
 * the run and of the signed redrive that it ended under.
 */
import { Fault } from '../../shared/faults.ts'
import { runId } from '../../shared/ids.ts'
import type { Dsse } from '../../shared/schemas/dsse.ts'
import { USUAL_PRIORITY } from '../../shared/schemas/run.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import type { Step } from '../db/plan.ts'
import { freshIdentity } from '../http/entry.ts'
import { actAsEdge } from '../http/own_act.ts'
import { pipelinePlace } from '../pipelines/store.ts'
import { native } from '../primitives.ts'
import { listedPipeline } from '../runs/job.ts'
import { insertRun, run, type RunRow } from '../runs/store.ts'
import { newRun } from '../runs/trigger.ts'
import { withinRunQuotas } from '../tenants/quotas.ts'
import { isoTime } from '../trust/store.ts'
import type { ScheduleOptions } from './clock.ts'
import { dropRunEnd, type Follower, followersOf, type RunEnd } from './follow_store.ts'
import { hasNews } from './store.ts'
import { notPaused, pausedSince } from './pause.ts'
import { nextUse, takeUse, type Use } from './uses.ts'

/** How a run ended, as a trigger names it; null for what no trigger names. */
function endOf({ state }: RunRow): 'succeeded' | 'partial' | 'failed' | null {
  if (state === 'dead') return 'failed'
  return state === 'succeeded' || state === 'partial' || state === 'failed' ? state : null
}

/** Id of the signed request that let the run be attempted again after an end before; agents keep it in their anchor. */
function redriveIdOf({ tenant, pipeline, redrive }: RunRow): string | undefined {
  if (redrive === null) return undefined
  const { issued, nonce } = readUnverified(native, 'request', JSON.parse(redrive) as Dsse).document
  return runId(native, { tenant, pipeline, trigger: { kind: 'request', issued, nonce } })
}

/** Whoever follows this run has theirs then; what cannot be written is tried again by the next look at the note. */
export async function follow(options: ScheduleOptions, note: RunEnd): Promise<void> {
  const { db, storage } = options
  const ended = await run(db, note.tenant, note.run)
  const end = ended === null ? null : endOf(ended)
  // Who follows, those news say: the note waits for whoever learns of them.
  if (ended !== null && await hasNews(db, ended)) return
  if (ended !== null && end !== null) {
    const redrive = redriveIdOf(ended)
    for (const follower of await followersOf(db, note)) {
      // Who signs for one project learns nothing of what happens in another.
      if (follower.project === ended.project) await startAfter(options, note, { follower, end, redrive })
    }
  }
  await storage.write({ id: '', steps: [dropRunEnd(note)], leaf: null, repeatable: false })
}

async function startAfter(
  options: ScheduleOptions,
  note: RunEnd,
  { follower, end, redrive }: {
    readonly follower: Follower
    readonly end: string
    readonly redrive: string | undefined
  },
): Promise<void> {
  const { db, clock, randomBytes, queue } = options
  const { tenant, pipeline } = follower
  const now = clock()
  const day = isoTime(now).slice(0, 10)
  const trigger = {
    kind: 'after',
    run: note.run,
    day,
    ...(redrive === undefined ? {} : { redrive }),
  } as const
  const id = runId(native, { tenant, pipeline, trigger })
  if (await run(db, tenant, id) !== null) return
  const use: Use = { tenant, pipeline, kind: 'after', day }
  let taken: Step
  let row: RunRow
  let within: Step[]
  try {
    const listed = await listedPipeline(db, tenant, follower)
    const { after } = listed.pipeline.triggers
    if (after?.pipeline !== note.pipeline || !after.on.some((one) => one === end)) return
    if (await pausedSince(db, tenant, pipeline) !== null) return
    taken = takeUse(use, await nextUse(db, use, { perDay: after.per_day, now }))
    within = await withinRunQuotas(db, tenant, now)
    const { planId } = freshIdentity(now, randomBytes)
    const made = { trigger, id, action: 'run', day: null, slot: null, fire: null, made: null } as const
    const priority = (await pipelinePlace(db, tenant, pipeline))?.priority ?? USUAL_PRIORITY
    row = newRun({ db, tenant, listed, now, plan: planId, priority }, made)
  } catch (error) {
    if (!(error instanceof Fault) || error.class === 'transient') throw error
    const facts = { run: note.run, code: error.code }
    return await actAsEdge(options, {
      tenant,
      action: 'run.not_followed',
      target: pipeline,
      facts,
      writes: [],
    })
  }
  await actAsEdge(options, {
    tenant,
    action: 'run.created',
    target: id,
    facts: { pipeline, trigger: 'after', after: note.run, ...(redrive === undefined ? {} : { redrive }) },
    writes: [notPaused(tenant, pipeline), taken, insertRun(row), ...within],
  })
  queue.ring(row)
}
