import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { runId } from '../../shared/ids.ts'
import type { Pipeline } from '../../shared/schemas/pipeline.ts'
import { insertAccount, newAccount } from '../auth/accounts/store.ts'
import { step, writes } from '../db/database.ts'
import { type Kind, kinds } from '../db/storage_fixture.ts'
import { PUBLIC_URL } from '../edge_fixture.ts'
import { Estate, TestEdge } from '../estate_fixture.ts'
import { native } from '../primitives.ts'
import type { Edge } from '../wiring.ts'
import { FAILURES_IN_A_ROW } from './failures.ts'

const MINUTE_MS = 60_000

/** A published pipeline with a webhook that may be called so often a day, and an agent. */
async function scene(triggers: Pipeline['triggers'] = { webhook: { per_day: 3 } }, kind: Kind = 'embedded') {
  const edge = await TestEdge.start(kind)
  const estate = await Estate.found(edge)
  const { pipeline } = await estate.furnish({ triggers })
  const agent = await estate.enrol()
  const webhook = await estate.made('POST', `/v1/pipelines/${pipeline}/webhook`)
  return { edge, estate, pipeline, agent, webhook, [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose]() }
}

type Scene = Awaited<ReturnType<typeof scene>>

interface Sending {
  readonly body?: string
  readonly secret?: string
  /** Milliseconds that the time stamp is before the edge's clock. */
  readonly agoMs?: number
  readonly headers?: Record<string, string>
  readonly id?: string
  readonly edge?: Edge
}

async function send(s: Scene, given: Sending = {}) {
  const { body = '{"what":"came"}', secret = s.webhook.secret, agoMs = 0, id = s.webhook.id } = given
  const stamp = String(Math.floor((s.edge.now - agoMs) / 1000))
  const hmac = createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')
  const headers = { 'sallyport-timestamp': stamp, 'sallyport-signature': `v1=${hmac}`, ...given.headers }
  const request = new Request(`${PUBLIC_URL}/v1/hooks/${id}`, { method: 'POST', headers, body })
  const response = await (given.edge ?? s.edge.edge).app(request, { remote: '192.0.2.1' })
  const json = await response.json()
  const again = response.headers.get('retry-after')
  const answer = { status: response.status, run: json.run as string, code: json.code as string }
  return again === null ? answer : { ...answer, again: Number(again) }
}

async function runs(s: Scene): Promise<number> {
  return (await s.estate.made('GET', '/v1/runs')).data.length
}

async function entries(s: Scene, action: string) {
  await s.edge.edge.flush()
  return (await s.edge.leaves(s.estate.tenant)).filter((leaf) => leaf.action === action)
}

const refused = async (s: Scene, given: Sending) => {
  const { status, code } = await send(s, given)
  assert.deepEqual([status, code], [401, 'unauthenticated'])
}

