/** Triggers that nobody signs for one by one: the edge says them, and the agent judges them by what was signed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runId, type RunTrigger } from '../../shared/ids.ts'
import { startOf } from '../../shared/schedule.ts'
import type { AnchoredRun } from '../../shared/schemas/anchor.ts'
import type { After, Pipeline } from '../../shared/schemas/pipeline.ts'
import { native as p } from '../primitives.ts'
import { remakeAnchor } from '../trust/anchor.ts'
import { enterPipeline, updatePipelineAnchor } from '../trust/pipeline_anchor.ts'
import { verifyJob } from './verify.ts'
import { draft, ids, start, time, World } from './world_fixture.ts'

const signal = new AbortController().signal
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const today = time(start).slice(0, 10)

async function worldOf(
  triggers: Pipeline['triggers'],
  change: Partial<Pick<Pipeline, 'limits' | 'parameters'>> = {},
): Promise<World> {
  const from = draft()
  Object.assign(from.pipeline, { triggers, ...change })
  const world = new World(from)
  await world.settle()
  return world
}

async function judge(world: World, trigger: RunTrigger, now = world.now) {
  world.now = now
  const id = runId(p, { tenant: ids.tenant, pipeline: ids.pipeline, trigger })
  world.job = {
    ...world.job,
    run: { ...world.job.run, id, trigger: trigger as typeof world.job.run.trigger },
  }
  const { anchor, edge } = world
  const options = { footings: world.footings(), anchor, edge, agentId: ids.agent, now: () => world.now }
  return await verifyJob(world.job, { ...options, pausesMs: [] }, signal)
}

const call = (slot: number, day = today) => ({ kind: 'webhook', day, slot }) as const

describe('a call of the webhook', () => {
  test('starts as many runs a day as were signed, by the defaults of the parameters', async () => {
    await using world = await worldOf({ webhook: { per_day: 2 } }, {
      parameters: { region: { enum: ['eu', 'us'], default: 'us' } },
    })
    const { order } = await judge(world, call(1))
    assert.deepEqual([order.action, order.parameters], ['run', { region: 'us' }])
    await judge(world, call(2))
    for (const slot of [3, 0, -1]) {
      await assert.rejects(judge(world, call(slot)), { code: 'trigger_not_allowed' }, String(slot))
    }
    assert.deepEqual((await world.runs()).map(({ trigger }) => trigger), ['webhook', 'webhook'])
  })

  test('is of today, or of yesterday within the hour', async () => {
    await using world = await worldOf({ webhook: { per_day: 2 } })
    const day = (off: number) => time(start + off * dayMs).slice(0, 10)
    await assert.rejects(judge(world, call(1, day(-1))), { code: 'trigger_not_allowed' })
    await assert.rejects(judge(world, call(1, day(1))), { code: 'trigger_not_allowed' })
    const midnight = Date.parse(`${day(1)}T00:00:00.000Z`)
    await judge(world, call(1), midnight + hourMs - 1)
    await assert.rejects(judge(world, call(2), midnight + hourMs), { code: 'trigger_not_allowed' })
  })

  test('needs a webhook that was signed: unsigned runs are no calls, and calls no unsigned runs', async () => {
    await using plain = await worldOf({ api: { per_day: 5 } })
    await assert.rejects(judge(plain, call(1)), { code: 'trigger_not_allowed' })
    await using world = await worldOf({ webhook: { per_day: 5 } })
    const slot = { kind: 'api', day: today, slot: 1 } as const
    await assert.rejects(judge(world, slot), { code: 'trigger_not_allowed' })
  })

  test('carries no parameters, whatever the edge puts beside it', async () => {
    await using world = await worldOf({ webhook: { per_day: 5 } }, {
      parameters: { region: { enum: ['eu', 'us'], default: 'us' } },
    })
    const { order } = await judge(world, { ...call(1), parameters: { region: 'eu' } } as RunTrigger)
    assert.deepEqual(order.parameters, { region: 'us' })
  })
})

const upstream = '019aa000-0000-7000-8000-0000000000ab'

function after(change: Partial<After> = {}) {
  return { after: { pipeline: upstream, pool: 'default', on: ['succeeded'], per_day: 2, ...change } as After }
}

/** The end of the upstream's unsigned run of a slot. */
function endOf(slot: number) {
  const trigger = { kind: 'api', day: today, slot } as const
  return { kind: 'after', run: runId(p, { tenant: ids.tenant, pipeline: upstream, trigger }) } as const
}

