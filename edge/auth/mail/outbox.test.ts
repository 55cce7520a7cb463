import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reader } from '../../db/database.ts'
import { kinds, type TestStorage, testStorage } from '../../db/storage_fixture.ts'
import { native } from '../../primitives.ts'
import type { Mail } from './mail.ts'
import { GIVEN_UP_MS, Outbox } from './outbox.ts'
import { mailServer } from './server_fixture.ts'
import { smtpSender } from './smtp.ts'

const mail = (n: number): Mail => ({ to: `ada${n}@example.com`, subject: 's', text: 'secret text', html: '' })

/** An outbox over a storage, and what it logs; `send` can be exchanged. */
function outbox(
  fixture: TestStorage,
  clock: { now: number },
  send: (mail: Mail, id: string) => Promise<void>,
) {
  const logged: string[] = []
  const at = { send }
  const box = new Outbox({
    storage: fixture.storage,
    db: reader(fixture.storage),
    clock: () => clock.now,
    primitives: native,
    master: { newest: 1, keys: new Map([[1, new Uint8Array(32).fill(1)]]) },
    log: (level, message, fields) => logged.push(JSON.stringify({ level, message, fields })),
    send: (mail, id) => at.send(mail, id),
  })
  const post = (n: number) =>
    fixture.storage.write({
      id: '',
      steps: box.post(mail(n), { id: `m${n}`, now: clock.now }),
      leaf: null,
      repeatable: false,
    })
  return { box, post, logged, at }
}

const left = async ({ storage }: TestStorage) =>
  await storage.read({ sql: 'SELECT * FROM outbox', parameters: [], reads: true })

const refuses = (responseCode: number) => () =>
  Promise.reject(Object.assign(new Error('ada@example.com is not here'), { code: 'EENVELOPE', responseCode }))

for (const kind of kinds) {
  describe(`${kind}: mail that waits`, () => {
    test('goes to a real server once, and nothing of it stands in the database meanwhile', async () => {
      await using fixture = await testStorage(kind)
      await using at = await mailServer()
      const { box, post } = outbox(fixture, { now: 5 }, smtpSender(at.server))
      await post(1)
      const text = JSON.stringify(await left(fixture))
      assert.ok(!text.includes('ada1') && !text.includes('secret text'))
      await box.deliver()
      await box.deliver()
      assert.deepEqual(at.received.map(({ to }) => to), [['ada1@example.com']])
      assert.deepEqual(await left(fixture), [])
    })

    test('is sent by one of two instances', async () => {
      await using fixture = await testStorage(kind)
      const sent: string[] = []
      const send = (_: Mail, id: string) => Promise.resolve(void sent.push(id))
      const [a, b] = [outbox(fixture, { now: 5 }, send), outbox(fixture, { now: 5 }, send)]
      for (let n = 0; n < 30; n++) await a.post(n)
      await Promise.all([a.box.deliver(), b.box.deliver()])
      await a.box.deliver()
      assert.equal(sent.length, 30)
      assert.equal(new Set(sent).size, 30)
    })
  })
}

describe('mail that a server does not take', () => {
  test('is tried again after waits that grow, until it is', async () => {
    await using fixture = await testStorage('embedded')
    const clock = { now: 1_000_000 }
    let attempts = 0
    const { box, post, logged, at } = outbox(fixture, clock, () => {
      attempts += 1
      return refuses(451)()
    })
    await post(1)
    await box.deliver()
    for (const wait of [30_000, 60_000, 120_000]) {
      clock.now += wait - 1
      const before = attempts
      await box.deliver()
      assert.equal(attempts, before, 'not yet')
      clock.now += 1
      await box.deliver()
      assert.equal(attempts, before + 1)
    }
    at.send = () => Promise.resolve(void attempts++)
    clock.now += 240_000
    await box.deliver()
    assert.deepEqual(await left(fixture), [])
    assert.equal(attempts, 5)
    assert.ok(logged.every((line) => !line.includes('ada') && line.includes('EENVELOPE 451')))
  })

  test('is given up when the server says no for good, or after a day', async () => {
    await using fixture = await testStorage('embedded')
    const clock = { now: 1_000_000 }
    const { box, post, logged, at } = outbox(fixture, clock, refuses(550))
    await post(1)
    await box.deliver()
    assert.deepEqual(await left(fixture), [])
    at.send = refuses(451)
    await post(2)
    await box.deliver()
    assert.equal((await left(fixture)).length, 1)
    clock.now += GIVEN_UP_MS
    await box.deliver()
    assert.deepEqual(await left(fixture), [])
    assert.equal(logged.filter((line) => line.includes('given up')).length, 2)
  })

  test('is tried again by another instance when the one that took it died', async () => {
    await using fixture = await testStorage('embedded')
    const clock = { now: 1_000_000 }
    const taken = Promise.withResolvers<void>()
    const dying = outbox(fixture, clock, () => {
      taken.resolve()
      return new Promise(() => undefined)
    })
    await dying.post(1)
    void dying.box.deliver()
    await taken.promise
    let sent = 0
    const other = outbox(fixture, clock, () => Promise.resolve(void sent++))
    await other.box.deliver()
    assert.equal(sent, 0)
    clock.now += 120_000
    await other.box.deliver()
    assert.equal(sent, 1)
  })
})
