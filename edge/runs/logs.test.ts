import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromUtf8, toBase64, utf8 } from '../../shared/bytes.ts'
import type { RunLog } from '../../shared/schemas/receipt.ts'
import { MAX_LOG_BYTES } from '../../shared/schemas/run_log.ts'
import { schemas } from '../../shared/seal/context.ts'
import { open, seal } from '../../shared/seal/envelope.ts'
import { keyId } from '../../shared/seal/key_id.ts'
import { commit, uncommit } from '../../shared/seal/record.ts'
import { fromBase64 } from '../../shared/bytes.ts'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import type { TestAgent } from '../agent_fixture.ts'
import { Estate, nextSeed, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'

/** A run in the hands of an agent, in a project with one reader. */
async function scene(kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const readerKey = nextSeed()
  const publicKey = native.x25519.publicKey(readerKey)
  const reader = {
    kid: keyId(native, publicKey),
    suite: 1 as const,
    public: toBase64(publicKey),
    owner: 'Grace',
    projects: ['*'] as ['*'],
  }
  await estate.publishTrust({ readers: [reader] })
  const { pipeline } = await estate.furnish()
  const agent = await estate.enrol()
  const run = await estate.made('POST', '/v1/runs', { pipeline_id: pipeline })
  assert.equal((await agent.poll()).body.job.run.id, run.id)
  return {
    edge,
    estate,
    pipeline,
    agent,
    run: run.id as string,
    readerKey,
    recipients: [estate.sealingKey, publicKey],
    [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
  }
}

type Scene = Awaited<ReturnType<typeof scene>>

interface Making {
  readonly lines?: readonly string[]
  readonly recipients?: readonly Uint8Array[]
  readonly document?: Partial<RunLog>
  readonly signer?: Uint8Array
  readonly fence?: number
}

function logOf(s: Scene, making: Making = {}) {
  const { lines = ['one', 'two'], recipients = s.recipients, fence = 1 } = making
  const { plaintext, commitment } = commit(native, utf8(JSON.stringify({ lines })))
  const context = {
    tenant: s.estate.tenant,
    project: s.estate.project,
    type: 'log' as const,
    id: s.run,
    version: fence,
    schema: schemas.log,
  }
  const envelope = seal(native, {
    context,
    plaintext,
    recipients: recipients.map((publicKey) => ({ suite: 1, publicKey })),
  })
  const document: RunLog = {
    type: 'log',
    tenant: s.estate.tenant,
    project: s.estate.project,
    pool: 'default',
    run: s.run,
    pipeline: s.pipeline,
    agent: s.agent.id,
    fence,
    commitment,
    ...making.document,
  }
  const { dsse } = s.estate.sign('log', document, making.signer ?? s.estate.poolSeed)
  return { context, commitment, body: { fence, document: dsse, sealed: toBase64(envelope) } }
}

const put = (s: Scene, body: unknown, agent: TestAgent = s.agent) =>
  agent.call('PUT', `/v1/agent/runs/${s.run}/log`, body)

const listed = async (s: Scene) => (await s.estate.made('GET', `/v1/runs/${s.run}/logs`)).data

const complete = (s: Scene, more: object = {}) =>
  s.agent.call('POST', `/v1/agent/runs/${s.run}/complete`, {
    fence: 1,
    status: 'succeeded',
    retry: false,
    streams: [],
    ...more,
  })

for (const kind of kinds) {
  test(`a log arrives sealed, and its reader opens what the pool has signed, on the ${kind} storage`, async () => {
    await using s = await scene(kind)
    const { context, commitment, body } = logOf(s)
    assert.equal((await put(s, body)).status, 200)
    const [record, ...more] = await listed(s)
    assert.deepEqual(more, [])
    assert.deepEqual({ fence: 1, document: body.document, sealed: body.sealed }, {
      fence: record.fence,
      document: record.document,
      sealed: record.sealed,
    })
    const plaintext = open(native, {
      context,
      envelope: fromBase64(record.sealed),
      keys: [{ suite: 1, privateKey: s.readerKey }],
    })
    const opened = JSON.parse(fromUtf8(uncommit(native, { plaintext, commitment })))
    assert.deepEqual(opened, { lines: ['one', 'two'] })
    const leaf = (await s.edge.leaves(s.estate.tenant)).at(-1)
    assert.deepEqual([leaf.action, leaf.target, leaf.facts.fence], ['run.logged', s.run, 1])
    const [counted] = await s.edge.rows("SELECT id, version FROM sealed_record WHERE type = 'log'")
    assert.deepEqual(counted, { id: s.run, version: 1 })
  })
}

test('a log beyond the bytes that the operator allows in a day is refused, and the run ends without', async () => {
  await using s = await scene()
  const { body } = logOf(s)
  const most = fromBase64(body.sealed).length
  const allow = (log_bytes_per_day: number) =>
    s.estate.made('PUT', '/v1/tenants/quotas', { tenant: s.estate.tenant, quotas: { log_bytes_per_day } })
  await allow(most - 1)
  const refused = await put(s, body)
  assert.deepEqual([refused.status, refused.body.code], [403, 'quota_reached'])
  assert.deepEqual(await listed(s), [])
  await allow(most)
  assert.equal((await put(s, body)).status, 200)
  const longer = logOf(s, { lines: ['three'] })
  assert.equal((await put(s, longer.body)).body.code, 'quota_reached', 'the day has had its bytes')
  assert.equal((await complete(s)).status, 200)
})

test('a page of logs is no larger than a few of the largest, and all come in the end', async () => {
  await using s = await scene()
  const { body } = logOf(s)
  assert.equal((await put(s, body)).status, 200)
  const grow = 'UPDATE run_log SET sealed = zeroblob(?)'
  const more =
    'INSERT INTO run_log SELECT tenant, run, ?, project, pool, hash, document, sealed, created FROM run_log ' +
    'WHERE fence = 1'
  const fences = Array.from({ length: 39 }, (_, i) => i + 2)
  const steps = [
    { sql: grow, parameters: [MAX_LOG_BYTES], reads: false },
    ...fences.map((fence) => ({ sql: more, parameters: [fence], reads: false })),
  ]
  await s.edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
  const sizes: number[] = []
  const seen: number[] = []
  for (let cursor = ''; sizes.length === 0 || cursor !== '';) {
    const page = await s.estate.made('GET', `/v1/runs/${s.run}/logs?limit=200${cursor}`)
    sizes.push(page.data.length)
    seen.push(...page.data.map(({ fence }: { fence: number }) => fence))
    cursor = page.next_cursor === undefined ? '' : `&cursor=${page.next_cursor}`
  }
  assert.deepEqual(seen, [1, ...fences])
  assert.deepEqual(sizes, [15, 15, 10])
})

describe('the log of an attempt', () => {
  test('comes before its end; the same again is answered after it too, another one is not taken', async () => {
    await using s = await scene()
    const { body } = logOf(s)
    await put(s, body)
    assert.equal((await complete(s)).status, 200)
    assert.equal((await put(s, body)).status, 200)
    const late = await put(s, logOf(s, { lines: ['three'] }).body)
    assert.deepEqual([late.status, late.body.code], [409, 'lease_lost'])
    assert.equal((await listed(s)).length, 1)
    const leaves = await s.edge.leaves(s.estate.tenant)
    assert.equal(leaves.filter(({ action }) => action === 'run.logged').length, 1)
  })

  test('is replaced by what the attempt sends again while it lasts, and stands beside that of the next one', async () => {
    await using s = await scene()
    await put(s, logOf(s).body)
    const longer = logOf(s, { lines: ['one', 'two', 'three'] })
    await put(s, longer.body)
    assert.deepEqual((await listed(s)).map(({ sealed }: { sealed: string }) => sealed), [longer.body.sealed])
    await complete(s, { status: 'failed', retry: true })
    s.edge.now += 300_000
    assert.equal((await s.agent.poll()).body.job.lease.fence, 2)
    assert.equal((await put(s, logOf(s, { fence: 2 }).body)).status, 200)
    assert.deepEqual((await listed(s)).map(({ fence }: { fence: number }) => fence), [1, 2])
    const page = await s.estate.made('GET', `/v1/runs/${s.run}/logs?limit=1`)
    const next = await s.estate.made('GET', `/v1/runs/${s.run}/logs?cursor=${page.next_cursor}`)
    assert.deepEqual(next.data.map(({ fence }: { fence: number }) => fence), [2])
  })

  test('is taken from the holder of the lease alone', async () => {
    await using s = await scene()
    const other = await s.estate.enrol()
    const refused = await put(s, logOf(s, { document: { agent: other.id } }).body, other)
    assert.equal(refused.body.code, 'lease_lost')
    assert.equal((await put(s, logOf(s, { fence: 2 }).body)).body.code, 'lease_lost')
    assert.deepEqual(await listed(s), [])
  })

  test('is signed by the pool, for this run and lease', async () => {
    await using s = await scene()
    const forged = await put(s, logOf(s, { signer: s.estate.signer }).body)
    assert.deepEqual([forged.status, forged.body.code], [422, 'signature_invalid'])
    const id = '0193509f-6e00-7000-8000-000000000001'
    const changes = [{ project: id }, { run: id }, { pipeline: id }, { agent: id }, { fence: 7 }]
    for (const document of changes) {
      const { status, body } = await put(s, logOf(s, { document }).body)
      assert.equal(status, 400)
      assert.equal(body.errors[0].at, `document/${Object.keys(document)[0]}`)
    }
    const pool = await put(s, logOf(s, { document: { pool: 'other' } }).body)
    assert.equal(pool.body.code, 'wrong_pool')
    assert.deepEqual(await listed(s), [])
  })

  test('is sealed to its pool and the readers of its project, all of them and nobody else', async () => {
    await using s = await scene()
    const [agents, reader] = s.recipients as [Uint8Array, Uint8Array]
    const stranger = native.x25519.publicKey(nextSeed())
    for (
      const recipients of [[reader], [agents], [agents, reader, stranger], [agents, stranger], [stranger]]
    ) {
      const { status, body } = await put(s, logOf(s, { recipients }).body)
      assert.deepEqual([status, body.errors?.[0].at], [400, 'sealed'])
    }
    assert.deepEqual(await listed(s), [])
  })

  test('may be for the readers of the trust document before, for as long as an agent may stand on it', async () => {
    await using s = await scene()
    await s.estate.publishTrust()
    s.edge.now += 10_000
    assert.equal((await put(s, logOf(s).body)).status, 200)
    const [agents] = s.recipients as [Uint8Array]
    assert.equal((await put(s, logOf(s, { recipients: [agents] }).body)).status, 200)
    s.edge.now += 15 * 60_000
    assert.equal((await put(s, logOf(s).body)).status, 400)
    assert.equal((await put(s, logOf(s, { recipients: [agents] }).body)).status, 200)
  })

  test('of a run that takes hours may be for the readers of when it began', async () => {
    await using s = await scene()
    await s.agent.call('POST', `/v1/agent/runs/${s.run}/started`, { fence: 1 })
    s.edge.now += 3_600_000
    await s.estate.publishTrust()
    s.edge.now += 3_600_000
    assert.equal((await put(s, logOf(s).body)).status, 200)
    const stranger = native.x25519.publicKey(nextSeed())
    const refused = await put(s, logOf(s, { recipients: [...s.recipients, stranger] }).body)
    assert.equal(refused.status, 400)
  })

  test('is no larger than its limit', async () => {
    await using s = await scene()
    const { status, body } = await put(s, logOf(s, { lines: ['x'.repeat(MAX_LOG_BYTES)] }).body)
    assert.deepEqual([status, body.errors?.[0].at], [400, 'sealed'])
    const fits = logOf(s, { lines: ['x'.repeat(MAX_LOG_BYTES - 16_384)] })
    assert.equal((await put(s, fits.body)).status, 200)
    const huge = logOf(s, { lines: ['x'.repeat(2 * MAX_LOG_BYTES)] })
    assert.equal((await put(s, huge.body)).status, 413)
  })
})
