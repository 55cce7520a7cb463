import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { decompressed } from '../compression.ts'
import type { Encoding } from '../config.ts'
import { decoderOf } from '../formats/encoding.ts'
import { cut, cuts, run } from '../formats/passes_fixture.ts'
import { textBytes, textFile } from './bytes.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bytes-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const { signal } = new AbortController()
const streamOf = (chunks: readonly Uint8Array[]) => {
  const waiting = [...chunks]
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = waiting.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
    },
  })
}
const whole = async (bytes: ReadableStream<Uint8Array>) =>
  Buffer.from(await new Response(bytes).arrayBuffer())

async function read(
  name: string,
  bytes: Uint8Array,
  encoding: Encoding = 'utf-8',
  start = 0,
): Promise<string> {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return (await whole(textBytes(await textFile(path, encoding), start, signal))).toString()
}

const content = Buffer.from(Array.from({ length: 3000 }, (_, at) => `${at},${Math.sin(at)}\n`).join(''))
const compressors = {
  gzip: (bytes: Uint8Array) => gzipSync(bytes),
  zstd: (bytes: Uint8Array) => zstdCompressSync(bytes),
  'zstd with checksums': (bytes: Uint8Array) =>
    zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
}
const kindOf = (name: string) => name.slice(0, 4) as 'gzip' | 'zstd'

for (const [name, compress] of Object.entries(compressors)) {
  const inflated = (chunks: readonly Uint8Array[]) => whole(decompressed(streamOf(chunks), kindOf(name)))
  const refused = (bytes: Uint8Array, what: string) =>
    assert.rejects(inflated([bytes]), { code: 'file_invalid' }, `${name}: ${what}`)

  describe(name, () => {
    test('gives the content, of several members too, wherever the chunks are cut', async () => {
      const two = Buffer.concat([
        compress(content.subarray(0, 1000)),
        compress(content.subarray(1000)),
        compress(Buffer.alloc(0)),
      ])
      await fc.assert(
        fc.asyncProperty(cuts, async (places) => {
          assert.deepEqual(await inflated(cut(two, places)), content)
        }),
        { numRuns: 20 },
      )
    })

    test('that is cut off anywhere is refused, also behind a whole member', async () => {
      const bytes = compress(Buffer.from('a,b\n1,2\n3,4\n'))
      for (let size = 0; size < bytes.length; size++) {
        await refused(bytes.subarray(0, size), `${size} bytes`)
        if (size > 0) {
          await refused(Buffer.concat([bytes, bytes.subarray(0, size)]), `a member and ${size} bytes`)
        }
      }
    })

    test('with anything else behind it is refused', async () => {
      const bytes = compress(content)
      for (const rest of ['\0', '\0x', 'x', 'PK', 'hello there', `${'\0'.repeat(512)}\u001f`]) {
        await refused(Buffer.concat([bytes, Buffer.from(rest)]), JSON.stringify(rest))
        await assert.rejects(inflated([bytes, Buffer.from(rest)]), { code: 'file_invalid' })
      }
    })
  })
}

describe('a damaged file', () => {
  for (const [name, compress] of Object.entries(compressors)) {
    if (name === 'zstd') continue
    test(`of ${name} gives its very content or is refused, wherever a bit has turned`, async () => {
      const text = 'a,b\n1,2\n3,4\n'
      const bytes = compress(Buffer.from(text))
      for (let at = 0; at < bytes.length; at++) {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] as number) ^ 0x10
        // Some bits say nothing about the content: the time in a header, what fills the last byte.
        const read = await whole(decompressed(streamOf([damaged]), kindOf(name))).then(
          String,
          ({ code }) => code,
        )
        assert.ok(read === 'file_invalid' || read === text, `${at}: ${read}`)
      }
    })
  }
})

describe('a text file', () => {
  test('is known for compressed by its first bytes, whatever it is called', async () => {
    assert.equal(await read('a.csv', gzipSync('x\n1\n')), 'x\n1\n')
    assert.equal(await read('b.csv.zst', zstdCompressSync('x\n1\n')), 'x\n1\n')
    assert.equal(await read('c.csv.gz', gzipSync('x\n1\n'), 'utf-8', 2), '1\n')
  })

  test('that is called compressed and is not is refused', async () => {
    await assert.rejects(read('d.csv.gz', Buffer.from('x\n1\n')), { code: 'file_invalid' })
    await assert.rejects(read('e.csv.zst', gzipSync('x\n1\n')), { code: 'file_invalid' })
  })

  test('that is not UTF-8 is refused, wherever the chunks are cut', async () => {
    assert.equal(await read('f.csv', Buffer.from('é🚢')), 'é🚢')
    for (const bytes of [[0xe9], [0x61, 0xc3], [0xf0, 0x9f, 0x9a], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      await assert.rejects(read('g.csv', Uint8Array.from(bytes)), { code: 'value_refused' })
    }
    const long = Buffer.concat([Buffer.alloc(256 * 1024 - 1, 'x'), Buffer.from('🚢'), Buffer.alloc(10, 'y')])
    assert.equal(await read('h.csv', long), long.toString())
  })
})

describe('another encoding', () => {
  const decoded = (encoding: Encoding, bytes: Uint8Array, places: readonly number[]) =>
    run(decoderOf(encoding) ?? assert.fail(), cut(bytes, places)).toString()

  test('of 16 bits is decoded exactly, wherever the chunks are cut', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), cuts, (text, places) => {
      const little = Buffer.from(text, 'utf16le')
      const big = Buffer.from(little).swap16()
      assert.equal(decoded('utf-16le', little, places), text)
      assert.equal(decoded('utf-16be', big, places), text)
      assert.equal(decoded('utf-16', Buffer.concat([Buffer.of(0xff, 0xfe), little]), places), `\ufeff${text}`)
      assert.equal(decoded('utf-16', Buffer.concat([Buffer.of(0xfe, 0xff), big]), places), `\ufeff${text}`)
    }))
  })

  test('of 16 bits with half a character in it, or no mark, is refused', () => {
    for (const bytes of [[0x00, 0xd8, 0x61, 0x00], [0x61], [0x3d, 0xd8]]) {
      assert.throws(() => decoded('utf-16le', Uint8Array.from(bytes), []), { code: 'file_invalid' })
    }
    assert.throws(() => decoded('utf-16', Uint8Array.from([0x61, 0x00]), []), { code: 'file_invalid' })
  })

  test('latin1 has every byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at)
    assert.equal(decoded('latin1', bytes, [7, 200]), String.fromCodePoint(...bytes))
  })
})
