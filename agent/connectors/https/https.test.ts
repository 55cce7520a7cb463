import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Fault, type FaultCode } from '../../../shared/faults.ts'
import { AddressRules } from '../../trust/addresses.ts'
import { networkOf } from '../../network.ts'
import type { Context } from '../connector.ts'
import { parseConfig } from '../connectors.ts'
import type { HttpsConfig } from './config.ts'
import { download } from './download.ts'
import { Proxy, type SurroundingOptions, surroundings, WebServer } from './server_fixture.ts'
import { HttpsSource } from './source.ts'

const signal = new AbortController().signal
const text = 'id,v\n1,a\n2,\n'
const loopback = ['127.0.0.1']

let data: WebServer
let store: WebServer
let plain: WebServer
before(async () => {
  data = await WebServer.open('data.example')
  store = await WebServer.open('store.cdn.example')
  plain = await WebServer.open('localhost', { plain: true })
})
after(async () => {
  for (const server of [data, store, plain]) await server[Symbol.asyncDispose]()
})
beforeEach(() => {
  for (const server of [data, store, plain]) {
    server.seen.length = 0
    server.answers.clear()
  }
})

const names = { 'data.example': loopback, 'store.cdn.example': loopback }

interface Reading extends Partial<SurroundingOptions> {
  readonly config?: object
  readonly name?: string
}

/** What the stream reads as, header line left out. */
async function read({ config: more = {}, name = 'a.csv', ...options }: Reading = {}): Promise<string> {
  using around = surroundings({ names, ...options })
  return await readIn(around.context, { url: `https://data.example:${data.port}/in/`, ...more }, name)
}

async function readIn(context: Context, written: object, name: string): Promise<string> {
  const config = parseConfig('https', written) as HttpsConfig
  await using source = new HttpsSource(config, context)
  const stream = await source.stream(name, signal)
  const [slice] = await source.slices(stream)
  const { bytes, proof } = await source.open(slice!, 'csv', signal)
  const whole = await new Response(bytes).text()
  await proof
  return whole
}

async function refuses(code: FaultCode, options: Reading = {}): Promise<void> {
  await assert.rejects(read(options), (error: Error & { code: string }) => {
    assert.equal(error.code, code, error.message)
    assert.doesNotMatch(`${error.message} ${Bun.inspect(error)}`, /signature=|hunter2/)
    return true
  })
}

const start = (path: string) => `https://data.example:${data.port}${path}`
const elsewhere = (path: string) => `https://store.cdn.example:${store.port}${path}`

describe('an https source', () => {
  test('reads what the files connector reads: other formats, compressed, in a dialect', async () => {
    data.give('/in/a.jsonl.gz', gzipSync('{"id":1,"v":"a"}\n{"id":2}\n'))
    assert.equal(await read({ name: 'a.jsonl.gz' }), '1,"a"\n2,\n')
    data.give('/in/b.csv', '1;a\n2;NULL\n')
    const config = { delimiter: ';', null: 'NULL', header: false }
    assert.equal(await read({ name: 'b.csv', config }), '"1","a"\n"2",\n')
    assert.throws(() => parseConfig('https', { url: start('/in/'), columns: ['a'] }), {
      code: 'connection_invalid',
    })
  })

  test('reads a file below its URL, with its token, and leaves nothing behind', async () => {
    data.give('/in/sub/a%20b.csv', text)
    using around = surroundings({ names })
    const config = { url: start('/in/'), token: 'hunter2' }
    assert.equal(await readIn(around.context, config, 'sub/a b.csv'), '1,a\n2,\n')
    assert.deepEqual(data.seen.map(({ authorization }) => authorization), ['Bearer hunter2'])
    assert.deepEqual(readdirSync(around.folder), [])
  })

  test('names of streams stay below the URL', async () => {
    for (const name of ['../a.csv', '/etc/passwd', 'a//b', './a', '..\\a', '']) {
      await refuses('path_refused', { name })
    }
    data.give('/in/%2E%2E%2Fa.csv', text)
    await refuses('stream_missing', { name: '%2E%2E%2Fa.csv' })
    assert.deepEqual(data.seen.map(({ url }) => url.split('/').at(-1)), ['%252E%252E%252Fa.csv'])
  })

  test('verifies the certificate: its authority, and the name that was asked for', async () => {
    data.give('/in/a.csv', text)
    await refuses('tls_failed', { network: { ca: null } })
    const config = { url: `https://other.example:${data.port}/in/` }
    await refuses('tls_failed', { config, names: { 'other.example': loopback } })
    assert.equal(data.seen.length, 0)
  })

  const statuses: readonly (readonly [number, FaultCode])[] = [
    [401, 'login_failed'],
    [403, 'permission_denied'],
    [404, 'stream_missing'],
    [429, 'source_unavailable'],
    [503, 'source_unavailable'],
    [206, 'source_failed'],
    [418, 'source_failed'],
  ]
  for (const [status, code] of statuses) {
    test(`takes ${status} for ${code}`, async () => {
      data.answers.set('/in/a.csv', (_, response) => void response.writeHead(status).end('id\n1\n'))
      await refuses(code)
    })
  }
})

