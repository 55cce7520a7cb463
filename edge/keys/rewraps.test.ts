import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import type { RunLog } from '../../shared/schemas/receipt.ts'
import { nameOfRecord, type RewrapJob } from '../../shared/schemas/rewrap.ts'
import { describeEnvelope, reseal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { publicKeyOf } from '../../shared/seal/suites.ts'
import { kinds } from '../db/storage_fixture.ts'
import { nextSeed } from '../estate_fixture.ts'
import { native } from '../primitives.ts'
import { hashOf, Scene, sealingKey } from './campaign_fixture.ts'

/** A version more of everything that there can be: a connection, the policy, and the log of a run that goes on. */
async function furnishMore({ estate, agent, pipeline }: Scene): Promise<void> {
  const [id] = Object.keys(estate.listed)
  await estate.made(
    'POST',
    `/v1/connections/${id}/versions`,
    estate.connection({ id: id as string, version: 2 }).body,
  )
  const version = (estate.trust?.document.version ?? 0) + 1
  const policy = estate.sealed({ type: 'policy', id: estate.tenant, version, project: null })
  const commitment = policy.commitment
  await estate.publishTrust({ policy: { version, commitment } }, { version, envelope: policy.sealed })
  const run = await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
  const { body } = await agent.poll()
  const log = estate.sealed({ type: 'log', id: run.id, version: 1 })
  const document: RunLog = {
    type: 'log',
    tenant: estate.tenant,
    project: estate.project,
    pool: 'default',
    run: run.id,
    pipeline,
    agent: agent.id,
    fence: body.job.lease.fence,
    commitment: log.commitment,
  }
  const { dsse } = estate.sign('log', document, estate.poolSeed)
  const put = await agent.call('PUT', `/v1/agent/runs/${run.id}/log`, {
    fence: 1,
    document: dsse,
    sealed: log.sealed,
  })
  assert.equal(put.status, 200, JSON.stringify(put.body))
}

const actions = async ({ edge, estate }: Scene) =>
  (await edge.leaves(estate.tenant)).map(({ action }) => action).filter((action) => /^rewrap\./.test(action))

for (const kind of kinds) {
  test(`every stored version of every kind of record passes to the new key, on the ${kind} storage`, async () => {
    await using s = await Scene.start(kind)
    await furnishMore(s)
    const { policy } = s.estate.trust?.document ?? {}
    await s.turnOver('retiring', { policy: policy ?? null })
    const started = await s.startCampaign()
    assert.deepEqual([started.state, started.total, started.remaining], ['running', 6, { [s.old.kid]: 6 }])
    const job = await s.batch() as RewrapJob
    assert.deepEqual(job.records.map(({ type }) => type).sort(), [
      'connection',
      'connection',
      'connection',
      'log',
      'pipeline',
      'policy',
    ])
    for (const record of job.records) {
      assert.ok(s.opens(record, s.old), 'what is handed out is where it belongs')
      assert.equal(record.document === null, record.type === 'policy')
    }
    const done = await s.complete(job)
    assert.deepEqual([done.status, done.body], [200, { done: 6, refused: 0, left: 0 }])
    assert.equal(await s.batch(), null)
    const { finished, ...campaign } = await s.campaign(started.id)
    assert.equal(Date.parse(finished), s.edge.now)
    assert.deepEqual(campaign, { ...started, state: 'done', done: 6, remaining: {} })
    assert.deepEqual(await actions(s), ['rewrap.started', 'rewrap.batch_completed', 'rewrap.finished'])
    await assertServed(s, job)
  })
}

/** What people and agents are given from now on opens with the new key and with no other. */
async function assertServed(s: Scene, job: RewrapJob): Promise<void> {
  const { data: [key] } = await s.estate.made('GET', '/v1/keys')
  assert.equal(key.records, 0)
  for (const record of job.records) {
    const sealed = await servedEnvelope(s, record)
    if (sealed === null) continue
    assert.notEqual(sealed, record.sealed)
    assert.ok(s.opens({ ...record, sealed }, s.next))
    assert.ok(!s.opens({ ...record, sealed }, s.old))
  }
  const [{ n }] = await s.edge.rows(
    'SELECT count(*) AS n FROM (SELECT sealed FROM connection_version UNION ALL SELECT sealed FROM pipeline_version ' +
      'UNION ALL SELECT sealed FROM run_log UNION ALL SELECT policy FROM trust_document) ' +
      'WHERE lower(hex(substr(sealed, 13, 16))) = ?',
    [s.old.kid],
  )
  assert.equal(n, 0, 'nothing in the database is sealed to the old key')
}

/** The envelope of a record as people get it; null for an older version, which nobody is given. */
async function servedEnvelope({ estate }: Scene, { type, id, version }: RewrapJob['records'][number]) {
  if (type === 'policy') return (await estate.made('GET', `/v1/trust/${version}`)).policy
  if (type === 'log') return (await estate.made('GET', `/v1/runs/${id}/logs`)).data[0].sealed
  const record = await estate.made('GET', `/v1/${type}s/${id}`)
  return record.version === version ? record.sealed : null
}

test('with nothing to do a campaign is done at once; while one is not, it is answered', async () => {
  await using s = await Scene.start()
  const none = await s.startCampaign()
  assert.deepEqual([none.state, none.total], ['done', 0])
  s.edge.now += 1
  await s.turnOver()
  const first = await s.startCampaign()
  assert.deepEqual([first.state, first.total], ['running', 3])
  assert.deepEqual(await s.startCampaign(), first)
  assert.deepEqual((await s.estate.made('GET', '/v1/rewraps')).data.map(({ id }: { id: string }) => id), [
    first.id,
    none.id,
  ])
})

describe('a batch', () => {
  test('has 200 records at most, and all are done in the end', async () => {
    await using s = await Scene.start()
    for (let i = 0; i < 420; i++) await s.estate.addConnection()
    await s.turnOver()
    const { id } = await s.startCampaign()
    assert.deepEqual(await s.work(), [200, 200, 23])
    assert.equal((await s.campaign(id)).state, 'done')
  })

  test('has 2 MB of envelopes at most', async () => {
    await using s = await Scene.start()
    const body = { padding: 'x'.repeat(700_000) }
    for (let i = 0; i < 4; i++) {
      const { id, body: made } = s.estate.connection()
      const { sealed } = s.estate.sealed({ type: 'connection', id, version: 1 }, body)
      await s.estate.made('POST', '/v1/connections', { ...made, sealed })
    }
    await s.turnOver()
    await s.startCampaign()
    const sizes = await s.work()
    assert.equal(sizes.reduce((sum, size) => sum + size, 0), 7)
    assert.ok(sizes.length >= 2, `${sizes}`)
  })

  test('whose agent fell silent is handed out again, and a late answer changes nothing', async () => {
    await using s = await Scene.start()
    await s.turnOver()
    const { id } = await s.startCampaign()
    const lost = await s.batch() as RewrapJob
    assert.equal(await s.batch(), null)
    s.edge.now += 46_000
    await s.edge.edge.reap()
    const again = await s.batch() as RewrapJob
    assert.deepEqual(again.records, lost.records)
    const late = await s.complete(lost)
    assert.deepEqual([late.status, late.body.code], [409, 'rewrap_stale'])
    assert.equal((await s.campaign(id)).done, 0)
    assert.equal((await s.complete(again)).body.done, 3)
    await s.edge.edge.reap()
    assert.equal((await s.complete(lost)).body.code, 'rewrap_stale')
    assert.equal((await s.campaign(id)).state, 'done')
  })

  test('that is completed twice, because an answer got lost, counts once', async () => {
    await using s = await Scene.start()
    await s.turnOver()
    const { id } = await s.startCampaign()
    const job = await s.batch() as RewrapJob
    const body = s.answer(job)
    const first = await s.complete(job, body)
    assert.deepEqual(await s.complete(job, body), first)
    assert.equal((await s.campaign(id)).done, 3)
  })

  test('is completed by the agent that has it, under its fence, and by nobody else', async () => {
    await using s = await Scene.start()
    await s.turnOver()
    await s.startCampaign()
    const job = await s.batch() as RewrapJob
    const other = await s.estate.enrol()
    assert.equal((await s.complete(job, s.answer(job), other)).body.code, 'rewrap_stale')
    assert.equal((await s.complete(job, { ...s.answer(job), fence: 2 })).body.code, 'rewrap_stale')
    assert.equal((await s.complete(job)).status, 200)
  })
})

for (const kind of kinds) {
  test(`agents of two instances do every record once between them, on the ${kind} storage`, async () => {
    await using s = await Scene.start(kind)
    for (let i = 0; i < 30; i++) await s.estate.addConnection()
    await s.turnOver()
    const { id } = await s.startCampaign()
    const agents = [s.agent, await s.estate.enrol(), await s.estate.enrol(), await s.estate.enrol()]
    const other = s.edge.instance()
    for (const agent of agents) await s.prove(agent)
    const polls = await Promise.all(agents.map((agent, i) => agent.poll(i % 2 ? { edge: other } : {})))
    const jobs = polls.flatMap(({ body }) => body.job === null ? [] : [body.job as RewrapJob])
    const handed = jobs.flatMap(({ records }) => records.map(nameOfRecord))
    assert.deepEqual([handed.length, new Set(handed).size], [33, 33])
    for (const job of jobs) {
      const agent = agents[polls.findIndex(({ body }) => body.job?.batch === job.batch)]
      assert.equal((await s.complete(job, s.answer(job), agent)).body.done, job.records.length)
    }
    assert.equal(await s.batch(), null)
    assert.deepEqual([(await s.campaign(id)).state, (await s.campaign(id)).done], ['done', 33])
    const wrong = 'SELECT * FROM sealed_group AS g WHERE records <> ' +
      '(SELECT count(*) FROM sealed_record WHERE grp = g.id AND tenant = g.tenant)'
    assert.deepEqual(await s.edge.rows(wrong), [])
  })
}

test('a change of suite is a rewrap, whose envelopes are of the new suite', async () => {
  await using s = await Scene.start()
  const seed = nextSeed()
  const publicKey = publicKeyOf(native, 2, seed)
  const kid = keyId(native, publicKey)
  const listed = { kid, suite: 2, pool: 'default', public: toBase64(publicKey), state: 'active' } as const
  await s.estate.publishTrust({ sealing_keys: [sealingKey(s.old, 'retiring'), listed] })
  const [first, second] = (await s.agent.call('GET', '/v1/agent/possession')).body.challenges
  assert.deepEqual([first.kid, second.kid], [s.old.kid, kid])
  assert.equal(describeEnvelope(fromBase64(second.sealed)).suite, 2)
  await s.prove(s.agent, [s.old, { kid, seed, publicKey, suite: 2 }])
  const { id } = await s.startCampaign()
  const job = await s.batch() as RewrapJob
  const keys = [{ suite: 1, privateKey: s.old.seed }] as const
  const recipients = [{ suite: 2, publicKey }] as const
  const records = job.records.map((record) => {
    const given = { context: s.contextOf(record), envelope: fromBase64(record.sealed), keys, recipients }
    const { type, id, version, sealed } = record
    return { type, id, version, was: hashOf(sealed), sealed: toBase64(reseal(native, given)) }
  })
  const { body } = await s.complete(job, { fence: 1, records, refused: [] })
  assert.deepEqual(body, { done: 3, refused: 0, left: 0 })
  assert.equal(await s.batch(), null)
  assert.equal((await s.campaign(id)).state, 'done')
  assert.equal((await s.estate.made('GET', '/v1/keys')).data[1].records, 3)
})

test('what an agent refuses is kept with its code, and offered again in the next campaign', async () => {
  await using s = await Scene.start()
  await s.turnOver()
  const { id } = await s.startCampaign()
  const job = await s.batch() as RewrapJob
  const body = s.answer(job)
  const bad = body.records.shift() as typeof body.records[0]
  const { was: _, sealed: __, ...name } = bad
  body.refused.push({ ...name, code: 'signer_not_allowed' })
  assert.deepEqual((await s.complete(job, body)).body, { done: 2, refused: 1, left: 0 })
  assert.equal(await s.batch(), null)
  const campaign = await s.campaign(id)
  assert.deepEqual([campaign.state, campaign.total, campaign.refused], ['done', 3, 1])
  const { data } = await s.estate.made('GET', `/v1/keys/${s.old.kid}/records`)
  assert.deepEqual(data.map((record: { refused: string }) => record.refused), ['signer_not_allowed'])
  assert.equal(nameOfRecord(data[0]), nameOfRecord(name))
  assert.equal((await s.startCampaign()).total, 1)
  assert.deepEqual(await s.work(), [1])
})

test('an agent that lacks the key has a rest, and another one does its work', async () => {
  await using s = await Scene.start()
  const other = await s.estate.enrol()
  await s.turnOver()
  const { id } = await s.startCampaign()
  const job = await s.batch() as RewrapJob
  const refused = job.records.map(({ type, id, version }) => ({
    type,
    id,
    version,
    code: 'kid_missing' as const,
  }))
  const { body } = await s.complete(job, { fence: 1, records: [], refused })
  assert.deepEqual(body, { done: 0, refused: 0, left: 3 })
  assert.equal(await s.batch(), null)
  assert.deepEqual(await s.work(other), [3])
  assert.equal((await s.campaign(id)).state, 'done')
})

test('a campaign that is paused hands nothing out, and goes on from any instance after a restart', async () => {
  await using s = await Scene.start()
  for (let i = 0; i < 200; i++) await s.estate.addConnection()
  await s.turnOver()
  const { id } = await s.startCampaign()
  const job = await s.batch() as RewrapJob
  assert.equal((await s.estate.made('POST', `/v1/rewraps/${id}/pause`)).state, 'paused')
  assert.equal(await s.batch(), null)
  assert.equal((await s.complete(job)).body.done, 200)
  assert.equal((await s.campaign(id)).state, 'paused')
  assert.equal((await s.estate.made('POST', `/v1/rewraps/${id}/resume`)).state, 'running')
  const { body } = await s.agent.poll({ edge: s.edge.instance() })
  assert.equal(body.job.records.length, 3)
  assert.equal((await s.complete(body.job)).body.done, 3)
  assert.equal(await s.batch(), null)
  assert.equal((await s.campaign(id)).state, 'done')
  assert.equal((await s.estate.call('POST', `/v1/rewraps/${id}/resume`)).body.code, 'conflict')
  assert.deepEqual((await actions(s)).filter((action) => !action.startsWith('rewrap.batch')), [
    'rewrap.started',
    'rewrap.paused',
    'rewrap.resumed',
    'rewrap.finished',
  ])
})
