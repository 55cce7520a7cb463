import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { Fault } from '../../../shared/faults.ts'
import type { Loading } from '../connector.ts'
import { bytesOf, textColumn } from '../load_fixture.ts'
import { intentOf, loadOf, sliceOf, TestFolder } from './folder_fixture.ts'
import { canonical, rowsOf } from './formats/passes_fixture.ts'

const { signal } = new AbortController()
const replace = { target: 'out.csv', mode: 'replace' } as const

describe('a target of one file', () => {
  const written: readonly [what: string, target: string, options: object, text: string][] = [
    ['CSV', 'a.csv', {}, 'id,v\n1,"a,b"\n2,\n'],
    ['another delimiter', 'a.csv', { delimiter: ';' }, 'id;v\n1;a,b\n2;\n'],
    [
      'a word for NULL, no header, CRLF',
      'a.csv',
      { null: 'NULL', header: false, line_ending: 'crlf' },
      '1,"a,b"\r\n2,NULL\r\n',
    ],
    ['TSV', 'a.tsv', {}, 'id\tv\n1\ta,b\n2\t\n'],
    ['the text style', 'a.tsv', { style: 'text' }, 'id\tv\n1\ta,b\n2\t\\N\n'],
    ['JSON lines', 'a.jsonl', {}, '{"id":"1","v":"a,b"}\n{"id":"2","v":null}\n'],
  ]
  for (const [what, target, options, text] of written) {
    test(`is written as ${what}, and read back`, async () => {
      using folder = new TestFolder()
      await folder.load({ target, mode: 'replace' }, { s: '1,"a,b"\n2,\n' }, { options })
      assert.equal(folder.read(target).toString(), text)
      const read = await folder.rows(target, {
        ...options,
        ...(target === 'a.csv' && !text.includes('id') ? { columns: ['id', 'v'] } : {}),
      })
      assert.deepEqual(read.rows, [['1', 'a,b'], ['2', null]])
    })
  }

  test('is compressed as its name or the connection says; its slices are members of it', async () => {
    using folder = new TestFolder()
    const slices = { a: '1,x\n', b: '2,y\n', c: '3,z\n' }
    const whole = 'id,v\n1,x\n2,y\n3,z\n'
    await folder.load({ target: 'a.csv.gz', mode: 'replace' }, slices)
    assert.equal(gunzipSync(folder.read('a.csv.gz')).toString(), whole)
    await folder.load({ target: 'a.csv.zst', mode: 'replace' }, slices)
    assert.equal(zstdDecompressSync(folder.read('a.csv.zst')).toString(), whole)
    await folder.load({ target: 'b.csv', mode: 'replace' }, slices, { options: { compression: 'zstd' } })
    for (const name of ['a.csv.gz', 'a.csv.zst', 'b.csv']) {
      assert.deepEqual((await folder.rows(name)).rows, [['1', 'x'], ['2', 'y'], ['3', 'z']])
    }
  })

  test('keeps a byte order mark and a CR that belong to a value, and a name', async () => {
    using folder = new TestFolder()
    const rows = [['\ufeffx', 'a\r'], ['y', 'b\r']]
    const columns = [textColumn('\ufeffid'), textColumn('v')]
    for (const options of [{}, { header: false, columns: ['\ufeffid', 'v'] }]) {
      await folder.load({ ...replace, columns }, { s: '\ufeffx,a\r\ny,b\r\n' }, {
        options: options.header === false ? { header: false } : {},
      })
      const read = await folder.rows('out.csv', options)
      assert.deepEqual(read.columns, ['\ufeffid', 'v'])
      assert.deepEqual(read.rows, rows)
    }
  })

  test('has a header where there are no rows, and no slices either', async () => {
    using folder = new TestFolder()
    await folder.load(replace, {})
    assert.equal(folder.read('out.csv').toString(), 'id,v\n')
    await folder.load(replace, { s: '' })
    assert.equal(folder.read('out.csv').toString(), 'id,v\n')
  })

  test('has every value exactly, in every format', async () => {
    using folder = new TestFolder()
    await fc.assert(
      fc.asyncProperty(rowsOf(2), async (given) => {
        const rows = given.map((row) => row.map((value) => value?.replaceAll('\0', '') ?? null))
        for (const target of ['a.csv', 'a.tsv.gz', 'a.jsonl.zst']) {
          if (rows.length === 0 && target.includes('jsonl')) continue
          await folder.load({ target, mode: 'replace' }, { s: canonical(rows).toString() })
          assert.deepEqual((await folder.rows(target)).rows, rows, target)
        }
      }),
      { numRuns: 15 },
    )
  })

  test('checks what is cast, by column and row', async () => {
    using folder = new TestFolder()
    for (const target of ['a.csv', 'a.tsv', 'a.jsonl']) {
      const given = { target, mode: 'replace', cast: new Map([['v', { kind: 'uuid' } as const]]) } as const
      await assert.rejects(
        folder.load(given, { s: '1,\n2,x\n' }),
        (error) =>
          error instanceof Fault && error.code === 'value_refused' && Reflect.get(error, 'row') === 2,
      )
      assert.deepEqual(folder.files(), [])
    }
  })

  const refused: readonly [options: object, target: string, code: string][] = [
    [{ encoding: 'latin1' }, 'a.csv', 'unsupported'],
    [{ compression: 'gzip' }, 'a.csv.zst', 'unsupported'],
    [{ compression: 'gzip' }, 'a.parquet', 'unsupported'],
    [{ partition_by: ['id'] }, 'a.parquet', 'unsupported'],
    [{ partition_by: ['nothing'] }, 'out', 'column_missing'],
    [{ partition_by: ['id', 'v'] }, 'out', 'unsupported'],
  ]
  for (const [options, target, code] of refused) {
    test(`is refused by name: ${target} with ${JSON.stringify(options)}`, async () => {
      using folder = new TestFolder()
      const format = target.endsWith('parquet') ? {} : { format: 'csv' }
      const plan = folder.destination({ ...format, ...options }).plan(loadOf({ target, mode: 'replace' }))
      await assert.rejects(plan, { code })
    })
  }

  for (const mode of ['merge', 'history', 'mirror'] as const) {
    test(`takes no ${mode}`, async () => {
      using folder = new TestFolder()
      assert.equal(folder.destination().modes.includes(mode), false)
      await assert.rejects(folder.destination().plan(loadOf({ target: 'a.csv', mode })), {
        code: 'unsupported',
      })
    })
  }
})

