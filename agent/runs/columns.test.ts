import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  files,
  type MoveOrder,
  noServer,
  openWorld,
  postgres,
  type World,
} from '../engine/postgres_fixture.ts'
import type { StreamSpec } from './move.ts'

describe('the columns of a stream', { skip: noServer }, () => {
  let world: World
  before(async () => {
    world = await openWorld('columns')
    await world.source.unsafe(
      `create table wide (id int primary key, secret text, "Odd name" numeric, at date);
       insert into wide values (1, 's', 1.5, '2026-01-01'), (2, 't', 2.25, null)`,
    ).simple()
  })
  after(() => world?.[Symbol.asyncDispose]())

  const move = (
    spec: Partial<StreamSpec> & { to: string },
    to: MoveOrder['to'] = postgres(world.targetUrl),
  ) =>
    world.move({ from: postgres(world.sourceUrl), to, streams: [{ from: 'wide', mode: 'replace', ...spec }] })
  const refusal = async (spec: Partial<StreamSpec>) => {
    const { streams, faults } = await move({ to: 'refused', ...spec })
    return `${streams[0]?.code}: ${faults[0]?.message}`
  }
  const rows = async (sql: string) => [...await world.target.unsafe(sql).values()]

  test('are left out, renamed and cast, by the names that the source has', async () => {
    const spec = {
      exclude: ['secret'],
      rename: { 'Odd name': 'amount', id: 'Id' },
      cast: { 'Odd name': 'decimal(6,2)' },
    }
    const { status, faults } = await move({ to: 'narrow', ...spec })
    assert.equal(status, 'succeeded', String(faults[0]))
    assert.deepEqual(await rows('select "Id", amount::text, at::text from narrow order by 1'), [
      [1, '1.50', '2026-01-01'],
      [2, '2.25', null],
    ])
    assert.equal((await move({ to: 'kept', include: ['at', 'id'] })).status, 'succeeded')
    assert.deepEqual(await rows('select * from kept order by id'), [[1, new Date('2026-01-01')], [2, null]])
  })

  test('carry their new names and types into Parquet and out of it, a rename of a rename too', async () => {
    const out = files(world.folder)
    const spec = { to: 'a.parquet', exclude: ['secret'], rename: { 'Odd name': 'id', id: 'n' } }
    assert.equal((await move(spec, out)).status, 'succeeded')
    const again = await world.move({
      from: out,
      to: out,
      streams: [{
        from: 'a.parquet',
        to: 'b.parquet',
        mode: 'replace',
        include: ['n', 'id'],
        rename: { n: 'id', id: 'text of it' },
        cast: { id: 'varchar(9)', n: 'bigint' },
      }],
    })
    assert.equal(again.status, 'succeeded', `${again.faults[0]} ${again.faults[0]?.cause}`)
    const back = await world.move({
      from: out,
      to: postgres(world.targetUrl),
      streams: [{ from: 'b.parquet', to: 'back', mode: 'replace' }],
    })
    assert.equal(back.status, 'succeeded', String(back.faults[0]))
    assert.deepEqual(await rows('select id::text, "text of it" from back order by 1'), [['1', '1.5'], [
      '2',
      '2.25',
    ]])
    assert.deepEqual(
      await rows(
        `select atttypid::regtype::text from pg_attribute where attrelid = 'back'::regclass and attnum > 0`,
      ),
      [['bigint'], ['character varying']],
    )
  })

  test('that are not there are named, and nothing is written', async () => {
    assert.match(await refusal({ include: ['id', 'x'] }), /^column_missing: include names "x"/)
    assert.match(await refusal({ exclude: ['x'] }), /^column_missing: exclude names "x"/)
    assert.match(await refusal({ rename: { x: 'y' } }), /^column_missing: rename names "x"/)
    assert.match(await refusal({ cast: { x: 'int' } }), /^column_missing: cast names "x"/)
    assert.match(await refusal({ key: ['x'] }), /^column_missing: key names "x"/)
    assert.match(await refusal({ cast: { id: 'integre' } }), /^type_refused: .*"integre"/)
    assert.match(
      await refusal({ exclude: ['id', 'secret', 'Odd name', 'at'] }),
      /^column_missing: .*no column/,
    )
    assert.match(await refusal({ rename: { secret: 'at' } }), /^name_refused: "secret" and "at"/)
    assert.match(
      await refusal({ rename: { at: '_valid_to' }, mode: 'history', key: ['id'] }),
      /^name_refused: "at"/,
    )
    assert.match(await refusal({ mode: 'merge', exclude: ['id'] }), /^key_missing: "id"/)
    assert.deepEqual(await rows(`select to_regclass('refused')::text`), [[null]])
  })

  test('in a mode that the destination has not, nothing is opened for writing', async () => {
    const { streams, faults } = await move({ to: 'x.csv', mode: 'mirror' }, files(world.folder))
    assert.equal(streams[0]?.code, 'unsupported')
    assert.match(String(faults[0]), /files has no mode mirror/)
  })

  test('of text are checked whole where no database looks at them', async () => {
    writeFileSync(join(world.folder, 'j.csv'), 'j\n"{""a"":1}"\n{a:1}\n')
    const { streams, faults } = await world.move({
      from: files(world.folder),
      to: files(world.folder),
      streams: [{ from: 'j.csv', to: 'j.parquet', mode: 'replace', cast: { j: 'json' } }],
    })
    assert.equal(streams[0]?.code, 'value_refused')
    assert.match(String(faults[0]), /column "j", row 2/)
  })

  test('are named where the database that refuses a value names its line alone', async () => {
    writeFileSync(join(world.folder, 'nul.csv'), 'id,v,w\n1,a,b\n2,"c\nc",x\0y\n')
    await world.target.unsafe('create table nul (id int, v text, w text)')
    const { streams, faults } = await world.move({
      from: files(world.folder),
      to: postgres(world.targetUrl),
      streams: [{ from: 'nul.csv', to: 'nul', mode: 'replace' }],
    })
    assert.equal(streams[0]?.code, 'value_refused')
    assert.match(String(faults[0]), /column "w", row 2/)
  })
})
