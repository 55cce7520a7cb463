/**
 * What the data or its places refuse, through the binary: each case first succeeds, then one thing is changed, and
 * the target holds afterwards exactly what it held before.
 */
import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Binary, Ended } from './binary.ts'
import { binaryAt, placeBinary } from './binary.ts'
import type { FaultyWire } from './faulty_wire.ts'
import { startFaultyWire } from './faulty_wire.ts'
import { everyTable } from './tables.ts'
import { until } from './until.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL']
const folder = mkdtempSync(join(tmpdir(), 'sallyport-refusals-'))
const database = `refusals_${process.pid}`
const inDatabase = (name: string, port?: number) => {
  const url = new URL(server ?? 'postgres://none')
  url.pathname = `/${name}`
  if (port !== undefined) url.port = String(port)
  return url.href
}

interface Case {
  readonly source: string
  readonly destination: string
  readonly from: string
  readonly to: string
  readonly mode?: 'replace' | 'append'
  /** More lines of the stream, YAML. */
  readonly more?: string
}

let binary: Binary
let admin: SQL
let sql: SQL
let wire: FaultyWire
let cases = 0

const postgres = (url: string) => `{ type: postgres, url: "${url}" }`
const files = (path: string) => `{ type: files, path: "${path}" }`

/** A pipeline file of its own for a case, so that no run goes on with another's id. */
function written({ source, destination, from, to, mode = 'append', more = '' }: Case): string {
  const place = join(folder, `case-${++cases}`)
  mkdirSync(place)
  writeFileSync(
    join(place, 'connections.yaml'),
    `sallyport: 1\nconnections:\n  from_here: ${source}\n  to_there: ${destination}\n`,
  )
  const stream = `  - from: "${from}"\n    to: "${to}"\n    mode: ${mode}\n${more}`
  writeFileSync(
    join(place, 'pipeline.yaml'),
    `sallyport: 1\nname: case-${cases}\nsource: from_here\ndestination: to_there\nlimits: { retries: 0 }\n` +
      `streams:\n${stream}`,
  )
  return join(place, 'pipeline.yaml')
}

const run = (one: Case) => binary.call(['run', written(one), '--json'])

function succeeded(ended: Ended): void {
  assert.equal(ended.exit, 0, ended.stderr)
  assert.equal(ended.value.status, 'succeeded')
}

/** Asserts the code of the only stream, and that it says what to do on stderr. */
function refused(ended: Ended, code: string): void {
  assert.equal(ended.exit, 1, ended.stderr)
  assert.equal(ended.value?.streams[0]?.code, code, ended.stderr)
  assert.equal(ended.value.streams[0].rows, 0)
  assert.match(ended.stderr, new RegExp(`${code}: \\S+ .{20,}`))
}

const target = () => everyTable(sql)

before(async () => {
  if (!server) return
  binary = binaryAt(placeBinary(join(folder, 'bin')), join(folder, 'home'))
  admin = new SQL({ url: server, max: 1 })
  await admin.unsafe(`create database ${database}`)
  sql = new SQL({ url: inDatabase(database), max: 1 })
  await sql.unsafe(`create table people (id integer primary key, name text not null, born date)`)
  await sql.unsafe(
    `insert into people select n, 'person ' || n, date '1950-01-01' + n from generate_series(1, 500) n`,
  )
  await sql.unsafe(`create table numbers (id integer primary key, payload text)`)
  await sql.unsafe(`insert into numbers select n, repeat(md5(n::text), 8) from generate_series(1, 40000) n`)
  wire = await startFaultyWire(Number(new URL(server).port))
})

