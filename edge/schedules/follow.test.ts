import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runId } from '../../shared/ids.ts'
import type { After } from '../../shared/schemas/pipeline.ts'
import { readUnverified } from '../../shared/sign/documents.ts'
import { step, writes } from '../db/database.ts'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

/** Two published pipelines of which the second follows the first, and an agent. */
async function scene(change: Partial<After> = {}, kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const upstream = await estate.furnish({ triggers: { api: { per_day: 100 } }, limits: { retries: 0 } })
  const first = upstream.pipeline
  const after: After = { pipeline: first, pool: 'default', on: ['succeeded'], per_day: 10, ...change }
  const second = (await estate.furnish({ triggers: { after } })).pipeline
  await edge.edge.tick()
  const agent = await estate.enrol()
  return {
    edge,
    estate,
    upstream,
    first,
    second,
    agent,
    [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
  }
}

type Scene = Awaited<ReturnType<typeof scene>>

/** The agent takes the next run and ends it. */
async function end(s: Scene, status: string, retry = false): Promise<string> {
  const { job } = (await s.agent.poll()).body
  const body = { fence: job.lease.fence, status, retry, streams: [] }
  await s.agent.call('POST', `/v1/agent/runs/${job.run.id}/complete`, body)
  return job.run.id
}

async function runFirst(s: Scene, status = 'succeeded', retry = false): Promise<string> {
  await s.estate.made('POST', '/v1/runs', { pipeline_id: s.first })
  return await end(s, status, retry)
}

/** Runs of the second pipeline: which ones they follow, oldest first. */
async function followers(s: Scene): Promise<(string | undefined)[]> {
  const { data } = await s.estate.made('GET', `/v1/runs?pipeline=${s.second}`)
  return data.map(({ after }: { after?: string }) => after).reverse()
}

for (const kind of kinds) {
  test(`a run that ends well is followed by one run, whoever looks, on the ${kind} storage`, async () => {
    await using s = await scene({}, kind)
    const upstream = await runFirst(s)
    const edges = [s.edge.edge, s.edge.instance(), s.edge.instance()]
    await Promise.all(edges.map((edge) => edge.tick()))
    await Promise.all(edges.map((edge) => edge.tick()))
    assert.deepEqual(await followers(s), [upstream])
    const { job } = (await s.agent.poll()).body
    const trigger = { kind: 'after', run: upstream } as const
    const day = new Date(s.edge.now).toISOString().slice(0, 10)
    assert.deepEqual(job.run.trigger, { ...trigger, day }, 'and its agent counts it for the same day')
    assert.equal(job.run.id, runId(native, { tenant: s.estate.tenant, pipeline: s.second, trigger }))
    const leaves = await s.edge.leaves(s.estate.tenant)
    const [leaf, ...more] = leaves.filter(({ target }) => target === job.run.id && target !== upstream)
    assert.deepEqual([leaf.action, leaf.actor, leaf.facts], ['run.created', { kind: 'edge' }, {
      pipeline: s.second,
      trigger: 'after',
      after: upstream,
    }])
    assert.ok(more.every(({ action }) => action !== 'run.created'))
    assert.deepEqual(await s.edge.rows('SELECT * FROM run_end'), [])
  })
}

describe('a pipeline that follows another', () => {
  test('follows the ends that were signed, and a dead run has failed', async () => {
    await using s = await scene({ on: ['failed', 'partial'] })
    await runFirst(s, 'succeeded')
    const failed = await runFirst(s, 'failed')
    const dead = await runFirst(s, 'failed', true)
    const partial = await runFirst(s, 'partial')
    await runFirst(s, 'cancelled')
    await runFirst(s, 'refused')
    await s.edge.edge.tick()
    assert.equal((await s.estate.made('GET', `/v1/runs/${dead}`)).state, 'dead')
    assert.deepEqual((await followers(s)).sort(), [failed, dead, partial].sort())
  })

  test('does so as often a day as was signed, and the log says when it does not', async () => {
    await using s = await scene({ per_day: 1 })
    const first = await runFirst(s)
    await s.edge.edge.tick()
    await end(s, 'succeeded')
    const second = await runFirst(s)
    await s.edge.edge.tick()
    assert.deepEqual(await followers(s), [first])
    const said = (await s.edge.leaves(s.estate.tenant)).filter(({ action }) => action === 'run.not_followed')
    assert.deepEqual(said.map(({ target, facts }) => [target, facts]), [
      [s.second, { run: second, code: 'limit_reached' }],
    ])
    s.edge.now += 86_400_000
    const third = await runFirst(s)
    await s.edge.edge.tick()
    assert.deepEqual(await followers(s), [first, third])
  })

  test('follows the end of a run that was redriven, too, once for each signed redrive', async () => {
    await using s = await scene({ on: ['succeeded', 'failed'] })
    const upstream = await runFirst(s, 'failed')
    await s.edge.edge.tick()
    await end(s, 'succeeded')
    const redriven = async () => {
      const dsse = s.estate.request(s.upstream, { redrive: upstream })
      await s.estate.made('POST', `/v1/runs/${upstream}/redrive`, { request: dsse })
      const { issued, nonce } = readUnverified(native, 'request', dsse).document
      const trigger = { kind: 'request', issued, nonce } as const
      return runId(native, { tenant: s.estate.tenant, pipeline: s.first, trigger })
    }
    const followed: unknown[] = [undefined]
    for (const status of ['failed', 'succeeded']) {
      const redrive = await redriven()
      assert.equal(await end(s, status), upstream)
      const edges = [s.edge.edge, s.edge.instance()]
      await Promise.all(edges.map((edge) => edge.tick()))
      const { job } = (await s.agent.poll()).body
      const trigger = { kind: 'after', run: upstream, redrive } as const
      assert.deepEqual(job.run.trigger, { ...trigger, day: new Date(s.edge.now).toISOString().slice(0, 10) })
      assert.equal(job.run.id, runId(native, { tenant: s.estate.tenant, pipeline: s.second, trigger }))
      const body = { fence: job.lease.fence, status: 'succeeded', retry: false, streams: [] }
      await s.agent.call('POST', `/v1/agent/runs/${job.run.id}/complete`, body)
      followed.push(redrive)
    }
    assert.deepEqual(await followers(s), [upstream, upstream, upstream])
    const leaves = await s.edge.leaves(s.estate.tenant)
    const made = leaves.filter(({ facts }) => facts?.trigger === 'after')
    assert.deepEqual(made.map(({ facts }) => facts.redrive), followed)
  })

  test('does not while it is paused, and makes up for nothing', async () => {
    await using s = await scene()
    await s.estate.made('POST', `/v1/pipelines/${s.second}/pause`)
    await runFirst(s)
    await s.edge.edge.tick()
    await s.estate.made('POST', `/v1/pipelines/${s.second}/resume`)
    await s.edge.edge.tick()
    assert.deepEqual(await followers(s), [])
  })

  test('begins with the index that lists it, and ends with the one that does not', async () => {
    await using s = await scene()
    delete s.estate.listed[s.second]
    await s.estate.publishIndex()
    await s.edge.edge.tick()
    await runFirst(s)
    await s.edge.edge.tick()
    assert.deepEqual(await followers(s), [])
    assert.deepEqual(await s.edge.rows('SELECT * FROM follower'), [])
    assert.deepEqual(await s.edge.rows('SELECT * FROM run_end'), [], 'whom nobody follows leaves no note')
  })

  test('has its run also when the end came before anybody had learned of the index', async () => {
    await using s = await scene()
    delete s.estate.listed[s.second]
    await s.estate.publishIndex()
    await s.edge.edge.tick()
    const after: After = { pipeline: s.first, pool: 'default', on: ['succeeded'], per_day: 10 }
    const third = (await s.estate.furnish({ triggers: { after } })).pipeline
    const upstream = await runFirst(s)
    await s.edge.edge.tick()
    await s.edge.edge.tick()
    const { data } = await s.estate.made('GET', `/v1/runs?pipeline=${third}`)
    assert.deepEqual(data.map((one: { after?: string }) => one.after), [upstream])
    assert.deepEqual(await s.edge.rows('SELECT * FROM run_end'), [])
  })

  test('hears nothing of what another project runs', async () => {
    await using s = await scene()
    const upstream = await runFirst(s)
    const steps = [
      step(writes.updateTable('run').set({ project: crypto.randomUUID() }).where('id', '=', upstream)),
    ]
    await s.edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
    await s.edge.edge.tick()
    assert.deepEqual(await followers(s), [])
    assert.deepEqual(await s.edge.rows('SELECT * FROM run_end'), [])
  })

  test('is not the one that it follows', async () => {
    await using s = await scene()
    const [ends] = await s.edge.rows('SELECT source, destination FROM pipeline')
    const after: After = { pipeline: s.second, pool: 'default', on: ['succeeded'], per_day: 1 }
    const { body } = s.estate.pipeline(ends, { id: s.second, version: 2, triggers: { after } })
    const refused = await s.estate.call('POST', `/v1/pipelines/${s.second}/versions`, body)
    assert.deepEqual([refused.status, refused.body.code], [422, 'pipeline_invalid'])
  })

  test('has its run also when the end was written and nobody looked for a while', async () => {
    await using s = await scene()
    const upstream = await runFirst(s)
    s.edge.now += 6 * 3_600_000
    await s.edge.instance().tick()
    assert.deepEqual(await followers(s), [upstream])
  })
})
