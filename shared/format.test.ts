import { Chacha20Poly1305 } from '@hpke/chacha20poly1305'
import { CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { XWing } from '@hpke/hybridkem-x-wing'
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { concat, fromHex, toHex, utf8 } from './bytes.ts'
import { bytesAfter, examples, withExamples } from './format_fixture.ts'

const path = join(import.meta.dirname ?? '.', 'FORMAT.md')
const text = readFileSync(path, 'utf8')

function exampleIn(name: string): string {
  const found = text.split(`<!-- example ${name} -->\n`)[1]?.split('<!-- /example -->')[0]
  if (!found) throw new Error(`FORMAT.md has no example ${name}`)
  return found.replace(/^\n```text\n|\n```\n\n$/g, '')
}

describe('FORMAT.md', () => {
  test('holds the examples as the code makes them (SALLYPORT_WRITE_FORMAT=1 writes them)', () => {
    for (const name of Object.keys(examples)) assert.ok(text.includes(`<!-- example ${name} -->`), name)
    const written = withExamples(text)
    if (written !== text && process.env.SALLYPORT_WRITE_FORMAT === '1') writeFileSync(path, written)
    else assert.equal(text, written)
  })

  test('is enough to write a reader of the envelope: one on WebCrypto and @hpke opens both examples', async () => {
    const privateKey = /reader\n {2}private +([0-9a-f]+)/.exec(exampleIn('keys'))?.[1] ?? ''
    const kid = /reader\n(?: .*\n){3} {2}key id +([0-9a-f]+)/.exec(exampleIn('keys'))?.[1] ?? ''
    const fields = [...exampleIn('context').matchAll(/^"(.*)"$/gm)].map((match) => match[1] ?? '')
    const envelope = concat(...envelopeParts().map(fromHex))
    const plaintext = await openAsOutsider({ envelope, kid, privateKey: fromHex(privateKey), fields })
    assert.equal(toHex(plaintext), toHex(await openHybrid(envelope, fields)))
    const record = exampleIn('record')
    const [r, commitment] = [bytesAfter(record, 'r'), bytesAfter(record, 'commitment')]
    const body = utf8(/body\n {2}(.*)/.exec(record)?.[1] ?? '')
    assert.equal(toHex(plaintext), toHex(concat(r, body)))
    assert.equal(toHex(await hmac('SHA-256', r, concat(body))), toHex(commitment))
  })
})

/** The envelope of suite 2 has the header of its own example, and the body of the first one. */
async function openHybrid(classic: Uint8Array, fields: string[]): Promise<Uint8Array> {
  const example = exampleIn('hybrid')
  const header = ['magic, suite, count', 'kid', 'enc', 'wrapped', 'header mac']
  const envelope = concat(...header.map((part) => bytesAfter(example, part)), classic.slice(12 + 2 * 96 + 32))
  const privateKey = bytesAfter(example, 'private key')
  return await openAsOutsider({ envelope, kid: toHex(bytesAfter(example, 'key id')), privateKey, fields })
}

/** The hex of the example, in order: fixed part, wraps, mac, body. */
function envelopeParts(): string[] {
  const example = exampleIn('envelope')
  const from = example.indexOf('magic, suite, count')
  const to = example.indexOf('SHA-256 of the body')
  return example.slice(from, to).split('\n').map((line) =>
    /^ +(?:[a-z]+ +)?([0-9a-f]+)$/.exec(line)?.[1] ?? ''
  )
}

async function hmac(hash: string, key: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>) {
  const handle = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', handle, data))
}

interface Given {
  envelope: Uint8Array<ArrayBuffer>
  kid: string
  privateKey: Uint8Array
  fields: string[]
}

const lengths = (...parts: Uint8Array[]) =>
  concat(...parts.flatMap((part) => [Uint8Array.of(0, 0, part.length >> 8, part.length & 0xff), part]))

/** Follows the text of FORMAT.md, "Envelope", step by step, with none of our code. */
async function openAsOutsider({ envelope, kid, privateKey, fields }: Given): Promise<Uint8Array> {
  assert.equal(toHex(envelope.subarray(0, 8)), toHex(utf8('SALLYENV')))
  const number = envelope[9] ?? 0
  const [wrapBytes, kem] = number === 1 ? [96, new DhkemX25519HkdfSha256()] : [1184, new XWing()]
  const count = ((envelope[10] ?? 0) << 8) | (envelope[11] ?? 0)
  const headerEnd = 12 + wrapBytes * count
  const body = envelope.slice(headerEnd + 32)
  const context = lengths(...fields.map(utf8))
  const wraps = Array.from(
    { length: count },
    (_, i) => envelope.slice(12 + wrapBytes * i, 12 + wrapBytes * (i + 1)),
  )
  const wrap = wraps.find((one) => toHex(one.subarray(0, 16)) === kid)
  assert.ok(wrap)

  const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Chacha20Poly1305() })
  const bodyHash = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
  const recipientKey = await suite.kem.deserializePrivateKey(privateKey)
  const info = lengths(utf8('sallyport envelope v1'), utf8(fields[0] ?? ''), Uint8Array.of(0, number))
  const aad = lengths(wrap.subarray(0, 16), context, bodyHash)
  const opened = await suite.open({ recipientKey, enc: wrap.slice(16, -48), info }, wrap.slice(-48), aad)
  const dataKey = new Uint8Array(opened)

  const headerKey = await hmac(
    'SHA-512',
    dataKey,
    concat(utf8('sallyport envelope header v1'), Uint8Array.of(1)),
  )
  const mac = await hmac('SHA-256', headerKey.slice(0, 32), envelope.slice(0, headerEnd))
  assert.equal(toHex(mac), toHex(envelope.subarray(headerEnd, headerEnd + 32)))

  const label = utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0')
  const keyInfo = concat(label, body.subarray(0, 24), context)
  const t1 = await hmac('SHA-512', dataKey, concat(keyInfo, Uint8Array.of(1)))
  const t2 = await hmac('SHA-512', dataKey, concat(t1, keyInfo, Uint8Array.of(2)))
  const derived = concat(t1, t2)
  assert.equal(toHex(derived.subarray(44, 76)), toHex(body.subarray(24, 56)))
  const aes = await crypto.subtle.importKey('raw', derived.slice(0, 32), 'AES-GCM', false, ['decrypt'])
  const iv = derived.slice(32, 44)
  const padded = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, aes, body.slice(56)))
  const length = new DataView(padded.buffer).getUint32(0)
  return padded.slice(4, 4 + length)
}
