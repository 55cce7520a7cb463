import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Load } from '../connector.ts'
import { MysqlDestination } from './destination.ts'
import { faultOf } from './errors.ts'
import { bytesOf, contextOf } from '../load_fixture.ts'
import {
  codeOf,
  leftovers,
  loadOf,
  loads,
  once,
  rowsOf,
  signal,
  sliceOf,
  stateOf,
} from './loading_fixture.ts'
import { configOf, type Mariadb, noMariadb, startMariadb } from './server_fixture.ts'
import { Session } from './session.ts'

let db: Mariadb
before(async () => {
  if (noMariadb) return
  // Every commit is on the disk before it is answered.
  db = await startMariadb({ settings: ['--innodb-flush-log-at-trx-commit=1'] })
  await db.run('create database a')
})
after(async () => {
  await db?.[Symbol.asyncDispose]()
})

/** Waits until a statement like this one waits; gives the number of its connection. */
async function waiting(like: string): Promise<string> {
  const end = Date.now() + 8_000
  for (;;) {
    const [row] = await db.run(
      `select id from information_schema.processlist
       where id <> connection_id() and info regexp '^${like}' and command <> 'Sleep' and time_ms > 30`,
    )
    if (row) return row[0] as string
    assert.ok(Date.now() < end, `nothing waits like ${like}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Ends a connection, and waits until it has ended: what it waits for may come before it hears of it. */
async function kill(id: string): Promise<void> {
  await db.run(`kill connection ${id}`)
  const end = Date.now() + 8_000
  while ((await db.run(`select 1 from information_schema.processlist where id = ${id}`)).length > 0) {
    assert.ok(Date.now() < end, 'the connection does not end')
  }
}

interface Point {
  readonly name: string
  readonly mode: Load['mode']
  /** What another session holds, so that the load waits there. */
  readonly held: (target: string) => string
  readonly at: string
  /** The target has the new rows already. */
  readonly published?: true
}

const points: readonly Point[] = [
  {
    name: 'before the rename',
    mode: 'replace',
    held: (t) => `select * from a.${t} lock in share mode`,
    at: 'rename',
  },
  {
    name: 'after the rename, before the ledger',
    mode: 'replace',
    held: () => 'select * from a.sallyport_loads for update',
    at: 'insert into `a`.`sallyport_loads',
    published: true,
  },
  {
    name: 'while rows are added',
    mode: 'append',
    held: (t) => `select * from a.${t} for update`,
    at: 'load data',
  },
  {
    name: 'while rows meet',
    mode: 'merge',
    held: (t) => `select * from a.${t} for update`,
    at: '(update|insert)',
  },
  {
    name: 'while rows are mirrored',
    mode: 'mirror',
    held: (t) => `select * from a.${t} for update`,
    at: '(update|insert|delete)',
  },
  {
    name: 'after the data, before the ledger',
    mode: 'merge',
    held: () => 'select * from a.sallyport_loads for update',
    at: 'insert into `a`.`sallyport_loads',
  },
  {
    name: 'after the data of a history, before the ledger',
    mode: 'history',
    held: () => 'select * from a.sallyport_loads for update',
    at: 'insert into `a`.`sallyport_loads',
  },
]

const first = '1,a\n2,b\n'
const second: Readonly<Record<Load['mode'], string>> = {
  replace: '3,c\n',
  append: '3,c\n',
  merge: '2,B\n3,c\n',
  mirror: '2,B\n3,c\n',
  history: '1,a\n2,b\n3,c\n',
}
const result: Readonly<Record<Load['mode'], string[]>> = {
  replace: ['3,c'],
  append: ['1,a', '2,b', '3,c'],
  merge: ['1,a', '2,B', '3,c'],
  mirror: ['2,B', '3,c'],
  history: ['1,a', '2,b', '3,c'],
}

let tables = 0

describe('a load that dies', { skip: noMariadb }, () => {
  for (const how of ['its connection', 'the server'] as const) {
    for (const point of points) {
      test(`${point.name}, with ${how}: ${point.mode} is there once in the end, and nothing is left`, async () => {
        const target = `t${tables++}`
        await loads(db, loadOf({ target, mode: point.mode }), { csv: first })
        const load = loadOf({ target, mode: point.mode })
        const holder = await Session.open(configOf(db.url('a')), contextOf(), 'destination')
        await holder.run('start transaction')
        await holder.rows(point.held(target))
        const died = codeOf(() => loads(db, load, { csv: second[point.mode] }))
        const id = await waiting(point.at)
        if (how === 'the server') {
          await db.stop('KILL')
          await db.start()
        } else await kill(id)
        assert.equal(await died, 'connection_lost')
        await holder[Symbol.asyncDispose]()
        const expected = point.published ? result[point.mode] : ['1,a', '2,b']
        assert.deepEqual(await rowsOf(db, target, 'id, v'), expected)
        const again = await loads(db, { ...load, fence: 2 }, { csv: second[point.mode] })
        assert.equal(again.committed !== null, point.published === true)
        assert.deepEqual(await rowsOf(db, target, 'id, v'), result[point.mode])
        assert.deepEqual(await leftovers(db), [])
        const next = await loads(db, loadOf({ target, mode: point.mode }), { csv: second[point.mode] }).catch(
          (error: unknown) => faultOf(error, 'destination'),
        )
        if ('state' in next) assert.equal(next.state?.runId, load.runId)
      })
    }
  }

  test('after the rename is found by another run too, and is in the ledger then', async () => {
    const target = `t${tables++}`
    await loads(db, loadOf({ target, mode: 'replace' }), { csv: first })
    const load = loadOf({ target, mode: 'replace' })
    const holder = await Session.open(configOf(db.url('a')), contextOf(), 'destination')
    await holder.run('start transaction')
    await holder.rows('select * from a.sallyport_loads for update')
    const died = codeOf(() => loads(db, load, { csv: '3,c\n' }))
    await kill(await waiting('insert into `a`.`sallyport_loads'))
    assert.equal(await died, 'connection_lost')
    await holder[Symbol.asyncDispose]()
    const next = await loads(db, loadOf({ target, mode: 'append' }), { csv: '4,d\n' })
    assert.deepEqual(next.state, stateOf(load, 1))
    const [row] = await db.run(`select \`rows\` from a.sallyport_loads where run = '${load.runId}'`)
    assert.deepEqual(row, ['1'])
    assert.deepEqual(await rowsOf(db, target), ['3,c', '4,d'])
  })

  test('in the middle of a rename that is not whole or not at all puts the old table back', async () => {
    for (const ours of [true, false]) {
      const target = `t${tables++}`
      await loads(db, loadOf({ target, mode: 'replace' }), { csv: first })
      const load = loadOf({ target, mode: 'replace' })
      {
        await using destination = new MysqlDestination(configOf(db.url('a')), contextOf())
        await using loading = await destination.begin(load, signal)
        await loading.prepare({ ...once, resumable: true }, signal)
      }
      const old = `sallyport_${load.runId.replaceAll('-', '')}_0_old`
      await db.run(`rename table a.${target} to a.${old}`)
      const next = ours ? { ...load, mode: 'append' as const, fence: 2 } : loadOf({ target })
      await loads(db, next, { csv: '3,c\n' })
      assert.deepEqual(await rowsOf(db, target), ['1,a', '2,b', '3,c'])
      assert.deepEqual(await leftovers(db), [])
    }
  })

  test('while its rows come in ends without them', async () => {
    for (const mode of ['append', 'replace'] as const) {
      const target = `t${tables++}`
      await loads(db, loadOf({ target, mode }), { csv: first })
      await using destination = new MysqlDestination(configOf(db.url('a')), contextOf())
      await using loading = await destination.begin(loadOf({ target, mode }), signal)
      await loading.prepare(once, signal)
      const half = Promise.withResolvers<void>()
      const rows = new ReadableStream<Uint8Array>({
        async pull(controller) {
          controller.enqueue(Buffer.from('7,x\n'.repeat(200_000)))
          await waiting('load data').then((id) => db.run(`kill connection ${id}`))
          half.resolve()
          controller.enqueue(Buffer.from('8,x\n'))
        },
      }, { highWaterMark: 0 })
      assert.equal(await codeOf(() => loading.write(sliceOf('0'), 'csv', rows)), 'connection_lost')
      await half.promise
      assert.deepEqual(await rowsOf(db, target), ['1,a', '2,b'])
      await loads(db, loadOf({ target, mode }), { csv: '3,c\n' })
      assert.deepEqual(await leftovers(db), [])
    }
  })

  test('of an earlier attempt that hangs is ended by a later one, and can do nothing more', async () => {
    const target = `t${tables++}`
    const load = loadOf({ target, mode: 'append' })
    await using early = new MysqlDestination(configOf(db.url('a')), contextOf())
    await using hanging = await early.begin(load, signal)
    await hanging.prepare(once, signal)
    await hanging.write(sliceOf('0'), 'csv', bytesOf('1,a\n'))
    await loads(db, { ...load, fence: 2 }, { csv: '1,a\n' })
    assert.equal(await codeOf(() => hanging.commit(stateOf(load, 1), null)), 'connection_lost')
    assert.deepEqual(await rowsOf(db, target), ['1,a'])
    assert.deepEqual(await leftovers(db), [])
  })
})
