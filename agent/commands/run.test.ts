import { Database } from 'bun:sqlite'
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { StreamResult } from '../runs/move.ts'
import { leavesSomething } from './run.ts'

const root = mkdtempSync(join(tmpdir(), 'sallyport-run-'))
after(() => rmSync(root, { recursive: true, force: true }))

let places = 0

/** A pipeline of CSV files from `in` to `out`, and how to run it. */
function place(streams: readonly string[]) {
  const folder = join(root, `${places++}`)
  for (const name of ['in', 'other', 'out', 'home']) mkdirSync(join(folder, name), { recursive: true })
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const connect = (from: string) =>
    write(
      'connections.yaml',
      `sallyport: 1\nconnections:\n  a: { type: files, path: ${from} }\n  b: { type: files, path: out, format: csv }\n`,
    )
  connect('in')
  write(
    'p.yaml',
    `sallyport: 1\nname: p\nsource: a\ndestination: b\nstreams:\n${
      streams.map((one) => `  - { ${one} }`).join('\n')
    }\n`,
  )
  const run = async (...more: string[]) => {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url))
    const child = Bun.spawn([process.execPath, main, 'run', join(folder, 'p.yaml'), '--json', ...more], {
      env: { ...process.env, SALLYPORT_HOME: join(folder, 'home') },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [out, notes] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    const codes = out.trim().startsWith('{"run_id"')
      ? (JSON.parse(out).streams as StreamResult[]).map(({ code }) => code)
      : null
    return { exit: await child.exited, notes: notes + out, codes }
  }
  const read = (name: string) => readFileSync(join(folder, 'out', name), 'utf8')
  return { folder, write, connect, run, read }
}

test('a replace is read anew while another stream is mended, an append is not doubled', async () => {
  const { folder, write, run, read } = place([
    'from: day.csv, to: day.csv, mode: replace',
    'from: log.csv, to: log, mode: append',
    'from: bad.csv, to: bad.csv, mode: replace',
  ])
  write('in/day.csv', 'v\nmonday\n')
  write('in/log.csv', 'v\n1\n')
  write('in/bad.csv', 'v\n1,2\n')
  assert.deepEqual((await run()).codes, [null, null, 'row_refused'])
  write('in/day.csv', 'v\ntuesday\n')
  const again = await run()
  assert.deepEqual(again.codes, [null, null, 'row_refused'])
  assert.match(again.notes, /log\.csv → log: taken as done\. Its 1 rows? .* began at 20/)
  assert.doesNotMatch(again.notes, /day\.csv: taken/)
  assert.equal(read('day.csv'), 'v\ntuesday\n')
  const appended = () => readdirSync(join(folder, 'out', 'log')).length
  assert.equal(appended(), 1)
  write('in/bad.csv', 'v\n1\n')
  assert.equal((await run()).exit, 0)
  assert.equal(appended(), 1)
  assert.equal((await run()).exit, 0)
  assert.equal(appended(), 2)
})

test('a changed connection is a question for a person after an append, and none after a replace', async () => {
  for (const mode of ['append', 'replace']) {
    const { write, connect, run } = place([
      `from: one.csv, to: one, mode: ${mode}`,
      'from: bad.csv, to: bad.csv, mode: replace',
    ])
    for (const folder of ['in', 'other']) {
      write(`${folder}/one.csv`, `v\n${folder}\n`)
      write(`${folder}/bad.csv`, 'v\n1,2\n')
    }
    assert.deepEqual((await run()).codes, [null, 'row_refused'])
    connect('other')
    const other = await run()
    if (mode === 'append') assert.match(other.notes, /run_unfinished.*--new/s)
    else assert.deepEqual(other.codes, [null, 'row_refused'])
  }
})

test('two spellings of one target are refused before anything is written', async () => {
  const { folder, write, run } = place([
    'from: one.csv, to: x.csv, mode: replace',
    'from: two.csv, to: ./x.csv, mode: replace',
  ])
  write('in/one.csv', 'v\n1\n')
  write('in/two.csv', 'v\n2\n')
  const result = await run()
  assert.deepEqual(result.codes, ['names_collide', 'names_collide'])
  assert.match(result.notes, /"one.csv" and "two.csv" have one target, "x.csv" and ".\/x.csv"/)
  assert.equal(existsSync(join(folder, 'out', 'x.csv')), false)
  assert.match((await run('--plan')).notes, /names_collide/)
})

test('a run is gone on with where an append was committed, or may have been', () => {
  const stream = (more: Partial<StreamResult>): StreamResult => ({
    stream: 's',
    target: 't',
    mode: 'append',
    route: 'direct',
    status: 'failed',
    rows_read: 0,
    rows: 0,
    bytes: 0,
    rejected: 0,
    seconds: 0,
    code: 'row_refused',
    ...more,
  })
  const leaves = (streams: StreamResult[], adopted = false) =>
    leavesSomething({ status: 'partial', streams }, { adopted, wanted: streams.length })
  assert.equal(leaves([stream({})]), false)
  assert.equal(leaves([stream({ status: 'succeeded', code: null })]), true)
  assert.equal(leaves([stream({ status: 'succeeded', code: null, mode: 'replace' })]), false)
  assert.equal(leaves([stream({ code: 'connection_lost' })]), true)
  assert.equal(leaves([stream({ code: 'time_over_limit' })]), true)
  assert.equal(leaves([stream({ code: 'login_failed', route: null })]), false)
  assert.equal(leaves([stream({ code: 'login_failed', route: null })], true), true)
})