/** What the anchor has when that run was counted. */
async function ran(world: World, slot: number, change: Partial<AnchoredRun> = {}): Promise<void> {
  const of = { ...world.of, pipeline: upstream }
  await enterPipeline(world.anchor, of, { since: time(start - dayMs), now: world.now })
  const run: AnchoredRun = {
    id: endOf(slot).run,
    pipeline: upstream,
    trigger: 'api',
    day: today,
    attempts: 1,
    ended: { status: 'succeeded', code: null },
    until: time(start + 2 * dayMs),
    ...change,
  }
  await updatePipelineAnchor(world.anchor, of, (object) => ({ ...object, runs: [...object.runs, run] }))
}

const refused = (world: World, slot: number, now?: number) =>
  assert.rejects(judge(world, endOf(slot), now), { code: 'upstream_refused' })

describe('the end of another run in the same pool', () => {
  test('starts a run where the anchor knows that it ended so', async () => {
    await using world = await worldOf(after())
    await ran(world, 1)
    assert.equal((await judge(world, endOf(1))).order.action, 'run')
    assert.deepEqual((await world.runs()).map(({ trigger }) => trigger), ['after'])
  })

  test('starts none that the edge has invented', async () => {
    await using world = await worldOf(after())
    await refused(world, 1)
    await ran(world, 1)
    await refused(world, 2)
    assert.deepEqual(await world.runs(), [])
  })

  test('starts none where it ended otherwise, or has not ended', async () => {
    await using world = await worldOf(after())
    const ends = ['partial', 'failed', 'refused', 'cancelled'] as const
    for (const [at, status] of ends.entries()) await ran(world, at + 1, { ended: { status, code: null } })
    await ran(world, 5, { ended: null })
    for (const slot of [1, 2, 3, 4, 5]) await refused(world, slot)
  })

  test('may be one of which nobody told how it failed, and not one that was never begun', async () => {
    await using world = await worldOf(after({ on: ['failed'], per_day: 5 }))
    await ran(world, 1, { ended: { status: 'failed', code: null } })
    await ran(world, 2, { ended: null })
    await ran(world, 3, { ended: null, attempts: 0 })
    await ran(world, 4)
    await judge(world, endOf(1))
    await judge(world, endOf(2))
    await refused(world, 3)
    await refused(world, 4)
  })

  test('starts as many a day as were signed, each once', async () => {
    await using world = await worldOf({ ...after(), api: { per_day: 9 } })
    for (const slot of [1, 2, 3]) await ran(world, slot)
    await judge(world, { kind: 'api', day: today, slot: 1 })
    await judge(world, endOf(1))
    await judge(world, endOf(2))
    await assert.rejects(judge(world, endOf(3)), { code: 'limit_reached' })
    await judge(world, endOf(3), start + dayMs)
  })

  test('counts for the day that the edge says while it is of now, so that one that waits at midnight counts once', async () => {
    await using world = await worldOf(after())
    for (const slot of [1, 2, 3, 4, 5, 6]) await ran(world, slot)
    const midnight = Date.parse(`${time(start + dayMs).slice(0, 10)}T00:00:00.000Z`)
    const tomorrow = time(midnight).slice(0, 10)
    const dated = (slot: number, day: string) => ({ ...endOf(slot), day } as RunTrigger)
    await judge(world, dated(1, today), midnight + 1)
    await judge(world, dated(2, today), midnight + hourMs - 1)
    await judge(world, dated(3, tomorrow))
    await assert.rejects(judge(world, dated(4, today)), { code: 'limit_reached' })
    // Of no day that is near: it counts for this one, whatever the edge says.
    await judge(world, dated(5, time(start - 9 * dayMs).slice(0, 10)))
    await assert.rejects(judge(world, dated(6, 'never')), { code: 'limit_reached' })
    assert.deepEqual((await world.runs()).map(({ day }) => day), [today, today, tomorrow, tomorrow])
  })

  test('is refused once the anchor may have forgotten that it was followed', async () => {
    await using world = await worldOf(after())
    await ran(world, 1, { until: time(start + hourMs) })
    await refused(world, 1, start + hourMs)
    await judge(world, endOf(1), start + hourMs - 1)
    // The run itself is remembered for longer than the one that it follows.
    const [run] = await world.runs()
    assert.ok(Date.parse(run?.until ?? '') > start + hourMs)
  })

  test('is attempted again although the other one is forgotten meanwhile', async () => {
    await using world = await worldOf(after())
    await ran(world, 1)
    await judge(world, endOf(1))
    const of = { ...world.of, pipeline: upstream }
    await updatePipelineAnchor(world.anchor, of, (object) => ({ ...object, runs: [] }))
    await judge(world, endOf(1))
    assert.deepEqual((await world.runs()).map(({ attempts }) => attempts), [2])
  })

  test('after a redrive is another one, that starts a run once, and the one before counts no more', async () => {
    await using world = await worldOf(after({ on: ['failed', 'succeeded'], per_day: 9 }))
    const [first, second, third] = ['01', '02', '03'].map((end) => `019aa000-0000-8000-8000-0000000000${end}`)
    const ended = { ended: { status: 'failed', code: null } } as const
    await ran(world, 1, ended)
    const under = (redrive: string | undefined) => ({ ...endOf(1), redrive })
    await assert.rejects(judge(world, under(first)), { code: 'upstream_refused' })
    await judge(world, under(undefined))
    const of = { ...world.of, pipeline: upstream }
    const redriven = (redrives: string[]) =>
      updatePipelineAnchor(world.anchor, of, ({ runs, ...rest }) => ({
        ...rest,
        runs: runs.map((one) => ({ ...one, redrives, ended: { status: 'succeeded' as const, code: null } })),
      }))
    await redriven([first as string, second as string])
    await judge(world, under(second))
    for (const none of [first, third]) {
      await assert.rejects(judge(world, under(none)), { code: 'upstream_refused' })
    }
    assert.deepEqual((await world.runs()).map(({ attempts }) => attempts), [1, 1])
    // Forgotten for its age, while the redrive keeps the one that it followed.
    await updatePipelineAnchor(world.anchor, world.of, (object) => ({ ...object, runs: [] }))
    await assert.rejects(judge(world, under(undefined)), { code: 'upstream_refused' })
  })

  test('is told by one spelling of its id, and needs a pipeline that was signed to follow', async () => {
    await using world = await worldOf(after())
    await ran(world, 1)
    const { run: upper } = endOf(1)
    for (const run of [upper.toUpperCase(), `${upper} `, '019a9f3e', '', null]) {
      const trigger = run === null
        ? { kind: 'after', run: upper, redrive: upper.toUpperCase() } as const
        : { kind: 'after', run } as const
      world.job = { ...world.job, run: { ...world.job.run, trigger } }
      const options = {
        footings: world.footings(),
        anchor: world.anchor,
        edge: world.edge,
        agentId: ids.agent,
      }
      const judged = verifyJob(world.job, { ...options, now: () => world.now, pausesMs: [] }, signal)
      await assert.rejects(judged, { code: 'trigger_not_allowed' }, run ?? 'a redrive')
    }
    await using plain = await worldOf({ api: { per_day: 5 } })
    await ran(plain, 1)
    await assert.rejects(judge(plain, endOf(1)), { code: 'trigger_not_allowed' })
  })

  test('is refused where the anchor was made anew since', async () => {
    await using world = await worldOf(after())
    await remakeAnchor(world.anchor, world.ring, start)
    await ran(world, 1)
    await assert.rejects(judge(world, endOf(1)), { code: 'trigger_before_anchor' })
  })
})

