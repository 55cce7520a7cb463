import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Destination, Range, Slice, Source, Stream } from '../connector.ts'
import { config } from './config.ts'
import { PostgresDestination } from './destination.ts'
import { contextOf } from '../load_fixture.ts'
import { type Database, loadOf, loadText, noServer, openDatabase, refused } from './loading_fixture.ts'
import { byPages } from './slices.ts'
import { PostgresSource } from './source.ts'

const signal = new AbortController().signal
let database: Database

before(async () => {
  if (!noServer) database = await openDatabase('source')
})
after(async () => {
  await database?.[Symbol.asyncDispose]()
})

const sourceOf = (more: object = {}, url = database.url): Source =>
  new PostgresSource(config.parse({ url, ...more }), contextOf())

async function textOf(source: Source, slice: Slice): Promise<string> {
  const { bytes, proof } = await source.open(slice, 'csv', signal)
  const text = await new Response(bytes).text()
  assert.equal(await proof, text.split('\n').length - 1)
  return text
}

async function linesOf(source: Source, stream: Stream): Promise<string[]> {
  const lines: string[] = []
  for (const slice of await source.slices(stream, signal)) {
    lines.push(...(await textOf(source, slice)).split('\n').slice(0, -1))
  }
  return lines
}

const range = (column: string, more: Partial<Range>): Range => ({
  column,
  after: null,
  upTo: null,
  nulls: false,
  ...more,
})

describe('a cursor', { skip: noServer }, () => {
  test('ends at the newest value with all its digits, in UTC, whatever the server has set', async () => {
    const name = new URL(database.url).pathname.slice(1)
    await database.run(`alter database ${name} set timezone = 'Asia/Kolkata';
      alter database ${name} set datestyle = 'SQL, DMY';
      create table moments (id bigint, at timestamptz, n numeric, t text, j json, b float8);
      insert into moments values (1, '2026-03-29 01:30:00.123456+00', 9.10, 'b', null, 'NaN'),
        (2, '2026-03-29 01:30:00.123455+00', 10.010, 'a', null, 1), (3, null, null, null, null, null)`)
    await using source = sourceOf()
    const stream = await source.stream('moments', signal)
    const newest = (column: string) => source.newest?.(stream, column, signal)
    assert.equal(await newest('at'), '2026-03-29 01:30:00.123456+00')
    assert.equal(await newest('n'), '10.010')
    assert.equal(await newest('t'), 'b')
    await refused('cursor_refused', () => newest('j') as Promise<unknown>)
    await database.run(`alter database ${name} reset timezone; alter database ${name} reset datestyle`)
  })

  test('is that of the rows that the condition leaves, in the snapshot of the read; null without any', async () => {
    await database.run(`create table seen (id bigint, kind text);
      insert into seen values (1, 'a'), (2, 'a'), (9, 'b')`)
    await using source = sourceOf()
    const stream = await source.stream('seen', signal)
    const only = (value: string) =>
      source.where?.(stream, {
        pieces: ['kind = ', { parameter: 'kind' }],
        values: { kind: { type: 'text', value } },
      }) as Stream
    assert.equal(await source.newest?.(only('a'), 'id', signal), '2')
    assert.equal(await source.newest?.(only(`x' or true --`), 'id', signal), null)
    await database.run(`insert into seen values (10, 'a')`)
    assert.equal(await source.newest?.(only('a'), 'id', signal), '2')
    const part = { ...only('a'), range: range('id', { after: { value: '1', inclusive: false }, upTo: '99' }) }
    assert.deepEqual(await linesOf(source, part), ['2,a'])
  })

  test('bounds what is read, both ends exactly, NULLs only where they are asked for', async () => {
    await database.run(`create table ranged (id integer, at timestamp(3));
      insert into ranged select g, '2026-01-01'::timestamp + g * interval '1 ms' from generate_series(1, 5) g;
      insert into ranged values (0, null)`)
    await using source = sourceOf()
    const stream = await source.stream('ranged', signal)
    const ids = async (asked: Range) =>
      (await linesOf(source, { ...stream, range: asked })).map((line) => line.split(',')[0]).sort().join()
    const value = (ms: number) => `2026-01-01 00:00:00.00${ms}`
    assert.equal(
      await ids(range('at', { after: { value: value(2), inclusive: false }, upTo: value(4) })),
      '3,4',
    )
    assert.equal(
      await ids(range('at', { after: { value: value(2), inclusive: true }, upTo: value(4) })),
      '2,3,4',
    )
    assert.equal(await ids(range('at', { upTo: value(1), nulls: true })), '0,1')
    assert.equal(await ids(range('at', { nulls: true })), '0')
    // A bound between two values that the type can hold is not rounded to one of them.
    assert.equal(
      await ids(range('at', { after: { value: `${value(2)}5`, inclusive: false }, upTo: value(9) })),
      '3,4,5',
    )
    assert.equal(await ids(range('id', { after: { value: '4', inclusive: false }, upTo: '5' })), '5')
  })
})

