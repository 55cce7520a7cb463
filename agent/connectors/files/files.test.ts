import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Fault } from '../../../shared/faults.ts'
import { contents, files, noServer, openWorld, postgres, type World } from '../../engine/postgres_fixture.ts'
import { startHold } from '../../engine/hold.ts'
import type { StreamSpec } from '../../runs/move.ts'
import { planRun } from '../../runs/plan.ts'
import { localGuard } from '../guard.ts'

let world: World
let folder: string

before(async () => {
  if (noServer) return
  world = await openWorld('files')
  folder = join(world.folder, 'files')
  mkdirSync(folder)
})
after(async () => {
  await world?.[Symbol.asyncDispose]()
})

const write = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text)

function load(stream: StreamSpec, more: object = {}) {
  return world.move({ from: files(folder), to: postgres(world.targetUrl), streams: [stream], ...more })
}

async function loads(stream: StreamSpec, more: object = {}) {
  const result = await load(stream, more)
  assert.equal(
    result.status,
    'succeeded',
    result.faults.map((fault) => `${fault.message} ${fault.cause}`).join(),
  )
  return result.streams[0]
}

async function refuses(code: string, stream: StreamSpec, more: object = {}): Promise<string> {
  const result = await load(stream, more)
  assert.equal(
    result.streams[0]?.code,
    code,
    result.faults.map((fault) => `${fault.message} ${fault.cause}`).join(),
  )
  return result.faults[0]?.message ?? ''
}

const replace = (from: string, to: string, cast?: Record<string, string>): StreamSpec => ({
  from,
  to,
  mode: 'replace',
  ...(cast ? { cast } : {}),
})

const rowsOf = async (table: string) => {
  const rows = await world.target.unsafe(`select row_to_json(t)::text as row from ${table} t order by ctid`)
  return (rows as { row: string }[]).map(({ row }) => Object.values(JSON.parse(row) as object))
}

