/** The shipped binary, killed at the worst moments: afterwards a repeat is exact, and nothing is left behind. */
import { SQL } from 'bun'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { currentBinary } from '../../scripts/build_agent.ts'
import { type Binary, binaryAt, type Ended, placeBinary, type Started } from '../../scripts/e2e/binary.ts'
import { startPostgres } from '../../scripts/postgres.ts'
import { noServer, openWorld, serverUrl, type World } from '../engine/postgres_fixture.ts'

const rows = 100_000
/** Each moves rows twice. */
const long = { timeout: 60_000 }
const noProc = existsSync('/proc/self/stat') ? false : 'this machine has no /proc'

let world: World
let binary: Binary
let cases = 0

before(async () => {
  if (noServer) return
  world = await openWorld('kill')
  const path = placeBinary(join(world.folder, 'bin'), await currentBinary())
  binary = binaryAt(path, join(world.folder, 'home'))
  // Reading `events` stops before its end for as long as `waits` says so: a run can be caught in the middle.
  await world.source.unsafe(`create table waits (yes boolean); insert into waits values (false);
    create table rows as select g::bigint as id, md5(g::text) as name, now() as at, repeat('x', 100) as filler
      from generate_series(1, ${rows}) g;
    create function end_of_rows() returns setof rows language plpgsql as
      'begin if (select yes from waits) then perform pg_sleep(300); end if; end';
    create view events as select * from rows union all select * from end_of_rows()`).simple()
})
after(async () => {
  await world?.[Symbol.asyncDispose]()
})

interface Case {
  readonly from: string
  readonly to: string
  readonly stream: string
}

const postgres = (url: string) => `{ type: postgres, url: "${url}" }`
const files = (path: string) => `{ type: files, path: "${path}" }`

/** A pipeline file in a folder of its own. */
function pipeline({ from, to, stream }: Case): string {
  const place = join(world.folder, `case-${++cases}`)
  mkdirSync(place)
  writeFileSync(
    join(place, 'connections.yaml'),
    `sallyport: 1\nconnections:\n  source: ${from}\n  target: ${to}\n`,
  )
  const path = join(place, 'pipeline.yaml')
  writeFileSync(
    path,
    `sallyport: 1\nname: killed\nsource: source\ndestination: target\nlimits: { retries: 0 }\n` +
      `streams:\n  - ${stream}\n`,
  )
  return path
}

const count = async (table: string) => {
  const [row] = await world.target.unsafe(
    `select count(*)::int as all, count(distinct id)::int as ids from ${table}`,
  ) as { all: number; ids: number }[]
  return [row?.all, row?.ids]
}

/** Waits, by asking the server, until a COPY of the target database has moved rows. */
async function copying(
  run: Started,
  kind: 'COPY FROM' | 'COPY TO',
  database: 'source' | 'target',
): Promise<number> {
  let over = false
  const { ended } = run
  ended.then(() => (over = true))
  while (!over) {
    const [row] = await world[database].unsafe(
      `select pid from pg_stat_progress_copy where command = '${kind}' and tuples_processed > 1000
       and datname = current_database()`,
    ) as { pid: number }[]
    if (row) return row.pid
  }
  const { exit, stdout, stderr } = await ended
  return assert.fail(`the run ended (${exit}) before it could be caught: ${stdout} ${stderr}`)
}

const holdBack = (yes: boolean) => world.source.unsafe(`update waits set yes = ${yes}`)

/** Starts a run that stops before its end, hands it over in the middle, and waits until it is gone. */
async function caught(
  file: string,
  { kind, database }: { kind: 'COPY FROM' | 'COPY TO'; database: 'source' | 'target' },
  act: (run: Started, backend: number) => unknown,
): Promise<Ended> {
  await holdBack(true)
  const started = binary.start(['run', file, '--json'])
  const backend = await copying(started, kind, database)
  await holdBack(false)
  await act(started, backend)
  return started.ended
}

const reading = { kind: 'COPY TO', database: 'source' } as const
const writing = { kind: 'COPY FROM', database: 'target' } as const
const killed = (run: Started) => run.child.kill('SIGKILL')

async function nothingLeft(): Promise<void> {
  const staging = await world.target.unsafe(
    `select relname from pg_class where relname ~ '^sallyport_[0-9a-f]{32}'`,
  )
  assert.deepEqual([...staging], [])
}

