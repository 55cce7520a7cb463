import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { localGuard } from '../connectors/guard.ts'
import { files, noServer, openWorld, postgres, type World } from '../engine/postgres_fixture.ts'
import type { Order, StreamSpec } from './move.ts'
import { planRun } from './plan.ts'

describe('a plan', { skip: noServer }, () => {
  let world: World
  before(async () => {
    world = await openWorld('plan')
    await world.source.unsafe(
      `create table orders (id int primary key, at timestamptz not null, amount numeric(12,4));
      insert into orders values (1, '2026-01-01 00:00:00+00', 1), (2, '2026-01-02 00:00:00+00', 2);
      create table customer_a (id int); create table customer_b (id int)`,
    ).simple()
    await world.target.unsafe(
      `create table orders (id int primary key, at timestamptz, amount numeric(10,2))`,
    )
  })
  after(() => world?.[Symbol.asyncDispose]())

  const orderOf = (spec: Partial<StreamSpec>, more: Partial<Order> = {}): Order => ({
    runId: 'plan',
    fence: 0,
    attempt: 0,
    source: postgres(world.sourceUrl),
    destination: postgres(world.targetUrl),
    streams: [{ from: 'orders', to: 'orders', mode: 'merge', ...spec }],
    folder: mkdtempSync(join(world.folder, 'plan-')),
    base: world.folder,
    guard: localGuard,
    limits: {},
    signal: new AbortController().signal,
    ...more,
  })
  const merge = { mode: 'merge', cursor: { column: 'at', lag: '1h' } } as const

  test('says what would be read, changed and run, and writes nothing', async () => {
    const before = await world.target.unsafe('select count(*)::int as count from pg_class')
    const [plan] = await planRun(orderOf(merge))
    assert.equal(plan?.route, 'direct')
    assert.ok(plan.why.length > 0)
    assert.ok(plan.slices >= 1)
    assert.deepEqual(plan.range, {
      column: 'at',
      from: null,
      inclusive: true,
      up_to: '2026-01-02 00:00:00+00',
      exact: true,
    })
    assert.match(plan.changes.join(), /amount/)
    assert.deepEqual(await world.target.unsafe('select count(*)::int as count from pg_class'), before)
  })

  test('goes on from where the last load ended', async () => {
    const moved = await world.move({ ...endsOf(), streams: [{ from: 'orders', to: 'orders', ...merge }] })
    assert.equal(moved.status, 'succeeded', String(moved.faults[0]))
    const [plan] = await planRun(orderOf(merge))
    assert.deepEqual([plan?.range?.from, plan?.range?.inclusive], ['2026-01-01 23:00:00+00', true])
    assert.deepEqual(plan?.changes, [])
    const [everything] = await planRun(orderOf(merge, { action: 'resync' }))
    assert.equal(everything?.range?.from, null)
  })

  const endsOf = () => ({ from: postgres(world.sourceUrl), to: postgres(world.targetUrl) })

  test('has every stream of a pattern, each with its target and its way', async () => {
    const plans = await planRun(orderOf({ from: 'customer_*', to: '{table}.parquet', mode: 'replace' }, {
      destination: files(world.folder),
    }))
    assert.deepEqual(plans.map(({ stream, target, route }) => [stream, target, route]), [
      ['public.customer_a', 'customer_a.parquet', 'restowed'],
      ['public.customer_b', 'customer_b.parquet', 'restowed'],
    ])
  })

  test('throws what a run would fail for before its first byte', async () => {
    const refused = (spec: Partial<StreamSpec>, code: string) =>
      assert.rejects(planRun(orderOf(spec)), { code })
    await refused({ ...merge, schema: 'freeze', to: 'frozen', key: ['x'] }, 'column_missing')
    const unnamed = await planRun(orderOf({ ...merge, key: ['x'] })).catch(({ message }) => message)
    assert.match(unnamed, /^[\w.]+: key names "x"/)
    await refused({ from: 'nothing_*' }, 'stream_missing')
    await refused({ cursor: { column: 'at', lag: '5' } }, 'cursor_refused')
  })

  test('names every stream that fails, each with its reason, and once what they all fail for', async () => {
    const streams: readonly StreamSpec[] = [
      { from: 'orders', to: 'orders', mode: 'merge', key: ['x'] },
      { from: 'customer_a', to: 'customer_a', mode: 'replace' },
      { from: 'customer_b', to: 'customer_b', mode: 'replace', cursor: { column: 'gone' } },
      { from: 'nowhere', to: 'nowhere', mode: 'replace' },
    ]
    const { code, message } = await planRun({ ...orderOf({}), streams }).then(
      () => assert.fail('it has a plan'),
      (fault) => fault,
    )
    assert.equal(code, 'column_missing')
    const lines = String(message).split('\n')
    assert.deepEqual(lines.map((line) => line.split(':')[0]), ['orders', 'customer_b', 'nowhere'])
    assert.match(lines[0] ?? '', /key names "x"/)
    const nobody = new URL(world.sourceUrl)
    nobody.port = '1'
    const down = await planRun({ ...orderOf({}), streams, source: postgres(nobody.href) }).catch((fault) =>
      fault
    )
    assert.equal(down.code, 'connection_refused')
    assert.equal(String(down.message).split('\n').length, 1)
  })
})
