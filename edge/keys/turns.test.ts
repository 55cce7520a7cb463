/** Who is handed rewraps, and when. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toBase64 } from '../../shared/bytes.ts'
import { pairOf, Scene, sealingKey } from './campaign_fixture.ts'

describe('runs and rewraps', () => {
  test('runs go first, but a batch has its turn every few seconds', async () => {
    await using s = await Scene.start()
    await s.turnOver()
    const start = () => s.estate.made('POST', '/v1/runs', { pipeline_id: s.pipeline })
    for (let i = 0; i < 4; i++) await start()
    await s.prove()
    await s.startCampaign()
    const kind = async () => (await s.agent.poll()).body.job?.kind
    assert.deepEqual([await kind(), await kind()], ['run', 'run'])
    s.edge.now += 6_000
    assert.deepEqual([await kind(), await kind()], ['rewrap', 'run'])
  })

  test('a waiting poll is woken by a campaign', async () => {
    await using s = await Scene.start()
    await s.turnOver()
    await s.prove()
    await s.agent.poll()
    const poll = s.agent.poll({ wait: 25 })
    await s.agent.poll()
    await s.startCampaign()
    assert.equal((await poll).body.job.kind, 'rewrap')
  })
})

describe('an agent is handed records', () => {
  test('only once it has proven a key that they are sealed to; the proof wakes its poll', async () => {
    await using s = await Scene.start()
    await s.turnOver()
    const { id } = await s.startCampaign()
    assert.equal((await s.agent.poll()).body.job, null, 'approved, but without a proof')
    await s.prove(s.agent, [s.next])
    assert.equal((await s.agent.poll()).body.job, null, 'the key that records go to opens none of them')
    const other = await s.estate.enrol()
    await s.prove(other, [s.old])
    assert.equal((await other.poll()).body.job, null, 'it would not open what it has sealed')
    assert.equal((await s.campaign(id)).state, 'running', 'others may come that hold the key')
    const poll = s.agent.poll({ wait: 25 })
    await s.agent.poll()
    await s.prove(s.agent, [s.old])
    assert.equal((await poll).body.job.records.length, 3)
  })

  test('only while the proof is fresh', async () => {
    await using s = await Scene.start()
    await s.turnOver()
    await s.prove()
    await s.startCampaign()
    s.edge.now += 1.5 * 86_400_000
    assert.equal((await s.agent.poll()).body.job, null)
    assert.equal((await s.batch())?.records.length, 3)
  })
})

describe('pools', () => {
  const pools = (s: Scene) => {
    const more = { name: 'other', key: toBase64(pairOf().publicKey), enrolment: 'approval' } as const
    return [...(s.estate.trust?.document.pools ?? []), more]
  }

  test('an agent is handed what its pool can open, and nothing else', async () => {
    await using s = await Scene.start()
    const elsewhere = pairOf()
    const both = pools(s)
    const keys = [sealingKey(s.old, 'active'), sealingKey(elsewhere, 'active', 'other')]
    await s.estate.publishTrust({ pools: both, sealing_keys: keys })
    const stranger = await s.estate.enrol({ pool: 'other' })
    const turned = [sealingKey(s.old, 'retiring'), sealingKey(s.next, 'active'), keys[1] as typeof keys[0]]
    await s.estate.publishTrust({ pools: both, sealing_keys: turned })
    await s.startCampaign()
    assert.equal(await s.batch(stranger), null)
    assert.deepEqual(await s.work(), [3])
  })

  test('an agent of a pool that is gone gets no work, neither runs nor rewraps', async () => {
    await using s = await Scene.start()
    const keys = [sealingKey(s.old, 'active'), sealingKey(pairOf(), 'active', 'other')]
    const both = pools(s)
    await s.estate.publishTrust({ pools: both, sealing_keys: keys })
    await s.estate.made('POST', '/v1/runs', { pipeline_id: s.pipeline })
    const left = both.filter(({ name }) => name === 'other')
    await s.estate.publishTrust({ pools: left, sealing_keys: [keys[1] as typeof keys[0]] })
    assert.equal((await s.agent.poll()).body.job, null)
    await s.estate.publishTrust({ pools: both, sealing_keys: keys })
    assert.equal((await s.agent.poll()).body.job.kind, 'run')
  })

  test('records whose pool is gone cannot be passed on, and are told of', async () => {
    await using s = await Scene.start()
    const keys = [sealingKey(pairOf(), 'active', 'other')]
    await s.estate.publishTrust({
      pools: pools(s).filter(({ name }) => name === 'other'),
      sealing_keys: keys,
    })
    const campaign = await s.startCampaign()
    assert.deepEqual([campaign.state, campaign.remaining], ['done', { [s.old.kid]: 3 }])
    const { data } = await s.estate.made('GET', `/v1/keys/${s.old.kid}/records`)
    assert.deepEqual(data.map(({ refused }: { refused: string }) => refused), Array(3).fill('wrong_pool'))
  })
})
