/** Strangers who guess: how often they may, and what they learn. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hasher } from '../../edge_fixture.ts'
import { Browser, entries } from '../factors/browser_fixture.ts'
import { ADA, type Installation, mailTo, password, people, register, workOf } from './people_fixture.ts'

const wrong = 'walrus-ember-flute'

function guess(edge: Installation, email: string, network = '203.0.113.5') {
  return new Browser(edge, network).call('POST /v1/sessions', { email, password: wrong })
}

async function guesses(edge: Installation, email: string, count: number, network?: string) {
  const answers = []
  for (let i = 0; i < count; i++) answers.push(await guess(edge, email, network))
  return answers
}

describe('who guesses a password', () => {
  test('waits after five, longer each time, whatever network they come from', async () => {
    await using edge = await people()
    for (const { status, json } of await guesses(edge, ADA, 5)) {
      assert.deepEqual([status, json.code], [401, 'sign_in_failed'])
    }
    const waits: number[] = []
    for (let i = 0; i < 4; i++) {
      const refused = await guess(edge, ADA, `203.0.113.${i + 10}`)
      assert.deepEqual([refused.status, refused.json.code], [429, 'too_many_requests'])
      waits.push(Number(refused.headers.get('retry-after')))
      edge.clock.now += Number(refused.headers.get('retry-after')) * 1000
      assert.equal((await guess(edge, ADA, `203.0.113.${i + 10}`)).status, 401)
    }
    assert.deepEqual(waits, [1, 2, 4, 8])
  })

  test('does not get a right one through while they have to wait', async () => {
    await using edge = await people()
    await guesses(edge, ADA, 5)
    const right = await new Browser(edge).call('POST /v1/sessions', { email: ADA, password })
    assert.equal(right.status, 429)
  })

  test('does not get more of them by asking all at once', async () => {
    await using edge = await people()
    const answers = await Promise.all(Array.from({ length: 30 }, () => guess(edge, ADA)))
    assert.equal(answers.filter(({ status }) => status === 401).length, 5)
    assert.equal(answers.filter(({ status }) => status === 429).length, 25)
  })

  test('does not lock the owner out of the browser that they use', async () => {
    await using edge = await people()
    const own = new Browser(edge)
    await own.call('POST /v1/sessions', { email: ADA, password })
    await guesses(edge, ADA, 8)
    assert.equal((await new Browser(edge).call('POST /v1/sessions', { email: ADA, password })).status, 429)
    assert.equal((await own.call('POST /v1/sessions', { email: ADA, password })).status, 200)
    // That browser has guesses of its own, and no more.
    const answers = []
    for (let i = 0; i < 7; i++) {
      answers.push((await own.call('POST /v1/sessions', { email: ADA, password: wrong })).status)
    }
    assert.deepEqual(answers, [401, 401, 401, 401, 401, 429, 429])
  })

  test('is not known by the cookie of somebody else’s browser', async () => {
    await using edge = await people()
    const mallory = await register(edge, 'mallory@example.com')
    const [device] = [...mallory.cookies.entries()].filter(([name]) => name.startsWith('__Host-device'))
    const own = new Browser(edge)
    await own.call('POST /v1/sessions', { email: ADA, password })
    const [name] = [...own.cookies.keys()].filter((name) => name.startsWith('__Host-device'))
    await guesses(edge, ADA, 5)
    const cookie = `${name}=${device?.[1]}`
    const answer = await new Browser(edge).call('POST /v1/sessions', { email: ADA, password }, { cookie })
    assert.equal(answer.status, 429)
  })

  test('waits too who tries one password at many addresses, from a whole IPv6 network', async () => {
    await using edge = await people()
    const statuses: number[] = []
    for (let i = 0; i < 102; i++) {
      statuses.push((await guess(edge, `person${i}@example.com`, `2001:db8:0:7::${i.toString(16)}`)).status)
    }
    assert.deepEqual(statuses.slice(0, 100), Array(100).fill(401))
    assert.deepEqual(statuses.slice(100), [429, 429])
    assert.equal((await guess(edge, 'other@example.com', '2001:db8:0:8::1')).status, 401)
  })

  test('is told to come again while too many are being looked at, and that costs no guess', async () => {
    await using edge = await people()
    const busy = Promise.allSettled(Array.from({ length: 140 }, () => hasher.hash('x')))
    const answer = await guess(edge, ADA)
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '5'])
    const rows = await edge.storage.read({ sql: 'SELECT * FROM throttle', parameters: [], reads: true })
    assert.deepEqual(rows, [])
    await busy
    assert.equal((await guess(edge, ADA)).status, 401)
  })

  test('is in the log of the tenant, by id and without the address, and is counted', async () => {
    await using edge = await people()
    await guesses(edge, ADA, 1)
    await guesses(edge, 'nobody@example.com', 1)
    const logged = await entries(edge, 'sign_in.failed')
    assert.deepEqual(logged.map(({ target }) => target).toSorted(), [edge.ada, logged[1].target].toSorted())
    assert.equal(logged[0].facts.method, 'password')
    assert.ok(!JSON.stringify(logged).includes('@'))
    const { json: metrics } = await edge.call({ kind: 'nobody' }, 'GET /metrics')
    assert.match(metrics, /^sallyport_security_events_total\{kind="sign_in.failed"\} 2$/m)
  })
})

/** What an answer says, without what is different each time. */
const said = ({ status, json, headers }: Awaited<ReturnType<typeof guess>>) => ({
  status,
  json: { ...json, request_id: null },
  headers: [...headers.keys()].filter((name) => name !== 'x-request-id').toSorted(),
})

