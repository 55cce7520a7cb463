import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FaultCode } from '../../shared/faults.ts'
import { runId } from '../../shared/ids.ts'
import type { Request } from '../../shared/schemas/request.ts'
import { signDocument } from '../../shared/sign/documents.ts'
import { native as p } from '../primitives.ts'
import { remakeAnchor } from '../trust/anchor.ts'
import { enterPipeline, updatePipelineAnchor } from '../trust/pipeline_anchor.ts'
import { type Ended, markDone } from './attempts.ts'
import { verifyJob } from './verify.ts'
import { draft, ids, keys, seedOf, start, time, World } from './world_fixture.ts'

const signal = new AbortController().signal

function verify(world: World) {
  const { anchor, edge } = world
  const options = { footings: world.footings(), anchor, edge, agentId: ids.agent, now: () => world.now }
  return verifyJob(world.job, { ...options, pausesMs: [] }, signal)
}

/** A run that may be attempted twice. */
async function settled(change: (from: ReturnType<typeof draft>) => void = () => undefined): Promise<World> {
  const from = draft()
  change(from)
  const world = new World(from)
  await world.settle()
  return world
}

let nonces = 0

type Change = { [K in keyof Request]?: Request[K] | undefined }

/** Puts a signed redrive of its run beside the job. */
function redrive(world: World, change: Change = {}, signer: number = keys.signer): void {
  const document: Request = {
    type: 'request',
    tenant: ids.tenant,
    project: ids.project,
    action: 'run',
    parameters: {},
    pool: 'default',
    index: 1,
    pipeline: { id: ids.pipeline, hash: world.documents.pipeline.hash },
    redrive: world.job.run.id,
    nonce: String(++nonces).padStart(32, '0'),
    issued: time(world.now),
    expires: time(world.now + 900_000),
    ...change as Partial<Request>,
  }
  if ('redrive' in change && change.redrive === undefined) delete document.redrive
  const { dsse } = signDocument(p, { type: 'request', document, seeds: [seedOf(signer)] })
  world.job = { ...world.job, run: { ...world.job.run, redrive: dsse } }
}

async function end(world: World, status: Ended['status']): Promise<void> {
  const ended = { status, code: status === 'succeeded' ? null : 'login_failed' }
  await updatePipelineAnchor(
    world.anchor,
    world.of,
    (object) => markDone(object, world.job.run.id, { ended, now: world.now }),
  )
}

const used = async (world: World) => {
  await verify(world)
  await verify(world)
  await assert.rejects(verify(world), { code: 'limit_reached' })
}

