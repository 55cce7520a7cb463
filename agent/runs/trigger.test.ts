import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FaultCode } from '../../shared/faults.ts'
import type { Parameter } from '../../shared/schemas/parameter.ts'
import { RequestAction } from '../../shared/schemas/request.ts'
import type { Schedule } from '../../shared/schemas/pipeline.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { readAnchor, remakeAnchor, updateAnchor } from '../trust/anchor.ts'
import { readPipelineAnchor, updatePipelineAnchor } from '../trust/pipeline_anchor.ts'
import { markDone, uncountAttempt } from './attempts.ts'
import { verifyJob } from './verify.ts'
import { type Draft, draft, ids, keys, seedOf, start, time, World } from './world_fixture.ts'

const signal = new AbortController().signal

function verify(world: World) {
  const { anchor, edge } = world
  const options = { footings: world.footings(), anchor, edge, agentId: ids.agent, now: () => world.now }
  return verifyJob(world.job, { ...options, pausesMs: [] }, signal)
}

async function worldOf(change: (from: Draft) => void): Promise<World> {
  const from = draft()
  change(from)
  const world = new World(from)
  await world.settle()
  return world
}

/** Hourly, and published at 10:00, where the world starts. */
function hourly(change: Partial<Schedule> = {}) {
  return worldOf((from) => {
    const schedule: Schedule = {
      cron: '0 * * * *',
      timezone: 'UTC',
      overlap: 'skip',
      catch_up: 'last',
      ...change,
    }
    from.pipeline.triggers = { schedule }
    from.index.issued = time(start)
  })
}

const at = (clock: string) => Date.parse(`2026-11-22T${clock}Z`)
const day = 86_400_000

async function fire(world: World, ms: number, now = ms + 500) {
  world.now = now
  world.byFire(time(ms))
  return await verify(world)
}

const refused = (world: World, ms: number, now?: number) =>
  assert.rejects(fire(world, ms, now), { code: 'fire_time_refused' })