describe('who wants to know whether an address has an account', () => {
  test('reads the same answer for both, of the same work, when signing in', async () => {
    await using edge = await people()
    const [known] = await guesses(edge, ADA, 1)
    const [unknown] = await guesses(edge, 'nobody@example.com', 1)
    assert.deepEqual(said(known as never), said(unknown as never))
    await edge.edge.flush()
    const forKnown = await workOf(edge, async () => {
      await guess(edge, ADA)
      await edge.edge.flush()
    })
    const forUnknown = await workOf(edge, async () => {
      await guess(edge, 'nobody@example.com')
      await edge.edge.flush()
    })
    assert.deepEqual(forKnown, forUnknown)
    assert.equal(forKnown.hashes, 1)
  })

  test('is slowed down at the same point for both', async () => {
    await using edge = await people()
    const statuses = async (email: string) => (await guesses(edge, email, 7)).map(({ status }) => status)
    assert.deepEqual(await statuses(ADA), await statuses('nobody@example.com'))
  })

  for (const path of ['/v1/accounts', '/v1/password-resets']) {
    test(`reads the same answer for both, of the same work, at ${path}`, async () => {
      await using edge = await people()
      const ask = (email: string) => new Browser(edge).call(`POST ${path}`, { email })
      assert.deepEqual(said(await ask(ADA)), said(await ask('nobody@example.com')))
      const work = (email: string) =>
        workOf(edge, async () => {
          await ask(email)
          await edge.edge.housekeep()
        })
      await edge.edge.housekeep()
      assert.deepEqual(await work(ADA), await work('nobody@example.com'))
      assert.equal(edge.mails.length, 4)
      const columns = 'SELECT purpose, expires - created AS good FROM mailed_secret'
      const rows = await edge.storage.read({ sql: columns, parameters: [], reads: true })
      assert.deepEqual(rows.map(({ purpose }) => purpose).toSorted(), [
        'register',
        'register',
        'reset',
        'reset',
      ])
    })
  }

  test('cannot flood a mailbox: after three mails there are waits', async () => {
    await using edge = await people()
    const statuses: number[] = []
    for (let i = 0; i < 5; i++) {
      const answer = await new Browser(edge, `203.0.113.${i}`).call('POST /v1/password-resets', {
        email: ADA,
      })
      statuses.push(answer.status)
    }
    assert.deepEqual(statuses, [200, 200, 200, 429, 429])
    await mailTo(edge, ADA)
    assert.equal(edge.mails.length, 3)
  })
})