for (const kind of kinds) {
  test(`a call that is signed starts a run, and sent again it is that run, on the ${kind} storage`, async () => {
    await using s = await scene({ webhook: { per_day: 3 } }, kind)
    const first = await send(s)
    assert.equal(first.status, 201)
    assert.deepEqual(await send(s), first)
    const { job } = (await s.agent.poll()).body
    const trigger = { kind: 'webhook', day: '2026-11-22', slot: 1 } as const
    assert.deepEqual(job.run.trigger, trigger)
    assert.equal(first.run, runId(native, { tenant: s.estate.tenant, pipeline: s.pipeline, trigger }))
    assert.equal(job.run.id, first.run)
    const [leaf, ...more] = await entries(s, 'run.created')
    assert.deepEqual(more, [])
    assert.deepEqual([leaf.actor, leaf.facts], [{ kind: 'webhook', id: s.webhook.id }, {
      pipeline: s.pipeline,
      trigger: 'webhook',
      day: '2026-11-22',
      slot: 1,
    }])
    assert.equal((await s.estate.made('GET', `/v1/runs/${first.run}`)).trigger, 'webhook')
  })

  test(`a call that reaches two instances at once is one run, and so it stays, on the ${kind} storage`, async () => {
    await using s = await scene({ webhook: { per_day: 3 } }, kind)
    const edge = s.edge.instance()
    const all = await Promise.all([send(s), send(s, { edge }), send(s), send(s, { edge })])
    assert.equal(all[0]?.status, 201)
    assert.deepEqual(all, Array(4).fill(all[0]))
    assert.deepEqual(await send(s, { edge }), all[0])
    assert.equal(await runs(s), 1)
  })

  test(`calls that are refused are counted over all instances together, on the ${kind} storage`, async () => {
    await using s = await scene({ webhook: { per_day: 3 } }, kind)
    const other = s.edge.instance()
    const some = async (edge: Edge, count: number) => {
      for (let i = 0; i < count; i++) await send(s, { secret: 'wrong', edge })
    }
    const before = s.edge.storage.counts().plans
    await some(s.edge.edge, 6)
    await some(other, 3)
    assert.equal(s.edge.storage.counts().plans, before, 'no write for each')
    await Promise.all([s.edge.edge.flush(), other.flush()])
    const told = async () => (await entries(s, 'webhook.signature_failed')).map(({ facts }) => facts.failures)
    assert.equal((await told()).length, 1, 'nine of them')
    await some(other, 1)
    await other.flush()
    assert.deepEqual((await told()).slice(1), [10])
    s.edge.now += 11 * MINUTE_MS
    await some(s.edge.edge, 1)
    assert.deepEqual((await told()).slice(2), [1], 'what is long ago is forgotten')
  })

  test(`many calls at once have each a run, up to the signed number, on the ${kind} storage`, async () => {
    await using s = await scene({ webhook: { per_day: 8 } }, kind)
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => send(s, { body: `${i}` })))
    const made = all.filter(({ status }) => status === 201)
    assert.equal(new Set(made.map(({ run }) => run)).size, 8)
    const rest = all.filter(({ status }) => status !== 201)
    assert.deepEqual(rest.map(({ status, code }) => [status, code]), Array(4).fill([429, 'limit_reached']))
    assert.equal(await runs(s), 8)
  })
}