describe('folders by the values of columns', () => {
  const options = { format: 'csv', partition_by: ['region'] }
  const columns = [textColumn('id'), textColumn('region'), textColumn('v')]

  test('are what the source reads back, NULL and odd values too', async () => {
    using folder = new TestFolder()
    const values = ['eu', '', 'a/b', '__HIVE_DEFAULT_PARTITION__', '%41', 'ü 🚢', '..', 'x=y', 'a "b"']
    const rows = [...values, null, 'eu'].map((value, at) => [`${at}`, value, 'x'])
    for (const format of ['csv', 'tsv', 'jsonl']) {
      const target = `out-${format}`
      await folder.load({ target, columns }, { s: canonical(rows).toString() }, {
        options: { ...options, format },
      })
      const read = await folder.rows(target, { format })
      assert.deepEqual(read.columns, ['id', 'v', 'region'])
      const sorted = [...read.rows].sort((a, b) => Number(a[0]) - Number(b[0]))
      assert.deepEqual(sorted, rows.map(([id, region, v]) => [id, v, region]))
    }
    assert.ok(folder.files('out-csv').some((name) => /^out-csv\/region=eu\/[0-9a-f-]+\.csv$/.test(name)))
    assert.ok(folder.files('out-csv').some((name) => name.includes('region=__HIVE_DEFAULT_PARTITION__/')))
  })

  for (const compression of ['none', 'gzip']) {
    test(`are as many as there are values, however few files are open: ${compression}`, async () => {
      using folder = new TestFolder()
      const rows = Array.from({ length: 3000 }, (_, at) => [`${at}`, `r${at % 100}`, 'x'.repeat(1000)])
      const more = { options: { ...options, compression } }
      await folder.load({ target: 'out', columns }, { s: canonical(rows).toString() }, more)
      assert.equal(folder.files().length, 100)
      const read = await folder.rows('out')
      assert.equal(read.rows.length, 3000)
      assert.deepEqual(new Set(read.rows.map(([id]) => id)).size, 3000)
      assert.ok(read.rows.every(([id, , region]) => region === `r${Number(id) % 100}`))
    })
  }

  test('stay what they were: an append by other columns is refused', async () => {
    using folder = new TestFolder()
    await folder.load({ target: 'out', columns }, { s: '1,eu,a\n' }, { options })
    await assert.rejects(
      folder.load({ target: 'out', columns }, { s: '1,eu,a\n' }, {
        options: { format: 'csv', partition_by: ['v'] },
      }),
      { code: 'target_refused', message: /partition_by region/ },
    )
  })

  test('are gone with their files', async () => {
    using folder = new TestFolder()
    await folder.load({ target: 'out', columns }, { s: '1,eu,a\n2,us,b\n' }, { options })
    await folder.load({ target: 'out', columns, mode: 'replace' }, { s: '1,eu,c\n' }, { options })
    assert.deepEqual(readdirSync(join(folder.path, 'out')), ['region=eu'])
    assert.deepEqual((await folder.rows('out')).rows, [['1', 'c', 'eu']])
  })

  test('are not made of a value that no folder can be called', async () => {
    using folder = new TestFolder()
    const long = `1,${'x'.repeat(300)},a\n`
    await assert.rejects(folder.load({ target: 'out', columns }, { s: long }, { options }), {
      code: 'value_refused',
    })
    assert.deepEqual(folder.files(), [])
  })
})