describe('the end of a run of another pool', () => {
  test('is believed the edge as often a day as was signed, for two days', async () => {
    await using world = await worldOf(after({ pool: 'other' }))
    await judge(world, endOf(1))
    await judge(world, endOf(2))
    await assert.rejects(judge(world, endOf(3)), { code: 'limit_reached' })
    await refused(world, 3, Date.parse(`${today}T00:00:00.003Z`) + 47 * hourMs)
  })

  test('is not believed where its id is of the future', async () => {
    await using world = await worldOf(after({ pool: 'other' }))
    const trigger = { kind: 'schedule', fire: time(start + hourMs) } as const
    const run = runId(p, { tenant: ids.tenant, pipeline: upstream, trigger })
    await assert.rejects(judge(world, { kind: 'after', run }), { code: 'upstream_refused' })
  })
})

describe('a run of any of these', () => {
  test('counts among the runs of its day', async () => {
    await using world = await worldOf({
      ...after(),
      api: { per_day: 9 },
      webhook: { per_day: 9 },
      schedule: { every: '1h', overlap: 'queue', catch_up: 'all' },
    }, { limits: { retries: 0, runs_per_day: 4 } })
    await ran(world, 1)
    await ran(world, 2)
    await judge(world, endOf(1))
    await judge(world, call(1))
    await judge(world, { kind: 'api', day: today, slot: 1 })
    await judge(world, { kind: 'schedule', fire: time(start + hourMs) }, start + hourMs)
    for (const trigger of [endOf(2), call(2), { kind: 'api', day: today, slot: 2 } as const]) {
      await assert.rejects(judge(world, trigger), { code: 'limit_reached' }, trigger.kind)
    }
    const next = { kind: 'schedule', fire: time(start + 2 * hourMs) } as const
    await assert.rejects(judge(world, next, start + 2 * hourMs), { code: 'limit_reached' })
  })

  test('counts as long as its day may have runs, whatever jitter and delay put off beyond its end', async () => {
    const cron = { cron: '0,59 0,23 * * *', timezone: 'UTC', jitter: 3600 } as const
    const schedule = { ...cron, overlap: 'queue', catch_up: 'none' } as const
    await using world = await worldOf({ schedule, api: { per_day: 1 } }, {
      limits: { retries: 0, runs_per_day: 1 },
    })
    const tomorrow = Date.parse(`${today}T00:00:00.000Z`) + dayMs
    const startsAt = (fire: number) => startOf(p, schedule, { pipeline: ids.pipeline, fire })
    // Of a day whose first run starts early, and whose last one late.
    const [first, last] = Array.from({ length: 30 }, (_, at) => tomorrow + at * dayMs)
      .map((day) => [day, day + dayMs - 60_000] as const)
      .find(([first, last]) => startsAt(last) + hourMs >= startsAt(first) + 25 * hourMs) ?? [0, 0]
    await judge(world, { kind: 'schedule', fire: time(first) }, startsAt(first))
    // Another run is counted, and with it the anchor drops what it has no need of.
    const [end, day] = [startsAt(last) + hourMs, time(last + dayMs).slice(0, 10)]
    await judge(world, { kind: 'api', day, slot: 1 }, end)
    const late = judge(world, { kind: 'schedule', fire: time(last) }, end)
    await assert.rejects(late, { code: 'limit_reached' })
  })
})

