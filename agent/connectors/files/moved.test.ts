/** Files on both ends of a whole run. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { moveRun, type RunResult, type StreamSpec } from '../../runs/move.ts'
import { localGuard } from '../guard.ts'
import { TestFolder } from './folder_fixture.ts'

const skip = process.platform === 'win32' ? 'the hold needs FIFOs' : false

interface Moving extends Partial<StreamSpec> {
  readonly from: string
  readonly to: string
  /** Options of the two connections. */
  readonly reading?: object
  readonly writing?: object
}

class Runs extends TestFolder {
  async move(
    { reading = {}, writing = {}, ...stream }: Moving,
  ): Promise<RunResult & { readonly why: string }> {
    const faults: unknown[] = []
    const connection = (options: object) => ({ type: 'files', config: { path: this.path, ...options } })
    const result = await moveRun({
      runId: crypto.randomUUID(),
      fence: 1,
      attempt: 1,
      source: connection(reading),
      destination: connection(writing),
      streams: [{ mode: 'replace', ...stream }],
      folder: mkdtempSync(join(tmpdir(), 'sallyport-run-')),
      base: this.path,
      guard: localGuard,
      limits: {},
      signal: new AbortController().signal,
      onFault: (_, fault) => faults.push(fault),
    })
    return { ...result, why: faults.map((one) => `${one} ${(one as Error).cause}`).join() }
  }

  async moves(moving: Moving): Promise<number> {
    const { status, streams, why } = await this.move(moving)
    assert.equal(status, 'succeeded', why)
    return streams[0]?.rows ?? -1
  }

  /** What a Parquet file has, as rows of text. */
  async parquetRows(name: string, reading: object = {}): Promise<readonly (readonly (string | null)[])[]> {
    await this.moves({ from: name, to: 'shown.csv', reading })
    return (await this.rows('shown.csv')).rows
  }
}

describe('files of a run', { skip }, () => {
  test('go from each text format into each, and come back as they were', async () => {
    using folder = new Runs()
    const rows = [['1', 'a "b", c\n'], ['2', null], ['3', ''], ['4', 'é🚢\t\\N']]
    folder.write('start.jsonl', rows.map(([id, v]) => `${JSON.stringify({ id, v })}\n`).join(''))
    const names = [
      'a.csv.gz',
      'b.tsv.zst',
      'c.jsonl.gz',
      'd.parquet',
      'e.jsonl',
      'f.csv',
      'g.parquet',
      'h.tsv',
    ]
    let from = 'start.jsonl'
    for (const to of names) {
      assert.equal(await folder.moves({ from, to }), 4)
      from = to
    }
    assert.deepEqual((await folder.rows('h.tsv')).rows, rows)
  })

  test('keep what JSON lines know of their values, in Parquet and back', async () => {
    using folder = new Runs()
    folder.write(
      'a.jsonl',
      '{"i":1,"n":1.10,"b":true,"o":{"x":[1.10]},"t":"x"}\n{"i":null,"n":1e400,"b":false,"o":[],"t":""}\n',
    )
    await folder.moves({ from: 'a.jsonl', to: 'b.parquet' })
    await folder.moves({ from: 'b.parquet', to: 'c.jsonl' })
    const { columns, types, rows } = await folder.rows('c.jsonl')
    assert.deepEqual(columns, ['i', 'n', 'b', 'o', 't'])
    assert.deepEqual(types, ['int64', 'decimal', 'boolean', 'json', 'text'])
    assert.deepEqual(rows, [['1', '1.10', 't', '{"x":[1.10]}', 'x'], [null, '1e400', 'f', '[]', '']])
  })

  test('of several slices are one Parquet file', async () => {
    using folder = new Runs()
    const filler = 'x'.repeat(1000)
    for (const file of ['a', 'b']) {
      const rows = Array.from({ length: 17_000 }, (_, at) => `${file}${at},${filler}\n`).join('')
      folder.write(`in/${file}.csv`, `id,v\n${rows}`)
    }
    assert.equal(await folder.moves({ from: 'in', to: 'out.parquet', exclude: ['v'] }), 34_000)
    const ids = new Set((await folder.parquetRows('out.parquet')).map(([id]) => id))
    assert.equal(ids.size, 34_000)
    assert.deepEqual(folder.files().filter((name) => name.includes('.part')), [])
  })

  test('in folders of partitions have them as columns, in Parquet too', async () => {
    using folder = new Runs()
    folder.write('eu.csv', 'id\n1\n')
    await folder.moves({ from: 'eu.csv', to: 'in/region=e%2Fu/a.parquet' })
    await folder.moves({ from: 'eu.csv', to: 'in/region=__HIVE_DEFAULT_PARTITION__/a.parquet' })
    const rows = await folder.parquetRows('in', { partitions: true })
    assert.deepEqual([...rows].sort(), [['1', 'e/u'], ['1', null]].sort())
  })

  test('are read on from where they were, by the value of a column of Parquet', async () => {
    using folder = new Runs()
    const moments = (last: number) =>
      Array.from({ length: last }, (_, at) => `${at + 1},2026-01-01 10:00:00.00000${at + 1}\n`).join('')
    const next = async (last: number) => {
      folder.write('a.csv', `id,at\n${moments(last)}`)
      await folder.moves({ from: 'a.csv', to: 'a.parquet', cast: { id: 'bigint', at: 'timestamp' } })
      return await folder.moves({
        from: 'a.parquet',
        to: 'out',
        mode: 'append',
        cursor: { column: 'at' },
        writing: { format: 'csv' },
      })
    }
    assert.deepEqual([await next(2), await next(2), await next(5)], [2, 0, 3])
    assert.deepEqual((await folder.rows('out')).rows.map(([id]) => id), ['1', '2', '3', '4', '5'])
  })

  test('are read once each, by the cursor _file', async () => {
    using folder = new Runs()
    const next = () =>
      folder.moves({
        from: 'in/*.jsonl',
        to: 'out',
        mode: 'append',
        cursor: { column: '_file' },
        exclude: ['_file'],
        reading: { file_column: true },
        writing: { format: 'csv' },
      })
    folder.write('in/1.jsonl', '{"id":1}\n')
    folder.write('in/2.jsonl', '{"id":2}\n{"id":3}\n')
    assert.deepEqual([await next(), await next()], [3, 0])
    folder.write('in/3.jsonl', '{"id":4}\n')
    assert.equal(await next(), 1)
    assert.deepEqual((await folder.rows('out')).rows, [['1'], ['2'], ['3'], ['4']])
  })

  test('put bad rows aside, beside the target', async () => {
    using folder = new Runs()
    folder.write('a.csv', 'id,n\n1,1\n2,x\n3,3\n')
    for (const to of ['b.csv', 'b.jsonl', 'b.parquet']) {
      const { status, streams, why } = await folder.move({
        from: 'a.csv',
        to,
        cast: { n: 'integer' },
        on_bad_row: 'quarantine',
      })
      assert.equal(status, 'succeeded', why)
      assert.deepEqual([streams[0]?.rows, streams[0]?.rejected], [2, 1])
      const { rows } = await folder.rows(`${to}__quarantine.jsonl`)
      assert.deepEqual(rows.map((row) => row.slice(3, 7)), [[
        '2',
        'n',
        'value_refused',
        '{"id":"2","n":"x"}',
      ]])
    }
  })
})
