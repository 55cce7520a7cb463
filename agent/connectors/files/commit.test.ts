import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Loading, RejectedRow } from '../connector.ts'
import { bytesOf, textColumn } from '../load_fixture.ts'
import { intentOf, loadOf, sliceOf, TestFolder, typedColumn } from './folder_fixture.ts'

const { signal } = new AbortController()

describe('the commit', () => {
  const options = { format: 'csv' }

  test('keeps how far the target has its stream, and forgets it with a reset', async () => {
    using folder = new TestFolder()
    const cursor = { column: 'id', value: '7' }
    await folder.load({ target: 'out' }, { s: '7,a\n' }, { options, cursor })
    await using destination = folder.destination(options)
    {
      await using loading: Loading = await destination.begin(loadOf({ target: 'out' }))
      assert.deepEqual(loading.state?.cursor, cursor)
    }
    await using loading: Loading = await destination.begin(loadOf({ target: 'out', reset: true }))
    assert.equal(loading.state, null)
  })

  test('of a reset leaves the new rows alone, and no old file', async () => {
    using folder = new TestFolder()
    await folder.load({ target: 'out' }, { s: '1,a\n' }, { options })
    await folder.load({ target: 'out' }, { s: '2,b\n' }, { options })
    const planned = await folder.destination(options).plan(loadOf({ target: 'out', reset: true }))
    assert.equal(planned.statements.filter((one) => one.startsWith('remove ')).length, 2)
    const wider = [textColumn('id'), textColumn('v'), textColumn('w')]
    await folder.load({ target: 'out', reset: true, schema: 'freeze', columns: wider }, { s: '3,c,x\n' }, {
      options,
    })
    assert.deepEqual((await folder.rows('out')).rows, [['3', 'c', 'x']])
    assert.equal(folder.files().length, 1)
  })

  test('puts refused rows beside the target, once for each load', async () => {
    using folder = new TestFolder()
    const rejected = (row: number) => ({
      count: 1,
      async *rows(): AsyncGenerator<RejectedRow> {
        yield { slice: 's', row, column: 'v', code: 'value_refused', source: '{"id":"1","v":"\\u0022x"}' }
      },
    })
    const load = { target: 'out', runId: crypto.randomUUID(), quarantine: true }
    await folder.load(load, { s: '1,a\n' }, { options, rejected: rejected(2) })
    // As if the process had been killed between the quarantine and the manifest.
    const { loads, ...manifest } = folder.manifest('out')
    folder.write('.sallyport/out.json', JSON.stringify({ ...manifest, loads: loads.slice(0, -1), files: [] }))
    folder.write(`.out__quarantine.jsonl.${load.runId}.part`, '{"run"')
    await folder.load(load, { s: '1,a\n' }, { options, rejected: rejected(2) })
    await folder.load({ ...load, runId: crypto.randomUUID() }, { s: '1,a\n' }, {
      options,
      rejected: rejected(5),
    })
    assert.deepEqual(folder.files().filter((name) => name.includes('.part')), [])
    const { columns, rows } = await folder.rows('out__quarantine.jsonl')
    assert.deepEqual(columns, ['run', 'stream', 'slice', 'row', 'column', 'code', 'source', 'at'])
    assert.deepEqual(
      rows.map((row) => row.slice(3, 7)),
      [2, 5].map((row) => [`${row}`, 'v', 'value_refused', '{"id":"1","v":"\\u0022x"}']),
    )
    assert.equal((await folder.rows('out')).rows.length, 2)
  })

  test('that was cut off before the manifest is done again by the next attempt, and nothing is doubled', async () => {
    using folder = new TestFolder()
    const load = loadOf({ target: 'out' })
    {
      await using destination = folder.destination(options)
      await using loading: Loading = await destination.begin(load)
      await loading.prepare(intentOf('a', 'b'), signal)
      await loading.write(sliceOf('a'), 'csv', bytesOf('1,a\n'))
      await loading.write(sliceOf('b'), 'csv', bytesOf('2,b\n'))
    }
    const pending = folder.read('.sallyport/out.pending.json')
    const before = folder.read('.sallyport/out.json')
    {
      await using destination = folder.destination(options)
      await using loading: Loading = await destination.begin(load)
      await loading.prepare(intentOf('a', 'b'), signal)
      await loading.commit({ runId: load.runId, rows: 2, cursor: null }, null)
    }
    folder.write('.sallyport/out.pending.json', pending)
    folder.write('.sallyport/out.json', before)
    await using destination = folder.destination(options)
    await using loading: Loading = await destination.begin(load)
    await loading.prepare(intentOf('a', 'b'), signal)
    assert.equal(loading.done.size, 2)
    await loading.commit({ runId: load.runId, rows: 2, cursor: null }, null)
    assert.deepEqual((await folder.rows('out')).rows, [['1', 'a'], ['2', 'b']])
    assert.equal(folder.files().length, 2)
  })
})

describe('columns that change', () => {
  const columns = [textColumn('id'), textColumn('v')]
  const wider = [...columns, textColumn('w')]

  test('are added by name, and NULL where they were not', async () => {
    for (const format of ['csv', 'tsv', 'jsonl']) {
      for (const schema of ['evolve', 'columns_only'] as const) {
        using folder = new TestFolder()
        const options = { format }
        await folder.load({ target: 'out', columns }, { s: '1,a\n' }, { options })
        const load = loadOf({ target: 'out', columns: wider, schema })
        assert.deepEqual((await folder.destination(options).plan(load)).changes, ['add column "w" text'])
        await folder.load(load, { s: '2,b,c\n' }, { options })
        await folder.load({ target: 'out', columns: [columns[1]!], schema: 'freeze' }, { s: 'd\n' }, {
          options,
        })
        const { columns: read, rows } = await folder.rows('out', options)
        assert.deepEqual(read, ['id', 'v', 'w'])
        assert.deepEqual(rows, [['1', 'a', null], ['2', 'b', 'c'], [null, 'd', null]])
      }
    }
  })

  test('are refused where nothing may change, all of them by name', async () => {
    using folder = new TestFolder()
    const options = { format: 'csv' }
    await folder.load({ target: 'out', columns }, { s: '1,a\n' }, { options })
    const load = loadOf({ target: 'out', columns: [...wider, textColumn('x')], schema: 'freeze' })
    await assert.rejects(folder.destination(options).plan(load), {
      code: 'schema_refused',
      message: /"w" text is new; "x" text is new/,
    })
  })

  test('of another kind of JSON are refused; a wider number is still a number', async () => {
    using folder = new TestFolder()
    const options = { format: 'jsonl' }
    const number = (kind: 'int32' | 'int64') => [typedColumn('n', { kind })]
    await folder.load({ target: 'out', columns: number('int32') }, { s: '1\n' }, { options })
    await folder.load({ target: 'out', columns: number('int64') }, { s: '2\n' }, { options })
    const text = loadOf({ target: 'out', columns: [textColumn('n')] })
    await assert.rejects(folder.destination(options).plan(text), {
      code: 'schema_refused',
      message: /"n" was written as a number, and is a string now/,
    })
    assert.deepEqual((await folder.rows('out', options)).types, ['int64'])
  })
})
