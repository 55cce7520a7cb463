import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Column, RejectedRow } from '../connectors/connector.ts'
import { Sieve, type SieveOptions, Skipped } from './sieve.ts'
import { Spool } from './spool.ts'
import { parseType, type Type } from './types.ts'

const column = (name: string, native: string, nullable = true): Column => ({
  name,
  type: parseType(native) as Type,
  nullable,
  native,
  vocabulary: 'postgres',
})

const targets = [column('id', 'int', false), column('name', 'text'), column('paid', 'decimal(6,2)')]
const folder = mkdtempSync(join(tmpdir(), 'sallyport-sieve-'))
after(() => rmSync(folder, { recursive: true, force: true }))

interface Sieved {
  readonly good: string
  readonly bad: readonly RejectedRow[]
  readonly rows: number
  readonly rejected: number
}

async function sieve(
  input: Buffer | string,
  more: Partial<SieveOptions> & { chunk?: number } = {},
): Promise<Sieved> {
  const spool = new Spool(mkdtempSync(join(folder, 'run-')))
  const { chunk = 1 << 20, ...options } = more
  const one = new Sieve({
    names: (options.targets ?? targets).map(({ name }) => name),
    targets,
    proven: targets.map(() => false),
    key: [],
    spool: spool.slice('0'),
    ...options,
  })
  const bytes = Buffer.from(input)
  const good: Buffer[] = []
  for (let at = 0; at < bytes.length; at += chunk) {
    good.push(...one.push(bytes.subarray(at, at + chunk)).map((part) => Buffer.from(part)))
  }
  good.push(...one.end().map((part) => Buffer.from(part)))
  const bad: RejectedRow[] = []
  for await (const row of spool.rows()) bad.push(row)
  assert.equal(spool.count, one.rejected)
  return { good: Buffer.concat(good).toString('utf8'), bad, rows: one.rows, rejected: one.rejected }
}

const table: readonly {
  readonly what: string
  readonly row: string | Buffer
  readonly column: string | null
  readonly code: string
  readonly source: Record<string, string | null>
}[] = [
  {
    what: 'a number out of range',
    row: '2147483648,a,1',
    column: 'id',
    code: 'value_refused',
    source: { id: '2147483648', name: 'a', paid: '1' },
  },
  {
    what: 'a number in quotes that is none',
    row: '"x""y",a,1',
    column: 'id',
    code: 'value_refused',
    source: { id: 'x"y', name: 'a', paid: '1' },
  },
  {
    what: 'NULL where the target takes none',
    row: ',a,1',
    column: 'id',
    code: 'value_refused',
    source: { id: null, name: 'a', paid: '1' },
  },
  {
    what: 'too many digits',
    row: '1,,1.005',
    column: 'paid',
    code: 'value_refused',
    source: { id: '1', name: null, paid: '1.005' },
  },
  { what: 'too few fields', row: '1,a', column: null, code: 'row_refused', source: { id: '1', name: 'a' } },
  {
    what: 'too many fields',
    row: '1,a,2,"b,c"',
    column: null,
    code: 'row_refused',
    source: { id: '1', name: 'a', paid: '2', '#4': 'b,c' },
  },
  {
    what: 'a quote inside a value',
    row: '1,a"b,2',
    column: null,
    code: 'row_refused',
    source: { id: '1', name: 'a"b', paid: '2' },
  },
  {
    what: 'text after a closing quote',
    row: '1,"a"b,2',
    column: null,
    code: 'row_refused',
    source: { id: '1', name: '"a"b', paid: '2' },
  },
  {
    what: 'bytes that are no UTF-8',
    row: Buffer.from([0x31, 0x2c, 0xff, 0x2c, 0x32]),
    column: 'name',
    code: 'value_refused',
    source: { id: '1', name: '\\xff', paid: '2' },
  },
  {
    what: 'U+0000 for PostgreSQL',
    row: '1,a\0b,2',
    column: 'name',
    code: 'value_refused',
    source: { id: '1', name: 'a\0b', paid: '2' },
  },
]