describe('a signed redrive', () => {
  test('brings as many attempts as its pipeline gives a run, once, whatever the edge shows', async () => {
    await using world = await settled()
    await used(world)
    redrive(world)
    const numbers = [(await verify(world)).attempt, (await verify(world)).attempt]
    assert.deepEqual(numbers, [1, 2])
    await assert.rejects(verify(world), { code: 'limit_reached' })
    const before = world.job.run.redrive
    redrive(world)
    await verify(world)
    await verify(world)
    await assert.rejects(verify(world), { code: 'limit_reached' })
    assert.ok(before !== undefined)
    world.job = { ...world.job, run: { ...world.job.run, redrive: before } }
    await assert.rejects(verify(world), { code: 'limit_reached' })
    const [run, ...more] = await world.runs()
    assert.deepEqual([run?.id, run?.attempts, run?.redrives?.length, more.length], [
      world.job.run.id,
      2,
      2,
      0,
    ])
  })

  for (const status of ['failed', 'partial', 'refused', 'cancelled'] as const) {
    test(`attempts a run again that has ended as ${status}, also after its own request has expired`, async () => {
      await using world = await settled()
      await verify(world)
      await end(world, status)
      await assert.rejects(verify(world), { code: 'trigger_used' })
      world.now = start + 20 * 3_600_000
      redrive(world)
      assert.equal((await verify(world)).attempt, 1)
      await end(world, status)
      await assert.rejects(verify(world), { code: 'trigger_used' }, 'the redrive has been used')
    })
  }

  test('has nothing left to do for a run that has succeeded', async () => {
    await using world = await settled()
    await verify(world)
    await end(world, 'succeeded')
    redrive(world)
    await assert.rejects(verify(world), { code: 'trigger_used' })
  })

  test('keeps what its run was ordered to do', async () => {
    await using world = await settled((from) => {
      from.pipeline.parameters = { region: { enum: ['eu', 'us'], default: 'eu' } }
      Object.assign(from.request, { action: 'resync', parameters: { region: 'us' } })
    })
    await used(world)
    redrive(world)
    const { order } = await verify(world)
    assert.deepEqual([order.action, order.parameters], ['resync', { region: 'us' }])
  })

  test('brings a run back that the anchor has forgotten for its age', async () => {
    await using world = await settled()
    await used(world)
    world.now = start + 10 * 86_400_000
    await assert.rejects(verify(world), { code: 'trigger_used' })
    await updatePipelineAnchor(world.anchor, world.of, (object) => ({ ...object, runs: [] }))
    await assert.rejects(verify(world), { code: 'request_expired' })
    redrive(world)
    await verify(world)
    await verify(world)
    await assert.rejects(verify(world), { code: 'limit_reached' })
  })

  test('brings a run back from before an anchor that was lost', async () => {
    await using world = await settled()
    await used(world)
    world.now += 60_000
    await remakeAnchor(world.anchor, world.ring, world.now)
    await assert.rejects(verify(world), { code: 'trigger_before_anchor' })
    world.now += 1
    redrive(world)
    await verify(world)
  })

  test('of a fire time counts as its run, also once the anchor has forgotten the run itself', async () => {
    const fire = time(start - 5 * 3_600_000)
    await using world = await settled((from) => {
      from.pipeline.triggers = { schedule: { every: '1h', overlap: 'queue', catch_up: 'all' } }
    })
    await enterPipeline(world.anchor, world.of, { since: time(start - 86_400_000), now: start })
    const trigger = { kind: 'schedule', fire } as const
    const id = runId(p, { tenant: ids.tenant, pipeline: ids.pipeline, trigger })
    const run = { ...world.job.run, id, trigger }
    world.job = { ...world.job, run }
    redrive(world)
    await verify(world)
    await end(world, 'succeeded')
    world.now = start + 3 * 86_400_000
    world.job = { ...world.job, run }
    await updatePipelineAnchor(world.anchor, world.of, (object) => ({ ...object, runs: [] }))
    await assert.rejects(verify(world), { code: 'fire_time_refused' })
  })

  test('is no trigger of its own', async () => {
    await using world = await settled((from) => (from.request.redrive = ids.agent))
    await assert.rejects(verify(world), { code: 'request_mismatch' })
  })

  const cases: readonly [string, Change, FaultCode, number?][] = [
    ['of another run', { redrive: ids.agent }, 'request_mismatch'],
    ['that is an order to run', { redrive: undefined }, 'request_mismatch'],
    ['for another pipeline', { pipeline: { id: ids.agent, hash: '0'.repeat(64) } }, 'request_mismatch'],
    ['for another version', { pipeline: { id: ids.pipeline, hash: '0'.repeat(64) } }, 'request_mismatch'],
    ['for another pool', { pool: 'else' }, 'request_mismatch'],
    ['by a newer index than the edge shows', { index: 2 }, 'index_rolled_back'],
    ['that has expired', { issued: time(start - 2000), expires: time(start - 1000) }, 'request_expired'],
    ['from the future', { issued: time(start + 700_000) }, 'request_expired'],
    ['by a stranger', {}, 'signature_invalid', 99],
  ]
  for (const [name, change, code, signer] of cases) {
    test(`${name} is refused with ${code}, and nothing is counted`, async () => {
      await using world = await settled()
      await used(world)
      redrive(world, change, signer)
      const before = await world.runs()
      await assert.rejects(verify(world), { code })
      assert.deepEqual(await world.runs(), before)
    })
  }
})
