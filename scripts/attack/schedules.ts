/** Fire times and values of parameters that nobody has signed. */
import { SQL } from 'bun'
import type { Attack } from './attack.ts'
import { ledger } from './checks.ts'
import { alterJobs } from './forge.ts'
import { pipelineText, type Scene } from './scene.ts'
import { idOf, queueRun, runIdOf, usedTrigger } from './triggers.ts'
import { refusalOf, rowsBeyond, rowsIn, startUnsigned, ticked, unsigned } from './watch.ts'

const minuteMs = 60_000

/** The next full minute, which may have come already by another clock, or one after it. */
const minute = (later = 0): string =>
  new Date((Math.floor(Date.now() / minuteMs) + 1 + later) * minuteMs).toISOString()

async function schedule(scene: Scene, cron: string): Promise<void> {
  await scene.world.applyPipeline({
    ...pipelineText('timed', { mode: 'append' }),
    more: 'limits: { retries: 0 }\n' +
      `triggers: { schedule: { cron: "${cron}", timezone: UTC, overlap: queue, catch_up: all } }\n`,
  })
}

/** Queues a run of `timed` at this time, as if its hour had come. */
async function queueFire(scene: Scene, fire: string): Promise<string> {
  const pipeline = await idOf(scene, 'timed')
  const id = runIdOf(scene, pipeline, { kind: 'schedule', fire })
  const change = { id, pipeline, trigger: JSON.stringify({ kind: 'schedule', fire }), day: null, slot: null }
  await scene.agent()
  return await queueRun(scene, await ticked(scene), { ...change, plan: fire, fire: Date.parse(fire) })
}

const beyond = (scene: Scene, ordered: number) => rowsBeyond(scene, 'public.timed', ordered)

const invented: Attack = {
  name: 'fire time invented',
  tried: "a run now, of a pipeline whose schedule fires at new year's midnight",
  codes: ['fire_time_refused'],
  without: [{
    check: 'a fire time is one of the signed schedule',
    file: 'agent/runs/trigger.ts',
    find: "if (!isFire(schedule, at)) throw refusedFire(fire, 'is not one of the schedule')",
    put: '',
  }],
  async attempt(scene) {
    await schedule(scene, '0 0 1 1 *')
    const refusal = await refusalOf(scene, 'timed', { start: () => queueFire(scene, minute()) })
    return { ...refusal, gained: await beyond(scene, 0) }
  },
}

const early: Attack = {
  name: 'fire time of tomorrow',
  tried: 'a fire time of the schedule that has not come',
  codes: ['fire_time_refused'],
  without: [{
    check: "a fire time is not in the future by the host's clock",
    file: 'agent/runs/trigger.ts',
    find: "throw refusedFire(fire, 'is in the future')",
    put: '{}',
  }],
  async attempt(scene) {
    await schedule(scene, '* * * * *')
    const refusal = await refusalOf(scene, 'timed', { start: () => queueFire(scene, minute(1440)) })
    return { ...refusal, gained: await beyond(scene, 0) }
  },
}

const repeated: Attack = {
  name: 'fire time repeated',
  tried: 'a fire time that has had its run, queued once more',
  codes: ['trigger_used'],
  without: [usedTrigger, ledger],
  async attempt(scene) {
    await schedule(scene, '* * * * *')
    const first = await queueFire(scene, minute())
    await scene.world.endOf(first)
    const refusal = await refusalOf(scene, 'timed', { start: () => queueRun(scene, first) })
    return { ...refusal, gained: await beyond(scene, 3) }
  },
}

/** Keeps the run that `start` makes under way until the edge has cancelled it; its id, once it has ended. */
async function cancelled(scene: Scene, start: () => Promise<string>): Promise<string> {
  await using session = new SQL({ url: scene.target.href, max: 1 })
  await session.unsafe('begin; lock table people in access exclusive mode')
  const id = await start()
  const state = async () => (await scene.world.api('GET', `/v1/runs/${id}`)).body.state
  while (await state() !== 'running') await new Promise((resolve) => setTimeout(resolve, 100))
  await scene.world.api('POST', `/v1/runs/${id}/cancel`)
  await scene.world.endOf(id)
  await session.unsafe('rollback')
  return id
}

