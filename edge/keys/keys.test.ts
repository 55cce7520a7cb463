import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, toBase64 } from '../../shared/bytes.ts'
import type { Receipt } from '../../shared/schemas/receipt.ts'
import { schemas } from '../../shared/seal/context.ts'
import { open } from '../../shared/seal/envelope.ts'
import type { TestAgent } from '../agent_fixture.ts'
import { nextSeed } from '../estate_fixture.ts'
import { native } from '../primitives.ts'
import { type Pair, pairOf, Scene, sealingKey } from './campaign_fixture.ts'

const DAY_MS = 86_400_000

interface Challenge {
  readonly kid: string
  readonly sealed: string
}

async function challenges(agent: TestAgent): Promise<Challenge[]> {
  const { status, body } = await agent.call('GET', '/v1/agent/possession')
  assert.equal(status, 200, JSON.stringify(body))
  return body.challenges
}

/** What an agent that holds the pairs answers; throws where it does not open the challenge. */
function answers(s: Scene, agent: TestAgent, given: readonly Challenge[], pairs: readonly Pair[]) {
  const place = {
    tenant: s.estate.tenant,
    project: null,
    type: 'possession',
    id: agent.id,
    version: 1,
  } as const
  const context = { ...place, schema: schemas.possession }
  const keys = pairs.map(({ seed }) => ({ suite: 1, privateKey: seed }) as const)
  return given.map(({ kid, sealed }) => {
    const answer = toBase64(open(native, { context, envelope: fromBase64(sealed), keys }))
    return { kid, answer }
  })
}

const prove = (agent: TestAgent, given: readonly { kid: string; answer: string }[]) =>
  agent.call('POST', '/v1/agent/possession', { answers: given })

describe('possession', () => {
  test('is asked for each key of the pool that is not retired, and not again within a day', async () => {
    await using s = await Scene.start()
    const gone = pairOf()
    const compromised = pairOf()
    const more = [sealingKey(gone, 'retired'), sealingKey(compromised, 'compromised')]
    const sealing_keys = [sealingKey(s.old, 'retiring'), sealingKey(s.next, 'active'), ...more]
    await s.estate.publishTrust({ sealing_keys })
    const asked = await challenges(s.agent)
    assert.deepEqual(asked.map(({ kid }) => kid), [s.old.kid, s.next.kid, compromised.kid])
    const right = answers(s, s.agent, asked, [s.old, s.next, compromised])
    const { status, body } = await prove(s.agent, right)
    assert.deepEqual([status, body], [200, { proven: [s.old.kid, s.next.kid, compromised.kid] }])
    assert.deepEqual(await challenges(s.agent), [])
    assert.equal((await challenges(await s.estate.enrol())).length, 3)
    s.edge.now += DAY_MS
    assert.equal((await challenges(s.agent)).length, 3)
  })

  test('is shown to people, and leaves an entry in the log', async () => {
    await using s = await Scene.start()
    await prove(s.agent, answers(s, s.agent, await challenges(s.agent), [s.old]))
    const { data: [key] } = await s.estate.made('GET', '/v1/keys')
    assert.deepEqual(key.holders, [{ agent: s.agent.id, proven: new Date(s.edge.now).toISOString() }])
    const leaf = (await s.edge.leaves(s.estate.tenant)).find(({ action }) =>
      action === 'key.possession_proven'
    )
    assert.deepEqual([leaf.actor, leaf.target, leaf.facts.kids], [
      { kind: 'agent', id: s.agent.id },
      s.agent.id,
      s.old.kid,
    ])
    await s.estate.made('POST', `/v1/agents/${s.agent.id}/revoke`)
    assert.deepEqual((await s.estate.made('GET', '/v1/keys')).data[0].holders, [])
  })

  test('is not shown by a wrong answer, for another key, by another agent, or too late', async () => {
    await using s = await Scene.start()
    const other = await s.estate.enrol()
    const asked = await challenges(s.agent)
    const [right] = answers(s, s.agent, asked, [s.old])
    const wrong = { kid: s.old.kid, answer: toBase64(native.randomBytes(32)) }
    const unknown = { kid: pairOf().kid, answer: right?.answer as string }
    const failed = async (agent: TestAgent, given: readonly { kid: string; answer: string }[]) => {
      const { status, body } = await prove(agent, given)
      assert.deepEqual([status, body.code], [400, 'possession_failed'])
    }
    await failed(s.agent, [wrong])
    await failed(s.agent, [unknown])
    await failed(s.agent, [right as typeof wrong, unknown])
    await failed(other, [right as typeof wrong])
    assert.throws(() => answers(s, other, asked, [s.old]), { code: 'envelope_refused' })
    s.edge.now += 20 * 60_000
    await failed(s.agent, [right as typeof wrong])
    assert.deepEqual((await s.estate.made('GET', '/v1/keys')).data[0].holders, [])
  })

  test('may be answered to another instance than the one that asked', async () => {
    await using s = await Scene.start()
    const edge = s.edge.instance()
    const right = answers(s, s.agent, await challenges(s.agent), [s.old])
    const { status } = await s.agent.call('POST', '/v1/agent/possession', { answers: right }, { edge })
    assert.equal(status, 200)
  })
})

