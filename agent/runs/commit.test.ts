import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import { contents, noServer, openWorld, postgres, type World } from '../engine/postgres_fixture.ts'

let world: World

before(async () => {
  if (!noServer) world = await openWorld('commit')
})
after(async () => {
  await world?.[Symbol.asyncDispose]()
})

describe('a COMMIT that is on its way', { skip: noServer }, () => {
  test('is not cut off by the time limit: what it ends with is what is told', async () => {
    await world.source.unsafe('create table slow as select 1 as a')
    await world.target.unsafe(`create table slow (a integer);
      create function waits() returns trigger language plpgsql as
        'begin perform pg_advisory_xact_lock(4711); return null; end';
      create constraint trigger waits after insert on slow deferrable initially deferred
        for each row execute function waits();
      select pg_advisory_lock(4711)`).simple()
    const limit = new AbortController()
    const moving = world.move({
      from: postgres(world.sourceUrl),
      to: postgres(world.targetUrl),
      streams: [{ from: 'slow', to: 'slow', mode: 'append' }, { from: 'slow', to: 'never', mode: 'replace' }],
      signal: limit.signal,
    })
    const waiting = `select from pg_locks where locktype = 'advisory' and not granted and objid = 4711
      and database = (select oid from pg_database where datname = current_database())`
    while ((await world.target.unsafe(waiting)).length === 0) continue
    limit.abort(new Fault('time_over_limit'))
    await world.target.unsafe('select pg_advisory_unlock(4711)')
    const result = await moving
    assert.deepEqual(result.streams.map(({ code }) => code), [null, 'time_over_limit'])
    assert.equal(result.streams[0]?.rows, 1)
    assert.deepEqual(await contents(world.target, 'slow'), ['(1)'])
  })
})