describe('kill -9 in the middle of COPY', { skip: noServer }, () => {
  for (const mode of ['append', 'replace']) {
    test(`of ${mode} leaves the target as it was, and the next run is exact`, long, async () => {
      await world.target.unsafe(`drop table if exists events;
        create table events (id bigint, name text, at timestamptz, filler text);
        insert into events values (0, 'was here', now(), '')`).simple()
      const file = pipeline({
        from: postgres(world.sourceUrl),
        to: postgres(world.targetUrl),
        stream: `{ from: events, to: events, mode: ${mode} }`,
      })
      await caught(file, writing, killed)
      assert.deepEqual(await count('events'), [1, 1])
      await nothingLeft()
      const again = await binary.call(['run', file, '--json'])
      assert.equal(again.exit, 0, again.stderr)
      assert.match(again.stderr, /Going on with run/)
      assert.deepEqual(await count('events'), mode === 'append' ? [rows + 1, rows + 1] : [rows, rows])
      await nothingLeft()
    })
  }

  test(
    'of a restowed stream takes the hold along and leaves no file',
    { ...long, skip: noProc },
    async () => {
      const out = join(world.folder, 'killed')
      const file = pipeline({
        from: postgres(world.sourceUrl),
        to: files(out),
        stream: '{ from: events, to: events.parquet, mode: replace }',
      })
      let hold = 0
      await caught(file, reading, (run) => {
        hold = holdOf(run.pid)
        killed(run)
      })
      assert.ok(hold > 0, 'the hold is a child of the run')
      await gone(hold)
      assert.equal(existsSync(join(out, 'events.parquet')), false)
      const again = await binary.call(['run', file, '--json'])
      assert.equal(again.exit, 0, again.stderr)
      assert.deepEqual(readdirSync(out).sort(), ['.sallyport', 'events.parquet'])
    },
  )

  test('of the hold fails the stream by name, and leaves no file', { ...long, skip: noProc }, async () => {
    const out = join(world.folder, 'held')
    const file = pipeline({
      from: postgres(world.sourceUrl),
      to: files(out),
      stream: '{ from: events, to: events.parquet, mode: replace }',
    })
    const ended = await caught(file, reading, (run) => process.kill(holdOf(run.pid), 'SIGKILL'))
    assert.equal(ended.exit, 1)
    assert.equal(ended.value.streams[0].code, 'hold_failed')
    assert.deepEqual(readdirSync(out), ['.sallyport'])
  })
})

/** The child of a process that runs as the hold; 0 when there is none. */
function holdOf(pid: number): number {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      // pid (name) state ppid …
      const parent = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]
      if (parent === String(pid) && readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('__hold')) {
        return Number(entry)
      }
    } catch {
      // A process that has just ended.
    }
  }
  return 0
}

async function gone(pid: number): Promise<void> {
  const status = `/proc/${pid}/stat`
  while (existsSync(status) && !readFileSync(status, 'utf8').includes(') Z ')) await new Promise(setImmediate)
}

describe('kill -9 between COMMIT and its answer', { skip: noServer }, () => {
  test('does not double an append: the next run of the file finds what was committed', long, async () => {
    await world.target.unsafe('drop table if exists once; create table once (id bigint)').simple()
    await world.source.unsafe('create table once as select g::bigint as id from generate_series(1, 1000) g')
    await using wire = await withholdCommits()
    const file = pipeline({
      from: postgres(world.sourceUrl),
      to: postgres(through(world.targetUrl, wire.port)),
      stream: '{ from: once, to: once, mode: append }',
    })
    const started = binary.start(['run', file, '--json'])
    await wire.committed
    // The server has done it; the run cannot know.
    while ((await count('once'))[0] !== 1000) continue
    started.child.kill('SIGKILL')
    await started.ended
    wire.open()
    const again = await binary.call(['run', file, '--json'])
    assert.equal(again.exit, 0, again.stderr)
    assert.equal(again.value.streams[0].rows, 1000)
    assert.deepEqual(await count('once'), [1000, 1000])
    const third = await binary.call(['run', file, '--json'])
    assert.equal(third.exit, 0, third.stderr)
    assert.deepEqual(await count('once'), [2000, 1000])
  })
})

function through(url: string, port: number): string {
  const changed = new URL(url)
  changed.hostname = '127.0.0.1'
  changed.port = String(port)
  return changed.href
}

interface Wire extends AsyncDisposable {
  readonly port: number
  /** Resolves once a COMMIT of data has been passed on. */
  readonly committed: Promise<void>
  /** From now on answers pass. */
  open(): void
}

/** Passes everything but the answer to the commit that follows a COPY. */
async function withholdCommits(): Promise<Wire> {
  const { hostname, port } = new URL(serverUrl ?? '')
  const sockets = new Set<Socket>()
  let holding = true
  const { promise: committed, resolve } = Promise.withResolvers<void>()
  const server = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port) })
    let copied = false
    let silent = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => [client, upstream].forEach((one) => one.destroy()))
    }
    client.on('data', (piece) => {
      const words = piece.toString('latin1').toLowerCase()
      if (words.includes('from stdin')) copied = true
      if (holding && copied && words.includes('commit\0')) {
        silent = true
        resolve()
      }
      upstream.write(piece)
    })
    upstream.on('data', (piece) => silent || client.write(piece))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    committed,
    open: () => (holding = false),
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