function receipt(s: Scene, change: Partial<Receipt> = {}, seed = s.estate.poolSeed) {
  const document: Receipt = {
    type: 'receipt',
    tenant: s.estate.tenant,
    pool: 'default',
    agent: s.agent.id,
    trust: { version: 1, hash: s.estate.trust?.hash as string },
    index: { [s.estate.project]: s.estate.index as { number: number; hash: string } },
    kids: [s.old.kid],
    log: null,
    issued: new Date(s.edge.now).toISOString(),
    ...change,
  }
  return s.estate.sign('receipt', document, seed).dsse
}

describe('receipts', () => {
  const handIn = (s: Scene, dsse: unknown) => s.agent.call('POST', '/v1/agent/receipts', { receipt: dsse })

  test('are kept, the newest of each agent, as the pool key signed them', async () => {
    await using s = await Scene.start()
    const first = receipt(s)
    assert.deepEqual((await handIn(s, first)).body, { kept: true })
    s.edge.now += 1000
    const second = receipt(s)
    assert.deepEqual((await handIn(s, second)).body, { kept: true })
    assert.deepEqual((await handIn(s, first)).body, { kept: false })
    const issued = new Date(s.edge.now).toISOString()
    const trust = { version: 1, hash: s.estate.trust?.hash }
    assert.deepEqual((await s.estate.made('GET', '/v1/receipts')).data, [
      { agent: s.agent.id, pool: 'default', trust, issued, received: issued, receipt: second },
    ])
    await s.estate.made('POST', `/v1/agents/${s.agent.id}/revoke`)
    assert.deepEqual((await s.estate.made('GET', '/v1/receipts')).data, [])
  })

  test('are not taken from anybody else, for another pool or agent, or altered', async () => {
    await using s = await Scene.start()
    const code = async (dsse: unknown) => (await handIn(s, dsse)).body.code
    assert.equal(await code(receipt(s, {}, nextSeed())), 'signature_invalid')
    assert.equal(await code(receipt(s, { pool: 'other' })), 'wrong_pool')
    assert.equal(await code(receipt(s, { agent: s.estate.project })), 'document_invalid')
    assert.equal(await code(receipt(s, { tenant: s.estate.project })), 'document_invalid')
    const altered = receipt(s)
    const payload = toBase64(
      new TextEncoder().encode(atob(altered.payload).replace('"log":null', '"log":null ')),
    )
    assert.equal(await code({ ...altered, payload }), 'signature_invalid')
    assert.deepEqual((await s.estate.made('GET', '/v1/receipts')).data, [])
  })
})

