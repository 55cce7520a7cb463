/** What a server does to those who rely on it: answers that do not come, streams that are given up, other loads. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Fault } from '../../../shared/faults.ts'
import { parseConfig } from '../connectors.ts'
import type { Destination, Load, Source } from '../connector.ts'
import { localGuard } from '../guard.ts'
import { columnOf } from '../load_fixture.ts'
import {
  bytesOf,
  contextOf,
  loaded,
  loadOf,
  newFolder,
  readAll,
  signal,
  sliceOf,
} from '../sqlite/world_fixture.ts'
import type { LibsqlConfig } from './config.ts'
import { LibsqlDestination } from './destination.ts'
import { serveHrana } from './server_fixture.ts'
import { LibsqlSource } from './source.ts'

const folder = newFolder()
const server = serveHrana(join(folder.path, 'faults.db'), { token: 'secret', idleMs: 2000 })
after(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const configOf = (given: object = {}) =>
  parseConfig('libsql', { url: server.url, token: 'secret', ...given }) as LibsqlConfig
const destination = (): Destination => new LibsqlDestination(configOf(), contextOf(folder.path))
const source = (): Source => new LibsqlSource(configOf(), contextOf(folder.path))
const rows = (sql: string) => folder.rows('faults.db', sql)
const many = Array.from({ length: 12_000 }, (_, at) => `${at},v${at},\n`).join('')

let targets = 0
const newTarget = () => `t${targets++}`
const append = (given: Partial<Load> = {}) => loadOf({ target: newTarget(), mode: 'append', ...given })

describe('a load whose answers are lost', () => {
  const moments = [
    ['of the lease', 'sallyport_leases values'],
    ['of what it sets out to do', 'create table \\"sallyport_stage'],
    ['of rows', 'insert into sallyport_batches'],
    ['of a slice', 'insert into sallyport_slices'],
    ['of the commit', 'insert into sallyport_loads'],
  ] as const
  for (const mode of ['append', 'replace', 'merge', 'history', 'mirror'] as const) {
    for (const [moment, only] of moments) {
      test(`${mode}, ${moment}: counts once`, async () => {
        const load = append({ mode, key: ['id'] })
        Object.assign(server.faults, { dropAnswers: 1, only })
        const go = async (fence: number) => await loaded(destination(), { ...load, fence }, { csv: many })
        // The lease is the one thing that a run does not go on without knowing of: the next attempt has it.
        const { committed } = moment === 'of the lease' ? await go(1).catch(() => go(2)) : await go(1)
        assert.equal(server.faults.dropAnswers, 0)
        assert.equal(committed.rows, 12_000)
        assert.deepEqual(rows(`select count(*), count(distinct id) from ${load.target}`), [[
          12_000n,
          12_000n,
        ]])
        assert.deepEqual(rows(`select count(*) from sqlite_schema where name like 'sallyport_stage%'`), [[
          0n,
        ]])
        assert.deepEqual(rows('select count(*) from sallyport_batches'), [[0n]])
      })
    }
  }

  test('goes on after answers that say to come again', async () => {
    const load = append()
    await using into = destination()
    await using loading = await into.begin(load, signal)
    server.faults.refuse = 2
    await loading.prepare({ upTo: null, slices: ['0'], resumable: false }, signal)
    await loading.write(sliceOf(), 'csv', bytesOf('1,a,\n'))
    await loading.commit({ runId: load.runId, rows: 1, cursor: null }, null)
    assert.deepEqual(rows(`select id from ${load.target}`), [[1n]])
  })
})

describe('a slice that breaks off', () => {
  test('leaves nothing of its rows to the attempt that follows', async () => {
    const load = append()
    const intent = { upTo: '9', slices: ['a', 'b'], resumable: true }
    {
      await using into = destination()
      await using loading = await into.begin(load, signal)
      await loading.prepare(intent, signal)
      await loading.write(sliceOf('a'), 'csv', bytesOf('1,a,\n'))
      await assert.rejects(loading.write(sliceOf('b'), 'csv', bytesOf(`${many}bad,x,\n`, 65_536)), {
        code: 'value_refused',
      })
      assert.ok(Number(rows(`select count(*) from sallyport_batches where slice = 'b'`)[0]?.[0]) > 0)
    }
    await using into = destination()
    await using loading = await into.begin({ ...load, fence: 2 }, signal)
    await loading.prepare(intent, signal)
    assert.deepEqual([...loading.done.keys()], ['a'])
    await loading.write(sliceOf('b'), 'csv', bytesOf('2,b,\n'))
    await loading.commit({ runId: load.runId, rows: 2, cursor: null }, null)
    assert.deepEqual(rows(`select id from ${load.target} order by 1`), [[1n], [2n]])
  })
})

describe('a lease on a server', () => {
  test('that has run out passes on, and whoever had it writes no more', async () => {
    const load = append()
    await using into = destination()
    const loading = await into.begin(load, signal)
    await loading.prepare({ upTo: null, slices: ['0'], resumable: false }, signal)
    folder.run('faults.db', `update sallyport_leases set until = 0 where target = '${load.target}'`)
    await loaded(destination(), append({ target: load.target }), { csv: '7,g,\n' })
    await assert.rejects(loading.write(sliceOf(), 'csv', bytesOf('1,a,\n')), { code: 'run_superseded' })
    await assert.rejects(loading.commit({ runId: load.runId, rows: 0, cursor: null }, null), {
      code: 'run_superseded',
    })
    await loading[Symbol.asyncDispose]()
    assert.deepEqual(rows(`select id from ${load.target}`), [[7n]])
  })
})

describe('a read from a server', () => {
  const seed = (name: string) =>
    folder.run(
      'faults.db',
      'pragma journal_mode = wal',
      `create table ${name} (id integer primary key, v text, r real, b blob)`,
      `insert into ${name} with recursive r(x) as (select 1 union all select x + 1 from r limit 5000)
       select x, 'v' || x, case x when 1 then 9e999 when 2 then -9e999 else x / 4.0 end, x'00ff' from r`,
    )

  test('is one snapshot over many pages, with values exact and infinities too', async () => {
    seed('pages')
    await using from = source()
    const stream = await from.stream('pages', signal)
    folder.run('faults.db', `insert into pages values (6000, 'late', 0, null)`)
    const lines = (await readAll(from, stream)).trimEnd().split('\n')
    assert.equal(lines.length, 5000)
    assert.deepEqual(lines.slice(0, 3), [
      '1,v1,Infinity,\\x00ff',
      '2,v2,-Infinity,\\x00ff',
      '3,v3,0.75,\\x00ff',
    ])
    assert.equal(await from.newest?.(stream, 'id', signal), '5000')
  })

  test('of a table without rowids, and of a view, is whole', async () => {
    folder.run(
      'faults.db',
      'create table keyed (a text, b integer, v text, primary key (b, a)) without rowid',
      `insert into keyed with recursive r(x) as (select 1 union all select x + 1 from r limit 3000)
       select 'a' || (x % 7), x / 7, 'v' || x from r`,
      'create view seen as select v, b from keyed',
    )
    await using from = source()
    for (const name of ['keyed', 'seen']) {
      const text = await readAll(from, await from.stream(name, signal))
      assert.equal(new Set(text.trimEnd().split('\n')).size, 3000)
      assert.equal(text.trimEnd().split('\n').length, 3000)
    }
  })

  test('fails where the server gives its snapshot up, and never goes on under another one', async () => {
    seed('expired')
    await using from = source()
    const stream = await from.stream('expired', signal)
    server.faults.expireStreams = 1
    await assert.rejects(readAll(from, stream), { code: 'connection_lost' })
    await assert.rejects(readAll(from, stream), { code: 'connection_lost' })
  })

  test('refuses a value that is not of its type', async () => {
    folder.run('faults.db', 'create table odd (n integer)', `insert into odd values (1), ('x')`)
    await using from = source()
    await assert.rejects(readAll(from, await from.stream('odd', signal)), { code: 'value_refused', row: 2 })
  })
})

describe('the way to a server', () => {
  test('is by the token in its header alone, and by no other address than those that were looked at', async () => {
    const bodies: string[] = []
    server.onRequest = (body) => bodies.push(body)
    const judged: string[][] = []
    const guard = {
      ...localGuard,
      address: (host: string, addresses: readonly string[]) => void judged.push([host, ...addresses]),
    }
    await using from: Source = new LibsqlSource(configOf(), contextOf(folder.path, { guard }))
    await from.check(signal)
    server.onRequest = null
    assert.deepEqual(judged[0], ['127.0.0.1', '127.0.0.1'])
    assert.ok(bodies.length > 0 && bodies.every((body) => !body.includes('secret')))
  })

  test('is refused by code: other tokens, redirects, addresses, hosts without TLS', async () => {
    const checkOf = async (config: LibsqlConfig, guard = localGuard) => {
      await using from: Source = new LibsqlSource(config, contextOf(folder.path, { guard }))
      await from.check(signal)
    }
    await assert.rejects(checkOf(configOf({ token: 'other' })), { code: 'login_failed' })
    server.faults.redirect = 1
    await assert.rejects(checkOf(configOf()), { code: 'redirect_refused' })
    const address = () => {
      throw new Fault('address_refused')
    }
    await assert.rejects(checkOf(configOf(), { ...localGuard, address }), { code: 'address_refused' })
    await assert.rejects(checkOf(configOf({ url: 'http://db.example.com' })), { code: 'plain_refused' })
    await assert.rejects(checkOf(configOf(), { ...localGuard, plain: () => false }), {
      code: 'plain_refused',
    })
    await assert.rejects(checkOf(configOf({ url: 'http://127.0.0.1:1' })), { code: 'connection_refused' })
    for (const url of ['libsql://u:p@h', 'libsql://h?authToken=x', 'libsql://h/db', 'ftp://h', 'h']) {
      assert.throws(() => configOf({ url }), { code: 'connection_invalid' }, url)
    }
    assert.equal(configOf({ url: 'libsql://app-org.turso.io' }).port, 443)
  })
})

test('a history goes on behind its last moment where a clock has gone back', async () => {
  const target = newTarget()
  const history = (at: string, csv: string) =>
    loaded(destination(), loadOf({ target, mode: 'history', at }), { csv })
  await history('2026-02-01T00:00:00.000000Z', '1,a,\n')
  await history('2026-01-01T00:00:00.000000Z', '1,b,\n')
  const [first, second] = ['00.000000', '00.000001'].map((one) => `2026-02-01 00:00:${one}+00`)
  assert.deepEqual(rows(`select v, _valid_from, _valid_to from ${target} order by 2`), [
    ['a', first, second],
    ['b', second, null],
  ])
})

test('rows that came late to what is staged are found before the commit', async () => {
  for (const mode of ['append', 'merge'] as const) {
    const load = append({ mode, key: ['id'] })
    await using into = destination()
    await using loading = await into.begin(load, signal)
    await loading.prepare({ upTo: null, slices: ['0'], resumable: false }, signal)
    await loading.write(sliceOf(), 'csv', bytesOf('1,a,\n'))
    const stage = `sallyport_stage_${load.runId.replaceAll('-', '')}_0`
    folder.run('faults.db', `insert into ${stage} (id, v) values (2, 'late')`)
    await assert.rejects(loading.commit({ runId: load.runId, rows: 1, cursor: null }, null), {
      code: 'rows_lost',
    })
  }
})

test('keys that a collation takes for equal do not take the place of each other', async () => {
  const into = destination
  const run = (...sql: string[]) => folder.run('faults.db', ...sql)
  const values = rows
  run(
    'create table folds (id TEXT collate nocase primary key, v TEXT)',
    `insert into folds values ('a', 'old')`,
  )
  const columns = ['id text not null', 'v text'].map((one) => columnOf(one))
  for (const mode of ['merge', 'mirror'] as const) {
    const merge = (csv: string) => loaded(into(), loadOf({ target: 'folds', mode, columns }), { csv })
    await assert.rejects(merge('a,one\nA,two\n'), { code: 'keys_doubled' })
    assert.deepEqual(values('select * from folds'), [['a', mode === 'merge' ? 'old' : 'new']])
    await merge('A,new\n')
    assert.deepEqual(values('select v from folds'), [['new']])
  }
})
