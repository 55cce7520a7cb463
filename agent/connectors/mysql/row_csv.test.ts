import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chunkBytes, RowCsv, type Spelling } from './row_csv.ts'

/** A row as the server sends it. */
function rowOf(...values: readonly (string | Buffer | null)[]): Buffer {
  return Buffer.concat(values.map((value) => {
    if (value === null) return Buffer.from([0xfb])
    const bytes = Buffer.from(value)
    if (bytes.length < 251) return Buffer.concat([Buffer.from([bytes.length]), bytes])
    const head = Buffer.alloc(4)
    head[0] = 0xfd
    head.writeUIntLE(bytes.length, 1, 3)
    return Buffer.concat([head, bytes])
  }))
}

function csvOf(columns: readonly Spelling[], rows: readonly Buffer[], quoted = false): string {
  const chunks: Uint8Array[] = []
  const csv = new RowCsv({ columns, quoted, emit: (chunk) => chunks.push(chunk) })
  for (const row of rows) {
    csv.push(Buffer.concat([Buffer.from('head'), row, Buffer.from('tail')]), 4, 4 + row.length)
  }
  csv.flush()
  assert.equal(csv.rows, rows.length)
  return Buffer.concat(chunks).toString()
}

test('tells NULL from the empty string, and quotes what would be read as something else', () => {
  const values = [null, '', 'a', 'a,b', 'a"b', 'a\nb', 'a\rb', '\\.', ' a ', 'ä😀']
  const rows = values.map((value) => rowOf(value))
  assert.equal(
    csvOf(['text'], rows),
    ['', '""', 'a', '"a,b"', '"a""b"', '"a\nb"', '"a\rb"', '"\\."', ' a ', 'ä😀', ''].join('\n'),
  )
  assert.equal(csvOf(['text', 'plain'], [rowOf(null, '1'), rowOf('', null)], true), ',"1"\n"",\n')
})

test('spells bytes, bits, moments and floats canonically', () => {
  const all: Spelling[] = ['bytes', { bits: 10 }, 'moment', 'moment-utc', 'float32', 'plain']
  const row = rowOf(
    Buffer.from([0, 0xff]),
    Buffer.from([2, 5]),
    '2024-01-02 03:04:05.120000',
    '2024-01-02 03:04:05.000000',
    '0.10000000149011612',
    '-12.30',
  )
  assert.equal(
    csvOf(all, [row]),
    '\\x00ff,1000000101,2024-01-02 03:04:05.12,2024-01-02 03:04:05+00,0.1,-12.30\n',
  )
  assert.equal(csvOf(['bytes', 'float32'], [rowOf('', '-0')]), '\\x,-0\n')
  assert.equal(csvOf(['moment'], [rowOf('0000-00-00 00:00:00')]), '0000-00-00 00:00:00\n')
})

test('gives every float back: the fewest digits lead to the same one', () => {
  const numbers = new Float32Array(
    new Uint32Array(2000).map((_, at) => (at * 2_147_483_647 + 12_345) >>> 0).buffer,
  )
  for (const number of numbers) {
    if (!Number.isFinite(number)) continue
    const text = csvOf(['float32'], [rowOf(String(number))]).trim()
    assert.equal(Math.fround(Number(text)), number)
  }
})

test('keeps rows whole over any number of chunks, and values larger than one', () => {
  const big = 'x"'.repeat(chunkBytes)
  const rows = [
    rowOf('1', big),
    ...Array.from({ length: 20_000 }, (_, at) => rowOf(String(at), 'some, text')),
  ]
  const lines = csvOf(['plain', 'text'], rows).split('\n')
  assert.equal(lines.length, 20_002)
  assert.equal(lines[0], `1,"${big.replaceAll('"', '""')}"`)
  assert.equal(lines[20_000], '19999,"some, text"')
})

test('refuses a row of another width', () => {
  assert.throws(() => csvOf(['plain'], [rowOf('1', '2')]), /another number of columns/)
})