describe('keys', () => {
  test('are listed since the first trust document that names them, with what is sealed to them', async () => {
    await using s = await Scene.start()
    const first = new Date(s.edge.now).toISOString()
    s.edge.now += 40 * DAY_MS
    await s.turnOver()
    const second = new Date(s.edge.now).toISOString()
    s.edge.now += 1.5 * DAY_MS
    const none = { connection: 0, pipeline: 0, policy: 0, log: 0 }
    const common = { suite: 1, pool: 'default', holders: [] }
    assert.deepEqual((await s.estate.made('GET', '/v1/keys')).data, [
      {
        ...common,
        kid: s.old.kid,
        state: 'retiring',
        since: first,
        age_days: 41,
        records: 3,
        by_type: { ...none, connection: 2, pipeline: 1 },
      },
      { ...common, kid: s.next.kid, state: 'active', since: second, age_days: 1, records: 0, by_type: none },
    ])
  })

  test('name their records page by page, and say which have to be sealed anew', async () => {
    await using s = await Scene.start()
    const pages = async (wants: boolean) => {
      const path = `/v1/keys/${s.old.kid}/records?limit=2`
      const one = await s.estate.made('GET', path)
      const two = await s.estate.made('GET', `${path}&cursor=${one.next_cursor}`)
      const all = [...one.data, ...two.data]
      assert.deepEqual([one.data.length, two.data.length, two.next_cursor], [2, 1, undefined])
      assert.deepEqual(
        all.map(({ name, id, version }) => ({ name, id, version })).sort((a, b) => a.id < b.id ? -1 : 1),
        Object.entries(s.estate.listed).map(([id, { name, version }]) => ({ name, id, version }))
          .sort((a, b) => a.id < b.id ? -1 : 1),
      )
      assert.ok(all.every(({ rewrap, project }) => rewrap === wants && project === s.estate.project))
    }
    await pages(false)
    await s.turnOver()
    await pages(true)
    assert.equal((await s.estate.call('GET', `/v1/keys/${pairOf().kid}/records`)).status, 404)
  })

  test('that are retired or compromised leave an entry, once', async () => {
    await using s = await Scene.start()
    await s.turnOver('compromised')
    await s.turnOver('compromised')
    await s.turnOver('retired')
    const told = (await s.edge.leaves(s.estate.tenant)).filter(({ action }) =>
      /^key\.(retired|compromised)$/.test(action)
    )
    assert.deepEqual(told.map(({ action, target, facts }) => [action, target, facts]), [
      ['key.compromised', s.old.kid, { pool: 'default', trust: 2 }],
      ['key.retired', s.old.kid, { pool: 'default', trust: 4 }],
    ])
  })

  test('of readers count too: a reader who comes or goes is a rewrap', async () => {
    await using s = await Scene.start()
    const reader = pairOf()
    const listed = {
      kid: reader.kid,
      suite: 1,
      public: toBase64(reader.publicKey),
      owner: 'Grace',
      projects: ['*'],
    } as const
    await s.estate.publishTrust({ readers: [{ ...listed, projects: ['*'] }] })
    const campaign = await s.startCampaign()
    assert.deepEqual([campaign.state, campaign.total, campaign.remaining], ['running', 1, {}])
    assert.equal((await s.estate.made('GET', `/v1/keys/${reader.kid}/records`)).data.length, 0)
  })
})

test('a policy that is sealed anew takes the place of its older envelope', async () => {
  await using s = await Scene.start()
  const of = { type: 'policy', id: s.estate.tenant, version: 2, project: null } as const
  const first = s.estate.sealed(of)
  const policy = { version: 2, commitment: first.commitment }
  await s.estate.publishTrust({ policy }, { version: 2, envelope: first.sealed })
  const second = s.estate.sealed(of)
  await s.estate.publishTrust({ policy }, { version: 2, envelope: second.sealed })
  assert.equal((await s.estate.made('GET', '/v1/trust/2')).policy, second.sealed)
  assert.deepEqual(await s.edge.rows('SELECT version FROM trust_document WHERE policy IS NOT NULL'), [{
    version: 3,
  }])
  assert.equal((await s.estate.made('GET', '/v1/keys')).data[0].by_type.policy, 1)
})
