/**
 * Gigabytes at flat memory: what the agent needs does not grow with what it moves. `SALLYPORT_LARGE_GB` says how many;
 * 2 if it does not.
 */
import assert from 'node:assert/strict'
import { SQL } from 'bun'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Binary, binaryAt, placeBinary } from '../e2e/binary.ts'
import { type Postgres, startPostgres } from '../postgres.ts'

const gigabytes = Number(process.env['SALLYPORT_LARGE_GB'] ?? 2)
/** Bytes of a row of the table below, as COPY writes them. */
const rowBytes = 262
const rows = Math.ceil(gigabytes * 1e9 / rowBytes)
const minutes = 60_000
/** Of the agent on direct routes. Seen with ten others on each core: 83 between databases, 123 out of a file of text. */
const agentMb = 140
/** Of the agent where it makes text of rows. Seen with ten others on each core: 88. */
const textMb = 140
/** Of agent and hold together, of 612 that are promised. Seen: 465 into Parquet, 375 out of it. */
const restowedMb = 550

describe(`${gigabytes} GB`, () => {
  let server: Postgres
  let sql: SQL
  let binary: Binary
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-large-'))

  before(async () => {
    binary = binaryAt(placeBinary(join(folder, 'bin')), join(folder, 'home'))
    const settings = ['fsync=off', 'max_wal_size=1GB', 'wal_level=minimal', 'max_wal_senders=0']
    server = await startPostgres({ settings })
    sql = new SQL({ url: server.url(), max: 1 })
  })
  after(async () => {
    await sql?.close()
    await server?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  async function moved(from: string, destination: string, to: string) {
    writeFileSync(
      join(folder, 'connections.yaml'),
      `sallyport: 1\nconnections:\n  db: { type: postgres, url: "${server.url()}" }\n` +
        `  lake: { type: files, path: "${folder}" }\n`,
    )
    const path = join(folder, 'pipeline.yaml')
    const source = from.includes('.') ? 'lake' : 'db'
    writeFileSync(
      path,
      `sallyport: 1\nname: large\nsource: ${source}\ndestination: ${destination}\nstreams:\n` +
        `  - { from: ${from}, to: ${to}, mode: replace }\n`,
    )
    const { exit, value, stderr } = await binary.call(['run', path, '--json'])
    assert.equal(exit, 0, stderr.slice(-1000))
    const [stream] = value.streams
    assert.equal(stream.rows, rows)
    const { seconds, bytes } = stream
    const mb = Math.round(value.peak_rss_bytes / 1e6)
    console.log(`${from} → ${to}: ${(bytes / 1e9).toFixed(2)} GB, ${seconds.toFixed(1)} s, ${mb} MB RSS`)
    return { mb, bytes: bytes as number }
  }

  test('are made', { timeout: 30 * minutes }, async () => {
    await sql.unsafe(
      `create unlogged table large (id bigint, at timestamptz, amount numeric(12,2), note text);
       insert into large select g, '2020-01-01'::timestamptz + g * interval '1 second', (g % 100000)::numeric / 100,
         repeat(md5(g::text), 7) from generate_series(1, ${rows}) g;
       analyze large`,
    ).simple()
  })

  test('go from database to database in the memory of any table', { timeout: 20 * minutes }, async () => {
    const { mb, bytes } = await moved('large', 'db', 'copied')
    assert.ok(bytes > gigabytes * 0.9e9, `${bytes} bytes`)
    assert.ok(mb <= agentMb, `${mb} MB`)
    const [same] = await sql.unsafe(
      `select (select sum(hashtextextended(l::text, 0)) from large l) = (select sum(hashtextextended(c::text, 0)) from copied c) as same`,
    )
    assert.equal(same.same, true)
    await sql.unsafe('drop table copied')
  })

  test('go into Parquet and back in the memory of the hold', { timeout: 30 * minutes }, async () => {
    const out = await moved('large', 'lake', 'large.parquet')
    assert.ok(out.mb <= restowedMb, `${out.mb} MB`)
    const back = await moved('large.parquet', 'db', 'back')
    assert.ok(back.mb <= restowedMb, `${back.mb} MB`)
    const [same] = await sql.unsafe(
      `select (select sum(hashtextextended(l::text, 0)) from large l) = (select sum(hashtextextended(c::text, 0)) from back c) as same`,
    )
    assert.equal(same.same, true)
    await sql.unsafe('drop table back')
    rmSync(join(folder, 'large.parquet'), { force: true })
  })

  test('go into a file of text and back in the memory of any table', { timeout: 30 * minutes }, async () => {
    const out = await moved('large', 'lake', 'large.csv')
    assert.ok(out.mb <= textMb, `${out.mb} MB`)
    assert.ok(
      existsSync(join(folder, 'large.csv')) && statSync(join(folder, 'large.csv')).size > gigabytes * 0.9e9,
    )
    await sql.unsafe('create table typed (like large)')
    const back = await moved('large.csv', 'db', 'typed')
    assert.ok(back.mb <= agentMb, `${back.mb} MB`)
  })
})