describe('a body', () => {
  test('that breaks off is refused, by length and by chunks', async () => {
    for (const headers of [{ 'content-length': '100' }, {}]) {
      data.answers.set('/in/a.csv', (_, response) => {
        response.writeHead(200, headers)
        response.write(text, () => response.destroy())
      })
      await refuses('connection_lost')
    }
  })

  /** Sends a part, and breaks off once it has arrived in the folder. */
  async function breakOff(response: ServerResponse, { folder, etag }: { folder: string; etag: string }) {
    response.writeHead(200, { 'content-length': String(text.length), etag })
    response.write(text.slice(0, 7))
    const arrived = () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .some((one) => one.isFile() && statSync(join(one.parentPath, one.name)).size === 7)
    while (!arrived()) await new Promise((resolve) => setTimeout(resolve, 1))
    response.destroy()
  }

  test('that breaks off is continued where its ETag is the same', async () => {
    const etag = '"v1"'
    using around = surroundings({ names })
    data.answers.set('/in/a.csv', (request, response) => {
      if (request.headers.range === undefined) {
        return void breakOff(response, { folder: around.folder, etag })
      }
      assert.equal(request.headers['if-range'], etag)
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range)?.[1])
      const range = `bytes ${from}-${text.length - 1}/${text.length}`
      response.writeHead(206, { 'content-range': range, 'content-length': String(text.length - from), etag })
      response.end(text.slice(from))
    })
    assert.equal(await readIn(around.context, { url: start('/in/') }, 'a.csv'), '1,a\n2,\n')
    assert.deepEqual(data.seen.map(({ range }) => range), [undefined, 'bytes=7-'])
  })

  test('that changes while it is continued is read anew, or refused where the server mixes two', async () => {
    const readChanging = async (status: number, body: string, range: object) => {
      using around = surroundings({ names })
      data.answers.set('/in/a.csv', (request, response) => {
        if (request.headers.range === undefined) {
          return void breakOff(response, { folder: around.folder, etag: '"v1"' })
        }
        response.writeHead(status, { 'content-length': String(body.length), etag: '"v2"', ...range }).end(
          body,
        )
      })
      return await readIn(around.context, { url: start('/in/') }, 'a.csv')
    }
    assert.equal(await readChanging(200, 'id,v\n7,z\n', {}), '7,z\n')
    await assert.rejects(readChanging(206, 'a\n2,\n', { 'content-range': 'bytes 7-11/12' }), {
      code: 'source_failed',
    })
  })

  test('that nobody could tell to be whole is refused', async () => {
    const server = Bun.listen({
      hostname: '127.0.0.1',
      port: 0,
      socket: { data: (socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nid\n1\n') },
    })
    const config = { url: `http://localhost:${server.port}/in/` }
    await refuses('source_failed', { config, names: { localhost: loopback } })
    server.stop(true)
  })

  test('that comes compressed, or with a wrong digest, is refused', async () => {
    data.give('/in/a.csv', text, { 'content-encoding': 'gzip' })
    await refuses('source_failed')
    const digest = (of: string) => `sha-256=:${createHash('sha256').update(of).digest('base64')}:`
    data.give('/in/a.csv', text, { 'repr-digest': digest('other') })
    await refuses('source_failed')
    data.give('/in/a.csv', text, { 'repr-digest': digest(text) })
    assert.equal(await read(), '1,a\n2,\n')
  })

  test('that comes too slowly is given up, and one that the disk has no room for', async () => {
    const each = { name: 'a', host: 'data.example', mostBytes: null, signal }
    const answered = (body: BodyInit, length: number) => async () =>
      new Response(body, { headers: { 'content-length': String(length) } })
    using around = surroundings({ names })
    let turn = 0
    const trickle = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (turn++ > 0) await new Promise((resolve) => setTimeout(resolve, 5))
        controller.enqueue(new Uint8Array(1))
      },
    })
    const slow = { ...each, path: join(around.folder, 'slow'), windowMs: 20, ask: answered(trickle, 1000) }
    await assert.rejects(download(slow), { code: 'connection_lost', message: /silent/ })
    const silent = { ...slow, path: join(around.folder, 'silent'), ask: answered(new ReadableStream(), 1000) }
    await assert.rejects(download(silent), { code: 'connection_lost', message: /silent/ })
    const full = { ...each, path: join(around.folder, 'full'), reserveBytes: 2 ** 60, ask: answered('x', 1) }
    await assert.rejects(download(full), { code: 'disk_full' })
  })

  test('that is larger than the limit is refused, said or not', async () => {
    data.give('/in/a.csv', text)
    await refuses('bytes_over_limit', { mostBytes: text.length - 1 })
    assert.equal(await read({ mostBytes: text.length }), '1,a\n2,\n')
    data.answers.set('/in/a.csv', (_, response) => {
      response.writeHead(200)
      const more = () => void (response.destroyed || response.write('x'.repeat(65_536), more))
      more()
    })
    await refuses('bytes_over_limit', { mostBytes: 1_000_000 })
  })
})