test('values of parameters choose rows of a local run, and are asked for', async () => {
  const made = place(['from: day.csv, to: day.parquet, mode: replace'])
  made.write('in/day.csv', 'v,n\nmonday,1\ntuesday,2\n')
  const parquet = 'sallyport: 1\nconnections:\n  a: { type: files, path: in }\n'
  made.write('connections.yaml', `${parquet}  b: { type: files, path: in, format: parquet }\n`)
  assert.equal((await made.run()).exit, 0)
  made.connect('in')
  made.write(
    'p.yaml',
    'sallyport: 1\nname: p\nsource: a\ndestination: b\nparameters: { day: { type: text } }\nstreams:\n' +
      '  - { from: day.parquet, to: chosen.csv, mode: replace, where: "v = ${day}" }\n',
  )
  const evil = await made.run('--param', "day=' or 1=1 --")
  assert.equal(evil.exit, 0, evil.notes)
  assert.equal(made.read('chosen.csv').trim().split('\n').length, 1)
  assert.equal((await made.run('--param', 'day=tuesday')).exit, 0)
  assert.match(made.read('chosen.csv'), /\n"?tuesday"?,"?2"?\n/)
  for (
    const [words, exit, said] of [
      [[], 4, /parameter_refused.*day has no value/],
      [['--param', 'day=x', '--param', 'other=1'], 4, /other is not declared/],
      [['--param', 'day=x', '--param', 'day=y'], 2, /day is given twice/],
      [['--param', 'day'], 2, /name=value/],
    ] as const
  ) {
    const refused = await made.run(...words)
    assert.equal(refused.exit, exit, refused.notes)
    assert.match(refused.notes, said)
  }
})

/** A pipeline from one SQLite file to another, and how to run it. */
function databases(stream: string, more = '') {
  const made = place([stream])
  made.write(
    'connections.yaml',
    'sallyport: 1\nconnections:\n  a: { type: sqlite, path: a.db }\n  b: { type: sqlite, path: b.db }\n',
  )
  made.write(
    'p.yaml',
    `sallyport: 1\nname: p\nsource: a\ndestination: b\n${more}streams:\n  - { ${stream} }\n`,
  )
  const on = (name: string, sql: string) => {
    const database = new Database(join(made.folder, name), { create: true })
    try {
      return database.query(sql).values().map(([value]) => value)
    } finally {
      database.close()
    }
  }
  on('a.db', 'create table t (id integer primary key, day text not null)')
  on('a.db', "insert into t values (1, '2026-01-01'), (2, '2026-02-01')")
  const ids = () => on('b.db', 'select id from t order by id')
  return { ...made, on, ids }
}

test('a local run goes on by its cursor; a resync and a reset are asked for, and do as they say', async () => {
  const { run, on, ids } = databases('from: t, to: t, mode: append, cursor: { column: id }')
  assert.equal((await run()).exit, 0)
  on('a.db', "insert into t values (3, '2026-03-01')")
  assert.equal((await run()).exit, 0)
  assert.deepEqual(ids(), [1, 2, 3])
  for (const word of ['--resync', '--reset']) {
    const asked = await run(word)
    assert.equal(asked.exit, 2, asked.notes)
    assert.match(asked.notes, /give --yes/)
  }
  assert.deepEqual(ids(), [1, 2, 3])
  assert.equal((await run('--resync', '--yes')).exit, 0)
  assert.deepEqual(ids(), [1, 1, 2, 2, 3, 3])
  assert.equal((await run('--reset', '--yes')).exit, 0)
  assert.deepEqual(ids(), [1, 2, 3])
  assert.equal((await run()).exit, 0)
  assert.deepEqual(ids(), [1, 2, 3], 'the cursor is where the reset has put it')
  assert.match((await run('--reset', '--resync')).notes, /--reset or --resync, not both/)
})

test('a local backfill fills its range, deletes nothing and moves no cursor; parameters have defaults', async () => {
  const { run, on, ids } = databases(
    'from: t, to: t, mode: mirror, key: [id], cursor: { column: id }, where: "day >= ${since}"',
    'parameters: { since: { type: date, default: "2026-01-01" } }\n',
  )
  assert.equal((await run()).exit, 0)
  on('b.db', "update t set day = 'lost' where id = 2")
  on('b.db', "insert into t values (9, '2026-01-09')")
  assert.equal((await run('--backfill', '--param', 'since=2026-02-01')).exit, 0)
  assert.deepEqual(ids(), [1, 2, 9])
  assert.deepEqual(on('b.db', 'select day from t where id = 2'), ['2026-02-01'])
  assert.equal((await run()).exit, 0)
  assert.deepEqual(ids(), [1, 2])
})

test('a backfill without a range is refused', async () => {
  const { run } = databases('from: t, to: t, mode: merge, key: [id]')
  const refused = await run('--backfill')
  assert.equal(refused.exit, 4)
  assert.match(refused.notes, /parameter_refused.*no parameter that gives a range/)
})
