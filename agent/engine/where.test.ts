/** Conditions on every route that takes them, with values that mean to be more than values. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bindCondition, type Condition } from '../../shared/condition.ts'
import type { Parameter } from '../../shared/schemas/parameter.ts'
import type { Order } from '../runs/move.ts'
import { contents, files, noServer, openWorld, postgres, type World } from './postgres_fixture.ts'

const declared: Record<string, Parameter> = {
  name: { type: 'text' },
  least: { type: 'integer' },
  day: { type: 'date' },
  since: { type: 'timestamp' },
}

const where = (text: string, values: Record<string, string> = {}): Condition =>
  bindCondition(text, declared, values)

/** Each is the name of one row; taken as SQL it would do harm, or choose other rows. */
const names = [
  'plain',
  "'; drop table orders; --",
  "' or '1'='1",
  "x'); select pg_sleep(10); --",
  '\\',
  "\\'",
  '${least}',
  '$1',
  "current_setting('sallyport.name')",
  '‘; drop table orders; --',
  'ʼ or 1=1',
  '%',
  '"',
  'a\nb\r\t',
  '🚢',
  '',
]

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

describe('where', { skip: noServer }, () => {
  let world: World
  before(async () => {
    world = await openWorld('where')
    const rows = names.map((name, at) =>
      `(${at}, ${
        literal(name)
      }, date '2026-01-01' + ${at}, timestamptz '2026-01-01 12:00:00Z' + ${at} * interval '1 day')`
    )
    await world.source.unsafe(
      `create table orders (id bigint, name text, day date, moment timestamptz);
       insert into orders values ${rows.join(', ')}`,
    ).simple()
    mkdirSync(join(world.folder, 'data'))
    await moved('orders', { to: files(join(world.folder, 'data')), target: 'orders.parquet' })
  })
  after(() => world[Symbol.asyncDispose]())

  interface Way {
    readonly from?: Order['source'] | undefined
    readonly to: Order['source']
    readonly target: string
    readonly condition?: Condition
  }

  async function move(stream: string, { from = postgres(world.sourceUrl), to, target, condition }: Way) {
    const spec = {
      from: stream,
      to: target,
      mode: 'replace' as const,
      ...(condition ? { where: condition } : {}),
    }
    return await world.move({ from, to, streams: [spec] })
  }

  async function moved(stream: string, way: Way): Promise<number> {
    const result = await move(stream, way)
    assert.equal(result.status, 'succeeded', result.faults.map((one) => `${one} ${one.cause}`).join())
    assert.equal(result.streams[0]?.rows_read, result.streams[0]?.rows)
    return result.streams[0]?.rows ?? -1
  }

  const folder = () => files(join(world.folder, 'data'))
  const database = () => postgres(world.targetUrl)
  const routes: Readonly<Record<string, (condition: Condition) => Promise<number>>> = {
    'PostgreSQL to PostgreSQL': (condition) =>
      moved('orders', { to: database(), target: 'direct', condition }),
    'PostgreSQL to Parquet': (condition) => moved('orders', { to: folder(), target: 'a.parquet', condition }),
    'PostgreSQL to CSV': (condition) => moved('orders', { to: folder(), target: 'a.csv', condition }),
    'Parquet to Parquet': (condition) =>
      moved('orders.parquet', { from: folder(), to: folder(), target: 'b.parquet', condition }),
    'Parquet to PostgreSQL': (condition) =>
      moved('orders.parquet', { from: folder(), to: database(), target: 'held', condition }),
  }

  for (const [route, rows] of Object.entries(routes)) {
    test(`chooses rows from ${route}, by values of every type`, async () => {
      assert.equal(await rows(where('id < 3')), 3)
      assert.equal(await rows(where('id >= ${least}', { least: '13' })), 3)
      assert.equal(await rows(where('day = ${day} or day > ${day}', { day: '2026-01-15' })), 2)
      assert.equal(await rows(where('moment > ${since}', { since: '2026-01-15T11:59:59.999999Z' })), 2)
      assert.equal(
        await rows(where('id + ${least} = 9 and not (name = ${name})', { least: '5', name: 'x' })),
        1,
      )
      assert.equal(await rows(where('false')), 0)
    })

    test(`takes no value for more than a value from ${route}`, async () => {
      // A hold takes its time to start, and passes every value on in the same way.
      for (const name of route.includes('Parquet') ? names.slice(0, 7) : names) {
        assert.equal(await rows(where('name = ${name}', { name })), 1, JSON.stringify(name))
      }
      const megabyte = "'; drop table orders; -- ".repeat(40_000)
      assert.equal(await rows(where('name = ${name}', { name: megabyte })), 0)
      assert.equal((await contents(world.source, 'orders')).length, names.length)
    })
  }

  test('moves exactly the rows that it is true for', async () => {
    await routes['PostgreSQL to PostgreSQL']!(where('name = ${name}', { name: names[1]! }))
    assert.deepEqual(
      await contents(world.target, 'direct'),
      await contents(world.source, '(select * from orders where id = 1)'),
    )
  })

  test('leaves the target as it was when a value cannot be one', async () => {
    for (const to of [database(), folder()]) {
      const nul = where('name = ${name}', { name: 'a\0b' })
      const { streams } = await move('orders', { to, target: 'nul.csv', condition: nul })
      assert.equal(streams[0]?.status, 'failed')
    }
  })

  test('that is wrong says so, and quotes no value', async () => {
    const secret = 'a-very-secret-value'
    for (const text of ['nowhere = ${name}', 'id = ${name}', 'nonsense(${name})']) {
      const condition = where(text, { name: secret })
      for (const from of [undefined, folder()]) {
        const stream = from === undefined ? 'orders' : 'orders.parquet'
        const result = await move(stream, { from, to: database(), target: 'wrong', condition })
        assert.equal(result.status, 'failed', text)
        assert.ok(!result.faults.some(({ message }) => message.includes(secret)), result.faults.join())
      }
    }
  })

  test('that the server refuses is a fault of the source, whatever it is written to', async () => {
    for (
      const [text, code, why] of [
        ['day >>> 1', 'source_failed', 'a function or an operator that is not there for these types'],
        ['1 / (id - 3) = 1', 'source_failed', 'a division by zero'],
        ['nowhere = 1', 'column_missing', 'a column that is not there'],
      ]
    ) {
      for (const to of [database(), folder()]) {
        const { streams, faults } = await move('orders', { to, target: 'wrong.csv', condition: where(text!) })
        assert.equal(streams[0]?.code, code, `${text}`)
        assert.match(
          faults[0]?.message ?? '',
          new RegExp(`^The source refuses the query for ${why}: SQLSTATE`),
        )
      }
    }
  })

  test('that reads a file beside the stream is refused by the hold', async () => {
    writeFileSync(join(world.folder, 'secret.csv'), 'secret\n')
    const condition = where(`name = getenv('HOME') or name = read_text('${world.folder}/secret.csv')`)
    const result = await move('orders.parquet', {
      from: folder(),
      to: folder(),
      target: 'c.parquet',
      condition,
    })
    assert.equal(result.status, 'failed')
  })

  test('is refused by name for CSV files', async () => {
    writeFileSync(join(world.folder, 'data', 'rows.csv'), 'id,name\n1,a\n')
    const condition = where('id = 1')
    for (const to of [folder(), database()]) {
      const result = await move('rows.csv', { from: folder(), to, target: 'rows2.csv', condition })
      assert.equal(result.streams[0]?.code, 'unsupported')
      assert.match(result.faults[0]?.message ?? '', /^where: "rows.csv" is CSV/)
    }
  })
})
