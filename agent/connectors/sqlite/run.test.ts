/** Whole runs between files and a server: what the engine makes of what they say. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { moveRun, type StreamSpec } from '../../runs/move.ts'
import { localGuard } from '../guard.ts'
import { serveHrana } from '../libsql/server_fixture.ts'
import { newFolder } from './world_fixture.ts'

const folder = newFolder()
const server = serveHrana(join(folder.path, 'server.db'))
after(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const ends = {
  'in.db': { type: 'sqlite', config: { path: 'in.db' } },
  'out.db': { type: 'sqlite', config: { path: 'out.db' } },
  'server.db': { type: 'libsql', config: { url: server.url } },
  'in.csv': { type: 'files', config: { path: 'in.csv', format: 'csv' } },
  'out.csv': { type: 'files', config: { path: 'out.csv', format: 'csv' } },
}
type End = keyof typeof ends

async function run(from: End, to: End, stream: StreamSpec) {
  const { streams } = await moveRun({
    runId: crypto.randomUUID(),
    fence: 1,
    attempt: 1,
    limits: {},
    signal: new AbortController().signal,
    guard: localGuard,
    source: ends[from],
    destination: ends[to],
    streams: [stream],
    folder: mkdtempSync(join(folder.path, 'run-')),
    base: folder.path,
  })
  return streams[0]
}

let tables = 0

describe('a run with SQLite at an end', () => {
  for (const to of ['out.db', 'server.db'] as const) {
    test(`reads on from where its cursor was, into ${to}`, async () => {
      const table = `c${tables++}`
      folder.run(
        'in.db',
        `create table ${table} (id integer primary key, v text, at timestamp)`,
        `insert into ${table} values (1, 'a', '2024-01-01 00:00:00'), (2, 'b', '2024-01-02T00:00:00')`,
      )
      const merge: StreamSpec = { from: table, to: table, mode: 'merge', cursor: { column: 'at', lag: '1h' } }
      assert.equal((await run('in.db', to, merge))?.rows, 2)
      folder.run(
        'in.db',
        `update ${table} set v = 'B', at = '2024-01-03 00:00:00' where id = 2`,
        `insert into ${table} values (3, 'c', '2024-01-03 00:00:00.5')`,
      )
      const second = await run('in.db', to, merge)
      assert.deepEqual([second?.status, second?.rows], ['succeeded', 2])
      const rows = folder.rows(to, `select id, v from ${table} order by 1`)
      assert.deepEqual(rows, [[1n, 'a'], [2n, 'B'], [3n, 'c']])
      folder.run('in.db', `delete from ${table} where id = 1`)
      assert.equal((await run('in.db', to, { ...merge, mode: 'mirror' }))?.status, 'succeeded')
      assert.deepEqual(folder.rows(to, `select id from ${table} order by 1`), [[2n], [3n]])
    })

    test(`puts rows aside whose values are of another kind, on the way to ${to}`, async () => {
      const table = `q${tables++}`
      folder.run(
        'in.db',
        `create table ${table} (id integer primary key, n integer, s text)`,
        `insert into ${table} values (1, 10, 'a'), (2, 'ten', 'b'), (3, 30, x'ff'), (4, null, 'd')`,
      )
      const stream: StreamSpec = { from: table, to: table, mode: 'replace', on_bad_row: 'quarantine' }
      const result = await run('in.db', to, stream)
      assert.deepEqual([result?.status, result?.rows, result?.rejected], ['succeeded', 2, 2])
      assert.deepEqual(folder.rows(to, `select id, n, s from ${table} order by 1`), [[1n, 10n, 'a'], [
        4n,
        null,
        'd',
      ]])
      const kept = folder.rows(
        to,
        `select "row", "column", code, source from ${table}__quarantine order by 1`,
      )
      assert.deepEqual(kept, [
        [2n, 'n', 'value_refused', '{"id":"2","n":"ten","s":"b"}'],
        [3n, 's', 'value_refused', '{"id":"3","n":"30","s":"\\\\xff"}'],
      ])
      assert.equal((await run('in.db', to, { ...stream, on_bad_row: 'fail' }))?.code, 'value_refused')
    })
  }

  test('puts floats aside that a file cannot keep', async () => {
    writeFileSync(join(folder.path, 'in.csv'), 'r\nNaN\n-0.0\n-0.5\nInfinity\n')
    const stream: StreamSpec = {
      from: 'in.csv',
      to: 'floats',
      mode: 'append',
      cast: { r: 'float8' },
      on_bad_row: 'quarantine',
    }
    const result = await run('in.csv', 'out.db', stream)
    assert.deepEqual([result?.status, result?.rows, result?.rejected], ['succeeded', 2, 2])
    assert.deepEqual(folder.rows('out.db', 'select r from floats order by 1'), [[-0.5], [Infinity]])
  })

  test('gives a server and a file the same rows, both ways', async () => {
    const table = `t${tables++}`
    folder.run(
      'in.db',
      `create table ${table} (id integer primary key, r real, d decimal(9,2), b blob, j json_text, s text)`,
      `insert into ${table} values (1, 9e999, 1.5, x'00ff', '{"a":1}', 'x,"y"'), (2, 0.1, 2, null, null, '')`,
    )
    for (
      const [from, to] of [['in.db', 'server.db'], ['server.db', 'out.db'], ['server.db', 'out.csv']] as const
    ) {
      const result = await run(from, to, { from: table, to: to === 'out.csv' ? to : table, mode: 'replace' })
      assert.equal(result?.status, 'succeeded', `${from} ${to} ${result?.code}`)
    }
    const wanted = `select id, r, printf('%.2f', d), hex(b), j, s from ${table} order by 1`
    assert.deepEqual(folder.rows('server.db', wanted), folder.rows('in.db', wanted))
    assert.deepEqual(folder.rows('out.db', wanted), folder.rows('in.db', wanted))
    const csv = readFileSync(join(folder.path, 'out.csv'), 'utf8')
    assert.equal(csv, 'id,r,d,b,j,s\n1,Infinity,1.50,\\x00ff,"{""a"":1}","x,""y"""\n2,0.1,2.00,,,""\n')
  })
})
