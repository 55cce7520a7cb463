import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bearer, nobody } from '../edge_fixture.ts'
import { member, world } from '../world_fixture.ts'
import { networkOf } from './client.ts'
import { Buckets, OverRate } from './rates.ts'

const NOW = Date.parse('2026-11-22T09:00:00.000Z')

/** How many pass of so many. */
function passing(buckets: Buckets, key: string, { now, of }: { readonly now: number; readonly of: number }) {
  let passed = 0
  for (let i = 0; i < of; i++) {
    try {
      buckets.take(key, now)
      passed++
    } catch (error) {
      assert.ok(error instanceof OverRate)
    }
  }
  return passed
}

describe('a bucket', () => {
  test('holds its burst, and fills up by its rate and no further', () => {
    const buckets = new Buckets('address', { perSecond: 10, burst: 50 })
    assert.equal(passing(buckets, 'a', { now: NOW, of: 80 }), 50)
    assert.equal(buckets.refused, 30)
    assert.equal(passing(buckets, 'a', { now: NOW + 1000, of: 80 }), 10)
    assert.equal(passing(buckets, 'b', { now: NOW + 1000, of: 80 }), 50, 'another’s is full')
    assert.equal(passing(buckets, 'a', { now: NOW + 3_600_000, of: 80 }), 50)
  })

  test('says what is left once half of it is gone, and when to come again', () => {
    const buckets = new Buckets('address', { perSecond: 1, burst: 4 })
    assert.equal(buckets.take('a', NOW), null)
    assert.deepEqual(buckets.take('a', NOW), null)
    assert.deepEqual(buckets.take('a', NOW), {
      'ratelimit-policy': '"address";q=4;w=4',
      ratelimit: '"address";r=1;t=3',
    })
    buckets.take('a', NOW)
    assert.throws(() => buckets.take('a', NOW), (error) => {
      assert.ok(error instanceof OverRate)
      assert.equal(error.retryAfterSeconds, 1)
      assert.equal(error.headers.ratelimit, '"address";r=0;t=1')
      return true
    })
  })

  test('that is asked in vain does not empty further', () => {
    const buckets = new Buckets('address', { perSecond: 1, burst: 2 })
    assert.equal(passing(buckets, 'a', { now: NOW, of: 1000 }), 2)
    assert.equal(passing(buckets, 'a', { now: NOW + 1000, of: 5 }), 1)
  })

  test('is empty at most where the clock was set back', () => {
    const buckets = new Buckets('address', { perSecond: 10, burst: 10 })
    assert.equal(passing(buckets, 'a', { now: NOW, of: 10 }), 10)
    assert.equal(passing(buckets, 'a', { now: NOW - 3_600_000, of: 1 }), 0)
    buckets.take('b', NOW)
    assert.equal(passing(buckets, 'b', { now: NOW - 3_600_000, of: 1 }), 0)
    assert.equal(passing(buckets, 'b', { now: NOW - 3_600_000 + 1000, of: 20 }), 10, 'and fills up by it')
  })

  test('is forgotten when too many are kept: that which was used longest ago', () => {
    const buckets = new Buckets('address', { perSecond: 1, burst: 1 }, 3)
    for (const key of ['a', 'b', 'c']) buckets.take(key, NOW)
    assert.throws(() => buckets.take('a', NOW), OverRate)
    buckets.take('a', NOW + 1000)
    buckets.take('d', NOW + 1000)
    assert.equal(buckets.kept, 3)
    assert.throws(() => buckets.take('a', NOW + 1000), OverRate, 'it was used just now')
    buckets.take('b', NOW + 1000)
    assert.equal(buckets.kept, 3)
  })
})

test('a flood of made-up addresses fills no memory, and a customer’s /64 is one of them', () => {
  const buckets = new Buckets('address', { perSecond: 1, burst: 5 })
  const from = (site: number, host: number) =>
    networkOf(`2001:db8:${(site >> 16).toString(16)}:${(site & 0xffff).toString(16)}::${host.toString(16)}`)
  for (let i = 0; i < 250_000; i++) buckets.take(from(i, i & 0xffff), NOW)
  assert.equal(buckets.kept, 100_000)
  const last = 249_999
  assert.equal(passing(buckets, from(last, 1), { now: NOW, of: 20 }), 4, 'the newest are kept')
  for (let host = 2; host < 1000; host++) assert.throws(() => buckets.take(from(last, host), NOW), OverRate)
  assert.equal(buckets.kept, 100_000)
})