describe('addresses', () => {
  const rules = (...named: string[]) => {
    const it = new AddressRules(named)
    return { address: (host: string, addresses: readonly string[]) => it.check(host, addresses) }
  }

  test('are judged before anything is connected to', async () => {
    data.give('/in/a.csv', text)
    await refuses('address_refused', { guard: rules() })
    await refuses('address_refused', {
      guard: rules('127.0.0.1'),
      names: { 'data.example': ['127.0.0.1', '169.254.169.254'] },
    })
    assert.equal(data.seen.length, 0)
    assert.equal(await read({ guard: rules('127.0.0.1') }), '1,a\n2,\n')
  })

  test('are judged anew for every request: a name that was good may be rebound', async () => {
    data.give('/in/a.csv', text)
    data.give('/in/b.csv', text)
    const answers = [['127.0.0.1'], ['169.254.169.254']]
    const resolve = async () => answers.shift() ?? []
    using around = surroundings({ names, guard: rules('127.0.0.1'), network: { resolve } })
    const config = parseConfig('https', { url: start('/in/') }) as HttpsConfig
    await using source = new HttpsSource(config, around.context)
    await source.stream('a.csv', signal)
    await assert.rejects(source.stream('b.csv', signal), { code: 'address_refused' })
    assert.equal(data.seen.length, 1)
  })

  test('that have no place in a URL are not replaced by their name', async () => {
    const config = { url: `https://localhost:${data.port}/in/` }
    await refuses('connection_refused', { config, names: { localhost: ['fe80::1%lo'] } })
  })

  test('that refuse are followed by the next of the name', async () => {
    data.give('/in/a.csv', text)
    assert.equal(await read({ names: { 'data.example': ['127.0.0.9', '127.0.0.1'] } }), '1,a\n2,\n')
  })
})