describe('slices', { skip: noServer }, () => {
  test('of a long range are closed ranges that a later read finds again, row for row', async () => {
    await database.run(
      `create table long_one as select g as id, md5(g::text) as v from generate_series(1, 1200000) g;
      insert into long_one values (null, 'no value'); analyze long_one`,
    )
    const asked = range('id', { after: { value: '100', inclusive: false }, upTo: '1150000', nulls: true })
    const read = async () => {
      await using source = sourceOf()
      const stream = { ...(await source.stream('long_one', signal)), range: asked }
      const slices = await source.slices(stream, signal)
      const rows = new Map<string, number>()
      for (const slice of slices) {
        const { bytes, proof } = await source.open(slice, 'csv', signal)
        await bytes.pipeTo(new WritableStream())
        rows.set(slice.id, await proof ?? -1)
      }
      return { slices, rows }
    }
    const first = await read()
    assert.ok(first.slices.length > 2)
    assert.deepEqual(first.slices.map(({ fixed }) => fixed), first.slices.map(({ id }) => id !== 'null'))
    assert.equal([...first.rows.values()].reduce((sum, rows) => sum + rows, 0), 1150000 - 100 + 1)
    await database.run(`insert into long_one select g from generate_series(1200001, 1200100) g`)
    assert.deepEqual((await read()).rows, first.rows)
  })

  test('of a small one, and of a table that fits one lane, are one', async () => {
    await using source = sourceOf({ lanes: 4 })
    const stream = await source.stream('ranged', signal)
    assert.deepEqual((await source.slices(stream, signal)).map(({ id }) => id), ['0'])
    const part = { ...stream, range: range('id', { upTo: '3' }) }
    assert.equal((await source.slices(part, signal)).length, 1)
  })

  test('by pages leave no page out and take none twice', () => {
    const stream = { name: 's', columns: [], key: [], estimatedRows: null, estimatedBytes: null }
    for (const megabytes of [1, 130, 700, 100_000]) {
      const parts = byPages(stream, megabytes * 2 ** 20, 3).map(({ part }) =>
        part as { from: number; to: number | null } | undefined
      )
      if (parts.length === 1) continue
      assert.equal(parts[0]?.from, 0)
      assert.equal(parts.at(-1)?.to, null)
      for (const [at, part] of parts.slice(1).entries()) assert.equal(part?.from, parts[at]?.to)
    }
  })

  test('in several lanes are read at once, and show one moment', async () => {
    await database.run(`create table wide_one (id integer, v text);
      alter table wide_one alter v set storage plain;
      insert into wide_one select g, repeat('x', 3900) from generate_series(1, 36000) g; analyze wide_one`)
    await using source = sourceOf({ lanes: 2 })
    const stream = await source.stream('wide_one', signal)
    const slices = await source.slices(stream, signal)
    // Older servers read all of a table to find a part of its pages.
    const parts = Number(await database.value('show server_version_num')) >= 140_000
    assert.equal(slices.length > 1, parts)
    await database.run(`delete from wide_one where id % 2 = 0`)
    const first = slices.slice(0, 2)
    const open = await Promise.all(first.map((slice) => source.open(slice, 'csv', signal)))
    const sessions = `select count(*) from pg_stat_activity
      where datname = current_database() and application_name like 'sallyport %'`
    assert.equal(await database.value(sessions), parts ? '2' : '1')
    let rows = 0
    for (const { bytes, proof } of open) {
      await bytes.pipeTo(new WritableStream())
      rows += await proof ?? 0
    }
    for (const slice of slices.slice(2)) {
      const { bytes, proof } = await source.open(slice, 'csv', signal)
      await bytes.pipeTo(new WritableStream())
      rows += await proof ?? 0
    }
    assert.equal(rows, 36000)
  })
})

