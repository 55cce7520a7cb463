import assert from 'node:assert/strict'
import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Fault } from '../../shared/faults.ts'
import type { StreamSpec } from '../runs/move.ts'
import { startHold } from './hold.ts'
import { files, type MoveOrder, noServer, openWorld, postgres, type World } from './postgres_fixture.ts'

describe('a fault names its place', { skip: noServer }, () => {
  let world: World
  before(async () => {
    world = await openWorld('blame')
  })
  after(() => world?.[Symbol.asyncDispose]())

  const said = async (from: MoveOrder['from'], stream: Omit<StreamSpec, 'mode'>) => {
    const streams = [{ mode: 'replace' as const, ...stream }]
    const { faults } = await world.move({ from, to: postgres(world.targetUrl), streams })
    return faults.map((fault) => `${fault instanceof Fault ? fault.code : ''} ${fault.message}`).join('\n')
  }

  const wide = (key: string) => {
    const path = join(world.folder, `wide${key}.db`)
    using database = new Database(path)
    const names = Array.from({ length: 1599 }, (_, at) => `c${at}`)
    database.run(`create table wide (id bigint ${key}, ${names.map((name) => `${name} bigint`).join(', ')})`)
    database.run('insert into wide (id) values (7), (8)')
    database.run(`insert into wide values (9, ${names.map((_, at) => at).join(', ')})`)
    database.run('insert into wide (id) values (10)')
    return { type: 'sqlite', config: { path } }
  }

  test('of a row that a page of PostgreSQL does not hold, though the server only knows that it is one of many', async () => {
    assert.match(await said(wide(''), { from: 'wide', to: 'wide' }), /value_too_large .*row 3:/)
    assert.match(await said(wide('primary key'), { from: 'wide', to: 'wide_keyed' }), /id = 9:/)
  })

  test('of nanoseconds of Parquet, which no other target keeps: column and row, or its key', async () => {
    const path = join(world.folder, 'nano.parquet')
    await using hold = await startHold({ folder: world.folder, files: [path], memoryMb: 256, threads: 1 })
    const moments = `case id when 2 then '2020-01-01 00:00:00.123456789' else '2020-01-01' end::timestamp_ns`
    await hold.run(`copy (select id, ${moments} as v from range(1, 4) t(id)) to '${path}' (format parquet)`)
    const from = files(world.folder)
    const stream = { from: 'nano.parquet', to: 'nano' }
    assert.match(await said(from, stream), /value_refused .*column "v", row 2:/)
    assert.match(await said(from, { ...stream, key: ['id'] }), /value_refused .*column "v", id = 2:/)
  })
})
