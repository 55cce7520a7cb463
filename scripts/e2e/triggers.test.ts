/** What starts a run, through binary, edge and agent: fire times, requests with values, resets, unsigned runs. */
import { SQL } from 'bun'
import { Database } from 'bun:sqlite'
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Started } from './binary.ts'
import type { Json } from './tampering_proxy.ts'
import { until } from './until.ts'
import { startWorld, type World } from './world.ts'

const server = process.env['SALLYPORT_TEST_POSTGRES_URL'] ?? null

describe('what starts a run', { skip: server === null ? 'no PostgreSQL given' : false }, () => {
  let folder: string
  let out: string
  let world: World
  let agent: Started
  let sql: SQL
  let scheduled: string
  const url = new URL(server ?? 'postgres://localhost')
  const name = `triggers_${process.pid}`

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-triggers-'))
    out = join(folder, 'out')
    mkdirSync(out)
    const admin = new SQL(url.href, { max: 1 })
    await admin.unsafe(`create database ${name}`)
    await admin.close()
    url.pathname = `/${name}`
    sql = new SQL(url.href, { max: 1 })
    await sql.unsafe(
      `create table orders (id bigint, region text, day date);
       insert into orders values (1, 'eu', '2026-01-01'), (2, 'us', '2026-02-01'), (3, 'eu', '2026-03-01')`,
    ).simple()
    const { hostname, host, port, username } = url
    world = await startWorld({
      folder,
      allow: [
        `{ direction: read, connector: postgres, endpoint: ${hostname}, port: ${port}, account: ${username}, ` +
        `database: ${name}, schema: public, prefix: "*" }`,
        `{ direction: write, connector: postgres, endpoint: ${hostname}, port: ${port}, account: ${username}, ` +
        `database: ${name}, schema: public, prefix: appended }`,
        `{ direction: write, connector: files, path: "${out}" }`,
        `{ direction: read, connector: sqlite, path: "${out}/till.db" }`,
      ],
      local: `files: ["${out}"]\nplain: ["${host}"]\naddresses: ["${hostname}"]\n`,
    })
    await world.addConnection('shop', `{ type: postgres, url: "${url.href}" }`)
    await world.addConnection('here', `{ type: files, path: "${out}", format: csv }`)
    agent = await world.startAgent()
    // Its first minute passes while the others are tested.
    const more = 'triggers: { schedule: { cron: "* * * * *", timezone: Europe/Berlin, catch_up: none } }\n'
    scheduled = (await apply('scheduled', { where: 'id < 3', more })).id
  }, { timeout: 120_000 })

  after(async () => {
    await world?.[Symbol.asyncDispose]()
    await sql?.close({ timeout: 0 })
    const admin = new SQL(server ?? '', { max: 1 })
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const apply = (pipeline: string, { where = 'true', mode = 'replace', more = '' }) =>
    world.applyPipeline({
      name: pipeline,
      source: 'shop',
      destination: 'here',
      streams: [`{ from: public.orders, to: ${pipeline}.csv, mode: ${mode}, where: "${where}" }`],
      more,
    })

  /** Ids in the target: a file, or a folder of them. */
  function idsOf(pipeline: string): number[] {
    const paths = (readdirSync(out, { recursive: true }) as string[])
      .filter((path) => path.startsWith(`${pipeline}.csv`) && path.endsWith('.csv'))
      .filter((path) => statSync(join(out, path)).isFile())
    const lines = paths.flatMap((path) => readFileSync(join(out, path), 'utf8').trim().split('\n').slice(1))
    return lines.map((line) => Number(line.split(',')[0]?.replaceAll('"', ''))).sort()
  }

  async function start(...words: string[]): Promise<Json> {
    const run = await world.endOf((await world.does('runs', 'start', ...words)).id)
    assert.equal(run.state, 'succeeded', JSON.stringify(run) + agent.said().slice(-1000))
    return run
  }

  test('a request with values moves what they choose, and a value that is refused never gets signed', async () => {
    const more = 'parameters: { region: { enum: [eu, us] }, since: { type: date, max: "2026-12-31" } }\n'
    await apply('chosen', { where: 'region = ${region} and day >= ${since}', more })
    await start('chosen', '--param', 'region=eu', '--param', 'since=2026-02-01')
    assert.deepEqual(idsOf('chosen'), [3])
    const filled = await start('chosen', '--backfill', '--param', 'region=eu', '--param', 'since=2026-01-01')
    assert.equal(filled.action, 'backfill')
    assert.deepEqual(idsOf('chosen'), [1, 3])
    for (
      const words of [[], ['--param', 'region=cn', '--param', 'since=2026-01-01'], [
        '--param',
        'region=eu',
        '--param',
        "since=2026-01-01'; drop table orders; --",
      ]]
    ) {
      const { exit, code } = await world.person.call(['runs', 'start', 'chosen', ...words, '--json'])
      assert.deepEqual([exit, code], [4, 'parameter_refused'])
    }
    assert.equal((await sql.unsafe('select count(*)::int as n from orders') as { n: number }[])[0]?.n, 3)
  })

  test('a reset loads anew what was appended', async () => {
    await world.applyPipeline({
      name: 'appended',
      source: 'shop',
      destination: 'shop',
      streams: ['{ from: public.orders, to: public.appended, mode: append }'],
    })
    const count = async () =>
      (await sql.unsafe('select count(*)::int as n from appended') as { n: number }[])[0]?.n
    await start('appended')
    await start('appended')
    assert.equal(await count(), 6)
    assert.equal((await start('appended', '--reset', '--yes')).action, 'reset')
    assert.equal(await count(), 3)
  })

  test('a merge reads what is new by its cursor, a backfill its range, and a resync everything', async () => {
    await sql.unsafe(
      `create table parcels (id int primary key, seq int not null, note text);
       insert into parcels values (1, 10, 'a'), (2, 20, 'b');
       create table parcels_lost (id int primary key, seq int not null)`,
    ).simple()
    const from = '{ from: public.parcels, to: public.appended_parcels, mode: merge, cursor: { column: seq }, '
    await world.applyPipeline({
      name: 'merged',
      source: 'shop',
      destination: 'shop',
      streams: [`${from}where: "id >= \${least}", columns: { rename: { note: said } } }`],
      more: 'parameters: { least: { type: integer, default: "0" } }\n',
    })
    const notes = async () =>
      (await sql.unsafe('select said from appended_parcels order by id') as { said: string }[]).map((
        { said },
      ) => said)
    const read = async (...words: string[]) => (await start('merged', ...words)).streams[0].rows_read
    assert.equal(await read(), 2)
    // Behind the cursor, and before it.
    await sql.unsafe(`insert into parcels values (3, 30, 'c'); update parcels set note = 'A' where id = 1`)
      .simple()
    assert.equal(await read(), 2, 'the last value, and what is newer')
    assert.deepEqual(await notes(), ['a', 'b', 'c'])
    assert.equal(await read('--backfill', '--param', 'least=3'), 1)
    assert.equal(await read('--resync'), 3)
    assert.deepEqual(await notes(), ['A', 'b', 'c'])
    const [listed] = await world.does(
      'runs',
      'list',
      '--pipeline',
      'merged',
      '--limit',
      '1',
    ) as unknown as Json[]
    assert.deepEqual([listed?.pipeline, listed?.action], ['merged', 'resync'])
  })

  test('each table that a pattern finds is a stream, and policy is asked about each', async () => {
    const patterned = async (name: string, to: string) => {
      const streams = [`{ from: "public.parcels*", to: "${to}", mode: replace }`]
      await world.applyPipeline({ name, source: 'shop', destination: 'shop', streams })
      return await world.endOf((await world.does('runs', 'start', name)).id)
    }
    const run = await patterned('patterned', 'public.appended_all_{table}')
    assert.deepEqual([run.state, run.streams.map(({ rows }: Json) => rows)], ['succeeded', [3, 0]])
    assert.equal((await patterned('elsewhere', 'public.{table}_appended')).code, 'policy_denied')
  })

  test('a database file is a connection like any other, at the edge and for both policies', async () => {
    for (const file of ['till.db', 'other.db']) {
      const database = new Database(join(out, file))
      database.run('create table sold (id integer primary key, what text)')
      database.run("insert into sold values (1, 'tea'), (2, 'milk')")
      database.close()
      await world.addConnection(file, `{ type: sqlite, path: "${join(out, file)}" }`)
      const streams = [`{ from: sold, to: ${file}.csv, mode: replace }`]
      await world.applyPipeline({ name: `from-${file}`, source: file, destination: 'here', streams })
    }
    const connections = await world.does('connection', 'list') as unknown as Json[]
    assert.equal(connections.find(({ name }) => name === 'till.db')?.connector, 'sqlite')
    await start('from-till.db')
    assert.match(readFileSync(join(out, 'till.db.csv'), 'utf8'), /tea/)
    const refused = await world.endOf((await world.does('runs', 'start', 'from-other.db')).id)
    assert.equal(refused.code, 'policy_denied')
  })

  test('an unsigned run may choose among the values of an enumeration', async () => {
    const more = 'triggers: { api: { per_day: 3 } }\nparameters: { region: { enum: [eu, us] } }\n'
    await apply('unsigned', { where: 'region = ${region}', more })
    await start('unsigned', '--unsigned', '--param', 'region=us')
    assert.deepEqual(idsOf('unsigned'), [2])
  })

  test(
    'a fire time of the schedule starts one run, and the anchor remembers it',
    { timeout: 180_000 },
    async () => {
      const id = scheduled
      const run = await until(
        async () => {
          const { body } = await world.api('GET', `/v1/runs?pipeline=${id}`)
          return body.data[0]
        },
        'a run of the schedule',
        90,
      )
      const ended = await world.endOf(run.id)
      assert.equal(ended.state, 'succeeded', JSON.stringify(ended) + agent.said().slice(-1000))
      assert.equal(ended.trigger, 'schedule')
      assert.deepEqual(idsOf('scheduled'), [1, 2])
      const { listed, object } =
        (await world.machine.call(['anchor', 'show', '--pipeline', id, '--json'])).value
      assert.equal(listed.kept, true)
      assert.ok(
        listed.since < object.fired && object.fired >= ended.fire,
        JSON.stringify([listed, object, ended]),
      )
      const shown = await world.does('pipeline', 'show', 'scheduled')
      assert.equal(shown.next.length, 3)
    },
  )
})