describe('a redirect', () => {
  const redirects = ['*.cdn.example']
  const config = { token: 'hunter2', redirects }

  test('leads to a declared host, without the token', async () => {
    data.redirect('/in/a.csv', elsewhere('/x?signature=1'))
    store.give('/x', text)
    assert.equal(await read({ config }), '1,a\n2,\n')
    assert.deepEqual(data.seen.map(({ authorization }) => authorization), ['Bearer hunter2'])
    assert.deepEqual(store.seen.map(({ authorization }) => authorization), [undefined])
  })

  test('to a host that the connection does not declare is refused before it is asked', async () => {
    data.redirect('/in/a.csv', elsewhere('/x?signature=1'))
    await refuses('host_not_declared')
    await refuses('host_not_declared', { config: { redirects: ['cdn.example', '*.other.example'] } })
    assert.equal(store.seen.length, 0)
  })

  test('whose host fails to verify, or to answer, shows nothing of its address', async () => {
    const other = 'other.cdn.example'
    data.redirect('/in/a.csv', `https://${other}:${store.port}/x?signature=1`)
    await refuses('tls_failed', { config, names: { ...names, [other]: loopback } })
    await refuses('connection_refused', { config, names: { ...names, [other]: ['127.0.0.9'] } })
    assert.equal(store.seen.length, 0)
  })

  test('to a host that the guard does not allow is refused', async () => {
    data.redirect('/in/a.csv', elsewhere('/x'))
    const asked: object[] = []
    const derived = (one: object) => {
      asked.push(one)
      throw new Fault('host_not_declared')
    }
    await refuses('host_not_declared', { config, guard: { derived } })
    assert.deepEqual(asked, [{
      connector: 'https',
      from: start('/in/a.csv'),
      host: 'store.cdn.example',
      port: store.port,
      declared: redirects,
    }])
    assert.equal(store.seen.length, 0)
  })

  test('to a declared host with a refused address is refused', async () => {
    data.redirect('/in/a.csv', elsewhere('/x'))
    const it = new AddressRules(['127.0.0.1'])
    const guard = { address: (host: string, addresses: readonly string[]) => it.check(host, addresses) }
    const bad = { ...names, 'store.cdn.example': ['169.254.169.254'] }
    await refuses('address_refused', { config, guard, names: bad })
    assert.equal(store.seen.length, 0)
  })

  test('on the same host needs no pattern and keeps the token', async () => {
    data.redirect('/in/a.csv', '/in/b.csv', 308)
    data.give('/in/b.csv', text)
    assert.equal(await read({ config: { token: 'hunter2' } }), '1,a\n2,\n')
    assert.deepEqual(data.seen.map(({ authorization }) => authorization), [
      'Bearer hunter2',
      'Bearer hunter2',
    ])
  })

  const bad: Readonly<Record<string, () => string | null>> = {
    'that says nowhere': () => null,
    'to plain http': () => `http://store.cdn.example:${store.port}/x`,
    'to the same host without TLS': () => start('/in/b.csv').replace('https:', 'http:'),
    'to a file': () => 'file:///etc/passwd',
    'to another scheme': () => 'data:text/csv,id%0A1',
    'with a password in it': () => elsewhere('/x').replace('https://', 'https://u:p@'),
    'that is no address': () => 'https://[',
  }
  for (const [what, location] of Object.entries(bad)) {
    test(`${what} is refused`, async () => {
      data.redirect('/in/a.csv', location())
      await refuses('redirect_refused', { config })
      assert.equal(store.seen.length, 0)
    })
  }

  test('is followed five times, and not six', async () => {
    data.redirect('/in/a.csv', '/hop1')
    for (const hop of [1, 2, 3, 4]) data.redirect(`/hop${hop}`, `/hop${hop + 1}`)
    data.give('/hop5', text)
    assert.equal(await read(), '1,a\n2,\n')
    data.redirect('/hop5', '/hop6')
    data.give('/hop6', text)
    await refuses('redirect_refused')
  })
})

