import assert from 'node:assert/strict'
import { renameSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { TestFolder } from './folder_fixture.ts'

const { signal } = new AbortController()

describe('a stream of files', () => {
  test('may be named by a pattern, whose files are read in the order of their names', async () => {
    using folder = new TestFolder()
    folder.write('orders/2026-02/b.csv.gz', gzipSync('id\n3\n'))
    folder.write('orders/2026-02/a.csv.gz', gzipSync('id\n2\n'))
    folder.write('orders/2026-01/z.csv.gz', gzipSync('id\n1\n'))
    folder.write('orders/2025-12/x.csv.gz', gzipSync('id\n0\n'))
    folder.write('orders/2026-01/deep/y.csv.gz', gzipSync('id\n9\n'))
    folder.write('orders/2026-01/_SUCCESS', '')
    folder.write('orders/2026-01/.hidden.csv.gz', 'x')
    const ids = async (name: string) => (await folder.rows(name)).rows.flat()
    assert.deepEqual(await ids('orders/2026-*/*.csv.gz'), ['1', '2', '3'])
    assert.deepEqual(await ids('orders/2026-0?/?.csv.gz'), ['1', '2', '3'])
    assert.deepEqual(await ids('orders/**/*.csv.gz'), ['0', '9', '1', '2', '3'])
    assert.deepEqual(await ids('**'), ['0', '9', '1', '2', '3'])
    await assert.rejects(folder.rows('orders/2024-*/*.csv.gz'), { code: 'stream_missing' })
    await assert.rejects(folder.rows('../*'), { code: 'path_refused' })
  })

  test('whose name looks like a pattern and is there is that file', async () => {
    using folder = new TestFolder()
    folder.write('a*.csv', 'id\n1\n')
    folder.write('ab.csv', 'id\n2\n')
    assert.deepEqual((await folder.rows('a*.csv')).rows, [['1']])
  })

  test('does not follow a pattern out of the folder by a link', async () => {
    using folder = new TestFolder()
    using other = new TestFolder()
    other.write('secret.csv', 'id\n1\n')
    folder.write('in/a.csv', 'id\n1\n')
    symlinkSync(join(other.path, 'secret.csv'), join(folder.path, 'in', 'b.csv'))
    await assert.rejects(folder.rows('in/*.csv'), { code: 'path_refused' })
    symlinkSync(other.path, join(folder.path, 'out'))
    await assert.rejects(folder.rows('out/*.csv'), { code: 'path_refused' })
    await assert.rejects(folder.rows('o*/*.csv'), { code: 'path_refused' })
  })

  test('of two formats is refused', async () => {
    using folder = new TestFolder()
    folder.write('in/a.csv', 'id\n1\n')
    folder.write('in/b.jsonl', '{"id":1}\n')
    await assert.rejects(folder.rows('in'), { code: 'file_invalid', message: /a.csv.*b.jsonl/ })
  })

  test('has the columns of all its files, by name; NULL where a file lacks one', async () => {
    using folder = new TestFolder()
    folder.write('in/a.csv', 'id,v\n1,a\n')
    folder.write('in/b.csv', 'w,id\r\nx,2\r\n')
    const { columns, rows } = await folder.rows('in')
    assert.deepEqual(columns, ['id', 'v', 'w'])
    assert.deepEqual(rows, [['1', 'a', null], ['2', null, 'x']])
  })

  test('has only the columns that are asked for, in that order', async () => {
    using folder = new TestFolder()
    folder.write('a.csv', 'id,v,w\n1,a,x\n')
    const source = folder.source()
    const stream = await source.stream('a.csv')
    const columns = [stream.columns[2]!, stream.columns[0]!]
    const [slice] = await source.slices({ ...stream, columns })
    const { bytes } = await source.open(slice!, 'csv', signal)
    assert.equal(await new Response(bytes).text(), 'x,1\n')
  })

  test('names file and row of what it refuses', async () => {
    using folder = new TestFolder()
    folder.write('in/a.csv', 'id,v\n1,a\n')
    folder.write('in/b.csv', 'id,v\n2,b\n3\n')
    await assert.rejects(folder.rows('in'), {
      code: 'row_refused',
      message: '"in/b.csv": Row 2: 1 fields where there are 2 columns.',
    })
    folder.write('in/b.csv', 'id,id\n')
    await assert.rejects(folder.rows('in'), { code: 'name_refused', message: /^"in\/b.csv": / })
    folder.write('lines/a.jsonl', '{"a":1}\n')
    folder.write('lines/b.jsonl', '{"a":1}\nx\n')
    await assert.rejects(folder.rows('lines'), {
      code: 'row_refused',
      message: /^"lines\/b.jsonl": Row 2: not an object/,
    })
  })

  test('names row and column of what is no text', async () => {
    using folder = new TestFolder()
    const bad = (before: string, after: string) =>
      Buffer.concat([Buffer.from(before), Buffer.of(0xff), Buffer.from(after)])
    folder.write('a.csv', bad('id,v\n1,x\n2,"a\n', '"\n3,x\n'))
    folder.write('b.tsv', bad('id\tv\n1\tx\n2\ta', ''))
    for (const name of ['a.csv', 'b.tsv']) {
      await assert.rejects(folder.rows(name), { code: 'value_refused', row: 2, column: 1 })
    }
    folder.write('in/a.csv', 'id,v\n1,x\n')
    folder.write('in/b.csv', bad('v,id\nx,1\na', ',2\n'))
    await assert.rejects(folder.rows('in'), { message: /^"in\/b.csv": row 2, column "v": / })
    folder.write('c.jsonl', bad('{"id":1}\n{"id":2,"v":"', '"}\n'))
    await assert.rejects(folder.rows('c.jsonl'), {
      code: 'value_refused',
      message: 'Row 2, column "v": not UTF-8.',
    })
  })

  test('is cut into slices that last where it is large: the same files have the same ids', async () => {
    using folder = new TestFolder()
    const rows = 'x'.repeat(1023).concat('\n').repeat(12 * 1024)
    for (const name of ['a', 'b', 'c']) folder.write(`in/${name}.csv`, `v\n${rows}`)
    const idsOf = async () => {
      const source = folder.source()
      const slices = await source.slices(await source.stream('in'))
      return slices.map(({ id, fixed }) => `${fixed} ${id}`)
    }
    const first = await idsOf()
    assert.equal(first.length, 3)
    assert.match(first[0]!, /^true in\/a.csv [0-9a-f]{16}$/)
    assert.deepEqual(await idsOf(), first)
    utimesSync(join(folder.path, 'in', 'b.csv'), 1, 1)
    const second = await idsOf()
    assert.deepEqual(second.map((id, at) => id === first[at]), [true, false, true])
  })

  test('or a file of it that changes while it is read is no end of it', async () => {
    using folder = new TestFolder()
    folder.write('a.jsonl', '{"a":1}\n')
    const source = folder.source()
    const [slice] = await source.slices(await source.stream('a.jsonl'))
    folder.write('new', '{"a":2}\n')
    renameSync(join(folder.path, 'new'), join(folder.path, 'a.jsonl'))
    const { bytes, proof } = await source.open(slice!, 'csv', signal)
    await new Response(bytes).text()
    await assert.rejects(proof, { code: 'source_failed' })
  })

  test('is listed with the folders that have files', async () => {
    using folder = new TestFolder()
    folder.write('a.tsv', 'id\n1\n')
    folder.write('b/x.jsonl.zst', zstdCompressSync('{"id":1}\n'))
    folder.write('c/readme.txt', '')
    assert.deepEqual((await folder.source().discover()).map(({ name }) => name), ['a.tsv', 'b'])
  })

  test('that cannot be read is found beforehand', async () => {
    using folder = new TestFolder()
    folder.write('a.csv', 'id\n1\n')
    folder.write('b.csv.gz', 'id\n1\n')
    const findings = await folder.source().examine(['a.csv', 'b.csv.gz', 'c.csv'])
    assert.deepEqual(findings.map(({ code }) => code), ['file_invalid', 'stream_missing'])
    assert.deepEqual((await folder.source().examine([])).map(({ code }) => code), ['file_invalid'])
    assert.deepEqual(
      (await folder.source({ path: join(folder.path, 'none') }).examine([])).map(({ code }) => code),
      ['file_unreadable'],
    )
  })
})

describe('folders of partitions', () => {
  const options = { partitions: true }

  test('are columns, as text, wherever the stream begins', async () => {
    using folder = new TestFolder()
    folder.write('in/day=2026-01-02/region=a%2Fb/x.csv', 'id\n2\n')
    folder.write('in/day=2026-01-01/region=__HIVE_DEFAULT_PARTITION__/x.csv', 'id\n1\n')
    for (const name of ['in', 'in/*/*/x.csv', 'in/**']) {
      const { columns, rows } = await folder.rows(name, options)
      assert.deepEqual(columns, ['id', 'day', 'region'])
      assert.deepEqual(rows, [['1', '2026-01-01', null], ['2', '2026-01-02', 'a/b']])
    }
    assert.deepEqual((await folder.rows('in/day=2026-01-02/region=a%2Fb/x.csv', options)).rows, [[
      '2',
      '2026-01-02',
      'a/b',
    ]])
    await assert.rejects(folder.rows('in'), { code: 'stream_missing' })
  })

  test('are columns of JSON lines as well', async () => {
    using folder = new TestFolder()
    folder.write('in/day=1/x.jsonl', '{"id":1}\n')
    folder.write('in/day=2/x.jsonl', '{"id":2}\n')
    assert.deepEqual((await folder.rows('in', options)).rows, [['1', '1'], ['2', '2']])
  })

  test('are refused where a file has the column too, and where they differ', async () => {
    using folder = new TestFolder()
    folder.write('in/day=1/x.csv', 'id,day\n1,2\n')
    await assert.rejects(folder.rows('in', options), { code: 'name_refused', message: /"day"/ })
    folder.write('other/day=1/x.csv', 'id\n1\n')
    folder.write('other/month=1/x.csv', 'id\n1\n')
    await assert.rejects(folder.rows('other', options), { code: 'file_invalid' })
  })
})

describe('the column _file', () => {
  const options = { file_column: true }

  test('has the name of each row’s file, and is a cursor by it', async () => {
    using folder = new TestFolder()
    for (const at of [1, 2, 3]) folder.write(`in/${at}.csv`, `id\n${at}\n`)
    const { columns, rows } = await folder.rows('in', options)
    assert.deepEqual(columns, ['id', '_file'])
    assert.deepEqual(rows, [['1', 'in/1.csv'], ['2', 'in/2.csv'], ['3', 'in/3.csv']])
    const source = folder.source(options)
    assert.equal(await source.newest(await source.stream('in'), '_file'), 'in/3.csv')
    const range = (after: string | null, inclusive: boolean, upTo: string | null) => ({
      column: '_file',
      after: after === null ? null : { value: after, inclusive },
      upTo,
      nulls: false,
    })
    const ids = async (...given: Parameters<typeof range>) =>
      (await folder.rows('in', options, range(...given))).rows.map(([id]) => id)
    assert.deepEqual(await ids(null, false, 'in/2.csv'), ['1', '2'])
    assert.deepEqual(await ids('in/1.csv', false, 'in/3.csv'), ['2', '3'])
    assert.deepEqual(await ids('in/1.csv', true, 'in/1.csv'), ['1'])
    assert.deepEqual(await ids('in/3.csv', false, 'in/3.csv'), [])
  })

  test('is the only cursor of text files', async () => {
    using folder = new TestFolder()
    folder.write('a.csv', 'id\n1\n')
    const source = folder.source(options)
    await assert.rejects(source.newest(await source.stream('a.csv'), 'id'), { code: 'cursor_refused' })
  })
})

describe('what a connection says of its files', () => {
  const readings: readonly [
    what: string,
    name: string,
    text: string | Uint8Array,
    options: object,
    rows: unknown[][],
  ][] = [
    ['another delimiter', 'a.csv', 'id;v\n1;a,b\n', { delimiter: ';' }, [['1', 'a,b']]],
    ['a word for NULL', 'a.csv', 'id,v\n1,NULL\n,"NULL"\n', { null: 'NULL' }, [['1', null], ['', 'NULL']]],
    ['no header, columns by number', 'a.csv', '1,a\n2,b\n', { header: false }, [['1', 'a'], ['2', 'b']]],
    ['no header, columns by name', 'a.csv', '\ufeff1,a\n', { header: false, columns: ['id', 'v'] }, [[
      '1',
      'a',
    ]]],
    ['latin1', 'a.csv', Buffer.from('id,v\n1,é\n', 'latin1'), { encoding: 'latin1' }, [['1', 'é']]],
    ['utf-16', 'a.csv', Buffer.from('\ufeffid,v\r\n1,é🚢\r\n', 'utf16le'), { encoding: 'utf-16' }, [[
      '1',
      'é🚢',
    ]]],
    ['tabs', 'a.tsv', 'id\tv\n1\t"a\tb"\n', {}, [['1', 'a\tb']]],
    ['the text style', 'a.tsv', 'id\tv\n1\ta\\tb\n2\t\\N\n', { style: 'text' }, [['1', 'a\tb'], ['2', null]]],
    ['CR alone', 'a.csv', 'id,v\r1,"a\nb"\r', { line_ending: 'cr' }, [['1', 'a\nb']]],
    ['no quotes', 'a.csv', 'id,v\n1,"a"\n', { quote: 'none' }, [['1', '"a"']]],
    ['gzip under another name', 'a.csv', gzipSync('id,v\n1,a\n'), {}, [['1', 'a']]],
    ['a format that no ending says', 'a.log', '{"id":1}\n', { format: 'jsonl' }, [['1']]],
  ]
  for (const [what, name, text, options, rows] of readings) {
    test(`is followed: ${what}`, async () => {
      using folder = new TestFolder()
      folder.write(name, text)
      assert.deepEqual((await folder.rows(name, options)).rows, rows)
    })
  }

  test('may leave a stream without a header its numbers for names, the same in all files', async () => {
    using folder = new TestFolder()
    folder.write('in/a.csv', '1,a\n')
    folder.write('in/b.csv', '2,b\n')
    const { columns, rows } = await folder.rows('in', { header: false })
    assert.deepEqual([columns, rows], [['c1', 'c2'], [['1', 'a'], ['2', 'b']]])
    folder.write('in/b.csv', '2,b,c\n')
    await assert.rejects(folder.rows('in', { header: false }), { code: 'file_invalid' })
  })

  for (
    const options of [
      { columns: ['a'] },
      { delimiter: '"' },
      { delimiter: ';;' },
      { null: 'a,b' },
      { quote: ';', delimiter: ';' },
      { style: 'text', quote: "'" },
      { header: false, columns: ['a', 'a'] },
      { encoding: 'cp1252' },
    ]
  ) {
    test(`is refused where it makes no sense: ${JSON.stringify(options)}`, () => {
      using folder = new TestFolder()
      assert.throws(() => folder.source(options))
    })
  }
})
