import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Load, Slice, Source } from '../connector.ts'
import { config } from './config.ts'
import { bytesOf, contextOf } from '../load_fixture.ts'
import {
  type Database,
  destinationOf,
  intentOf,
  loadOf,
  loadParts,
  loadText,
  noServer,
  openDatabase,
  refused,
  sliceOf,
} from './loading_fixture.ts'
import { PostgresSource } from './source.ts'

const signal = new AbortController().signal
let database: Database

before(async () => {
  if (!noServer) database = await openDatabase('resume')
})
after(async () => {
  await database?.[Symbol.asyncDispose]()
})

let targets = 0
const next = () => `r${targets++}`
const again = (load: Load, more: Partial<Load> = {}): Load => ({ ...load, fence: load.fence + 1, ...more })
const anew = (load: Load, more: Partial<Load> = {}): Load => ({
  ...load,
  runId: crypto.randomUUID(),
  ...more,
})

async function noStagingLeft(): Promise<void> {
  const left = await database.value(
    `select string_agg(relname, ', ') from pg_class where relname ~ '^sallyport_[0-9a-f]{32}'`,
  )
  assert.equal(left, null)
  assert.equal(await database.value('select count(*) from sallyport.intents'), '0')
}

const slices = { a: '1,a,\n2,b,\n', b: '3,c,\n' }

describe('slices that last', { skip: noServer }, () => {
  for (const mode of ['append', 'replace', 'merge', 'history', 'mirror'] as const) {
    for (const there of [false, true]) {
      test(`are gone on with by the next attempt: ${mode}, ${there ? 'into rows' : 'into a new table'}`, async () => {
        const target = next()
        const load = loadOf({ target, mode })
        if (there) {
          await loadText(database.url, anew(load, { at: '2026-11-22T07:00:00.000000Z' }), '3,old,\n9,z,\n')
        }
        const before = there ? await database.rows(target) : null
        const give = { slices, resumable: true, upTo: '2026-01-01' }
        await loadParts(
          database.url,
          load,
          { ...give, slices: { a: slices.a, b: slices.b } },
          () => Promise.resolve(),
        )
        // Both slices were written and nothing was committed.
        if (before) assert.deepEqual(await database.rows(target), before)
        else assert.equal(await database.value(`select to_regclass('${target}')`), null)
        await using destination = destinationOf(database.url, again(load))
        await using loading = await destination.begin(again(load, { index: 7 }), signal)
        assert.deepEqual(loading.intent, { upTo: '2026-01-01', slices: ['a', 'b'], resumable: true })
        assert.deepEqual([...loading.done], [['a', { rows: 2, bytes: 10 }], ['b', { rows: 1, bytes: 5 }]])
        await loading.prepare(loading.intent, signal)
        const committed = await loading.commit({ runId: load.runId, rows: 3, cursor: null }, null)
        assert.deepEqual(committed, { rows: 3, bytes: 15 })
        const held = await database.value(
          `select string_agg(id || v, ' ' order by id, v) from ${target}
           ${mode === 'history' ? 'where _valid_to is null' : ''}`,
        )
        const added = there && mode === 'append'
          ? '1a 2b 3c 3old 9z'
          : there && mode === 'merge'
          ? '1a 2b 3c 9z'
          : '1a 2b 3c'
        assert.equal(held, added)
        await noStagingLeft()
        const third = destinationOf(database.url, again(load, { fence: 3 }))
        const known = await third.begin(again(load, { fence: 3, index: 9 }), signal)
        assert.deepEqual(known.committed, { rows: 3, bytes: 15 })
        await third[Symbol.asyncDispose]()
      })
    }
  }

  test('only that slice is read again which was broken off', async () => {
    const load = loadOf({ target: next(), mode: 'append' })
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('3,c,\n'))
      },
      pull(controller) {
        controller.error(new Error('gone'))
      },
    })
    await assert.rejects(
      loadParts(database.url, load, { slices: { a: slices.a }, resumable: true }, async (loading) => {
        await loading.write(sliceOf('b', load), 'csv', broken)
      }),
    )
    await using destination = destinationOf(database.url, again(load))
    await using loading = await destination.begin(again(load), signal)
    assert.deepEqual([...loading.done.keys()], ['a'])
    await loading.prepare(loading.intent ?? intentOf({ slices }), signal)
    await loading.write(sliceOf('b', load), 'csv', bytesOf(slices.b))
    await loading.commit({ runId: load.runId, rows: 3, cursor: null }, null)
    assert.deepEqual(await database.rows(load.target), ['(1,a,)', '(2,b,)', '(3,c,)'])
    await noStagingLeft()
  })

  test('are written in several lanes at once where the connection has them', async () => {
    const load = loadOf({ target: next(), mode: 'append' })
    await using destination = destinationOf(database.url, load, { lanes: 2 })
    await using loading = await destination.begin(load, signal)
    await loading.prepare(intentOf({ slices, resumable: true }), signal)
    assert.equal(loading.lanes, 2)
    let open = (): void => undefined
    const second = new Promise<void>((resolve) => open = resolve)
    // The first ends only when the second has ended: one after the other, neither would.
    const waits = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await second
        controller.enqueue(new TextEncoder().encode(slices.a))
        controller.close()
      },
    })
    const first = loading.write(sliceOf('a', load), 'csv', waits)
    await loading.write(sliceOf('b', load), 'csv', bytesOf(slices.b))
    open()
    await first
    await loading.commit({ runId: load.runId, rows: 3, cursor: null }, null)
    assert.deepEqual(await database.rows(load.target), ['(1,a,)', '(2,b,)', '(3,c,)'])
    await noStagingLeft()
  })

  test('are dropped when the next attempt sets out to do something else, or its columns are others', async () => {
    const load = loadOf({ target: next(), mode: 'append' })
    const stop = () => Promise.resolve()
    await loadParts(database.url, load, { slices, resumable: true, upTo: '1' }, stop)
    await loadParts(database.url, again(load), { slices, resumable: true, upTo: '2' }, (loading) => {
      assert.deepEqual([...loading.done.keys()], ['a', 'b'])
      return Promise.resolve()
    })
    const fewer = again(load, { fence: 3, columns: load.columns.slice(0, 2) })
    const parts = { slices: { a: '1,x\n', b: '2,y\n' }, resumable: true, upTo: '2' }
    await loadParts(database.url, fewer, parts)
    assert.deepEqual(await database.rows(load.target), ['(1,x)', '(2,y)'])
    await noStagingLeft()
    const more = loadOf({ target: next(), mode: 'append' })
    await loadParts(database.url, more, { slices, resumable: true }, stop)
    await loadText(database.url, again(more), '5,e,\n')
    assert.deepEqual(await database.rows(more.target), ['(5,e,)'])
    await noStagingLeft()
  })

  test('of a run that is dead are swept by the next load of the target, and by others after a week', async () => {
    const load = loadOf({ target: next(), mode: 'append' })
    const stop = () => Promise.resolve()
    await loadParts(database.url, load, { slices, resumable: true }, stop)
    await loadText(database.url, anew(load), '1,a,\n')
    await noStagingLeft()
    await loadParts(database.url, anew(load), { slices, resumable: true }, stop)
    await loadText(database.url, loadOf({ target: next() }), '1,a,\n')
    assert.equal(await database.value('select count(*) from sallyport.intents'), '1')
    await database.run(`update sallyport.intents set touched_at = now() - interval '8 days'`)
    await loadText(database.url, loadOf({ target: next() }), '1,a,\n')
    await noStagingLeft()
  })

  test('cannot be kept by an attempt that has been overtaken', async () => {
    const load = loadOf({ target: next(), mode: 'append' })
    await using first = destinationOf(database.url, load)
    await using loading = await first.begin(load, signal)
    await loading.prepare(intentOf({ slices, resumable: true }), signal)
    await loading.write(sliceOf('a', load), 'csv', bytesOf(slices.a))
    // The next attempt ends the one before, which may not know it yet.
    await loadParts(database.url, again(load), { slices, resumable: true })
    await assert.rejects(loading.write(sliceOf('b', load), 'csv', bytesOf(slices.b)))
    assert.deepEqual(await database.rows(load.target), ['(1,a,)', '(2,b,)', '(3,c,)'])
    await noStagingLeft()
  })
})