describe('requests from an address', () => {
  const rates = { address: { perSecond: 1, burst: 30 }, principal: null }
  const health = 'GET /healthz'

  test('beyond its rate are refused before anything is looked up, whatever they ask for', async () => {
    await using edge = await world({ rates })
    const remote = '198.51.100.7'
    for (let i = 0; i < 30; i++) await edge.call(nobody, health, { remote })
    const { read } = edge.storage
    const storage = edge.storage as { read: typeof read }
    storage.read = () => Promise.reject(new Error('the database was asked'))
    for (const target of [health, 'GET /v1/whoami', 'GET /nowhere', 'GET /console', 'POST /v1/setup']) {
      const { status, json, headers } = await edge.call(bearer('x'), target, { remote })
      assert.deepEqual([status, json.code], [429, 'too_many_requests'], target)
      assert.equal(headers.get('retry-after'), '1')
      assert.equal(headers.get('ratelimit-policy'), '"address";q=30;w=30')
      assert.equal(headers.get('ratelimit'), '"address";r=0;t=1')
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
    }
    storage.read = read
    assert.equal((await edge.call(nobody, health, { remote: '198.51.100.8' })).status, 200)
    const metrics = (await edge.call(nobody, 'GET /metrics', { remote: '198.51.100.8' })).json
    assert.match(metrics, /^sallyport_over_address_rate_total 5$/m)
    edge.clock.now += 1000
    assert.equal((await edge.call(nobody, health, { remote })).status, 200)
  })

  test('count for the /64 of an IPv6 address, and not at all from loopback', async () => {
    await using edge = await world({ rates })
    for (let i = 0; i < 30; i++) await edge.call(nobody, health, { remote: `2001:db8:0:7::${i + 1}` })
    assert.equal((await edge.call(nobody, health, { remote: '2001:db8:0:7:ffff::1' })).status, 429)
    assert.equal((await edge.call(nobody, health, { remote: '2001:db8:0:8::1' })).status, 200)
    for (let i = 0; i < 60; i++) {
      assert.equal(
        (await edge.call(nobody, health, { remote: i % 2 === 0 ? '127.0.0.1' : '::1' })).status,
        200,
      )
    }
  })

  test('behind a proxy count for the address that it has seen, and for no other that they claim', async () => {
    await using edge = await world({ rates, forwardedHops: 1 })
    const from = (forwarded: string) =>
      edge.call(nobody, health, { remote: '10.0.0.1', headers: { 'x-forwarded-for': forwarded } })
    for (let i = 0; i < 30; i++) await from(`192.0.2.${i}, 198.51.100.7`)
    assert.equal((await from('192.0.2.99, 198.51.100.7')).status, 429)
    assert.equal((await from('198.51.100.7, 198.51.100.8')).status, 200)
  })
})

describe('requests of a principal', () => {
  const rates = { address: null, principal: { perSecond: 1, burst: 20 } }

  test('beyond their rate are refused, by whatever token and from wherever they come', async () => {
    await using edge = await world({ rates })
    const someone = await member(edge, edge.admin, 'editor')
    edge.clock.now += 60_000
    const made = await edge.call(someone, 'POST /v1/tokens', { body: { name: 'another' } })
    assert.equal(made.status, 201, JSON.stringify(made.json))
    const other = bearer(made.json.token ?? made.json.secret)
    let seen: string | null = null
    for (let i = 1; i < 20; i++) {
      const { status, headers } = await edge.call(someone, 'GET /v1/whoami', { remote: `192.0.2.${i}` })
      assert.equal(status, 200)
      seen = headers.get('ratelimit')
    }
    assert.equal(seen, '"principal";r=0;t=20')
    const refused = await edge.call(other, 'GET /v1/whoami', { remote: '203.0.113.1' })
    assert.deepEqual([refused.status, refused.json.code], [429, 'too_many_requests'])
    assert.equal(refused.headers.get('ratelimit-policy'), '"principal";q=20;w=20')
    assert.equal((await edge.call(edge.viewer, 'GET /v1/whoami')).status, 200, 'nobody else waits')
    assert.match((await edge.call(nobody, 'GET /metrics')).json, /^sallyport_over_principal_rate_total 1$/m)
    edge.clock.now += 1000
    assert.equal((await edge.call(other, 'GET /v1/whoami')).status, 200)
  })

  test('count for an agent too', async () => {
    await using edge = await world({ rates })
    for (let i = 0; i < 20; i++) await edge.call(edge.strangeAgent, 'GET /v1/agent/self')
    const { status } = await edge.call(edge.strangeAgent, 'GET /v1/agent/self')
    assert.equal(status, 429)
  })
})
