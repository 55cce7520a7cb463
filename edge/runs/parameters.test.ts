import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import type { Request } from '../../shared/schemas/request.ts'
import { kinds } from '../db/storage_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import type { Kind } from '../db/storage_fixture.ts'

const region = { enum: ['eu', 'us'] }
const since = { type: 'date' as const, min: '2020-01-01' }

async function scene(parameters: Pipeline['parameters'], kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const furnished = await estate.furnish({ parameters })
  return { edge, estate, ...furnished, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

type Scene = Awaited<ReturnType<typeof scene>>

const start = ({ estate, pipeline }: Scene, more: object = {}) =>
  estate.call('POST', '/v1/runs', { pipeline_id: pipeline, ...more })

const byRequest = (s: Scene, change: Partial<Request>) => start(s, { request: s.estate.request(s, change) })

for (const kind of kinds) {
  test(`an unsigned run carries the choices that were made to the agent, on the ${kind} storage`, async () => {
    await using s = await scene({ region }, kind)
    const parameters = { region: 'eu' }
    const made = await start(s, { parameters })
    assert.deepEqual([made.status, made.body.action, made.body.trigger], [201, 'run', 'api'])
    const agent = await s.estate.enrol()
    const { trigger } = (await agent.poll()).body.job.run
    assert.deepEqual(trigger, { kind: 'api', day: '2026-11-22', slot: 1, parameters })
  })
}

describe('an unsigned run', () => {
  test('sets every parameter of its pipeline to one of its choices, and no other', async () => {
    await using s = await scene({ region })
    const wrong = [{}, { region: 'mars' }, { region: 'eu', more: 'x' }, { other: 'eu' }, { region: 'EU' }]
    for (const parameters of wrong) {
      const { status, body } = await start(s, { parameters })
      assert.deepEqual([status, body.code], [422, 'parameter_refused'], JSON.stringify(parameters))
      assert.ok(!JSON.stringify(body).includes('mars'), 'a refusal names no value')
    }
    assert.equal((await start(s)).body.code, 'parameter_refused')
    assert.equal((await start(s, { parameters: { region: 'us' } })).status, 201)
    const [{ n }] = await s.edge.rows('SELECT count(*) AS n FROM run')
    assert.equal(n, 1, 'a refusal takes no slot')
  })

  test('is refused where a parameter is no enumeration: that takes a signature', async () => {
    await using s = await scene({ region, since })
    const parameters = { region: 'eu', since: '2026-01-01' }
    const refused = await start(s, { parameters })
    assert.deepEqual([refused.status, refused.body.code], [422, 'parameter_refused'])
    const signed = await byRequest(s, { action: 'backfill', parameters })
    assert.equal(signed.status, 201)
  })

  test('of a pipeline that declares none takes none, nor names that objects have anyway', async () => {
    await using s = await scene({})
    for (const parameters of [{ region: 'eu' }, { constructor: 'x' }]) {
      assert.equal((await start(s, { parameters })).body.code, 'parameter_refused')
    }
    const { job } = await s.estate.made('POST', '/v1/runs', { pipeline_id: s.pipeline, parameters: {} })
    assert.equal(job, undefined)
    const agent = await s.estate.enrol()
    assert.ok(!('parameters' in (await agent.poll()).body.job.run.trigger))
  })
})

describe('a signed request', () => {
  test('brings its action and its own parameters, and the list of runs shows the action', async () => {
    await using s = await scene({ since })
    const parameters = { since: '2026-01-01' }
    for (const action of ['run', 'reset', 'resync', 'backfill'] as const) {
      const made = await byRequest(s, { action, parameters })
      assert.deepEqual([made.status, made.body.action, made.body.trigger], [201, action, 'request'])
    }
    const { data } = await s.estate.made('GET', '/v1/runs')
    assert.deepEqual(data.map(({ action }: { action: string }) => action).sort(), [
      'backfill',
      'reset',
      'resync',
      'run',
    ])
    const leaves = await s.edge.leaves(s.estate.tenant)
    const created = leaves.filter(({ action }) => action === 'run.created').map(({ facts }) => facts.action)
    assert.deepEqual(created, ['run', 'reset', 'resync', 'backfill'])
  })

  test('is not mixed with parameters beside it', async () => {
    await using s = await scene({ region })
    const request = s.estate.request(s, { parameters: { region: 'eu' } })
    const { status, body } = await start(s, { request, parameters: { region: 'us' } })
    assert.deepEqual([status, body.code, body.errors[0].at], [400, 'invalid_request', 'parameters'])
  })

  test('with parameters that no agent would take is refused at once', async () => {
    await using s = await scene({ since })
    const wrong: Request['parameters'][] = [{}, { since: '1999-01-01' }, { since: 'yesterday' }, {
      since: '2026-01-01',
      x: '1',
    }]
    for (const parameters of wrong) {
      assert.equal((await byRequest(s, { parameters })).body.code, 'parameter_refused')
    }
  })
})
