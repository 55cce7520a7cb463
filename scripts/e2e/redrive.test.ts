/** A run that ended short of its end is had again, through binary, edge and agent: as the same run, by a signature. */
import { Database } from 'bun:sqlite'
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { edgeSql } from './edge_rows.ts'
import type { Json } from './tampering_proxy.ts'
import { startWorld, type World } from './world.ts'

describe('a run that came to a part', () => {
  let folder: string
  let data: string
  let world: World
  let run: string

  const sql = (file: string, ...statements: string[]) => {
    using database = new Database(join(data, file), { create: true })
    for (const one of statements) database.run(one)
  }
  const count = (table: string) => {
    using database = new Database(join(data, 'out.db'))
    return database.query(`select count(*) as n from ${table}`).values()[0]?.[0]
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-redrive-'))
    data = join(folder, 'data')
    mkdirSync(data)
    sql('in.db', 'create table orders (id integer)', 'insert into orders values (1), (2)')
    sql('out.db', 'pragma journal_mode = wal')
    world = await startWorld({
      folder,
      allow: [
        `{ direction: read, connector: sqlite, path: "${data}/in.db" }`,
        `{ direction: write, connector: sqlite, path: "${data}/out.db" }`,
      ],
      local: `files: ["${data}"]\n`,
    })
    await world.addConnection('from', `{ type: sqlite, path: "${data}/in.db" }`)
    await world.addConnection('into', `{ type: sqlite, path: "${data}/out.db" }`)
    await world.applyPipeline({
      name: 'two',
      source: 'from',
      destination: 'into',
      streams: ['orders', 'refunds'].map((one) => `{ from: ${one}, to: ${one}, mode: append }`),
      more: 'limits: { retries: 0 }\n',
    })
    await world.startAgent()
    const ended = await world.run('two')
    run = ended.id
    assert.deepEqual([ended.state, ended.code, ended.redrive], ['partial', 'stream_missing', 'signed'])
  }, { timeout: 120_000 })

  after(async () => {
    await world?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('takes a signature, and says so', async () => {
    const { exit, stderr } = await world.person.call(['runs', 'redrive', run])
    assert.equal(exit, 1)
    assert.match(stderr, new RegExp(`sallyport runs redrive ${run} --sign`))
    const [group] = await world.does('runs', 'dead')
    assert.deepEqual([group.pipeline, group.code, group.runs, group.last_run], [
      'two',
      'stream_missing',
      1,
      run,
    ])
  })

  test('goes on with the stream that failed, and loads nothing twice', async () => {
    sql('in.db', 'create table refunds (id integer)', 'insert into refunds values (7)')
    sql('in.db', 'insert into orders values (3)')
    assert.equal((await world.does('runs', 'redrive', run, '--sign')).id, run)
    const { state, redriven, streams } = await world.endOf(run)
    assert.deepEqual([state, redriven], ['succeeded', 1])
    assert.deepEqual(streams.map(({ rows, taken }: Json) => [rows, taken === true]), [[2, true], [1, false]])
    assert.deepEqual([count('orders'), count('refunds')], [2, 1])
    const { events } = await world.does('runs', 'timeline', run)
    assert.deepEqual(events.map(({ kind }: Json) => kind), [
      ...['created', 'claimed', 'started', 'partial', 'redriven', 'claimed', 'started', 'succeeded'],
    ])
  })

  test('is not had once more, whatever the edge makes of it', async () => {
    const { exit, stderr } = await world.person.call(['runs', 'redrive', run, '--sign'])
    assert.equal(exit, 1)
    assert.match(stderr, /run_not_ended/)
    edgeSql(world.edge.database, "update run set state = 'queued', finished = null, due = 0 where id = ?", [
      run,
    ])
    edgeSql(world.edge.database, 'delete from run_stream where run = ?', [run])
    // Its agent knows how it ended, and tells the edge once more.
    assert.equal((await world.endOf(run)).state, 'succeeded')
    const { events } = await world.does('runs', 'timeline', run)
    assert.deepEqual([events.at(-1).kind, events.at(-1).fence], ['succeeded', 3])
    assert.deepEqual([count('orders'), count('refunds')], [2, 1])
  })
})
