import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import { Estate, nextSeed, TestEdge } from '../estate_fixture.ts'

async function scene(perDay = 3, kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const furnished = await estate.furnish({ triggers: { api: { per_day: perDay } } })
  return {
    edge,
    estate,
    project: estate.project,
    ...furnished,
    [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
  }
}

const count = async (edge: TestEdge) => (await edge.rows('SELECT count(*) AS n FROM run'))[0].n

describe('an unsigned run', () => {
  for (const kind of kinds) {
    test(`takes the next slot of its day, and is refused after the last, on the ${kind} storage`, async () => {
      await using s = await scene(3, kind)
      const body = { pipeline_id: s.pipeline }
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => s.estate.call('POST', '/v1/runs', body)))
      assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 201, 429, 429])
      assert.equal(answers.find(({ status }) => status === 429)?.body.code, 'limit_reached')
      const slots = await s.edge.rows('SELECT day, slot FROM run ORDER BY slot')
      assert.deepEqual(
        slots.map(({ day, slot }) => [day, slot]),
        [1, 2, 3].map((slot) => ['2026-11-22', slot]),
      )
      s.edge.now += 86_400_000
      await s.estate.made('POST', '/v1/runs', body)
      assert.deepEqual(await s.edge.rows("SELECT slot FROM run WHERE day = '2026-11-23'"), [{ slot: 1 }])
    })
  }

  test('is one of many that start at once, each with a slot of its own', async () => {
    await using s = await scene(150)
    const body = { pipeline_id: s.pipeline }
    const posts = Array.from({ length: 150 }, () => s.estate.call('POST', '/v1/runs', body))
    const answers = await Promise.all(posts)
    assert.ok(answers.every(({ status }) => status === 201))
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 150)
  })

  test('is one run however often its request is repeated under one key, also when the day is full', async () => {
    await using s = await scene(1)
    const post = () =>
      s.estate.call('POST', '/v1/runs', { pipeline_id: s.pipeline }, { 'idempotency-key': 'k1' })
    const first = await post()
    const second = await post()
    assert.deepEqual([second.status, second.body], [201, first.body])
    assert.equal(await count(s.edge), 1)
  })

  test('is refused where the pipeline does not allow it', async () => {
    await using s = await scene()
    const { pipeline } = await s.estate.furnish({ triggers: {} })
    const { status, body } = await s.estate.call('POST', '/v1/runs', { pipeline_id: pipeline })
    assert.deepEqual([status, body.code], [403, 'trigger_not_allowed'])
  })

  test('of a pipeline that no index lists, or that was deleted, is refused', async () => {
    await using s = await scene()
    const source = await s.estate.addConnection()
    const { id, body } = s.estate.pipeline({ source, destination: source })
    await s.estate.made('POST', '/v1/pipelines', body)
    const unlisted = await s.estate.call('POST', '/v1/runs', { pipeline_id: id })
    assert.deepEqual([unlisted.status, unlisted.body.code], [422, 'not_in_index'])
    await s.estate.made('DELETE', `/v1/pipelines/${s.pipeline}`)
    assert.equal((await s.estate.call('POST', '/v1/runs', { pipeline_id: s.pipeline })).status, 404)
  })

  test('goes to the pool of the version that the index lists, not of one that is not published', async () => {
    await using s = await scene()
    const { connections } = { connections: await s.edge.rows('SELECT source, destination FROM pipeline') }
    const next = s.estate.pipeline(connections[0], {
      id: s.pipeline,
      version: 2,
      triggers: {},
      name: 'renamed',
    })
    await s.estate.made('POST', `/v1/pipelines/${s.pipeline}/versions`, next.body)
    await s.estate.made('POST', '/v1/runs', { pipeline_id: s.pipeline })
    await s.estate.publishIndex()
    const { status, body } = await s.estate.call('POST', '/v1/runs', { pipeline_id: s.pipeline })
    assert.deepEqual([status, body.code], [403, 'trigger_not_allowed'])
  })
})