describe('without TLS', () => {
  const config = () => ({ url: `http://localhost:${plain.port}/in/` })

  test('it goes to loopback where the guard allows it, and nowhere else', async () => {
    plain.give('/in/a.csv', text)
    const local = { localhost: loopback, 'data.example': loopback }
    assert.equal(await read({ config: config(), names: local }), '1,a\n2,\n')
    plain.seen.length = 0
    await refuses('plain_refused', { config: config(), names: local, guard: { plain: () => false } })
    await refuses('plain_refused', {
      config: { url: `http://data.example:${plain.port}/in/` },
      names: local,
      guard: { plain: () => true },
    })
    assert.equal(plain.seen.length, 0)
  })
})

describe('a proxy of the settings', () => {
  const through = (proxy: Proxy, noProxy = '') => ({
    network: { proxyFor: networkOf({ proxy: proxy.url, noProxy, caFile: null }).proxyFor },
  })

  test('is asked for the name, and verified through', async () => {
    data.give('/in/a.csv', text)
    await using proxy = await Proxy.open()
    assert.equal(await read({ ...through(proxy), names: {} }), '1,a\n2,\n')
    assert.deepEqual(proxy.asked, [`data.example:${data.port}`])
    await refuses('tls_failed', { network: { ...through(proxy).network, ca: null }, names: {} })
  })

  test('does not take the address rules away', async () => {
    await using proxy = await Proxy.open()
    const it = new AddressRules([])
    const guard = { address: (host: string, addresses: readonly string[]) => it.check(host, addresses) }
    await refuses('address_refused', { ...through(proxy), guard })
    assert.deepEqual(proxy.asked, [])
  })

  test('is left out for what no-proxy names', async () => {
    data.give('/in/a.csv', text)
    await using proxy = await Proxy.open()
    assert.equal(await read(through(proxy, 'x.example, .example')), '1,a\n2,\n')
    assert.deepEqual(proxy.asked, [])
  })

  test('that opens no way is named', async () => {
    await using proxy = await Proxy.open()
    proxy.refuses = true
    await refuses('proxy_refused', { ...through(proxy), names: {} })
  })
})

describe('how an https connection is written', () => {
  const refused: Readonly<Record<string, object>> = {
    'a password in the URL': { url: 'https://u:hunter2@data.example/a.csv' },
    'a query': { url: 'https://data.example/a.csv?signature=1' },
    'a fragment': { url: 'https://data.example/a.csv#x' },
    'another scheme': { url: 'ftp://data.example/a.csv' },
    'a hidden slash': { url: 'https://data.example/in%2f..%2fa.csv' },
    'an empty part of the path': { url: 'https://data.example//a.csv' },
    'a star for all redirects': { url: 'https://data.example/', redirects: ['*'] },
    'a star for a top level domain': { url: 'https://data.example/', redirects: ['*.com'] },
    'a token with a line break': { url: 'https://data.example/', token: 'a\r\nx: y' },
    'an unknown setting': { url: 'https://data.example/', header: 'x' },
    nothing: {},
  }
  for (const [what, written] of Object.entries(refused)) {
    test(`with ${what} it is refused, and nothing of it quoted`, () => {
      assert.throws(() => parseConfig('https', written), (error: Error & { code: string }) => {
        assert.equal(error.code, 'connection_invalid')
        assert.doesNotMatch(error.message, /hunter2|signature/)
        return true
      })
    })
  }
})