const cancelledAgain: Attack = {
  name: 'fire time cancelled, and given again',
  tried:
    'to cancel the run of a fire time while it is under way, and to have it once more whenever that suits',
  codes: ['trigger_used'],
  without: [usedTrigger],
  async attempt(scene) {
    await scene.sql.unsafe(
      `create table people as select * from (values (1, 'Ada'), (2, 'Grace')) v (id, name)`,
    )
    await scene.world.applyPipeline({
      ...pipelineText('timed', { source: 'there' }),
      streams: ['{ from: public.people, to: public.timed, mode: append }'],
      more: 'limits: { retries: 0 }\n' +
        'triggers: { schedule: { cron: "* * * * *", timezone: UTC, overlap: cancel_running, catch_up: none } }\n',
    })
    const first = await cancelled(scene, () => queueFire(scene, minute()))
    const { code } = await refusalOf(scene, 'timed', { start: () => queueRun(scene, first) })
    // What is told about it again is its end, as it was.
    const told = code === 'cancelled' && scene.said().includes('code=trigger_used')
    return {
      ...(told ? { code: 'trigger_used', seen: ['agent log', 'run status'] } : { code, seen: [] }),
      gained: await beyond(scene, 0),
    }
  },
}

const tooMany: Attack = {
  name: 'runs beyond the limit',
  tried: 'a second run of a day, by a slot that is free, of a pipeline that may run once a day',
  codes: ['limit_reached'],
  without: [{
    check: 'the runs of a day are counted in the anchor',
    file: 'agent/runs/attempts.ts',
    find: 'Math.max(runsOfDay(object, day), firesOfDay(object, asked, { day, most })) >= most',
    put: 'false',
  }],
  async attempt(scene) {
    const text = pipelineText('timed', { mode: 'append' })
    const limits = 'limits: { retries: 0, runs_per_day: 1 }\n'
    await scene.world.applyPipeline({ ...text, more: `${limits}triggers: { api: { per_day: 5 } }\n` })
    await scene.agent()
    const first = await startUnsigned(scene, 'timed')
    await scene.world.endOf(first)
    const trigger = { kind: 'api', day: new Date().toISOString().slice(0, 10), slot: 2 } as const
    const id = runIdOf(scene, await idOf(scene, 'timed'), trigger)
    const change = { id, trigger: JSON.stringify(trigger), slot: 2, plan: id }
    const refusal = await refusalOf(scene, 'timed', { start: () => queueRun(scene, first, change) })
    return { ...refusal, gained: await beyond(scene, 3) }
  },
}

const listed = {
  check: 'a value is one of those that the signed pipeline lists',
  file: 'shared/parameters.ts',
  find: 'if (!rule.enum.includes(value)) throw',
  put: 'if (false) throw',
}

/** Starts a run for Ada, in which the edge puts another value. */
async function withValue(scene: Scene, value: string) {
  await scene.sql.unsafe(
    `create table people as select * from (values (1, 'Ada'), (2, 'Grace'), (3, 'Edsger')) v (id, name)`,
  )
  await scene.world.applyPipeline({
    ...pipelineText('chosen', { source: 'there', unsigned: true }),
    streams: ['{ from: public.people, to: public.chosen, mode: replace, where: "name = ${who}" }'],
    more:
      'limits: { retries: 0 }\ntriggers: { api: { per_day: 2 } }\nparameters: { who: { enum: [Ada, Grace] } }\n',
  })
  alterJobs(scene, ({ run }) => (run.trigger.parameters = { who: value }))
  const refusal = await refusalOf(scene, 'chosen', unsigned(scene, 'chosen', { who: 'Ada' }))
  const rows = await rowsIn(scene.sql, 'public.chosen') ?? 0
  return { refusal, rows }
}

const outOfBounds: Attack = {
  name: 'parameter out of bounds',
  tried: 'a value that the signed pipeline does not list, for rows that it was not to move',
  codes: ['parameter_refused'],
  without: [listed],
  async attempt(scene) {
    const { refusal, rows } = await withValue(scene, 'Edsger')
    return { ...refusal, gained: rows > 0 ? 'the row of somebody who was not listed' : null }
  },
}

const sqlInParameter: Attack = {
  name: 'SQL in a parameter',
  tried: "a value that would end the condition's text and go on as SQL",
  codes: ['parameter_refused'],
  without: [listed, {
    check: 'a value is bound, and never text of the SQL',
    file: 'shared/condition.ts',
    find: 'return spell(parameter, (values[parameter] as Bound).type)',
    put: 'return "\'" + (values[parameter] as Bound).value + "\'"',
  }],
  async attempt(scene) {
    const { refusal, rows } = await withValue(scene, "Ada' or 'a' = 'a")
    return { ...refusal, gained: rows > 1 ? `${rows} rows by SQL in a value` : null }
  },
}

export const schedules: readonly Attack[] = [
  invented,
  early,
  repeated,
  cancelledAgain,
  tooMany,
  outOfBounds,
  sqlInParameter,
]