describe('names', { skip: noServer }, () => {
  test('of all that can be read, spelled as a pipeline writes them, with their parts', async () => {
    await database.run(`create schema "odd.one"; create table "odd.one"."a ""b""" (id integer)`)
    await using source = sourceOf()
    const names = await source.names?.(signal) ?? []
    const odd = names.find(({ parts }) => parts.schema === 'odd.one')
    assert.deepEqual(odd, { name: '"odd.one"."a ""b"""', parts: { schema: 'odd.one', table: 'a "b"' } })
    assert.deepEqual((await source.stream(odd?.name ?? '', signal)).parts, odd?.parts)
    await loadText(database.url, loadOf({ target: 'has_ledger' }), '1,a,\n')
    assert.ok(!names.some(({ parts }) => parts.schema === 'sallyport'))
  })
})

describe('a probe', { skip: noServer }, () => {
  test('asks over a connection of its own, and fails where nobody answers', async () => {
    await using source = sourceOf()
    await source.stream('ranged', signal)
    await source.probe?.(signal)
    const nobody = new URL(database.url)
    nobody.port = '1'
    await using gone = sourceOf({}, nobody.href)
    await refused('connection_refused', () => gone.probe?.(signal) as Promise<void>)
    await assert.rejects(
      source.probe?.(AbortSignal.abort(new Error('too late'))) as Promise<void>,
      /too late/,
    )
  })
})

describe('what a role lacks', { skip: noServer }, () => {
  const role = `lacking_${process.pid}`
  const urlOf = () => {
    const url = new URL(database.url)
    url.username = role
    url.password = 'secret'
    return url.href
  }
  before(async () => {
    if (noServer) return
    const name = new URL(database.url).pathname.slice(1)
    await database.run(
      `create role ${role} login password 'secret' noinherit; revoke temporary on database ${name} from public;
      create schema closed; create table closed.kept (id integer);
      create table closed.guarded (id integer); alter table closed.guarded enable row level security;
      create table closed.target (id serial, v text)`,
    )
  })
  after(async () => {
    if (noServer) return
    await database.run(`drop owned by ${role}; drop role ${role}`)
  })

  test('to read is found by name, and the statement given mends it', async () => {
    const findings = async () => {
      await using source = sourceOf({}, urlOf())
      return await source.examine?.(['closed.kept', 'closed.guarded', 'closed.none'], signal) ?? []
    }
    const missing = await findings()
    assert.deepEqual(missing.map(({ what, code }) => `${code} ${what}`), [
      'permission_denied usage of schema closed',
      'permission_denied select on closed.kept',
      'permission_denied select on closed.guarded',
      'stream_missing select on closed.none',
    ])
    for (const { remedy } of missing) if (remedy !== null) await database.run(remedy)
    const left = await findings()
    assert.deepEqual(left.map(({ remedy }) => remedy), [`alter role "${role}" bypassrls`, null])
    await database.run(left[0]?.remedy ?? '')
    assert.deepEqual((await findings()).map(({ code }) => code), ['stream_missing'])
  })

  test('to load is found by name, and the statement given mends it', async () => {
    await database.run('drop schema if exists sallyport cascade')
    const names = ['closed.target', 'closed.fresh', 'unmade.one']
    const findings = async () => {
      await using destination: Destination = new PostgresDestination(
        config.parse({ url: urlOf() }),
        contextOf(),
      )
      return await destination.examine?.(names, signal) ?? []
    }
    const missing = await findings()
    assert.ok(missing.some(({ remedy }) => remedy === `create schema "sallyport" authorization "${role}"`))
    assert.ok(missing.some(({ remedy }) => remedy === `grant create on schema "closed" to "${role}"`))
    assert.ok(missing.some(({ remedy }) => remedy === `create schema "unmade" authorization "${role}"`))
    for (const { remedy } of missing) await database.run(remedy ?? '')
    assert.deepEqual((await findings()).map(({ remedy }) => remedy), [])
    await database.run(`alter role ${role} set default_transaction_read_only = on`)
    const refusal = await loadText(urlOf(), loadOf({ target: 'closed.fresh' }), '').catch((error) => error)
    assert.deepEqual([refusal.code, /takes no writing/.test(refusal.message)], ['permission_denied', true])
    const closed = await findings()
    assert.deepEqual(closed.map(({ what }) => what), ['transactions that write'])
    await database.run(closed[0]?.remedy ?? '')
    assert.deepEqual(await findings(), [])
    for (const target of names) {
      const columns = [{ ...loadOf({ target }).columns[1], name: 'v' }] as ReturnType<
        typeof loadOf
      >['columns']
      await loadText(urlOf(), loadOf({ target, mode: 'append', columns, key: [] }), 'a\n')
    }
  })
})