describe('what is made up for after its day', () => {
  for (const [most, more] of [[2, []], [4, ['02', '03']]] as const) {
    test(`comes to no more than ${most} runs of it where ${most} are signed, also when two are forgotten`, async () => {
      const schedule = { every: '1h', overlap: 'queue', catch_up: 'all' } as const
      await using world = await worldOf({ schedule, api: { per_day: 9 } }, {
        limits: { retries: 0, runs_per_day: most },
      })
      const tomorrow = Date.parse(`${today}T00:00:00.000Z`) + dayMs
      const day = time(tomorrow).slice(0, 10)
      const fire = (hour: string) => ({ kind: 'schedule', fire: `${day}T${hour}:00:00.000Z` }) as const
      await judge(world, fire('00'), tomorrow)
      await judge(world, fire('01'), tomorrow + hourMs)
      const later = tomorrow + 3 * dayMs
      await judge(world, { kind: 'api', day: time(later).slice(0, 10), slot: 1 }, later)
      assert.equal((await world.runs()).length, 1)
      for (const hour of more) await judge(world, fire(hour), later)
      await assert.rejects(judge(world, fire('04'), later), { code: 'limit_reached' })
    })
  }
})

describe('an interval', () => {
  test('fires at its multiples, and the agent refuses what lies between', async () => {
    await using world = await worldOf({ schedule: { every: '25m', overlap: 'queue', catch_up: 'all' } })
    const ms = 25 * 60_000
    const next = (Math.floor(start / ms) + 1) * ms
    await judge(world, { kind: 'schedule', fire: time(next) }, next)
    for (const off of [-60_000, 1, 60_000, ms - 1]) {
      const between = { kind: 'schedule', fire: time(next + ms + off) } as const
      await assert.rejects(judge(world, between, next + 3 * ms), { code: 'fire_time_refused' }, String(off))
    }
    await judge(world, { kind: 'schedule', fire: time(next + ms) }, next + 3 * ms)
  })
})

describe('jitter', () => {
  test('is part of when a run may start', async () => {
    const schedule = { every: '1h', jitter: 3000, overlap: 'queue', catch_up: 'none' } as const
    await using world = await worldOf({ schedule })
    const fires = [1, 2, 3, 4, 5, 6].map((hours) => start + hours * hourMs)
    const off = (fire: number) => startOf(p, schedule, { pipeline: ids.pipeline, fire }) - fire
    const fire = fires.find((fire) => off(fire) > 120_000) as number
    const trigger = { kind: 'schedule', fire: time(fire) } as const
    const early = judge(world, trigger, fire + off(fire) - 60_001)
    await assert.rejects(early, { code: 'fire_time_refused' })
    // An hour late counts from then, too.
    await judge(world, trigger, fire + off(fire) + hourMs)
  })
})