describe('a CSV file', { skip: noServer }, () => {
  test('is text: nothing is inferred, empty is NULL, "" is the empty string', async () => {
    write('plain.csv', 'id,code,note\n007,1e5,\n,"",true\n"a ""b"", c","line\nfeed"," x "\n')
    const result = await loads(replace('plain.csv', 'plain'))
    assert.equal(result?.rows, 3)
    assert.deepEqual(await rowsOf('plain'), [
      ['007', '1e5', null],
      [null, '', 'true'],
      ['a "b", c', 'line\nfeed', ' x '],
    ])
  })

  const spellings: Readonly<Record<string, Uint8Array | string>> = {
    'with a byte order mark': '\ufeffa,b\n1,x\n2,y\n',
    'with CRLF': 'a,b\r\n1,x\r\n2,y\r\n',
    'without a last line feed': 'a,b\n1,x\n2,y',
    'with CRLF and without a last one': 'a,b\r\n1,x\r\n2,y',
    'with quoted headers': '"a","b"\n"1","x"\n"2","y"\n',
    'with a byte order mark before a quote': '\ufeff"a",b\n1,x\n2,y\n',
  }
  for (const [at, [what, text]] of Object.entries(spellings).entries()) {
    test(`${what} holds the same rows`, async () => {
      write(`spelled${at}.csv`, text)
      await loads(replace(`spelled${at}.csv`, `spelled${at}`))
      assert.deepEqual(await contents(world.target, `spelled${at}`), ['(1,x)', '(2,y)'])
    })
  }

  test('keeps CRLF inside of quotes', async () => {
    write('crlf.csv', 'a,b\r\n"x\r\ny",1\r\n')
    await loads(replace('crlf.csv', 'crlf'))
    assert.deepEqual(await rowsOf('crlf'), [['x\r\ny', '1']])
  })

  const broken: readonly [what: string, text: string, code: string, message: RegExp][] = [
    ['a row with fewer fields', 'a,b\n1,x\n2\n', 'row_refused', /Row 2: 1 fields where there are 2/],
    ['a row with more fields', 'a,b\n1,x\n"2\n3",y,z\n', 'row_refused', /Row 2: 3 fields/],
    ['a quote inside a value', 'a,b\n1,x\n2,y"z"\n', 'row_refused', /Row 2: a quote inside/],
    ['text after a closing quote', 'a,b\n"1"x,y\n', 'row_refused', /Row 1: text after/],
    ['a quote that never closes', 'a,b\n1,x\n2,"y\n', 'row_refused', /Row 2: a quote that never closes/],
    ['an empty line among rows of two', 'a,b\n1,x\n\n2,y\n', 'row_refused', /Row 2: 1 fields/],
    ['two columns of one name', 'a,a\n1,2\n', 'name_refused', /"a" twice/],
    ['a column without a name', 'a,\n1,2\n', 'name_refused', /Column 2/],
    ['no header line', '', 'file_invalid', /empty/],
  ]
  for (const [at, [what, text, code, message]] of broken.entries()) {
    test(`with ${what} is refused, by row`, async () => {
      write(`broken${at}.csv`, text)
      assert.match(await refuses(code, replace(`broken${at}.csv`, `broken${at}`)), message)
      assert.equal((await world.target.unsafe(`select to_regclass('broken${at}') as t`))[0].t, null)
    })
  }

  test('that is not UTF-8 is refused', async () => {
    write('latin1.csv', new Uint8Array([97, 10, 0xe9, 10]))
    await refuses('value_refused', replace('latin1.csv', 'latin1'))
    write('nul.csv', new Uint8Array([97, 10, 0x62, 0, 0x63, 10]))
    await refuses('value_refused', replace('nul.csv', 'nul'))
  })

  test('takes the types of its target, and those of cast in a new one', async () => {
    write('typed.csv', 'id,amount,day,at\n1,1.50,2020-01-31,2020-01-31 10:00:00+02\n2,,,\n')
    await loads(
      replace('typed.csv', 'typed', {
        id: 'bigint',
        amount: 'decimal(10,2)',
        day: 'date',
        at: 'timestamptz',
      }),
    )
    assert.deepEqual(await contents(world.target, 'typed'), [
      '(1,1.50,2020-01-31,"2020-01-31 08:00:00+00")',
      '(2,,,)',
    ])
    await loads({ ...replace('typed.csv', 'typed'), mode: 'append' })
    assert.equal((await contents(world.target, 'typed')).length, 4)
  })

  const values: readonly [type: string, value: string][] = [
    ['integer', '1.5'],
    ['integer', 'x'],
    ['decimal(10,2)', '1.005'],
    ['decimal(4,2)', '100.00'],
    ['date', '31/01/2020'],
    ['timestamptz', '2020-01-31 10:00'],
    ['boolean', 'maybe'],
    ['uuid', '123'],
    ['double', '0.12345678901234567890'],
    ['jsonb', '"{""a"":1,""a"":2}"'],
    ['varchar(2)', 'abc'],
  ]
  for (const [at, [type, value]] of values.entries()) {
    test(`with ${value} for ${type} is refused by column and row, on both ways`, async () => {
      write(`bad${at}.csv`, `k,v\n1,\n"2\n",${value}\n`)
      const message = await refuses('value_refused', replace(`bad${at}.csv`, `bad${at}`, { v: type }))
      assert.match(message, /column "v", row 2/)
      const stream: StreamSpec = {
        from: `bad${at}.csv`,
        to: `bad${at}.parquet`,
        mode: 'replace',
        cast: { v: type },
      }
      const result = await world.move({ from: files(folder), to: files(folder), streams: [stream] })
      assert.equal(result.streams[0]?.code, 'value_refused', result.faults[0]?.message ?? '')
      assert.match(result.faults[0]?.message ?? '', /column "v", row 2/)
      assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.part')), [])
    })
  }

  test('takes its types into Parquet, whatever way they are spelled', async () => {
    write(
      'moments.csv',
      'at,day,t,n,b\n2020-01-31T10:00:00Z,0044-03-15 BC,10:00,1.5,yes\n' +
        '2020-01-31 10:00:00.5+02,infinity,10:00:00.25,-0.10,F\n',
    )
    const cast = { at: 'timestamptz', day: 'date', t: 'time', n: 'decimal(10,2)', b: 'boolean' }
    const stream: StreamSpec = { from: 'moments.csv', to: 'moments.parquet', mode: 'replace', cast }
    const result = await world.move({ from: files(folder), to: files(folder), streams: [stream] })
    assert.equal(
      result.status,
      'succeeded',
      result.faults.map((fault) => `${fault.message} ${fault.cause}`).join(),
    )
    await loads(replace('moments.parquet', 'moments'))
    assert.deepEqual(await contents(world.target, 'moments'), [
      '("2020-01-31 08:00:00.5+00",infinity,10:00:00.25,-0.10,f)',
      '("2020-01-31 10:00:00+00","0044-03-15 BC",10:00:00,1.50,t)',
    ])
  })

  test('names the key of a bad row where the pipeline declares one', async () => {
    write('keyed.csv', 'id,amount\nA1,1\nA2,many\n')
    const message = await refuses('value_refused', {
      ...replace('keyed.csv', 'keyed', { amount: 'integer' }),
      key: ['id'],
    })
    assert.match(message, /column "amount", id = A2/)
  })

  test('in a folder is one stream with its neighbours', async () => {
    mkdirSync(join(folder, 'parts'))
    write('parts/a.csv', 'a,b\n1,x')
    write('parts/b.csv', 'a,b\n2,y\n')
    await loads(replace('parts', 'parts'))
    assert.deepEqual(await contents(world.target, 'parts'), ['(1,x)', '(2,y)'])
    write('parts/c.csv', 'c,a\nz,3\n')
    await loads(replace('parts', 'parts'))
    assert.deepEqual(await rowsOf('parts'), [['1', 'x', null], ['2', 'y', null], ['3', null, 'z']])
    write('parts/d.csv', 'a,b\n4\n')
    assert.match(await refuses('row_refused', replace('parts', 'parts')), /"parts\/d.csv": Row 1: 1 fields/)
  })

  test('that is not there, leads out, or is no table of rows is refused by name', async () => {
    await refuses('stream_missing', replace('none.csv', 'none'))
    write('outside.csv', 'a\n1\n')
    symlinkSync('/etc/passwd', join(folder, 'link.csv'))
    await refuses('path_refused', replace('../outside.csv', 'none'))
    await refuses('path_refused', replace('/etc/passwd', 'none'))
    // Not where it leads: that is for nobody who only named a link.
    assert.match(await refuses('path_refused', replace('link.csv', 'none')), /^"link\.csv" leads out of/)
    write('what.xlsx', 'x')
    await refuses('file_invalid', replace('what.xlsx', 'none'))
    write('no.parquet', 'not parquet')
    await refuses('file_invalid', replace('no.parquet', 'none'))
    const guard = {
      ...localGuard,
      path: () => {
        throw new Fault('path_refused')
      },
    }
    await refuses('path_refused', replace('outside.csv', 'none'), { guard })
  })
})