describe('what an attempt set out to read', { skip: noServer }, () => {
  test('is kept for the next one although nothing else is', async () => {
    const load = loadOf({ target: next(), mode: 'append' })
    await loadParts(
      database.url,
      load,
      { slices, upTo: '2026-05-05 00:00:00.123456+00' },
      () => Promise.resolve(),
    )
    assert.equal(await database.value(`select to_regclass('${load.target}')`), null)
    const { loading } = await loadParts(database.url, again(load), {
      slices,
      upTo: '2026-05-05 00:00:00.123456+00',
    })
    assert.equal(loading.intent?.upTo, '2026-05-05 00:00:00.123456+00')
    assert.equal(loading.done.size, 0)
    const { loading: other } = await loadParts(database.url, anew(load), { slices })
    assert.equal(other.intent, null)
    assert.deepEqual(other.state?.cursor, { column: 'at', value: '2026-05-05 00:00:00.123456+00' })
    await noStagingLeft()
  })
})

describe('a ledger', { skip: noServer }, () => {
  test('from before is brought up to date where it is, and what it knows still counts', async () => {
    await using old = await openDatabase('resume_old')
    const load = loadOf({ target: 'orders', mode: 'append', index: 3 })
    await old.run(`create schema sallyport;
      create table sallyport.loads (
        run uuid, stream integer, target text not null, mode text not null, fence bigint not null,
        rows bigint not null, bytes bigint not null, committed_at timestamptz not null default now(),
        primary key (run, stream));
      create table sallyport.slices (
        run uuid, stream integer, slice text, rows bigint not null, bytes bigint not null,
        primary key (run, stream, slice));
      create table sallyport.targets (
        target text primary key, run uuid not null, stream integer not null, fence bigint not null,
        state jsonb, changed_at timestamptz not null default now());
      create table orders (id bigint, v text, at timestamptz);
      insert into sallyport.loads values ('${load.runId}', 3, 'public.orders', 'append', 1, 2, 20);
      insert into sallyport.slices values ('${load.runId}', 3, '0', 2, 20);
      insert into sallyport.targets values ('public.orders', '${load.runId}', 3, 1,
        '{"runId":"${load.runId}","rows":2}')`)
    await using destination = destinationOf(old.url, again(load))
    const loading = await destination.begin(again(load, { index: 4 }), signal)
    assert.deepEqual(loading.committed, { rows: 2, bytes: 20 })
    assert.deepEqual(loading.state, { runId: load.runId, rows: 2, cursor: null })
    await destination[Symbol.asyncDispose]()
    await loadText(old.url, anew(load), '1,a,\n')
    assert.equal(
      await old.value(`select string_agg(distinct target, ',') from sallyport.slices`),
      'public.orders',
    )
  })
})

