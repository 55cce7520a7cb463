import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { loadConfig } from './config.ts'
import { authority, Proxy, WebServer } from './connectors/https/server_fixture.ts'
import { edgeFor } from './edge_client/edge_client.ts'
import { forgetEnvironment, unheeded } from './environment.ts'
import { withVariables } from '../shared/telemetry/receiver_fixture.ts'
import { openTelemetry } from '../shared/telemetry/telemetry.ts'
import { directNetwork, fetchBy, type Network, networkOf } from './network.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-network-'))
writeFileSync(`${folder}/ca.pem`, `A private authority\n${authority.certificate}`)
let server: WebServer
before(async () => {
  server = await WebServer.open('edge.example')
  server.give('/v1/whoami', '{"tenant":"t"}', { 'content-type': 'application/json' })
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server[Symbol.asyncDispose]()
})

const proxied = (proxy: string, more: object = {}) =>
  networkOf({ proxy, noProxy: '', caFile: `${folder}/ca.pem`, ...more })

describe('the way out', () => {
  test('leads through the proxy of the settings, verified by the authority of the settings', async () => {
    await using proxy = await Proxy.open()
    const url = new URL(`https://edge.example:${server.port}`)
    const { data } = await edgeFor(url, 'token', proxied(proxy.url)).GET('/v1/whoami')
    assert.deepEqual(data, { tenant: 't' } as never)
    assert.deepEqual(proxy.asked, [`edge.example:${server.port}`])
    const strangers = networkOf({ proxy: proxy.url, noProxy: '', caFile: null })
    await assert.rejects(fetchBy(strangers)(new URL('/v1/whoami', url)), /certificate/i)
  })

  test('is that of telemetry too, which is tried again and follows nobody elsewhere', async () => {
    await using proxy = await Proxy.open()
    const got: { readonly encoding: string | undefined; readonly body: Buffer }[] = []
    const states = [503, 200]
    server.answers.set('/v1/traces', (request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        got.push({ encoding: request.headers['content-encoding'], body: Buffer.concat(pieces) })
        response.writeHead(states.shift() ?? 307, { 'retry-after': '0', location: '/v1/whoami' }).end()
      })
    })
    const warned: string[] = []
    const telling = (network: Network) =>
      withVariables({
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `https://edge.example:${server.port}/v1/traces`,
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      }, async (get) => {
        const warn = (text: string) => warned.push(text)
        const telemetry = await openTelemetry({ get, service: 'agent', warn, network: fetchBy(network) })
        await telemetry?.span('done', {}, () => Promise.resolve())
        await telemetry?.close()
      })
    await telling(proxied(proxy.url))
    assert.deepEqual(proxy.asked, Array(proxy.asked.length).fill(`edge.example:${server.port}`))
    assert.deepEqual(got.map(({ encoding }) => encoding), ['gzip', 'gzip'])
    const names = got.map(({ body }) =>
      JSON.parse(gunzipSync(body).toString()).resourceSpans[0].scopeSpans[0]
    )
    assert.deepEqual(names.map(({ spans: [span] }) => span.name), ['done', 'done'])
    assert.deepEqual(warned, [])
    const asked = server.seen.length
    await telling(proxied(proxy.url))
    assert.deepEqual(server.seen.slice(asked).map(({ url }) => url), [
      `edge.example:${server.port}/v1/traces`,
    ])
    assert.equal(warned.length, 1)
    await telling(networkOf({ proxy: proxy.url, noProxy: '', caFile: null }))
    assert.equal(got.length, 3, 'nothing goes to whom no authority knows')
  })

  test('is the settings’ alone: nothing of it is taken from the environment', async () => {
    await using proxy = await Proxy.open()
    const env = process.env
    Object.assign(env, { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, NODE_TLS_REJECT_UNAUTHORIZED: '0' })
    try {
      assert.deepEqual(unheeded(env), ['HTTPS_PROXY', 'https_proxy', 'NODE_TLS_REJECT_UNAUTHORIZED'])
      const url = `https://localhost:${server.port}/v1/whoami`
      await assert.rejects(fetchBy(directNetwork)(url), /certificate/i)
      forgetEnvironment(env)
      assert.deepEqual(unheeded(env), [])
      proxy.asked.length = 0
      await assert.rejects(fetchBy(directNetwork)(url), /certificate/i)
      assert.deepEqual(proxy.asked, [])
    } finally {
      forgetEnvironment(env)
    }
  })

  test('goes around the proxy for loopback and what no-proxy names', () => {
    const { proxyFor } = proxied('http://proxy:3128', {
      noProxy: 'db.internal, .corp, *.lan,10.0.0.0/8,fd00::/8',
    })
    for (
      const host of [
        ...['localhost', 'LOCALHOST.', '127.0.0.1', '127.9.9.9', '::1', '[::1]'],
        ...['db.internal', 'DB.internal.', 'a.corp', 'a.b.lan', '10.1.2.3', 'fd00::7'],
      ]
    ) assert.equal(proxyFor(host), null, host)
    for (const host of ['edge.example', 'corp', 'evilcorp', 'x.db.internal', '11.0.0.1', 'fe80::1']) {
      assert.equal(proxyFor(host), 'http://proxy:3128', host)
    }
    assert.equal(directNetwork.proxyFor('edge.example'), null)
  })

  test('is refused by name where a setting makes no sense', () => {
    for (
      const proxy of ['proxy:3128', 'socks5://proxy:1', 'http://proxy/path', 'http://u:secret@proxy:1', 'x']
    ) {
      assert.throws(() => proxied(proxy), (error: Error & { code: string }) => {
        assert.equal(error.code, 'invalid_setting', proxy)
        assert.doesNotMatch(error.message, /secret/)
        return true
      })
    }
    assert.throws(() => proxied('http://proxy:1', { noProxy: 'a b' }), { code: 'invalid_setting' })
    assert.throws(() => proxied('http://proxy:1', { caFile: `${folder}/none` }), { code: 'file_unreadable' })
    writeFileSync(`${folder}/empty.pem`, 'no certificate')
    assert.throws(() => proxied('http://proxy:1', { caFile: `${folder}/empty.pem` }), {
      code: 'invalid_file',
    })
  })

  test('comes from flag, environment of the agent’s own and agent.yaml like every setting', () => {
    writeFileSync(`${folder}/agent.yaml`, 'proxy: http://proxy:3128\nno-proxy: .corp\nca-file: ca.pem\n')
    const { network } = loadConfig({ flags: {}, env: {}, home: folder })
    assert.equal(network.proxyFor('edge.example'), 'http://proxy:3128')
    assert.equal(network.proxyFor('a.corp'), null)
    assert.equal(network.ca?.at(-1), authority.certificate.trim())
    const flags = { proxy: 'http://other:1', caFile: `${folder}/ca.pem` }
    const env = { SALLYPORT_PROXY: 'http://third:1', SALLYPORT_NO_PROXY: 'edge.example' }
    const { network: given } = loadConfig({ flags, env, home: folder })
    assert.equal(given.proxyFor('x.example'), 'http://other:1')
    assert.equal(given.proxyFor('edge.example'), null)
  })
})