describe('a files destination', { skip: noServer }, () => {
  const save = (stream: StreamSpec, more: object = {}) =>
    world.move({ from: postgres(world.sourceUrl), to: files(folder), streams: [stream], ...more })

  test('writes CSV that reads back exactly, and a manifest beside it', async () => {
    await world.source.unsafe(`create table texts (id integer, v text);
      insert into texts values (1, null), (2, ''), (3, 'a,"b"'), (4, E'x\\ny'), (5, ' '), (6, '\\.'), (7, 'é😀')`)
      .simple()
    const out = await save({ from: 'texts', to: 'texts.csv', mode: 'replace' })
    assert.equal(out.status, 'succeeded', out.faults.join())
    assert.match(readFileSync(join(folder, 'texts.csv'), 'utf8'), /^id,v\n1,\n2,""\n/)
    await loads(replace('texts.csv', 'texts', { id: 'integer' }))
    assert.deepEqual(await contents(world.target, 'texts'), await contents(world.source, 'texts'))
    const manifest = JSON.parse(readFileSync(join(folder, '.sallyport', 'texts.csv.json'), 'utf8'))
    const [file] = manifest.files
    assert.equal(file.rows, 7)
    const digest = new Bun.CryptoHasher('sha256').update(readFileSync(join(folder, 'texts.csv'))).digest(
      'hex',
    )
    assert.equal(file.sha256, digest)
  })

  test('appends a file a run to a folder, once under one run id', async () => {
    await world.source.unsafe('create table log (id integer); insert into log values (1), (2)').simple()
    const runId = crypto.randomUUID()
    const stream: StreamSpec = { from: 'log', to: 'log.parquet', mode: 'append' }
    for (const fence of [1, 2]) assert.equal((await save(stream, { runId, fence })).status, 'succeeded')
    assert.equal((await save(stream)).status, 'succeeded')
    assert.equal(readdirSync(join(folder, 'log.parquet')).length, 2)
    await loads(replace('log.parquet', 'log'))
    assert.equal((await contents(world.target, 'log')).length, 4)
  })

  test('sweeps what a killed run left, and reads nothing that the manifest does not list', async () => {
    await world.source.unsafe('create table swept (id integer); insert into swept values (1)').simple()
    const stream: StreamSpec = { from: 'swept', to: 'swept.csv', mode: 'append' }
    assert.equal((await save(stream)).status, 'succeeded')
    const dead = crypto.randomUUID()
    write(`swept.csv/${dead}-0.csv`, 'id\n99\n')
    write(`swept.csv/.${dead}-0.csv.${dead}.part`, 'id\n9')
    await loads(replace('swept.csv', 'swept'))
    assert.deepEqual(await contents(world.target, 'swept'), ['(1)'])
    assert.equal((await save(stream)).status, 'succeeded')
    assert.deepEqual(readdirSync(join(folder, 'swept.csv')).filter((name) => name.startsWith('.')), [])
    await loads(replace('swept.csv', 'swept'))
    assert.deepEqual(await contents(world.target, 'swept'), ['(1)', '(1)'])
  })

  test('keeps the file that was there when a stream fails', async () => {
    write('kept.parquet', 'as it was')
    await world.source.unsafe(`create table late (d timestamp); insert into late select '2020-01-01'
      from generate_series(1, 10000); insert into late values ('294276-12-31 23:59:59')`).simple()
    const result = await save({ from: 'late', to: 'kept.parquet', mode: 'replace' })
    assert.equal(result.streams[0]?.code, 'value_refused')
    assert.match(result.faults[0]?.message ?? '', /column "d", row 10001/)
    assert.equal(readFileSync(join(folder, 'kept.parquet'), 'utf8'), 'as it was')
    assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.part')), [])
  })

  test('refuses a folder where a file should be, and a file where a folder should be', async () => {
    await world.source.unsafe('create table kinds (id integer)')
    mkdirSync(join(folder, 'folder.csv'))
    write('file.csv', 'a\n1\n')
    const asFile = await save({ from: 'kinds', to: 'folder.csv', mode: 'replace' })
    assert.equal(asFile.streams[0]?.code, 'target_refused')
    const asFolder = await save({ from: 'kinds', to: 'file.csv', mode: 'append' })
    assert.equal(asFolder.streams[0]?.code, 'target_refused')
    const out = await save({ from: 'kinds', to: '../out.csv', mode: 'replace' })
    assert.equal(out.streams[0]?.code, 'path_refused')
    assert.equal(out.status, 'refused')
    assert.equal(existsSync(join(world.folder, 'out.csv')), false)
  })
})

