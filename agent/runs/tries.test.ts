import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { wayTo } from '../engine/black_hole_fixture.ts'
import { type MoveOrder, noServer, openWorld, postgres, type World } from '../engine/postgres_fixture.ts'
import type { Retry, StreamSpec } from './move.ts'

const impatient = { quietMs: 20, answerMs: 250, againMs: 1, failures: 3 }

describe('a stream that fails for what may pass', { skip: noServer }, () => {
  let world: World
  before(async () => {
    world = await openWorld('tries')
    // Rows of `guarded` are read, and those of its targets committed, only once nobody holds a lock of that number.
    await world.source.unsafe(`create table rows as select g as id from generate_series(1, 1000) g;
      create table mixed as select id::text from rows union all select 'x';
      create function waits() returns boolean language plpgsql volatile as
        'begin perform pg_advisory_lock(4712); perform pg_advisory_unlock(4712); return true; end';
      create view guarded as select id from rows where id < 1000 or waits()`).simple()
    await world.target.unsafe(`create function waits() returns trigger language plpgsql as
      'begin perform pg_advisory_xact_lock(4711); return null; end'`)
  })
  after(() => world?.[Symbol.asyncDispose]())

  const newTarget = async (name: string) => {
    await world.target.unsafe(`create table ${name} (id integer);
      create constraint trigger waits after insert on ${name} deferrable initially deferred
        for each row when (new.id = 1) execute function waits()`).simple()
  }
  const count = async (table: string) =>
    (await world.target.unsafe(`select count(*)::int as count from ${table}`))[0].count as number
  const move = (spec: Partial<StreamSpec> & { to: string }, more: Partial<MoveOrder> = {}) => {
    const retries: Retry[] = []
    const moving = world.move({
      from: postgres(world.sourceUrl),
      to: postgres(world.targetUrl),
      streams: [{ from: 'rows', mode: 'append', ...spec }],
      limits: { retries: 3 },
      ...more,
      onRetry: (index, retry) => {
        retries.push(retry)
        more.onRetry?.(index, retry)
      },
    })
    return { moving, retries }
  }
  /** Resolves once a session of a run waits for the lock. */
  const waiting = async (sql: World['target'], number: number) => {
    const found = `select from pg_locks where locktype = 'advisory' and not granted and objid = ${number}
      and database = (select oid from pg_database where datname = current_database())`
    while ((await sql.unsafe(found)).length === 0) continue
  }
  const killSessions = (sql: World['target']) =>
    sql.unsafe(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'sallyport %'`)

  test('is tried again when the session that commits is killed, and arrives once', async () => {
    await newTarget('killed')
    await world.target.unsafe('select pg_advisory_lock(4711)')
    const { moving, retries } = move({ to: 'killed' })
    await waiting(world.target, 4711)
    await killSessions(world.target)
    await world.target.unsafe('select pg_advisory_unlock(4711)')
    const { status, streams } = await moving
    assert.deepEqual([status, streams[0]?.rows, await count('killed')], ['succeeded', 1000, 1000])
    assert.deepEqual(retries.map(({ fault }) => fault.code), ['connection_lost'])
  })

  test('is tried again when the source goes away in the middle', async () => {
    await world.source.unsafe('select pg_advisory_lock(4712)')
    const { moving, retries } = move({ from: 'guarded', to: 'cut' })
    await waiting(world.source, 4712)
    await killSessions(world.source)
    await world.source.unsafe('select pg_advisory_unlock(4712)')
    const { status } = await moving
    assert.deepEqual([status, await count('cut')], ['succeeded', 1000])
    assert.equal(retries.length, 1)
  })

  test('is not tried again without retries, nor for what will not pass', async () => {
    await newTarget('once')
    await world.target.unsafe('select pg_advisory_lock(4711)')
    const { moving, retries } = move({ to: 'once' }, { limits: {} })
    await waiting(world.target, 4711)
    await killSessions(world.target)
    await world.target.unsafe('select pg_advisory_unlock(4711)')
    assert.equal((await moving).streams[0]?.code, 'connection_lost')
    const missing = move({ from: 'nothing', to: 'once' })
    assert.equal((await missing.moving).streams[0]?.code, 'stream_missing')
    assert.deepEqual([retries.length, missing.retries.length, await count('once')], [0, 0, 0])
  })

  test('ends at once when it is cancelled while it waits for its next try', async () => {
    const cancel = new AbortController()
    const from = postgres(world.sourceUrl.replace(/:\d+\//, ':1/'))
    const { moving, retries } = move({ to: 'never' }, {
      from,
      signal: cancel.signal,
      onRetry: () => cancel.abort(new Fault('cancelled')),
    })
    const { status, streams } = await moving
    assert.deepEqual([status, streams[0]?.code, retries.length], ['cancelled', 'cancelled', 1])
    assert.equal(retries[0]?.fault.code, 'connection_refused')
  })

  test('is given up in a black hole, and loaded once when the way is open again', async () => {
    await using way = await wayTo(world.targetUrl)
    let dark = false
    const { moving, retries } = move({ to: 'swallowed' }, {
      to: postgres(way.url),
      patience: impatient,
      onProgress: () => {
        if (dark) return
        dark = true
        way.swallow(true)
      },
      onRetry: () => way.swallow(false),
    })
    const { status, faults } = await moving
    assert.equal(status, 'succeeded', String(faults[0]))
    assert.deepEqual(retries.map(({ fault }) => fault.code), ['stalled'])
    assert.match(String(retries[0]?.fault), /destination did not answer/)
    assert.equal(await count('swallowed'), 1000)
  })

  for (const aside of [0, 1]) {
    const named = aside === 0 ? '' : ', with what was put aside'
    test(`counts as done when its COMMIT was carried out and the answer was swallowed${named}`, async () => {
      await using way = await wayTo(world.targetUrl)
      const to = `unheard_${aside}`
      await newTarget(to)
      await world.target.unsafe('select pg_advisory_lock(4711)')
      const { moving, retries } = move(
        aside === 0 ? { to } : { to, from: 'mixed', on_bad_row: 'quarantine' },
        {
          to: postgres(way.url),
          // Nobody is asked before the way is closed.
          patience: impatient,
          onRetry: () => way.swallow(false),
        },
      )
      await waiting(world.target, 4711)
      way.swallow(true)
      await world.target.unsafe('select pg_advisory_unlock(4711)')
      while (await count(to) === 0) continue
      const { status, streams, faults } = await moving
      assert.equal(status, 'succeeded', String(faults[0]))
      const [{ rows, rows_read, rejected } = {}] = streams
      assert.deepEqual([rows, await count(to), rejected, rows_read], [1000, 1000, aside, 1000 + aside])
      assert.deepEqual(retries.map(({ fault }) => fault.code), ['stalled'])
    })
  }

  test('a server that is slow and answers is left alone', async () => {
    await using way = await wayTo(world.targetUrl)
    await newTarget('slow')
    await world.target.unsafe('select pg_advisory_lock(4711)')
    const { moving, retries } = move({ to: 'slow' }, {
      to: postgres(way.url),
      patience: { ...impatient, answerMs: 10_000 },
    })
    await waiting(world.target, 4711)
    await way.connected(way.connections + 4)
    await world.target.unsafe('select pg_advisory_unlock(4711)')
    const { status } = await moving
    assert.deepEqual([status, retries.length, await count('slow')], ['succeeded', 0, 1000])
  })
})