describe('a call', () => {
  test('has its run however many come at once, and they are not tried in vain for each other', async () => {
    await using s = await scene({ webhook: { per_day: 1000 } })
    const before = s.edge.storage.counts().refused
    const all = await Promise.all(Array.from({ length: 150 }, (_, i) => send(s, { body: `${i}` })))
    assert.deepEqual(new Set(all.map(({ status }) => status)), new Set([201]))
    assert.equal(new Set(all.map(({ run }) => run)).size, 150)
    assert.ok(s.edge.storage.counts().refused - before < 150, 'each of them once at most')
  })

  test('starts nothing while the tenant is suspended', async () => {
    await using s = await scene()
    await s.edge.storage.write({
      id: '',
      steps: [step(writes.updateTable('tenant').set({ suspended: 1 }).where('id', '=', s.estate.tenant))],
      leaf: null,
      repeatable: false,
    })
    const { status, code } = await send(s)
    assert.deepEqual([status, code], [403, 'tenant_suspended'])
    await refused(s, { secret: 'sp_whk_another' })
    assert.deepEqual(await s.edge.rows('SELECT id FROM run'), [])
  })

  test('is refused whose signature does not hold', async () => {
    await using s = await scene()
    await refused(s, { secret: 'sp_whk_another' })
    await refused(s, { headers: { 'sallyport-signature': '' } })
    await refused(s, { headers: { 'sallyport-signature': `v1=${'0'.repeat(64)}` } })
    await refused(s, { headers: { 'sallyport-signature': 'v0=00' } })
    const { body = 'x', stamp = String(s.edge.now / 1000) } = {}
    const over = (text: string) => createHmac('sha256', s.webhook.secret).update(text).digest('hex')
    await refused(s, { body, headers: { 'sallyport-signature': `v1=${over(body)}` } })
    await refused(s, { body, headers: { 'sallyport-signature': `v1=${over(`${stamp}.${body} `)}` } })
    await refused(s, { id: '019a9f3e-7c00-7000-8000-0000000000aa' })
    assert.equal(await runs(s), 0)
    assert.equal((await send(s, { headers: {} })).status, 201)
  })

  test('is refused whose time stamp is not of now, or is none', async () => {
    await using s = await scene()
    await refused(s, { agoMs: 5 * MINUTE_MS + 1000 })
    await refused(s, { agoMs: -5 * MINUTE_MS - 1000 })
    for (const stamp of ['', '1', '01763805600', '1763805600.5', '1e9', 'now', '-1763805600']) {
      const hmac = createHmac('sha256', s.webhook.secret).update(`${stamp}.x`).digest('hex')
      const headers = { 'sallyport-timestamp': stamp, 'sallyport-signature': `v1=${hmac}` }
      await refused(s, { body: 'x', headers })
    }
    assert.equal((await send(s, { agoMs: 5 * MINUTE_MS })).status, 201)
    assert.equal((await send(s, { agoMs: -5 * MINUTE_MS })).status, 201)
  })

  test('that is sent again is the same run until its time stamp is too old, and then it is refused', async () => {
    await using s = await scene()
    const sending = { agoMs: -5 * MINUTE_MS }
    const first = await send(s, sending)
    for (let minute = 1; minute <= 10; minute++) {
      s.edge.now += MINUTE_MS
      await send(s, { body: `${minute}` })
      assert.deepEqual(await send(s, { agoMs: (minute - 5) * MINUTE_MS }), first, `after ${minute} minutes`)
    }
    s.edge.now += 1000
    await refused(s, { agoMs: 5 * MINUTE_MS + 1000 })
    assert.equal(await runs(s), 3)
  })

  test('is the same run also where another clock has left its time stamp behind', async () => {
    await using s = await scene()
    const sending = { body: 'again', agoMs: 4 * MINUTE_MS }
    const first = await send(s, sending)
    s.edge.now += 2 * MINUTE_MS
    assert.equal((await send(s, { body: 'another' })).status, 201)
    s.edge.now -= 2 * MINUTE_MS
    assert.deepEqual(await send(s, sending), first)
    assert.equal(await runs(s), 2)
  })

  test('may be of any kind, up to 64 KiB', async () => {
    await using s = await scene()
    assert.equal((await send(s, { body: '' })).status, 201)
    assert.equal(
      (await send(s, { body: '\0ÿ not JSON {', headers: { 'content-type': 'text/plain' } })).status,
      201,
    )
    assert.equal((await send(s, { body: 'x'.repeat(64 * 1024 + 1) })).code, 'body_too_large')
    assert.equal((await send(s, { body: 'x'.repeat(64 * 1024) })).status, 201)
  })

  test('counts for the day on which it comes', async () => {
    await using s = await scene({ webhook: { per_day: 1 } })
    assert.equal((await send(s, { body: '1' })).status, 201)
    const seconds = Math.ceil((Date.parse('2026-11-23T00:00:00.000Z') - s.edge.now) / 1000)
    assert.deepEqual(await send(s, { body: '2' }), {
      status: 429,
      run: undefined,
      code: 'limit_reached',
      again: seconds,
    })
    s.edge.now += 86_400_000
    assert.equal((await send(s, { body: '3' })).status, 201)
    s.edge.now -= 86_400_000
    assert.equal((await send(s, { body: '4' })).code, 'limit_reached', 'a clock that was set back')
  })

  test('starts nothing that was not signed for, is paused, was deleted or waits to be erased', async () => {
    await using s = await scene({ api: { per_day: 5 } })
    assert.deepEqual(await send(s), { status: 403, run: undefined, code: 'trigger_not_allowed' })
    const { pipeline } = await s.estate.furnish({ triggers: { webhook: { per_day: 5 } } })
    const { id, secret } = await s.estate.made('POST', `/v1/pipelines/${pipeline}/webhook`)
    await s.estate.made('POST', `/v1/pipelines/${pipeline}/pause`)
    assert.equal((await send(s, { id, secret })).code, 'trigger_not_allowed')
    await s.estate.made('POST', `/v1/pipelines/${pipeline}/resume`)
    assert.equal((await send(s, { id, secret })).status, 201)
    await s.estate.made('DELETE', `/v1/pipelines/${pipeline}`)
    await refused(s, { id, secret, body: 'again' })
    assert.equal(await runs(s), 1)
  })
})