describe('a scheduled run', () => {
  test('starts at each fire time, once', async () => {
    await using world = await hourly()
    const { order } = await fire(world, at('11:00'))
    assert.deepEqual([order.action, order.parameters], ['run', {}])
    await fire(world, at('12:00'))
    assert.equal((await readPipelineAnchor(world.anchor, world.of))?.fired, time(at('12:00')))
    await updatePipelineAnchor(world.anchor, world.of, (object) => {
      const ended = { status: 'succeeded', code: null } as const
      return markDone(object, world.job.run.id, { ended, now: world.now })
    })
    await assert.rejects(fire(world, at('12:00')), { code: 'trigger_used' })
  })

  test('has the signed defaults of its parameters', async () => {
    await using world = await worldOf((from) => {
      const schedule = { cron: '0 * * * *', timezone: 'UTC', overlap: 'skip', catch_up: 'last' } as const
      from.pipeline.triggers = { schedule }
      from.pipeline.parameters = { region: { enum: ['eu', 'us'], default: 'us' }, since: { type: 'date' } }
      from.index.issued = time(start)
    })
    assert.deepEqual((await fire(world, at('11:00'))).order.parameters, { region: 'us' })
  })

  test('is refused at a time that the schedule does not have', async () => {
    await using world = await hourly()
    await refused(world, at('11:00:00.001'))
    await refused(world, at('11:01'))
    await refused(world, at('11:30'))
  })

  test('is refused in the future, except for clocks that are a minute apart', async () => {
    await using world = await hourly()
    await refused(world, at('12:00'), at('11:58:59'))
    await fire(world, at('12:00'), at('11:59:00'))
  })

  test('is refused for a fire time before the one that was accepted last', async () => {
    await using world = await hourly({ catch_up: 'all' })
    await fire(world, at('13:00'))
    await refused(world, at('12:00'), at('13:00:01'))
  })

  test('is refused for a fire time before the first index that lists the pipeline', async () => {
    await using world = await hourly({ catch_up: 'all' })
    await refused(world, at('09:00'), at('10:01'))
    await refused(world, at('10:00'), at('10:01'))
    await fire(world, at('11:00'))
  })

  test('may be for a fire time before a later index, when an earlier one listed the pipeline', async () => {
    await using world = await hourly()
    const first = world.documents.index
    const document = JSON.parse(atob(first.dsse.payload))
    Object.assign(document, { number: 2, previous: first.hash, issued: time(at('11:00:02')) })
    const { dsse } = signDocument(p, { type: 'index', document, seeds: [seedOf(keys.signer)] })
    world.shown.indexes.push(dsse)
    await fire(world, at('11:00'), at('11:00:03'))
    const { pipelines } = await readAnchor(world.anchor, world.ring)
    assert.deepEqual(pipelines, { [ids.pipeline]: { since: time(start), kept: true } })
  })

  test('is told by one spelling of its time', async () => {
    await using world = await hourly()
    await fire(world, at('11:00'))
    for (
      const text of ['2026-11-22T12:00:00Z', '2026-11-22T13:00:00.000+01:00', '2026-11-22 12:00', 'soon']
    ) {
      world.now = at('12:00:01')
      world.byFire('2026-11-22T12:00:00.000Z')
      world.job = { ...world.job, run: { ...world.job.run, trigger: { kind: 'schedule', fire: text } } }
      await assert.rejects(verify(world), { code: 'fire_time_refused' }, text)
    }
  })

  test('has waited its turn when it is up to an hour late', async () => {
    for (const catch_up of ['none', 'last', 'all'] as const) {
      await using world = await hourly({ cron: '*/10 * * * *', catch_up })
      await fire(world, at('11:00'), at('12:00'))
      await fire(world, at('11:10'), at('12:10'))
    }
  })

  test('that was missed is not made up for by catch_up: none', async () => {
    await using world = await hourly({ cron: '0 11 * * *', catch_up: 'none' })
    await refused(world, at('11:00'), at('12:00:00.001'))
  })

  test('that was missed is made up for by catch_up: last when none has been missed since', async () => {
    await using world = await hourly({ catch_up: 'last' })
    await refused(world, at('11:00'), at('20:30'))
    await refused(world, at('18:00'), at('20:30'))
    await fire(world, at('19:00'), at('20:30'))
    await fire(world, at('20:00'), at('20:30'))
  })

  test('that was missed is made up for by catch_up: all for a week, in order', async () => {
    await using world = await hourly({ catch_up: 'all' })
    const now = at('12:30') + 7 * day
    await refused(world, at('12:00'), now)
    for (const ms of [at('13:00'), at('14:00'), at('12:00') + 6 * day]) await fire(world, ms, now)
    await refused(world, at('15:00'), now)
  })

  test('is attempted again however late, and goes on as the same run after it was handed back', async () => {
    await using world = await hourly({ catch_up: 'none' })
    await fire(world, at('11:00'))
    await updatePipelineAnchor(world.anchor, world.of, (object) => uncountAttempt(object, world.job.run.id))
    await fire(world, at('11:00'), at('13:00'))
    await fire(world, at('11:00'), at('15:00'))
    await assert.rejects(fire(world, at('11:00'), at('15:01')), { code: 'limit_reached' })
    assert.deepEqual((await world.runs()).map(({ attempts }) => attempts), [2])
  })

  test('needs a schedule, and an id that its fire time gives it', async () => {
    await using plain = await worldOf(() => undefined)
    plain.byFire(time(at('11:00')))
    await assert.rejects(verify(plain), { code: 'trigger_not_allowed' })
    await using world = await hourly()
    world.byFire(time(at('11:00')))
    const { id } = world.job.run
    world.now = at('12:00')
    world.byFire(time(at('12:00')))
    world.job = { ...world.job, run: { ...world.job.run, id } }
    await assert.rejects(verify(world), { code: 'request_mismatch' })
  })

  test('counts among the runs of its day', async () => {
    await using world = await worldOf((from) => {
      const schedule = { cron: '0 * * * *', timezone: 'UTC', overlap: 'skip', catch_up: 'all' } as const
      from.pipeline.triggers = { schedule, api: { per_day: 5 } }
      from.pipeline.limits = { retries: 0, runs_per_day: 2 }
    })
    await fire(world, at('11:00'))
    world.bySlot(1)
    await verify(world)
    await assert.rejects(fire(world, at('12:00')), { code: 'limit_reached' })
    assert.equal((await readPipelineAnchor(world.anchor, world.of))?.fired, time(at('11:00')))
    await fire(world, at('11:00') + day)
  })

  test('is counted anew when the index moves while it is counted', async () => {
    await using world = await hourly()
    world.now = at('11:00:01')
    world.byFire(time(at('11:00')))
    const { footings, floors } = { footings: world.footings(), floors: { asked: 0 } }
    const moving = {
      read: (signal: AbortSignal) => footings.read(signal),
      // Asked after the count, and before the root is looked at once more.
      floor: async (tenant: string) => {
        if (floors.asked++ === 0) {
          const hash = 'f'.repeat(64)
          await updateAnchor(world.anchor, world.ring, (one) => ({ ...one, trust: { version: 1, hash } }))
        }
        return await footings.floor(tenant)
      },
    }
    const options = {
      footings: moving,
      anchor: world.anchor,
      edge: world.edge,
      agentId: ids.agent,
      pausesMs: [],
    }
    await assert.rejects(verifyJob(world.job, { ...options, now: () => world.now }, signal), {
      code: 'trust_forked',
    })
    const object = await readPipelineAnchor(world.anchor, world.of)
    assert.deepEqual([object?.runs, object?.fired], [[], null])
  })
})