describe('a backend that is ended', { skip: noServer }, () => {
  const end = (pids: string) =>
    `select pg_terminate_backend(pid) from pg_stat_activity where pid in (${pids})`
  const ours =
    `select pid from pg_stat_activity where datname = current_database() and application_name like 'sallyport %'`

  test('between slices leaves those that last, and nothing where all is one transaction', async () => {
    for (const resumable of [true, false]) {
      const load = loadOf({ target: next(), mode: 'append' })
      await assert.rejects(
        loadParts(database.url, load, { slices: { a: slices.a }, resumable }, async (loading) => {
          await database.run(end(ours))
          await loading.commit({ runId: load.runId, rows: 2, cursor: null }, null)
        }),
      )
      assert.equal(await database.value(`select to_regclass('${load.target}')`), null)
      const { loading } = await loadParts(database.url, again(load), { slices: { a: slices.a }, resumable })
      assert.equal(loading.intent !== null, resumable)
      assert.deepEqual(await database.rows(load.target), ['(1,a,)', '(2,b,)'])
      await noStagingLeft()
    }
  })

  test('in the middle of a COPY is an error, and nothing of that COPY stays', async () => {
    for (const resumable of [true, false]) {
      const load = loadOf({ target: next(), mode: 'append' })
      let chunks = 0
      const cut = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (chunks++ === 1) await database.run(end(ours))
          controller.enqueue(new TextEncoder().encode('3,c,\n'.repeat(100_000)))
          if (chunks === 50) controller.close()
        },
      })
      await refused(
        'connection_lost',
        () =>
          loadParts(database.url, load, { slices: { a: slices.a }, resumable }, async (loading) => {
            await loading.write(sliceOf('b', load), 'csv', cut)
          }),
      )
      await loadParts(database.url, again(load), { slices: { a: slices.a }, resumable })
      assert.deepEqual(await database.rows(load.target), ['(1,a,)', '(2,b,)'])
      await noStagingLeft()
    }
  })

  test('in the middle of reading is an error, and never a short end', async () => {
    await database.run(
      `create table read_from as select g as id, repeat('x', 100) as v from generate_series(1, 300000) g`,
    )
    await using source: Source = new PostgresSource(
      config.parse({ url: database.url }),
      contextOf(),
    )
    const stream = await source.stream('read_from', signal)
    const [slice] = await source.slices(stream, signal)
    const { bytes, proof } = await source.open(slice as Slice, 'csv', signal)
    proof.catch(() => undefined)
    let chunks = 0
    const read = bytes.pipeTo(
      new WritableStream({
        async write() {
          if (chunks++ === 1) await database.run(end(ours))
        },
      }),
    )
    await Promise.allSettled([read])
    await refused('connection_lost', () => proof)
  })

  test('does not let another run commit beside one that holds the target', async () => {
    const load = loadOf({ target: next(), mode: 'append' })
    await using first = destinationOf(database.url, load)
    await using loading = await first.begin(load, signal)
    await loading.prepare(intentOf({ slices, resumable: true }), signal)
    await loading.write(sliceOf('a', load), 'csv', bytesOf(slices.a))
    await refused('target_busy', () => loadText(database.url, anew(load), '9,z,\n'))
    await loading.write(sliceOf('b', load), 'csv', bytesOf(slices.b))
    await loading.commit({ runId: load.runId, rows: 3, cursor: null }, null)
    assert.deepEqual(await database.rows(load.target), ['(1,a,)', '(2,b,)', '(3,c,)'])
  })
})
