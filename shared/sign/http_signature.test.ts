import assert from 'node:assert/strict'
import * as crypto from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { fromBase64, toBase64, utf8 } from '../bytes.ts'
import { Fault, type FaultCode } from '../faults.ts'
import { native } from '../seal/native.ts'
import {
  contentDigest,
  type HttpMessage,
  parseSignature,
  signatureBase,
  signRequest,
  verifyRequest,
} from './http_signature.ts'

const p = native(crypto)

/** RFC 9421 appendix B.1.4: the key that its test cases call test-key-ed25519. */
const rfcSeed = fromBase64('MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF').slice(-32)
const rfcKey = fromBase64('JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=')

const seed = new Uint8Array(32).fill(9)
const publicKey = p.ed25519.publicKey(seed)
const now = Date.UTC(2026, 10, 22, 12)
const parameters = {
  created: now / 1000,
  nonce: 'c2FsbHlwb3J0',
  keyid: '0190f3a0-0000-7000-8000-000000000001',
}
const body = utf8('{"slots":1}')
const url = new URL('https://edge.example/v1/agent/poll?a=1&b=%20')
const fields = signRequest(p, { method: 'POST', url, body, seed, parameters })

interface Sent {
  method: string
  url: URL
  body: Uint8Array
  fields: Readonly<Record<string, string>>
  now: number
  publicKey: Uint8Array
}
const sent: Sent = { method: 'POST', url, body, fields, now, publicKey }

function receive(change: Partial<Sent>): void {
  const it = { ...sent, ...change }
  const header = (name: string) => it.fields[name] ?? null
  const message: HttpMessage = { method: it.method, url: it.url, header }
  const signature = parseSignature(header)
  verifyRequest(p, { message, body: it.body, signature, publicKey: it.publicKey, now: it.now })
}

const refused = (code: FaultCode, change: Partial<Sent>, name?: string) =>
  assert.throws(() => receive(change), (error) => error instanceof Fault && error.code === code, name)

describe('RFC 9421', () => {
  test('its appendix B.2.6 is signed and verified to the byte', () => {
    const headers: Record<string, string> = {
      'date': 'Tue, 20 Apr 2021 02:07:55 GMT',
      'content-type': 'application/json',
      'content-length': '18',
    }
    const message = {
      method: 'POST',
      url: new URL('https://example.com/foo?param=Value&Pet=dog'),
      header: (name: string) => headers[name] ?? null,
    }
    const components = ['date', '@method', '@path', '@authority', 'content-type', 'content-length']
    const input = '("date" "@method" "@path" "@authority" "content-type" "content-length")' +
      ';created=1618884473;keyid="test-key-ed25519"'
    const base = signatureBase(message, components, input)
    const expected = [
      '"date": Tue, 20 Apr 2021 02:07:55 GMT',
      '"@method": POST',
      '"@path": /foo',
      '"@authority": example.com',
      '"content-type": application/json',
      '"content-length": 18',
      `"@signature-params": ${input}`,
    ]
    assert.deepEqual(base, utf8(expected.join('\n')))
    const signature = p.ed25519.sign(rfcSeed, base)
    assert.equal(
      toBase64(signature),
      'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
    )
    assert.ok(p.ed25519.verify(rfcKey, base, signature))
  })

  test('its sample body has the digest that it states', () => {
    assert.equal(
      contentDigest(p, utf8('{"hello": "world"}')),
      'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:',
    )
  })

  test('authority, path and query are taken as its section 2.2 says', () => {
    const of = (text: string) => {
      const message = { method: 'GET', url: new URL(text), header: () => null }
      return new TextDecoder().decode(signatureBase(message, ['@authority', '@path', '@query'], ''))
    }
    const base = (authority: string, path: string, query: string) =>
      `"@authority": ${authority}\n"@path": ${path}\n"@query": ${query}\n"@signature-params": `
    assert.equal(of('https://WWW.Example.com:443/path?a=b&c=d'), base('www.example.com', '/path', '?a=b&c=d'))
    assert.equal(of('https://example.com'), base('example.com', '/', '?'))
    assert.equal(of('http://localhost:8787/x?'), base('localhost:8787', '/x', '?'))
    assert.equal(of('https://example.com/a%2Fb?q=%E2%82%AC'), base('example.com', '/a%2Fb', '?q=%E2%82%AC'))
  })
})