describe('after the anchor was lost and made anew', () => {
  const both = async () => {
    const world = await worldOf((from) => {
      const schedule = { cron: '0 * * * *', timezone: 'UTC', overlap: 'skip', catch_up: 'all' } as const
      from.pipeline.triggers = { schedule, api: { per_day: 5 } }
    })
    return { world, lose: (now: number) => remakeAnchor(world.anchor, world.ring, now) }
  }

  test('requests, fire times and days from before are refused, those from after are not', async () => {
    const { world, lose } = await both()
    await using _ = world
    await lose(start + 1)
    await assert.rejects(verify(world), { code: 'trigger_before_anchor' })
    world.bySlot(1)
    await assert.rejects(verify(world), { code: 'trigger_before_anchor' }, 'a day that had begun')
    await lose(at('11:30'))
    await assert.rejects(fire(world, at('11:00'), at('11:31')), { code: 'trigger_before_anchor' })
    await fire(world, at('12:00'))
    world.now = start + day
    world.bySlot(1)
    await verify(world)
  })

  test('a run that was counted before is not attempted again: an old object may have forgotten its end', async () => {
    const { world, lose } = await both()
    await using _ = world
    await verify(world)
    await lose(start + 1)
    await assert.rejects(verify(world), { code: 'trigger_before_anchor' })
  })
})

const parameters: Record<string, Parameter> = {
  region: { enum: ['eu', 'us'] },
  since: { type: 'date', min: '2026-01-01' },
}

interface Given {
  readonly declared?: Record<string, Parameter>
  readonly given: Record<string, string>
  readonly action?: RequestAction
}

function asking({ declared = parameters, given, action = 'run' }: Given) {
  return worldOf((from) => {
    from.pipeline.parameters = declared
    Object.assign(from.request, { action, parameters: given })
  })
}

