import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { moveRun, type RunResult, type StreamSpec } from '../../runs/move.ts'
import type { Fault } from '../../../shared/faults.ts'
import type { Type } from '../../engine/types.ts'
import { localGuard } from '../guard.ts'
import { codeOf, column, loadOf, loads, rowsOf, signal } from './loading_fixture.ts'
import { contextOf } from '../load_fixture.ts'
import { configOf, type Mariadb, noMariadb, startMariadb } from './server_fixture.ts'
import { MysqlSource } from './source.ts'

let db: Mariadb
let folder: string
before(async () => {
  if (noMariadb) return
  folder = mkdtempSync(join(tmpdir(), 'sallyport-traps-'))
  // Everything that changes how values are spelled or taken, set to something else than our own.
  db = await startMariadb({
    settings: [
      '--sql-mode=ALLOW_INVALID_DATES',
      '--default-time-zone=-05:00',
      '--max-allowed-packet=64M',
      '--character-set-server=latin1',
      '--collation-server=latin1_swedish_ci',
    ],
  })
  await db.run('create database a', 'create database b')
})
after(async () => {
  await db?.[Symbol.asyncDispose]()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** Moves one stream from database a to database b, as a run does. */
async function moves(stream: StreamSpec): Promise<RunResult & { faults: Fault[] }> {
  const faults: Fault[] = []
  const result = await moveRun({
    runId: crypto.randomUUID(),
    fence: 1,
    attempt: 1,
    limits: {},
    signal,
    guard: localGuard,
    source: { type: 'mysql', config: { url: db.url('a') } },
    destination: { type: 'mysql', config: { url: db.url('b') } },
    streams: [stream],
    folder: mkdtempSync(join(folder, 'run-')),
    base: folder,
    onFault: (_, fault) => faults.push(fault as Fault),
  })
  return { ...result, faults }
}

/** What a source gives of a table. */
async function given(table: string, format: 'csv' | 'quoted-csv' = 'csv'): Promise<string> {
  await using source = new MysqlSource(configOf(db.url('a')), contextOf())
  const [slice] = await source.slices(await source.stream(table))
  assert.ok(slice)
  const { bytes, proof } = await source.open(slice, format, signal)
  const read = await new Response(bytes).text()
  await proof
  return read
}

const types = `
  id int primary key, tiny tinyint(1), u1 tinyint unsigned, u8 bigint unsigned, i8 bigint, dec65 decimal(65,30),
  f float, d double, dd double(10,2), day date, dt datetime, dt6 datetime(6), ts timestamp(6) null, tm time(6), y year,
  b1 bit(1), b10 bit(10), e enum('a,b','it''s',''), s set('x','y;','z'), c char(5), vc varchar(50), tx text,
  l1 varchar(20) character set latin1, bin binary(4), vb varbinary(20), bl longblob, j json, u uuid,
  computed int as (id * 2) stored, hidden varchar(5) invisible`

const names =
  `id, tiny, u1, u8, i8, dec65, f, d, dd, day, dt, dt6, ts, tm, y, b1, b10, e, s, c, vc, tx, l1, bin, vb, bl,
  j, u, hidden`

const rows = [
  `(1, 2, 255, 18446744073709551615, -9223372036854775808, 12345678901234567890123456789012345.123456789012345678901234567890,
    0.1, 0.1, 1.25, '9999-12-31', '1000-01-01 00:00:00', '2024-02-29 23:59:59.123456', '2038-01-19 03:14:07.999999',
    '-838:59:59.000000', 2155, b'1', b'1000000001', 'a,b', 'x,z', 'ab', 'a,"b"\nc', 'ü😀', convert(x'e4f6fc80' using latin1), x'00ff0000',
    x'00ff', repeat(x'00', 300), '{"a": 1.10, "a": 12345678901234567890123}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'h')`,
  `(2, 0, 0, 0, 0, 0, '-0', '-0', 0, '0000-00-00', '0000-00-00 00:00:00', '2024-01-01 00:00:00', '1970-01-01 00:00:01',
    '838:59:59', 0, b'0', b'0', '', '', '', '', '', '', '', '', '', '""', '00000000-0000-0000-0000-000000000000', '')`,
  `(3, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
    null, null, null, null, null, null, null, null)`,
  `(4, -128, 1, 1, 1, 0.000000000000000000000000000001, 3.4028234e38, 5e-324, -1.5, '2024-00-00', '2024-01-01 00:00:00.5', '0001-01-01',
    null, '00:00:00.000001', 1901, b'1', b'1', 'it''s', 'y;', ' x', ' \\\\', '\\\\.', 'plain', 'abcd', '\\\\', concat('a', char(0), 'b'), '[]', null, null)`,
]

describe('values that get lost elsewhere', { skip: noMariadb }, () => {
  test('arrive from MySQL in MySQL as they are: new table, full table, merge', async () => {
    await db.run(
      'use a',
      `set session sql_mode = '', time_zone = '+00:00'`,
    )
    await db.run(
      `create table a.everything (${types}) character set utf8mb4`,
      `set session sql_mode = 'NO_AUTO_VALUE_ON_ZERO', session time_zone = '+00:00'`,
      'set names utf8mb4',
      ...rows.map((row) => `insert into a.everything (${names}) values ${row}`),
    )
    const before = await db.run("set time_zone = '+00:00'", `select ${names} from a.everything order by id`)
    for (const mode of ['replace', 'replace', 'merge', 'mirror', 'append'] as const) {
      if (mode === 'append') {
        await db.run(
          'create table b.copy like b.everything',
          'drop table b.everything',
          'rename table b.copy to b.everything',
        )
      }
      const result = await moves({ from: 'everything', to: 'everything', mode })
      assert.deepEqual(result.faults.map(String), [], mode)
      const after = await db.run("set time_zone = '+00:00'", `select ${names} from b.everything order by id`)
      assert.deepEqual(after, before, mode)
      const floats = `select hex(cast(f as char)), f*1e0, d from`
      assert.deepEqual(
        await db.run(`${floats} b.everything order by id`),
        await db.run(`${floats} a.everything order by id`),
      )
    }
    const columns = (database: string) =>
      db.run(
        `select column_name, column_type, is_nullable from information_schema.columns
         where table_schema = '${database}' and table_name = 'everything' and column_name <> 'computed' order by 1`,
      )
    assert.deepEqual(await columns('b'), await columns('a'))
  })

  test('are spelled canonically', async () => {
    const [first, second, third] = (await given('everything')).replace('"a,""b""\nc"', 'text').split('\n')
    assert.equal(
      first,
      '1,2,255,18446744073709551615,-9223372036854775808,12345678901234567890123456789012345.123456789012345678901234567890,' +
        '0.1,0.1,1.25,9999-12-31,1000-01-01 00:00:00,2024-02-29 23:59:59.123456,2038-01-19 03:14:07.999999+00,-838:59:59.000000,' +
        `2155,1,1000000001,"a,b","x,z",ab,text,ü😀,äöü€,\\x00ff0000,\\x00ff,\\x${'00'.repeat(300)},` +
        '"{""a"": 1.10, ""a"": 12345678901234567890123}",a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,2,h',
    )
    assert.equal(
      second,
      '2,0,0,0,0,0.000000000000000000000000000000,0,0,0,0000-00-00,0000-00-00 00:00:00,2024-01-01 00:00:00,' +
        '1970-01-01 00:00:01+00,838:59:59.000000,0,0,0000000000,"","","","","","",\\x00000000,\\x,\\x,"""""",' +
        '00000000-0000-0000-0000-000000000000,4,""',
    )
    assert.equal(third, `3${','.repeat(27)},6,`)
    assert.match(await given('everything', 'quoted-csv'), /^"1","2","255",/)
  })

  test('a double is read with all its digits', async () => {
    await db.run('create table a.doubles (id int primary key, d double, f float)')
    const numbers = Array.from({ length: 500 }, (_, at) => {
      const view = new DataView(new ArrayBuffer(8))
      view.setUint32(0, (at * 2_654_435_761) >>> 0)
      view.setUint32(4, (at * 40_503 + 77) >>> 0)
      const d = view.getFloat64(0)
      const f = view.getFloat32(0)
      return [Number.isFinite(d) ? d : at, Number.isFinite(f) ? f : at] as const
    })
    await db.run(
      `insert into a.doubles values ${
        numbers.map(([d, f], at) => `(${at}, ${d}e0, ${f}e0)`.replaceAll(/(e[+-]?\d+)e0/g, '$1')).join(', ')
      }`,
    )
    const lines = (await given('doubles')).trim().split('\n')
    for (const [at, [d]] of numbers.entries()) assert.equal(Number(lines[at]?.split(',')[1]), d)
    const result = await moves({ from: 'doubles', to: 'doubles', mode: 'replace' })
    assert.equal(result.status, 'succeeded')
    const differ = await db.run(
      'select count(*) from a.doubles x join b.doubles y using (id) where not (x.d <=> y.d and x.f*1e0 <=> y.f*1e0)',
    )
    assert.deepEqual(differ, [['0']])
  })

  test('names with quotes, dots, spaces and letters of any kind', async () => {
    const table = 'a.b "c" `d`'
    const quoted = `\`${table.replaceAll('`', '``')}\``
    await db.run(
      'set names utf8mb4',
      `create table a.${quoted} (\`sel"ect\` int primary key, \`Ünï\` text, \`a\`\`b\` int) character set utf8mb4`,
      `insert into a.${quoted} values (1, 'x', 2)`,
    )
    const name = `"${table.replaceAll('"', '""')}"`
    const result = await moves({ from: name, to: name, mode: 'merge' })
    assert.deepEqual(result.faults.map(String), [])
    assert.deepEqual(await db.run(`select * from b.${quoted}`), [['1', 'x', '2']])
    await using source = new MysqlSource(configOf(db.url('a')), contextOf())
    assert.ok((await source.names()).some((one) => one.name === `a.${name}` && one.parts.table === table))
  })

  test('rows of a view, a condition with its values, a range, and what is newest', async () => {
    await db.run(
      'create table a.events (id bigint primary key, kind varchar(10), at datetime(6), b varbinary(9))',
      `insert into a.events select seq, if(seq % 2, 'odd', 'even'), '2024-01-01' + interval seq microsecond, unhex(lpad(hex(seq), 4, '0')) from a.seq_1_to_100`
        .replace('from a.', 'from a.'),
      "create view a.evens as select * from a.events where kind = 'even'",
    )
    await using source = new MysqlSource(configOf(db.url('a')), contextOf())
    const view = await source.stream('evens')
    assert.deepEqual(view.key, [])
    const events = await source.stream('events')
    assert.deepEqual(events.key, ['id'])
    const condition = {
      pieces: ['"kind" = ', { parameter: 'kind' }, ' and id > ', { parameter: 'least' }],
      values: { kind: { type: 'text', value: 'odd' }, least: { type: 'integer', value: '10' } },
    } as const
    const some = source.where(events, condition)
    assert.equal(await source.newest(some, 'at', signal), '2024-01-01 00:00:00.000099')
    assert.equal(await source.newest(some, 'id', signal), '99')
    assert.equal(await source.newest(events, 'kind', signal), 'odd')
    assert.equal(await source.newest(events, 'b', signal), '\\x0064')
    const read = async (stream: typeof events) => {
      let all = ''
      for (const slice of await source.slices(stream)) {
        const { bytes, proof } = await source.open(slice, 'csv', signal)
        all += await new Response(bytes).text()
        await proof
      }
      return all.trim().split('\n').map((line) => line.split(',')[0])
    }
    const range = (column: string, after: string | null, upTo: string, inclusive = false) => ({
      column,
      after: after === null ? null : { value: after, inclusive },
      upTo,
      nulls: false,
    })
    assert.deepEqual(
      await read({ ...some, range: range('at', '2024-01-01 00:00:00.000095', '2024-01-01 00:00:00.000099') }),
      ['97', '99'],
    )
    assert.deepEqual(await read({ ...some, range: range('id', '95', '99', true) }), ['95', '97', '99'])
    assert.deepEqual(await read({ ...events, range: range('b', '\\x0062', '\\x0064') }), ['99', '100'])
    assert.equal((await read({ ...events, range: range('kind', 'even', 'odd') })).length, 50)
  })

  test('a slice is the rows of its part', async () => {
    await using source = new MysqlSource(configOf(db.url('a')), contextOf())
    const stream = await source.stream('events')
    const range = { column: 'id', after: null, upTo: '100', nulls: false }
    const read = async (from: string | null, to: string | null) => {
      const slice = { id: 'x', stream: { ...stream, range }, part: { column: 'id', from, to }, fixed: true }
      const { bytes, proof } = await source.open(slice, 'csv', signal)
      await new Response(bytes).arrayBuffer()
      return await proof
    }
    assert.deepEqual([await read(null, '11'), await read('11', '90'), await read('90', null)], [10, 79, 11])
    const [whole] = await source.slices({ ...stream, range })
    assert.equal(whole?.fixed, true)
    assert.equal((await source.slices({ ...stream, range: { ...range, nulls: true } }))[0]?.fixed, false)
    assert.equal((await source.slices(stream))[0]?.fixed, false)
  })

  test('values of many packets arrive whole', async () => {
    await db.run(
      'create table a.large (id int primary key, t longtext, b longblob) character set utf8mb4',
      `insert into a.large values (1, repeat('ä"b', 5000000), repeat(x'00ff', 8000000)), (2, 'x', repeat(x'5c', 40000000))`,
    )
    const moved = await moves({ from: 'large', to: 'large', mode: 'replace' })
    assert.deepEqual(moved.faults.map(String), [])
    const sums = 'select id, length(t), md5(t), length(b), md5(b) from'
    assert.deepEqual(await db.run(`${sums} b.large order by 1`), await db.run(`${sums} a.large order by 1`))
  })

  test('a condition that MySQL would read differently than it was judged is refused', async () => {
    await using source = new MysqlSource(configOf(db.url('a')), contextOf())
    const events = await source.stream('events')
    for (const text of [`id = 1 # and kind = 'x'`, '`id` = 1', `kind = E'a\\'b'`, 'id = @@port', 'id = ?']) {
      assert.throws(() => source.where(events, { pieces: [text], values: {} }), /where: /, text)
    }
    const backslash = source.where(events, { pieces: [`kind = '\\'`], values: {} })
    assert.equal(await source.newest(backslash, 'id', signal), null)
  })

  test('a cursor without an order is refused', async () => {
    await using source = new MysqlSource(configOf(db.url('a')), contextOf())
    const stream = await source.stream('everything')
    for (const name of ['f', 'e', 'j', 'tm', 'b1']) {
      assert.equal(await codeOf(() => source.newest(stream, name, signal)), 'cursor_refused', name)
    }
  })
})

interface Spelled {
  readonly type: Type
  readonly takes: readonly string[]
  readonly refuses: readonly string[]
  /** As the server shows them. */
  readonly shown?: readonly string[]
}

/** Values as PostgreSQL spells them. */
const spelled: readonly Spelled[] = [
  { type: { kind: 'boolean' }, takes: ['t', 'f'], shown: ['1', '0'], refuses: ['2'] },
  { type: { kind: 'int64' }, takes: ['9223372036854775807'], refuses: ['9223372036854775808', '1.5'] },
  { type: { kind: 'decimal', precision: null, scale: null }, takes: ['NaN', '0.10', '1e400'], refuses: [] },
  {
    type: { kind: 'decimal', precision: 5, scale: 2 },
    takes: ['123.45'],
    refuses: ['1234.5', '1.005', 'NaN'],
  },
  { type: { kind: 'float64' }, takes: ['1e-300'], refuses: ['1e999', 'Infinity', '-0'] },
  { type: { kind: 'text', length: 3 }, takes: ['äü😀', 'ab '], refuses: ['abcd', 'abc '] },
  { type: { kind: 'text', length: null }, takes: ['a\0b', '\\N', "x'y"], refuses: [] },
  {
    type: { kind: 'date' },
    takes: ['0001-01-01', '9999-12-31'],
    refuses: ['infinity', '10000-01-01', '0044-03-15 BC', '0000-00-00'],
  },
  {
    type: { kind: 'timestamptz', digits: 6 },
    takes: ['2024-01-01 00:00:00.5+00', '9999-12-31 23:59:59.999999+00'],
    shown: ['2024-01-01 00:00:00.500000', '9999-12-31 23:59:59.999999'],
    refuses: ['infinity', '0044-03-15 00:00:00+00 BC', '2024-01-01 00:00:00'],
  },
  { type: { kind: 'time', digits: 6 }, takes: ['24:00:00'], shown: ['24:00:00.000000'], refuses: ['1:00'] },
  { type: { kind: 'bytes' }, takes: ['\\x00ff', '\\x'], shown: ['\0ÿ', ''], refuses: ['abc'] },
  { type: { kind: 'json' }, takes: ['{"a": 1.10, "a": 2}'], refuses: ['{'] },
  { type: { kind: 'uuid' }, takes: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], refuses: ['a0eebc99'] },
  { type: { kind: 'other' }, takes: ['{1,NULL,"x"}', '1 day 02:03:04.000005'], refuses: [] },
]

const csvOf = (value: string) => `"${value.replaceAll('"', '""')}"`

for (const localInfile of [1, 0]) {
  describe(`values as PostgreSQL spells them, local_infile = ${localInfile}`, { skip: noMariadb }, () => {
    before(() => db.run(`set global local_infile = ${localInfile}`))
    for (const [at, { type, takes, refuses, shown }] of spelled.entries()) {
      test(`${type.kind}: exact or refused (${at})`, async () => {
        const target = `spelled_${localInfile}_${at}`
        const columns = [column('v', type), column('n', { kind: 'int32' })]
        const load = () => loadOf({ target, mode: 'replace', columns, key: [] })
        await loads(db, load(), {
          csv: [...takes.map((value, row) => `${csvOf(value)},${row}\n`), ',99\n'].join(''),
        })
        const stored = await db.run('set names utf8mb4', `select v from a.${target} order by n`)
        assert.deepEqual(stored.map(([value]) => value), [...(shown ?? takes), null])
        for (const value of refuses) {
          const csv = `,0\n${csvOf(value)},1\n`
          const code = await codeOf(() => loads(db, load(), { csv }))
          assert.ok(code === 'value_refused' || code === 'constraint_refused', `${value}: ${code}`)
        }
        assert.equal((await rowsOf(db, target)).length, takes.length + 1)
      })
    }

    test('a value that is larger than a packet is taken whole, or refused as too large', async () => {
      await db.run('set global max_allowed_packet = 1048576')
      const target = `packet_${localInfile}`
      const csv = `1,${'x'.repeat(3_000_000)}\n`
      const code = await codeOf(() => loads(db, loadOf({ target }), { csv }))
      await db.run('set global max_allowed_packet = 67108864')
      assert.equal(code, localInfile === 1 ? null : 'value_too_large')
      if (code === null) assert.deepEqual(await db.run(`select length(v) from a.${target}`), [['3000000']])
    })

    test('a row that is there twice, and one that a check keeps out, end the load', async () => {
      const target = `strict_${localInfile}`
      await db.run(
        `create table a.${target} (id int primary key auto_increment, v text check (v <> 'no')) engine = innodb`,
      )
      for (const csv of ['1,a\n1,b\n', '1,no\n']) {
        assert.equal(await codeOf(() => loads(db, loadOf({ target }), { csv })), 'constraint_refused', csv)
      }
      assert.equal(await codeOf(() => loads(db, loadOf({ target }), { csv: ',a\n' })), 'value_refused')
      await loads(db, loadOf({ target }), { csv: '0,zero\n5,five\n' })
      assert.deepEqual(await rowsOf(db, target), ['0,zero', '5,five'])
    })

    test("text that the column's characters cannot hold is refused, and so is what is no UTF-8", async () => {
      const target = `narrow_${localInfile}`
      await db.run(`create table a.${target} (id int, v varchar(20) character set latin1) engine = innodb`)
      await loads(db, loadOf({ target }), { csv: '1,ü€\n' })
      for (const value of ['😀', 'ж']) {
        assert.equal(
          await codeOf(() => loads(db, loadOf({ target }), { csv: `1,${value}\n` })),
          'value_refused',
          value,
        )
      }
      assert.deepEqual(await db.run(`select hex(v) from a.${target}`), [['FC80']])
    })
  })
}
