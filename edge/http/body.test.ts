/** Bodies over real sockets: what a client that means harm, or a bad line, can send. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { newSecret } from '../auth/secret.ts'
import { rowCounts } from '../edge_fixture.ts'
import { native } from '../primitives.ts'
import { type World, world } from '../world_fixture.ts'

let w: World
let server: Deno.HttpServer<Deno.NetAddr>

before(async () => {
  w = await world({ bodyTimeoutMs: 150 })
  server = Deno.serve(
    { port: 0, hostname: '127.0.0.1', onListen: () => {} },
    (request) => w.edge.app(request, { remote: '192.0.2.1' }),
  )
})
after(async () => {
  await server.shutdown()
  await w[Symbol.asyncDispose]()
})

function secretOf(caller: World['admin']): string {
  return caller.kind === 'bearer' ? caller.secret : ''
}

/** Sends the pieces one by one, breaks off at a null, and answers what comes back: one whole answer. */
async function talk(
  fields: string,
  pieces: readonly (string | null)[],
  token = secretOf(w.admin),
): Promise<string> {
  using connection = await Deno.connect({ hostname: '127.0.0.1', port: server.addr.port })
  const head = `POST /v1/workspaces HTTP/1.1\r\nhost: edge.test\r\nauthorization: Bearer ${token}\r\n` +
    `content-type: application/json\r\n${fields}\r\n\r\n`
  const answer = readAnswer(connection)
  for (const piece of [head, ...pieces]) {
    if (piece === null) return ''
    // The server may have heard enough and gone; what it said still counts.
    await connection.write(new TextEncoder().encode(piece)).catch(() => {})
  }
  return await answer
}

async function readAnswer(connection: Deno.Conn): Promise<string> {
  const bytes = new Uint8Array(64 * 1024)
  let text = ''
  for (;;) {
    const count = await connection.read(bytes).catch(() => null)
    if (count === null) return text
    text += new TextDecoder().decode(bytes.subarray(0, count))
    const end = text.indexOf('\r\n\r\n')
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? NaN)
    if (end >= 0 && text.length >= end + 4 + length) return text
  }
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}

describe('a body', () => {
  test('in one piece or in many is the same', async () => {
    const whole = '{"name":"in-one"}'
    assert.match(await talk(`content-length: ${whole.length}`, [whole]), /^HTTP\/1\.1 201/)
    const pieces = [...'{"name":"in-many"}'].map(chunk)
    assert.match(await talk('transfer-encoding: chunked', [...pieces, '0\r\n\r\n']), /^HTTP\/1\.1 201/)
  })

  test('that stops coming is not waited for', async () => {
    const counts = await rowCounts(w.storage)
    assert.match(await talk('content-length: 100', ['{"name":']), /^HTTP\/1\.1 408[^]*"request_timeout"/)
    assert.match(await talk('transfer-encoding: chunked', [chunk('{"name":')]), /^HTTP\/1\.1 408/)
    assert.deepEqual(await rowCounts(w.storage), counts)
  })

  test('that is announced as too large, or turns out to be, is not read to its end', async () => {
    const counts = await rowCounts(w.storage)
    assert.match(await talk(`content-length: ${1 << 30}`, ['{']), /^HTTP\/1\.1 413[^]*"body_too_large"/)
    const endless = Array.from({ length: 40 }, () => chunk(' '.repeat(4096)))
    assert.match(await talk('transfer-encoding: chunked', endless), /^HTTP\/1\.1 413/)
    assert.deepEqual(await rowCounts(w.storage), counts)
  })

  test('of somebody unknown is not read at all', async () => {
    const stranger = newSecret('pat', native.randomBytes)
    assert.match(await talk(`content-length: ${1 << 30}`, ['{'], stranger), /^HTTP\/1\.1 401/)
  })

  test('that breaks off leaves nothing, and the edge goes on', async () => {
    const counts = await rowCounts(w.storage)
    await talk('content-length: 100', ['{"name":', null])
    await talk('transfer-encoding: chunked', [chunk('{"name":"half"'), null])
    assert.deepEqual(await rowCounts(w.storage), counts)
    assert.match(await talk('content-length: 16', ['{"name":"after"}']), /^HTTP\/1\.1 201/)
    assert.deepEqual(w.logged.filter(({ level }) => level === 'error'), [])
  })

  /** Past the socket, where fields that every client adds can be left out. */
  async function post(headers: Record<string, string>, body?: string) {
    const authorization = `Bearer ${secretOf(w.admin)}`
    const request = new Request('http://edge.test/v1/workspaces', {
      method: 'POST',
      headers: { authorization, ...headers },
      ...(body === undefined ? {} : { body: new TextEncoder().encode(body) }),
    })
    const response = await w.edge.app(request, { remote: '192.0.2.1' })
    return { status: response.status, code: (await response.json()).code }
  }

  test('says that it is JSON', async () => {
    for (
      const [type, name] of [['application/json', 'a'], ['Application/JSON;charset=utf-8', 'b']] as const
    ) {
      assert.equal((await post({ 'content-type': type }, `{"name":"typed-${name}"}`)).status, 201, type)
    }
    const body = '{"name":"untyped"}'
    const refused = { status: 415, code: 'unsupported_media_type' }
    for (const type of ['text/plain', 'application/jsonl', 'multipart/form-data']) {
      assert.deepEqual(await post({ 'content-type': type }, body), refused, type)
    }
    assert.deepEqual(await post({}, body), refused)
    assert.deepEqual(await post({}), refused)
  })

  test('is there, and whole', async () => {
    for (const body of [undefined, '', '{"name":"a"', '{"name":"\\u0000"}', '{"name":"\\udc00"}']) {
      const answer = await post({ 'content-type': 'application/json' }, body)
      assert.deepEqual(answer, { status: 400, code: 'malformed_json' }, String(body))
    }
  })

  test('holds nothing that a check would trip over', async () => {
    for (const body of ['{"name":{"length":{"toString":1}}}', '{"name":{"length":{"\\u0074oString":1}}}']) {
      const answer = await post({ 'content-type': 'application/json' }, body)
      assert.deepEqual(answer, { status: 400, code: 'malformed_json' }, body)
    }
  })
})