describe('a signed request', () => {
  test('hands on its action and its values', async () => {
    const given = { region: 'eu', since: '2026-11-01' }
    for (const action of RequestAction.options) {
      await using world = await asking({ given, action })
      const { order } = await verify(world)
      assert.deepEqual([order.action, order.parameters], [action, given])
    }
  })

  const bad: readonly [string, Given][] = [
    ['a value that is missing', { given: { region: 'eu' } }],
    ['one that is not declared', { given: { region: 'eu', since: '2026-11-01', until: '2026-11-02' } }],
    ['one outside its enumeration', { given: { region: 'cn', since: '2026-11-01' } }],
    ['one outside its range', { given: { region: 'eu', since: '2025-12-31' } }],
    ['one of another type', { given: { region: 'eu', since: "x'; drop table orders; --" } }],
    ['a backfill without a range', {
      declared: { region: { enum: ['eu'] } },
      given: { region: 'eu' },
      action: 'backfill',
    }],
  ]
  for (const [name, given] of bad) {
    test(`is refused with parameter_refused: ${name}`, async () => {
      await using world = await asking(given)
      await assert.rejects(verify(world), { code: 'parameter_refused' })
      assert.deepEqual(await world.runs(), [])
    })
  }

  test('may reset or resync without any parameter', async () => {
    for (const action of ['reset', 'resync'] as const) {
      await using world = await asking({ declared: {}, given: {}, action })
      assert.equal((await verify(world)).order.action, action)
    }
  })

  test('of a run is no reset, whatever the edge makes of it', async () => {
    await using world = await worldOf(() => undefined)
    const { trigger } = world.job.run
    assert.ok(trigger.kind === 'request')
    const document = { ...JSON.parse(atob(trigger.request.payload)), action: 'reset' }
    const request = { ...trigger.request, payload: btoa(JSON.stringify(document)) }
    world.job = { ...world.job, run: { ...world.job.run, trigger: { kind: 'request', request } } }
    await assert.rejects(verify(world), { code: 'signature_invalid' })
  })

  test('is the only trigger that carries an action: what the edge puts beside another one is nothing', async () => {
    await using world = await worldOf((from) => {
      const schedule = { cron: '0 * * * *', timezone: 'UTC', overlap: 'skip', catch_up: 'last' } as const
      from.pipeline.triggers = { schedule, api: { per_day: 5 } }
      from.index.issued = time(start)
    })
    const run = () => ({ ...world.job.run, action: 'reset' })
    const claimed = () =>
      ({ ...world.job.run.trigger, action: 'reset' }) as unknown as typeof world.job.run.trigger
    world.bySlot(1)
    world.job = { ...world.job, run: { ...run(), trigger: claimed() } }
    assert.equal((await verify(world)).order.action, 'run')
    world.now = at('11:00:01')
    world.byFire(time(at('11:00')))
    world.job = { ...world.job, run: { ...run(), trigger: claimed() } }
    assert.equal((await verify(world)).order.action, 'run')
  })
})

describe('an unsigned run', () => {
  const slot = (world: World, values?: Record<string, string>) => {
    world.bySlot(1)
    const trigger = { ...world.job.run.trigger, parameters: values } as typeof world.job.run.trigger
    world.job = { ...world.job, run: { ...world.job.run, trigger } }
    return verify(world)
  }
  const cases: readonly [
    string,
    Record<string, Parameter>,
    Record<string, string> | undefined,
    FaultCode | null,
  ][] = [
    ['one of an enumeration', { region: { enum: ['eu'] } }, { region: 'eu' }, null],
    ['another than those', { region: { enum: ['eu'] } }, { region: 'us' }, 'parameter_refused'],
    ['none where one is declared', { region: { enum: ['eu'] } }, undefined, 'parameter_refused'],
    ['what a signature is needed for', { n: { type: 'integer' } }, { n: '1' }, 'parameter_refused'],
    ['what is not declared', {}, { n: '1' }, 'parameter_refused'],
  ]
  for (const [name, declared, values, code] of cases) {
    test(`with ${name} is ${code ?? 'accepted'}`, async () => {
      await using world = await worldOf((from) => void (from.pipeline.parameters = declared))
      if (code === null) assert.deepEqual((await slot(world, values)).order.parameters, values)
      else await assert.rejects(slot(world, values), { code })
    })
  }
})
