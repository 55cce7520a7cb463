/** Calls and ends of other runs that never were: what the edge alone can know, and what it cannot make of that. */
import type { Attack } from './attack.ts'
import { pipelineText, type Scene } from './scene.ts'
import { idOf, queueRun, runIdOf } from './triggers.ts'
import { refusalOf, rowsBeyond, ticked } from './watch.ts'

const day = () => new Date().toISOString().slice(0, 10)

async function started(scene: Scene, triggers: string): Promise<void> {
  const more = `limits: { retries: 0 }\ntriggers: { ${triggers} }\n`
  await scene.world.applyPipeline({ ...pipelineText('started', { mode: 'append' }), more })
  await scene.agent()
}

type Starting =
  | { readonly kind: 'webhook'; readonly day: string; readonly slot: number }
  | { readonly kind: 'after'; readonly run: string; readonly redrive?: string }
  | { readonly kind: 'schedule'; readonly fire: string }

/** Queues a run of `started` by this trigger, after the row of another one. */
async function queueStart(scene: Scene, template: string, trigger: Starting): Promise<string> {
  const pipeline = await idOf(scene, 'started')
  const id = runIdOf(scene, pipeline, trigger)
  const fire = trigger.kind === 'schedule' ? Date.parse(trigger.fire) : null
  const change = { id, pipeline, trigger: JSON.stringify(trigger), day: null, slot: null, plan: id, fire }
  return await queueRun(scene, template, change)
}

/**
 * Queues a run of `started`, signed with `triggers`, by the given trigger, beside the run of another pipeline and with so
 * many rows that were ordered.
 */
function starting(
  triggers: string,
  ordered: (scene: Scene) => Promise<{ readonly run: string; readonly rows: number }>,
  trigger: (scene: Scene, run: string) => Promise<Starting> | Starting,
): Attack['attempt'] {
  return async (scene) => {
    await started(scene, triggers)
    const { run, rows } = await ordered(scene)
    const start = async () => queueStart(scene, run, await trigger(scene, run))
    const refusal = await refusalOf(scene, 'started', { start })
    return { ...refusal, gained: await rowsBeyond(scene, 'public.started', rows) }
  }
}

const after = (_: Scene, run: string) => ({ kind: 'after', run }) as const

/** A run of the other pipeline, and none of `started`. */
const other = async (scene: Scene) => ({ run: await ticked(scene), rows: 0 })

/** A run of the other pipeline, and the one of `started` that follows it, at its end. */
async function followed(scene: Scene) {
  const run = await ticked(scene)
  await scene.world.endOf(await followerOf(scene, run))
  return { run, rows: 3 }
}

const callInvented: Attack = {
  name: 'webhook called too often',
  tried: 'a second call of a webhook on a day, of a pipeline that takes one',
  codes: ['trigger_not_allowed'],
  without: [{
    check: 'slots are those that the signed pipeline allows',
    file: 'agent/runs/trigger.ts',
    find: 'if (!Number.isInteger(slot) || slot < 1 || slot > perDay) {',
    put: 'if (false) {',
  }],
  attempt: starting('webhook: { per_day: 1 }', other, () => ({ kind: 'webhook', day: day(), slot: 2 })),
}

const callUnsigned: Attack = {
  name: 'webhook that nobody signed',
  tried: 'a call of a webhook, of a pipeline that has none',
  codes: ['trigger_not_allowed'],
  without: [{
    check: 'a webhook is in what was signed',
    file: 'agent/runs/trigger.ts',
    find: "if (webhook === undefined) throw new Fault('trigger_not_allowed', 'The pipeline has no webhook.')",
    put: '',
  }, {
    check: 'and so is how often it may be called',
    file: 'agent/runs/trigger.ts',
    find: 'const found = checkDay({ day, slot, perDay: webhook.per_day }, { known, now })',
    put: 'const found = checkDay({ day, slot, perDay: 9 }, { known, now })',
  }],
  attempt: starting('api: { per_day: 5 }', other, () => ({ kind: 'webhook', day: day(), slot: 1 })),
}

const endInvented: Attack = {
  name: 'end invented',
  tried: 'a run after one of another pipeline that nobody has ever had',
  codes: ['upstream_refused'],
  without: [{
    check: 'the run that is followed is in the anchor',
    file: 'agent/runs/after.ts',
    find: "if (found === undefined) throw refused(run, 'is none that agents of this pool have had lately')",
    put: 'if (found === undefined) return { began, until: now + 3_600_000 }',
  }],
  attempt: starting('after: { pipeline: tick, per_day: 5 }', followed, async (scene) => ({
    kind: 'after',
    run: runIdOf(scene, await idOf(scene, 'tick'), { kind: 'api', day: day(), slot: 2 }),
  })),
}

const endOtherwise: Attack = {
  name: 'end that was another',
  tried: 'a run that is to follow failures, after a run that has ended well',
  codes: ['upstream_refused'],
  without: [{
    check: 'the run that is followed ended as was signed',
    file: 'agent/runs/after.ts',
    find: 'if (!after.on.some((end) => endsOf(found).includes(end))) {',
    put: 'if (false) {',
  }],
  attempt: starting('after: { pipeline: tick, on: [failed], per_day: 5 }', other, after),
}

const endsTooMany: Attack = {
  name: 'ends beyond the day',
  tried: 'a second run of a day after another pipeline, where one was signed',
  codes: ['limit_reached'],
  without: [{
    check: 'runs after another pipeline are counted in the anchor',
    file: 'agent/runs/attempts.ts',
    find: "if (checked.kind === 'after' && runsOfDay(object, day, 'after') >= follows) {",
    put: 'if (false) {',
  }],
  attempt: starting('after: { pipeline: tick, per_day: 1 }', async (scene) => {
    const { rows } = await followed(scene)
    return { run: await ticked(scene), rows }
  }, after),
}

const endAgain: Attack = {
  name: 'end that came again',
  tried: 'a second run after one end of another pipeline, under a redrive that nobody has signed',
  codes: ['upstream_refused'],
  without: [{
    check: 'a redrive under which a run has ended is in the anchor',
    file: 'agent/runs/after.ts',
    find: 'if (found.redrives?.at(-1) !== redrive) {',
    put: 'if (false) {',
  }],
  attempt: starting('after: { pipeline: tick, per_day: 5 }', followed, (_, run) => ({
    kind: 'after',
    run,
    redrive: run,
  })),
}

/** The id of the run that the edge starts by itself after this one. */
async function followerOf(scene: Scene, run: string): Promise<string> {
  const id = runIdOf(scene, await idOf(scene, 'started'), { kind: 'after', run })
  for (;;) {
    const { status } = await scene.world.api('GET', `/v1/runs/${id}`)
    if (status === 200) return id
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const betweenIntervals: Attack = {
  name: 'fire time between intervals',
  tried: 'a run now, of a pipeline that fires once a year of days',
  codes: ['fire_time_refused'],
  without: [{
    check: 'a fire time is one of the signed schedule',
    file: 'agent/runs/trigger.ts',
    find: "if (!isFire(schedule, at)) throw refusedFire(fire, 'is not one of the schedule')",
    put: '',
  }],
  attempt: starting('schedule: { every: 366d, overlap: queue, catch_up: all }', other, () => ({
    kind: 'schedule',
    fire: new Date((Math.floor(Date.now() / 60_000) + 1) * 60_000).toISOString(),
  })),
}

export const starters: readonly Attack[] = [
  callInvented,
  callUnsigned,
  endInvented,
  endOtherwise,
  endsTooMany,
  endAgain,
  betweenIntervals,
]