describe('files of a size', () => {
  test('have so many rows, the last one the rest', async () => {
    using folder = new TestFolder()
    const text = Array.from({ length: 25 }, (_, at) => `${at},x\n`).join('')
    await folder.load({ target: 'out' }, { s: text }, { options: { format: 'csv', rows_per_file: 10 } })
    assert.deepEqual(folder.manifest('out').files.map(({ rows }) => rows).sort(), [10, 10, 5])
    assert.equal((await folder.rows('out')).rows.length, 25)
  })

  test('have about so many bytes', async () => {
    using folder = new TestFolder()
    const text = Array.from({ length: 100 }, (_, at) => `${at},${'x'.repeat(100)}\n`).join('')
    await folder.load({ target: 'out' }, { s: text }, { options: { format: 'jsonl', bytes_per_file: 2000 } })
    const { files } = folder.manifest('out')
    assert.ok(files.length >= 5 && files.every(({ rows }) => rows <= 20), JSON.stringify(files))
    assert.equal((await folder.rows('out')).rows.length, 100)
  })
})

describe('slices that last', () => {
  const targets = [
    ['out.csv', 'replace', {}],
    ['out.csv.gz', 'replace', {}],
    ['out', 'append', { format: 'csv' }],
    ['out', 'append', { format: 'jsonl', compression: 'zstd', rows_per_file: 1 }],
  ] as const
  for (const [target, mode, options] of targets) {
    test(`are not written again by the next attempt: ${target}, ${mode}, ${JSON.stringify(options)}`, async () => {
      using folder = new TestFolder()
      const load = loadOf({ target, mode })
      const intent = intentOf('a', 'b', 'c')
      {
        await using destination = folder.destination(options)
        await using loading: Loading = await destination.begin(load)
        await loading.prepare(intent, signal)
        await loading.write(sliceOf('a'), 'csv', bytesOf('1,a\n2,b\n'))
        await loading.write(sliceOf('b'), 'csv', bytesOf('3,c\n'))
        await assert.rejects(loading.write(sliceOf('c'), 'csv', bytesOf('4,d\n5\n')), { code: 'row_refused' })
      }
      await using destination = folder.destination(options)
      await using loading: Loading = await destination.begin({ ...load, fence: 2 })
      assert.deepEqual(loading.intent, intent)
      await loading.prepare(intent, signal)
      assert.deepEqual([...loading.done].map(([id, { rows }]) => [id, rows]), [['a', 2], ['b', 1]])
      await loading.write(sliceOf('c'), 'csv', bytesOf('4,d\n'))
      await loading.commit({ runId: load.runId, rows: 4, cursor: null }, null)
      const { rows } = await folder.rows(target, options)
      assert.deepEqual([...rows].sort(), [['1', 'a'], ['2', 'b'], ['3', 'c'], ['4', 'd']])
      assert.deepEqual(folder.files().filter((name) => name.includes('.part')), [])
      assert.equal(folder.has(`.sallyport/${target}.pending.json`), false)
    })

    test(`are dropped for another intent, and for another run: ${target}, ${JSON.stringify(options)}`, async () => {
      for (const other of [false, true]) {
        using folder = new TestFolder()
        const load = loadOf({ target, mode })
        {
          await using destination = folder.destination(options)
          await using loading: Loading = await destination.begin(load)
          await loading.prepare(intentOf('a', 'b'), signal)
          await loading.write(sliceOf('a'), 'csv', bytesOf('1,a\n'))
        }
        await using destination = folder.destination(options)
        const next = other ? { ...load, runId: crypto.randomUUID() } : { ...load, fence: 2 }
        await using loading: Loading = await destination.begin(next)
        await loading.prepare(other ? intentOf('a', 'b') : intentOf('x'), signal)
        assert.equal(loading.done.size, 0)
        const id = other ? 'a' : 'x'
        await loading.write(sliceOf(id), 'csv', bytesOf('9,z\n'))
        await loading.commit({ runId: next.runId, rows: 1, cursor: null }, null)
        assert.deepEqual((await folder.rows(target, options)).rows, [['9', 'z']])
        assert.equal(folder.files().length, 1)
      }
    })
  }

  test('are written again where what was noted is not what is there', async () => {
    using folder = new TestFolder()
    const load = loadOf({ target: 'out' })
    const options = { format: 'csv' }
    {
      await using destination = folder.destination(options)
      await using loading: Loading = await destination.begin(load)
      await loading.prepare(intentOf('a', 'b'), signal)
      await loading.write(sliceOf('a'), 'csv', bytesOf('1,a\n'))
    }
    const [draft] = folder.files()
    writeFileSync(join(folder.path, draft!), 'id')
    await using destination = folder.destination(options)
    await using loading: Loading = await destination.begin({ ...load, fence: 2 })
    await loading.prepare(intentOf('a', 'b'), signal)
    assert.equal(loading.done.size, 0)
    assert.deepEqual(folder.files(), [])
  })
})
