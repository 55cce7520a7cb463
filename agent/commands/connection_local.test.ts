import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { noServer, openWorld, serverUrl, type World } from '../engine/postgres_fixture.ts'
import { readPipelineFile } from '../pipeline_files/pipeline.ts'

const root = mkdtempSync(join(tmpdir(), 'sallyport-look-'))
after(() => rmSync(root, { recursive: true, force: true }))

async function sallyport(...words: string[]) {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const child = Bun.spawn([process.execPath, main, 'connection', ...words], {
    env: { ...process.env, SALLYPORT_HOME: join(root, 'home') },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, notes] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { exit: await child.exited, out, notes }
}

function connections(name: string, lines: string): string {
  const path = join(root, `${name}.yaml`)
  writeFileSync(path, `sallyport: 1\nconnections:\n${lines}\n`)
  return path
}

interface Check {
  readonly what: string
  readonly ok: boolean
  readonly code: string | null
  readonly remedy: string | null
}

describe('a connection to PostgreSQL', { skip: noServer }, () => {
  let world: World
  let file = ''
  const role = `reader_${process.pid}`

  before(async () => {
    world = await openWorld('look')
    await world.source.unsafe(`
      create table public.orders (id bigint primary key, amount numeric(12,2) not null, note varchar(40),
        doubled bigint generated always as (id * 2) stored);
      create table public.secret_salaries (name text);
      create schema other; create table other.things (a int, b int, primary key (b, a));
      create role ${role} login password 'pw';
      grant usage on schema other to ${role};
      grant select on public.orders, other.things to ${role}`)
    const url = new URL(world.sourceUrl)
    url.username = role
    url.password = 'pw'
    const wrong = new URL(url)
    wrong.password = 'not this'
    const closed = new URL(url)
    closed.port = '1'
    const gone = new URL(url)
    gone.pathname = '/no_such_database'
    file = connections(
      'postgres',
      Object.entries({ shop: url, wrong, closed, gone, nowhere: 'postgres://u:p@no-such-host.invalid/d' })
        .map(([name, to]) => `  ${name}: { type: postgres, url: "${to}" }`)
        .concat(`  secured: { type: postgres, url: "${url}", tls: { mode: verify-full } }`).join('\n'),
    )
  })
  after(async () => {
    await world?.[Symbol.asyncDispose]()
    const admin = new SQL(serverUrl ?? '', { max: 1 })
    await admin.unsafe(`drop role if exists ${role}`)
    await admin.close()
  })

  const run = async (...words: string[]) => {
    const done = await sallyport(...words, '--connections', file, '--json')
    return { ...done, json: done.out === '' ? null : JSON.parse(done.out) }
  }
  const checks = (json: { checks: Check[] }) =>
    json.checks.map(({ what, code }) => [what.split(' ')[0], code])

  test('that works is tested step by step', async () => {
    const { exit, json, notes } = await run('test', 'shop', '--stream', 'public.orders')
    assert.equal(exit, 0, notes)
    assert.deepEqual([json.ok, json.for, json.kind], [true, 'read', 'postgres'])
    assert.deepEqual(checks(json), [['server', null], ['login', null], ['database', null], ['read', null]])
  })

  test('whose role lacks a privilege fails with the code and the grant that mends it', async () => {
    const { exit, json } = await run(
      'test',
      'shop',
      '--stream',
      'public.secret_salaries',
      '--stream',
      'public.orders',
    )
    assert.equal(exit, 5)
    const failed = (json.checks as Check[]).filter(({ ok }) => !ok)
    assert.deepEqual(failed.map(({ code }) => code), ['permission_denied'])
    assert.match(failed[0]?.remedy ?? '', /^grant select on .*secret_salaries.* to /i)
    const text = await sallyport('test', 'shop', '--connections', file, '--stream', 'public.secret_salaries')
    assert.match(text.out, /mend it: grant select/i)
  })

  test('of which nothing is named passes with what its role is granted, and says how much that is', async () => {
    const { exit, json } = await run('test', 'shop')
    assert.equal(exit, 0)
    assert.equal((json.checks as Check[]).at(-1)?.what, 'read: 2 streams to be seen')
  })

  test('that may not write where it is wanted to fails with the grants that mend it', async () => {
    const { exit, json } = await run('test', 'shop', '--for', 'write', '--stream', 'public.new_table')
    assert.equal(exit, 5)
    const remedies = (json.checks as Check[]).filter(({ ok }) => !ok).map(({ remedy }) => remedy ?? '')
    assert.ok(remedies.some((one) => /^grant create on schema "?public"? to/.test(one)), remedies.join('; '))
    assert.ok(remedies.some((one) => /sallyport/.test(one)), remedies.join('; '))
  })

  test('whose stream is missing fails with a code, after what works', async () => {
    const { exit, json } = await run('test', 'shop', '--stream', 'public.no_such')
    assert.equal(exit, 5)
    assert.deepEqual((json.checks as Check[]).at(-1)?.code, 'stream_missing')
  })

  test('that cannot be opened fails at the step where it ends, and nothing behind it is claimed', async () => {
    const cases: [string, [string | undefined, string | null][]][] = [
      ['wrong', [['server', null], ['login', 'login_failed']]],
      ['closed', [['server', 'connection_refused']]],
      ['secured', [['server', null], ['TLS,', 'tls_failed']]],
      ['gone', [['server', null], ['login', null], ['database', 'database_missing']]],
      ['nowhere', [['name', 'host_unresolved']]],
    ]
    for (const [name, expected] of cases) {
      const { exit, json, out } = await run('test', name)
      assert.equal(exit, 5, name)
      assert.deepEqual(checks(json), expected, name)
      assert.doesNotMatch(out, /not this/)
    }
  })

  test('shows its streams with types, nullability and keys, and no row', async () => {
    const { exit, json, notes } = await run('discover', 'shop')
    assert.equal(exit, 0, notes)
    assert.deepEqual(json.streams.map((one: { name: string }) => one.name), ['other.things', 'public.orders'])
    const [things, orders] = json.streams
    assert.deepEqual(things.key, ['b', 'a'])
    assert.deepEqual(orders.columns, [
      { name: 'id', type: 'bigint', native: 'bigint', nullable: false },
      { name: 'amount', type: 'decimal(12,2)', native: 'numeric(12,2)', nullable: false },
      { name: 'note', type: 'varchar(40)', native: 'character varying(40)', nullable: true },
      { name: 'doubled', type: 'bigint', native: 'bigint', nullable: true, generated: true },
    ])
    const some = await run('discover', 'shop', '--pattern', 'public.*')
    assert.deepEqual(some.json.streams.map((one: { name: string }) => one.name), ['public.orders'])
    const text = await sallyport('discover', 'shop', '--connections', file)
    assert.match(text.out, /amount +numeric\(12,2\) +decimal\(12,2\) +not null/)
  })

  test('begins a pipeline file that is one', async () => {
    const { out, exit } = await sallyport('discover', 'shop', '--connections', file, '--pipeline', 'lake')
    assert.equal(exit, 0)
    const path = join(root, 'begun.yaml')
    writeFileSync(path, out)
    const { file: pipeline } = readPipelineFile(path)
    assert.deepEqual([pipeline.source, pipeline.destination], ['shop', 'lake'])
    assert.deepEqual(pipeline.body.streams.map(({ from, to, mode }) => [from, to, mode]), [
      ['other.things', 'other.things', 'replace'],
      ['public.orders', 'public.orders', 'replace'],
    ])
    assert.match(out, /# key: \["b","a"\]/)
  })
})

describe('a connection to files', () => {
  test('is tested and discovered without a hold where nothing needs one', async () => {
    const folder = join(root, 'lake')
    mkdirSync(folder)
    writeFileSync(join(folder, 'days.csv'), 'day,amount\n2026-01-01,1\n')
    const file = connections(
      'files',
      '  lake: { type: files, path: lake }\n  none: { type: files, path: none }',
    )
    const tested = await sallyport('test', 'lake', '--connections', file, '--stream', 'days.csv', '--json')
    assert.equal(tested.exit, 0, tested.notes)
    const found = JSON.parse((await sallyport('discover', 'lake', '--connections', file, '--json')).out)
    assert.deepEqual(found.streams[0].columns.map((one: { name: string }) => one.name), ['day', 'amount'])
    const missing = await sallyport('test', 'none', '--connections', file, '--json')
    assert.equal(missing.exit, 5)
    assert.equal(JSON.parse(missing.out).checks[0].code, 'file_unreadable')
    assert.equal(JSON.parse(missing.out).checks[0].said, 'There is no such folder.')
  })

  test('is not made by the question whether it can be written to', async () => {
    const file = connections('unmade', '  lake: { type: files, path: unmade/lake }')
    const words = ['test', 'lake', '--connections', file, '--for', 'write', '--stream', 'a.csv', '--json']
    const { exit, notes } = await sallyport(...words)
    assert.equal(exit, 0, notes)
    assert.equal(existsSync(join(root, 'unmade')), false)
  })

  test('that has settings which make no sense is named, with its file and the setting', async () => {
    const file = connections('senseless', '  lake: { type: files, path: a, rows_per_file: 0, heder: true }')
    const { exit, notes } = await sallyport('test', 'lake', '--connections', file)
    assert.equal(exit, 1)
    assert.match(notes, /senseless\.yaml: lake: .*files\.rows_per_file: it is too small: at least 1/)
    assert.match(notes, /files: there is no key "heder"/)
  })

  test('that the file does not define is wrong usage of it', async () => {
    const file = connections('files2', '  lake: { type: files, path: lake }')
    const { exit, notes } = await sallyport('test', 'shop', '--connections', file)
    assert.equal(exit, 1)
    assert.match(notes, /connection_unknown/)
  })
})
