import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import {
  files,
  type MoveOrder,
  noServer,
  openWorld,
  postgres,
  type World,
} from '../engine/postgres_fixture.ts'
import type { StreamSpec } from './move.ts'

describe('patterns', { skip: noServer }, () => {
  let world: World
  before(async () => {
    world = await openWorld('patterns')
    await world.source.unsafe(`
      create schema shop; create schema "Odd.One";
      create table shop.customer_eu (id int primary key); create table shop.customer_us (id int primary key);
      create table shop.customers (id int); create table shop."customer_With ""quotes""" (id int);
      create table "Odd.One".customer_x (id int); create table public.customer_eu (id int);
      insert into shop.customer_eu values (1), (2); insert into shop.customer_us values (3)`).simple()
  })
  after(() => world?.[Symbol.asyncDispose]())

  const move = (streams: readonly Partial<StreamSpec>[], more: Partial<MoveOrder> = {}) =>
    world.move({
      from: postgres(world.sourceUrl),
      to: files(world.folder),
      streams: streams.map((spec) => ({ from: '', to: '', mode: 'replace', ...spec })),
      ...more,
    })
  const names = async (from: string, to = '{schema}-{table}.csv') => {
    const { streams } = await move([{ from, to }])
    return streams.map(({ stream, target, code }) => code ?? `${stream} ${target}`)
  }

  test('find every name that fits, within one part of it, in one order', async () => {
    assert.deepEqual(await names('shop.customer_*'), [
      'shop."customer_With ""quotes""" shop-customer_With "quotes".csv',
      'shop.customer_eu shop-customer_eu.csv',
      'shop.customer_us shop-customer_us.csv',
    ])
    assert.deepEqual(await names('*.customer_eu'), [
      'public.customer_eu public-customer_eu.csv',
      'shop.customer_eu shop-customer_eu.csv',
    ])
    assert.deepEqual(await names('"Odd.One".*'), ['"Odd.One".customer_x Odd.One-customer_x.csv'])
    assert.deepEqual(await names('customer_*'), ['public.customer_eu public-customer_eu.csv'])
    assert.deepEqual(await names('shop.cust*s'), [
      'shop.customer_us shop-customer_us.csv',
      'shop.customers shop-customers.csv',
    ])
  })

  test('that nothing fits are missing, and nothing else of the run is moved', async () => {
    const { streams, status } = await move([
      { from: 'shop.customers', to: 'whole.csv' },
      { from: 'shop.nothing_*', to: '{table}.csv' },
    ])
    assert.deepEqual(streams.map(({ code }) => code), ['stream_missing', 'stream_missing'])
    assert.equal(status, 'failed')
  })

  test('a name that stands for itself may be named by its parts too', async () => {
    assert.deepEqual(await names('shop.customer_us', '{table}_of_{schema}.csv'), [
      'shop.customer_us customer_us_of_shop.csv',
    ])
  })

  test('are refused where two of the streams have one target, or would once letters are folded', async () => {
    const twins = await move([{ from: '*.customer_eu', to: '{table}.csv' }])
    assert.equal(twins.streams[0]?.code, 'names_collide')
    assert.match(String(twins.faults[0]), /"public.customer_eu" and "shop.customer_eu".*"customer_eu.csv"/)
    const folded = await move([{ from: 'shop.customer_eu', to: 'X.csv' }, {
      from: 'shop.customers',
      to: 'x.csv',
    }])
    assert.match(String(folded.faults[0]), /"X.csv" and "x.csv", once capital letters/)
  })

  test('are judged name by name before anything is opened', async () => {
    const { streams } = await move([{ from: 'shop.customer_*', to: 'judged/{table}.csv' }], {
      admit: ({ from }) => {
        if (from === 'shop.customer_us') throw new Fault('policy_denied')
      },
    })
    assert.deepEqual(streams.map(({ status, code }) => [status, code]), [['refused', 'policy_denied']])
  })

  test('load once what they find, though a later attempt of the run finds other names', async () => {
    const to = postgres(world.targetUrl)
    const runId = crypto.randomUUID()
    await world.target.unsafe('create schema kept')
    const streams = [{ from: 'shop.customer_*', to: 'kept.{table}', mode: 'append' }] as const
    const first = await move(streams, { to, runId, fence: 1 })
    assert.equal(first.status, 'succeeded', String(first.faults[0]))
    await world.source.unsafe('create table shop.customer_a (id int); insert into shop.customer_a values (9)')
      .simple()
    const second = await move(streams, { to, runId, fence: 2 })
    assert.equal(second.status, 'succeeded', String(second.faults[0]))
    const counts = async (table: string) =>
      (await world.target.unsafe(`select count(*)::int as count from kept.${table}`))[0].count as number
    const tables = ['customer_a', 'customer_eu', 'customer_us', '"customer_With ""quotes"""']
    assert.deepEqual(await Promise.all(tables.map(counts)), [1, 2, 1, 0])
  })

  test('a quoted star is a star, and no pattern', async () => {
    await world.source.unsafe('create table shop."a*" (id int)')
    assert.deepEqual(await names('shop."a*"', 'star.csv'), ['shop."a*" star.csv'])
  })

  test('of a source without names stand for one stream that it knows itself', async () => {
    mkdirSync(join(world.folder, 'parts'), { recursive: true })
    writeFileSync(join(world.folder, 'parts', 'only.csv'), 'id\n1\n')
    const { streams } = await move([{ from: 'parts/*.csv', to: 'together.csv' }], {
      from: files(world.folder),
    })
    assert.equal(streams.length, 1)
    assert.equal(streams[0]?.stream, 'parts/*.csv')
  })
})
