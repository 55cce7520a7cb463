import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { faultOf, printable } from './problem.ts'
import { backoffMs, transport } from './transport.ts'

/** A real server that answers as scripted, and keeps what it was sent. */
function scripted(answers: (() => Response | Promise<Response>)[]) {
  const seen: { method: string; path: string; headers: Headers; body: string }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      seen.push({
        method: request.method,
        path: new URL(request.url).pathname,
        headers: request.headers,
        body: await request.text(),
      })
      return (answers.shift() ?? (() => new Response('{}')))()
    },
  })
  after(() => server.stop(true))
  return { url: `http://127.0.0.1:${server.port}`, seen, server }
}

const waits: number[] = []
let attempt = 0
const send = transport({
  authorize: ({ headers }) => headers.set('authorization', `Bearer ${++attempt}`),
  random: () => 0.5,
  sleep: async (ms) => void waits.push(ms),
})

describe('the way to the edge', () => {
  test('tries a GET again on a transient answer, authorized anew each time', async () => {
    const { url, seen } = scripted([
      () => new Response('', { status: 503 }),
      () => new Response('', { status: 502 }),
    ])
    attempt = 0
    assert.equal((await send(new Request(`${url}/a`))).status, 200)
    assert.deepEqual(seen.map(({ headers }) => headers.get('authorization')), [
      'Bearer 1',
      'Bearer 2',
      'Bearer 3',
    ])
  })

  test('waits as long as Retry-After says', async () => {
    const { url } = scripted([() => new Response('', { status: 429, headers: { 'retry-after': '7' } })])
    waits.length = 0
    await send(new Request(url))
    assert.deepEqual(waits, [7000])
  })

  test('does not wait for what Retry-After puts off for longer than half a minute', async () => {
    const { url, seen } = scripted([
      () => new Response('', { status: 429, headers: { 'retry-after': '31' } }),
    ])
    waits.length = 0
    assert.equal((await send(new Request(url))).status, 429)
    assert.deepEqual([waits, seen.length], [[], 1])
  })

  test('gives up after four attempts, and hands over the last answer', async () => {
    const { url, seen } = scripted(Array.from({ length: 9 }, () => () => new Response('', { status: 503 })))
    assert.equal((await send(new Request(url))).status, 503)
    assert.equal(seen.length, 4)
  })

  test('repeats a POST only with an idempotency key, with the same body', async () => {
    const one = scripted([() => new Response('', { status: 503 })])
    assert.equal((await send(new Request(one.url, { method: 'POST', body: 'x' }))).status, 503)
    const two = scripted([() => new Response('', { status: 503 })])
    const headers = { 'idempotency-key': 'k' }
    assert.equal((await send(new Request(two.url, { method: 'POST', body: 'x', headers }))).status, 200)
    assert.deepEqual(two.seen.map(({ body }) => body), ['x', 'x'])
  })

  for (const status of [400, 401, 403, 404, 409, 500]) {
    test(`takes ${status} as final`, async () => {
      const { url, seen } = scripted([() => new Response('', { status })])
      assert.equal((await send(new Request(url))).status, status)
      assert.equal(seen.length, 1)
    })
  }

  test('follows no redirect', async () => {
    const other = scripted([])
    const { url } = scripted(
      Array.from({ length: 4 }, () => () => Response.redirect(`${other.url}/stolen`, 307)),
    )
    await assert.rejects(send(new Request(url)), { code: 'edge_unexpected', message: /redirect/ })
    assert.equal(other.seen.length, 0)
  })

  /** Sends more each time that the last has gone. */
  const endless = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }))

  test('reads no more of an answer than its limit', async () => {
    const small = transport({ authorize: () => undefined, mostBytes: 100 })
    const { url } = scripted([() => new Response('x'.repeat(101)), () => new Response('x'.repeat(100))])
    await assert.rejects(small(new Request(url)), { code: 'edge_unexpected' })
    assert.equal((await (await small(new Request(url))).text()).length, 100)
  })

  test('stops reading an answer that never ends', async () => {
    const { url } = scripted([endless])
    const response = await transport({ authorize: () => undefined, mostBytes: 1_000_000 })(new Request(url))
    await assert.rejects(response.text(), { code: 'edge_unexpected' })
  })

  test('does not wait for an answer, or the rest of one, for ever', async () => {
    const trickle = () =>
      new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) }))
    const hurried = transport({ authorize: () => undefined, attempts: 1, timeoutMs: 50 })
    const { url } = scripted([trickle, () => new Promise(() => undefined)])
    const response = await hurried(new Request(url))
    await assert.rejects(response.text(), { code: 'edge_unreachable' })
    await assert.rejects(hurried(new Request(url)), { code: 'edge_unreachable' })
  })

  test('an export is read as long as it comes', async () => {
    const { url } = scripted([() => new Response('x'.repeat(101))])
    const small = transport({ authorize: () => undefined, mostBytes: 100 })
    assert.equal((await (await small(new Request(`${url}/v1/audit/export`))).text()).length, 101)
  })

  test('names the address when nobody is there', async () => {
    const { url, server } = scripted([])
    await server.stop(true)
    await assert.rejects(send(new Request(url)), { code: 'edge_unreachable', message: new RegExp(url) })
  })

  test('an aborted call throws the reason and is not repeated', async () => {
    const { url, seen } = scripted([])
    await assert.rejects(send(new Request(url, { signal: AbortSignal.abort(new Error('stop')) })), /stop/)
    assert.equal(seen.length, 0)
  })

  test('delays are jittered over the whole range and capped', () => {
    assert.equal(backoffMs(0, () => 0), 0)
    assert.equal(backoffMs(3, () => 0.5), 800)
    assert.equal(backoffMs(40, () => 0.5), 2500)
  })
})

describe('a problem from the edge', () => {
  test('keeps its code, detail and fields', () => {
    const fault = faultOf(400, {
      code: 'invalid_request',
      detail: 'No.',
      errors: [{ at: '/name', message: 'too long' }],
    })
    assert.equal(fault.code, 'invalid_request')
    assert.equal(fault.message, 'No. /name: too long')
  })

  test('without a known code goes by its status', () => {
    assert.equal(faultOf(403, 'nope').code, 'forbidden')
    assert.equal(faultOf(409, { code: 'made_up' }).code, 'conflict')
    assert.equal(faultOf(418, null).code, 'edge_unexpected')
  })

  test('is no judgement about the edge itself', () => {
    for (const code of ['log_forked', 'pin_mismatch', 'trust_forked', 'denied', 'project_mismatch']) {
      const fault = faultOf(422, { code, detail: 'believe me' })
      assert.equal(fault.code, 'edge_unexpected')
      assert.match(fault.message, new RegExp(code))
    }
    assert.equal(faultOf(422, { code: 'signer_not_allowed' }).code, 'signer_not_allowed')
  })

  test('cannot steer a terminal', () => {
    assert.equal(printable('a\x1b[2Jb\u009bc\u202ed\n'), 'a?[2Jb?c?d?')
  })
})