describe('a requested run', () => {
  test('is one run however often the signed request is posted', async () => {
    await using s = await scene()
    const body = { pipeline_id: s.pipeline, request: s.estate.request(s) }
    const answers = await Promise.all([1, 2, 3].map(() => s.estate.call('POST', '/v1/runs', body)))
    assert.deepEqual(answers.map(({ status }) => status), [201, 201, 201])
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
    s.edge.now += 3_600_000
    const late = await s.estate.call('POST', '/v1/runs', body)
    assert.deepEqual([late.status, late.body.id], [201, answers[0]?.body.id])
    assert.equal(await count(s.edge), 1)
  })

  test('is refused, and nothing written, when anything about the request is not so', async () => {
    await using s = await scene()
    const other = await s.estate.furnish()
    const stranger = await Estate.found(s.edge, s.estate)
    const strange = await stranger.furnish()
    const iso = (ms: number) => new Date(s.edge.now + ms).toISOString()
    const cases = [
      ['request_mismatch', s.estate.request(other)],
      ['request_mismatch', s.estate.request(s, { pool: 'other' })],
      ['request_expired', s.estate.request(s, { issued: iso(-20_000), expires: iso(-1) })],
      ['not_at_index', s.estate.request(s, { index: 9 })],
      ['not_at_index', s.estate.request({ ...s, hash: 'ab'.repeat(32) })],
      ['document_invalid', s.estate.sign('pipeline', pipelineDocument(s.estate)).dsse],
      ['invalid_request', stranger.request(strange)],
    ] as const
    for (const [code, request] of cases) {
      const { body } = await s.estate.call('POST', '/v1/runs', { pipeline_id: s.pipeline, request })
      assert.equal(body.code, code, JSON.stringify(body))
    }
    s.estate.signer.set(nextSeed())
    const forged = { pipeline_id: s.pipeline, request: s.estate.request(s) }
    assert.equal((await s.estate.call('POST', '/v1/runs', forged)).body.code, 'signature_invalid')
    assert.equal(await count(s.edge), 0)
  })
})

function pipelineDocument(estate: Estate) {
  return {
    type: 'pipeline' as const,
    tenant: estate.tenant,
    project: estate.project,
    id: estate.project,
    version: 1,
    name: 'x',
    connections: { source: estate.project, destination: estate.project },
    pool: 'default',
    triggers: {},
    parameters: {},
    limits: { retries: 0 },
    commitment: '00'.repeat(32),
  }
}

describe('a run that waits', () => {
  test('is withdrawn, by name, when what it needs is no longer listed', async () => {
    await using s = await scene()
    const agent = await s.estate.enrol()
    const { id } = await s.estate.made('POST', '/v1/runs', { pipeline_id: s.pipeline })
    const entry = s.estate.listed[s.pipeline]
    delete s.estate.listed[s.pipeline]
    await s.estate.publishIndex()
    assert.ok(entry)
    assert.equal((await agent.poll()).body.job, null)
    const run = await s.estate.made('GET', `/v1/runs/${id}`)
    assert.deepEqual([run.state, run.code], ['refused', 'not_in_index'])
    const leaf = (await s.edge.leaves(s.estate.tenant)).at(-1)
    assert.deepEqual([leaf.action, leaf.actor, leaf.target], ['run.withdrawn', { kind: 'edge' }, id])
  })
})

describe('the list of runs', () => {
  test('is newest first, page by page, by pipeline and state', async () => {
    await using s = await scene(100)
    const agent = await s.estate.enrol()
    const made: string[] = []
    for (let i = 0; i < 7; i++) {
      made.unshift((await s.estate.made('POST', '/v1/runs', { pipeline_id: s.pipeline })).id)
      s.edge.now += i % 2
    }
    const seen: string[] = []
    let query = '?limit=3'
    for (;;) {
      const page = await s.estate.made('GET', `/v1/runs${query}`)
      seen.push(...page.data.map(({ id }: { id: string }) => id))
      if (page.next_cursor === undefined) break
      query = `?limit=3&cursor=${page.next_cursor}`
    }
    assert.deepEqual([...seen].sort(), [...made].sort())
    const created = await s.edge.rows('SELECT id, created FROM run')
    const times = seen.map((id) => created.find((row) => row.id === id).created)
    assert.deepEqual(times, times.toSorted((a, b) => b - a))
    const { body: { job } } = await agent.poll()
    const leased = await s.estate.made('GET', `/v1/runs?state=leased&pipeline=${s.pipeline}`)
    assert.deepEqual(leased.data.map(({ id }: { id: string }) => id), [job.run.id])
    assert.deepEqual((await s.estate.made('GET', `/v1/runs?pipeline=${s.project}`)).data, [])
    assert.equal((await s.estate.call('GET', '/v1/runs?cursor=abc')).status, 400)
  })
})