describe('the sieve keeps back', () => {
  const good = ['1,"a, ""b""\nc",1.50', '2,,', '3,"",-0.01', '4,ünïcode,9999.99']

  for (const { what, row, column: named, code, source } of table) {
    test(`${what}, wherever chunks end, and nothing else`, async () => {
      const bytes = Buffer.concat(
        [good[0], good[1], row, good[2], row, row, good[3], row].flatMap((one) => [
          Buffer.from(one as string),
          Buffer.from('\n'),
        ]),
      )
      for (const chunk of [1, 2, 3, 7, 16, 1 << 20]) {
        const { good: passed, bad, rows, rejected } = await sieve(bytes, { chunk })
        assert.equal(passed, good.join('\n') + '\n', `chunks of ${chunk}`)
        assert.equal(rows, 8)
        assert.equal(rejected, 4)
        assert.deepEqual(bad.map(({ row }) => row), [3, 5, 6, 8])
        for (const one of bad) {
          assert.deepEqual([one.slice, one.column, one.code], ['0', named, code])
          assert.deepEqual(JSON.parse(one.source), source)
        }
      }
    })
  }

  test('a key that is NULL, by a code of its own', async () => {
    const nullable = [column('id', 'int'), column('name', 'text'), column('paid', 'decimal(6,2)')]
    const { bad } = await sieve(',a,1\n', { targets: nullable, key: [0] })
    assert.deepEqual([bad[0]?.column, bad[0]?.code], ['id', 'key_refused'])
  })

  test('a last row without its line feed, good or bad', async () => {
    assert.equal((await sieve('1,a,1\n2,b,2')).good, '1,a,1\n2,b,2\n')
    const bad = await sieve('1,a,1\n2,b')
    assert.deepEqual([bad.good, bad.rows, bad.rejected], ['1,a,1\n', 2, 1])
  })

  test('everything, when everything is bad', async () => {
    const { good: passed, rows, rejected } = await sieve('x,,\ny,,\n')
    assert.deepEqual([passed, rows, rejected], ['', 2, 2])
  })

  test('nothing of a column whose type at the source proves its values', async () => {
    assert.equal((await sieve('x,a,1\n', { proven: [true, true, true] })).good, 'x,a,1\n')
  })

  test('more rows than its memory has room for', async () => {
    const line = 'x,' + 'y'.repeat(1000) + ',1\n'
    const { bad } = await sieve(line.repeat(500))
    assert.equal(bad.length, 500)
    assert.equal(bad[499]?.row, 500)
  })
})

describe('the sieve fails the stream', () => {
  const code = (wanted: string) => (error: { code?: string }) => error.code === wanted

  test('for a quote that never closes: rows cannot be told apart any more', async () => {
    await assert.rejects(sieve('1,"a,1\n2,b,2\n'), code('row_refused'))
  })

  test('for a row that is larger than what it keeps', async () => {
    await assert.rejects(
      sieve(`1,"${'a'.repeat(100)}",1\n`, { longest: 64, chunk: 10 }),
      code('value_too_large'),
    )
  })
})

test('a slice that is read anew replaces what was kept of it', async () => {
  const spool = new Spool(mkdtempSync(join(folder, 'run-')))
  const row = (name: string) => ({ row: 1, column: name, code: 'value_refused' as const, source: '{}' })
  spool.slice('a').add(row('first'))
  spool.slice('b').add(row('other'))
  spool.slice('a').add(row('second'))
  const columns: (string | null)[] = []
  for await (const one of spool.rows()) columns.push(one.column)
  assert.deepEqual(columns, ['second', 'other'])
  assert.equal(spool.count, 2)
})

test('rows that the source has left out itself are counted around', async () => {
  const skipped = new Skipped()
  for (const row of [1, 2, 5]) skipped.add(row)
  // Rows 3, 4, 6 and 7 of the source come; 4 and 7 are bad.
  const { bad } = await sieve('3,a,1\nx,a,1\n6,a,1\ny,a,1\n', { skipped, chunk: 4 })
  assert.deepEqual(bad.map(({ row }) => row), [4, 7])
  const many = new Skipped()
  for (let row = 2; row <= 20_000; row += 2) many.add(row)
  for (let row = 1; row <= 10_000; row++) assert.equal(many.numberOf(row), 2 * row - 1)
})