describe('a signed request', () => {
  test('is accepted as it was sent, within a minute either way', () => {
    receive({})
    receive({ now: now + 60_000 })
    receive({ now: now - 60_000 })
    const empty = new Uint8Array(0)
    receive({
      method: 'GET',
      body: empty,
      fields: signRequest(p, { ...sent, method: 'GET', body: empty, parameters, seed }),
    })
  })

  test('of another minute is refused as skewed, and only to the holder of the key', () => {
    refused('clock_skew', { now: now + 61_000 })
    refused('clock_skew', { now: now - 61_000 })
    refused('request_signature_invalid', { now: now + 61_000, publicKey: rfcKey })
  })

  test('with another method, host, path, query, body or key is refused', () => {
    refused('request_signature_invalid', { method: 'PUT' })
    refused('request_signature_invalid', { method: 'post' })
    for (
      const other of [
        'https://edge.example:8443/v1/agent/poll?a=1&b=%20',
        'https://other.example/v1/agent/poll?a=1&b=%20',
        'https://edge.example/v1/agent/self?a=1&b=%20',
        'https://edge.example/v1/agent/poll/?a=1&b=%20',
        'https://edge.example/v1/agent/poll?b=%20&a=1',
        'https://edge.example/v1/agent/poll?a=1&b=+',
        'https://edge.example/v1/agent/poll',
      ]
    ) refused('request_signature_invalid', { url: new URL(other) }, other)
    refused('request_signature_invalid', { body: utf8('{"slots":2}') })
    refused('request_signature_invalid', { body: new Uint8Array(0) })
    refused('request_signature_invalid', { publicKey: rfcKey })
  })

  test('whose digest was changed along with its body is refused', () => {
    const other = utf8('{"slots":2}')
    refused('request_signature_invalid', {
      body: other,
      fields: { ...fields, 'content-digest': contentDigest(p, other) },
    })
  })

  test('altered in any one character of its three fields is refused', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(fields)),
        fc.nat(),
        fc.constantFrom(...'A0=:;"() '),
        (name, at, to) => {
          const value = fields[name as keyof typeof fields]
          const altered = value.slice(0, at % value.length) + to + value.slice(at % value.length + 1)
          fc.pre(altered !== value)
          refused('request_signature_invalid', { fields: { ...fields, [name]: altered } }, altered)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('that lacks one of the three fields is refused', () => {
    for (const name of Object.keys(fields)) {
      refused('request_signature_invalid', {
        fields: Object.fromEntries(Object.entries(fields).filter(([k]) => k !== name)),
      })
    }
  })

  test('that is signed well but says something else than the one shape is refused', () => {
    const input = fields['signature-input']
    const shapes = [
      input.replace('"@method" ', ''),
      input.replace('"@method" "@authority"', '"@authority" "@method"'),
      input.replace('"@query"', '"@query";req'),
      input.replace('"content-digest"', '"content-digest" "date"'),
      input.replace('alg="ed25519"', 'alg="hmac-sha256"'),
      input.replace(';alg="ed25519"', ''),
      input.replace(/;nonce="[^"]*"/, ''),
      input.replace(/;nonce="[^"]*"/, ';nonce=""'),
      input.replace(/;nonce="[^"]*"/, ';nonce="a\\"b"'),
      input.replace(/created=(\d+)/, 'created=0$1'),
      input.replace(/created=(\d+)/, 'created=-$1'),
      input.replace(/created=(\d+)/, 'created=$1.0'),
      input.replace(';created', '; created'),
      `${input};expires=9999999999`,
      `${input}, other=()`,
      input.replace('sig=', 'SIG='),
      ` ${input}`,
    ]
    for (const shape of shapes) {
      assert.notEqual(shape, input)
      const at = shape.indexOf('=') + 1
      const names = [...shape.slice(at).matchAll(/"(@?[a-z-]+)"(?=[ ;)])/g)].map(([, name]) => name as string)
      const header = (name: string) => name === 'date' ? 'now' : fields['content-digest']
      const known = names.filter((name) =>
        ['@method', '@authority', '@path', '@query', 'content-digest', 'date'].includes(name)
      )
      const base = signatureBase({ method: 'POST', url, header }, known, shape.slice(at))
      const signature = `sig=:${toBase64(p.ed25519.sign(seed, base))}:`
      refused(
        'request_signature_invalid',
        { fields: { ...fields, 'signature-input': shape, signature } },
        shape,
      )
    }
  })

  test('cannot be made with parameters that would need an escape', () => {
    for (const nonce of ['', 'a"b', 'a\\b', 'a b', 'a\nb', 'é', 'x'.repeat(65)]) {
      const make = () =>
        signRequest(p, { method: 'GET', url, body, seed, parameters: { ...parameters, nonce } })
      assert.throws(make, RangeError)
    }
    const make = () =>
      signRequest(p, { method: 'GET', url, body, seed, parameters: { ...parameters, created: 1.5 } })
    assert.throws(make, RangeError)
  })
})