describe('a Parquet file', { skip: noServer }, () => {
  test('of another program has its own types in the plan, and its rows are counted', async () => {
    const path = join(import.meta.dir, '../../../node_modules/vega-datasets/data/flights-3m.parquet')
    const [plan] = await planRun({
      runId: crypto.randomUUID(),
      fence: 1,
      attempt: 1,
      source: files(path),
      destination: postgres(world.targetUrl),
      streams: [{ from: 'flights-3m.parquet', to: 'flights', mode: 'replace' }],
      folder,
      base: folder,
      guard: localGuard,
      limits: {},
      signal: new AbortController().signal,
    })
    assert.equal(plan?.route, 'restowed')
    assert.equal(plan.estimated_rows, 3_000_000)
    assert.match(plan.statements.join(), /create table "public"."flights" \("date"/i)
    assert.equal((await world.target.unsafe(`select to_regclass('flights') as t`))[0].t, null)
  })

  test('names column and key, or row, of a value that its target would change', async () => {
    await world.source.unsafe(`create table narrowed (id integer, v float8, note text);
      insert into narrowed values (1, 0.5, 'a'), (2, 0.125, E'b\\nc'), (3, 0.1234567891, 'd')`).simple()
    const out = await world.move({
      from: postgres(world.sourceUrl),
      to: files(folder),
      streams: [{ from: 'narrowed', to: 'narrowed.parquet', mode: 'replace' }],
    })
    assert.equal(out.status, 'succeeded', out.faults.join())
    await world.target.unsafe('create table narrowed (id integer, v numeric(10,3), note varchar(3))')
    const stream: StreamSpec = { from: 'narrowed.parquet', to: 'narrowed', mode: 'append' }
    assert.match(await refuses('value_refused', stream), /column "v", row 3/)
    assert.match(await refuses('value_refused', { ...stream, key: ['id'] }), /column "v", id = 3/)
    await world.target.unsafe(`drop table narrowed;
      create table narrowed (id integer check (id < 3), v float8, note text)`).simple()
    assert.match(await refuses('constraint_refused', { ...stream, key: ['id'] }), /id = 3/)
    await world.target.unsafe('alter table narrowed drop constraint narrowed_id_check')
    await loads(stream)
    assert.deepEqual(await contents(world.target, 'narrowed'), await contents(world.source, 'narrowed'))
  })

  test('of another program may carry lists, maps and nanoseconds: refused by name', async () => {
    await using hold = await startHold({ folder, files: [], memoryMb: 64, threads: 1 })
    const make = (name: string, select: string) =>
      hold.run(`copy (select ${select}) to '${join(folder, name)}' (format parquet)`)
    await make('lists.parquet', '[1, 2] as v')
    assert.match(await refuses('type_refused', replace('lists.parquet', 'lists')), /"v"/)
    await make(
      'nanos.parquet',
      'make_timestamp_ns(1577836800000001000) as v union all select make_timestamp_ns(1)',
    )
    assert.match(await refuses('value_refused', replace('nanos.parquet', 'nanos')), /column "v", row 2/)
    await make(
      'exact.parquet',
      `make_timestamp_ns(1577836800000001000) as v, 18446744073709551615::ubigint as u, 255::utinyint as t,
       '{"a":1}'::json as j, 'b'::enum('a', 'b') as e`,
    )
    await loads(replace('exact.parquet', 'exact'))
    assert.deepEqual(await contents(world.target, 'exact'), [
      '("2020-01-01 00:00:00.000001",18446744073709551615,255,"{""a"":1}",b)',
    ])
  })

  test('without rows keeps its columns', async () => {
    await world.source.unsafe('create table none_in_it (id bigint, amount numeric(10,2), tags text[])')
    const out = await world.move({
      from: postgres(world.sourceUrl),
      to: files(folder),
      streams: [{ from: 'none_in_it', to: 'none_in_it.parquet', mode: 'replace' }],
    })
    assert.equal(out.status, 'succeeded', out.faults.join())
    await loads(replace('none_in_it.parquet', 'none_in_it'))
    assert.deepEqual(await contents(world.target, 'none_in_it'), [])
  })
})