after(async () => {
  await wire?.[Symbol.asyncDispose]()
  await sql?.close()
  await admin?.unsafe(`drop database ${database} with (force)`)
  await admin?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('refused by the data or its places', { skip: server ? false : 'no PostgreSQL given' }, () => {
  const people = (more: Partial<Case> = {}): Case => ({
    source: postgres(inDatabase(database)),
    destination: postgres(inDatabase(database)),
    from: 'public.people',
    to: 'public.people_copy',
    ...more,
  })

  test('a connection string that does not parse', async () => {
    succeeded(await run(people({ to: 'public.parsed' })))
    const was = await target()
    for (
      const url of ['postgres://u:hush#now@host/db', 'mysql://host/db', 'postgres://localhost:99999/db']
    ) {
      const ended = await run(people({ to: 'public.parsed', source: postgres(url) }))
      assert.deepEqual([ended.exit, ended.code], [1, 'connection_invalid'], ended.stderr)
      assert.doesNotMatch(ended.stderr + ended.stdout, /hush|now@/)
    }
    assert.deepEqual(await target(), was)
  })

  test('a table that is not there', async () => {
    succeeded(await run(people({ to: 'public.tables' })))
    const was = await target()
    refused(await run(people({ to: 'public.tables', from: 'public.persons' })), 'stream_missing')
    assert.deepEqual(await target(), was)
  })

  test('a column that is not there', async () => {
    succeeded(await run(people({ to: 'public.columns' })))
    await sql.unsafe('alter table columns drop column born')
    const was = await target()
    const ended = await run(people({ to: 'public.columns', more: '    schema: freeze\n' }))
    refused(ended, 'schema_refused')
    assert.match(ended.stderr, /"born"/)
    assert.deepEqual(await target(), was)
  })

  test('a value that the target cannot hold, named by column and key', async () => {
    await sql.unsafe('create table narrow (id integer primary key, name varchar(10), born date)')
    const more = '    columns: { cast: { name: "varchar(10)" } }\n'
    succeeded(await run(people({ to: 'public.narrow', mode: 'replace', more })))
    await sql.unsafe(`update people set name = 'somebody with a secret name' where id = 321`)
    const was = await target()
    const ended = await run(people({ to: 'public.narrow', mode: 'replace', more }))
    refused(ended, 'value_refused')
    assert.match(ended.stderr, /name/)
    assert.match(ended.stderr, /id = 321/)
    assert.doesNotMatch(ended.stderr + ended.stdout, /secret name/)
    assert.deepEqual(await target(), was)
    await sql.unsafe(`update people set name = 'person 321' where id = 321`)
  })

  test('a value of a CSV file that its column cannot hold, named by column and row', async () => {
    const place = join(folder, 'csv')
    mkdirSync(place)
    await sql.unsafe('create table measured (id integer, amount numeric(6,2))')
    writeFileSync(join(place, 'a.csv'), 'id,amount\n1,10.25\n2,7\n3,0.5\n')
    const one = people({ source: files(place), from: 'a.csv', to: 'public.measured' })
    succeeded(await run(one))
    writeFileSync(join(place, 'a.csv'), 'id,amount\n1,10.25\n2,1.105\n3,0.5\n')
    const was = await target()
    const ended = await run(one)
    refused(ended, 'value_refused')
    assert.match(ended.stderr, /amount/)
    assert.match(ended.stderr, /row 2/)
    assert.deepEqual(await target(), was)
  })

  test('a full disk', { skip: tmpfs() }, async () => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]).status, 0)
    try {
      const one = people({ destination: files(disk), to: 'people.csv', mode: 'replace' })
      succeeded(await run(one))
      const was = readFileSync(join(disk, 'people.csv'), 'utf8')
      refused(await run({ ...one, from: 'public.numbers' }), 'disk_full')
      assert.equal(readFileSync(join(disk, 'people.csv'), 'utf8'), was)
      assert.deepEqual(readdirSync(disk).filter((name) => name.endsWith('.part')), [])
    } finally {
      spawnSync('umount', [disk])
    }
  })

  test('a source that goes away in the middle', async () => {
    const one = people({
      source: postgres(inDatabase(database, wire.port)),
      from: 'public.numbers',
      to: 'public.cut',
    })
    succeeded(await run(one))
    const was = await target()
    const cut = wire.cut(2_000_000)
    refused(await run(one), 'connection_lost')
    await cut
    assert.deepEqual(await target(), was)
    succeeded(await run(one))
  })

  test('a destination that goes away in the middle', async () => {
    const stalling = postgres(inDatabase(database, wire.port))
    const one = people({ source: stalling, from: 'public.numbers', to: 'public.gone' })
    succeeded(await run(one))
    const was = await target()
    const stalled = wire.stall(2_000_000)
    const running = binary.start(['run', written(one), '--json'])
    await stalled
    await until(async () => {
      const [loader] = await admin.unsafe(
        `select pg_terminate_backend(pid) as ended from pg_stat_activity
         where datname = $1 and query ilike 'copy%from stdin%' and state = 'active'`,
        [database],
      )
      return loader?.ended
    }, 'the load')
    wire.resume()
    refused(await running.ended, 'connection_lost')
    assert.deepEqual(await target(), was)
  })

  test('a source that goes away leaves a file as it was', async () => {
    const place = join(folder, 'out')
    mkdirSync(place)
    const one = people({
      source: postgres(inDatabase(database, wire.port)),
      destination: files(place),
      from: 'public.numbers',
      to: 'numbers.parquet',
      mode: 'replace',
    })
    succeeded(await run(one))
    const copy = join(folder, 'numbers.was')
    cpSync(join(place, 'numbers.parquet'), copy)
    const cut = wire.cut(2_000_000)
    refused(await run(one), 'connection_lost')
    await cut
    assert.ok(readFileSync(join(place, 'numbers.parquet')).equals(readFileSync(copy)))
    assert.deepEqual(readdirSync(place).filter((name) => !name.startsWith('.')), ['numbers.parquet'])
  })

  test('a second agent on the same target', async () => {
    const one = people({
      source: postgres(inDatabase(database, wire.port)),
      from: 'public.numbers',
      to: 'public.busy',
    })
    succeeded(await run(one))
    const stalled = wire.stall(2_000_000)
    const first = binary.start(['run', written(one), '--json'])
    await stalled
    const second = binaryAt(binary.path, join(folder, 'second-home'))
    const was = await target()
    const ended = await second.call([
      'run',
      written({ ...one, source: postgres(inDatabase(database)) }),
      '--json',
    ])
    refused(ended, 'target_busy')
    assert.deepEqual(await target(), was)
    wire.resume()
    succeeded(await first.ended)
    assert.equal((await target())['public.busy']?.length, 80_000)
  })
})

/** Null when a small file system can be mounted here, else the reason why not. */
function tmpfs(): string | false {
  const place = mkdtempSync(join(tmpdir(), 'sallyport-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]).status === 0
  if (mounted) spawnSync('umount', [place])
  if (existsSync(place)) rmSync(place, { recursive: true })
  return mounted ? false : 'mounting a small file system needs root'
}