describe('a webhook', () => {
  test('tells its secret once, and is deleted with what it could start', async () => {
    await using s = await scene()
    assert.match(s.webhook.secret, /^sp_whk_[0-9A-Za-z]{36}$/)
    assert.equal(s.webhook.url, `${PUBLIC_URL}/v1/hooks/${s.webhook.id}`)
    const { secret, ...rest } = s.webhook
    assert.deepEqual(await s.estate.made('GET', `/v1/pipelines/${s.pipeline}/webhook`), rest)
    const again = await s.estate.call('POST', `/v1/pipelines/${s.pipeline}/webhook`)
    assert.deepEqual([again.status, again.body.code], [409, 'already_exists'])
    const [row] = await s.edge.rows('SELECT * FROM webhook')
    assert.ok(!JSON.stringify(row).includes(secret))
    await s.estate.made('DELETE', `/v1/pipelines/${s.pipeline}/webhook`)
    await refused(s, {})
  })

  test('that has another secret takes the one before for as long as it was told', async () => {
    await using s = await scene({ webhook: { per_day: 100 } })
    const path = `/v1/pipelines/${s.pipeline}/webhook/rotate`
    const { secret, older_until } = await s.estate.made('POST', path, { overlap_hours: 1 })
    assert.equal(older_until, '2026-11-22T10:00:00.000Z')
    assert.equal((await send(s, { body: '1' })).status, 201)
    assert.equal((await send(s, { body: '2', secret })).status, 201)
    s.edge.now += 60 * MINUTE_MS
    await refused(s, { body: '3' })
    assert.equal((await send(s, { body: '4', secret })).status, 201)
    const last = (await s.estate.made('POST', path, { overlap_hours: 0 })).secret
    await refused(s, { body: '5', secret })
    assert.equal((await send(s, { body: '6', secret: last })).status, 201)
  })
})

describe('calls that are refused', () => {
  test('count each, and the audit log has the tenth at once and the first within a minute', async () => {
    await using s = await scene()
    const name = 'webhook.signature_failed'
    for (let i = 0; i < FAILURES_IN_A_ROW + 5; i++) await refused(s, { secret: 'wrong' })
    s.edge.now += 4 * MINUTE_MS
    for (let i = 0; i < 20; i++) await refused(s, { secret: 'wrong' })
    const facts = (await entries(s, name)).map(({ facts }) => facts)
    assert.deepEqual(
      facts,
      [FAILURES_IN_A_ROW].map((failures) => ({
        webhook: s.webhook.id,
        pipeline: s.pipeline,
        failures,
      })),
    )
    const request = new Request(`${PUBLIC_URL}/metrics`)
    const text = await (await s.edge.edge.app(request, { remote: '192.0.2.1' })).text()
    assert.match(text, new RegExp(`security_events_total\\{kind="${name}"\\} ${FAILURES_IN_A_ROW + 25}\n`))
    s.edge.now += 11 * MINUTE_MS
    await refused(s, { secret: 'wrong' })
    assert.equal((await entries(s, name)).length, 2)
  })

  test('ten times are told the owners by mail, once an hour', async () => {
    await using s = await scene()
    const id = '019a9f3e-7c00-7000-8000-0000000000ac'
    const account = newAccount({
      ...{ id, email: 'ada@example.com', name: 'Ada', password: null },
      ...{ email_verified: s.edge.now, now: s.edge.now },
    })
    const linked = writes.updateTable('member').set({ account: id }).where('tenant', '=', s.estate.tenant)
    const steps = [insertAccount(account), step(linked)]
    await s.edge.storage.write({ id: '', steps, leaf: null, repeatable: false })
    const failing = async (mails: number) => {
      for (let i = 0; i < FAILURES_IN_A_ROW; i++) await refused(s, { secret: 'wrong' })
      await s.edge.edge.flush()
      await s.edge.edge.housekeep()
      assert.equal(s.edge.mails.length, mails)
    }
    await failing(1)
    assert.deepEqual([s.edge.mails[0]?.to, s.edge.mails[0]?.subject], [
      'ada@example.com',
      'Calls of a webhook are refused',
    ])
    assert.ok(!JSON.stringify(s.edge.mails).includes(s.webhook.secret))
    s.edge.now += 11 * MINUTE_MS
    await failing(1)
    s.edge.now += 60 * MINUTE_MS
    await failing(2)
  })

  test('of a webhook that nobody has are nobody’s', async () => {
    await using s = await scene()
    await refused(s, { id: '019a9f3e-7c00-7000-8000-0000000000aa' })
    assert.deepEqual(await entries(s, 'webhook.signature_failed'), [])
  })
})
