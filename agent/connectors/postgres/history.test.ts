import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Load } from '../connector.ts'
import { columnOf } from '../load_fixture.ts'
import { type Database, loadOf, loadText, noServer, openDatabase, refused } from './loading_fixture.ts'

let database: Database

before(async () => {
  if (!noServer) database = await openDatabase('history')
})
after(async () => {
  await database?.[Symbol.asyncDispose]()
})

let targets = 0
const next = () => `h${targets++}`
const columns = ['id bigint not null', 'v text'].map(columnOf)
const at = (hour: number) => `2026-01-01T0${hour}:00:00.000001Z`
const history = (load: Partial<Load> & Pick<Load, 'target'>, text: string) =>
  loadText(database.url, loadOf({ mode: 'history', columns, ...load }), text)
const spans = async (target: string) => {
  const rows = await database.sql.unsafe(
    `select id || ' ' || coalesce(v, '') || ' ' || extract(hour from _valid_from) || '-'
       || coalesce(extract(hour from _valid_to)::text, '') as span from ${target} order by id, _valid_from`,
  )
  return (rows as { span: string }[]).map(({ span }) => span)
}

describe('history', { skip: noServer }, () => {
  test('closes what has changed or gone, opens what is new, and keeps the rest as it was', async () => {
    const target = next()
    await history({ target, at: at(1) }, '1,a\n2,b\n3,c\n')
    await history({ target, at: at(2) }, '1,a\n2,bb\n4,d\n')
    assert.deepEqual(await spans(target), ['1 a 1-', '2 b 1-2', '2 bb 2-', '3 c 1-2', '4 d 2-'])
    await history({ target, at: at(3) }, '1,a\n2,bb\n3,c\n4,d\n')
    assert.deepEqual(await spans(target), ['1 a 1-', '2 b 1-2', '2 bb 2-', '3 c 1-2', '3 c 3-', '4 d 2-'])
    assert.equal(
      await database.value(`select to_char(_valid_from, 'US') from ${target} where id = 1`),
      '000001',
    )
  })

  test('of a part ends nothing that the part does not bring', async () => {
    const target = next()
    await history({ target, at: at(1) }, '1,a\n2,b\n')
    await history({ target, at: at(2), partial: true }, '2,bb\n')
    assert.deepEqual(await spans(target), ['1 a 1-', '2 b 1-2', '2 bb 2-'])
  })

  test('goes forward when clocks do not, and its current rows have one key each', async () => {
    const target = next()
    await history({ target, at: at(5) }, '1,a\n')
    await history({ target, at: at(4) }, '1,b\n')
    assert.equal(
      await database.value(
        `select bool_and(_valid_to > _valid_from and _valid_to = '2026-01-01 05:00:00.000002+00')
        from ${target} where _valid_to is not null`,
      ),
      'true',
    )
    await assert.rejects(database.run(`insert into ${target} values (1, 'c', now())`))
  })

  test('takes the newest of several rows, and NULL for a value like any other', async () => {
    const target = next()
    const dated = ['id bigint not null', 'v text', 'at date'].map(columnOf)
    const load = { target, columns: dated, cursor: 'at' }
    await history({ ...load, at: at(1) }, '1,old,2026-01-01\n1,,2026-01-02\n')
    assert.deepEqual(await spans(target), ['1  1-'])
    await history({ ...load, at: at(2), partial: true }, '1,older,2026-01-01\n')
    assert.deepEqual(await spans(target), ['1  1-'])
    await refused('keys_doubled', () => history({ target, at: at(3) }, '1,a\n1,b\n'))
  })

  test('begins anew after a reset', async () => {
    const target = next()
    await history({ target, at: at(1) }, '1,a\n2,b\n')
    await history({ target, at: at(2), reset: true }, '1,a\n')
    assert.deepEqual(await spans(target), ['1 a 2-'])
  })

  test('is refused where the target holds none, or the source has columns of those names', async () => {
    const target = next()
    await database.run(`create table ${target} (id bigint, v text)`)
    await refused('target_refused', () => history({ target }, '1,a\n'))
    const named = [...columns, columnOf('_valid_to text')]
    await refused('name_refused', () => history({ target: next(), columns: named }, '1,a,\n'))
  })
})
