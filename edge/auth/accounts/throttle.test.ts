import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reader } from '../../db/database.ts'
import { kinds, testStorage } from '../../db/storage_fixture.ts'
import { TooManyRequests } from '../../http/problem.ts'
import { forgive, FORGOTTEN_MS, networkOf, pay, refund, type Throttled } from './throttle.ts'

const cost: Throttled = { kind: 'account', of: 'one' }

for (const kind of kinds) {
  test(`${kind}: after the free ones each guess waits twice as long as the one before`, async () => {
    await using fixture = await testStorage(kind)
    const on = { storage: fixture.storage, db: reader(fixture.storage) }
    let now = 1_000_000
    for (let i = 0; i < 5; i++) await pay(on, [cost], now)
    const waits: number[] = []
    for (let i = 0; i < 12; i++) {
      const refused = await pay(on, [cost], now).then(() => null, (error) => error)
      assert.ok(refused instanceof TooManyRequests)
      waits.push(refused.retryAfterSeconds)
      now += refused.retryAfterSeconds * 1000
      await assert.rejects(pay(on, [cost], now - 1), TooManyRequests)
      await pay(on, [cost], now)
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
    await pay(on, [cost], now + FORGOTTEN_MS + 900_001)
    await pay(on, [cost], now + FORGOTTEN_MS + 900_001)
  })

  test(`${kind}: of many guesses at once no more pass than are free, and a refused one costs nobody else`, async () => {
    await using fixture = await testStorage(kind)
    const on = { storage: fixture.storage, db: reader(fixture.storage) }
    const other: Throttled = { kind: 'network', of: '192.0.2.1' }
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => pay(on, [cost, other], 5)))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 5)
    const [row] = await fixture.storage.read({
      sql: "SELECT count FROM throttle WHERE key LIKE 'network%'",
      parameters: [],
      reads: true,
    })
    assert.equal(row?.count, 5)
  })
}

test('a right guess forgives the account, and gives the network one back', async () => {
  await using fixture = await testStorage('embedded')
  const on = { storage: fixture.storage, db: reader(fixture.storage) }
  const network: Throttled = { kind: 'network', of: '192.0.2.1' }
  for (let i = 0; i < 5; i++) await pay(on, [cost, network], 7)
  await assert.rejects(pay(on, [cost], 7), TooManyRequests)
  await fixture.storage.write({
    id: '',
    steps: [forgive(cost), refund(network)],
    leaf: null,
    repeatable: false,
  })
  await pay(on, [cost], 7)
  const rows = await fixture.storage.read({ sql: 'SELECT count FROM throttle', parameters: [], reads: true })
  assert.deepEqual(rows.map(({ count }) => count).toSorted(), [1, 4])
})

test('an IPv6 network is its first 64 bits however it is written, an IPv4 one the address', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7')
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0')
  assert.equal(networkOf('2001:0db8:0:0:ffff::2'), '2001:db8:0:0')
  assert.equal(networkOf('2001:db8:0:1::1'), '2001:db8:0:1')
  assert.equal(networkOf('::1'), '0:0:0:0')
})