describe('a backend that is terminated in the middle', { skip: noServer }, () => {
  for (const side of ['source', 'target'] as const) {
    test(`on the ${side} side is connection_lost, and the next run is exact`, long, async () => {
      const table = `ended_${side}`
      await world.target.unsafe(`create table ${table} (id bigint, name text, at timestamptz, filler text)`)
      const file = pipeline({
        from: postgres(world.sourceUrl),
        to: postgres(world.targetUrl),
        stream: `{ from: events, to: ${table}, mode: append }`,
      })
      const ended = await caught(
        file,
        side === 'source' ? reading : writing,
        (_, backend) => world[side].unsafe(`select pg_terminate_backend(${backend})`),
      )
      assert.equal(ended.exit, 1)
      assert.equal(ended.value.streams[0].code, 'connection_lost', ended.stderr)
      assert.deepEqual(await count(table), [0, 0])
      const again = await binary.call(['run', file, '--json'])
      assert.equal(again.exit, 0, again.stderr)
      assert.deepEqual(await count(table), [rows, rows])
    })
  }

  test('while it feeds the hold leaves no short file', long, async () => {
    const out = join(world.folder, 'short')
    const file = pipeline({
      from: postgres(world.sourceUrl),
      to: files(out),
      stream: '{ from: events, to: events.parquet, mode: replace }',
    })
    const ended = await caught(
      file,
      reading,
      (_, backend) => world.source.unsafe(`select pg_terminate_backend(${backend})`),
    )
    assert.equal(ended.value.streams[0].code, 'connection_lost', ended.stderr)
    assert.deepEqual(readdirSync(out), ['.sallyport'])
  })
})

describe('an interrupted run', { skip: noServer }, () => {
  test('exits 130 and leaves the target as it was', long, async () => {
    await world.target.unsafe(
      `drop table if exists stopped; create table stopped (id bigint, name text, at timestamptz,
      filler text)`,
    ).simple()
    const file = pipeline({
      from: postgres(world.sourceUrl),
      to: postgres(world.targetUrl),
      stream: '{ from: events, to: stopped, mode: append }',
    })
    const ended = await caught(file, writing, (run) => run.child.kill('SIGINT'))
    assert.equal(ended.exit, 130, ended.stderr)
    assert.equal(ended.value.status, 'cancelled')
    assert.deepEqual(await count('stopped'), [0, 0])
  })
})

/** Why no small disk can be mounted here, or false. */
function noDisk(): string | false {
  if (noServer) return noServer
  if (process.getuid?.() !== 0) return 'mounting a small disk needs root'
  const place = '/tmp/sallyport-mount-test'
  mkdirSync(place, { recursive: true })
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place]).status === 0
  if (mounted) spawnSync('umount', [place])
  rmSync(place, { recursive: true, force: true })
  return mounted ? false : 'this machine mounts no tmpfs'
}

describe('a full disk', { skip: noDisk() }, () => {
  test('under a database is disk_full, and leaves the table as it was', long, async () => {
    const disk = join(world.folder, 'tables')
    mkdirSync(disk)
    chmodSync(world.folder, 0o755)
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status, 0)
    // A server of its own: one whose disk goes away does not recover.
    const server = await startPostgres()
    const sql = new SQL(server.url(), { max: 1 })
    try {
      const { uid, gid } = statSync(server.folder)
      chownSync(disk, uid, gid)
      await sql.unsafe(`create tablespace small location '${disk}'`)
      await sql.unsafe(
        'create table small (id bigint, name text, at timestamptz, filler text) tablespace small',
      )
      await sql.unsafe(`insert into small values (0, 'was here', now(), '')`)
      const file = pipeline({
        from: postgres(world.sourceUrl),
        to: postgres(server.url()),
        stream: '{ from: events, to: small, mode: append }',
      })
      const ended = await binary.call(['run', file, '--json'])
      assert.equal(ended.value.streams[0].code, 'disk_full', ended.stderr)
      assert.deepEqual([...await sql.unsafe('select id::int as id from small')].map(({ id }) => id), [0])
    } finally {
      await sql.close({ timeout: 0 })
      await server[Symbol.asyncDispose]()
      spawnSync('umount', ['-l', disk])
    }
  })

  test('under files is disk_full, and leaves what was there', long, async () => {
    const disk = join(world.folder, 'disk')
    mkdirSync(disk)
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status, 0)
    try {
      writeFileSync(join(disk, 'events.csv'), 'id\n1\n')
      for (const target of ['events.csv', 'events.parquet']) {
        const file = pipeline({
          from: postgres(world.sourceUrl),
          to: files(disk),
          stream: `{ from: events, to: ${target}, mode: replace }`,
        })
        const ended = await binary.call(['run', file, '--json'])
        assert.equal(ended.exit, 1)
        assert.equal(ended.value.streams[0].code, 'disk_full', ended.stderr)
      }
      assert.equal(readFileSync(join(disk, 'events.csv'), 'utf8'), 'id\n1\n')
      assert.deepEqual(readdirSync(disk).sort(), ['.sallyport', 'events.csv'])
    } finally {
      spawnSync('umount', ['-l', disk])
    }
  })
})
